"""What the example county's office decided on a month's appraisal: the log of approval, and the announced ranking."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from fhdata.appraisal.events import EVENT_COLUMNS
from fhdata.appraisal.grid import ITEM_COLUMNS, NOT_CONCERNED, SCORE_COLUMNS, SCORED
from fhdata.appraisal.month import MonthInputs, appraise_months
from fhdata.appraisal.objections import SHORTEST, fingerprints
from fhdata.appraisal.points import POINT_E4
from fhdata.appraisal.scheme import scheme_on
from fhdata.intake.forms import vocabulary
from fhdata.intake.wording import fold
from fhdata.periods import Period
from fhdata.rounding import half_up
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.registry import load_registry
from fhdata.sampledata.appraisal_forms import Row, sheet
from fhdata.sampledata.appraisal_plan import AppraisalPlan
from fhdata.sampledata.forms import Table
from fhdata.sampledata.plan import Plan

LOG_HEADINGS = ("序号", "考核内容", "阶段", "日期", "提出单位", "意见", "结果", "文号", "指纹")
LOG_WIDTHS = (8.0, 30.0, 12.0, 13.0, 30.0, 40.0, 12.0, 24.0, 20.0)
PUBLISHED_HEADINGS = ("名次", "序列", "单位", "总分")
PUBLISHED_WIDTHS = (10.0, 16.0, 36.0, 14.0)
COUNTY = "示例县"
ANNOUNCED_DIGITS = 2
Scores = dict[tuple[str, str], float | None]


def decided_tables(
    plan: AppraisalPlan, county: Plan, month: Period, scores: Scores, rules: Path
) -> tuple[list[Table], list[Table]]:
    """The log's sheet and the announced ranking's sheet of a month.

    Args:
        plan: what the appraisal draws from.
        county: the marks on its sheets.
        month: the month.
        scores: unit code and item → score as first handed in, None where the item does not concern the unit.
        rules: the place's rules.
    """
    inputs = _inputs(plan, month, scores, rules)
    scheme = scheme_on(load_appraisal(rules), month.end)
    ranking = appraise_months(inputs, scheme).ranking
    own = ranking[ranking["period"] == str(month)]
    found = fingerprints(inputs.scores, own, str(month))
    prints = dict(zip(found["item"], found["table_hash"], strict=True))
    return [_log_sheet(plan, county, month, prints)], [_published_sheet(plan, county, month, own)]


def _inputs(plan: AppraisalPlan, month: Period, scores: Scores, rules: Path) -> MonthInputs:
    """The month's tables as they would be read from its workbooks."""
    name, listed = str(month), plan.weights_of(month.month)
    items = [
        (COUNTY, name, series, row["item"], float(row[series]), plan.items[row["item"]].department, row["approval_no"])
        for row in listed
        for series in plan.series
    ]
    cells = [
        (COUNTY, name, unit, item, float("nan") if value is None else value, NOT_CONCERNED if value is None else SCORED)
        for (unit, item), value in scores.items()
    ]
    units = load_registry(rules).units.rename(columns={"code": "unit", "name": "unit_name"})
    return MonthInputs(
        units=units.assign(county=COUNTY),
        items=pd.DataFrame(items, columns=ITEM_COLUMNS),
        scores=pd.DataFrame(cells, columns=SCORE_COLUMNS).astype({"score": "float64"}),
        events=_events(plan, rules),
    )


def _events(plan: AppraisalPlan, rules: Path) -> pd.DataFrame:
    """The whole year's register: an event may count in a later month than its own."""
    points = load_appraisal(rules).points
    kinds = dict(zip(points["name"], points["kind"], strict=True))
    words = vocabulary().words
    rows = [
        (
            COUNTY, row["unit"], words[fold(row["role"])], row["work"], kinds[row["event"]], row["level"],
            words[fold(row["subject"])], row["document"], date.fromisoformat(row["document_date"]),
            date.fromisoformat(row["registered"]),
        )
        for row in plan.events
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=EVENT_COLUMNS)


def _log_sheet(plan: AppraisalPlan, county: Plan, month: Period, prints: dict[str, str]) -> Table:
    """Every item consulted on and signed off, what was objected to, and the approval of the whole table."""
    settings = plan.settings["decisions"]
    after = _next(month)
    consulted, signed, approved = month.end, date(*after, 2), date(*after, settings["approval_day"])
    steps: list[tuple[str, str, date, str | None, str | None, str, str | None, str]] = []
    for row in plan.weights_of(month.month):
        item = plan.items[row["item"]]
        raised = [one for one in plan.settings["objections"] if (one["month"], one["item"]) == (month.month, item.item)]
        own = prints[item.item][:SHORTEST]
        steps += [
            (item.name, "征求意见", consulted, plan.unit_names[one["unit"]], one["text"], one["outcome"], None, own)
            for one in raised
        ]
        if not raised:
            steps.append((item.name, "征求意见", consulted, None, settings["agreed"], "无异议", None, own))
        steps.append((item.name, "签批", signed, None, None, "无异议", _number(settings["sign_off"], month), own))
    whole = prints[""][:SHORTEST]
    steps.append(("", "审定", approved, None, None, "无异议", _number(settings["approval"], month), whole))
    rows = [
        Row((float(number), name or None, stage, day.isoformat(), *others))
        for number, (name, stage, day, *others) in enumerate(steps, 1)
    ]
    return sheet(
        "征求意见和审定", _title(plan, "log", month), (f"填报部门：{plan.settings['office']}", "考核内容空着的是全表"),
        LOG_HEADINGS, rows=rows, marks=county.marks, released=approved, widths=LOG_WIDTHS,
    )  # fmt: skip


def _published_sheet(plan: AppraisalPlan, county: Plan, month: Period, ranking: pd.DataFrame) -> Table:
    order = {series: number for number, series in enumerate(plan.series)}
    listed = sorted(ranking.to_dict("records"), key=lambda row: (order[row["series"]], row["rank"], row["unit"]))
    rows = [
        Row((float(row["rank"]), row["series"], row["unit_name"], _announced(row["total_e4"])), ANNOUNCED_DIGITS)
        for row in listed
    ]
    announced = date(*_next(month), plan.settings["decisions"]["announced_day"])
    return sheet(
        "名次公布", _title(plan, "published", month), (f"填报部门：{plan.settings['office']}", ""),
        PUBLISHED_HEADINGS, rows=rows, marks=county.marks, released=announced, widths=PUBLISHED_WIDTHS,
    )  # fmt: skip


def _announced(total_e4: int) -> float:
    """A total as an office announces it."""
    return float(half_up(Decimal(int(total_e4)) / POINT_E4, ANNOUNCED_DIGITS))


def _next(month: Period) -> tuple[int, int]:
    """Year and number of the month after."""
    return (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)


def _number(words: str, month: Period) -> str:
    return words.replace("{month}", str(month.month))


def _title(plan: AppraisalPlan, kind: str, month: Period) -> str:
    return str(plan.settings["titles"][kind]).replace("{period}", month.label)
