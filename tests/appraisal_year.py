"""A year of the example county's appraisal as tables, drawn as the generator draws them but without workbooks."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pandas as pd

from fhdata.appraisal.events import EVENT_COLUMNS
from fhdata.appraisal.grid import ITEM_COLUMNS, SCORE_COLUMNS
from fhdata.appraisal.month import MonthInputs
from fhdata.appraisal.shortfalls import SHORTFALL_COLUMNS
from fhdata.appraisal.year import YearInputs
from fhdata.periods import parse_period
from fhdata.rules.registry import load_registry
from fhdata.sampledata import SEED
from fhdata.sampledata.appraisal import score
from fhdata.sampledata.appraisal_plan import read_appraisal_plan

RULES = Path(__file__).parents[1] / "fhdata" / "rules" / "fenghuang"
COUNTY = "示例县"


@cache
def drawn_year(months: int = 12) -> tuple[MonthInputs, YearInputs]:
    """The first months of the year, and everybody evaluated with 90 by the leaders."""
    plan = read_appraisal_plan(RULES)
    scores, items = [], []
    for number in range(1, months + 1):
        month = f"2023-{number:02d}"
        listed = plan.weights_of(number)
        items += [
            (
                COUNTY,
                month,
                series,
                row["item"],
                float(row[series]),
                "D01",
                "示例批〔2023〕1号",
            )
            for row in listed
            for series in plan.series
        ]
        for unit in plan.units:
            for row in listed:
                value = score(plan, unit, plan.items[row["item"]], number, SEED)
                status = "not_concerned" if value is None else "scored"
                scores.append((COUNTY, month, unit.code, row["item"], float("nan") if value is None else value, status))
    registered = load_registry(RULES).units.rename(columns={"code": "unit", "name": "unit_name"})
    units = registered[["unit", "unit_name", "monthly_series", "annual_series"]].assign(
        county=COUNTY, head_count=pd.array([20] * len(registered), dtype="Int64"), leader_post="示例职务"
    )
    named = pd.DataFrame(items, columns=ITEM_COLUMNS)
    frame = pd.DataFrame(scores, columns=SCORE_COLUMNS).astype({"score": "float64"})
    released = [(parse_period(month).end + timedelta(days=1)).isoformat() for month in frame["month"]]
    inputs = MonthInputs(
        units,
        named.assign(department_name=named["item"].map({key: one.department for key, one in plan.items.items()})),
        frame.assign(source_file="示例.xlsx", source_sheet="得分表", source_cell="C4", released=released),
        pd.DataFrame(columns=EVENT_COLUMNS).astype({"document_date": "object", "registered": "object"}),
    )
    codes = units.loc[units["monthly_series"] != "", "unit"]
    evaluation = pd.DataFrame({"county": COUNTY, "year": "2023", "unit": codes, "score": 90.0})
    shortfalls = pd.DataFrame(columns=SHORTFALL_COLUMNS).astype(
        {"done": "float64", "target": "float64", "ruled_ratio": "float64", "is_growth_target": "bool"}
    )
    return inputs, YearInputs(evaluation.reset_index(drop=True), shortfalls)
