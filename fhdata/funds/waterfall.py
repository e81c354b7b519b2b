"""A settlement as tables: every line with its article and inputs, shares, the transfer list, who gains and who pays."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import pandas as pd

from fhdata.funds.budget import Line
from fhdata.funds.charges import Charges
from fhdata.funds.fund_terms import Terms
from fhdata.funds.fund_totals import FundTotals
from fhdata.funds.sharing import Share
from fhdata.rules.fund import LINE, SHARE
from fhdata.rules.rulebook import READING

LINE_COLUMNS = [
    "step", "kind", "label", "institution", "name", "amount_fen", "balance_fen", "formula", "article", "rules",
    "readings", "inputs", "is_unverified", "is_provisional",
]  # fmt: skip
SHARE_COLUMNS = [
    "institution", "name", "level", "score", "is_passing", "settled_fen", "weight", "share_fen", "adjusted_fen",
]  # fmt: skip
TRANSFER_COLUMNS = [
    "institution", "name", "kind", "level", "is_member", "controlled_fen", "psychiatric_fen", "penalty_fen",
    "share_fen", "due_fen", "declared_fen", "prepaid_fen", "withheld_fen", "balance_fen",
]  # fmt: skip
PARTY_COLUMNS = ["party", "kind", "name", "amount_fen"]
FUND, RESERVE, COUNTY_BUDGET, CARRIED = "fund", "reserve", "county_budget", "carried"
PARTY_NAMES = {FUND: "医保基金", RESERVE: "医保风险储备金", COUNTY_BUDGET: "县财政", CARRIED: "结转下年"}
LEVEL, INSTITUTION = "level", "institution"
MOVING = ("start", "change")


def waterfall(lines: Sequence[Line], totals: FundTotals, terms: Terms) -> pd.DataFrame:
    """The way from income to B to S to every share, adding up to zero.

    Grain: one row a line. balance = Σ amounts of the lines of kind start and change so far; a total states the balance,
    the parts under a change add up to it, a memo is told only.

    Args:
        lines: see ``budget.Line``.
        totals: for the places of the inputs.
        terms: for labels, articles and statuses.

    Returns:
        LINE_COLUMNS: label and formula from the rules; name of the institution of a part; article (citation of the
        line); rules (``title：value（citation）``, joined by ；) and readings (``key=value``, joined) it rests on;
        inputs (cells); is_unverified and is_provisional (of the line, and from S on of any line before it).
    """
    balances = accumulate(line.amount_fen if line.kind in MOVING else 0 for line in lines)
    rows = []
    unverified, provisional, is_shared = False, False, False
    for line, balance in zip(lines, balances, strict=True):
        own = bool(line.amount_fen) and bool(terms.unverified(line.keys))
        early = any(item in totals.preliminary for item in line.items)
        unverified, provisional = unverified or own, provisional or early
        is_result = is_shared or line.kind == "total"
        is_shared = is_shared or line.step == "surplus"
        rule = terms.rules[LINE + line.step]
        name = totals.institutions[line.institution].name if line.institution else ""
        rows.append((
            line.step, line.kind, rule.title, line.institution, name, line.amount_fen, balance, str(rule.value),
            rule.citation, _rules(line.keys, terms), _readings(line.keys, terms), _inputs(line, totals),
            unverified if is_result else own, provisional if is_result else early,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=LINE_COLUMNS).astype({"amount_fen": "int64", "balance_fen": "int64"})


def shares_table(shares: Iterable[Share], charged: Charges, totals: FundTotals, terms: Terms) -> pd.DataFrame:
    """What each institution gets of a surplus (positive) or bears of an overrun (negative).

    Grain: one row an institution of a level (surplus) or member (overrun), by code.

    Returns:
        SHARE_COLUMNS: score in 0.0001 point; settled_fen (controlled claims); weight (exact, as text: beyond int64);
        adjusted_fen (0 or 1: how far rounding lifted the share above the whole fen of its quota).
    """
    rows = []
    for one in sorted(shares, key=lambda share: share.institution):
        who = totals.institutions[one.institution]
        settled = charged.settled_fen.get(who.code, 0)
        rows.append((
            who.code, who.name, who.level, who.score_e4, one.is_passing, settled, str(one.weight), one.share_fen,
            one.adjusted_fen,
        ))  # fmt: skip
    whole = dict.fromkeys(["score", "settled_fen", "share_fen", "adjusted_fen"], "int64")
    return pd.DataFrame(rows, columns=SHARE_COLUMNS).astype(whole | {"is_passing": "bool"})


def transfers(shares: Iterable[Share], charged: Charges, totals: FundTotals, terms: Terms) -> pd.DataFrame:
    """拨付表: what every institution is due for the year, what it has had, what is still to pay (or to be paid back).

    due = controlled claims + psychiatric claims (paid from their pot) − penalty + share; balance = due − prepaid. DIP
    claims are settled by the DIP rules and are not in it. At a pharmacy, too, the fund owes what it pays, not the bill.

    Grain: one row an institution with claims, a share, a penalty or a prepayment, by code.

    Returns:
        TRANSFER_COLUMNS; penalty_fen is not above zero; withheld_fen = declared − prepaid (质量保证金 and the like).

    Source: 凤政办发〔2023〕1号 第五条、第十条、第十一条.
    """
    share = {one.institution: one.share_fen for one in shares}
    cut = totals.penalties if terms.readings.penalty == "both" else {}
    sources = (charged.settled_fen, charged.psychiatric_fen, share, cut, totals.prepaid, totals.declared)
    codes = sorted({code for amounts in sources for code, fen in amounts.items() if fen})
    rows = []
    for code in codes:
        who = totals.institutions[code]
        parts = (
            charged.settled_fen.get(code, 0), charged.psychiatric_fen.get(code, 0), -cut.get(code, 0),
            share.get(code, 0),
        )  # fmt: skip
        declared, prepaid = totals.declared.get(code, 0), totals.prepaid.get(code, 0)
        due = sum(parts)
        rows.append((
            code, who.name, who.kind, who.level, who.is_member, *parts, due, declared, prepaid, declared - prepaid,
            due - prepaid,
        ))  # fmt: skip
    whole = {name: "int64" for name in TRANSFER_COLUMNS if name.endswith("_fen")}
    return pd.DataFrame(rows, columns=TRANSFER_COLUMNS).astype(whole | {"is_member": "bool"})


def parties(lines: Iterable[Line], shares: Iterable[Share], totals: FundTotals, terms: Terms) -> pd.DataFrame:
    """What every party gains (positive) or pays (negative) by the settlement.

    The rows of all kinds but ``level`` add up to S before penalties: what the fund keeps of a penalty, its offender
    (or, where only the budget is cut, everybody who shares) bears. A row of kind ``level`` sums its institutions.

    Grain: one row a party: fund, reserve, county_budget, carried, each level, each institution with an amount.
    """
    amounts = party_amounts(lines, shares, totals, terms)
    rows = []
    for (kind, code), fen in amounts.items():
        if kind == INSTITUTION:
            name = totals.institutions[code].name
        else:
            name = terms.rules[SHARE + code].title if kind == LEVEL else PARTY_NAMES[code]
        rows.append((code, kind, name, fen))
    return pd.DataFrame(rows, columns=PARTY_COLUMNS).astype({"amount_fen": "int64"})


def party_amounts(
    lines: Iterable[Line], shares: Iterable[Share], totals: FundTotals, terms: Terms
) -> dict[tuple[str, str], int]:
    """``parties`` as (kind, code) → fen, without a table."""
    by_step: dict[str, int] = {}
    for line in lines:
        if line.kind in MOVING:
            by_step[line.step] = by_step.get(line.step, 0) + line.amount_fen
    penalty = -by_step.get("penalties", 0)
    back = -by_step.get("returned", 0) - by_step.get("forfeited", 0)
    amounts = {
        (FUND, FUND): back + penalty,
        (RESERVE, RESERVE): -by_step.get("reserve_pays", 0),
        (COUNTY_BUDGET, COUNTY_BUDGET): -by_step.get(COUNTY_BUDGET, 0),
        (CARRIED, CARRIED): -by_step.get(CARRIED, 0),
    }
    amounts |= {(LEVEL, level): 0 for level in terms.level_ratios}
    own = {one.institution: one.share_fen for one in shares}
    if terms.readings.penalty == "both":
        for code, fen in totals.penalties.items():
            own[code] = own.get(code, 0) - fen
    for code, fen in sorted(own.items()):
        level = totals.institutions[code].level
        amounts[INSTITUTION, code] = fen
        if level:
            amounts[LEVEL, level] += fen
    return amounts


def _rules(keys: Iterable[str], terms: Terms) -> str:
    found = [terms.rules[key] for key in keys if not key.startswith(READING)]
    return "；".join(f"{rule.title}：{''.join(rule.printed)}（{rule.citation}）" for rule in found)


def _readings(keys: Iterable[str], terms: Terms) -> str:
    return "；".join(f"{key.removeprefix(READING)}={terms.rules[key].value}" for key in keys if key.startswith(READING))


def _inputs(line: Line, totals: FundTotals) -> str:
    cells = [str(place) for item in line.items for place in totals.cells.get(item, ())]
    cells += [str(place) for place in totals.penalty_cells] if line.step in ("penalties", "penalty_claims") else []
    return "；".join(dict.fromkeys(filter(None, cells)))
