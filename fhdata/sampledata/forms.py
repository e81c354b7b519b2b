"""Lays the figures of one period out as a county office would: title, header, sections, notes, signature line."""

from dataclasses import dataclass
from datetime import timedelta

from fhdata.periods import Period
from fhdata.sampledata.entries import Column, Content, columns_of, entry, is_due, is_written
from fhdata.sampledata.figures import Course
from fhdata.sampledata.plan import Plan, Series, Sheet

HEADER_ROW = 2
LAST_YEAR_KINDS = ("cumulative", "month_end", "year_end", "quarters")


@dataclass(frozen=True)
class Cell:
    """One cell or one merged block: position from 0, how many rows and columns it covers, and its style's name."""

    row: int
    column: int
    content: Content
    style: str
    rows: int = 1
    columns: int = 1
    decimals: int = 0


@dataclass(frozen=True)
class Table:
    """A finished sheet: its cells, its column widths, the first and last row of its header and the rows set taller."""

    tab: str
    cells: tuple[Cell, ...]
    widths: tuple[float, ...]
    header_rows: tuple[int, int]
    tall_rows: tuple[int, ...] = ()


def lay_out(sheet: Sheet, plan: Plan, period: Period, courses: dict[str, Course]) -> Table | None:
    """One sheet of one period, or None where no row of it is due and written.

    Args:
        sheet: the form.
        plan: rows and wording.
        period: the month, the quarter, or last year as a whole.
        courses: the figures of each indicator.
    """
    rows = [one for one in plan.on_sheet[sheet.sheet] if is_written(one, sheet, period)]
    if not any(is_due(one, period.month) for one in rows):
        return None
    columns = columns_of(sheet, rows, period)
    labels = (sheet.name_words,) if sheet.unit_line else (sheet.name_words, "计量单位")
    depth = 2 if any(one.over for one in columns) else 1
    width = len(labels) + len(columns)
    cells = [*_head(sheet, period, width), *_header(labels, columns, depth)]
    at = HEADER_ROW + depth
    for line in _lines(sheet, rows):
        if isinstance(line, str):
            cells += _section(at, line, width)
        else:
            name = line.names[(period.month - 1) % len(line.names)]
            entries = [entry(line, column, courses[line.indicator]) for column in columns]
            cells += _row(at, [name, line.unit][: len(labels)], entries)
        at += 1
    cells += _foot(sheet, plan, period, at, width)
    widths = (40.0, *([10.0] * (len(labels) - 1)), *([11.0] * len(columns)))
    tall = tuple(sorted({one.row for one in cells if one.style == "header" and "\n" in str(one.content)}))
    return Table(sheet.tab, tuple(cells), widths, (HEADER_ROW, HEADER_ROW + depth - 1), tall)


def _head(sheet: Sheet, period: Period, width: int) -> list[Cell]:
    words = f"{period.year}年" if sheet.kind in LAST_YEAR_KINDS else period.label
    return [
        Cell(0, 0, sheet.title.replace("{period}", words), "title", 1, width),
        Cell(1, 0, f"填报单位：{sheet.reporter}", "left"),
        Cell(1, 1, f"单位：{sheet.unit_line}" if sheet.unit_line else None, "right", 1, width - 1),
    ]


def _header(labels: tuple[str, ...], columns: list[Column], depth: int) -> list[Cell]:
    """One row, or two with the heading over several columns merged across and the labels merged down."""
    cells = [Cell(HEADER_ROW, number, words, "header", depth) for number, words in enumerate(labels)]
    for number, one in enumerate(columns):
        at = len(labels) + number
        cells.append(Cell(HEADER_ROW + depth - 1, at, one.words, "header"))
        is_first = not number or columns[number - 1].over != one.over
        if depth > 1 and is_first:
            across = sum(other.over == one.over for other in columns)
            cells.append(Cell(HEADER_ROW, at, one.over, "header", 1, across))
    return cells


def _lines(sheet: Sheet, rows: list[Series]) -> list[Series | str]:
    """The rows with their section headings in between; last year's tables have none."""
    lines: list[Series | str] = []
    section = ""
    for one in rows:
        if sheet.sheet == one.sheet and one.section not in {"", section}:
            section = one.section
            lines.append(section)
        lines.append(one)
    return lines


def _section(at: int, words: str, width: int) -> list[Cell]:
    return [Cell(at, 0, words, "section"), *(Cell(at, number, None, "figure") for number in range(1, width))]


def _row(at: int, labels: list[str], entries: list[tuple[Content, int]]) -> list[Cell]:
    """One row: its name, its unit where there is a column for it, and its figures."""
    cells = [Cell(at, number, text, "unit" if number else "label") for number, text in enumerate(labels)]
    for number, (content, decimals) in enumerate(entries, len(labels)):
        cells.append(Cell(at, number, content, "figure", decimals=decimals))
    return cells


def _foot(sheet: Sheet, plan: Plan, period: Period, at: int, width: int) -> list[Cell]:
    """Footnotes, where the figures come from, who signs (nobody by name) and when it was handed in."""
    day = (period.end + timedelta(days=sheet.days)).isoformat()
    notes = numbered([*sheet.notes, *_sources(sheet, plan)])
    lines = [*notes, plan.marks["source"], f"{plan.marks['signature']}　　报出日期：{day}"]
    return [Cell(at + number, 0, line, "foot", 1, width) for number, line in enumerate(lines)]


def numbered(texts: list[str]) -> list[str]:
    """Footnotes as offices write them: 注：1.…, the next ones indented under it."""
    return [f"{'　　' if number > 1 else '注：'}{number}.{text}" for number, text in enumerate(texts, 1)]


def _sources(sheet: Sheet, plan: Plan) -> list[str]:
    """Where last year's totals come from, row by row, unless they are made up like everything else."""
    return [
        f"{one.names[0]}：{one.base_source}"
        for one in plan.on_sheet[sheet.sheet]
        if one.history == sheet.sheet and one.base_source not in {"", plan.marks["made_up"]}
    ]
