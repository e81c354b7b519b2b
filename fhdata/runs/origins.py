"""The cells behind traced numbers: what they say today, past years' cells of the same indicator, corrections."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
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
    unregistered,
    untraced,
)

_COLUMNS = ["source_file", "source_sheet", "source_cell", "period", "raw_text"]


def answer(place: Place, published: Published, row: str, column: str, *, is_json: bool) -> tuple[str, bool]:
    """The trace of one number, of all numbers of a row, or (without a row) the count of all numbers of a report.

    Returns:
        The text to show, and whether every number has its origins.
    """
    table, found = find_row(published, row) if row else (None, {})
    columns = columns_of(table, found, column) if table else []
    as_of = date.fromisoformat((published.manifest or {})["parameters"]["as_of"])
    history = history_of(place, as_of, published.period.year)
    if table is None:
        count, lost = untraced(published, history)
        lines = [f"{one.row} {one.title} {one.label}＝ {one.value}：缺少 {'、'.join(one.lacking)}\n" for one in lost]
        strange = unregistered(published)
        lines += [f"{name}：formulas.toml 没有登记各列的算法，查不了\n" for name in strange]
        lines.append(f"表里的数 {count} 个，有来源的 {count - len(lost)} 个，没有来源的 {len(lost)} 个。\n")
        return "".join(lines), not lost and not strange
    traces = [with_contents(place, trace_number(table, found, one, history)) for one in columns]
    is_whole = not any(one.lacking for one in traces)
    if is_json:
        return json.dumps([asdict(one) for one in traces], ensure_ascii=False, indent=2) + "\n", is_whole
    return text_of(traces, file_states(place, published)), is_whole


def history_of(place: Place, as_of: date, year: int) -> History:
    """Tells of a target's code the cells of its indicator, and of the one it refers to, before ``year``."""
    register = load_register(place.rules)
    indicators, names = register.registry.indicators, register.registry.indicator_names
    intake = read_observations(place.raw, indicators, names, home=place.home, as_of=as_of, area=place.name)
    past = intake.observations[intake.observations["period"].str.slice(0, 4).astype(int) < year]
    cells = {indicator: _cells(part) for indicator, part in past.groupby("indicator")}
    behind = register.targets.set_index("code")["indicator"].to_dict()

    def history(code: str) -> list[Cell]:
        return cells.get(behind.get(code, ""), [])

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
