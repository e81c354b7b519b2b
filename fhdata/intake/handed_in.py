"""Sheets of fixed forms as handed in: which folders count, which sheets, and which of several is the newest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake.forms import FORMS_FILE, Form, read_form
from fhdata.intake.period_text import split_period
from fhdata.intake.releases import RECEIVED, read_received
from fhdata.intake.topics import topics_of
from fhdata.intake.workbooks import SUFFIXES, read_grid
from fhdata.periods import Period, parse_period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, ProblemsFound

FILE_COLUMNS = ["file", "sheet", "period", "form", "item", "department", "rows", "released"]
EXCLUDED_COLUMNS = ["file", "sheet", "reason", "released"]


@dataclass(frozen=True)
class Sheet:
    """One sheet that counts: its form, the period of its folder, the day it came out."""

    form: Form
    period: Period
    released: str


@dataclass
class HandedIn:
    """Sheets and problems as they are gathered; ``excluded`` has EXCLUDED_COLUMNS."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    excluded: list[dict[str, str]] = field(default_factory=list)


def year_to_date(period: Period) -> Callable[[Period], bool]:
    """Whether a folder's period is a month of the period's year up to its end, or the period itself."""

    def counts(of: Period) -> bool:
        is_month = of.cadence == "month" and of.month <= period.month
        return of.year == period.year and (is_month or of == period)

    return counts


def topic_folders(raw_folder: Path, reader: str, counts: Callable[[Period], bool]) -> list[tuple[Path, Period]]:
    """The folders of a reader's topics whose period counts, in the order of their names."""
    found = []
    for folder in sorted(raw_folder.glob("*/*")):
        if folder.is_dir() and folder.name in topics_of(reader):
            try:
                of = parse_period(folder.parent.name)
            except ProblemsFound:
                continue  # the intake of indicators tells of folders that are no period
            if counts(of):
                found.append((folder, of))
    return found


def gather(
    folders: Iterable[tuple[Path, Period]],
    *,
    home: Path,
    as_of: date,
    forms: Path = FORMS_FILE,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> HandedIn:
    """Read every sheet of every workbook of the folders; what came out after ``as_of`` is left out and said so.

    ``suffixes`` are those of files that hold forms, where others beside them hold something else.
    """
    found = HandedIn()
    for folder, period in folders:
        paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in suffixes]
        _gather_folder(folder, paths, period, home=home, as_of=as_of, forms=forms, found=found)
    return found


def _gather_folder(
    folder: Path, paths: list[Path], period: Period, *, home: Path, as_of: date, forms: Path, found: HandedIn
) -> None:
    received, wrong = read_received(folder, relative_to_home(folder / RECEIVED, home))
    found.problems += wrong
    for path in paths:
        if path.name == RECEIVED or path.name.startswith((".", "~$")):
            continue
        try:
            book = read_grid(path, relative_to_home(path, home))
        except ProblemsFound as refused:
            found.problems += refused.problems
            continue
        for grid in book.grids:
            if not grid.is_empty:
                form, wrong = read_form(grid, forms)
                day = (form.released if form else "") or (str(received[path.name]) if path.name in received else "")
                if day > as_of.isoformat():
                    reason = f"报出日期晚于 {as_of.isoformat()}"
                    found.excluded.append({"file": grid.file, "sheet": grid.name, "reason": reason, "released": day})
                    continue
                found.problems += wrong
                if form:
                    found.problems += _sheet_problems(form, period, day)
                    found.sheets.append(Sheet(form, period, day))


def _sheet_problems(form: Form, period: Period, day: str) -> list[Problem]:
    """A sheet without a day of release, or whose title tells another period than its folder."""
    found = []
    if not day:
        allowed = "表内写“报出日期：2023-04-02”，或记在 received.csv 里"
        found.append(form.grid.problem("no_release_date", "不知道何时报出", allowed, "请补上"))
    at = min((number for number in map(form.title.find, ("19", "20")) if number >= 0), default=-1)
    told = split_period(form.title[at:]) if at >= 0 else None
    if told and told.period != period:
        said = f"标题写的是{told.period.label}，放在 {period} 的文件夹里"
        found.append(form.grid.problem("wrong_month", said, "", "请核对后移动或改正"))
    return found


def keep_newest(found: HandedIn, key: Callable[[Sheet], tuple[object, ...]]) -> list[Sheet]:
    """Of several sheets with the same key the one released last; two of one day are a problem.

    Args:
        found: what was gathered; what is replaced is added to its ``excluded``, what cannot be settled to its
            ``problems``.
        key: what two sheets must have in common for one to stand in for the other.
    """
    newest: dict[tuple[object, ...], Sheet] = {}
    for sheet in sorted(found.sheets, key=lambda one: one.released):
        older = newest.get(key(sheet))
        if older and older.released == sheet.released:
            said = f"与 {older.form.grid.file} 是同一内容、同一天报出的两张表"
            found.problems.append(sheet.form.grid.problem("two_sheets", said, "只能有一张", "请删去一张"))
        elif older:
            reason = f"已由 {sheet.released} 报出的 {sheet.form.grid.file} 更正"
            row = {"file": older.form.grid.file, "sheet": older.form.grid.name, "reason": reason}
            found.excluded.append(row | {"released": older.released})
        newest[key(sheet)] = sheet
    return list(newest.values())


def file_row(sheet: Sheet) -> dict[str, object]:
    """A sheet that counts as a row of FILE_COLUMNS."""
    form = sheet.form
    return {
        "file": form.grid.file,
        "sheet": form.grid.name,
        "period": str(sheet.period),
        "form": form.kind,
        "item": form.item,
        "department": form.department,
        "rows": len(form.rows),
        "released": sheet.released,
    }


def what_counts(found: HandedIn, sheets: Iterable[Sheet]) -> dict[str, Any]:
    """What every reading tells of its sheets: files, excluded, problems (each once, in order) and is_example."""
    counting = list(sheets)
    return {
        "files": pd.DataFrame([file_row(one) for one in counting], columns=FILE_COLUMNS),
        "excluded": pd.DataFrame(found.excluded, columns=EXCLUDED_COLUMNS),
        "problems": tuple(sorted(set(found.problems))),
        "is_example": any(one.form.is_example for one in counting),
    }
