"""One broken workbook (or list beside workbooks) for each message of the intake, built in code: code → how to build it.

Each builder writes into ``data/raw/2023-03/统计`` of a place and breaks one thing; everything else about it is clean.
"""

import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import xlsxwriter
from intake_books import (
    Rows,
    compound_file,
    csv_file,
    edit_xlsx,
    names,
    record,
    registry,
    repacked,
    sign_off,
    write_xlsx,
    xls,
    xls_number,
)

INDICATORS = registry(
    ("revenue", "收入", "亿元", "cumulative", "month", True, 1),
    ("retail", "零售额", "亿元", "cumulative", "month", False, 2),
    ("loans", "贷款余额", "亿元", "stock", "month", True, 1),
    ("tests", "检测", "次", "count_event", "month", True, 1),
    ("rate", "比例", "%", "rate", "month", True, 1),
    ("gdp", "总值", "亿元", "cumulative", "quarter", True, 3),
)
NAMES = names(
    ("收入", "revenue"),
    ("零售额", "retail"),
    ("贷款余额", "loans"),
    ("检测", "tests"),
    ("比例", "rate"),
    ("总值", "gdp"),
    ("总值当季值", "gdp", "quarter", "value"),
    ("规模", "revenue"),
    ("规模", "loans"),
)
SIGNED = sign_off(date(2023, 4, 8))
TITLE = ["示例县2023年3月月报（示例数据）"]
HEAD = ["指标", "计量单位", "1-3月"]
PERSON = "11010519491231002X"  # a made-up number with a right check digit: the textbook's own
ENTITY = b'<!DOCTYPE x [<!ENTITY e "1">]><workbook>&e;</workbook>'
CORRECTION = (
    '[[correction]]\nfile = "月报.xlsx"\nsheet = "表"\ncell = "C3"\nsays = "{says}"\nshould = "5"\n'
    'why = "示例"\nwho = "甲"\nwhen = 2023-04-09\n'
)


def sheet(folder: Path, *rows: list[object], header: Rows = (TITLE, HEAD), signed: bool = True) -> Path:
    """A county's sheet, clean but for what the rows say."""
    return write_xlsx(folder / "月报.xlsx", [*header, *rows, *([SIGNED] if signed else [])])


