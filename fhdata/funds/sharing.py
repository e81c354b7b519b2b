"""Who gets a surplus and who bears an overrun: levels, institutions, reserve, county budget; exact to the fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fhdata.funds.budget import Line, part_of
from fhdata.funds.charges import Case
from fhdata.funds.fund_terms import Terms
from fhdata.funds.fund_totals import Institution
from fhdata.money import apportion, money_text
from fhdata.problems import Problem, problem
from fhdata.rules.fund import BANDS, LINE, PASS_MARK, SHARE
from fhdata.rules.rulebook import READING

RESERVE, MEMBERS = "reserve", "members"


@dataclass(frozen=True)
class Share:
    """What one institution gets (positive) or bears (negative).

    Attributes:
        weight: what its pool was shared by, exact.
        share_fen: with its sign.
        adjusted_fen: how much of it, 0 or 1 fen, comes from rounding: the quota's part after the last whole fen was
            among the largest.
        is_passing: whether its score reaches the pass mark.
    """

    institution: str
    weight: Fraction
    share_fen: int
    adjusted_fen: int
    is_passing: bool


def share_surplus(surplus_fen: int, base_fen: int, case: Case) -> tuple[list[Line], list[Share], list[Problem]]:
    """A surplus: what is kept goes to the levels by ratio, inside a level by appraisal; the rest returns to the fund.

    kept = surplus up to 20% of the base; county 40%, township 60%; share = kept of the level × weight ÷ Σ weights.

    Args:
        surplus_fen: above zero.
        base_fen: what the 20% is of.
        case: totals, claims and terms.

    Returns:
        Lines that add up to −surplus, shares, and the problems: a level without anybody to share among.

    Source: 凤政办发〔2023〕1号 第十条（二）.
    """
    terms = case.terms
    cap = part_of(base_fen, terms.kept_ratio)
    is_over = surplus_fen > cap
    kept = (cap if terms.readings.above_cap == "excess" else 0) if is_over else surplus_fen
    cap_keys = ("surplus.kept_ratio", READING + "cap_base", READING + "above_cap")
    levels = list(terms.level_ratios)
    pools = apportion(kept, list(terms.level_ratios.values()), levels)
    lines, shares, found, forfeited = [], [], [], 0
    inside = (READING + "inside_level", PASS_MARK, READING + "below_pass")
    for level, pool in zip(levels, pools, strict=True):
        among, wrong = _inside_level(level, pool, case)
        found += wrong
        shares += among
        lost = pool - sum(one.share_fen for one in among)
        forfeited += 0 if wrong else lost
        keys = (SHARE + level, *cap_keys)
        lines.append(Line(f"level.{level}", "change", lost - pool, keys=keys))
        lines += [
            Line(f"level.{level}", "part", -one.share_fen, one.institution, (*keys, *inside))
            for one in among
        ]  # fmt: skip
    if forfeited:
        lines.append(Line("forfeited", "change", -forfeited, keys=inside))
    lines.append(Line("returned", "change", kept - surplus_fen, keys=cap_keys))
    return lines, shares, found


def share_overrun(
    overrun_fen: int, budget_fen: int, reserve_fen: int, case: Case
) -> tuple[list[Line], list[Share], list[Problem]]:
    """An overrun: 60% from the risk reserve and, where it is short, the county budget; 40% from the members.

    Args:
        overrun_fen: above zero.
        budget_fen: B, for the bands.
        reserve_fen: what the reserve holds.
        case: totals, claims and terms.

    Returns:
        Lines that add up to the overrun, shares (negative), and the problems: no member with a settlement.

    Source: 凤政办发〔2023〕1号 第十条（三）; 第六条 for the county budget.
    """
    terms = case.terms
    has_bands = terms.readings.overrun == "bands"
    of_fund = fund_part(overrun_fen, budget_fen, terms)
    by_fund, by_members = apportion(overrun_fen, [of_fund, overrun_fen - of_fund], [RESERVE, MEMBERS])
    pays = min(by_fund, reserve_fen)
    keys = (READING + "overrun", *((BANDS,) if has_bands else ("overrun.reserve", "overrun.members")))
    short = "carried" if terms.readings.reserve_short == "carried" else "county_budget"
    weights = settlement_weights(case)
    lines = [
        Line("reserve_pays", "change", pays, keys=keys, items=("reserve_balance",)),
        Line(short, "change", by_fund - pays, keys=(*keys, READING + "reserve_short"), items=("reserve_balance",)),
        Line("members", "change", by_members, keys=keys),
    ]
    if by_members and not any(weights.values()):
        said = f"超支中 {money_text(by_members)} 元由医共体成员承担，但没有一个成员有年度结算金额"
        return lines, [], [problem("nobody_bears", said, "份额不能落空", "请核对机构名单和结算数据")]
    shares = _apportioned(by_members, weights, frozenset(weights))
    basis = (*keys, READING + "settlement_basis")
    lines += [Line("members", "part", one.share_fen, one.institution, basis) for one in shares]
    return lines, [_negative(one) for one in shares], []


def fund_part(overrun_fen: int, budget_fen: int, terms: Terms) -> Fraction:
    """What the fund's side bears of an overrun, exactly: one ratio for all of it, or each band's own within the band.

    Args:
        overrun_fen: not negative.
        budget_fen: B; the bands end at shares of it.
        terms: the terms.
    """
    if terms.readings.overrun == "all":
        return overrun_fen * terms.overrun_ratios[0]
    part, low = Fraction(0), Fraction(0)
    for top, ratio in terms.bands:
        high = budget_fen * top
        part += max(min(Fraction(overrun_fen), high) - low, Fraction(0)) * ratio
        low = high
    return part


def settlement_weights(case: Case) -> dict[str, Fraction]:
    """Annual settlement of every member, by the reading ``settlement_basis``."""
    basis = case.terms.readings.settlement_basis
    weights = {}
    for one in case.totals.institutions.values():
        if one.is_member:
            fen = case.charged.settled_fen.get(one.code, 0)
            fen += case.charged.dip_fen.get(one.code, 0) if basis == "with_dip" else 0
            fen -= case.totals.penalties.get(one.code, 0) if basis == "after_penalties" else 0
            weights[one.code] = Fraction(max(fen, 0))
    return weights


def _inside_level(level: str, pool: int, case: Case) -> tuple[list[Share], list[Problem]]:
    """The shares of a level's institutions; less than the pool where one forfeits to the fund."""
    if pool == 0:
        return [], []
    terms = case.terms
    there = [one for one in case.totals.institutions.values() if one.level == level and one.is_member and one.is_scored]
    passing = frozenset(one.code for one in there if one.score_e4 >= terms.pass_mark_e4)
    goes_to_fund = terms.readings.below_pass == "fund"
    weights = {one.code: _weight(one, case) if goes_to_fund or one.code in passing else Fraction(0) for one in there}
    if not any(weights.values()):
        title = terms.rules[f"{LINE}level.{level}"].title
        why = _why_nobody(there, passing, goes_to_fund)
        said = f"“{title}”有 {money_text(pool)} 元，但{why}"
        return [], [problem("empty_level", said, "份额不能落空", "请核对机构名单、考评得分和结算数据")]
    shares = _apportioned(pool, weights, passing)
    if goes_to_fund:
        shares = [one if one.is_passing else Share(one.institution, one.weight, 0, 0, False) for one in shares]
    return shares, []


def _why_nobody(there: Sequence[Institution], passing: frozenset[str], goes_to_fund: bool) -> str:
    if not there:
        return "名单里没有参加考评的该级医共体成员"
    return "没有一个机构达到考评合格线" if not passing and not goes_to_fund else "各机构的考评得分或结算金额都是 0"


def _weight(one: Institution, case: Case) -> Fraction:
    how = case.terms.readings.inside_level
    if how == "equal":
        return Fraction(1)
    by_settlement = how == "score_settlement"
    return Fraction(one.score_e4 * (case.charged.settled_fen.get(one.code, 0) if by_settlement else 1))


def _apportioned(pool: int, weights: Mapping[str, Fraction], passing: frozenset[str]) -> list[Share]:
    total = sum(weights.values())
    fens = apportion(pool, list(weights.values()), list(weights))
    return [
        Share(code, weight, fen, fen - int(pool * weight / total) if total else 0, code in passing)
        for (code, weight), fen in zip(weights.items(), fens, strict=True)
    ]


def _negative(one: Share) -> Share:
    return Share(one.institution, one.weight, -one.share_fen, one.adjusted_fen, one.is_passing)
