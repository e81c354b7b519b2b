"""Assistance workbooks → persons by month, families and persons without names, money in whole fen, each with its cell.

They lie in ``data/raw/<period>/救助/``. Rosters are read to find people twice and for family size and income; names and
ID numbers go no further than ``assistance_rosters``.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake import assistance_rows as rows
from fhdata.intake import corrections
from fhdata.intake.assistance_rosters import PERSONAL, household_rows, member_rows
from fhdata.intake.assistance_rows import ALL, FORMS_FILE, Names
from fhdata.intake.forms import Form
from fhdata.intake.grids import position, text_of
from fhdata.intake.handed_in import (
    HandedIn,
    Sheet,
    gather,
    keep_newest,
    topic_folders,
    what_counts,
    year_to_date,
)
from fhdata.intake.topics import ASSISTANCE
from fhdata.periods import Period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, problem
from fhdata.remembered import remembered

SOURCE = ["source_file", "source_sheet", "source_cell"]
COLUMNS = {
    "headcounts": [
        "township", "category", "month", "households", "persons", "mean_supplement_fen", "supplement_fen",
        "classified_fen", "step_fen", *SOURCE, "households_cell", "persons_cell", "mean_supplement_cell",
    ],
    "last_year": [
        "township", "category", "year", "persons", "mean_supplement_fen", "months", "spending_fen", *SOURCE,
        "persons_cell", "mean_supplement_cell", "spending_cell",
    ],
    "households": [
        "household_id", "township", "category", "persons", "income_fen", *SOURCE, "persons_cell", "income_cell",
    ],
    "members": ["person_id", "township", "category", "group", *SOURCE],
    "amounts": ["group", "amount_fen", *SOURCE],
    "funds": ["payer", "document", "received", "appropriated_fen", *SOURCE],
    "shares": ["category", "payer", "share", *SOURCE],
    "payments": ["month", "rate", "paid", *SOURCE],
}  # fmt: skip
WHOLE = ("households", "persons", "months")
EVERY_MONTH = "headcounts"
YEAR_BEFORE = "last_year"
WANTED = {
    "headcounts": "救助人数表", "households": "低保家庭名册", "members": "分类施保名册", "amounts": "分类施保标准",
    "funds": "救助资金到位情况", "shares": "救助资金分担比例", "payments": "救助资金发放情况",
    "last_year": "上年的救助人均补差表",
}  # fmt: skip
ACCEPTED_COLUMNS = ["file", "sheet", "cell", "says", "why", "who", "when"]
_READERS: dict[str, rows.Reader] = {
    "headcounts": rows.headcount_rows,
    "last_year": rows.last_year_rows,
    "amounts": rows.amount_rows,
    "funds": rows.fund_rows,
    "shares": rows.share_rows,
    "payments": rows.payment_rows,
}


@dataclass(frozen=True)
class AssistanceSheets:
    """What a reading of the assistance folders gave; columns in ``COLUMNS``, money int64 fen.

    Attributes:
        headcounts: one row a township, category and month, January to the period's month.
        totals: the printed total rows of the same sheets, one a sheet and category; no township.
        last_year: one row a township and category of the year before.
        last_year_totals: its total rows.
        households: the newest rosters, one row a family; the digest says only which rows are the same family.
        members: one row a person and group of classified aid.
        amounts: what one person of each group gets a month.
        funds: money that came in, one row a document.
        shares: who bears which share of each category.
        payments: months already paid, at the old or the new standard.
        files: FILE_COLUMNS, one row a sheet that counts.
        excluded: EXCLUDED_COLUMNS, one row a sheet left out on purpose.
        accepted: ACCEPTED_COLUMNS, cells that ``corrections.toml`` says to take as they are, odd as they look.
        problems: everything that is wrong; where there is one, nothing should be computed.
        is_example: whether any sheet says its figures are made up (示例数据).
    """

    headcounts: pd.DataFrame
    totals: pd.DataFrame
    last_year: pd.DataFrame
    last_year_totals: pd.DataFrame
    households: pd.DataFrame
    members: pd.DataFrame
    amounts: pd.DataFrame
    funds: pd.DataFrame
    shares: pd.DataFrame
    payments: pd.DataFrame
    files: pd.DataFrame
    excluded: pd.DataFrame
    accepted: pd.DataFrame
    problems: tuple[Problem, ...]
    is_example: bool

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """What is computed from: the tables from ``headcounts`` to ``payments``, in order, then ``accepted``."""
        return (
            self.headcounts, self.totals, self.last_year, self.last_year_totals, self.households, self.members,
            self.amounts, self.funds, self.shares, self.payments, self.accepted,
        )  # fmt: skip


@remembered
def read_assistance(
    raw_folder: Path, townships: pd.DataFrame, categories: pd.DataFrame, *, home: Path, period: Period, as_of: date
) -> AssistanceSheets:
    """Read every assistance workbook of a year's months up to a period, and the year before's mean supplements.

    A sheet is known by its title. Of two sheets on the same thing, month and reporting unit the one released last
    counts. Tables of persons count for every month; of rosters, shares and lists of money only the newest month's.

    Args:
        raw_folder: the raw folder of a place.
        townships: name, alias.
        categories: category, title.
        home: the place's folder; file names are shown relative to it.
        period: a month.
        as_of: only what was released by this day counts.
    """
    before = Period(period.year - 1, "year", 1)
    folders = topic_folders(raw_folder, ASSISTANCE, lambda of: of == before or year_to_date(period)(of))
    found = gather(folders, home=home, as_of=as_of, forms=FORMS_FILE)
    accepted = _accepted(folders, found, home)
    sheets = _counting(keep_newest(found, key=lambda one: (one.form.kind, one.period, one.form.department)))
    tables = _read(sheets, Names.of(townships, categories), found.problems)
    found.problems += _missing(sheets, period)
    frames: dict[str, Any] = {name: _frame(tables[name], columns) for name, columns in COLUMNS.items()}
    parts = {name: frames.pop(name) for name in (EVERY_MONTH, YEAR_BEFORE)}
    detail: dict[str, Any] = {name: _rows(frame, is_total=False) for name, frame in parts.items()}
    total = {name: _rows(frame, is_total=True) for name, frame in parts.items()}
    return AssistanceSheets(
        **detail,
        totals=total[EVERY_MONTH],
        last_year_totals=total[YEAR_BEFORE],
        **frames,
        accepted=accepted,
        **what_counts(found, sheets),
    )


def _counting(newest: list[Sheet]) -> list[Sheet]:
    """Every month's tables of persons; of the other kinds the sheets of the newest month of each reporting unit."""
    last: dict[tuple[str, str], Period] = {}
    for one in newest:
        key = (one.form.kind, one.form.department)
        last[key] = max(last.get(key, one.period), one.period)
    kept = [
        one for one in newest if one.form.kind == EVERY_MONTH or one.period == last[one.form.kind, one.form.department]
    ]
    order = {kind: number for number, kind in enumerate(COLUMNS)}
    return sorted(kept, key=lambda one: (order[one.form.kind], one.period, one.form.grid.file, one.form.grid.name))


