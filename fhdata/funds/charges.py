"""Which claims are charged to the county's budget, under the readings of a run."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from fhdata.funds.fund_inputs import OUTSIDE, PHARMACY
from fhdata.funds.fund_terms import Terms
from fhdata.funds.fund_totals import Cost, FundTotals, Institution
from fhdata.money import money_text
from fhdata.problems import Problem, problem

ACTUAL = "psychiatric_actual"


@dataclass(frozen=True)
class Charges:
    """Claims by institution, fen.

    Attributes:
        institution_fen: charged to the budget at institutions other than pharmacies.
        pharmacy_fen: charged to the budget at pharmacies.
        settled_fen: what the fund owes for controlled claims (without DIP and psychiatric ones), wherever they arose.
        dip_fen: what the fund owes for DIP claims.
        psychiatric_fen: claims flagged psychiatric, DIP ones aside; they are never part of the others.
        psychiatric_in_scope_fen: those of them within the reading ``scope``.
        late_fen: claims discharged in another year: left out under ``claim_year = discharge``, else part of the others.
    """

    institution_fen: Mapping[str, int]
    pharmacy_fen: Mapping[str, int]
    settled_fen: Mapping[str, int]
    dip_fen: Mapping[str, int]
    psychiatric_fen: Mapping[str, int]
    psychiatric_in_scope_fen: int
    late_fen: int


@dataclass(frozen=True)
class Case:
    """What a settlement is reckoned from: the totals, the claims sorted, the terms."""

    totals: FundTotals
    charged: Charges
    terms: Terms


def charges(totals: FundTotals, terms: Terms) -> tuple[Charges, list[Problem]]:
    """Sort the claims.

    Returns:
        The charges, and a problem where the reading asks for days of discharge nobody gave.

    Source: 凤政办发〔2023〕1号 第十条（二）.
    """
    found: list[Problem] = []
    costs: tuple[Cost, ...] = totals.costs
    if terms.readings.claim_year == "discharge":
        if totals.costs_by_discharge is None:
            said = "按出院日期归年，但没有按出院日期汇总的费用"
            found.append(problem("no_discharge", said, "", "请按出院日期汇总结算记录，或改用结算日期"))
        costs = totals.costs_by_discharge or ()
    at_institutions, at_pharmacies, settled, dip, psychiatric = (defaultdict[str, int](int) for _ in range(5))
    in_scope = 0
    for cost in costs:
        who = totals.institutions[cost.institution]
        if cost.is_dip:
            dip[who.code] += cost.hifp_fen
        elif cost.is_psychiatric:
            psychiatric[who.code] += cost.hifp_fen
            in_scope += cost.hifp_fen if _is_in_scope(who, terms) else 0
        else:
            settled[who.code] += cost.hifp_fen
            charged = at_pharmacies if who.kind == PHARMACY else at_institutions
            charged[who.code] += charged_fen(cost, who, terms)
    late = sum(
        charged_fen(cost, totals.institutions[cost.institution], terms)
        for cost in totals.late or ()
        if not cost.is_dip and not cost.is_psychiatric
    )
    return Charges(at_institutions, at_pharmacies, settled, dip, psychiatric, in_scope, late), found


def charged_fen(cost: Cost, who: Institution, terms: Terms) -> int:
    """What a controlled claim costs the budget: nothing outside the scope, the whole bill at a pharmacy."""
    if not _is_in_scope(who, terms) or (cost.is_four_disease and terms.readings.four_disease == "left_out"):
        return 0
    has_whole_bill = who.kind == PHARMACY and terms.readings.pharmacy_fee == "medfee"
    return cost.medfee_fen if has_whole_bill else cost.hifp_fen


def psychiatric_cost(totals: FundTotals, terms: Terms, flagged_fen: int) -> tuple[int, bool, list[Problem]]:
    """What the treatment of psychiatric patients cost: as reported, or where nothing is, as flagged in the claims.

    Given both, the same money would be counted a third time: that stops, unless a reading says which one holds.

    Args:
        totals: the totals.
        terms: the terms.
        flagged_fen: claims flagged psychiatric; see ``Charges.psychiatric_in_scope_fen``.

    Returns:
        Fen, whether it is the reported figure, and the problems.

    Source: 凤政办发〔2023〕1号 第十条（一）（二）.
    """
    reported = totals.items.get(ACTUAL)
    is_reported = reported is not None and terms.readings.psychiatric_claims != "claims"
    if terms.readings.psychiatric_deduction == "once":
        return 0, is_reported, []
    if is_reported and flagged_fen and terms.readings.psychiatric_claims == "stopped":
        said = (
            f"“{terms.title(ACTUAL)}”另报了 {money_text(int(reported or 0))} 元，结算记录里又有标为精神病的 "
            f"{money_text(flagged_fen)} 元，同一笔钱会扣第三次"
        )
        allowed = "读法 psychiatric_claims 可选 reported（以另报的为准）或 claims（以记录为准）"
        place = totals.cells[ACTUAL][0]._asdict()
        return 0, True, [problem("psychiatric_thrice", said, allowed, "请核对后选定", **place)]
    if not is_reported and not flagged_fen:
        has_item = "没有用" if reported is not None else "没有"
        said = f"{has_item}“{terms.title(ACTUAL)}”，结算记录里也没有标为精神病的费用"
        return 0, False, [problem("missing_item", said, "此项必须有数", "请补报；确实没有的报 0")]
    return (int(reported or 0) if is_reported else flagged_fen), is_reported, []


def _is_in_scope(who: Institution, terms: Terms) -> bool:
    scope = terms.readings.scope
    return who.is_member if scope == "members" else scope == "all" or who.kind != OUTSIDE
