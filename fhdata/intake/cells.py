"""Tables and grids → raw cells, whole columns at a time, as Arrow tables that are cheap to make and to join."""

from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import ExtensionArray

from fhdata.intake.grids import Grid, Position, address, column_letters, is_blank, text_of
from fhdata.intake.numbers import ALLOWED, Number, number_as_written, percent_text, read_number
from fhdata.intake.period_text import read_period
from fhdata.intake.tables import Table
from fhdata.problems import Problem

COLUMNS = (
    "source_file", "source_sheet", "source_cell", "series_label", "column_label", "unit_text", "period", "span",
    "raw_text", "value", "nothing", "layout", "area", "measure", "row_label", "mark", "released", "status",
)  # fmt: skip
HIDDEN_TEXT = "（个人信息，不显示）"
_TEXT = pa.large_string()
_CODED = pa.dictionary(pa.int32(), _TEXT)  # a text of many cells is kept once
_OWN_TYPES = {"value": pa.float64(), "source_cell": _TEXT, "raw_text": _TEXT}
_SCHEMA = pa.schema([(name, _OWN_TYPES.get(name, _CODED)) for name in COLUMNS])
_PLAIN = pa.schema([(name, pa.float64() if name == "value" else _TEXT) for name in COLUMNS])
_SAME_NAME = ("period", "span", "area", "measure")
_LARGE = 1e10  # from here on the fast writer uses powers of ten


@cache
def no_cells() -> pa.Table:
    """No raw cells, with the right columns and types."""
    return _SCHEMA.empty_table()


