"""Blank forms for the offices to fill in: what is known is written in and locked, only what can stand may be entered.

One call writes any form; what a form holds is its caller's business::

    write_forms([Form(file_name, (Page(...), ...)), ...], folder) -> list[Path]

    Page(tab, title, columns, rows, about=(), notes=(), spare_rows=0)
    Column(heading, width, entry=None, group="")      entry None: prefilled and locked; group: a heading above several
    rows: one tuple a row, one cell a column:
        text or number   written in and locked
        None             to be filled in by the column's entry (a locked blank where the column has none)
        an Entry         to be filled in by this rule instead of the column's
    entries (fhdata.publish.entries): number(least, most), whole(least, most), money(), choice(words), day(), text()

Below the rows (and ``spare_rows`` blank ones) stand the notes, 填报人 and 审核人, and 报出日期 with a cell for the day.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fhdata.publish.entries import Entry, day
from fhdata.publish.workbook import FONT, PAPER_A4, TITLE_FONT, sheet_names

RELEASED = "报出日期："
SIGNED = "填报人：　　　　　　　　审核人："
CHOICES_TAB = "可选项"
ENTRY_COLOUR = "#FFFBE6"
FILE_SIGNS = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))
CREATED = datetime(2023, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # same form, same bytes
LONGEST_LIST = 255  # characters a drop-down list holds in itself
LONGEST_MESSAGE = 255
LONGEST_MESSAGE_TITLE = 32
PORTRAIT_WIDTH = 115  # characters of a page's width; wider tables lie
LINE_HEIGHT = 15.0  # points
ROW_HEIGHT = 18.0


Cell = str | float | Entry | None


@dataclass(frozen=True)
class Column:
    """One column: what is entered in it, if anything, and the heading above it and its neighbours of one ``group``."""

    heading: str
    width: float
    entry: Entry | None = None
    group: str = ""


@dataclass(frozen=True)
class Page:
    """One sheet to fill in.

    Attributes:
        tab: name of the sheet.
        title: first line.
        columns: the columns.
        rows: one tuple a row, one cell a column.
        about: lines between title and headings (填报部门：…, 单位：万元).
        notes: lines under the table.
        spare_rows: blank rows to be filled in below the prefilled ones.
    """

    tab: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    spare_rows: int = 0

    @property
    def heading_rows(self) -> range:
        """The rows of the headings: two where columns are grouped."""
        top = 1 + len(self.about)
        return range(top, top + (2 if any(one.group for one in self.columns) else 1))

    @property
    def body(self) -> list[tuple[Cell, ...]]:
        """Prefilled and spare rows."""
        return [*self.rows, *[(None,) * len(self.columns)] * self.spare_rows]


@dataclass(frozen=True)
class Form:
    """One workbook to fill in: its file name without the ending, and its sheets."""

    name: str
    pages: tuple[Page, ...]

    @property
    def file_name(self) -> str:
        """The name as a file may have it."""
        return f"{self.name.translate(FILE_SIGNS)}.xlsx"


@dataclass(frozen=True)
class _Book:
    """An open workbook; formats are made once, long lists of choices get a column of a sheet of their own."""

    book: Workbook
    formats: dict[tuple[tuple[str, object], ...], Format]
    lists: dict[tuple[str, ...], str]

    def format(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            common = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"}
            self.formats[key] = self.book.add_format(common | properties)
        return self.formats[key]


def write_forms(forms: Sequence[Form], folder: Path) -> list[Path]:
    """Write every form as a workbook of its own; same forms, same bytes.

    Returns:
        The files, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(form, folder / form.file_name) for form in forms]


def _write(form: Form, path: Path) -> Path:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": form.pages[0].title, "created": CREATED})
        opened = _Book(book, {}, _long_lists(form))
        for name, page in zip(sheet_names([page.tab for page in form.pages]), form.pages, strict=True):
            _write_page(opened, book.add_worksheet(name), page)
        if opened.lists:
            _write_lists(opened)
    return path


def _write_page(opened: _Book, sheet: Worksheet, page: Page) -> None:
    sheet.set_default_row(ROW_HEIGHT)
    for place, column in enumerate(page.columns):
        sheet.set_column(place, place, column.width)
    _across(opened, sheet, page, 0, page.title, font_name=TITLE_FONT, font_size=16, align="center")
    sheet.set_row(0, 30)
    for row, line in enumerate(page.about, start=1):
        _across(opened, sheet, page, row, line)
    _write_headings(opened, sheet, page)
    top = page.heading_rows.stop
    for row, cells in enumerate(page.body, start=top):
        is_section = [cell for cell in cells if cell != ""][1:] == []
        for place, (cell, column) in enumerate(zip(cells, page.columns, strict=True)):
            _write_cell(opened, sheet, (row, place), cell, column, is_bold=is_section)
    _validate(opened, sheet, page, top)
    _write_foot(opened, sheet, page, top + len(page.body))
    _set_up(sheet, page)


def _write_headings(opened: _Book, sheet: Worksheet, page: Page) -> None:
    """One row of headings, or two: a group over its columns, a column without a group over both rows."""
    style = opened.format(bold=True, border=1, align="center", text_wrap=True, bg_color="#EDF0F2")
    top, bottom = page.heading_rows.start, page.heading_rows.stop - 1
    for row in page.heading_rows:
        sheet.set_row(row, LINE_HEIGHT * max(_lines(one.heading, one.width) for one in page.columns) + 8)
    place = 0
    for group, members in itertools.groupby(page.columns, key=lambda one: one.group):
        columns = list(members)
        if group and len(columns) > 1:
            sheet.merge_range(top, place, top, place + len(columns) - 1, group, style)
        elif group:
            sheet.write_string(top, place, group, style)
        for column in columns:
            if group or top == bottom:
                sheet.write_string(bottom, place, column.heading, style)
            else:
                sheet.merge_range(top, place, bottom, place, column.heading, style)
            place += 1


