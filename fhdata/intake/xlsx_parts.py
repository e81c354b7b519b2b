"""What lies in an .xlsx file beyond its values: safety of the container, error cells, uncached formulas, merges."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from fhdata.intake.grids import Marks, Position, position

MAX_UNPACKED_BYTES = 800_000_000
MAX_RATIO = 400  # a sheet of repeated formatted blanks reaches some 100; a bomb 1,000
SMALL_BYTES = 10_000_000  # below this the ratio does not matter
MAX_GRID_CELLS = 16_000_000
MAX_ROWS = 1_048_576
_CHUNK = 1 << 22
_LONGEST_ROW = 1 << 26

_CELL = rb"<(?:\w+:)?c\b"
_ADDRESS = rb"\br=\"([A-Za-z]+\d+)\""
_ERROR = re.compile(
    _CELL + rb"(?=[^>]*\bt=\"e\")(?=[^>]*?" + _ADDRESS + rb")[^>]*>(?:<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"<(?:\w+:)?v>([^<]*)<"
)
_UNCACHED = re.compile(
    _CELL + rb"(?=[^>]*?" + _ADDRESS + rb")[^>/]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_STYLED = re.compile(_CELL + rb"(?=[^>]*\bs=\"(\d+)\")(?=[^>]*?" + _ADDRESS + rb")[^>/]*>")
_FILLED_CELL = re.compile(_CELL + rb"[^>]*?\br=\"([A-Za-z]+)(\d+)\"[^>/]*>")
_SINGLE_QUOTED = re.compile(rb"='([^'\"<>]*)'")
_TWO_IN_ONE = re.compile(rb"</(?:\w+:)?v>(?!\s*<(?:/(?:\w+:)?c>|(?:\w+:)?(?:extLst|is)\b))")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb"\brow r=\"(\d+)\"")
_TWO_LETTERS = re.compile(rb"r=\"[A-Za-z]{2,3}[0-9]")
_THREE_LETTERS = re.compile(rb"r=\"[A-Za-z]{3}[0-9]")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b(?=[^>]*\bhidden=\"(?:1|true)\")[^>]*?\br=\"(\d+)\"")
_HIDDEN_COLUMNS = re.compile(
    rb"<(?:\w+:)?col\b(?=[^>]*\bhidden=\"(?:1|true)\")(?=[^>]*\bmin=\"(\d+)\")(?=[^>]*\bmax=\"(\d+)\")[^>]*>"
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Za-z]+\d+):([A-Za-z]+\d+)\"")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(r"<Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:]+)=\"([^\"]*)\"")
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b([^>]*)>")
_CELL_FORMATS = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_XF = re.compile(r"<(?:\w+:)?xf\b([^>]*)>")
_PERCENT_FORMATS = {"9", "10"}


class PartsRefused(Exception):  # noqa: N818 - names what happened
    """The container is not safe or not whole; ``code`` and a Chinese ``reason`` and ``action`` for the Problem."""

    def __init__(self, code: str, reason: str, action: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.action = code, reason, action


def open_parts(content: bytes) -> zipfile.ZipFile:
    """Open the container after looking only at its directory.

    Raises:
        PartsRefused: truncated, encrypted, too large when unpacked, path names that lead outside, macros inside.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise PartsRefused("damaged_file", "文件不完整或已损坏，打不开", "请重新下载或请报送单位重发") from error
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > SMALL_BYTES and unpacked > MAX_RATIO * max(len(content), 1)):
        raise PartsRefused(
            "too_large",
            f"解压后有 {unpacked // 1_000_000:,} MB，超出允许的大小",
            "请删去空白的格式行后另存，或拆成几个文件",
        )
    names = [info.filename for info in infos]
    if any(".." in PurePosixPath(name.replace("\\", "/")).parts or name.startswith(("/", "\\")) for name in names):
        raise PartsRefused(
            "unsafe_file", "文件内部的路径指向文件之外", "这不是正常保存的工作簿，请勿使用，并请报送单位重发"
        )
    if any(info.flag_bits & 1 for info in infos):
        raise PartsRefused("password", "文件设了密码", "请去掉密码后重发")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise PartsRefused("macro_file", "文件带有宏", "请另存为不带宏的 .xlsx 后重发")
    if "xl/workbook.xml" not in names:
        raise PartsRefused("not_a_workbook", "文件不是工作簿", "请另存为 .xlsx、.xls 或 .csv 后重发")
    return archive


