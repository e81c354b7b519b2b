"""Sheets of a fixed form: which form a sheet is, where its columns stand, its rows, and what it says of itself."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fhdata.intake.grids import Grid, is_blank, text_of
from fhdata.intake.numbers import read_number
from fhdata.intake.releases import EXAMPLE, read_date, sheet_facts
from fhdata.intake.sheet_problems import formula_problems
from fhdata.intake.wording import fold
from fhdata.problems import Problem

FORMS_FILE = Path(__file__).with_name("score_forms.toml")


@dataclass(frozen=True)
class FormKind:
    """One form: words its title holds, the fields it must have and how each is headed.

    ``has_others`` allows columns under further headings; their words are kept as they are.
    """

    name: str
    title: str
    needed: tuple[str, ...]
    headings: Mapping[str, tuple[str, ...]]
    has_others: bool


@dataclass(frozen=True)
class Vocabulary:
    """The forms and the words of one file of forms, folded; ``what`` is what its sheets are called together.

    ``least``, ``most`` and ``statuses`` are those of scores.
    """

    what: str
    kinds: tuple[FormKind, ...]
    footer: re.Pattern[str]
    item: re.Pattern[str]
    department: re.Pattern[str]
    unit: re.Pattern[str]
    least: float
    most: float
    statuses: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """One sheet read as a form: columns by field, further columns by heading, its rows, and what stands around them."""

    kind: str
    grid: Grid
    columns: Mapping[str, int]
    others: Mapping[str, int]
    rows: tuple[int, ...]
    item: str
    department: str
    unit: str
    title: str
    released: str
    is_example: bool

    def line(self, row: int) -> "Line":
        """One of its rows."""
        return Line(self, row)


@dataclass(frozen=True)
class Line:
    """One row of a form, read field by field; a field without a column is empty."""

    form: Form
    row: int

    def cell(self, field: str) -> object:
        """The cell as the reader gave it."""
        column = self.form.columns.get(field)
        return "" if column is None else self.form.grid.rows[self.row][column]

    def text(self, field: str) -> str:
        """The cell's text, trimmed."""
        return text_of(self.cell(field))

    def number(self, field: str) -> float | None:
        """The cell's number; None where it has none."""
        read = read_number(self.cell(field))
        return read.value if read and not read.unit else None

    def day(self, field: str) -> date | None:
        """The cell's day; None where it is none."""
        return None if is_blank(self.cell(field)) else read_date(self.cell(field))

    def problem(self, code: str, found: str, allowed: str, action: str, field: str) -> Problem:
        """A problem in this row's cell of a field."""
        return self.form.grid.problem(code, found, allowed, action, (self.row, self.form.columns[field]))


@cache
def vocabulary(file: Path = FORMS_FILE) -> Vocabulary:
    """Read a file of forms, ``score_forms.toml`` or one like it, once."""
    data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    score = data.get("score", {"least": 0, "most": 0})  # forms without scores have none
    statuses = ("scored", "not_concerned", "not_handed_in")
    return Vocabulary(
        what=data["what"],
        kinds=tuple(
            FormKind(
                one["kind"],
                fold(one["title"]),
                tuple(one["needed"]),
                {field: tuple(map(fold, words)) for field, words in one["headings"].items()},
                one.get("others", False),
            )
            for one in data["form"]
        ),
        footer=re.compile(data["footer"]),
        item=re.compile(data["item"]),
        department=re.compile(data["department"]),
        unit=re.compile(data["unit"]),
        least=float(score["least"]),
        most=float(score["most"]),
        statuses={fold(word): status for status in statuses for word in score.get(status, ())},
        words={fold(word): code for code, words in data["words"].items() for word in words},
    )


def read_form(grid: Grid, file: Path = FORMS_FILE) -> tuple[Form | None, list[Problem]]:
    """Read one sheet as the form its title names.

    Args:
        grid: the sheet.
        file: the forms it may be.

    Returns:
        The form (None where the sheet is none of them or lacks a column) and every problem of the sheet as a whole.
    """
    words = vocabulary(file)
    problems = formula_problems(grid)
    kind, title = _kind(grid, words)
    if kind is None:
        known = "、".join(one.title for one in words.kinds)
        told = grid.problem("unknown_form", f"标题认不出是哪种{words.what}", f"标题里要有{known}之一", "请写明标题")
        return None, [*problems, told]
    if grid.is_hidden:
        allowed, action = "要用的表不能隐藏", "请取消隐藏或删去"
        problems.append(grid.problem("hidden_sheet", "工作表是隐藏的，里面有表", allowed, action))
    header, lacking = _header(grid, kind)
    if lacking:
        wanted = "、".join(f"“{kind.headings[field][0]}”" for field in lacking)
        told = grid.problem("no_heading", f"《{kind.title}》没有{wanted}一栏", "", "请按模板补上")
        return None, [*problems, told]
    columns, others = _columns(grid, kind, header)
    rows = _body(grid, header, words)
    released, status, undated = sheet_facts(grid, header, rows[-1] if rows else header)
    around = [fold(text_of(cell)) for row in grid.rows[:header] for cell in row if not is_blank(cell)]
    form = Form(
        kind=kind.name,
        grid=grid,
        columns=columns,
        others=others,
        rows=tuple(rows),
        item=_told(words.item, around),
        department=_told(words.department, around),
        unit=_told(words.unit, around),
        title=title,
        released=released,
        is_example=status == EXAMPLE,
    )
    return form, [*problems, *undated]


def _kind(grid: Grid, words: Vocabulary) -> tuple[FormKind | None, str]:
    """The form whose words the first line that names one holds; the longest words win."""
    ordered = sorted(words.kinds, key=lambda one: -len(one.title))
    for row in grid.rows[:5]:
        for cell in row:
            text = fold(text_of(cell))
            kind = next((one for one in ordered if one.title in text), None)
            if kind:
                return kind, text
    return None, ""


def _header(grid: Grid, kind: FormKind) -> tuple[int, list[str]]:
    """The row that has most of the needed headings, and those it lacks."""
    best, lacking = 0, list(kind.needed)
    for number, row in enumerate(grid.rows):
        words = {fold(text_of(cell)) for cell in row}
        missing = [field for field in kind.needed if words.isdisjoint(kind.headings[field])]
        if len(missing) < len(lacking):
            best, lacking = number, missing
    return best, lacking


def _columns(grid: Grid, kind: FormKind, header: int) -> tuple[dict[str, int], dict[str, int]]:
    columns: dict[str, int] = {}
    others: dict[str, int] = {}
    for number, cell in enumerate(grid.rows[header]):
        word = fold(text_of(cell))
        field = next((name for name, words in kind.headings.items() if word in words), "")
        if field:
            columns.setdefault(field, number)
        elif word and kind.has_others:
            others[text_of(cell)] = number
    return columns, others


def _body(grid: Grid, header: int, words: Vocabulary) -> list[int]:
    """Rows with anything in them, up to the first line of the foot."""
    found = []
    for number in range(header + 1, len(grid.rows)):
        first = next((fold(text_of(cell)) for cell in grid.rows[number] if not is_blank(cell)), "")
        if words.footer.search(first):
            break
        if first:
            found.append(number)
    return found


def _told(pattern: re.Pattern[str], texts: list[str]) -> str:
    return next((found[1] for text in texts if (found := pattern.search(text))), "")
