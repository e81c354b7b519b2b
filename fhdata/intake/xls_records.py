"""What lies in an .xls file beyond its values: error cells, percentages, merges, hidden rows, macros, passwords.

The record stream is walked directly, because one library cannot decode the text of some files that another reads well.
"""

import struct
from collections.abc import Iterator

from fhdata.intake.compound import Damaged, open_container
from fhdata.intake.grids import Marks, Position

_ERROR_TEXTS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOF, _EOF, _SHEET, _PASSWORD, _FORMAT, _STYLE = 0x0809, 0x000A, 0x0085, 0x002F, 0x041E, 0x00E0
_FORMULA, _BOOL_OR_ERROR, _NUMBER, _RK, _MANY_RK = 0x0006, 0x0205, 0x0203, 0x027E, 0x00BD
_CELLS = (
    _FORMULA,
    _BOOL_OR_ERROR,
    _NUMBER,
    _RK,
    _MANY_RK,
    0x0204,
    0x00FD,
    0x00D6,
    0x0201,
    0x00BE,
    0x0002,
    0x0003,
    0x0004,
)
_MAX_ROWS, _MAX_COLUMNS = 65_536, 256
_DIMENSIONS, _STRINGS = 0x0200, 0x00FC
_LEAST_STRING_BYTES = 3
_ROW, _COLUMNS, _MERGES = 0x0208, 0x007D, 0x00E5
_PERCENT_FORMATS = {9, 10}


class RecordsRefused(Exception):  # noqa: N818 - names what happened
    """The container is broken, locked or carries macros; the reason is a code."""


def stream_of(content: bytes) -> bytes:
    """The workbook's record stream out of the compound file.

    Raises:
        RecordsRefused: ``password`` for an encrypted .xlsx in a compound file, ``macro_file``, or ``damaged_file``.
    """
    try:
        container = open_container(content)
        names = set(container.entries)
        if "EncryptedPackage" in names:
            raise RecordsRefused("password")
        if names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT"}:
            raise RecordsRefused("macro_file")
        name = next((one for one in ("Workbook", "Book") if one in names), "")
        if name:
            return container.read(name)
    except Damaged as error:
        raise RecordsRefused("damaged_file") from error
    raise RecordsRefused("not_a_workbook")


def read_marks(stream: bytes) -> list[Marks]:
    """Marks of each sheet, in the order of the workbook.

    Raises:
        RecordsRefused: ``password`` where the stream is encrypted, ``damaged_file`` where it ends early.
    """
    offsets: list[int] = []
    formats: dict[int, str] = {}
    styles: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _STRINGS:
            _refuse_count(data, len(stream))
        if kind == _PASSWORD:
            raise RecordsRefused("password")
        if kind == _SHEET and len(data) >= 6 and data[5] == 0:  # a worksheet, not a chart
            offsets.append(struct.unpack_from("<I", data)[0])
        elif kind == _FORMAT and len(data) > 4:
            formats[struct.unpack_from("<H", data)[0]] = data[4:].decode("latin-1")
        elif kind == _STYLE and len(data) >= 4:
            styles.append(struct.unpack_from("<H", data, 2)[0])
    percent = _PERCENT_FORMATS | {number for number, text in formats.items() if "%" in text}
    return [_sheet_marks(stream, offset, {i for i, one in enumerate(styles) if one in percent}) for offset in offsets]


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    at = start
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise RecordsRefused("damaged_file")
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
    raise RecordsRefused("damaged_file")


def _refuse_far(data: bytes) -> None:
    """A cell beyond the last column an .xls can have: readers would set aside room for all columns up to it."""
    if len(data) >= 4 and struct.unpack_from("<H", data, 2)[0] >= _MAX_COLUMNS:
        raise RecordsRefused("damaged_file")


def _has_no_result(data: bytes) -> bool:
    """A formula that a program wrote without calculating it: an empty result, or 0 to be calculated when opened."""
    is_empty_text = data[12:14] == b"\xff\xff" and data[6] == 3
    is_postponed = len(data) >= 16 and bool(data[14] & 2)
    return is_empty_text or (is_postponed and data[6:14] == bytes(8))


def _refuse_extent(data: bytes) -> None:
    """An extent that no .xls can have: a reader sets aside room for all of it, and ends the program where it cannot."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(data))
    if form is None:
        raise RecordsRefused("damaged_file")
    top, bottom, left, right = struct.unpack_from(form, data)
    if not (top <= bottom <= _MAX_ROWS and left <= right <= _MAX_COLUMNS):
        raise RecordsRefused("damaged_file")


def _refuse_count(data: bytes, length: int) -> None:
    """More texts than the file has room for: a reader sets aside room for as many as it is told of."""
    if len(data) < 8 or not 0 <= struct.unpack_from("<i", data, 4)[0] * _LEAST_STRING_BYTES <= length:
        raise RecordsRefused("damaged_file")


def _sheet_marks(stream: bytes, start: int, percent_styles: set[int]) -> Marks:
    errors: dict[Position, str] = {}
    uncached: set[Position] = set()
    percents: set[Position] = set()
    merges: list[tuple[int, int, int, int]] = []
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    for kind, data in _records(stream, start):
        if kind in _CELLS:
            _refuse_far(data)
        if kind == _DIMENSIONS:
            _refuse_extent(data)
        if kind in (_FORMULA, _BOOL_OR_ERROR, _NUMBER, _RK) and len(data) >= 8:
            row, column, style = struct.unpack_from("<HHH", data)
            if kind == _BOOL_OR_ERROR and data[7]:
                errors[row, column] = _ERROR_TEXTS.get(data[6], "#错误")
            elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
                errors[row, column] = _ERROR_TEXTS.get(data[8], "#错误")
            elif kind == _FORMULA and _has_no_result(data):
                uncached.add((row, column))
            elif style in percent_styles:
                percents.add((row, column))
        elif kind == _MANY_RK and len(data) >= 6:
            row, first = struct.unpack_from("<HH", data)
            percents |= {
                (row, first + i)
                for i in range((len(data) - 6) // 6)
                if struct.unpack_from("<H", data, 4 + 6 * i)[0] in percent_styles
            }
        elif kind == _MERGES and len(data) >= 2:
            count = min(struct.unpack_from("<H", data)[0], (len(data) - 2) // 8)
            boxes = [struct.unpack_from("<HHHH", data, 2 + 8 * i) for i in range(count)]
            merges += [(top, left, bottom, right) for top, bottom, left, right in boxes]
        elif kind == _ROW and len(data) >= 16 and struct.unpack_from("<H", data, 12)[0] & 0x20:
            hidden_rows.add(struct.unpack_from("<H", data)[0])
        elif kind == _COLUMNS and len(data) >= 10 and struct.unpack_from("<H", data, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", data)
            hidden_columns.update(range(first, last + 1))
    return Marks(
        errors=errors,
        uncached=frozenset(uncached),
        percents=frozenset(percents),
        merges=tuple(merges),
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(hidden_columns),
    )
