"""The thresholds and readings of a run, taken from a place's dated and cited rules."""

from datetime import date
from typing import Any

import pandas as pd

from fhdata.rules.printed import rules_table
from fhdata.rules.rulebook import Rule, RuleBook
from fhdata.targets.states import Thresholds

NUMBERS = {
    "level_on_pace_pp": "light.level.on_pace_pp",
    "growth_on_pace_pp": "light.growth.on_pace_pp",
    "level_far_pp": "light.level.far_pp",
    "growth_far_pp": "light.growth.far_pp",
    "likely_ratio": "outlook.likely_ratio",
    "unlikely_ratio": "outlook.unlikely_ratio",
    "interval_ratio": "forecast.interval_ratio",
}
COUNTS = {
    "share_years": "forecast.share_years",
    "minimum_years": "forecast.minimum_years",
    "few_years": "forecast.few_years",
    "compare_digits": "compare.digits",
}
ROUNDED = "reading.rounded_comparison"


def read_thresholds(book: RuleBook, on: date, rounded_comparison: bool | None = None) -> Thresholds:
    """The thresholds in force on a day.

    Args:
        book: the place's ``target_rules.toml``.
        on: the day; a report takes its ``as_of``.
        rounded_comparison: whether values are rounded before they are compared; None for the rule's own reading.

    Raises:
        ProblemsFound: a rule is missing or not in force.
    """
    values: dict[str, Any] = {name: float(book.value(key, on).value) for name, key in NUMBERS.items()}
    values |= {name: int(book.value(key, on).value) for name, key in COUNTS.items()}
    return Thresholds(**values, is_rounded_compare=bool(book.reading(ROUNDED, on, rounded_comparison).value))


def threshold_table(book: RuleBook, on: date, rounded_comparison: bool | None = None) -> pd.DataFrame:
    """The rules a run used, to be printed: ``title``, ``value``, ``unit``, ``source``; one row a rule."""
    rules: list[Rule] = [book.value(key, on) for key in (*NUMBERS.values(), *COUNTS.values())]
    rules.append(book.reading(ROUNDED, on, rounded_comparison))
    return rules_table(rules)
