"""Assistance arithmetic on single cases, plain values in and out: what a worked example written as data calls.

Amounts go in as an int or as text ("0.01"; never a float) and come out as printed text with thousands and two decimals.
A call with a ``book`` is given the rules of the place by whoever runs the example.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from fhdata.funds.assistance_cost import classified_aid, split_arrears
from fhdata.funds.assistance_document import check_document, nursing_allowance_fen
from fhdata.funds.assistance_faults import spending_faults
from fhdata.funds.assistance_funding import funding_due, funding_gap
from fhdata.funds.assistance_methods import by_headcount, household_supplement_fen, side_by_side
from fhdata.money import apportion, fen_of, money_text
from fhdata.problems import ProblemsFound, hint, problem
from fhdata.rules.rulebook import RuleBook
from fhdata.rules.standards import MONTHS_A_YEAR, rates, standards_on

SOURCES = {"source_file": "", "source_sheet": "", "source_cell": ""}
ONE = {"township": "—", "category": "—"}
ROSTER = ["household_id", "township", "category", "persons", "income_fen", *SOURCES]
WHOLE = {"persons": "int64", "income_fen": "int64"}
Amount = str | int


def standard(*, book: RuleBook, category: str, on: date) -> dict[str, Any]:
    """What a category is paid a month on a day: standard_yuan, payment, is_floor, source."""
    row = _row(standards_on(book, on), "category", category)
    return {"standard_yuan": money_text(row["standard_fen"]), **{name: row[name] for name in ("payment", "source")}} | {
        "is_floor": bool(row["is_floor"])
    }


def nursing_allowance(*, wage_yuan: Amount, share: str) -> dict[str, Any]:
    """Care allowance for a minimum wage: allowance_yuan; ``share`` is "1/10", "1/6" or "1/3"."""
    return {"allowance_yuan": money_text(nursing_allowance_fen(fen_of(wage_yuan), Fraction(share)))}


def document_check(*, book: RuleBook, key: str, on: date) -> dict[str, Any]:
    """One check of the document against itself: printed_yuan, expected_yuan, outcome."""
    row = _row(check_document(book, on), "key", key)
    amounts = {f"{name}_yuan": money_text(row[f"{name}_fen"]) for name in ("printed", "expected")}
    return amounts | {"outcome": row["outcome"]}


def household_supplement(*, standard_yuan: Amount, persons: int, income_yuan: Amount) -> dict[str, Any]:
    """What one family is topped up by a month: supplement_yuan; income of the whole family a month."""
    fen = household_supplement_fen(fen_of(standard_yuan), persons, fen_of(income_yuan))
    return {"supplement_yuan": money_text(int(fen))}


def assistance_increase(
    *, book: RuleBook, year: int, persons: Mapping[str, int], last_paid_month: str
) -> dict[str, Any]:
    """A year's raise by heads, the same persons every month: increase_yuan, arrears_yuan, current_yuan."""
    months = [f"{year}-{month:02d}" for month in range(1, MONTHS_A_YEAR + 1)]
    rate = rates(book, months, date(year - 1, 12, 31))
    counts = pd.DataFrame({"category": list(persons), "persons": list(persons.values())}).assign(
        township="—", **SOURCES
    )
    costs = by_headcount(counts.merge(pd.DataFrame({"month": months}), how="cross"), rate)
    line = split_arrears(costs, last_paid_month, "increase_by_headcount_fen", ["township"]).iloc[0]
    return {
        "increase_yuan": money_text(line["total_fen"]),
        "arrears_yuan": money_text(line["arrears_fen"]),
        "current_yuan": money_text(line["current_fen"]),
    }


