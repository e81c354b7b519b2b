"""From a printed number back to workbook cells, corrections, articles and the formula.

Works on what was published: the report's CSV, whose rows carry their origin, and the inputs named in its manifest.
What a column means and which origins its numbers must have is data: ``formulas.toml``.
"""

import csv
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, hint, problem, stop_on
from fhdata.runs.manifest import sha256_of
from fhdata.runs.published import Published

FORMULAS = Path(__file__).with_name("formulas.toml")
Row = dict[str, str]
History = Callable[[str], list["Cell"]]
_NOT_SAID = "没有登记算法"
_ORIGINS = frozenset({"source_file", "source_sheet", "source_cell", "base_source", "rule_source", "reading_note"})


@dataclass(frozen=True)
class Cell:
    """One cell of a workbook; ``says`` is what stands in it today."""

    file: str
    sheet: str
    cell: str
    period: str = ""
    says: str = ""

    @property
    def text(self) -> str:
        """One line: 2022-12 data/raw/…xlsx「表」D6 写着“12.5”."""
        sheet = f"「{self.sheet}」" if self.sheet else ""
        says = f" 写着“{self.says}”" if self.says else ""
        return f"{self.period} {self.file}{sheet}{self.cell}{says}".strip()


@dataclass(frozen=True)
class Trace:
    """Where one printed number comes from; ``lacking`` are the origins it should have and has not."""

    row: str
    title: str
    column: str
    label: str
    value: str
    unit: str
    formula: str
    cells: tuple[Cell, ...]
    history: tuple[Cell, ...]
    rules: tuple[str, ...]
    corrections: tuple[str, ...]
    notes: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A published table and what is registered about its columns; ``words`` are those that hold no numbers."""

    name: str
    rows: tuple[Row, ...]
    key: str
    title: str
    columns: dict[str, dict[str, Any]]
    words: frozenset[str]


@cache
def _formulas() -> dict[str, Any]:
    written = tomllib.loads(FORMULAS.read_text(encoding="utf-8"))
    return {name: written[known.get("same_as", name)] for name, known in written.items()}


def tables_of(published: Published) -> list[Table]:
    """The published tables of a report that have a registered meaning."""
    found = []
    for path in sorted(published.folder.glob("*.csv")):
        known = _formulas().get(path.stem)
        if known is not None:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = tuple(csv.DictReader(file))
            words = _ORIGINS | {known["key"], *known.get("words", ())}
            found.append(Table(path.stem, rows, known["key"], known["title"], known["columns"], words))
    return found


def unregistered(published: Published) -> list[str]:
    """The published tables whose columns have no registered meaning, so that none of their numbers can be traced."""
    return [path.name for path in sorted(published.folder.glob("*.csv")) if path.stem not in _formulas()]


def numbers_of(table: Table) -> Iterator[tuple[Row, str]]:
    """Every number of a table: its row and its column; columns of words, addresses and yes or no have none."""
    for row in table.rows:
        for column, text in row.items():
            if _is_number(text) and column not in table.words:
                yield row, column


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def trace_number(table: Table, row: Row, column: str, history: History) -> Trace:
    """Where one number comes from.

    Args:
        table: the table it stands in.
        row: its row.
        column: its column.
        history: the cells of past years behind a row, by the row's key.
    """
    known = table.columns.get(column, {"label": column, "formula": _NOT_SAID, "needs": [_NOT_SAID]})
    needs: list[str] = known["needs"]
    wanted = {origin for need in needs for origin in need.split("|")}
    cells = _cells(row) if "cell" in wanted else ()
    has_cell_instead = "cell|history" in needs and "history" not in needs and bool(cells)
    past = tuple(history(row[table.key])) if "history" in wanted and not has_cell_instead else ()
    rules = tuple(filter(None, [row.get("rule_source", "")])) if "rule" in wanted else ()
    there = {"cell": bool(row.get("source_cell")) and bool(cells), "history": bool(past), "rule": bool(rules)}
    lacking = tuple(need for need in needs if not any(there.get(origin, False) for origin in need.split("|")))
    unit = row.get("unit", "") if column in ("target_value", "observed_value") else ""
    notes = tuple(filter(None, [row.get("reading_note", "")]))
    return Trace(
        row=row[table.key], title=row.get(table.title, ""), column=column, label=known["label"], value=row[column],
        unit=unit, formula=known["formula"], cells=cells, history=past, rules=rules, corrections=(), notes=notes,
        lacking=lacking,
    )  # fmt: skip


def _cells(row: Row) -> tuple[Cell, ...]:
    own = Cell(row["source_file"], row["source_sheet"], row["source_cell"], row.get("observed_period", ""))
    found = [own] if own.cell else []
    base = row.get("base_source", "")
    if base:
        file, _, rest = base.partition("「")
        sheet, _, cell = rest.rpartition("」")
        found.append(Cell(file, sheet, cell, "上年同期"))
    return tuple(found)


def traces_of(published: Published, history: History) -> list[Trace]:
    """Where every number of a report's tables comes from."""
    return [
        trace_number(table, row, column, history) for table in tables_of(published) for row, column in numbers_of(table)
    ]