def to_frame(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """Raw cells as a frame: text columns as pandas text, ``value`` as float64 with NaN where there is no number."""
    filled = [table for table in tables if table.num_rows]
    return (pa.concat_tables(filled) if filled else no_cells()).cast(_PLAIN).to_pandas()


def to_coded_frame(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """``to_frame`` with texts that many cells share as categories, for what looks at a million cells at once.

    The labels that are for people only (``column_label``, ``row_label``) are left out.
    """
    filled = [table for table in tables if table.num_rows]
    whole = (pa.concat_tables(filled) if filled else no_cells()).drop_columns(["column_label", "row_label"])
    return whole.unify_dictionaries().to_pandas()


def from_frame(frame: pd.DataFrame) -> pa.Table:
    """The way back, for cells that were corrected."""
    return _coded(pa.Table.from_pandas(frame[list(COLUMNS)], preserve_index=False).cast(_PLAIN))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A coded frame with all its texts as pandas text."""
    coded = [name for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.assign(**{name: plain_text(frame[name]) for name in coded})


def plain_text(column: pd.Series, empty: str = "") -> pd.Series:
    """A coded column as pandas text; ``empty`` is put where it says nothing."""
    texts = column.cat.categories.to_series().astype("str").replace("", empty).array
    return pd.Series(spread_texts(texts, column.cat.codes.to_numpy()), index=column.index)


def spread_texts(texts: ExtensionArray, codes: np.ndarray) -> ExtensionArray:
    """A text column in which row i holds ``texts[codes[i]]``."""
    is_one = len(texts) == 1
    return pd.array(pa.repeat(pa.scalar(texts[0], _TEXT), len(codes)), dtype="str") if is_one else texts.take(codes)


def texts_in(table: pa.Table, column: str, *, of_layouts: bool = False) -> set[str]:
    """The different texts of a coded column, of all cells or of those that belong to a known layout."""
    found: set[str] = set()
    for batch in table.to_batches():
        codes = batch[column].indices.to_numpy()
        if of_layouts:
            is_known = np.array([text != "" for text in batch["layout"].dictionary.to_pylist()], dtype=bool)
            codes = codes if is_known.all() else codes[is_known[batch["layout"].indices.to_numpy()]]
        used = np.flatnonzero(np.bincount(codes, minlength=1))
        found |= set(batch[column].dictionary.take(pa.array(used)).to_pylist()) if len(codes) else set()
    return found


def _coded(table: pa.Table) -> pa.Table:
    columns = [
        column if _SCHEMA.field(name).type == column.type else column.dictionary_encode().cast(_CODED)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.table(columns, schema=_SCHEMA)


def table_cells(
    table: Table, grid: Grid, numbers: np.ndarray, personal: frozenset[Position], *, released: str, status: str
) -> tuple[pa.Table, list[Problem]]:
    """Raw cells of a table, row by row, and a problem for each cell that is neither a number nor a kind of nothing.

    Args:
        table: the table found.
        grid: its sheet.
        numbers: ``plain_numbers`` of the table.
        personal: cells whose content is not copied.
        released: the day the sheet was released.
        status: final, preliminary, revised or example.
    """
    height, width = len(table.rows), len(table.columns)
    by_row = np.repeat(np.arange(height), width)
    by_column = np.tile(np.arange(width), height)
    values, odd = numbers.ravel(), _odd_places(table, grid, numbers)
    over, beside = _Spreader(by_column), _Spreader(by_row)
    letters = [column_letters(column) for column in table.columns]
    row_numbers = [str(row + 1) for row in table.rows]
    facts = {name: _facts(table, name, over, beside) for name in ("series", "unit", *_SAME_NAME)}
    columns = {
        "source_cell": pc.binary_join_element_wise(
            pa.array(letters, _TEXT).take(pa.array(by_column)),
            pa.array(row_numbers, _TEXT).take(pa.array(by_row)),
            pa.scalar("", _TEXT),
        ),
        "series_label": facts["series"],
        "column_label": over(table.column_facts["label"]),
        "unit_text": facts["unit"],
        **{name: facts[name] for name in _SAME_NAME},
        "raw_text": _plain_texts(values),
        "value": pa.array(values),
        "row_label": beside(table.row_facts["label"]),
    }
    constants = {
        **dict.fromkeys(("nothing", "mark"), ""),
        "source_file": grid.file,
        "source_sheet": grid.name,
        "layout": table.layout.name,
        "released": released,
        "status": status,
    }
    columns |= {name: over([text] * width) for name, text in constants.items()}
    patches, problems = _patches(odd, table, grid, personal)
    columns |= {name: _patched(columns[name], changes) for name, changes in patches.items() if changes}
    return pa.table(columns).select(list(COLUMNS)).cast(_SCHEMA), problems


class _Spreader:
    """Gives every cell the text of its row (or column), as a code; texts that several facts share are coded once."""

    def __init__(self, places: np.ndarray) -> None:
        self.places = places
        self.done: list[tuple[list[str], pa.DictionaryArray]] = []

    def __call__(self, texts: list[str]) -> pa.DictionaryArray:
        known = next((array for other, array in self.done if other == texts), None)
        if known is None:
            known = _coded_texts(texts, self.places)
            self.done.append((texts, known))
        return known


def _coded_texts(texts: list[str], places: np.ndarray) -> pa.DictionaryArray:
    """A coded column in which cell i holds ``texts[places[i]]``."""
    different = pa.array(texts, _TEXT).dictionary_encode()
    codes = different.indices.to_numpy(zero_copy_only=False).astype(np.int32)[places]
    return pa.DictionaryArray.from_arrays(pa.array(codes), different.dictionary)


def _facts(table: Table, fact: str, over: _Spreader, beside: _Spreader) -> pa.DictionaryArray:
    """A fact of every cell: what its column says, else what its row says."""
    by_column, by_row = table.column_facts[fact], table.row_facts[fact]
    if not any(by_column):
        return beside(by_row)
    if not any(by_row):
        return over(by_column)
    has_own = np.array([bool(text) for text in by_column])[over.places]
    return _coded_texts([*by_column, *by_row], np.where(has_own, over.places, len(by_column) + beside.places))


def plain_numbers(table: Table, grid: Grid) -> np.ndarray:
    """The table's cells that are plain numbers, one row a row and one column a column; NaN where a cell is not one."""
    rows = grid.rows if len(table.rows) == len(grid.rows) else [grid.rows[row] for row in table.rows]
    matrix = np.empty((len(rows), len(table.columns)))
    for index, column in enumerate(table.columns):
        cells = list(map(itemgetter(column), rows))
        is_plain = set(map(type, cells)) == {float}
        cells = cells if is_plain else [cell if type(cell) is float else np.nan for cell in cells]
        matrix[:, index] = np.fromiter(cells, dtype=np.float64, count=len(cells))
    return matrix


def _odd_places(table: Table, grid: Grid, numbers: np.ndarray) -> list[tuple[int, int]]:
    """The places in the table of cells that are not plain numbers."""
    odd = ~np.isfinite(numbers)
    if grid.marks.percents:
        wanted = [[(row, column) in grid.marks.percents for column in table.columns] for row in table.rows]
        odd |= np.array(wanted, dtype=bool).reshape(odd.shape)
    return [(int(row), int(index)) for row, index in np.argwhere(odd)]


def _plain_texts(values: np.ndarray) -> pa.Array:
    texts = pc.fill_null(pc.cast(pa.array(values, from_pandas=True), _TEXT), "")
    large = np.flatnonzero(np.abs(values) >= _LARGE).tolist()
    return _patched(texts, {place: number_as_written(float(values[place])) for place in large})


def _patched(column: pa.Array, changes: dict[int, object]) -> pa.Array:
    """The column with some places changed; the places come in ascending order."""
    if not changes:
        return column
    if isinstance(column, pa.DictionaryArray):
        texts = [*column.dictionary.to_pylist(), *map(str, changes.values())]
        places = column.indices.to_numpy(zero_copy_only=False).copy()
        places[list(changes)] = np.arange(len(column.dictionary), len(texts))
        return _coded_texts(texts, places)
    mask = np.zeros(len(column), dtype=bool)
    mask[list(changes)] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(list(changes.values()), column.type))


def _patches(
    odd: list[tuple[int, int]], table: Table, grid: Grid, personal: frozenset[Position]
) -> tuple[dict[str, dict[int, object]], list[Problem]]:
    """What the cells that are not plain numbers say: their text read, the kinds of nothing told apart."""
    problems: list[Problem] = []
    patches: dict[str, dict[int, object]] = {name: {} for name in ("raw_text", "value", "nothing", "unit_text", "mark")}
    for row, index in odd:
        at = (table.rows[row], table.columns[index])
        place = row * len(table.columns) + index
        hidden = grid.broken(at) or (HIDDEN_TEXT if at in personal else "")
        raw = grid.rows[at[0]][at[1]]
        shown = hidden or (percent_text(raw) if at in grid.marks.percents else number_as_written(raw))
        patches["raw_text"][place] = shown
        patches["value"][place] = np.nan
        if hidden:
            continue
        number = read_number(shown if isinstance(raw, float) and at in grid.marks.percents else raw)
        if number is None:
            found = f"写的是“{text_of(raw)[:30]}”"
            problems.append(grid.problem("unreadable_number", found, ALLOWED, "请改正后重发", at))
            continue
        patches["value"][place] = np.nan if number.value is None else number.value
        patches["nothing"][place] = number.nothing
        patches["mark"][place] = number.mark
        if number.unit:
            patches["unit_text"][place] = number.unit
    return patches, problems


def generic_cells(
    grid: Grid, rows: Iterable[int], places: Iterable[Position], personal: frozenset[Position]
) -> pa.Table:
    """Raw cells of what fits no layout: every number, with the nearest text on its left and above.

    Args:
        grid: the sheet.
        rows: whole rows to list.
        places: single cells to list besides.
        personal: cells that are not copied.
    """
    whole, single = set(rows), set(places)
    if not whole and not single:
        return no_cells()
    above: dict[int, str] = {}
    found: list[dict[str, object]] = []
    for row, cells in enumerate(grid.rows):
        left = ""
        for column, cell in enumerate(cells):
            at = (row, column)
            broken = grid.broken(at)
            if is_blank(cell) and not broken:
                continue
            number = None if at in personal else read_number(cell)
            is_text = isinstance(cell, str) and (number is None or (number.nothing != "" and not left))
            if is_text and not broken:
                left = above[column] = HIDDEN_TEXT if at in personal else text_of(cell)
            elif row in whole or at in single:
                shown = broken or (percent_text(cell) if at in grid.marks.percents else number_as_written(cell))
                labels = {"series_label": left, "row_label": left, "column_label": above.get(column, "")}
                facts = _number_facts(number, labels)
                found.append(
                    {"source_cell": address(*at), "raw_text": HIDDEN_TEXT if at in personal else shown} | facts
                )
    blank = {**dict.fromkeys(COLUMNS, ""), "value": np.nan, "source_file": grid.file, "source_sheet": grid.name}
    return _coded(pa.Table.from_pylist([blank | one for one in found], schema=_PLAIN))


def _number_facts(number: Number | None, labels: dict[str, str]) -> dict[str, object]:
    reading = read_period(labels["column_label"]) or read_period(labels["row_label"])
    told = {"period": str(reading.period) if reading else "", "span": reading.span if reading else ""}
    facts: dict[str, object] = {**labels, **told}
    if number is None:
        return facts
    return facts | {
        "value": np.nan if number.value is None else number.value,
        "nothing": number.nothing,
        "unit_text": number.unit,
        "mark": number.mark,
    }
