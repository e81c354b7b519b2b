"""A grid of scenarios: what if income, costs or a reading were otherwise, every combination settled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import product

import pandas as pd

from fhdata.funds.fund_checks import input_problems
from fhdata.funds.fund_inputs import ITEMS, FundInputs, months_of
from fhdata.funds.fund_terms import READINGS, Terms, with_readings
from fhdata.funds.fund_totals import Cost, FundTotals, add_up
from fhdata.funds.settlement import Outcome, outcome
from fhdata.funds.waterfall import CARRIED, COUNTY_BUDGET, FUND, INSTITUTION, LEVEL, RESERVE, party_amounts
from fhdata.problems import Problem, ProblemsFound, hint, problem, stop_on
from fhdata.rules.rulebook import READING

COSTS = "costs"
MOST_SCENARIOS = 100_000
RESULTS = ["budget_fen", "surplus_fen", "fund_fen", "reserve_fen", "county_budget_fen", "carried_fen", "members_fen"]


def grid(inputs: FundInputs, terms: Terms, changes: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Settle every combination of the changes.

    Args:
        inputs: the frames of the whole year.
        terms: the terms.
        changes: lever → values. A lever is an item or ``costs`` (all claims), with changes in percent as text such as
            ``["-5%", "0%", "+2.5%"]``; or a reading, with its values.

    Returns:
        One row a combination, in the order given: a column a lever, then RESULTS and ``<level>_fen`` a level (int64;
        what a party gains or, negative, pays, as in ``waterfall.parties``), and note: why it cannot be settled, with
        all results 0, or "". is_settled tells the two apart.

    Raises:
        ProblemsFound: levers or values that do not exist, more than MOST_SCENARIOS combinations, wrong inputs.
    """
    months = months_of(terms.year)
    stop_on([*_lever_problems(changes, terms), *input_problems(inputs, months, tuple(terms.level_ratios))])
    totals = add_up(inputs, months)
    stop_on(
        problem("missing_item", f"没有“{terms.title(lever)}”，不能变动", "", "请补报，或去掉这一项")
        for lever in changes
        if lever in ITEMS and lever not in totals.items
    )
    levels = [f"{level}_fen" for level in terms.level_ratios]
    rows = list(_settled(totals, terms, changes))
    whole = [*RESULTS, *levels]
    table = pd.DataFrame(rows, columns=[*changes, *whole, "is_settled", "note"])
    return table.astype(dict.fromkeys(whole, "int64") | {"is_settled": "bool"})


def _settled(totals: FundTotals, terms: Terms, changes: Mapping[str, Sequence[str]]) -> Iterator[dict[str, object]]:
    scaled = {text: _scaled(totals, _factor(text)) for text in changes.get(COSTS, ())}
    for values in product(*changes.values()):
        lever = dict(zip(changes, values, strict=True))
        readings = {name: value for name, value in lever.items() if name in READINGS}
        items = {name: _part(totals.items[name], _factor(text)) for name, text in lever.items() if name in totals.items}
        base = scaled[lever[COSTS]] if COSTS in lever else totals
        case = replace(base, items={**totals.items, **items})
        used = with_readings(terms, readings) if readings else terms
        try:
            found = outcome(case, used)
        except ProblemsFound as refused:
            empty = dict.fromkeys([*RESULTS, *(f"{level}_fen" for level in terms.level_ratios)], 0)
            yield {**lever, **empty, "is_settled": False, "note": refused.problems[0].sentence}
            continue
        yield {**lever, **_results(found, case, used), "is_settled": True, "note": ""}


def _results(found: Outcome, totals: FundTotals, terms: Terms) -> dict[str, object]:
    amounts = party_amounts(found.lines, found.shares, totals, terms)
    members = sum(fen for (kind, _), fen in amounts.items() if kind == INSTITUTION)
    named = {f"{kind}_fen": amounts[kind, kind] for kind in (FUND, RESERVE, COUNTY_BUDGET, CARRIED)}
    levels = {f"{code}_fen": fen for (kind, code), fen in amounts.items() if kind == LEVEL}
    own = {"budget_fen": found.budget_fen, "surplus_fen": found.surplus_fen, "members_fen": members}
    return {**own, **named, **levels}


def _scaled(totals: FundTotals, factor: Fraction) -> FundTotals:
    def scaled(costs: Sequence[Cost]) -> tuple[Cost, ...]:
        return tuple(
            replace(one, medfee_fen=_part(one.medfee_fen, factor), hifp_fen=_part(one.hifp_fen, factor))
            for one in costs
        )

    by_discharge, late = totals.costs_by_discharge, totals.late
    return replace(
        totals,
        costs=scaled(totals.costs),
        costs_by_discharge=None if by_discharge is None else scaled(by_discharge),
        late=None if late is None else scaled(late),
    )


def _part(fen: int, factor: Fraction) -> int:
    """An amount × a factor, half up away from zero: sums of one flag may be negative where refunds outweigh."""
    numerator, denominator = abs(fen) * factor.numerator, factor.denominator
    rounded = (2 * numerator + denominator) // (2 * denominator)
    return rounded if fen >= 0 else -rounded


def _factor(text: str) -> Fraction:
    return 1 + Fraction(Decimal(text.strip().removesuffix("%"))) / 100


def _lever_problems(changes: Mapping[str, Sequence[str]], terms: Terms) -> list[Problem]:
    known = (COSTS, *ITEMS, *READINGS)
    found = []
    number = 1
    for lever, values in changes.items():
        number *= len(values)
        if lever not in known:
            found.append(problem("unknown_lever", f"没有可变的“{lever}”", hint(lever, known), "请改正"))
        elif lever in READINGS:
            choices = [str(one.value) for one in terms.rules[READING + lever].alternatives]
            found += [
                problem("bad_reading", f"读法 {lever} 没有“{one}”", f"可选 {'、'.join(choices)}", "请改正")
                for one in values
                if one not in choices
            ]
        else:
            found += [
                problem("bad_percent", f"{lever} 的变动写的是“{one}”", "应为 -5% 这样的百分数，不低于 -100%", "请改正")
                for one in values
                if not _is_percent(one)
            ]
    if number > MOST_SCENARIOS:
        most = f"一次最多 {MOST_SCENARIOS} 种"
        found.append(problem("too_many", f"共有 {number} 种情形", most, "请减少取值"))
    return found


def _is_percent(text: str) -> bool:
    try:
        number = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        return False
    return number.is_finite() and number >= -100