def read_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Look through each sheet's XML once, in pieces, for what value readers hide.

    Returns:
        Marks by sheet name.

    Raises:
        PartsRefused: a part is broken, declares entities, or spreads its cells too far to hold.
    """
    try:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/sheet"):
                _refuse_entities(archive.open(name).read())
        percents = _percent_styles(archive)
        return {name: _scan(archive, part, percents) for name, part in _sheet_parts(archive).items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError) as error:
        raise PartsRefused("damaged_file", "文件不完整或已损坏，读到一半出错", "请重新下载或请报送单位重发") from error


def _refuse_entities(data: bytes) -> None:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise PartsRefused(
            "unsafe_file", "文件内部声明了外部实体", "这不是正常保存的工作簿，请勿使用，并请报送单位重发"
        )


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for found in _RELATION.finditer(relations):
        facts = dict(_ATTRIBUTE.findall(found[1]))
        target = facts.get("Target", "")
        targets[facts.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts = {}
    known = set(archive.namelist())
    for found in _SHEET.finditer(book):
        facts = dict(_ATTRIBUTE.findall(found[1]))
        relation = next((value for key, value in facts.items() if key.endswith(":id")), "")
        if targets.get(relation) in known:
            parts[_unescape(facts.get("name", ""))] = targets[relation]
    return parts


def _unescape(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return re.sub(r"&#(x?)([0-9a-fA-F]+);", lambda found: chr(int(found[2], 16 if found[1] else 10)), text)


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    text = archive.read("xl/styles.xml").decode("utf-8", "replace")
    formats = [dict(_ATTRIBUTE.findall(found[1])) for found in _FORMAT.finditer(text)]
    percent = _PERCENT_FORMATS | {one.get("numFmtId", "") for one in formats if "%" in one.get("formatCode", "")}
    cells = _CELL_FORMATS.search(text)
    styles = [dict(_ATTRIBUTE.findall(found[1])) for found in _XF.finditer(cells[0])] if cells else []
    return frozenset(str(index).encode() for index, style in enumerate(styles) if style.get("numFmtId", "0") in percent)


def _scan(archive: zipfile.ZipFile, part: str, percent_styles: frozenset[bytes]) -> Marks:
    errors: dict[Position, str] = {}
    uncached: set[Position] = set()
    percents: set[Position] = set()
    merges = []
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    extent = (0, 0)
    for piece in _pieces(archive, part):
        _refuse_entities(piece)
        extent = _at_most(extent, piece)
        if piece.count(b"</v>") != piece.count(b"</v></c>") and _TWO_IN_ONE.search(piece):
            raise ValueError("more than one value in a cell")
        if b't="e"' in piece:
            errors |= {position(cell.decode()): text.decode() for cell, text in _ERROR.findall(piece)}
        if b"<f" in piece or b":f" in piece:
            uncached.update(position(cell.decode()) for cell in _UNCACHED.findall(piece))
        if percent_styles:
            percents.update(position(at.decode()) for style, at in _STYLED.findall(piece) if style in percent_styles)
        if b"hidden=" in piece:
            hidden_rows.update(int(row) - 1 for row in _HIDDEN_ROW.findall(piece))
            for low, high in _HIDDEN_COLUMNS.findall(piece):
                hidden_columns.update(range(int(low) - 1, min(int(high), 16384)))
        if b"mergeCell" in piece:
            merges += [(*position(a.decode()), *position(b.decode())) for a, b in _MERGE.findall(piece)]
    if extent[0] * extent[1] > MAX_GRID_CELLS:
        _refuse_spread(archive, part)
    return Marks(
        errors=errors,
        uncached=frozenset(uncached - errors.keys()),
        percents=frozenset(percents),
        merges=tuple(merges),
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(hidden_columns),
    )


def _at_most(extent: tuple[int, int], piece: bytes) -> tuple[int, int]:
    """An upper bound of rows and columns, found without looking at every cell."""
    numbers = _ROW_NUMBER.findall(piece, max(piece.rfind(b"row r="), 0))
    rows = int(numbers[-1]) if numbers else MAX_ROWS if _ROW.search(piece) else 0
    width = 26 if not _TWO_LETTERS.search(piece) else 702 if not _THREE_LETTERS.search(piece) else 16384
    return max(extent[0], rows), max(extent[1], width)


def _refuse_spread(archive: zipfile.ZipFile, part: str) -> None:
    """Look at every filled cell: readers hold a sheet as one rectangle, however far its cells lie apart."""
    letters: set[bytes] = set()
    last = 0
    for piece in _pieces(archive, part):
        found = _FILLED_CELL.findall(piece)
        letters.update(column for column, _ in found)
        last = max(last, max((int(row) for row in {row for _, row in found}), default=0))
    width = max((position(f"{one.decode()}1")[1] + 1 for one in letters), default=0)
    if width * last > MAX_GRID_CELLS:
        found_at = f"有一张表从第 1 行一直散到第 {last:,} 行、共 {width:,} 列"
        raise PartsRefused("too_large", found_at, "请删去远处的单元格后另存")


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that end between two rows, so that no cell is cut in two."""
    kept = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            kept += chunk
            cut = kept.rfind(b"</row>")
            if cut >= 0:
                yield _double_quoted(kept[: cut + 6])
                kept = kept[cut + 6 :]
            elif len(kept) > _LONGEST_ROW:
                raise PartsRefused("too_large", "有一行长得不合常理", "请报送单位重发")
    yield _double_quoted(kept)


def _double_quoted(piece: bytes) -> bytes:
    """Some programs write attributes in single quotes."""
    return _SINGLE_QUOTED.sub(rb'="\1"', piece) if b"='" in piece else piece
