"""Small workbooks built in code: the layouts and the mess of real ones, none of their content."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import xlsxwriter

from fhdata.intake.grids import Grid, Marks

Rows = Sequence[Sequence[object]]


def grid(rows: Rows, name: str = "表", marks: Marks | None = None, *, hidden: bool = False) -> Grid:
    """A sheet made of rows, without a file; shorter rows are filled with blanks."""
    width = max(len(row) for row in rows)
    squared = [[float(c) if type(c) is int else c for c in row] + [""] * (width - len(row)) for row in rows]
    return Grid(name, squared, marks or Marks(), hidden, "示例.xlsx")


def write_xlsx(
    path: Path,
    rows: Rows,
    *,
    sheet: str = "表",
    merges: Sequence[str] = (),
    start: tuple[int, int] = (0, 0),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
) -> Path:
    """An .xlsx of one sheet whose first cell lies at ``start``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    page = book.add_worksheet(sheet)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell not in ("", None):
                page.write(at + start[0], column + start[1], cell)
    for area in merges:
        page.merge_range(area, "")
        first = area.split(":")[0]
        row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
        page.write(row, column, rows[row - start[0]][column - start[1]])
    for row in hidden_rows:
        page.set_row(row, None, None, {"hidden": True})
    for column in hidden_columns:
        page.set_column(column, column, None, None, {"hidden": True})
    book.close()
    return path


def edit_xlsx(path: Path, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> Path:
    """Open the workbook, change its first sheet, save it; formulas lose their results."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def repacked(path: Path, changes: dict[str, bytes]) -> Path:
    """The same .xlsx with some of its parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file (the container of .xls) with these streams, each padded to at least 4096 bytes."""
    padded = {name: data.ljust(-(-max(len(data), 4096) // 512) * 512, b"\0") for name, data in streams.items()}
    blocks = [len(data) // 512 for data in padded.values()]
    starts = [2 + sum(blocks[:index]) for index in range(len(blocks))]  # sector 0: FAT, sector 1: directory
    fat = [0xFFFFFFFD, 0xFFFFFFFE]
    for start, count in zip(starts, blocks, strict=True):
        fat += [*range(start + 1, start + count), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    entries = [_entry("Root Entry", 5, 1 if padded else -1, (-2, 0))]
    for index, (name, data) in enumerate(padded.items(), start=1):
        entries.append(_entry(name, 2, -1, (starts[index - 1], len(data)), index + 1 if index < len(padded) else -1))
    entries += [_entry("", 0, -1, (0, 0))] * (4 - len(entries))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6xIIiIIiIiI", 0x3E, 3, 0xFFFE, 9, 6,
             0, 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<I", 0) + b"\xff" * 432  # fmt: skip
    return header + struct.pack("<128I", *fat) + b"".join(entries) + b"".join(padded.values())


def _entry(name: str, kind: int, child: int, place: tuple[int, int], right: int = -1) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    head = text.ljust(64, b"\0") + struct.pack("<HBBiii", len(text), kind, 1, -1, right, child)
    return head + bytes(36) + struct.pack("<iII", *place, 0)


def record(kind: int, data: bytes) -> bytes:
    """One record of an .xls stream."""
    return struct.pack("<HH", kind, len(data)) + data


def xls(cells: Sequence[bytes], *, formats: Sequence[bytes] = (), bof: bytes | None = None) -> bytes:
    """An .xls with one sheet named S made of these cell records."""
    begin = bof or struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    head = record(0x0809, begin) + record(0x0042, struct.pack("<H", 1200)) + b"".join(formats)
    bound = struct.pack("<IBB", 0, 0, 0) + bytes([1, 0]) + b"S"
    offset = len(head) + len(record(0x0085, bound)) + len(record(0x000A, b""))
    bound = struct.pack("<IBB", offset, 0, 0) + bytes([1, 0]) + b"S"
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    dimension = record(0x0200, struct.pack("<IIHHH", 0, 20, 0, 10, 0))
    stream = (
        head + record(0x0085, bound) + record(0x000A, b"") + sheet + dimension + b"".join(cells) + record(0x000A, b"")
    )
    return compound_file({"Workbook": stream})


def old_xls(text: bytes, codepage: int) -> bytes:
    """An .xls of the nineties: A1 is a text in some code page, B2 is 12.5."""
    told = record(0x0042, struct.pack("<H", codepage)) if codepage else b""
    head = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0x0DBB, 0x07CC)) + told
    bound = struct.pack("<IBBB", len(head) + 4 + 8 + 4, 0, 0, 1) + b"S"
    sheet = record(0x0809, struct.pack("<HHHH", 0x0500, 0x10, 0x0DBB, 0x07CC))
    cells = record(0x0200, struct.pack("<HHHHH", 0, 5, 0, 5, 0))
    cells += record(0x0204, struct.pack("<HHHH", 0, 0, 0, len(text)) + text) + xls_number(1, 1, 12.5)
    end = record(0x000A, b"")
    return compound_file({"Book": head + record(0x0085, bound) + end + sheet + cells + end})


def xls_text(row: int, column: int, text: bytes) -> bytes:
    """A label record whose text is given as UTF-16 bytes."""
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)


def xls_number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A number record."""
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def csv_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A CSV as some program wrote it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def registry(*rows: tuple[str, str, str, str, str, bool, int]) -> pd.DataFrame:
    """Indicators: indicator, name, unit, aggregation, frequency, has_january, observable_from."""
    names = ["indicator", "name", "unit", "aggregation", "frequency", "has_january", "observable_from"]
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return frame.assign(publisher="甲局", due_day=20, price_basis="current", note="")


def names(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Indicator names: name, indicator, span, measure, unit (the last three may be left out)."""
    columns = ["name", "indicator", "span", "measure", "unit", "note"]
    return pd.DataFrame([dict(zip(columns, [*row, "", "", "", ""][:6], strict=True)) for row in rows])


def sign_off(released: date) -> list[str]:
    """The line under a county's sheet."""
    return [f"填报人：（示例）　审核人：（示例）　报出日期：{released.isoformat()}"]


def zip_of(parts: dict[str, bytes]) -> bytes:
    """A zip file with these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()
