"""The medical fund on single cases, plain values in and out: what a worked example written as data calls.

Amounts go in as an int or as text ("410.37"; never a float), in 万元 where the name says so, and come out as exact
decimals. A call with ``terms`` is given the place's rules, with the readings the example asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from fhdata.funds.budget import part_of, printed_sum
from fhdata.funds.fund_forecast import CENTRAL, year_end
from fhdata.funds.fund_inputs import (
    COST_COLUMNS,
    INSTITUTION_COLUMNS,
    ITEM_COLUMNS,
    PENALTY_COLUMNS,
    PREPAYMENT_COLUMNS,
    SOURCE,
    FundInputs,
    months_of,
)
from fhdata.funds.fund_month import allotted
from fhdata.funds.fund_standing import MONTHS_A_YEAR
from fhdata.funds.fund_terms import POINT_E4, Terms
from fhdata.funds.settlement import settle
from fhdata.funds.sharing import fund_part
from fhdata.funds.waterfall import INSTITUTION, LEVEL, MOVING
from fhdata.money import FEN_PER_YUAN, apportion, fen_of
from fhdata.problems import hint, problem, stop_on

Amount = str | int
Answer = dict[str, Any]
WAN = "万元"
FEN_PER_WAN = 1_000_000
COSTS = {"cost": (False, False, False), "dip": (True, False, False), "psychiatric": (False, True, False),
         "four_disease": (False, False, True)}  # fmt: skip
FIELDS = {
    "code", "kind", "level", "score", "is_member", "medfee_wan_yuan", "penalty_wan_yuan", "declared_wan_yuan",
    "prepaid_wan_yuan", *(f"{name}_wan_yuan" for name in COSTS),
}  # fmt: skip
PLAIN = (
    "budget",
    "penalties",
    "surplus",
    "returned",
    "forfeited",
    "reserve_pays",
    "county_budget",
    "carried",
    "members",
)


def fund_settlement(
    terms: Terms,
    *,
    items_wan_yuan: Mapping[str, Amount],
    institutions: Sequence[Mapping[str, Any]],
    pass_mark: Amount = 0,
    signed: Sequence[str] = (),
    is_final: bool = False,
) -> Answer:
    """A year's settlement.

    Args:
        terms: the terms.
        items_wan_yuan: item → amount of the year: income_received, dip_budget …
        institutions: a table each: code; and where they matter kind (hospital), level (""), score (none: not scored),
            is_member (yes unless a pharmacy or outside), cost_wan_yuan (controlled), dip_wan_yuan,
            psychiatric_wan_yuan, four_disease_wan_yuan (claims so flagged), medfee_wan_yuan (the whole bill of cost),
            penalty_wan_yuan, declared_wan_yuan, prepaid_wan_yuan.
        pass_mark: points below which an institution forfeits.
        signed: unverified rules signed for.
        is_final: whether it is to be paid by.

    Returns:
        budget, penalties, surplus, returned, forfeited, reserve_pays, county_budget, carried, members, each
        ``_wan_yuan`` and 0 where there is no such line; levels_wan_yuan (level → shared out); parties_wan_yuan (level,
        fund, reserve …); and by institution shares_yuan, due_yuan, balance_yuan.
    """
    used = replace(terms, pass_mark_e4=int(Decimal(str(pass_mark)) * POINT_E4))
    result = settle(plain_inputs(used.year, items_wan_yuan, institutions), used, is_final=is_final, signed=signed)
    lines = result.waterfall[result.waterfall["kind"] != "part"]
    fen = {str(step): int(amount) for step, amount in zip(lines["step"], lines["amount_fen"], strict=True)}
    parties = result.parties[result.parties["kind"] != INSTITUTION]
    is_level = (lines["kind"].isin(MOVING)) & lines["step"].str.startswith(f"{LEVEL}.")
    levels = {str(step).removeprefix(f"{LEVEL}."): -int(fen[step]) for step in lines.loc[is_level, "step"]}
    return {
        **{
            f"{name}_wan_yuan": _wan(abs(fen.get(name, 0)) if name not in ("surplus",) else fen[name]) for name in PLAIN
        },
        "levels_wan_yuan": {level: _wan(amount) for level, amount in levels.items()},
        "parties_wan_yuan": {
            str(party): _wan(int(amount)) for party, amount in zip(parties["party"], parties["amount_fen"], strict=True)
        },
        "shares_yuan": _by_institution(result.shares, "share_fen"),
        "due_yuan": _by_institution(result.transfers, "due_fen"),
        "balance_yuan": _by_institution(result.transfers, "balance_fen"),
    }


def overrun_split(terms: Terms, *, overrun_yuan: Amount, budget_wan_yuan: Amount = 1) -> Answer:
    """An overrun between the fund's side and the members: fund_yuan, members_yuan; the budget matters to bands only."""
    fen = fen_of(overrun_yuan)
    of_fund = fund_part(fen, fen_of(budget_wan_yuan, WAN), terms)
    by_fund, by_members = apportion(fen, [of_fund, fen - of_fund], ["reserve", "members"])
    return {"fund_yuan": _yuan(by_fund), "members_yuan": _yuan(by_members)}


