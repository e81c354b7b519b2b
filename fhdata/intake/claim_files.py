"""Files of settlement records as handed in: which count, when they came out, and their columns as text or decimals."""

import codecs
import csv
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fhdata.engines import FLOATS, DuckDb, Engine
from fhdata.intake import corrections
from fhdata.intake.handed_in import topic_folders
from fhdata.intake.releases import RECEIVED, read_date, read_received
from fhdata.intake.topics import FUND
from fhdata.money import fen_of
from fhdata.periods import Period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, ProblemsFound, hint, problem

RECORD = "setl_id "  # before a record's number, where a sheet has a cell's address
RELEASED = "released"  # the key of a Parquet file's own metadata that tells when it came out
SUFFIXES = (".csv", ".parquet")
ENCODINGS = ("utf-8-sig", "gb18030")  # whole files are tried: what is UTF-8 throughout is UTF-8
SCHEMA_FILE = Path(__file__).with_name("claims.toml")
_BLOCK = 1 << 22
_GLOB_MARKS = set("*?[]{}")
_MOST_LINES = 5


@dataclass(frozen=True)
class ClaimFile:
    """One file of settlement records that counts; ``shown`` is its name relative to the place."""

    path: Path
    shown: str
    period: Period
    released: str


@dataclass
class ClaimFiles:
    """Files as they are found; ``excluded`` is (file, reason); ``accepted`` are lone refunds that have been explained.

    ``accepted`` is one dict an entry of a folder's corrections.toml: file (as shown), setl_id, medfee_fen, why, who,
    listed (the corrections' own name).
    """

    files: list[ClaimFile]
    excluded: list[tuple[str, str]]
    accepted: list[dict[str, Any]]
    problems: list[Problem]


@cache
def schema(file: Path = SCHEMA_FILE) -> dict[str, Any]:
    """Column names, codes and identities of the platform's records (``claims.toml``, or a file of columns like it)."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def find_claim_files(raw_folder: Path, *, home: Path, year: int, until_month: int, as_of: date) -> ClaimFiles:
    """The files of a year's months up to one; for the whole year also those of the next, for what was settled late.

    Args:
        raw_folder: a place's ``data/raw``.
        home: the place's folder.
        year: the year accounted for.
        until_month: its last month, 1-12.
        as_of: only what was released by this day counts.
    """

    def counts(of: Period) -> bool:
        is_this = of.year == year and of.month <= until_month
        return of.cadence == "month" and (is_this or (until_month == 12 and of.year == year + 1))

    return find_record_files(topic_folders(raw_folder, FUND, counts), home=home, as_of=as_of)


def find_record_files(folders: Iterable[tuple[Path, Period]], *, home: Path, as_of: date) -> ClaimFiles:
    """The CSV and Parquet files of some folders that were out by a day.

    Args:
        folders: folders and the periods they stand for.
        home: the place's folder.
        as_of: only what was released by this day counts.
    """
    found = ClaimFiles([], [], [], [])
    for folder, period in folders:
        paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
        paths = [path for path in paths if path.name != RECEIVED and not path.name.startswith((".", "~$"))]
        received, wrong = read_received(folder, relative_to_home(folder / RECEIVED, home)) if paths else ({}, [])
        found.problems += wrong
        _gather_accepted(folder, {path.name for path in paths}, home, found)
        for path in paths:
            shown = relative_to_home(path, home)
            day = str(received.get(path.name) or _own_day(path) or "")
            if day > as_of.isoformat():
                found.excluded.append((shown, f"报出日期 {day} 晚于 {as_of.isoformat()}"))
                continue
            if not day:
                found.problems.append(
                    problem(
                        "no_release_date", "不知道何时报出", "应记在同一文件夹的 received.csv 里", "请补上", file=shown
                    )
                )
            found.files.append(ClaimFile(path, shown, period, day))
    return found


def _gather_accepted(folder: Path, names: set[str], home: Path, found: ClaimFiles) -> None:
    """Lone refunds explained in corrections.toml: cell ``setl_id R1``, says the bill ``-100.00``, why, who, when."""
    listed = relative_to_home(folder / corrections.FILE, home)
    entries, wrong = corrections.load(folder, listed)
    found.problems += wrong
    for one in entries:
        if one.file not in names:
            continue
        setl_id = one.cell.removeprefix(RECORD)
        try:
            fen = fen_of(one.says)
        except ProblemsFound as refused:
            found.problems += [replace(each, file=listed, cell=one.cell) for each in refused.problems]
            continue
        if one.kind != "accept" or setl_id == one.cell:
            said = f"{one.cell} 是 {one.kind}"
            allowed = f"结算明细只能 accept 没有成对的退费，cell 写“{RECORD}编号”"
            found.problems.append(problem("bad_corrections", said, allowed, "其他错误请改正后重新导出", file=listed))
            continue
        shown = relative_to_home(folder / one.file, home)
        entry = {"file": shown, "setl_id": setl_id, "medfee_fen": fen, "why": one.why, "who": one.who}
        found.accepted.append(entry | {"listed": listed})


def _own_day(path: Path) -> date | None:
    """The day a Parquet file's metadata tells; None for a CSV, a file without it, or one that cannot be read."""
    if path.suffix.lower() != ".parquet":
        return None
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return None  # registering it tells that it cannot be read
    return read_date(metadata.get(RELEASED.encode(), b"").decode("utf-8", "replace"))


