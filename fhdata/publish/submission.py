"""Blank score sheets for the departments to fill in: units written in, headings locked, only scores that can stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fhdata.publish.workbook import FONT, PAPER_A4, TITLE_FONT

TAB = "得分表"
HEADINGS = ("单位序号", "单位", "得分", "状态", "说明")
WIDTHS = (10, 34, 12, 12, 36)
HEADER_ROW = 2
FILE_SIGNS = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))
CREATED = datetime(2023, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # same sheet, same bytes


@dataclass(frozen=True)
class ScoreSheet:
    """One blank sheet.

    Attributes:
        title: first line; names the period and that it is a 月考核得分表.
        item: the item to be scored.
        department: who scores it.
        units: the units, in the order in which they are numbered.
        statuses: the words the status may be.
        least: lowest score.
        most: highest score.
    """

    title: str
    item: str
    department: str
    units: tuple[str, ...]
    statuses: tuple[str, ...]
    least: float
    most: float

    @property
    def file_name(self) -> str:
        """The department and the item."""
        return f"{self.department}_{self.item}".translate(FILE_SIGNS) + ".xlsx"


@dataclass(frozen=True)
class _Styles:
    title: Format
    about: Format
    header: Format
    fixed: Format
    score: Format
    choice: Format
    note: Format
    foot: Format
    day: Format


def write_score_sheets(sheets: Sequence[ScoreSheet], folder: Path) -> list[Path]:
    """Write every sheet as a workbook of its own; same sheets, same bytes.

    Returns:
        The files, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(sheet, folder / sheet.file_name) for sheet in sheets]


def _write(sheet: ScoreSheet, path: Path) -> Path:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": sheet.title, "created": CREATED})
        page = book.add_worksheet(TAB)
        styles = _styles(book)
        _head(page, sheet, styles)
        for number, unit in enumerate(sheet.units, start=1):
            row = HEADER_ROW + number
            page.write_number(row, 0, number, styles.fixed)
            page.write_string(row, 1, unit, styles.fixed)
            for column, style in ((2, styles.score), (3, styles.choice), (4, styles.note)):
                page.write_blank(row, column, None, style)
        _foot(page, sheet, styles)
        _validate(page, sheet)
        _set_up(page)
    return path


def _head(page: Worksheet, sheet: ScoreSheet, styles: _Styles) -> None:
    page.merge_range(0, 0, 0, len(HEADINGS) - 1, sheet.title, styles.title)
    page.set_row(0, 30)
    page.merge_range(1, 0, 1, 1, f"考核内容：{sheet.item}", styles.about)
    page.merge_range(1, 2, 1, len(HEADINGS) - 1, f"填报部门：{sheet.department}", styles.about)
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        page.set_column(column, column, width)
        page.write_string(HEADER_ROW, column, heading, styles.header)


def _foot(page: Worksheet, sheet: ScoreSheet, styles: _Styles) -> None:
    row = HEADER_ROW + len(sheet.units) + 1
    free = sheet.statuses[-1]
    lines = (
        f"填表说明：得分填 {sheet.least:g} 至 {sheet.most:g} 的数；不考核的单位，得分空着，状态选“{free}”。",
        "　　　　　得分和状态都空着的，算没有报来，不取平均分，也不能定稿。",
    )
    for number, line in enumerate(lines):
        page.merge_range(row + number, 0, row + number, len(HEADINGS) - 1, line, styles.foot)
    end = row + len(lines)
    page.merge_range(end, 0, end, 1, "填报人：　　　　　　审核人：", styles.foot)
    page.write_string(end, 2, "报出日期：", styles.foot)
    page.write_blank(end, 3, None, styles.day)
    day = {
        "validate": "date",
        "criteria": ">",
        "value": CREATED,
        "error_title": "报出日期",
        "error_message": "请写成 2023-04-02",
    }
    page.data_validation(end, 3, end, 3, day)


def _validate(page: Worksheet, sheet: ScoreSheet) -> None:
    first, last = HEADER_ROW + 1, HEADER_ROW + len(sheet.units)
    page.data_validation(
        first, 2, last, 2,
        {
            "validate": "decimal", "criteria": "between", "minimum": sheet.least, "maximum": sheet.most,
            "error_title": "得分", "error_message": f"只能填 {sheet.least:g} 至 {sheet.most:g} 的数",
        },
    )  # fmt: skip
    page.data_validation(
        first, 3, last, 3,
        {
            "validate": "list", "source": list(sheet.statuses),
            "error_title": "状态", "error_message": f"只能选{'、'.join(sheet.statuses)}",
        },
    )  # fmt: skip


def _set_up(page: Worksheet) -> None:
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})
    page.freeze_panes(HEADER_ROW + 1, 2)
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.set_footer(f'&C&"{FONT},常规"&10第 &P 页　共 &N 页')


def _styles(book: Workbook) -> _Styles:
    plain = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"}
    framed = plain | {"border": 1}
    entry = framed | {"locked": False, "bg_color": "#FFFBE6"}
    return _Styles(
        title=book.add_format({"font_name": TITLE_FONT, "font_size": 16, "align": "center", "valign": "vcenter"}),
        about=book.add_format(plain),
        header=book.add_format(framed | {"bold": True, "align": "center", "bg_color": "#EDF0F2"}),
        fixed=book.add_format(framed),
        score=book.add_format(entry | {"num_format": "0.0###"}),
        choice=book.add_format(entry | {"align": "center"}),
        note=book.add_format(entry | {"text_wrap": True}),
        foot=book.add_format(plain | {"font_size": 9.5}),
        day=book.add_format(plain | {"locked": False, "num_format": "yyyy-mm-dd", "bg_color": "#FFFBE6"}),
    )
