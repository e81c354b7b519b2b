"""How a table looks, said once: the same column list gives the page and the workbook."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from fhdata.problems import Problem, problem
from fhdata.publish.lights import LIGHTS
from fhdata.rounding import exact, half_up, number_text

Kind = Literal["text", "list", "number", "signed", "ratio"]
Align = Literal["left", "center", "right"]

MOST_DIGITS = 3
MINUS = "−"
NOTHING = "—"
Scalar = str | float | int | date | None


@dataclass(frozen=True)
class Column:
    """One column of a printed table.

    ``kind``: text; list (甲;乙 is printed as 甲、乙); number; signed (a difference, always with its sign);
    ratio (0.44 is printed as 44.0%). ``digits`` None prints as many decimals as the value has, three at most. ``width``
    is in characters of the workbook, a Chinese character counting two. ``light`` names the column that holds green,
    amber, red or none; ``source`` the column that holds the id of the source note; ``mark`` the column that holds a
    sign printed behind the value, such as *, or "". A workbook draws a bar for ``has_bar``, prints an arrow in place of
    the sign for ``has_arrow``, and marks the rows of the first and last three places by ``is_rank``.
    """

    name: str
    label: str
    kind: Kind = "text"
    digits: int | None = 1
    align: Align | None = None
    width: int = 12
    light: str = ""
    source: str = ""
    has_bar: bool = False
    has_arrow: bool = False
    is_rank: bool = False
    mark: str = ""

    @property
    def alignment(self) -> Align:
        """Numbers to the right, text to the left, unless said otherwise."""
        return self.align or ("right" if self.is_number else "left")

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind not in {"text", "list"}

    @property
    def least_width(self) -> float:
        """The least width on a page in ems; a long text may be broken beyond it."""
        return min(self.width, 18) / 2


@dataclass(frozen=True)
class Table:
    """A finished frame and how it is printed; ``unit`` and ``as_of`` make the line under the title.

    ``told`` names the column whose sentences a notice says in its text, the rest of the table being an annex.
    """

    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    unit: str = ""
    as_of: str = ""
    footnotes: tuple[str, ...] = ()
    told: str = ""

    @property
    def note_line(self) -> str:
        """ "单位：亿元　数据截至：2023-04-08", each part only where it is known."""
        parts = [f"单位：{self.unit}" if self.unit else "", f"数据截至：{self.as_of}" if self.as_of else ""]
        return "　".join(filter(None, parts))

    @cached_property
    def records(self) -> list[dict[Hashable, Any]]:
        """The rows as dictionaries of what the columns print and point to, in order."""
        printed = [
            name for one in self.columns for name in (one.name, one.light, one.source, one.mark) if name in self.frame
        ]
        names = list(dict.fromkeys(printed))
        values = [self.frame[name].tolist() for name in names]  # a frame has many more columns than a table prints
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]

    @property
    def width(self) -> int:
        """The width of all columns in characters of the workbook."""
        return sum(column.width for column in self.columns)

    @property
    def is_wide(self) -> bool:
        """Whether it needs a landscape page."""
        return self.width > 96


def is_missing(value: Scalar) -> bool:
    """Whether there is no value (None, NaN, NaT); an empty text is a value that prints as nothing."""
    return value is None or bool(pd.isna(value))


def shown_digits(column: Column, value: float) -> int:
    """How many decimals the value is printed with."""
    if column.digits is not None:
        return column.digits
    exponent = half_up(_shown(column, value), MOST_DIGITS).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def cell_text(column: Column, value: Scalar) -> str:
    """A value as it is printed: rounded once, half up, with a true minus sign; nothing is "—", never 0."""
    if is_missing(value):
        return NOTHING
    if not column.is_number or value is None or isinstance(value, str | date):
        return str(value).replace(";", "、") if column.kind == "list" else str(value)
    rounded = number_text(_shown(column, value), shown_digits(column, value))
    sign = "+" if column.kind == "signed" and half_up(_shown(column, value), shown_digits(column, value)) > 0 else ""
    return sign + rounded.replace("-", MINUS) + ("%" if column.kind == "ratio" else "")


def _shown(column: Column, value: float) -> Decimal:
    """The number that stands on paper: a ratio is shown in percent."""
    return exact(value) * (100 if column.kind == "ratio" else 1)


def excel_format(column: Column, value: float, mark: str = "") -> str:
    """The spreadsheet's number format that prints what ``cell_text`` prints, with the sign behind it."""
    shown = _excel_format(column, value)
    return ";".join(f'{part}"{mark}"' for part in shown.split(";")) if mark else shown


def _excel_format(column: Column, value: float) -> str:
    digits = shown_digits(column, value)
    number = "#,##0" + (f".{'0' * digits}" if digits else "")
    if column.has_arrow:
        return f'"↑"{number};"↓"{number};{number}'
    if column.kind == "signed":
        return f"+{number};{MINUS}{number};{number}"
    percent = "%" if column.kind == "ratio" else ""
    return f"{number}{percent};{MINUS}{number}{percent}"


def table_problems(table: Table) -> list[Problem]:
    """What would keep a table from being printed: missing columns, text among numbers, unknown lights."""
    problems: list[Problem] = []
    if table.told and table.told not in table.frame.columns:
        problems.append(problem("no_column", f"《{table.title}》没有“{table.told}”一列", "", "请核对报表所列的栏目"))
    for column in table.columns:
        if not column.label:
            said = f"《{table.title}》“{column.name}”列没有栏目名"
            problems.append(problem("no_label", said, "读屏的人听不到它是什么", "请写上栏目名"))
        for name in filter(None, (column.name, column.light, column.source, column.mark)):
            if name not in table.frame.columns:
                problems.append(
                    problem("no_column", f"《{table.title}》没有“{name}”一列", "", "请核对报表所列的栏目", file="")
                )
        if column.is_number and column.name in table.frame.columns:
            problems += _text_among_numbers(table, column)
        if column.light and column.light in table.frame.columns:
            unknown = sorted(set(map(str, table.frame[column.light])) - set(LIGHTS))
            problems += [
                problem("bad_light", f"《{table.title}》“{column.light}”列有“{one}”", f"应为 {'、'.join(LIGHTS)}")
                for one in unknown
            ]
    return problems


def _text_among_numbers(table: Table, column: Column) -> list[Problem]:
    values = [value for value in table.frame[column.name] if not is_missing(value)]
    wrong = [value for value in values if isinstance(value, str) or value in (float("inf"), float("-inf"))]
    return [
        problem("not_a_number", f"《{table.title}》“{column.label}”列有“{value}”", "这一列应为数", "请核对上一步的表")
        for value in wrong[:3]
    ]
