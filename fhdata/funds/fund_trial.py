"""The year's settlement as far as it can be made: final where everything is in, else a trial with the reasons why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from fhdata.funds.fund_inputs import FLAGS, PRELIMINARY, YEAR, FundInputs
from fhdata.funds.fund_standing import budget_so_far
from fhdata.funds.fund_terms import Terms, terms_on
from fhdata.funds.fund_totals import STOCKS
from fhdata.funds.reconciliation import reconcile
from fhdata.funds.settlement import Settlement, settle
from fhdata.money import divided_half_up, fen_of
from fhdata.periods import Period
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.rules.rulebook import RuleBook

REFUSALS = ("preliminary", "unverified_rule")  # what forbids a final settlement and lets a trial stand
INCOME, TOLERANCE = "income_", "reconciliation.tolerance_yuan"
BUDGETED = {"income_base": "budgeted"}  # a year's income cannot be told from a part of its months
COST_KEYS = ["institution", "category", *FLAGS]
SUMS = ["records", "medfee_fen", "hifp_fen", "fund_fen"]


@dataclass(frozen=True)
class YearOutcome:
    """A settlement with what it was made from.

    Attributes:
        settlement: the settlement; ``is_final`` says whether it may be paid by.
        inputs: the frames it was made from, missing months filled in.
        terms: the terms.
        choices: the readings that a trial had to take, by name.
        refusals: why it is not final; none where it is.
    """

    settlement: Settlement
    inputs: FundInputs
    terms: Terms
    choices: Mapping[str, str]
    refusals: tuple[Problem, ...]

    @property
    def income_item(self) -> str:
        """The income that B rests on."""
        return f"{INCOME}{self.terms.readings.income_base}"


def settle_what_is_known(
    inputs: FundInputs, rules: RuleBook, on: date, missing_months: Sequence[str], *, signed: Sequence[str] = ()
) -> YearOutcome:
    """Settle a year: finally where that is allowed, else on trial.

    Where months are to come, each stands at the mean of the months known, and income at its budget.

    Args:
        inputs: the frames, of the months known.
        rules: the fund's rules.
        on: the last day of the year.
        missing_months: the months to come; none for a whole year.
        signed: unverified rules somebody answers for.

    Raises:
        ProblemsFound: everything wrong with the inputs, or that stands even against a trial.

    Source: 凤政办发〔2023〕1号 第八条 (按月核算, 年底统一决算).
    """
    choices = BUDGETED if missing_months else {}
    terms = terms_on(rules, on, choices)
    if missing_months:
        filled = projected(inputs, on.year, missing_months)
        return YearOutcome(_provisional(settle(filled, terms)), filled, terms, choices, (_not_whole(missing_months),))
    try:
        return YearOutcome(settle(inputs, terms, is_final=True, signed=signed), inputs, terms, choices, ())
    except ProblemsFound as found:
        if not {one.code for one in found.problems} <= set(REFUSALS):
            raise
        return YearOutcome(settle(inputs, terms), inputs, terms, choices, found.problems)


def trial_problems(
    inputs: FundInputs,
    platform: pd.DataFrame,
    rules: RuleBook,
    period: Period,
    missing_months: Sequence[str],
) -> list[Problem]:
    """What stands against accounting for a month, or against settling a year even on trial.

    Args:
        inputs: the frames.
        platform: the platform's totals.
        rules: the fund's rules.
        period: a month or a year.
        missing_months: of a year, the months to come.
    """
    terms = terms_on(rules, period.end)
    tolerance = fen_of(terms.rules[TOLERANCE].value)
    try:
        if period.cadence == "month":
            budget_so_far(inputs, terms, str(period))
            return []
        settle_what_is_known(inputs, rules, period.end, missing_months)
    except ProblemsFound as found:
        return list(found.problems)
    return reconcile(inputs.costs, platform, tolerance)[1]


def _provisional(settlement: Settlement) -> Settlement:
    """Every line of a year whose months are not all there is provisional, claims too."""
    lines = settlement.waterfall.assign(is_provisional=True)
    return replace(settlement, waterfall=lines, budget=lines.iloc[: len(settlement.budget)])


def projected(inputs: FundInputs, year: int, missing_months: Sequence[str]) -> FundInputs:
    """The same frames with every missing month at the mean of the months known, half up to the fen.

    Claims and the monthly items other than income are filled in, as preliminary; what was declared, prepaid and
    deducted stays as it is.

    Args:
        inputs: the frames.
        year: the year.
        missing_months: such as ``["2023-04", … "2023-12"]``.

    Example:
        >>> projected(three_months_at_10_10_and_11, 2023, ["2023-04"])  # costs of April: 31 ÷ 3 = 10.33 → 10 fen
    """
    known = 12 - len(missing_months)
    by_discharge = inputs.costs_by_discharge
    return replace(
        inputs,
        items=_with_months(inputs.items, known, missing_months),
        costs=_with_costs(inputs.costs, year, known, missing_months),
        costs_by_discharge=None if by_discharge is None else _with_costs(by_discharge, year, known, missing_months),
    )


def _with_costs(costs: pd.DataFrame, year: int, known: int, missing_months: Sequence[str]) -> pd.DataFrame:
    own = costs[costs["month"].str.startswith(f"{year}-")]
    mean = own.groupby(COST_KEYS, as_index=False)[SUMS].sum()
    mean = mean.assign(**{name: [_mean(int(total), known) for total in mean[name]] for name in SUMS})
    months = pd.DataFrame({"month": list(missing_months)}, dtype="str")
    return pd.concat([costs, mean.merge(months, how="cross")[list(costs.columns)]], ignore_index=True)


def _with_months(items: pd.DataFrame, known: int, missing_months: Sequence[str]) -> pd.DataFrame:
    is_flow = (items["month"] != YEAR) & ~items["item"].str.startswith(INCOME) & ~items["item"].isin(STOCKS)
    flows = items[is_flow]
    totals = flows.groupby("item")["amount_fen"].sum()
    means = flows.drop_duplicates("item").assign(
        amount_fen=lambda rows: [_mean(int(totals[item]), known) for item in rows["item"]], status=PRELIMINARY
    )
    months = pd.DataFrame({"month": list(missing_months)}, dtype="str")
    filled = means.drop(columns="month").merge(months, how="cross")[list(items.columns)]
    return pd.concat([items, filled], ignore_index=True).astype({"amount_fen": "int64"})


def _mean(total: int, count: int) -> int:
    sign = -1 if total < 0 else 1
    return sign * divided_half_up(abs(total), count)


def _not_whole(missing_months: Sequence[str]) -> Problem:
    first, last = missing_months[0], missing_months[-1]
    span = first if first == last else f"{first} 至 {last}"
    allowed = "正式决算须有全年各月的数"
    return problem("missing_months", f"{span} 还没有报来", allowed, "以下按已报各月的月均和预算收入推算，只供试算")
