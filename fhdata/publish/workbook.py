"""Tables as an office workbook: title, unit and date line, frozen header, filters, A4 print, sources."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fhdata.problems import stop_on
from fhdata.publish.inert import is_formula_like
from fhdata.publish.lights import HAIRLINE, INK, LIGHTS, QUIET
from fhdata.publish.report import EXAMPLE_LINE, EXAMPLE_MARK, Report, Source, report_problems
from fhdata.publish.tables import Column, Table, cell_text, excel_format, is_missing

FONT = "宋体"
TITLE_FONT = "黑体"
PAPER_A4 = 9
MARGINS = {"left": 0.6, "right": 0.6, "top": 0.75, "bottom": 0.75}
TURNED_ROOM = 140  # characters in a line of a turned page at full size
LEAST_SCALE = 0.6  # a table that would be printed smaller goes over several pages side by side
LEAST_NOTE = 60  # half characters in a line of a note under a narrow table
PLACES = 3
FIRST_ROWS, LAST_ROWS = {"bold": True, "bg_color": "#DCEAF4"}, {"italic": True, "bg_color": "#FBE6D8"}
LINE_HEIGHT = 15.0  # points
ROW_PADDING = 5.0
LONGEST_SHEET_NAME = 31
SHEET_NAME_SIGNS = str.maketrans(
    {"[": "［", "]": "］", ":": "：", "*": "＊", "?": "？", "/": "／", "\\": "＼", "'": "’"}
)
NOTES_SHEET = "口径说明"
SOURCES_SHEET = "数据来源"
SOURCE_COLUMNS = (
    Column("id", "编号", width=10),
    Column("label", "数字", width=34),
    Column("file", "文件", width=44),
    Column("sheet", "工作表", width=16),
    Column("cell", "单元格", width=10, align="center"),
    Column("document", "依据", width=40),
)
NOTE_COLUMNS = (Column("number", "序号", "number", 0, align="center", width=8), Column("note", "说明", width=84))


@dataclass(frozen=True)
class _Book:
    """An open workbook and whether its figures are made up; formats are made once and shared."""

    book: Workbook
    is_example: bool
    formats: dict[tuple[tuple[str, Any], ...], Format]

    def format(self, **properties: Any) -> Format:  # noqa: ANN401 - whatever the writer's formats take
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": FONT, "font_color": INK, "valign": "vcenter"} | properties
            )
        return self.formats[key]


def write_workbook(report: Report, path: Path) -> None:
    """Write every table of the report on a sheet of its own, then 口径说明 and 数据来源; same report, same bytes.

    Numbers are numbers with a number format; text from outside is never a formula or a link.

    Raises:
        ProblemsFound: a table lacks a column, or a figure leads to no source note.
    """
    stop_on(report_problems(report))
    tables = [*report.tables, _notes(report), _sources(report.sources)]
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": f"{report.title}（{report.period_label}）",
                "comments": EXAMPLE_LINE if report.is_example else "",
                "created": datetime.combine(report.as_of, time.min, tzinfo=UTC).replace(tzinfo=None),
            }
        )
        opened = _Book(book, report.is_example, {})
        for name, table in zip(sheet_names([table.title for table in tables]), tables, strict=True):
            _write_table(opened, book.add_worksheet(name), table)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names a workbook accepts: no forbidden sign, at most 31 characters, none twice."""
    names: list[str] = []
    for title in titles:
        plain = title.translate(SHEET_NAME_SIGNS).strip() or "表"
        name, number = plain[:LONGEST_SHEET_NAME], 2
        while name.casefold() in {one.casefold() for one in names}:
            mark = f"（{number}）"
            name, number = plain[: LONGEST_SHEET_NAME - len(mark)] + mark, number + 1
        names.append(name)
    return names


def _notes(report: Report) -> Table:
    notes = [f"报告期：{report.period_label}；数据截至 {report.as_of.isoformat()}。", *report.notes]
    frame = pd.DataFrame({"number": range(1, len(notes) + 1), "note": notes})
    return Table(NOTES_SHEET, frame, NOTE_COLUMNS)


def _sources(sources: Sequence[Source]) -> Table:
    rows = [{column.name: getattr(source, column.name) for column in SOURCE_COLUMNS} for source in sources]
    return Table(SOURCES_SHEET, pd.DataFrame(rows, columns=[column.name for column in SOURCE_COLUMNS]), SOURCE_COLUMNS)


def _write_table(opened: _Book, sheet: Worksheet, table: Table) -> None:
    last = len(table.columns) - 1
    row, place = 0, "center_across" if _pages_across(table) == 1 else "left"
    if opened.is_example:
        _across(sheet, row, last, EXAMPLE_LINE, opened.format(align=place, font_size=10, font_color="#8A5A00"))
        row += 1
    _across(sheet, row, last, table.title, opened.format(align=place, font_name=TITLE_FONT, font_size=16))
    sheet.set_row(row, 30)
    if table.note_line:
        row += 1
        sheet.write_string(row, 0, table.note_line, opened.format(font_size=10, font_color=QUIET))
    head = row + 1
    _write_header(opened, sheet, table, head)
    for offset, record in enumerate(table.records, start=1):
        sheet.set_row(head + offset, LINE_HEIGHT * _lines(table.columns, record) + ROW_PADDING)
        for column, spec in enumerate(table.columns):
            _write_cell(opened, sheet, (head + offset, column), spec, record)
    end = head + len(table.frame)
    notes = [line for note in table.footnotes for line in _broken(note, max(table.width, LEAST_NOTE))]
    for offset, line in enumerate(notes, start=1):
        sheet.write_string(end + offset, 0, line, opened.format(font_size=9, font_color=QUIET))
    if len(table.frame):
        sheet.autofilter(head, 0, end, last)
        _add_marks(opened, sheet, table, head + 1, end)
    _set_up_print(sheet, table, head, opened.is_example)


