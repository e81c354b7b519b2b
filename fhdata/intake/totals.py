"""Printed totals: 合计 and 小计 of tables by area or by indicator are held against the sum of their parts."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from fhdata.intake.cells import plain
from fhdata.intake.grids import position
from fhdata.intake.notes import Note, note
from fhdata.intake.numbers import finest_digit
from fhdata.intake.resolve import Names, names_of
from fhdata.intake.wording import fold, split_unit, wording
from fhdata.problems import Problem, problem

_ADDITIVE = ("cumulative", "count_event", "stock")
_UNKNOWN = ("empty", "not_reported")
_TABLE = ["source_file", "source_sheet", "indicator", "period", "span", "measure", "released"]
_TOLERANCE = 1e-9
_ACTION = "请核对各分项和合计；确实如此的，在 corrections.toml 里写明 accept 和原因"

Row = dict[Hashable, Any]
Sums = Callable[[list[str], np.ndarray, int], list[float]]


@dataclass(frozen=True)
class Settled:
    """Observations without 小计 rows and with 合计 rows standing for the whole area, and what was found."""

    observations: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    excluded: list[dict[str, object]] = field(default_factory=list)


def settle_totals(
    observations: pd.DataFrame, blanks: pd.DataFrame, indicators: pd.DataFrame, corrections: pd.DataFrame, area: str
) -> Settled:
    """Check and settle the total rows of tables whose rows are areas, units or firms.

    Formula: 合计 = sum of all other rows but 小计 and 其中; 小计 = sum of the rows since the last 小计, or up to the
    next. One step of the last printed digit apart is told, more is a problem.

    Args:
        observations: OBSERVATION_COLUMNS, areas as written.
        blanks: BLANK_COLUMNS; a part that is not known leaves its total unchecked, which is told.
        indicators: the registry (indicator, name, aggregation).
        corrections: corrections in force; an accepted total is not a problem.
        area: what a 合计 row stands for.
    """
    ends = observations["area"].str.endswith("计")
    if not ends.any():
        return Settled(observations)
    labels = observations.loc[ends, "area"].map(_kind)
    kind = pd.Series("part", index=observations.index)
    kind.loc[labels.index] = labels
    is_sum = kind != "part"
    if not is_sum.any():
        return Settled(observations)
    additive = indicators.loc[indicators["aggregation"].isin(_ADDITIVE), "indicator"]
    sheets = observations["source_file"] + "\n" + observations["source_sheet"]
    checked = observations.assign(kind=kind)[
        sheets.isin(sheets[is_sum].unique())
        & (observations["measure"] == "value")
        & observations["indicator"].isin(additive)
        & ~observations["area"].str.startswith("其中")
    ]
    names = dict(zip(indicators["indicator"], indicators["name"], strict=True))
    accepted = set(corrections.loc[corrections["kind"] == "accept", ["file", "sheet", "cell"]].itertuples(index=False))
    problems: list[Problem] = []
    notes: list[Note] = []
    for _, part in checked.groupby(_TABLE, sort=True):
        if (part["kind"] != "part").any():
            labelled = part.assign(label=part["area"], what=part["indicator"].map(names) + " ")
            found, told = _check_table(labelled, _unknown_parts(part, blanks), _sums)
            problems += [one for one in found if (one.file, one.sheet, one.cell) not in accepted]
            notes += told
    is_sub = (kind == "sub").to_numpy()
    places = ["source_file", "source_sheet", "released"]
    excluded: list[dict[str, object]] = [
        {"file": file, "sheet": sheet, "cells": len(rows), "reason": "小计行，只用来核对", "released": released}
        for (file, sheet, released), rows in observations[is_sub].groupby(places)
    ]
    whole = observations["area"].where(kind != "total", area)
    return Settled(observations.assign(area=whole)[~is_sub].reset_index(drop=True), problems, notes, excluded)


def _kind(label: str) -> str:
    words, text = wording(), fold(label)
    return "total" if words.total.search(text) else "sub" if words.subtotal.search(text) else "part"


def _unknown_parts(part: pd.DataFrame, blanks: pd.DataFrame) -> int:
    first = part.iloc[0]
    same = blanks["nothing"].isin(list(_UNKNOWN))
    for name in _TABLE:
        same &= blanks[name] == first[name]
    return int(same.sum())


def _check_table(part: pd.DataFrame, unknown: int, sums_of: Sums) -> tuple[list[Problem], list[Note]]:
    """Hold each total of a table (label, what, kind, value, raw_text, unit, period, source) against its parts."""
    rows = sorted(part.to_dict("records"), key=lambda row: position(row["source_cell"]))
    kinds = [row["kind"] for row in rows]
    values = np.array([row["value"] for row in rows])
    step = finest_digit(rows)
    problems, notes = [], []
    for place, row in enumerate(rows):
        if kinds[place] == "part":
            continue
        if unknown:
            notes.append(note("unchecked_total", f"“{row['label']}”没有核对：有 {unknown} 个分项没有数", row))
            continue
        if "part" not in kinds:
            notes.append(note("unchecked_total", f"“{row['label']}”没有核对：没有同一单位的分项", row))
            continue
        apart, summed = min((abs(row["value"] - one), one) for one in sums_of(kinds, values, place))
        if apart <= max(_TOLERANCE * abs(row["value"]), 1e-12):
            continue
        what = f"{row['what']}{row['period']} “{row['label']}”写的是 {row['value']:.12g} {row['unit']}"
        told = f"{what}，分项加起来是 {summed:.12g}"
        if apart <= step * (1 + 1e-6):
            notes.append(note("rounding", f"{told}，差末位", row))
        else:
            where = {name: row[f"source_{name}"] for name in ("file", "sheet", "cell")}
            problems.append(problem("sum_differs", told, "合计应等于分项之和", _ACTION, **where))
    return problems, notes


def _sums(kinds: list[str], values: np.ndarray, place: int, *, own_block: bool = False) -> list[float]:
    """What a total may be the sum of; a 小计 (or any total with a block of its own) stands below or above its parts."""
    is_part = np.array([kind == "part" for kind in kinds])
    if kinds[place] == "total" and not own_block:
        return [float(values[is_part].sum())]
    bounds = [-1, *(other for other, kind in enumerate(kinds) if kind != "part"), len(kinds)]
    at = bounds.index(place)
    blocks = [values[bounds[at - 1] + 1 : place], values[place + 1 : bounds[at + 1]]]
    return [float(block.sum()) for block in blocks if len(block)] or [float(values[is_part].sum())]


def settle_label_totals(
    cells: pd.DataFrame, by_row: Collection[str], known: Names, corrections: pd.DataFrame
) -> tuple[pd.DataFrame, Settled]:
    """Check and take out 合计 and 小计 among the indicators of a table: they name no indicator.

    Formula: a total = sum of all parts of its unit in its column (or row), or of those since the total before it, or of
    those up to the next. A label that the registry knows is an indicator, whatever it ends with.

    Args:
        cells: raw cells of known layouts, as ``to_coded_frame`` gives them.
        by_row: the layouts whose indicators stand in rows; in the others they stand in columns.
        known: names as written (``resolve.known_names``).
        corrections: corrections in force.

    Returns:
        The cells without the totals, and what was found (``observations`` are the totals taken out).
    """
    labels = cells["series_label"].cat.categories
    kinds = {label: _kind(split_unit(label)[0]) for label in labels if "计" in label and not names_of(label, known)}
    totals = [label for label, kind in kinds.items() if kind != "part"]
    is_total = cells["series_label"].isin(totals)
    if not is_total.any():
        return cells, Settled(cells[is_total])
    sheets = cells.loc[is_total, ["source_file", "source_sheet"]].drop_duplicates()
    table = plain(cells.merge(sheets, on=["source_file", "source_sheet"]))
    table = table[~table["series_label"].map(fold).str.startswith("其中") & table["measure"].isin(["", "value"])]
    along = table["source_cell"].str.replace(r"\d+", "", regex=True)
    across = table["source_cell"].str.replace(r"\D+", "", regex=True)
    lines = table.assign(
        line=along.where(table["layout"].isin(list(by_row)), across),
        kind=table["series_label"].map(kinds).fillna("part"),
        label=table["series_label"],
        what="",
        unit=table["unit_text"],
    )
    accepted = set(corrections.loc[corrections["kind"] == "accept", ["file", "sheet", "cell"]].itertuples(index=False))
    problems: list[Problem] = []
    notes: list[Note] = []
    for _, part in lines.groupby(["source_file", "source_sheet", "layout", "line", "unit"], sort=True):
        has_value = part["value"].notna()
        if (part["kind"][has_value] != "part").any():
            unknown = int((part["nothing"].isin(list(_UNKNOWN)) & (part["kind"] == "part")).sum())
            found, told = _check_table(part[has_value], unknown, _block_sums)
            problems += [one for one in found if (one.file, one.sheet, one.cell) not in accepted]
            notes += told
    taken = plain(cells[is_total])
    excluded: list[dict[str, object]] = [
        {"file": file, "sheet": sheet, "cells": len(rows), "reason": "合计、小计行，只用来核对", "released": released}
        for (file, sheet, released), rows in taken.groupby(["source_file", "source_sheet", "released"])
    ]
    return cells[~is_total], Settled(taken, problems, notes, excluded)


def _block_sums(kinds: list[str], values: np.ndarray, place: int) -> list[float]:
    """What a total among indicators may be the sum of: everything, or its own block above or below it."""
    return [float(values[[kind == "part" for kind in kinds]].sum()), *_sums(kinds, values, place, own_block=True)]