def register_raw(engine: Engine, view: str, file: ClaimFile, columns: Path = SCHEMA_FILE) -> list[Problem]:
    """Make one file a view under the platform's column names; nothing is copied or kept.

    Args:
        engine: where the view goes.
        view: its name; of a CSV it can be read once.
        file: Parquet, or CSV in UTF-8 or GB18030.
        columns: the file that names the columns.

    Returns:
        What is wrong with the file as a whole; where there is anything, the view must not be used.
    """
    if set(file.path.name) & _GLOB_MARKS:
        return [_about(file, "bad_name", "文件名里有 * ? [ ] { }", "", "请改名")]
    if file.path.suffix.lower() == ".csv":
        return _register_csv(engine, view, file, columns)
    try:
        pq.read_schema(file.path)
    except (pa.ArrowInvalid, OSError):
        return [_about(file, "unreadable", "读不出来", "应为完整的 Parquet 文件", "请重新导出")]
    engine.register_parquet(view, [file.path])
    return _column_problems(file, engine.column_types(view), columns)


def names_needed(columns: Path) -> tuple[list[str], list[str]]:
    """The platform's names of the columns that must be there, and of those that may."""
    listed = schema(columns)
    needed = [*listed["columns"].values(), *listed["amounts"].values()]
    return needed, [*listed["optional"].values(), *listed["optional_amounts"].values()]


def _column_problems(file: ClaimFile, types: dict[str, str], columns: Path) -> list[Problem]:
    needed, _ = names_needed(columns)
    found = [
        _about(
            file,
            "missing_column",
            "，".join(filter(None, [f"没有“{name}”这一列", hint(name, types)])),
            "",
            f"请按平台列名导出，或在 {columns.name} 里写明本地列名",
        )
        for name in needed
        if name not in types
    ]
    amounts = [*schema(columns)["amounts"].values(), *schema(columns)["optional_amounts"].values()]
    return found + [
        _about(file, "float_amount", f"金额列“{name}”是浮点数", "应为文字或定点小数，浮点数会丢掉分", "请重新导出")
        for name in amounts
        if types.get(name) in FLOATS
    ]


def _register_csv(engine: Engine, view: str, file: ClaimFile, columns: Path) -> list[Problem]:
    if not isinstance(engine, DuckDb):
        return [_about(file, "csv_on_spark", "在 Spark 上不读 CSV", "应为 Parquet", "请另存为 Parquet，或改用 DuckDB")]
    encoding = _encoding_of(file.path)
    if encoding is None:
        return [_about(file, "bad_encoding", "既不是 UTF-8 也不是 GB18030 编码", "", "请另存为 CSV UTF-8")]
    try:
        header, lines = _lines_of_other_width(file.path, encoding)
    except csv.Error:
        return [_about(file, "unreadable", "读不出来", "应为逗号分隔的 CSV", "请重新导出")]
    found = _column_problems(file, dict.fromkeys(header, "varchar"), columns)
    found += [
        _about(file, "duplicate", f"“{name}”这一列出现不止一次", "", "请删去一列")
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    if lines:  # cells have shifted: an amount may stand under another's name
        named = "、".join(str(number) for number in lines[:_MOST_LINES]) + ("等" if len(lines) > _MOST_LINES else "")
        said = f"有 {len(lines)} 行的列数与表头（{len(header)} 列）不同：第 {named} 行"
        found.append(_about(file, "bad_line", said, "", "单元格里有逗号的要加引号，请重新导出"))
    if not found:
        engine.register_stream(view, _stream(file.path, encoding, header, columns))
    return found


def _encoding_of(path: Path) -> str | None:
    """The first encoding in which the whole file can be read."""
    return next((name for name in ENCODINGS if _is_readable(path, name)), None)


def _is_readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _stream(path: Path, encoding: str, header: list[str], columns: Path) -> pa.RecordBatchReader:
    """The columns that are known, as text: names and numbers of persons that stand beside them are never taken in."""
    needed, optional = names_needed(columns)
    known = [name for name in header if name in {*needed, *optional}]
    return pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(encoding=encoding, block_size=_BLOCK, column_names=header, skip_rows=1),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            include_columns=known, column_types=dict.fromkeys(known, pa.string()), strings_can_be_null=False
        ),
    )


def _lines_of_other_width(path: Path, encoding: str) -> tuple[list[str], list[int]]:
    """The header's names, and the numbers of the lines that have more or fewer cells than it."""
    with path.open(encoding=encoding, newline="") as text:
        rows = csv.reader(text, strict=True)
        header = [name.strip() for name in next(rows, [])]
        return header, [rows.line_num for row in rows if row and len(row) != len(header)]


def _about(file: ClaimFile, code: str, found: str, allowed: str, action: str) -> Problem:
    return problem(code, found, allowed, action, file=file.shown)
