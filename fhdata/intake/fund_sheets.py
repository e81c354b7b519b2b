"""Sheets of the medical fund → items, roster, platform totals, penalties, prepayments, each figure with its cell.

They lie in ``data/raw/<period>/医保/`` as workbooks; CSV and Parquet files beside them are claims, which
``intake.claims`` reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake.corrections import FILE as CORRECTIONS
from fhdata.intake.fund_cells import FORMS_FILE, SCORED, SOURCE
from fhdata.intake.fund_rows import READERS, Roster, roster_of
from fhdata.intake.handed_in import (
    HandedIn,
    Sheet,
    gather,
    keep_newest,
    topic_folders,
    what_counts,
    year_to_date,
)
from fhdata.intake.topics import FUND, topics_of
from fhdata.intake.workbooks import SUFFIXES
from fhdata.periods import Period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, problem
from fhdata.remembered import remembered

WORKBOOKS = tuple(suffix for suffix in SUFFIXES if suffix != ".csv")
CLAIMS = (".csv", ".parquet")
ROSTER = "institutions"
EVERY_MONTH = {"items": "基金收支表", "platform": "平台合计表"}  # without which a month cannot be accounted for
COLUMNS = {
    "items": ["item", "month", "amount_fen", "status", "released", *SOURCE],
    "institutions": [
        "institution", "name", "kind", "level", "is_member", "is_dip", "is_scored", "score", "score_status",
        "from_month", "to_month", "released", *SOURCE,
    ],
    "platform": ["institution", "month", "category", "records", "medfee_fen", "hifp_fen", "released", *SOURCE],
    "penalties": ["institution", "month", "document", "amount_fen", "released", *SOURCE],
    "prepayments": ["institution", "month", "declared_fen", "paid_fen", "released", *SOURCE],
    "blanks": ["form", "month", "institution", "what", "field", "status", *SOURCE],
}  # fmt: skip
FLAGS = ("is_member", "is_dip", "is_scored")


@dataclass(frozen=True)
class FundSheets:
    """What a reading of the medical fund's folders gave; columns in ``COLUMNS``, money int64 fen.

    Attributes:
        items: one row an item and month ("" for a figure of the whole year); the one released last counts.
        institutions: the newest roster, one row an institution and stretch of months.
        platform: one row an institution, month and category.
        penalties: one row an institution and document.
        prepayments: one row an institution and month.
        blanks: figures that are not there, and what kind of nothing stands in their cells.
        files: FILE_COLUMNS, one row a sheet that counts.
        excluded: EXCLUDED_COLUMNS, one row a sheet left out on purpose.
        missing_months: the months at the period's end for which nothing has been handed in.
        last_month: the last month handed in, 1-12; 0 where there is none.
        problems: everything that is wrong; where there is one, nothing should be computed.
        is_example: whether any sheet says its figures are made up (示例数据).
    """

    items: pd.DataFrame
    institutions: pd.DataFrame
    platform: pd.DataFrame
    penalties: pd.DataFrame
    prepayments: pd.DataFrame
    blanks: pd.DataFrame
    files: pd.DataFrame
    excluded: pd.DataFrame
    missing_months: tuple[str, ...]
    last_month: int
    problems: tuple[Problem, ...]
    is_example: bool


@remembered
def read_fund_sheets(raw_folder: Path, *, home: Path, period: Period, as_of: date) -> FundSheets:
    """Read every workbook of the medical fund handed in for a year's months up to a period.

    A sheet is known by its title. Of two sheets of a form for the same month the one released last counts, and of two
    rosters likewise; an item of the whole year that several months state is what the last of them states.

    Args:
        raw_folder: the raw folder of a place.
        home: the place's folder; file names are shown relative to it.
        period: a month, or a year for all its months and its own sheets.
        as_of: only what was released by this day counts.
    """
    folders = topic_folders(raw_folder, FUND, year_to_date(period))
    found = gather(folders, home=home, as_of=as_of, forms=FORMS_FILE, suffixes=WORKBOOKS)
    found.problems += _strange_files(folders, home)
    sheets = keep_newest(found, lambda one: (one.form.kind, one.period))
    sheets.sort(key=lambda one: (one.released, str(one.period), one.form.grid.file))
    rosters = [one for one in sheets if one.form.kind == ROSTER]
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    roster: Roster = {}
    for sheet in (*rosters, *(one for one in sheets if one.form.kind != ROSTER)):
        read = READERS[sheet.form.kind](sheet.form, sheet.period, roster)
        found.problems += read.problems
        tables["blanks"] += read.blanks
        rows = [row | {"released": sheet.released} for row in read.rows]
        if sheet.form.kind == ROSTER:
            found.problems += _changed_levels(tables[ROSTER], rows)
            tables[ROSTER], roster = rows, roster_of(rows)  # the rosters stand in the order of their days
        else:
            tables[sheet.form.kind] += rows
    tables["items"] = _stated_last(tables["items"], found)
    found.problems += [*_repeated_penalties(tables["penalties"]), *_no_roster(rosters, period)]
    found.problems += _unscored(tables[ROSTER]) if period.cadence == "year" else []
    handed_in = {kind: {one.period.month for one in sheets if _is_month(one, kind)} for kind in EVERY_MONTH}
    found.problems += _gaps(handed_in, period)
    frames: dict[str, Any] = {name: _frame(rows, COLUMNS[name]) for name, rows in tables.items()}
    last = max((month for months in handed_in.values() for month in months), default=0)
    return FundSheets(
        **frames,
        missing_months=tuple(str(Period(period.year, "month", one)) for one in range(last + 1, period.month + 1)),
        last_month=last,
        **what_counts(found, sheets),
    )


def _strange_files(folders: Sequence[tuple[Path, Period]], home: Path) -> list[Problem]:
    """Files that are neither workbooks nor claims: nothing that was handed in is left unread in silence."""
    allowed = f"医保文件夹里只放 {'、'.join((*WORKBOOKS, *CLAIMS))}"
    return [
        problem(
            "wrong_type",
            f"文件类型是“{path.suffix}”，没有读",
            allowed,
            "请另存或移走",
            file=relative_to_home(path, home),
        )
        for folder, _ in folders
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix.lower() not in {*WORKBOOKS, *CLAIMS} and not path.name.startswith((".", "~$"))
        if path.name != CORRECTIONS
    ]


def _changed_levels(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> list[Problem]:
    """Institutions whose level changes within the year: which share they belong to is then not said by the document."""
    levels = {row["institution"]: row for row in before}
    found = []
    for row in now:
        other = levels.setdefault(row["institution"], row)
        if other["level"] != row["level"]:
            where = f"{other['source_file']}「{other['source_sheet']}」{other['source_cell']}"
            said = f"“{row['name']}”（{row['institution']}）的级别与 {where} 不同，年中变了级别"
            allowed = "一个机构一年只能属于一个级别"
            place = {name.removeprefix("source_"): row[name] for name in SOURCE}
            found.append(problem("level_changed", said, allowed, "请核对；确有变动的，由医保局定按哪个级别算", **place))
    return found


def _stated_last(rows: Sequence[dict[str, Any]], found: HandedIn) -> list[dict[str, Any]]:
    """Of an item of the whole year that several sheets state, the statement released last."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["item"], row["month"])
        older = newest.get(key)
        if older is not None and older["amount_fen"] != row["amount_fen"]:
            reason = f"{older['source_cell']} 的全年数已由 {row['released']} 报出的 {row['source_file']} 更正"
            names = {"file": older["source_file"], "sheet": older["source_sheet"]}
            found.excluded.append(names | {"reason": reason, "released": older["released"]})
        newest[key] = row
    return list(newest.values())


