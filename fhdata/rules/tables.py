"""Rule tables as CSV: exact columns in, checked columns out, every problem with its row and column."""

import csv
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, file_label, hint, problem, stop_on

YES_NO = {"yes": True, "no": False}
LIST_MARK = ";"


@dataclass(frozen=True)
class Table:
    """One CSV file of a rules folder, all cells as stripped text; row 1 of the file is its header."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def cells(self) -> dict[str, tuple[str, ...]]:
        """The text of every column."""
        by_column = list(zip(*self.rows, strict=True)) or [() for _ in self.columns]
        return dict(zip(self.columns, by_column, strict=True))

    def where(self, index: int, column: str) -> dict[str, str]:
        """The place of one cell as the ``file`` and ``cell`` of a Problem; ``index`` counts data rows from 0."""
        return {"file": self.file, "cell": f"第{index + 2}行 {column}"}

    def frame(self) -> pd.DataFrame:
        """All columns as text, one row a data row."""
        return pd.DataFrame({name: list(cells) for name, cells in self.cells.items()}, dtype="str")


def read_tables(folder: Path, layouts: dict[str, tuple[str, ...]]) -> dict[str, Table]:
    """Read several CSV files and check that each has exactly its columns.

    Args:
        folder: a place's rules folder.
        layouts: file name → its columns, in order.

    Raises:
        ProblemsFound: files missing, unreadable, or with other columns; all of them at once.
    """
    read = {name: _read(folder / name, columns) for name, columns in layouts.items()}
    stop_on(one for result in read.values() if isinstance(result, list) for one in result)
    return {name: result for name, result in read.items() if isinstance(result, Table)}


def _read(path: Path, columns: tuple[str, ...]) -> Table | list[Problem]:
    label = file_label(path)
    if not path.is_file():
        return [problem("no_rule_file", "没有这个文件", "规则文件夹里应有它", "请补上", file=label)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = [[cell.strip() for cell in line] for line in csv.reader(stream, strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        return [problem("bad_rule_file", f"读不懂：{error}", "应为 UTF-8 编码的 CSV", "请另存后重试", file=label)]
    header = lines[0] if lines else []
    if header != list(columns):
        return _header_problems(label, header, columns)
    wrong = [
        problem(
            "bad_row",
            f"有 {len(line)} 格",
            f"应有 {len(columns)} 格",
            "请核对逗号和引号",
            file=label,
            cell=f"第{number}行",
        )
        for number, line in enumerate(lines[1:], 2)
        if len(line) != len(columns)
    ]
    return wrong or Table(label, columns, tuple(tuple(line) for line in lines[1:]))


def _header_problems(label: str, header: list[str], columns: tuple[str, ...]) -> list[Problem]:
    missing = [name for name in columns if name not in header]
    strange = [name for name in header if name not in columns]
    found = [problem("missing_column", f"缺少列“{name}”", "", "请补上", file=label, cell="第1行") for name in missing]
    found += [
        problem("unknown_column", f"不认识列“{name}”", hint(name, columns), "请改正或删去", file=label, cell="第1行")
        for name in strange
    ]
    order = "、".join(columns)
    return found or [
        problem("column_order", "列有重复或次序不对", f"应依次为{order}", "请改正", file=label, cell="第1行")
    ]


def required(table: Table, *columns: str) -> list[Problem]:
    """Cells that must not be empty."""
    return [
        problem("empty_cell", "没有填写", "此格必填", "请补上", **table.where(index, column))
        for column in columns
        for index, text in enumerate(table.cells[column])
        if not text
    ]


def unique(table: Table, column: str) -> list[Problem]:
    """Cells that repeat an earlier row's."""
    first: dict[str, int] = {}
    found = []
    for index, text in enumerate(table.cells[column]):
        if text and first.setdefault(text, index) != index:
            earlier = f"与第{first[text] + 2}行重复"
            found.append(problem("duplicate", f"“{text}”{earlier}", "不得重复", "请改正", **table.where(index, column)))
    return found


def matching(
    table: Table, column: str, is_good: Callable[[str], bool], allowed: str, *, code: str = "bad_cell"
) -> list[Problem]:
    """Filled cells whose text is not of the form described by ``allowed``; empty cells pass."""
    return [
        problem(code, f"写的是“{text}”", allowed, "请改正", **table.where(index, column))
        for index, text in enumerate(table.cells[column])
        if text and not is_good(text)
    ]


def one_of(table: Table, column: str, allowed: Collection[str]) -> list[Problem]:
    """Filled cells that are none of the allowed words."""
    return matching(table, column, lambda text: text in allowed, f"只能是{'、'.join(allowed)}", code="bad_choice")


def known(
    table: Table, column: str, names: Collection[str], what: str, *, mark: str = "", code: str = "unknown_name"
) -> list[Problem]:
    """Filled cells that name something unknown; with ``mark`` a cell is a list joined by that mark."""
    found = []
    for index, text in enumerate(table.cells[column]):
        for name in (text.split(mark) if mark else [text]) if text else []:
            if name not in names:
                said = f"{what}里没有“{name}”"
                found.append(problem(code, said, hint(name, names), "请改正或先登记", **table.where(index, column)))
    return found


def is_number(text: str) -> bool:
    """Whether the text is a finite decimal number."""
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and not text.endswith(".")


def is_date(text: str) -> bool:
    """Whether the text is a date written 2023-02-27."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def numbers(table: Table, column: str) -> list[Problem]:
    """Filled cells that are not numbers."""
    return matching(table, column, is_number, "应为数字", code="bad_number")


def whole_numbers(table: Table, column: str, low: int, high: int) -> list[Problem]:
    """Filled cells that are not whole numbers from ``low`` to ``high``."""
    return matching(
        table,
        column,
        lambda text: text.isascii() and text.isdigit() and low <= int(text) <= high,
        f"应为 {low} 至 {high} 的整数",
        code="bad_number",
    )


def as_numbers(column: "pd.Series[str]") -> "pd.Series[float]":
    """Text to float64, NaN where the cell is empty."""
    return pd.to_numeric(column.where(column != "")).astype("float64")


def as_dates(column: "pd.Series[str]") -> "pd.Series[date]":
    """Text to dates, None where the cell is empty."""
    return pd.Series(
        [date.fromisoformat(text) if text else None for text in column], index=column.index, dtype="object"
    )
