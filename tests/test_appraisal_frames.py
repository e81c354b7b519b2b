"""Small tables in the columns of the appraisal, the shipped scheme, and tests of these helpers themselves."""

from datetime import date
from functools import cache

import pandas as pd
from rule_files import RULES

from fhdata.appraisal.events import EVENT_COLUMNS
from fhdata.appraisal.grid import ITEM_COLUMNS, SCORE_COLUMNS, UNIT_COLUMNS
from fhdata.appraisal.month import MonthInputs
from fhdata.appraisal.scheme import Scheme, scheme_on
from fhdata.rules.appraisal import AppraisalRules, load_appraisal

COUNTY, MONTH, SERIES = "示例县", "2023-03", "乡镇"
SOURCE = {"source_file": "示例.xlsx", "source_sheet": "示例", "source_cell": "B2"}
FIXED = [
    "economic_indicators", "consumption_upgrade", "investment_promotion", "upper_funds", "project_investment",
    "business_environment", "rural_revitalization", "tax_protection", "market_entities", "work_safety",
    "petition_stability", "returning_entrepreneurs",
]  # fmt: skip
A, B, C = FIXED[:3]


@cache
def rules() -> AppraisalRules:
    return load_appraisal(RULES)


@cache
def scheme(**chosen: str) -> Scheme:
    """The shipped scheme of 2023 with the readings a test asks for."""
    return scheme_on(rules(), date(2023, 12, 31), chosen)


def make_units(names: list[str], series: str = SERIES, annual: str = "", county: str = COUNTY) -> pd.DataFrame:
    rows = [(county, name, name, series, annual or series) for name in names]
    return pd.DataFrame(rows, columns=UNIT_COLUMNS)


def make_items(
    weights: dict[str, float], months: tuple[str, ...] = (MONTH,), series: str = SERIES, county: str = COUNTY
) -> pd.DataFrame:
    """Items with the given weights; the fixed ones not named have weight 0."""
    rows = [
        (county, month, series, item, float(weight), f"{item}局", "示例批〔2023〕1号")
        for month in months
        for item, weight in (dict.fromkeys(FIXED, 0.0) | weights).items()
    ]
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def make_scores(table: dict[str, dict[str, float | None]], month: str = MONTH, county: str = COUNTY) -> pd.DataFrame:
    """Scores from unit → item → number (None: not concerned); items of weight 0 are not concerned for everybody."""
    rows = []
    for unit, scores in table.items():
        for item, score in (dict.fromkeys(FIXED) | scores).items():
            status = "not_concerned" if score is None else "scored"
            rows.append((county, month, unit, item, float("nan") if score is None else float(score), status))
    return pd.DataFrame(rows, columns=SCORE_COLUMNS).assign(**SOURCE).astype({"score": "float64"})


def make_events(*rows: dict) -> pd.DataFrame:
    """A register from short rows; a county-level praise of one unit alone unless a row says otherwise."""
    usual = {
        "county": COUNTY, "unit": "甲", "role": "alone", "work": "示例工作", "kind": "praise", "level": "县",
        "subject": "unit", "document": "示例〔2023〕1号", "document_date": date(2023, 3, 10),
        "registered": date(2023, 3, 12),
    }  # fmt: skip
    return pd.DataFrame([usual | row for row in rows], columns=EVENT_COLUMNS)


def make_inputs(
    table: dict[str, dict[str, float | None]],
    weights: dict[str, float],
    *events: dict,
    series: str = SERIES,
    **others: pd.DataFrame,
) -> MonthInputs:
    """One month of one series."""
    tables = {
        "units": make_units(list(table), series),
        "items": make_items(weights, series=series),
        "scores": make_scores(table),
        "events": make_events(*events),
    }
    return MonthInputs(**(tables | others))


def plain(totals: dict[str, float], *events: dict, series: str = SERIES, **others: pd.DataFrame) -> MonthInputs:
    """One month with one item that weighs 100, so that a unit's score is its points."""
    return make_inputs({unit: {A: score} for unit, score in totals.items()}, {A: 100}, *events, series=series, **others)


def column(frame: pd.DataFrame, name: str) -> dict:
    """A column by unit."""
    return dict(zip(frame["unit"], frame[name].tolist(), strict=True))


def test_builders_fill_every_column() -> None:
    made = plain({"甲": 90, "乙": 80})
    assert list(made.units.columns) == UNIT_COLUMNS
    assert list(made.items.columns) == ITEM_COLUMNS
    assert set(SCORE_COLUMNS) < set(made.scores.columns)
    assert list(made.events.columns) == EVENT_COLUMNS
    assert len(made.scores) == 2 * len(FIXED)
