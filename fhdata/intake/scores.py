"""Workbooks of an appraisal → items, scores, the register of bonuses and deductions, and what a year needs besides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake import score_rows
from fhdata.intake.forms import Form, read_form
from fhdata.intake.period_text import split_period
from fhdata.intake.releases import RECEIVED, read_received
from fhdata.intake.score_rows import SOURCE, Names
from fhdata.intake.topics import SCORES, topics_of
from fhdata.intake.workbooks import SUFFIXES, read_grid
from fhdata.periods import Period, parse_period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, ProblemsFound, problem

COLUMNS = {
    "items": ["county", "month", "series", "item", "weight", "department", "department_name", "approval_no", *SOURCE],
    "scores": ["county", "month", "unit", "item", "score", "status", "note", "released", *SOURCE],
    "events": [
        "county", "unit", "role", "work", "kind", "level", "subject", "document", "document_date", "registered",
        "note", *SOURCE,
    ],
    "exclusions": ["county", "period", "unit", "document", *SOURCE],
    "heads": ["county", "month", "unit", "head_count", "leader_post", *SOURCE],
    "evaluation": ["county", "year", "unit", "score", *SOURCE],
    "shortfalls": [
        "county", "year", "unit", "item", "task", "is_growth_target", "done", "target", "ruled_ratio", "document",
        *SOURCE,
    ],
}  # fmt: skip
DTYPES = {
    "weight": "float64", "score": "float64", "done": "float64", "target": "float64", "ruled_ratio": "float64",
    "head_count": "Int64", "is_growth_target": "bool", "document_date": "object", "registered": "object",
}  # fmt: skip
_READERS: dict[str, Callable[[Form, Names, Period], tuple[list[dict[str, Any]], list[Problem]]]] = {
    "items": score_rows.item_rows,
    "scores": score_rows.score_rows,
    "events": score_rows.event_rows,
    "exclusions": score_rows.exclusion_rows,
    "heads": score_rows.head_rows,
    "evaluation": score_rows.evaluation_rows,
    "shortfalls": score_rows.shortfall_rows,
}
FILE_COLUMNS = ["file", "sheet", "period", "form", "item", "department", "rows", "released"]
EXCLUDED_COLUMNS = ["file", "sheet", "reason", "released"]


@dataclass(frozen=True)
class ScoreIntake:
    """What a reading of the appraisal's folders gave; columns in ``COLUMNS``.

    Attributes:
        units: county, unit, unit_name, monthly_series, annual_series, head_count (Int64), leader_post: every unit of
            the registry, with the newest head count handed in.
        items: weights by month and series.
        scores: one row a month, item and unit listed on the item's sheet.
        events: the register.
        exclusions: 一票否决.
        evaluation: the leaders' evaluation.
        shortfalls: annual tasks not finished.
        files: FILE_COLUMNS, one row a sheet that counts.
        excluded: EXCLUDED_COLUMNS, one row a sheet left out on purpose.
        problems: everything that is wrong; where there is one, nothing should be computed.
        is_example: whether any sheet says its figures are made up (示例数据).
    """

    units: pd.DataFrame
    items: pd.DataFrame
    scores: pd.DataFrame
    events: pd.DataFrame
    exclusions: pd.DataFrame
    evaluation: pd.DataFrame
    shortfalls: pd.DataFrame
    files: pd.DataFrame
    excluded: pd.DataFrame
    problems: tuple[Problem, ...]
    is_example: bool


@dataclass(frozen=True)
class _Sheet:
    form: Form
    period: Period
    released: str


@dataclass
class _Found:
    """Sheets and problems as they are gathered."""

    sheets: list[_Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    excluded: list[dict[str, str]] = field(default_factory=list)


def read_scores(
    raw_folder: Path,
    units: pd.DataFrame,
    aliases: pd.DataFrame,
    items: pd.DataFrame,
    kinds: pd.DataFrame,
    *,
    home: Path,
    period: Period,
    as_of: date,
    county: str,
) -> ScoreIntake:
    """Read every workbook of the appraisal handed in for a year's months up to a period.

    A sheet is known by its title. Of two sheets on the same thing for the same month the one released last counts; a
    blank score is not handed in, never 未涉及 and never 0.

    Args:
        raw_folder: the raw folder of a place.
        units: the registry's units: code, name, monthly_series, annual_series.
        aliases: other names: alias, unit.
        items: item, name.
        kinds: kinds of bonuses and deductions: kind, name.
        home: the place's folder; file names are shown relative to it.
        period: a month, or a year for all its months and its own sheets.
        as_of: only what was released by this day counts.
        county: the county all rows belong to.
    """
    names = Names.of(units, aliases, items, kinds, county)
    found = _Found()
    for folder, of in _folders(raw_folder, period):
        _gather(folder, of, home, as_of, found)
    sheets = _newest(found)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for sheet in sheets:
        rows, wrong = _READERS[sheet.form.kind](sheet.form, names, sheet.period)
        tables[sheet.form.kind] += [row | {"released": sheet.released} for row in rows]
        found.problems += wrong
    frames = {name: _frame(rows, COLUMNS[name]) for name, rows in tables.items()}
    found.problems += _missing_tables(sheets, period)
    found.problems += score_rows.department_problems([one.form for one in sheets], frames["items"], names)
    return ScoreIntake(
        units=_units(units, frames.pop("heads"), county),
        **frames,
        files=pd.DataFrame([_file_row(one) for one in sheets], columns=FILE_COLUMNS),
        excluded=pd.DataFrame(found.excluded, columns=EXCLUDED_COLUMNS),
        problems=tuple(sorted(set(found.problems))),
        is_example=any(one.form.is_example for one in sheets),
    )


def _folders(raw_folder: Path, period: Period) -> list[tuple[Path, Period]]:
    """The appraisal's folders of the year, up to the period."""
    found = []
    for folder in sorted(raw_folder.glob("*/*")):
        if folder.is_dir() and folder.name in topics_of(SCORES):
            try:
                of = parse_period(folder.parent.name)
            except ProblemsFound:
                continue  # the intake of indicators tells of folders that are no period
            is_month = of.cadence == "month" and of.month <= period.month
            if of.year == period.year and (is_month or of == period):
                found.append((folder, of))
    return found