def untraced(published: Published, traces: Sequence[Trace]) -> list[Trace]:
    """Those of a report's numbers that lead to no cell and no article, or to a cell that is none of its inputs."""
    inputs = {one["file"] for one in (published.manifest or {}).get("inputs", [])}
    return [one for one in traces if one.lacking or any(cell.file not in inputs for cell in one.cells)]


def find_row(published: Published, key: str) -> tuple[Table, Row]:
    """The row of a published report with this key.

    Raises:
        ProblemsFound: there is none; names the nearest.
    """
    tables = tables_of(published)
    for table in tables:
        for row in table.rows:
            if row[table.key] == key:
                return table, row
    known = [row[table.key] for table in tables for row in table.rows]
    said = f"{published.period}/{published.name} 的表里没有编号 {key}"
    raise ProblemsFound([problem("unknown_row", said, hint(key, known), "请核对编号")])


def columns_of(table: Table, row: Row, wanted: str) -> list[str]:
    """The columns that hold numbers in a row, or the one asked for by its name or label.

    Raises:
        ProblemsFound: there is no such column, or nothing in it, or no number in the whole row.
    """
    there = [column for column, text in row.items() if _is_number(text) and column in table.columns]
    if not there:
        stop_on([problem("no_numbers", f"编号 {row[table.key]} 一行没有数", "", "不写编号可清点全部的数")])
    if not wanted:
        return there
    labels = {table.columns[column]["label"]: column for column in there}
    column = labels.get(wanted, wanted)
    if column not in there:
        said = f"编号 {row[table.key]} 一行没有“{wanted}”这一列的数"
        stop_on([problem("unknown_column", said, f"有 {'、'.join(labels)}", "请核对列名")])
    return [column]


def file_states(place: Place, published: Published) -> Callable[[str], str]:
    """Tells of an input whether it still is what the report was made from."""
    hashes = {one["file"]: one["sha256"] for one in (published.manifest or {}).get("inputs", [])}

    @cache
    def state(file: str) -> str:
        path = place.home / file
        if file not in hashes:
            return "不在清单的原始数据里"
        if not path.is_file():
            return "原文件不见了"
        return "原文件未改动" if sha256_of(path) == hashes[file] else "原文件在报告之后改动过"

    return state


def text_of(traces: Sequence[Trace], state: Callable[[str], str]) -> str:
    """The traces of one row as text; the cells of past years, the same for all of them, once at the end."""
    lines = []
    for one in traces:
        lines.append(f"{one.row} {one.title}　{one.label}（{one.column}）＝ {one.value}{one.unit}")
        lines.append(f"  算法：{one.formula}")
        lines += [f"  单元格：{cell.text}（{state(cell.file)}）" for cell in one.cells]
        lines += ["  往年数：见下"] if one.history else []
        lines += [f"  依据：{rule}" for rule in one.rules]
        lines += [f"  更正：{correction}" for correction in one.corrections]
        lines += [f"  说明：{note}" for note in one.notes]
        lines += [f"  缺少来源：{origin}" for origin in one.lacking]
    past = dict.fromkeys(cell for one in traces for cell in one.history)
    lines += ["同一指标往年的数（算法用到往年时）："] if past else []
    lines += [f"  {cell.text}（{state(cell.file)}）" for cell in past]
    return "\n".join(lines) + "\n"


def not_published(name: str, period: object) -> Problem:
    """The problem of asking for a report that has not been published."""
    return problem("not_published", f"{period} 的 {name} 还没有发布", "", f"请先运行 fhdata run {name} {period}")
