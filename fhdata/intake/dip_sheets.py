"""Sheets of DIP points → directory, hospitals, cases of the years before, the fund, the prefecture's own figures.

They lie in ``data/raw/<year>/DIP/`` as workbooks; CSV and Parquet files beside them are the year's cases, which
``read_dip_cases`` brings into an engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.engines import Engine
from fhdata.intake.claim_files import find_record_files, register_raw, schema
from fhdata.intake.dip_cases import COLUMNS_FILE, define_cases
from fhdata.intake.forms import Form, Line, vocabulary
from fhdata.intake.fund_cells import SOURCE, Read, amount, count, once, refuse, source_of, unit_of
from fhdata.intake.fund_sheets import WORKBOOKS
from fhdata.intake.handed_in import gather, keep_newest, topic_folders, what_counts
from fhdata.intake.topics import DIP
from fhdata.intake.wording import fold, narrow
from fhdata.periods import Period
from fhdata.problems import Problem, problem

FORMS_FILE = Path(__file__).with_name("dip_forms.toml")
E4 = 10_000
NO_POINTS = Decimal(0)  # a directory that leaves the points to the years before
COLUMNS = {
    "groups": ["group_code", "group_name", "is_basic", "points", "released", *SOURCE],
    "hospitals": [
        "institution", "name", "level", "coefficient_e4", "assessment_e4", "audit_fen", "prepaid_fen", "released",
        *SOURCE,
    ],
    "history": ["group_code", "year", "level", "cases", "cost_fen", "released", *SOURCE],
    "fund": ["item", "fund_fen", "released", *SOURCE],
    "told": ["institution", "figure", "value", "released", *SOURCE],
}  # fmt: skip
NEEDED = {"groups": "病种目录", "hospitals": "机构系数表", "history": "病例数据表", "fund": "DIP基金表"}


@dataclass(frozen=True)
class DipSheets:
    """What the sheets of one year's DIP points gave; columns in ``COLUMNS``, money int64 fen, points Decimal.

    Attributes:
        groups: one row a disease group; points 0 where the sheet has none.
        hospitals: one row a hospital; coefficients are whole numbers of 0.0001.
        history: one row a group, year and level.
        fund: one row: what the fund has for DIP.
        told: one row a hospital and figure the prefecture has told; none where it has not.
        files: FILE_COLUMNS.
        excluded: EXCLUDED_COLUMNS, sheets left out on purpose.
        problems: everything that is wrong.
        is_example: whether any sheet says its figures are made up (示例数据).
    """

    groups: pd.DataFrame
    hospitals: pd.DataFrame
    history: pd.DataFrame
    fund: pd.DataFrame
    told: pd.DataFrame
    files: pd.DataFrame
    excluded: pd.DataFrame
    problems: tuple[Problem, ...]
    is_example: bool


def read_dip_sheets(raw_folder: Path, *, home: Path, year: Period, as_of: date) -> DipSheets:
    """Read the workbooks of DIP points handed in for a year; of two sheets of a form the one released last counts.

    Args:
        raw_folder: the raw folder of a place.
        home: the place's folder; file names are shown relative to it.
        year: the year settled.
        as_of: only what was released by this day counts.
    """
    folders = topic_folders(raw_folder, DIP, lambda period: period == year)
    found = gather(folders, home=home, as_of=as_of, forms=FORMS_FILE, suffixes=WORKBOOKS)
    sheets = keep_newest(found, lambda one: (one.form.kind,))
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for sheet in sorted(sheets, key=lambda one: one.form.grid.file):
        read = _READERS[sheet.form.kind](sheet.form)
        found.problems += read.problems
        found.problems += [_blank_problem(one) for one in read.blanks]
        tables[sheet.form.kind] += [row | {"released": sheet.released} for row in read.rows]
    kinds = {one.form.kind for one in sheets}
    lacking = [name for kind, name in NEEDED.items() if kind not in kinds]
    found.problems += [
        problem("no_sheet", f"{year} 没有{name}", "", f"请放进 data/raw/{year}/DIP/") for name in lacking
    ]
    frames: dict[str, Any] = {name: _frame(rows, COLUMNS[name]) for name, rows in tables.items()}
    return DipSheets(**frames, **what_counts(found, sheets))


@dataclass(frozen=True)
class DipCases:
    """A year's cases in an engine's view: the files they came from, what is wrong, whether they are made up."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    is_example: bool


def read_dip_cases(engine: Engine, view: str, raw_folder: Path, *, home: Path, year: Period, as_of: date) -> DipCases:
    """Bring the year's cases into a view of an engine; several files are read as one.

    Args:
        engine: where to; what it holds on disk goes when it goes.
        view: the view to make.
        raw_folder: the raw folder of a place.
        home: the place's folder.
        year: the year settled.
        as_of: only what was released by this day counts.
    """
    folder = engine.folder  # goes when the engine is closed
    found = find_record_files(topic_folders(raw_folder, DIP, lambda period: period == year), home=home, as_of=as_of)
    problems, landed = list(found.problems), []
    for number, file in enumerate(found.files):
        wrong = register_raw(engine, "dip_raw", file, COLUMNS_FILE)
        if not wrong:
            wrong = define_cases(engine, "dip_raw", f"{view}_{number}", file.shown, folder)
            landed.append(folder / f"{view}_{number}.parquet")
        problems += wrong
    if landed:
        engine.register_parquet(view, landed)
    elif not problems:
        problems.append(problem("no_cases", f"{year} 没有病例清单", "", f"请放进 data/raw/{year}/DIP/"))
    mark = schema(COLUMNS_FILE)["example_mark"]
    names = tuple(one.shown for one in found.files)
    return DipCases(names, tuple(problems), any(mark in one.path.name for one in found.files))


