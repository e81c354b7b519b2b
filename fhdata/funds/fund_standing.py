"""Where the medical fund stands within a year: what the months charged, the budget as far as it is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from fhdata.funds.budget import INCOME, budget_lines, budget_of, not_above_zero
from fhdata.funds.charges import ACTUAL, charges, psychiatric_cost
from fhdata.funds.fund_checks import input_problems
from fhdata.funds.fund_inputs import YEAR, FundInputs, months_of, until
from fhdata.funds.fund_terms import Terms, with_readings
from fhdata.funds.fund_totals import STOCKS, FundTotals, add_up
from fhdata.funds.waterfall import waterfall
from fhdata.money import apportion, divided_half_up, require_fen
from fhdata.periods import parse_period
from fhdata.problems import Problem, problem, stop_on

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Standing:
    """Where the year stands after some months.

    Attributes:
        months: the months so far.
        spent_fen: what each charged to the budget, psychiatric treatment included where the reading deducts it.
        budget_fen: B as it stands.
        available_fen: what the whole year's charges may come to before there is an overrun: S = available − charges.
        reserve_fen: what the reserve holds.
        income_item: the income B rests on.
        is_provisional: whether B rests on other than final figures of the whole year.
        terms: the terms used, with the income of this stage.
    """

    months: tuple[str, ...]
    spent_fen: tuple[int, ...]
    budget_fen: int
    available_fen: int
    reserve_fen: int
    income_item: str
    is_provisional: bool
    terms: Terms


def standing(inputs: FundInputs, terms: Terms, month: str) -> Standing:
    """Where the year stands after a month.

    Until the year's income is in, B rests on the budgeted income, and an item known for some months only is taken at
    its monthly mean for the whole year; both mark B provisional. A psychiatric cost given for the whole year is spread
    evenly over its months.

    Args:
        inputs: the frames; months after ``month`` are left out.
        terms: the terms on the month's last day.
        month: such as "2023-03".

    Raises:
        ProblemsFound: everything wrong with the inputs; B or what is available not above zero.
    """
    months = months_until(month)
    known = checked(inputs, terms, months)
    totals = add_up(known, months)
    used = _with_income_of_the_stage(totals, terms)
    whole_year, estimated = _for_the_year(totals)
    charged, found = charges(totals, used)
    _, _, wrong = psychiatric_cost(totals, used, charged.psychiatric_in_scope_fen)
    lines, wrong_budget = budget_lines(whole_year, used, 0)
    stop_on([*found, *wrong, *wrong_budget])
    budget = budget_of(lines)
    available = budget
    if used.readings.psychiatric_deduction == "ring_fenced":
        available += whole_year.items["psychiatric_pot"]
    if used.readings.penalty == "budget":
        available -= sum(totals.penalties.values())
    stop_on(not_above_zero(available, used.title("budget")))
    set_aside = -next(line.amount_fen for line in lines if line.step == "reserve")
    resting = [item for line in lines for item in line.items]
    is_early = len(months) < MONTHS_A_YEAR and used.readings.income_base != "received"
    return Standing(
        months=tuple(months),
        spent_fen=tuple(_spent(known, used, one, totals) for one in months),
        budget_fen=budget,
        available_fen=available,
        reserve_fen=totals.items.get("reserve_balance", set_aside),
        income_item=INCOME + used.readings.income_base,
        is_provisional=is_early or any(item in totals.preliminary or item in estimated for item in resting),
        terms=used,
    )


def budget_so_far(inputs: FundInputs, terms: Terms, month: str) -> pd.DataFrame:
    """The lines from income to B as they stand after a month.

    Grain: one row a line, the last one B.

    Args:
        inputs: the frames; months after ``month`` are left out.
        terms: the terms on the month's last day.
        month: such as "2023-03".

    Returns:
        ``waterfall.LINE_COLUMNS``; is_provisional also where an item stands at the mean of its months.

    Raises:
        ProblemsFound: everything wrong with the inputs; B not above zero.

    Source: 凤政办发〔2023〕1号 第八条、第十条（一）.
    """
    months = months_until(month)
    totals = add_up(checked(inputs, terms, months), months)
    used = _with_income_of_the_stage(totals, terms)
    whole_year, estimated = _for_the_year(totals)
    lines, found = budget_lines(whole_year, used, 0)
    stop_on(found)
    table = waterfall(lines, whole_year, used)
    is_estimated = [any(item in estimated for item in line.items) for line in lines[:-1]]
    is_early = table["is_provisional"] | pd.Series([*is_estimated, any(is_estimated)], dtype="bool")
    return table.assign(is_provisional=is_early)


def shape_problems(last_year: pd.DataFrame, year: int) -> list[Problem]:
    """Last year's charges must be there for its twelve months, and not all be zero."""
    require_fen(last_year, "amount_fen")
    wanted = months_of(year - 1)
    if sorted(last_year["month"]) == wanted and (last_year["amount_fen"] >= 0).all() and last_year["amount_fen"].any():
        return []
    allowed = f"须有 {wanted[0]} 至 {wanted[-1]} 各一个数，不得为负，不得全为零"
    return [problem("bad_shape", "上年各月费用不全", allowed, "请补齐，或改用其他读法")]