def _bytes(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def _beside(folder: Path, name: str, text: str) -> None:
    sheet(folder, ["收入", "亿元", 5])
    (folder / name).write_text(text, encoding="utf-8")


def _area_sheet(folder: Path, total: float) -> None:
    rows = [["甲镇", 1.5], ["乙镇", 2.5], ["合计", total]]
    sheet(folder, *rows, header=(["2023年3月收入"], ["单位：亿元"], ["乡镇", "1-3月"]))


def _spoilt(folder: Path, cell: str, value: object) -> None:
    def spoil(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        page[cell] = value
        if isinstance(value, str) and value.startswith("#"):
            page[cell].data_type = "e"

    edit_xlsx(sheet(folder, ["收入", "亿元", 5], ["检测", "次", 7]), spoil)


def _hidden(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(folder / "月报.xlsx"))
    book.add_worksheet("说明").write(0, 0, "示例数据")
    page = book.add_worksheet("表")
    for row, cells in enumerate([TITLE, HEAD, ["收入", "亿元", 5], SIGNED]):
        page.write_row(row, 0, cells)
    page.hide()
    book.close()


def _merged(folder: Path) -> None:
    header = (TITLE, [*HEAD, "1-2月"])
    edit_xlsx(sheet(folder, ["收入", "亿元", 5, 4], header=header), lambda page: page.merge_cells("C3:D3"))


def _twice(folder: Path) -> None:
    sheet(folder, ["收入", "亿元", 5])
    write_xlsx(folder / "另报.xlsx", [TITLE, HEAD, ["收入", "亿元", 6], SIGNED])


BUILDERS: dict[str, Callable[[Path], object]] = {
    "ambiguous_name": lambda at: sheet(at, ["规模", "亿元", 5]),
    "bad_corrections": lambda at: _beside(at, "corrections.toml", "[[correction]]\nfile = 1\n"),
    "bad_encoding": lambda at: _bytes(at, "月报.csv", b"a,\xff\xfe\xff\n"),
    "bad_received": lambda at: _beside(at, "received.csv", "file,released\n月报.xlsx,四月\n"),
    "bad_released": lambda at: sheet(at, ["收入", "亿元", 5], ["报出日期：四月"]),
    "bad_unit": lambda at: sheet(at, ["收入", "人次", 5]),
    "cumulative_falls": lambda at: sheet(
        at, ["收入", "亿元", 5, 4], header=(TITLE, ["指标", "计量单位", "1-2月", "1-3月"])
    ),
    "damaged_file": lambda at: _bytes(at, "月报.xlsx", b"PK\x03\x04" + bytes(99)),
    "empty_file": lambda at: _bytes(at, "月报.xlsx", b""),
    "error_cell": lambda at: _spoilt(at, "C3", "#REF!"),
    "hidden_sheet": _hidden,
    "leftover_cells": lambda at: sheet(at, ["收入", "亿元", 5], [], [], ["另有", "甲数"], ["乙", 7]),
    "macro_file": lambda at: _bytes(at, "月报.xls", compound_file({"Workbook": b"x", "_VBA_PROJECT_CUR": b"y"})),
    "magnitude_jump": lambda at: sheet(
        at, ["贷款余额", "亿元", 5.0, 50_000.0], header=(TITLE, ["指标", "计量单位", "2月末", "3月末"])
    ),
    "merged_data": _merged,
    "misplaced_file": lambda at: write_xlsx(at / "又一层" / "月报.xlsx", [TITLE, HEAD, ["收入", "亿元", 5], SIGNED]),
    "months_do_not_add": lambda at: sheet(
        at, ["收入", "亿元", 3.0, 2.0, 7.0], header=(TITLE, ["指标", "计量单位", "1-2月", "3月", "1-3月"])
    ),
    "no_data": lambda at: write_xlsx(at / "月报.xlsx", [["填表说明（示例数据）"], ["本表每月报一次"]]),
    "no_indicator": lambda at: csv_file(
        at / "月报.csv", "数据库：月度数据\n地区,2023年3月\n甲省,5\n报出日期：2023-04-08\n"
    ),
    "no_layout": lambda at: write_xlsx(at / "月报.xlsx", [["甲", "乙", "丙"], [1, 2, 3]]),
    "no_release_date": lambda at: sheet(at, ["收入", "亿元", 5], signed=False),
    "no_unit": lambda at: sheet(at, ["收入", "", 5]),
    "not_a_workbook": lambda at: _bytes(at, "月报.xlsx", b"\0\1\2\3" * 99),
    "not_due": lambda at: sheet(
        at, ["零售额", "亿元", 5], header=(["示例县2023年1月月报"], ["指标", "计量单位", "1月"])
    ),
    "out_of_range": lambda at: sheet(at, ["检测", "次", -5]),
    "password": lambda at: _bytes(at, "月报.xlsx", compound_file({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})),
    "personal_data": lambda at: sheet(at, ["收入", "亿元", 5], [PERSON]),
    "span_conflict": lambda at: sheet(at, ["总值当季值", "亿元", 5]),
    "stale_correction": lambda at: _beside(at, "corrections.toml", CORRECTION.format(says="6")),
    "sum_differs": lambda at: _area_sheet(at, 5.0),  # 1.5 + 2.5 = 4
    "too_large": lambda at: repacked(sheet(at, ["收入", "亿元", 5]), {"xl/media/a.bin": bytes(20_000_000)}),
    "two_values": _twice,
    "uncached_formula": lambda at: _spoilt(at, "C3", "=C4+1"),
    "unclear_header": lambda at: sheet(
        at, ["收入", "亿元", 5, 6], header=(TITLE, ["指标", "计量单位", "1-3月", "其他说法"])
    ),
    "unknown_indicator": lambda at: sheet(at, ["收人", "亿元", 5]),
    "unreadable_number": lambda at: sheet(at, ["收入", "亿元", "约5"]),
    "unsafe_file": lambda at: repacked(sheet(at, ["收入", "亿元", 5]), {"xl/workbook.xml": ENTITY}),
    "wrong_extension": lambda at: _bytes(at, "月报.xls", b"<html><table></table></html>"),
    "wrong_type": lambda at: _bytes(at, "月报.docx", b"PK"),
}  # fmt: skip
OLD_WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "error_cell": lambda: xls([xls_number(0, 0, 1.0), record(0x0205, struct.pack("<HHHBB", 1, 0, 0, 0x17, 1))]),
    "uncached_formula": lambda: xls([xls_number(0, 0, 1.0), uncached_xls_formula(1, 0)]),
}


def uncached_xls_formula(row: int, column: int) -> bytes:
    """A formula that a program wrote without calculating it: no result, to be calculated when opened."""
    no_result = bytes([3, 0, 0, 0, 0, 0, 0xFF, 0xFF])
    return record(0x0006, struct.pack("<HHH", row, column, 0) + no_result + struct.pack("<HIH", 2, 0, 0))
