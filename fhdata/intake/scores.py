"""Workbooks of an appraisal → items, scores, the register of bonuses and deductions, and what a year needs besides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake import decision_rows, score_rows
from fhdata.intake.forms import Form
from fhdata.intake.handed_in import (
    Sheet,
    gather,
    keep_newest,
    topic_folders,
    what_counts,
    year_to_date,
)
from fhdata.intake.score_names import SOURCE, Names
from fhdata.intake.topics import SCORES
from fhdata.periods import Period
from fhdata.problems import Problem, problem
from fhdata.remembered import remembered

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
    "log": [
        "county", "period", "item", "stage", "on", "unit", "text", "outcome", "document", "table_hash", *SOURCE,
    ],
    "published": ["county", "period", "series", "unit", "total", "rank", *SOURCE],
}  # fmt: skip
DTYPES = {
    "weight": "float64", "score": "float64", "done": "float64", "target": "float64", "ruled_ratio": "float64",
    "head_count": "Int64", "is_growth_target": "bool", "document_date": "object", "registered": "object",
    "on": "object", "total": "float64", "rank": "int64",
}  # fmt: skip
_READERS: dict[str, Callable[[Form, Names, Period], tuple[list[dict[str, Any]], list[Problem]]]] = {
    "items": score_rows.item_rows,
    "scores": score_rows.score_rows,
    "events": score_rows.event_rows,
    "exclusions": score_rows.exclusion_rows,
    "heads": score_rows.head_rows,
    "evaluation": score_rows.evaluation_rows,
    "shortfalls": score_rows.shortfall_rows,
    "log": decision_rows.log_rows,
    "published": decision_rows.published_rows,
}


@dataclass(frozen=True)
class ScoreIntake:
    """What a reading of the appraisal's folders gave; columns in ``COLUMNS``.

    Attributes:
        units: county, unit, unit_name, monthly_series, annual_series, head_count (Int64), leader_post, source columns:
            every unit of the registry, with the newest head count handed in and its cell.
        items: weights by month and series.
        scores: one row a month, item and unit listed on the item's sheet.
        events: the register.
        exclusions: 一票否决.
        evaluation: the leaders' evaluation.
        shortfalls: annual tasks not finished.
        log: 征求意见, 签批 and 审定, with the fingerprint of the table each refers to.
        published: rankings as announced.
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
    log: pd.DataFrame
    published: pd.DataFrame
    files: pd.DataFrame
    excluded: pd.DataFrame
    problems: tuple[Problem, ...]
    is_example: bool


@remembered
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
    found = gather(topic_folders(raw_folder, SCORES, year_to_date(period)), home=home, as_of=as_of)
    order = {kind: number for number, kind in enumerate(COLUMNS)}
    newest = keep_newest(found, key=lambda one: (one.form.kind, one.period, one.form.item))
    sheets = sorted(newest, key=lambda one: (order[one.form.kind], str(one.period), one.form.grid.file))
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for sheet in sheets:
        rows, wrong = _READERS[sheet.form.kind](sheet.form, names, sheet.period)
        tables[sheet.form.kind] += [row | {"released": sheet.released} for row in rows]
        found.problems += wrong
    frames: dict[str, Any] = {name: _frame(rows, COLUMNS[name]) for name, rows in tables.items()}
    found.problems += _missing_tables(sheets, period)
    found.problems += score_rows.department_problems([one.form for one in sheets], frames["items"], names)
    return ScoreIntake(
        units=_units(units, frames.pop("heads"), county),
        **frames,
        **what_counts(found, sheets),
    )


def _missing_tables(sheets: Sequence[Sheet], period: Period) -> list[Problem]:
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
        newest[["unit", "head_count", "leader_post", *SOURCE]], on="unit", how="left"
    )
    texts = {name: joined[name].fillna("") for name in ("leader_post", *SOURCE)}
    columns = ["county", "unit", "unit_name", "monthly_series", "annual_series", "head_count", "leader_post", *SOURCE]
    return joined.assign(county=county, **texts)[columns]