def _across(sheet: Worksheet, row: int, last: int, text: str, style: Format) -> None:
    """Centre a line over the table without merging cells, so that filters and sorting still work."""
    sheet.write_string(row, 0, text, style)
    for column in range(1, last + 1):
        sheet.write_blank(row, column, None, style)


def _write_header(opened: _Book, sheet: Worksheet, table: Table, head: int) -> None:
    style = opened.format(
        font_name=TITLE_FONT,
        font_size=11,
        align="center",
        text_wrap=True,
        border=1,
        border_color=QUIET,
        bg_color="#EDF0F2",
    )
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(head, number, column.label, style)
    lines = max((_lines_of(column.label, column) for column in table.columns), default=1)
    sheet.set_row(head, max(32, LINE_HEIGHT * lines + ROW_PADDING))
    sheet.freeze_panes(head + 1, _named_columns(table))


def _write_cell(
    opened: _Book, sheet: Worksheet, at: tuple[int, int], column: Column, record: dict[Hashable, Any]
) -> None:
    """One cell: a number as a number, a light as coloured shape and word, text as text and nothing else."""
    look: dict[str, Any] = {"font_size": 10.5, "align": column.alignment, "border": 1, "border_color": HAIRLINE}
    look |= {"indent": 1} if column.alignment == "left" else {}
    value, light = record[column.name], record.get(column.light, "")
    text = cell_text(column, value)
    if column.is_number and not is_missing(value):
        mark = str(record[column.mark]) if column.mark else ""
        sheet.write_number(*at, float(value), opened.format(num_format=excel_format(column, value, mark), **look))
    elif column.light and text:
        shape = opened.format(font_color=LIGHTS[light].colour, font_size=10.5)
        parts = [shape, LIGHTS[light].shape, opened.format(font_size=10.5), f" {text}"]
        sheet.write_rich_string(*at, *parts, opened.format(text_wrap=True, **look))
    elif text:
        sheet.write_string(*at, text, opened.format(text_wrap=True, quote_prefix=is_formula_like(text), **look))
    else:
        sheet.write_blank(*at, None, opened.format(**look))


def _lines(columns: Sequence[Column], record: dict[Hashable, Any]) -> int:
    """How many lines a row needs; it is said to the spreadsheet, because not every program works it out on opening."""
    return max((_lines_of(cell_text(one, record[one.name]), one) for one in columns if not one.is_number), default=1)


def _lines_of(text: str, column: Column) -> int:
    wide = _half_characters(text) + (3 if column.light else 0)
    return max(1, -(-wide * 21 // (20 * (column.width - 2)))) if column.width > 2 else 1  # type is 10.5 of 10 points


def _broken(text: str, width: int) -> list[str]:
    """A note in lines no longer than the table is wide: what stands beyond it would not be printed."""
    lines, room = [""], width
    for one in text:
        taken = _half_characters(one)
        if taken > room:
            lines, room = [*lines, ""], width
        lines[-1] += one
        room -= taken
    return lines


def _half_characters(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in text)


def _add_marks(opened: _Book, sheet: Worksheet, table: Table, first: int, last: int) -> None:
    """Bars, and the rows of the first and last places: worked out by the spreadsheet from what stands in it."""
    for number, column in enumerate(table.columns):
        if column.has_bar:
            bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#BBD7E8", "min_type": "num", "min_value": 0}
            bar |= {"max_type": "num", "max_value": 1} if column.kind == "ratio" else {}
            sheet.conditional_format(first, number, last, number, bar)
        if column.is_rank:
            own = xl_rowcol_to_cell(first, number, col_abs=True)
            ranks = xl_range_abs(first, number, last, number)
            rows = {
                f"=AND(ISNUMBER({own}),{own}<={PLACES})": FIRST_ROWS,
                f'=AND(ISNUMBER({own}),COUNTIF({ranks},">"&{own})<{PLACES})': LAST_ROWS,
            }
            for formula, look in rows.items():
                rule = {"type": "formula", "criteria": formula, "format": opened.book.add_format(look)}
                sheet.conditional_format(first, 0, last, len(table.columns) - 1, rule)


def _pages_across(table: Table) -> int:
    """How many pages side by side the table is printed on, so that it can be read."""
    return max(1, math.ceil(table.width * LEAST_SCALE / TURNED_ROOM))


def _named_columns(table: Table) -> int:
    """How many columns say what a row is: those up to the first text."""
    texts = [number for number, column in enumerate(table.columns) if not column.is_number]
    return texts[0] + 1 if texts else 1


def _set_up_print(sheet: Worksheet, table: Table, head: int, is_example: bool) -> None:
    sheet.set_paper(PAPER_A4)
    if table.is_wide:
        sheet.set_landscape()
    sheet.set_margins(**MARGINS)
    sheet.fit_to_pages(_pages_across(table), 0)
    if _pages_across(table) > 1:
        sheet.repeat_columns(0, _named_columns(table) - 1)
    sheet.center_horizontally()
    sheet.repeat_rows(head)
    sheet.hide_gridlines(2)
    sheet.set_header(f'&C&"{FONT},常规"&10{EXAMPLE_MARK}' if is_example else "")
    sheet.set_footer(f'&C&"{FONT},常规"&10第 &P 页　共 &N 页')