def settlement_split(*, pool_wan_yuan: Amount, settled_wan_yuan: Mapping[str, Amount]) -> Answer:
    """A pool over institutions by their settlement: shares_yuan by code, sum_yuan."""
    weights = [fen_of(amount, WAN) for amount in settled_wan_yuan.values()]
    shares = apportion(fen_of(pool_wan_yuan, WAN), weights, list(settled_wan_yuan))
    by_code = zip(settled_wan_yuan, shares, strict=True)
    return {"shares_yuan": {code: _yuan(fen) for code, fen in by_code}, "sum_yuan": _yuan(sum(shares))}


def published_sum(*, total_wan_yuan: Amount, items_wan_yuan: Sequence[Amount]) -> Answer:
    """A published total against its items, in whole 万元: difference_wan_yuan; outcome: agrees, rounding or differs."""
    parts = [fen_of(amount, WAN) for amount in items_wan_yuan]
    gap, said = printed_sum(fen_of(total_wan_yuan, WAN), parts, FEN_PER_WAN)
    return {"difference_wan_yuan": _wan(gap), "outcome": said}


def prepayment(terms: Terms, *, declared_yuan: Amount) -> Answer:
    """A month's prepayment: deposit_yuan withheld, prepaid_yuan."""
    declared = fen_of(declared_yuan)
    deposit = part_of(declared, terms.deposit_ratio)
    return {"deposit_yuan": _yuan(deposit), "prepaid_yuan": _yuan(declared - deposit)}


def fund_progress(
    terms: Terms,
    *,
    available_wan_yuan: Amount,
    spent_wan_yuan: Sequence[Amount],
    last_year_wan_yuan: Sequence[Amount] | None = None,
) -> Answer:
    """The months so far against their share of the budget.

    Args:
        terms: the terms; the reading ``month_share`` says how the budget is allotted to months.
        available_wan_yuan: for the whole year.
        spent_wan_yuan: the months so far, from January.
        last_year_wan_yuan: last year's twelve months, where the reading needs them.

    Returns:
        allotted_to_date_wan_yuan, over_wan_yuan, used_pct, ahead_pp (exact).
    """
    available = fen_of(available_wan_yuan, WAN)
    spent = [fen_of(amount, WAN) for amount in spent_wan_yuan]
    shape = [fen_of(amount, WAN) for amount in last_year_wan_yuan or []]
    _, to_date = allotted(terms.readings.month_share, available, spent, shape)
    used = Decimal(100 * sum(spent)) / available
    return {
        "allotted_to_date_wan_yuan": _wan(to_date[-1]),
        "over_wan_yuan": _wan(sum(spent) - to_date[-1]),
        "used_pct": used,
        "ahead_pp": used - Decimal(100 * len(spent)) / MONTHS_A_YEAR,
    }


def fund_forecast(
    terms: Terms,
    *,
    available_wan_yuan: Amount,
    spent_wan_yuan: Sequence[Amount],
    last_year_wan_yuan: Sequence[Amount] | None = None,
) -> Answer:
    """The year's end from two months or more, as ``fund_progress`` takes them.

    Returns:
        charges_wan_yuan, low_wan_yuan, high_wan_yuan (ends of the interval), surplus_wan_yuan, probability (of an
        overrun).
    """
    available = fen_of(available_wan_yuan, WAN)
    spent = [fen_of(amount, WAN) for amount in spent_wan_yuan]
    shape = [fen_of(amount, WAN) for amount in last_year_wan_yuan or []] or [1] * MONTHS_A_YEAR
    cases, probability = year_end(spent, shape, available, terms.interval_percent)
    charges = {f"{case}_wan_yuan": _wan(fen) for case, fen in cases.items() if case != CENTRAL}
    return charges | {
        "charges_wan_yuan": _wan(cases[CENTRAL]),
        "surplus_wan_yuan": _wan(available - cases[CENTRAL]),
        "probability": probability,
    }