def _write_cell(
    opened: _Book, sheet: Worksheet, at: tuple[int, int], cell: Cell, column: Column, *, is_bold: bool
) -> None:
    entry = cell if isinstance(cell, Entry) else column.entry if cell is None else None
    if entry is not None:
        align = {"align": "center"} if entry.kind in ("choice", "day") else {}
        style = opened.format(
            border=1,
            locked=False,
            bg_color=ENTRY_COLOUR,
            num_format=entry.shown,
            text_wrap=entry.kind == "text",
            **align,
        )
        sheet.write_blank(*at, None, style)
    elif isinstance(cell, str) and cell:
        sheet.write_string(*at, cell, opened.format(border=1, text_wrap=True, bold=is_bold))
    elif isinstance(cell, int | float):
        sheet.write_number(*at, cell, opened.format(border=1, align="center"))
    else:
        sheet.write_blank(*at, None, opened.format(border=1))


def _validate(opened: _Book, sheet: Worksheet, page: Page, top: int) -> None:
    """One rule for each run of cells below each other that take the same entry."""
    for place, column in enumerate(page.columns):
        entries = [
            row[place] if isinstance(row[place], Entry) else column.entry if row[place] is None else None
            for row in page.body
        ]
        first = top
        for entry, run in itertools.groupby(entries):
            last = first + len(list(run)) - 1
            if isinstance(entry, Entry) and entry.kind != "text":
                sheet.data_validation(first, place, last, place, _rule(opened, entry, column.heading))
            first = last + 1


def _rule(opened: _Book, entry: Entry, heading: str) -> dict[str, object]:
    told = {"error_title": heading[:LONGEST_MESSAGE_TITLE], "error_message": entry.message[:LONGEST_MESSAGE]}
    if entry.kind == "choice":
        source = opened.lists.get(entry.choices)
        return told | {"validate": "list", "source": f"={source}" if source else list(entry.choices)}
    if entry.kind == "day":
        return told | {"validate": "date", "criteria": ">", "value": CREATED.replace(year=2000)}
    kind = {"number": "decimal", "whole": "integer"}[entry.kind]
    if entry.least is not None and entry.most is not None:
        return told | {"validate": kind, "criteria": "between", "minimum": entry.least, "maximum": entry.most}
    if entry.most is not None:
        return told | {"validate": kind, "criteria": "<=", "value": entry.most}
    least = -1e15 if entry.least is None else entry.least  # any number
    return told | {"validate": kind, "criteria": ">=", "value": least}


def _long_lists(form: Form) -> dict[tuple[str, ...], str]:
    """Lists too long for a rule, or with a comma in a word, and the cells of the sheet that holds them."""
    cells = [cell for page in form.pages for row in page.rows for cell in row]
    entries = [column.entry for page in form.pages for column in page.columns] + cells
    lists = dict.fromkeys(one.choices for one in entries if isinstance(one, Entry) and one.choices)
    long = [one for one in lists if len(",".join(one)) > LONGEST_LIST or any("," in word for word in one)]
    letters = [xl_col_to_name(place) for place in range(len(long))]
    return {
        words: f"{CHOICES_TAB}!${letter}$1:${letter}${len(words)}" for letter, words in zip(letters, long, strict=True)
    }


def _write_lists(opened: _Book) -> None:
    sheet = opened.book.add_worksheet(CHOICES_TAB)
    for place, words in enumerate(opened.lists):
        sheet.set_column(place, place, max(map(len, words)) * 2 + 2)
        sheet.write_column(0, place, words, opened.format())
    sheet.protect()


def _write_foot(opened: _Book, sheet: Worksheet, page: Page, row: int) -> None:
    for line in (*page.notes, SIGNED):
        _across(opened, sheet, page, row, line, font_size=9.5, text_wrap=True)
        row += 1
    sheet.write_string(row, 0, RELEASED, opened.format(font_size=9.5))
    style = opened.format(locked=False, num_format=day().shown, bg_color=ENTRY_COLOUR, align="left", border=1)
    sheet.write_blank(row, 1, None, style)
    sheet.data_validation(row, 1, row, 1, _rule(opened, day(), RELEASED.strip("：")))


def _across(opened: _Book, sheet: Worksheet, page: Page, row: int, line: str, **look: object) -> None:
    """One line over the whole width of the table, as high as it needs."""
    width = sum(column.width for column in page.columns)
    sheet.set_row(row, LINE_HEIGHT * _lines(line, width) + 2)
    last = len(page.columns) - 1
    if last:
        sheet.merge_range(row, 0, row, last, line, opened.format(**look))
    else:
        sheet.write_string(row, 0, line, opened.format(**look))


def _lines(line: str, width: float) -> int:
    """How many lines a text needs in a cell so many characters wide."""
    taken = sum(2 if east_asian_width(one) in "WFA" else 1 for one in line)
    return max(1, -(-taken // max(int(width) - 1, 1)))


def _set_up(sheet: Worksheet, page: Page) -> None:
    allowed = ("format_columns", "format_rows", "autofilter", "sort")
    sheet.protect("", dict.fromkeys(allowed, True))
    locked = list(itertools.takewhile(lambda column: column.entry is None, page.columns))
    sheet.freeze_panes(page.heading_rows.stop, min(len(locked), 2))
    sheet.set_paper(PAPER_A4)
    if sum(column.width for column in page.columns) > PORTRAIT_WIDTH:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(page.heading_rows.start, page.heading_rows.stop - 1)
    sheet.set_footer(f'&C&"{FONT},常规"&10第 &P 页　共 &N 页')