def _repeated_penalties(rows: Sequence[dict[str, Any]]) -> list[Problem]:
    """One document deducted from one institution more than once."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    found = []
    for row in rows:
        before = first.setdefault((row["institution"], row["document"]), row)
        if before is not row:
            where = f"{before['source_file']}「{before['source_sheet']}」{before['source_cell']}"
            said = f"“{row['document']}”对机构“{row['institution']}”的扣款已列在 {where}"
            place = {name.removeprefix("source_"): row[name] for name in SOURCE}
            found.append(problem("duplicate", said, "一份文书对一个机构只列一次", "请删去一行", **place))
    return found


def _unscored(rows: Sequence[dict[str, Any]]) -> list[Problem]:
    """Institutions that take part in the year's sharing without a score: a blank is never taken for 0."""
    return [
        problem(
            "no_score",
            f"“{row['name']}”（{row['institution']}）参加考评而没有考评得分",
            "空着不当 0 分",
            "请补报得分，或改为不参加考评",
            **{name.removeprefix("source_"): row[name] for name in SOURCE},
        )
        for row in rows
        if row["is_scored"] and row["score_status"] != SCORED
    ]


def _no_roster(rosters: Sequence[Sheet], period: Period) -> list[Problem]:
    if rosters:
        return []
    action = f"请放进 data/raw/{period}/{min(topics_of(FUND))}/"
    return [problem("no_roster", f"{period.year} 年没有医疗机构名册", "", action)]


def _is_month(sheet: Sheet, kind: str) -> bool:
    return sheet.form.kind == kind and sheet.period.cadence == "month"


def _gaps(handed_in: dict[str, set[int]], period: Period) -> list[Problem]:
    """Months without one of the sheets of every month: up to a month asked for, in a year up to the last handed in."""
    there = {month for months in handed_in.values() for month in months}
    last = period.month if period.cadence == "month" else max(there, default=1)
    topic = min(topics_of(FUND))
    return [
        problem("missing_month", f"{month} 没有{EVERY_MONTH[kind]}", "", f"请放进 data/raw/{month}/{topic}/")
        for kind, months in handed_in.items()
        for month in (Period(period.year, "month", number) for number in range(1, last + 1) if number not in months)
    ]


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    def kind(name: str) -> str:
        if name in FLAGS:
            return "bool"
        return "int64" if name.endswith("_fen") or name in {"score", "records"} else "str"

    return pd.DataFrame(list(rows), columns=list(columns)).astype({name: kind(name) for name in columns})
