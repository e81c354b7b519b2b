"""The cells behind traced numbers: what they say today, past years' cells of the same indicator, corrections."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from fhdata.intake import corrections
from fhdata.intake.layouts import load_layouts
from fhdata.intake.observations import read_observations
from fhdata.intake.raw_cells import read_raw_cells
from fhdata.places import Place
from fhdata.rules.register import load_register
from fhdata.runs.published import Published
from fhdata.runs.trace import (
    Cell,
    History,
    Trace,
    columns_of,
    file_states,
    find_row,
    text_of,
    trace_number,
    traces_of,
    unregistered,
    untraced,
)

_COLUMNS = ["source_file", "source_sheet", "source_cell", "period", "raw_text"]


def answer(place: Place, published: Published, row: str, column: str, *, is_json: bool) -> tuple[str, bool]:
    """The trace of one number, of all numbers of a row, or (without a row) the count of all numbers of a report.

    Returns:
        The text to show (with ``is_json`` for machines: of a whole report the counts and every number's trace), and
        whether every number has its origins.
    """
    table, found = find_row(published, row) if row else (None, {})
    columns = columns_of(table, found, column) if table else []
    as_of = date.fromisoformat((published.manifest or {})["parameters"]["as_of"])
    history = history_of(place, as_of, published.period.year)
    if table is None:
        return _whole_report(published, history, is_json=is_json)
    traces = [with_contents(place, trace_number(table, found, one, history)) for one in columns]
    is_whole = not any(one.lacking for one in traces)
    if is_json:
        return _json([asdict(one) for one in traces]), is_whole
    return text_of(traces, file_states(place, published)), is_whole


def _whole_report(published: Published, history: History, *, is_json: bool) -> tuple[str, bool]:
    """Every number of a report counted, with and without origins, and the tables that are not registered."""
    traces, strange = traces_of(published, history), unregistered(published)
    lost = untraced(published, traces)
    counts = {"numbers": len(traces), "traced": len(traces) - len(lost), "untraced": len(lost)}
    is_whole = not lost and not strange
    if is_json:
        told = {"report": published.name, "period": str(published.period), **counts, "unregistered": strange}
        return _json({**told, "traces": [asdict(one) for one in traces]}), is_whole
    lines = [f"{one.row} {one.title} {one.label}＝ {one.value}：缺少 {'、'.join(one.lacking)}\n" for one in lost]
    lines += [f"{name}：formulas.toml 没有登记各列的算法，查不了\n" for name in strange]
    lines.append("表里的数 {numbers} 个，有来源的 {traced} 个，没有来源的 {untraced} 个。\n".format(**counts))
    return "".join(lines), is_whole


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def history_of(place: Place, as_of: date, year: int) -> History:
    """Tells of a target's code the cells of its indicator before ``year``; read when first asked for."""

    @cache
    def known() -> dict[str, list[Cell]]:
        register = load_register(place.rules)
        indicators, names = register.registry.indicators, register.registry.indicator_names
        intake = read_observations(place.raw, indicators, names, home=place.home, as_of=as_of, area=place.name)
        past = intake.observations[intake.observations["period"].str.slice(0, 4).astype(int) < year]
        cells = {str(indicator): _cells(part) for indicator, part in past.groupby("indicator")}
        behind = register.targets.set_index("code")["indicator"].to_dict()
        return {str(code): cells.get(indicator, []) for code, indicator in behind.items()}

    def history(code: str) -> list[Cell]:
        return known().get(code, [])

    return history


def _cells(part: pd.DataFrame) -> list[Cell]:
    rows = part.sort_values(["period", "released"], kind="stable")[_COLUMNS].drop_duplicates()
    return [Cell(*map(str, row)) for row in rows.itertuples(index=False, name=None)]


def with_contents(place: Place, trace: Trace) -> Trace:
    """A trace whose cells say what stands in them, with the corrections that apply to them."""
    cells = tuple(replace(cell, says=_says(place, cell)) for cell in trace.cells)
    return replace(trace, cells=cells, corrections=tuple(_corrections(place, cells)))


def _says(place: Place, wanted: Cell) -> str:
    path = place.home / wanted.file
    if not path.is_file():
        return ""
    cells, _ = read_raw_cells(path, load_layouts(), shown=wanted.file)
    here = cells[(cells["source_sheet"] == wanted.sheet) & (cells["source_cell"] == wanted.cell)]
    return "" if here.empty else str(here.iloc[0]["raw_text"])


def _corrections(place: Place, cells: Iterable[Cell]) -> list[str]:
    found = []
    for cell in cells:
        path = place.home / Path(cell.file)
        listed, _ = corrections.load(path.parent, cell.file)
        found += [
            f"{one.says} 改为 {one.should}（{one.why}，{one.who}，{one.when.isoformat()}）"
            for one in listed
            if (one.file, one.sheet, one.cell) == (path.name, cell.sheet, cell.cell) and one.should
        ]
    return found