def assistance_methods(
    *,
    old_yuan: Amount,
    new_yuan: Amount,
    persons: int,
    last_year_mean_yuan: Amount,
    families: Sequence[Sequence[Any]],
    payment: str = "difference",
) -> dict[str, Any]:
    """One month of one category by the three methods; ``families`` are [persons, income_yuan a month].

    Gives every column of ``side_by_side`` that is an amount as ``…_yuan``, the others as they are.
    """
    old, new = fen_of(old_yuan), fen_of(new_yuan)
    month = ONE | {"month": "—", "payment": payment, "old_fen": old, "new_fen": new, "delta_fen": new - old}
    counts = ONE | {"month": "—", "persons": persons} | SOURCES
    past = ONE | {"persons": 1, "mean_supplement_fen": fen_of(last_year_mean_yuan)}
    roster = [
        ONE | {"household_id": str(number), "persons": heads, "income_fen": fen_of(income)} | SOURCES
        for number, (heads, income) in enumerate(families)
    ]
    frames = [
        pd.DataFrame([counts]),
        pd.DataFrame(roster, columns=ROSTER).astype(WHOLE),
        pd.DataFrame([past]),
        pd.DataFrame([month]),
    ]
    row = side_by_side(*frames).iloc[0]
    numbers = {str(name): int(row[name]) for name in row.index if name not in ("township", "category", "month")}
    return {
        name.replace("_fen", "_yuan"): money_text(number) if name.endswith("_fen") else number
        for name, number in numbers.items()
    }


def classified(*, amounts_yuan: Mapping[str, Amount], groups_of: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Classified aid of some persons a month: persons, classified_yuan; ``groups_of`` a person are one or several."""
    amounts = pd.DataFrame({"group": list(amounts_yuan), "amount_fen": [fen_of(one) for one in amounts_yuan.values()]})
    pairs = [(person, group) for person, groups in groups_of.items() for group in groups]
    members = pd.DataFrame(pairs, columns=["person_id", "group"]).assign(**ONE, **SOURCES)
    paid = classified_aid(members, amounts)
    return {"persons": int(paid["persons"].sum()), "classified_yuan": money_text(int(paid["classified_fen"].sum()))}


def funding(*, cost_yuan: Amount, shares: Mapping[str, str], appropriated_yuan: Mapping[str, Amount]) -> dict[str, Any]:
    """Who pays for one category: due_yuan and gap_yuan by payer."""
    costs = pd.DataFrame([{"category": "—", "cost_fen": fen_of(cost_yuan)}])
    table = pd.DataFrame({"payer": list(shares), "share": list(shares.values())}).assign(category="—", **SOURCES)
    received = pd.DataFrame({"payer": list(appropriated_yuan), "appropriated_fen": [
        fen_of(one) for one in appropriated_yuan.values()
    ]}).assign(**SOURCES)  # fmt: skip
    gap = funding_gap(funding_due(costs, table), received).set_index("payer")
    return {
        f"{name}_yuan": {payer: money_text(fen) for payer, fen in gap[f"{name}_fen"].items()} for name in ("due", "gap")
    }


def apportionment(*, pool_yuan: Amount, weights: Sequence[Amount], codes: Sequence[str]) -> dict[str, Any]:
    """A pool shared out to the fen: shares_yuan, in the order given."""
    exact = [Fraction(str(weight)) for weight in weights]
    return {"shares_yuan": [money_text(fen) for fen in apportion(fen_of(pool_yuan), exact, codes)]}


def spending_check(
    *, persons: int, mean_yuan: Amount, months: int, spending_wan_yuan: Amount, tolerance: str
) -> dict[str, Any]:
    """Printed spending against persons × mean × months: product_wan_yuan and fault ("" where there is none)."""
    row = ONE | SOURCES | {
        "persons": persons,
        "mean_supplement_fen": fen_of(mean_yuan),
        "months": months,
        "spending_fen": fen_of(spending_wan_yuan, "万元"),
    }  # fmt: skip
    found = spending_faults(pd.DataFrame([row]), Fraction(tolerance))
    product = persons * fen_of(mean_yuan) * months
    return {"product_wan_yuan": money_text(product, "万元"), "fault": found[0].code if found else ""}


CALLS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "standard": standard,
    "nursing_allowance": nursing_allowance,
    "document_check": document_check,
    "household_supplement": household_supplement,
    "assistance_increase": assistance_increase,
    "assistance_methods": assistance_methods,
    "classified": classified,
    "funding": funding,
    "apportionment": apportionment,
    "spending_check": spending_check,
}


def _row(table: pd.DataFrame, column: str, name: str) -> "pd.Series[Any]":
    found = table[table[column] == name]
    if found.empty:
        raise ProblemsFound([problem("unknown_name", f"没有“{name}”", hint(name, table[column]), "请改正")])
    return found.iloc[0]