CALLS: Mapping[str, Callable[..., Answer]] = {
    "fund_settlement": fund_settlement,
    "overrun_split": overrun_split,
    "settlement_split": settlement_split,
    "published_sum": published_sum,
    "prepayment": prepayment,
    "fund_progress": fund_progress,
    "fund_forecast": fund_forecast,
}


def plain_inputs(
    year: int, items_wan_yuan: Mapping[str, Amount], institutions: Sequence[Mapping[str, Any]]
) -> FundInputs:
    """The frames of a case: all claims in January, months without any standing at zero."""
    stop_on(
        problem("unknown_key", f"institutions 里没有“{name}”这一项", hint(name, FIELDS), "请改正")
        for one in institutions
        for name in one
        if name not in FIELDS
    )
    stop_on(
        problem("missing_key", "institutions 里有一条没有写 code", "此项必填", "请补上")
        for one in institutions
        if "code" not in one
    )
    months = months_of(year)
    nowhere = dict.fromkeys(SOURCE, "")
    items = [
        {"item": item, "month": "", "amount_fen": fen_of(amount, WAN), "status": "final", **nowhere}
        for item, amount in items_wan_yuan.items()
    ]
    penalties = [
        {"institution": one["code"], "document": "", "amount_fen": fen_of(one["penalty_wan_yuan"], WAN), **nowhere}
        for one in institutions
        if "penalty_wan_yuan" in one
    ]
    paid = [
        {
            "institution": one["code"], "month": months[0], "declared_fen": _fen(one, "declared"),
            "paid_fen": _fen(one, "prepaid"), **nowhere,
        }
        for one in institutions
    ]  # fmt: skip
    return FundInputs(
        items=_frame(items, ITEM_COLUMNS, "amount_fen"),
        institutions=_frame([_institution(one) for one in institutions], INSTITUTION_COLUMNS, "score"),
        costs=_frame(
            [row for one in institutions for row in _costs(one, months)],
            COST_COLUMNS, "records", "medfee_fen", "hifp_fen", "fund_fen",
        ),
        penalties=_frame(penalties, PENALTY_COLUMNS, "amount_fen"),
        prepayments=_frame(paid, PREPAYMENT_COLUMNS, "declared_fen", "paid_fen"),
    )  # fmt: skip


def _institution(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one.get("kind", "hospital")
    return {
        "institution": one["code"],
        "name": one["code"],
        "kind": kind,
        "level": one.get("level", ""),
        "is_member": one.get("is_member", kind in ("hospital", "clinic")),
        "is_dip": "dip_wan_yuan" in one,
        "is_scored": "score" in one,
        "score": int(Decimal(str(one.get("score", 0))) * POINT_E4),
        "from_month": "",
        "to_month": "",
    } | dict.fromkeys(SOURCE, "")


def _costs(one: Mapping[str, Any], months: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for name, flags in COSTS.items():
        if name != "cost" and f"{name}_wan_yuan" not in one:
            continue
        paid = _fen(one, name)
        whole = _fen(one, "medfee") if name == "cost" and "medfee_wan_yuan" in one else paid
        for month in months:
            fen, medfee = (paid, whole) if month == months[0] else (0, 0)
            key = dict(zip(("is_dip", "is_psychiatric", "is_four_disease"), flags, strict=True))
            rows.append(
                {"institution": one["code"], "month": month, "category": "outpatient", **key, "records": 0}
                | {"medfee_fen": medfee, "hifp_fen": fen, "fund_fen": fen}
            )
    return rows


def _fen(one: Mapping[str, Any], name: str) -> int:
    return fen_of(one.get(f"{name}_wan_yuan", 0), WAN)


def _frame(rows: list[dict[str, Any]], columns: list[str], *whole: str) -> pd.DataFrame:
    flags = [name for name in columns if name.startswith("is_")]
    texts = [name for name in columns if name not in (*whole, *flags)]
    kinds: dict[str, Any] = dict.fromkeys(texts, "str") | dict.fromkeys(whole, "int64") | dict.fromkeys(flags, "bool")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _by_institution(table: pd.DataFrame, column: str) -> dict[str, Decimal]:
    return {str(code): _yuan(int(fen)) for code, fen in zip(table["institution"], table[column], strict=True)}


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_PER_YUAN


def _wan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_PER_WAN
