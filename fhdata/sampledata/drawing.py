"""Writes laid-out sheets as a workbook; the same sheets give the same bytes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fhdata.sampledata.forms import Cell, Table

CREATED = datetime(2023, 1, 1, tzinfo=UTC)
BODY_FONT, TITLE_FONT = "宋体", "黑体"
FRAMED = {"border": 1, "valign": "vcenter", "font_name": BODY_FONT, "font_size": 10}
STYLES: dict[str, dict[str, object]] = {
    "title": {"font_name": TITLE_FONT, "font_size": 16, "align": "center", "valign": "vcenter"},
    "left": {"font_name": BODY_FONT, "font_size": 10, "align": "left"},
    "right": {"font_name": BODY_FONT, "font_size": 10, "align": "right"},
    "header": {**FRAMED, "bold": True, "align": "center", "text_wrap": True},
    "section": {**FRAMED, "bold": True},
    "label": {**FRAMED, "text_wrap": True, "indent": 1},
    "text": {**FRAMED, "text_wrap": True},
    "unit": {**FRAMED, "align": "center"},
    "figure": {**FRAMED, "align": "right"},
    "foot": {"font_name": BODY_FONT, "font_size": 9, "align": "left", "valign": "top", "text_wrap": True},
}


def draw(path: Path, tables: Iterable[Table]) -> None:
    """Write one workbook, one sheet a table, ready to print on A4.

    Args:
        path: where to; the folder is made.
        tables: the sheets in order.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    formats: dict[tuple[str, int], Format] = {}
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": CREATED})
        for table in tables:
            sheet = book.add_worksheet(table.tab)
            for number, width in enumerate(table.widths):
                sheet.set_column(number, number, width)
            for row in (0, *table.tall_rows):
                sheet.set_row(row, 30)
            for one in table.cells:
                _put(sheet, one, _format(book, formats, one))
            first, last = table.header_rows
            sheet.freeze_panes(last + 1, 1)
            sheet.repeat_rows(first, last)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)


def _format(book: Workbook, formats: dict[tuple[str, int], Format], cell: Cell) -> Format:
    """The cell's format, made once a workbook."""
    key = (cell.style, cell.decimals if isinstance(cell.content, float) else -1)
    if key not in formats:
        style = dict(STYLES[cell.style])
        if isinstance(cell.content, float):
            style["num_format"] = "0" + ("." + "0" * cell.decimals if cell.decimals else "")
        formats[key] = book.add_format(style)
    return formats[key]


def _put(sheet: Worksheet, cell: Cell, made: Format) -> None:
    if cell.rows > 1 or cell.columns > 1:
        end_row, end_column = cell.row + cell.rows - 1, cell.column + cell.columns - 1
        sheet.merge_range(cell.row, cell.column, end_row, end_column, cell.content or "", made)
    elif cell.content is None:
        sheet.write_blank(cell.row, cell.column, None, made)
    elif isinstance(cell.content, float):
        sheet.write_number(cell.row, cell.column, cell.content, made)
    else:
        sheet.write_string(cell.row, cell.column, cell.content, made)