def _gather(folder: Path, period: Period, home: Path, as_of: date, found: _Found) -> None:
    received, wrong = read_received(folder, relative_to_home(folder / RECEIVED, home))
    found.problems += wrong
    for path in sorted(folder.iterdir()):
        if path.name == RECEIVED or path.suffix.lower() not in SUFFIXES or path.name.startswith((".", "~$")):
            continue
        try:
            book = read_grid(path, relative_to_home(path, home))
        except ProblemsFound as refused:
            found.problems += refused.problems
            continue
        for grid in book.grids:
            if not grid.is_empty:
                form, wrong = read_form(grid)
                day = (form.released if form else "") or (str(received[path.name]) if path.name in received else "")
                if day > as_of.isoformat():
                    reason = f"报出日期晚于 {as_of.isoformat()}"
                    found.excluded.append({"file": grid.file, "sheet": grid.name, "reason": reason, "released": day})
                    continue
                found.problems += wrong
                if form:
                    found.problems += _sheet_problems(form, period, day)
                    found.sheets.append(_Sheet(form, period, day))


def _sheet_problems(form: Form, period: Period, day: str) -> list[Problem]:
    """A sheet without a day of release, or whose title tells another month than its folder."""
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


def _newest(found: _Found) -> list[_Sheet]:
    """Of several sheets on the same thing the one released last; two of one day are a problem."""
    newest: dict[tuple[str, Period, str], _Sheet] = {}
    for sheet in sorted(found.sheets, key=lambda one: one.released):
        key = (sheet.form.kind, sheet.period, sheet.form.item)
        older = newest.get(key)
        if older and older.released == sheet.released:
            said = f"与 {older.form.grid.file} 是同一内容、同一天报出的两张表"
            found.problems.append(sheet.form.grid.problem("two_sheets", said, "只能有一张", "请删去一张"))
        elif older:
            reason = f"已由 {sheet.released} 报出的 {sheet.form.grid.file} 更正"
            row = {"file": older.form.grid.file, "sheet": older.form.grid.name, "reason": reason}
            found.excluded.append(row | {"released": older.released})
        newest[key] = sheet
    order = {kind: number for number, kind in enumerate(COLUMNS)}
    return sorted(newest.values(), key=lambda one: (order[one.form.kind], str(one.period), one.form.grid.file))


def _missing_tables(sheets: Sequence[_Sheet], period: Period) -> list[Problem]:
    """Months that have scores or are asked for, but no table of items and weights."""
    listed = {one.period for one in sheets if one.form.kind == "items"}
    wanted = {one.period for one in sheets if one.form.kind == "scores"}
    wanted |= {period} if period.cadence == "month" else set()
    return [
        problem("no_items", f"{one} 没有考核内容和权重表", "", "请放进 data/raw 该月的月考核文件夹")
        for one in sorted(wanted - listed)
    ]


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    typed = {name: DTYPES.get(name, "str") for name in columns}
    return frame.astype(typed)


def _units(units: pd.DataFrame, heads: pd.DataFrame, county: str) -> pd.DataFrame:
    newest = heads.sort_values("month", kind="stable").drop_duplicates("unit", keep="last")
    named = units.rename(columns={"code": "unit", "name": "unit_name"})
    joined = named[["unit", "unit_name", "monthly_series", "annual_series"]].merge(
        newest[["unit", "head_count", "leader_post"]], on="unit", how="left"
    )
    return joined.assign(county=county, leader_post=joined["leader_post"].fillna(""))[
        ["county", "unit", "unit_name", "monthly_series", "annual_series", "head_count", "leader_post"]
    ]


def _file_row(sheet: _Sheet) -> dict[str, object]:
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
