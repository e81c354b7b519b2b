"""The scheme in force on a day as one value: percentages, deadlines, points, awards and the readings a run uses."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from fhdata.appraisal.points import points_e4
from fhdata.problems import ProblemsFound, problem
from fhdata.rules.appraisal import AppraisalRules, in_force
from fhdata.rules.rulebook import READING

HUNDRED = 100


@dataclass(frozen=True)
class Readings:
    """How each unclear article is read; a field a reading, named as in the rule file, where each value is explained."""

    ties: str
    ties_money: str
    rank_on: str
    bounds: str
    mean_over: str
    uncovered: str
    not_handed_in: str
    imputed_heavily: str
    cooperating: str
    same_work: str
    same_level: str
    event_month: str
    late_deductions: str
    annual_levels: str
    missing_month: str
    quarter_total: str
    leaders: str
    unfinished: str
    fines_order: str
    last_ties: str
    overlap: str
    vacancies: str
    streak_year: str
    streak_gap: str
    streak_restated: str
    streak_repeat: str


@dataclass(frozen=True)
class Scheme:
    """What the document lays down, in force on one day.

    Attributes:
        readings: the readings used.
        monthly_series: names of the series ranked every month.
        annual_series: names of the series ranked every year.
        items: item, name, is_fixed.
        quarter_percents: Q1 to Q4, %.
        leaders_percent: leaders' evaluation, %.
        lead_percent: share of a bonus for the lead unit, %.
        cooperating_percent: share for cooperating units, %.
        results_day: day of the next month until which results and events are in time.
        village_levels: levels at which a village's annual praise counts.
        reference_ratio: imputed weight above which a rank is marked 参考.
        chain: keys of the written tie-break chain, first one first.
        spread_ratio: how far weights are shaken up and down.
        interval_ratio: how much of the draws a printed interval of ranks holds.
        points: kind, span, name, level, points_e4, document, section.
        awards: consequences of places; see ``rules.appraisal``.
    """

    readings: Readings
    monthly_series: tuple[str, ...]
    annual_series: tuple[str, ...]
    items: pd.DataFrame
    quarter_percents: tuple[int, ...]
    leaders_percent: int
    lead_percent: int
    cooperating_percent: int
    results_day: int
    village_levels: tuple[str, ...]
    reference_ratio: Fraction
    chain: tuple[str, ...]
    spread_ratio: float
    interval_ratio: float
    points: pd.DataFrame
    awards: pd.DataFrame


def scheme_on(rules: AppraisalRules, on: date, chosen: Mapping[str, str] | None = None) -> Scheme:
    """The scheme in force on a day, with the readings a run asks for.

    Args:
        rules: the place's appraisal rules.
        on: a day of the period appraised (its last).
        chosen: reading → alternative, for those that are not to be the default: ``{"ties": "dense"}``.

    Raises:
        ProblemsFound: a rule not in force, a reading or alternative that does not exist, percentages that do not add
            up to 100.
    """
    names = [field.name for field in fields(Readings)]
    readings: Any = {
        key.removeprefix(READING): rule.value for key, rule in rules.book.read_as(names, on, chosen).items()
    }
    value: Any = {key: rule.value for key, rule in rules.book.in_force(on).items()}
    percents = (*value["quarter.percents"], value["leaders.percent"])
    if sum(percents) != HUNDRED or len(percents) != 5:
        said = f"四个季度和领导综合评定的比重是 {'、'.join(str(one) for one in percents)}"
        raise ProblemsFound([problem("bad_percents", said, "应是五个数，合计 100", "请改正", file=rules.book.file)])
    return Scheme(
        readings=Readings(**readings),
        monthly_series=tuple(value["series.monthly"]),
        annual_series=tuple(value["series.annual"]),
        items=rules.items,
        quarter_percents=tuple(value["quarter.percents"]),
        leaders_percent=value["leaders.percent"],
        lead_percent=value["split.lead_percent"],
        cooperating_percent=value["split.cooperating_percent"],
        results_day=value["deadline.results_day"],
        village_levels=tuple(value["village.levels"]),
        reference_ratio=Fraction(value["imputed.reference_percent"]) / HUNDRED,
        chain=tuple(value["tie_break.chain"]),
        spread_ratio=float(value["firmness.spread_percent"]) / HUNDRED,
        interval_ratio=float(value["firmness.interval_percent"]) / HUNDRED,
        points=in_force(rules.points.assign(points_e4=points_e4(rules.points["points"])), on),
        awards=in_force(rules.awards, on),
    )


def with_reading(scheme: Scheme, key: str, value: str) -> Scheme:
    """The same scheme with one article read otherwise; ``value`` has been taken from the rule file's alternatives."""
    change: dict[str, Any] = {key: value}
    return replace(scheme, readings=replace(scheme.readings, **change))
