"""Workbooks of every kind → grids; what cannot be read is one clear problem; two readers stand in for each other."""

import csv
import io
import struct
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import xlrd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from fhdata.intake import compound, xls_records, xlsx_parts
from fhdata.intake.grids import Grid, Marks, Row, Workbook
from fhdata.intake.process_state import compiled_libraries_quiet
from fhdata.problems import ProblemsFound, problem

SUFFIXES = (".xlsx", ".xls", ".csv")  # in others an error cell cannot be told from a blank
MAX_FILE_BYTES = 200_000_000
_RESEND = "请用 WPS 或 Excel 打开后另存为 .xlsx 再放回"
_REASONS = {
    "password": ("文件设了密码", "请去掉密码后重发"),
    "macro_file": ("文件带有宏", "请另存为不带宏的 .xlsx 后重发"),
    "damaged_file": ("文件不完整或已损坏，打不开", "请重新下载或请报送单位重发"),
    "not_a_workbook": ("文件不是工作簿", "请另存为 .xlsx、.xls 或 .csv 后重发"),
}

Sheets = list[tuple[str, list[Row], bool]]
Reader = Callable[[bytes], Sheets]


class _Refused(Exception):  # noqa: N818 - names what happened
    def __init__(self, code: str, found: str = "", action: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.found, self.action = (found, action) if found else _REASONS[code]


def read_grid(path: Path, shown: str = "") -> Workbook:
    """Read a workbook's sheets.

    Args:
        path: the file.
        shown: its name in messages, relative to the place; the bare file name where empty.

    Raises:
        ProblemsFound: one problem that says why the file cannot be read.
    """
    name = shown or path.name
    try:
        return _read(path, name)
    except (_Refused, xlsx_parts.PartsRefused) as refused:
        found = refused.found if isinstance(refused, _Refused) else refused.reason
        raise ProblemsFound([problem(refused.code, found, "", refused.action, file=name)]) from refused
    except xls_records.RecordsRefused as refused:
        found, action = _REASONS[str(refused)]
        raise ProblemsFound([problem(str(refused), found, "", action, file=name)]) from refused


def _read(path: Path, name: str) -> Workbook:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        what = "文件带有宏" if suffix in (".xlsm", ".xltm", ".xla", ".xlam") else f"文件类型是“{suffix}”"
        code = "macro_file" if what == "文件带有宏" else "wrong_type"
        raise _Refused(code, what, f"请另存为 {'、'.join(SUFFIXES)} 之一")
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        raise _Refused(
            "unreadable_file", f"文件读不出来（{error.strerror}）", "请关闭占用它的程序后重新运行"
        ) from error
    if size == 0:
        raise _Refused("empty_file", "文件是空的（0 字节）", "请报送单位重发")
    if size > MAX_FILE_BYTES:
        raise _Refused("too_large", f"文件有 {size // 1_000_000:,} MB，超出 200 MB", "请拆成几个文件")
    kind = _kind(content)
    if suffix == ".csv":
        if kind != "text":
            raise _Refused("wrong_extension", "文件名是 .csv，内容却不是文本", _RESEND)
        return Workbook(name, (Grid("", _csv_rows(content), file=name),), "csv")
    if kind == "text":
        what = "网页" if b"<html" in content[:4096].lower() or b"<table" in content[:4096].lower() else "文本"
        code = (
            "wrong_extension"
            if what == "网页" or b"," in content[:4096] or b"\t" in content[:4096]
            else "not_a_workbook"
        )
        raise _Refused(code, f"文件名是 {suffix}，内容却是{what}，不是工作簿", _RESEND)
    if kind == "zip" and suffix == ".xlsx":
        return _read_xlsx(content, name)
    if kind == "compound" and suffix == ".xls":
        return _read_xls(content, name)
    if kind == "compound":
        xls_records.stream_of(content)  # an encrypted .xlsx lies in a compound file: says so
        raise _Refused("wrong_extension", f"文件名是 {suffix}，内容却是 .xls", _RESEND)
    if kind == "zip":
        xlsx_parts.open_parts(content)
        raise _Refused("wrong_extension", "文件名是 .xls，内容却是 .xlsx", _RESEND)
    raise _Refused("not_a_workbook")


def _kind(content: bytes) -> str:
    if content.startswith(b"PK"):
        return "zip"
    if content.startswith(compound.SIGNATURE):
        return "compound"
    return "unknown" if b"\0" in content[:4096] else "text"


def _read_xlsx(content: bytes, name: str) -> Workbook:
    with xlsx_parts.open_parts(content) as archive:
        marks = xlsx_parts.read_marks(archive)
    sheets = by_calamine(content)
    if any(sheet not in marks for sheet, _, _ in sheets):
        raise _Refused("damaged_file")  # a sheet whose formulas and errors nobody looked at
    grids = tuple(
        Grid(sheet, _squared(rows, marks[sheet]), marks[sheet], hidden, name) for sheet, rows, hidden in sheets
    )
    return Workbook(name, grids, "calamine")


def _read_xls(content: bytes, name: str) -> Workbook:
    stream = xls_records.stream_of(content)
    marks = xls_records.read_marks(stream)
    sheets, reader = first_good_reading(content, _XLS_READERS)
    shown = [marks[index] if index < len(marks) else Marks() for index in range(len(sheets))]
    grids = tuple(
        Grid(sheet, _squared(rows, one), one, hidden, name)
        for (sheet, rows, hidden), one in zip(sheets, shown, strict=True)
    )
    return Workbook(name, grids, reader)


def first_good_reading(content: bytes, readers: tuple[tuple[str, Reader], ...]) -> tuple[Sheets, str]:
    """The sheets as the first reader gives them whose text is whole, else as the one that garbles least.

    A reader that fails is passed over; text is garbled where it holds replacement or control characters, or where
    Chinese became runs of accented Latin letters.

    Raises:
        _Refused: no reader can read the file.
    """
    readings: list[tuple[int, Sheets, str]] = []
    for name, reader in readers:
        try:
            sheets = reader(content)
        except _Refused as refused:
            if refused.code == "password":
                raise
            continue
        garbled = sum(_is_garbled(cell) for _, rows, _ in sheets for row in rows for cell in row)
        if not garbled:
            return sheets, name
        readings.append((garbled, sheets, name))
    if not readings:
        raise _Refused("damaged_file")
    _, sheets, name = min(readings, key=lambda one: one[0])
    return sheets, name


def _is_garbled(cell: object) -> bool:
    if not isinstance(cell, str) or cell.isascii():
        return False
    latin = sum("\x80" <= character <= "\u024f" for character in cell)
    return "\ufffd" in cell or any("\x80" <= character <= "\x9f" for character in cell) or latin * 2 > len(cell)


def by_calamine(content: bytes) -> Sheets:
    """Sheets as calamine reads them: name, rows from A1 on, hidden or not.

    Raises:
        _Refused: calamine cannot read the file.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            (
                facts.name,
                cast(list[Row], book.get_sheet_by_name(facts.name).to_python(skip_empty_area=False)),
                facts.visible != SheetVisibleEnum.Visible,
            )
            for facts in book.sheets_metadata
            if "WorkSheet" in str(facts.typ)
        ]
    except PasswordError as error:
        raise _Refused("password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise _Refused("damaged_file") from error
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # a damaged file can stop the library itself; it has no name to import
            raise
        raise _Refused("damaged_file") from error


def by_xlrd(content: bytes, encoding: str | None = None) -> Sheets:
    """Sheets as xlrd reads them; dates become datetimes, error cells blanks (they are told apart by the marks).

    Args:
        content: the file.
        encoding: for old files that do not tell theirs.

    Raises:
        _Refused: xlrd cannot read the file.
    """
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), encoding_override=encoding)
        return [
            (
                sheet.name,
                [[_xlrd_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()],
                bool(sheet.visibility),
            )
            for sheet in book.sheets()
        ]
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, UnicodeDecodeError, IndexError, KeyError) as error:
        raise _Refused("damaged_file") from error
    except (AssertionError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _Refused("damaged_file") from error


def _quietly_by_calamine(content: bytes) -> Sheets:
    with compiled_libraries_quiet():
        return by_calamine(content)


_XLS_READERS: tuple[tuple[str, Reader], ...] = (
    ("calamine", _quietly_by_calamine),
    ("xlrd", by_xlrd),
    ("xlrd, gb18030", partial(by_xlrd, encoding="gb18030")),
)


def _xlrd_value(cell: xlrd.sheet.Cell, datemode: int) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR) else cell.value


def _squared(rows: list[Row], marks: Marks) -> list[Row]:
    """Rows of one length that reach every marked cell, so that an error at the edge of a sheet is not lost."""
    marked = [*marks.errors, *marks.uncached]
    widths = set(map(len, rows))
    width = max([*widths, *(column + 1 for _, column in marked)], default=0)
    height = max([len(rows), *(row + 1 for row, _ in marked)])
    if widths - {width}:
        rows = [row + [""] * (width - len(row)) for row in rows]
    return rows + [[""] * width for _ in range(height - len(rows))]


def _csv_rows(content: bytes) -> list[Row]:
    text = _decoded(content)
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    delimiter = "\t" if _regularity(lines, "\t") > _regularity(lines, ",") else ","
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise _Refused("damaged_file", f"CSV 读不下去（{error}）", "请用 WPS 或 Excel 打开检查后另存") from error
    rows: list[Row] = [[cell.strip("\t") for cell in row] for row in parsed]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    while width and all(not str(row[width - 1]).strip() for row in rows):
        width -= 1
    return [row[:width] for row in rows]


def _regularity(lines: list[str], delimiter: str) -> float:
    """The share of lines that hold the delimiter as often as most lines do."""
    counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
    return max(counts.values(), default=0) / max(len(lines), 1)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Refused("bad_encoding", "文本编码既不是 UTF-8 也不是 GB18030", _RESEND)
