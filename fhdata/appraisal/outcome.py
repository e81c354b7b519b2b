"""Final where everything is handed in, otherwise a draft that says why; and what other readings would change of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from fhdata.appraisal.alternatives import readings_table
from fhdata.appraisal.checks import not_handed_in
from fhdata.appraisal.distance import needed_in_last_quarter
from fhdata.appraisal.month import MONTH_COLUMNS, MonthInputs, Months, appraise_months
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.variants import listing_under, yearly_listing_under
from fhdata.appraisal.year import YearInputs, Years, appraise_years
from fhdata.problems import Problem, ProblemsFound
from fhdata.rules.appraisal import AppraisalRules

INCOMPLETE = frozenset({"not_handed_in", "draft_month", "empty_quarter", "no_evaluation"})
WEIGHED_BY_MONTH = ("streak_year", "streak_gap", "streak_restated", "streak_repeat", "fines_order")
WEIGHED_BY_YEAR = ("quarter_total", "missing_month", "unfinished", "annual_levels", "late_deductions", "leaders")


@dataclass(frozen=True)
class MonthsOutcome:
    """Appraised months; ``refusals`` say why a final ranking was refused, none for a final one."""

    months: Months
    refusals: tuple[Problem, ...]

    @property
    def is_final(self) -> bool:
        """Whether everything was handed in."""
        return not self.refusals


@dataclass(frozen=True)
class YearOutcome:
    """An appraised year; ``refusals`` as for months."""

    year: Years
    refusals: tuple[Problem, ...]

    @property
    def is_final(self) -> bool:
        """Whether nothing is missing."""
        return not self.refusals


def rank_what_is_there(inputs: MonthInputs, scheme: Scheme) -> MonthsOutcome:
    """A final ranking, or, while a department has not handed in, a draft with the reasons.

    Raises:
        ProblemsFound: anything else that is wrong with the tables.
    """
    try:
        return MonthsOutcome(appraise_months(inputs, scheme), ())
    except ProblemsFound as found:
        if any(one.code not in INCOMPLETE for one in found.problems):
            raise
        return MonthsOutcome(appraise_months(inputs, scheme, is_final=False), found.problems)


def rank_year_so_far(months: Months, inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme) -> YearOutcome:
    """A final annual ranking, or, while quarters or evaluations are missing, a draft with the reasons."""
    try:
        return YearOutcome(appraise_years(months, inputs, year_inputs, scheme), ())
    except ProblemsFound as found:
        if any(one.code not in INCOMPLETE for one in found.problems):
            raise
        return YearOutcome(appraise_years(months, inputs, year_inputs, scheme, is_final=False), found.problems)


def only_month(inputs: MonthInputs, month: str) -> MonthInputs:
    """The tables of one month; the register stays whole, because an event may belong to a later month."""
    items, scores = inputs.items, inputs.scores
    return replace(inputs, items=items[items["month"] == month], scores=scores[scores["month"] == month])


def missing_results(outcome: MonthsOutcome, scheme: Scheme, month: str) -> pd.DataFrame:
    """Who has not handed in for a month; see ``checks.not_handed_in``."""
    lacking = not_handed_in(outcome.months.scored.grid, scheme)
    return lacking[lacking["month"] == month].reset_index(drop=True)


def ranked_before(inputs: MonthInputs, scheme: Scheme) -> pd.DataFrame:
    """The ranking of the months as they were known at an earlier day; without rows where nothing was known."""
    if inputs.items.empty:
        return pd.DataFrame(columns=[*MONTH_COLUMNS])
    return rank_what_is_there(inputs, scheme).months.ranking


def needed_while_open(draft: pd.DataFrame, scheme: Scheme, wanted: Sequence[int], assumed: float) -> pd.DataFrame:
    """What units need in Q4 once three quarters are there and none of the fourth; without rows at other times."""
    is_open = bool(draft[["q1_e4", "q2_e4", "q3_e4"]].notna().all(axis=None) and draft["q4_e4"].isna().all())
    return needed_in_last_quarter(draft, scheme, wanted, assumed) if is_open else pd.DataFrame()


def month_readings(
    rules: AppraisalRules, on: date, inputs: MonthInputs, scheme: Scheme, month: str, *, is_final: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What every other reading would change of one month's ranking and rewards; see ``alternatives.readings_table``."""
    compute = listing_under(inputs, scheme, month, is_final=is_final)
    keys = [field for field in scheme.readings.__dataclass_fields__ if field not in WEIGHED_BY_YEAR]
    return readings_table(rules.book.readings(on), scheme, compute, keys)


def year_readings(
    rules: AppraisalRules, on: date, inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme, *, is_final: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What every other reading would change of the annual ranking and rewards."""
    compute = yearly_listing_under(inputs, year_inputs, scheme, is_final=is_final)
    keys = [field for field in scheme.readings.__dataclass_fields__ if field not in WEIGHED_BY_MONTH]
    return readings_table(rules.book.readings(on), scheme, compute, keys)