def _read(sheets: Iterable[Sheet], names: Names, problems: list[Problem]) -> dict[str, list[dict[str, Any]]]:
    """The records of every sheet by table; persons are digests under one key that is forgotten with this call."""
    key, seen = secrets.token_bytes(32), dict[str, str]()
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for one in sheets:
        kind = one.form.kind
        if kind == "households":
            records, wrong = household_rows(one.form, names, key, seen)
        elif kind == "members":
            records, wrong = member_rows(one.form, names, key)
        else:
            records, wrong = _READERS[kind](one.form, names, one.period)
        tables[kind] += records
        problems += wrong
    return tables


def _missing(sheets: list[Sheet], period: Period) -> list[Problem]:
    """Kinds of sheets that were not handed in at all, and months without a table of persons."""
    there = {one.form.kind for one in sheets}
    months = {one.period for one in sheets if one.form.kind == EVERY_MONTH}
    due = [Period(period.year, "month", number) for number in range(1, period.month + 1)]
    told = [f"{month} 没有{WANTED[EVERY_MONTH]}" for month in due if month not in months]
    told += [f"没有{name}" for kind, name in WANTED.items() if kind not in there and kind != EVERY_MONTH]
    return [problem("no_sheet", said, "", "请放进 data/raw 该期的救助文件夹") for said in told]


def _accepted(folders: Iterable[tuple[Path, Period]], found: HandedIn, home: Path) -> pd.DataFrame:
    """Cells taken as they are by ``corrections.toml``; one that no longer says what was accepted is a problem."""
    forms = {(one.form.grid.file, one.form.grid.name): one.form for one in found.sheets}
    kept = []
    for folder, _ in folders:
        shown = relative_to_home(folder / corrections.FILE, home)
        told, wrong = corrections.load(folder, shown)
        found.problems += wrong
        for one in told:
            file = relative_to_home(folder / one.file, home)
            form = forms.get((file, one.sheet))
            says = _says(form, one.cell)
            if form is not None and form.kind in PERSONAL:
                said = f"{one.file}「{one.sheet}」是名册"
                allowed, action = "名册里的内容不得抄到别处", "请删去这一条，改正名册"
                found.problems.append(problem("personal_data", said, allowed, action, file=shown))
            elif one.kind != "accept" or says != one.says:
                said = f"{one.file}「{one.sheet}」{one.cell} 现在写的是“{says}”，这里写的是“{one.says}”（{one.kind}）"
                allowed = "救助用表只收 accept，两处写的须一致"
                found.problems.append(problem("stale_correction", said, allowed, "请改正或删去这一条", file=shown))
            else:
                kept.append({**vars(one), "file": file})
    return pd.DataFrame(kept, columns=ACCEPTED_COLUMNS)


def _says(form: Form | None, cell: str) -> str:
    if form is None:
        return ""
    row, column = position(cell)
    is_inside = 0 <= row < len(form.grid.rows) and 0 <= column < form.grid.width
    return text_of(form.grid.rows[row][column]) if is_inside else ""


def _rows(frame: pd.DataFrame, *, is_total: bool) -> pd.DataFrame:
    return frame[(frame["township"] == ALL) == is_total].reset_index(drop=True)


def _frame(records: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    whole = {name for name in columns if name.endswith("_fen") or name in WHOLE}
    frame = pd.DataFrame(records, columns=columns)
    return frame.astype({name: "int64" if name in whole else "str" for name in columns})