def _group_rows(form: Form) -> Read:
    read, first = Read(), dict[tuple[str, str], Line]()
    words = vocabulary(FORMS_FILE).words
    for line in map(form.line, form.rows):
        code, kind = line.text("group_code"), words.get(fold(line.text("type")), "")
        if not code:
            read.problems.append(line.problem("empty_cell", "没有写病种编码", "", "请补上", "group_code"))
            continue
        once(line, "group_code", (code, ""), first, read)
        if not kind:
            refuse(
                line, "type", read, f"病种类型写的是“{line.text('type')}”", f"只能是{'、'.join(words)}", "bad_choice"
            )
        points = _decimal(line, "points", read) if line.text("points") else NO_POINTS
        if points is not None:
            row = {"group_code": code, "group_name": line.text("group_name"), "is_basic": kind == "basic"}
            read.rows.append(row | {"points": points} | source_of(line, "group_code"))
    return read


def _hospital_rows(form: Form) -> Read:
    read, first, unit = Read(), dict[tuple[str, str], Line](), ""
    unit = unit_of(form, read)
    for line in map(form.line, form.rows):
        code = line.text("institution")
        if not code:
            read.problems.append(line.problem("empty_cell", "没有写机构编码", "", "请补上", "institution"))
            continue
        once(line, "institution", (code, ""), first, read)
        factors = {f"{name}_e4": _e4(line, name, read) for name in ("coefficient", "assessment")}
        about = {"what": "hospital", "institution": code}
        money = {f"{name}_fen": amount(line, name, unit, read, about=about) for name in ("audit", "prepaid")}
        if None not in {**factors, **money}.values():
            row = {"institution": code, "name": line.text("name"), "level": line.text("level")}
            read.rows.append(row | factors | money | source_of(line, "coefficient"))
    return read


def _history_rows(form: Form) -> Read:
    read, first = Read(), dict[tuple[str, str], Line]()
    unit = unit_of(form, read)
    for line in map(form.line, form.rows):
        code, year = line.text("group_code"), line.text("year").removesuffix("年")
        if not code or not year.isdecimal():
            refuse(line, "year", read, f"病种“{code}”的年度写的是“{line.text('year')}”", "应写成 2022")
            continue
        once(line, "group_code", (code, f"{year} {line.text('level')}"), first, read)
        about = {"what": "history", "institution": ""}
        cases = count(line, "cases", read, about)
        cost = amount(line, "cost", unit, read, about=about)
        if cases is not None and cost is not None:
            row = {"group_code": code, "year": int(year), "level": line.text("level"), "cases": cases}
            read.rows.append(row | {"cost_fen": cost} | source_of(line, "cost"))
    return read


def _fund_rows(form: Form) -> Read:
    read = Read()
    unit = unit_of(form, read)
    for line in map(form.line, form.rows):
        fen = amount(line, "amount", unit, read, about={"what": "fund", "institution": ""})
        if fen is not None:
            read.rows.append({"item": line.text("item"), "fund_fen": fen} | source_of(line, "amount"))
    if len(form.rows) != 1:
        said = f"有 {len(form.rows)} 行"
        read.problems.append(form.grid.problem("bad_rows", said, "应只有一行：可用于DIP的基金", "请改正"))
    return read


def _told_rows(form: Form) -> Read:
    read = Read()
    unit = unit_of(form, read)
    for line in map(form.line, form.rows):
        about = {"what": "told", "institution": line.text("institution")}
        figures: dict[str, Any] = {"points": _decimal(line, "points", read)}
        figures |= {f"{name}_fen": amount(line, name, unit, read, about=about) for name in ("gross", "due")}
        where = {"points": "points", "gross_fen": "gross", "due_fen": "due"}
        read.rows += [
            {"institution": line.text("institution"), "figure": name, "value": value} | source_of(line, where[name])
            for name, value in figures.items()
            if value is not None
        ]
    return read


_READERS: dict[str, Callable[[Form], Read]] = {
    "groups": _group_rows,
    "hospitals": _hospital_rows,
    "history": _history_rows,
    "fund": _fund_rows,
    "told": _told_rows,
}


def _decimal(line: Line, name: str, read: Read) -> Decimal | None:
    """A cell's number with at most six decimals, exactly as written."""
    raw = line.cell(name)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = format(raw, ".15g")
    text = narrow(raw).strip().replace(",", "") if isinstance(raw, str) else ""
    whole, _, part = text.partition(".")
    if whole.isdecimal() and (not part or part.isdecimal()) and len(part) <= 6:
        return Decimal(text)
    refuse(line, name, read, f"写的是“{line.text(name)}”", "应为不小于 0 的数，最多六位小数", "bad_number")
    return None


def _e4(line: Line, name: str, read: Read) -> int | None:
    """A coefficient as a whole number of 0.0001."""
    if not line.text(name):
        refuse(line, name, read, "没有写系数", "没有系数就不能计分", "missing_coefficient")
        return None
    value = _decimal(line, name, read)
    if value is None or value * E4 == int(value * E4):
        return None if value is None else int(value * E4)
    refuse(line, name, read, f"系数写的是“{line.text(name)}”", "最多四位小数", "bad_number")
    return None


def _blank_problem(one: dict[str, str]) -> Problem:
    """A figure that is not there: nothing is computed on a guess."""
    place = {name.removeprefix("source_"): one[name] for name in SOURCE}
    return problem("empty_cell", "没有数", "这一格须有数，没有的写 0", "请补上", **place)


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    whole = [name for name in columns if name.endswith(("_fen", "_e4")) or name in ("cases", "year")]
    return frame.astype({name: "int64" for name in whole if name in frame} | {
        name: "bool" for name in columns if name.startswith("is_")
    })  # fmt: skip
