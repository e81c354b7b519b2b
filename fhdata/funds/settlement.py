"""The year's settlement: from income to B to S to every institution's share, and who pays whom what.

terms = terms_on(rules, date(2023, 12, 31))
result = settle(inputs, terms)                                   # a trial run
result = settle(inputs, terms, is_final=True, signed=("overrun.bands",))   # the settlement itself
result.waterfall, result.shares, result.transfers, result.parties
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fhdata.funds.budget import Line, budget_lines, budget_of, missing_items, not_above_zero
from fhdata.funds.charges import ACTUAL, Case, Charges, charges, psychiatric_cost
from fhdata.funds.fund_checks import input_problems
from fhdata.funds.fund_inputs import FundInputs, months_of
from fhdata.funds.fund_terms import Terms
from fhdata.funds.fund_totals import FundTotals, add_up
from fhdata.funds.sharing import Share, share_overrun, share_surplus
from fhdata.funds.waterfall import parties, shares_table, transfers, waterfall
from fhdata.money import money_text
from fhdata.problems import Problem, hint, problem, stop_on
from fhdata.rules.rulebook import READING

DEDUCTION = READING + "psychiatric_deduction"


@dataclass(frozen=True)
class Outcome:
    """What a settlement under some terms comes to, in plain integers.

    Attributes:
        lines: from income to a balance of zero.
        shares: what institutions get or bear.
        charged: the claims behind it.
        budget_fen: B.
        surplus_fen: S; negative for an overrun.
    """

    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    charged: Charges
    budget_fen: int
    surplus_fen: int


@dataclass(frozen=True)
class Settlement:
    """A settlement as tables; the columns are told in ``waterfall``.

    Attributes:
        budget: the lines from income to B.
        waterfall: all lines.
        shares: one row an institution that gets or bears.
        transfers: 拨付表, one row an institution.
        parties: one row a party; what it gains or pays.
        budget_fen: B.
        surplus_fen: S.
        unverified: rules that move money and that nobody has seen in a document, by key.
        is_final: whether it was made to be paid by.
    """

    budget: pd.DataFrame
    waterfall: pd.DataFrame
    shares: pd.DataFrame
    transfers: pd.DataFrame
    parties: pd.DataFrame
    budget_fen: int
    surplus_fen: int
    unverified: tuple[str, ...]
    is_final: bool


def settle(inputs: FundInputs, terms: Terms, *, is_final: bool = False, signed: Sequence[str] = ()) -> Settlement:
    """Settle a year.

    Args:
        inputs: the frames of the whole year.
        terms: the terms of its last day.
        is_final: whether it is to be paid by: then every figure must be final, and every unverified rule that moves
            money must be signed for.
        signed: keys of unverified rules the analyst answers for.

    Raises:
        ProblemsFound: everything wrong with the inputs, or that stands against settling; all at once.

    Source: 凤政办发〔2023〕1号 第八条、第十条、第十一条.
    """
    months = months_of(terms.year)
    stop_on(input_problems(inputs, months, tuple(terms.level_ratios)))
    totals = add_up(inputs, months)
    found = outcome(totals, terms)
    keys = moving_rules(found)
    unverified = terms.unverified(keys)
    if is_final:
        stop_on([*_not_final(totals, found, terms), *_unsigned(terms, unverified, signed)])
    lines = waterfall(found.lines, totals, terms)
    at_budget = int(lines.index[lines["step"] == "budget"][0])
    return Settlement(
        budget=lines.iloc[: at_budget + 1],
        waterfall=lines,
        shares=shares_table(found.shares, found.charged, totals, terms),
        transfers=transfers(found.shares, found.charged, totals, terms),
        parties=parties(found.lines, found.shares, totals, terms),
        budget_fen=found.budget_fen,
        surplus_fen=found.surplus_fen,
        unverified=unverified,
        is_final=is_final,
    )


def outcome(totals: FundTotals, terms: Terms) -> Outcome:
    """Settle totals that have been checked; the arithmetic alone.

    S = B − penalties − institutions' claims (less what is cut from offenders) − pharmacies − psychiatric treatment.

    Raises:
        ProblemsFound: an item missing, B not above zero, psychiatric claims counted a third time, nobody to share
            among.
    """
    charged, found = charges(totals, terms)
    psychiatric, is_reported, wrong = psychiatric_cost(totals, terms, charged.psychiatric_in_scope_fen)
    lines, wrong_budget = budget_lines(totals, terms, psychiatric)
    found += [*wrong, *wrong_budget]
    if is_reported and terms.readings.psychiatric_deduction != "once":
        found += missing_items(totals, terms, {ACTUAL: None})
    penalty = sum(totals.penalties.values())
    budget = budget_of(lines)
    after = budget - penalty
    if penalty and not found:
        found += not_above_zero(after, terms.title("budget_after_penalties"))
    items = (ACTUAL,) if is_reported else ()
    found += _returns_problems(totals, terms, psychiatric)
    stop_on(found)
    if penalty:
        lines.append(Line("penalties", "change", -penalty, keys=(READING + "penalty",)))
        lines.append(Line("budget_after_penalties", "total", after))
    lines += _cost_lines(charged, terms, penalty)
    lines += _psychiatric_lines(totals.items.get("psychiatric_pot", 0), psychiatric, terms, items)
    surplus = sum(line.amount_fen for line in lines if line.kind in ("start", "change"))
    lines.append(Line("surplus", "total", surplus))
    shared, shares, found = _shared(surplus, budget, after, lines, Case(totals, charged, terms))
    stop_on(found)
    lines += [*shared, Line("closing", "total", 0)]
    return Outcome(tuple(lines), tuple(shares), charged, budget, surplus)


def moving_rules(found: Outcome) -> tuple[str, ...]:
    """Keys of the rules and readings that lines which are not zero rest on, each once."""
    return tuple(dict.fromkeys(key for line in found.lines if line.amount_fen for key in line.keys))


def _cost_lines(charged: Charges, terms: Terms, penalty: int) -> list[Line]:
    keys = tuple(READING + name for name in ("scope", "claim_year", "four_disease", "psychiatric_claims"))
    lines = [Line("institution_costs", "change", -sum(charged.institution_fen.values()), keys=keys)]
    lines += [
        Line("institution_costs", "part", -fen, code, keys) for code, fen in sorted(charged.institution_fen.items())
    ]
    if penalty and terms.readings.penalty == "both":
        lines.append(Line("penalty_claims", "change", penalty, keys=(READING + "penalty",)))
    keys = tuple(READING + name for name in ("scope", "claim_year", "pharmacy_fee"))
    lines.append(Line("pharmacy_costs", "change", -sum(charged.pharmacy_fen.values()), keys=keys))
    lines += [Line("pharmacy_costs", "part", -fen, code, keys) for code, fen in sorted(charged.pharmacy_fen.items())]
    if charged.late_fen:
        lines.append(Line("late", "memo", -charged.late_fen, keys=(READING + "claim_year",)))
    return lines


def _psychiatric_lines(pot: int, actual: int, terms: Terms, items: tuple[str, ...]) -> list[Line]:
    """What psychiatric treatment does to S beside the pot (or what stands for it) in B."""
    how = terms.readings.psychiatric_deduction
    keys = (DEDUCTION, READING + "psychiatric_claims")
    if how == "both":
        return [Line(ACTUAL, "change", -actual, keys=keys, items=items)]
    if how == "ring_fenced":
        return [Line("psychiatric_returns", "change", pot - actual, keys=keys, items=("psychiatric_pot", *items))]
    return []


def _returns_problems(totals: FundTotals, terms: Terms, actual: int) -> list[Problem]:
    """A reported return of the pot that is not what pot and cost leave."""
    returned = totals.items.get("psychiatric_returns")
    pot = totals.items.get("psychiatric_pot", 0)
    if returned is None or terms.readings.psychiatric_deduction != "ring_fenced" or returned == max(pot - actual, 0):
        return []
    from_pot = f"{money_text(pot)} − {money_text(actual)}"
    said = f"“{terms.title('psychiatric_returns')}”报的是 {money_text(returned)} 元，专项减实际费用是 {from_pot} 元"
    place = totals.cells["psychiatric_returns"][0]._asdict()
    return [problem("returns_differ", said, "两数须相同", "请核对", **place)]


def _shared(
    surplus: int, budget: int, after: int, lines: Sequence[Line], case: Case
) -> tuple[list[Line], list[Share], list[Problem]]:
    if surplus > 0:
        base = {"budget": budget, "surplus": surplus, "after_penalties": after}[case.terms.readings.cap_base]
        return share_surplus(surplus, base, case)
    if surplus < 0:
        set_aside = -next(line.amount_fen for line in lines if line.step == "reserve")
        reserve = case.totals.items.get("reserve_balance", set_aside)
        return share_overrun(-surplus, budget, reserve, case)
    return [], [], []


def _not_final(totals: FundTotals, found: Outcome, terms: Terms) -> list[Problem]:
    """Items a final settlement rests on that are still preliminary."""
    used = dict.fromkeys(item for line in found.lines for item in line.items if item in totals.preliminary)
    return [
        problem(
            "preliminary", f"“{terms.title(item)}”还是初步数", "正式决算只用决算数", "请换成决算数，或作为试算",
            **totals.cells[item][0]._asdict(),
        )
        for item in used
    ]  # fmt: skip


def _unsigned(terms: Terms, unverified: Sequence[str], signed: Sequence[str]) -> list[Problem]:
    open_rules = [key for key in unverified if key not in signed]
    found = [
        problem(
            "unverified_rule",
            f"“{terms.rules[key].title}”待核实，却动了钱（{terms.rules[key].source}）",
            "正式决算不能用没有见到文件的规则",
            f'请先核实，或由经办人签认：signed=("{key}",)',
            file=terms.file,
            cell=key,
        )
        for key in open_rules
    ]
    known = [key for key in terms.rules if terms.unverified([key])]
    return found + [
        problem("unknown_rule", f"签认的规则“{key}”不在待核实之列", hint(key, known), "请改正", cell=key)
        for key in signed
        if key not in known
    ]