def months_until(month: str) -> list[str]:
    """The months of its year up to a month.

    Raises:
        ProblemsFound: it is no month.
    """
    period = parse_period(month)
    if period.cadence != "month":
        stop_on([problem("bad_period", f"期间写的是“{month}”", "应为月份，如 2023-03", "请改正")])
    return months_of(period.year, period.number)


def checked(inputs: FundInputs, terms: Terms, months: Sequence[str]) -> FundInputs:
    """The inputs as they were after these months.

    Raises:
        ProblemsFound: everything wrong with them.
    """
    known = until(inputs, months)
    stop_on(input_problems(known, months, tuple(terms.level_ratios)))
    return known


def _with_income_of_the_stage(totals: FundTotals, terms: Terms) -> Terms:
    """Before the year is over the income received is not the year's: the budgeted one stands in for it."""
    received = "income_received"
    is_known = totals.item_months.get(received) == (YEAR,) or len(totals.months) == MONTHS_A_YEAR
    changes = {
        name: "budgeted"
        for name in ("income_base", "reserve_base")
        if getattr(terms.readings, name) == "received" and not is_known
    }
    return with_readings(terms, changes) if changes else terms


def _for_the_year(totals: FundTotals) -> tuple[FundTotals, frozenset[str]]:
    """Items known month by month, taken at their monthly mean for twelve months; and which ones."""
    number = len(totals.months)
    monthly = {
        item
        for item, months in totals.item_months.items()
        if months != (YEAR,) and item not in STOCKS and number < MONTHS_A_YEAR
    }
    items = {
        item: divided_half_up(fen * MONTHS_A_YEAR, number) if item in monthly else fen
        for item, fen in totals.items.items()
    }
    return replace(totals, items=items), frozenset(monthly)


def _spent(known: FundInputs, terms: Terms, month: str, totals: FundTotals) -> int:
    """What one month charged to the budget."""
    of_month = add_up(known, [month])
    charged, _ = charges(of_month, terms)
    spent = sum(charged.institution_fen.values()) + sum(charged.pharmacy_fen.values())
    if terms.readings.psychiatric_deduction == "once":
        return spent
    is_reported = ACTUAL in totals.items and terms.readings.psychiatric_claims != "claims"
    if not is_reported:
        return spent + charged.psychiatric_in_scope_fen
    if totals.item_months[ACTUAL] != (YEAR,):
        return spent + of_month.items.get(ACTUAL, 0)
    year = months_of(terms.year)
    return spent + apportion(totals.items[ACTUAL], [1] * MONTHS_A_YEAR, year)[year.index(month)]
