"""A made-up year of the medical fund (示例数据) whose figures are those of the specification's worked examples."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from rule_files import RULES

from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_single import plain_inputs
from fhdata.funds.fund_terms import Terms, terms_on
from fhdata.rules.fund import load_fund

WAN = 1_000_000  # fen
YEAR = 2023
# B = 36,000 − 3,600 − 18,000 − 3,150 − 600 − 850 = 9,800 万元
ITEMS = {
    "income_received": 36000,
    "dip_budget": 18000,
    "serious_illness_remitted": 3150,
    "psychiatric_pot": 600,
    "psychiatric_actual": 500,
    "four_disease_package": 850,
}
ONE, TWO, THREE, STORE = "示例一院", "示例甲院", "示例乙院", "示例药店"
FILE, SHEET = "示例基金收支.xlsx", "收支"


RULES_OF_THE_FUND = load_fund(RULES)


def terms(choices: Mapping[str, str] | None = None, month: int = 12) -> Terms:
    return terms_on(RULES_OF_THE_FUND, date(YEAR, month, 28), choices)


def institutions(at_one: int = 5000, at_store: int = 600, **of_one: Any) -> list[dict[str, Any]]:
    """One county hospital, two township clinics (2,000 and 1,000 万元) and a pharmacy."""
    return [
        {"code": ONE, "level": "county", "score": 90, "cost_wan_yuan": at_one, **of_one},
        {"code": TWO, "kind": "clinic", "level": "township", "score": 80, "cost_wan_yuan": 2000},
        {"code": THREE, "kind": "clinic", "level": "township", "score": 90, "cost_wan_yuan": 1000},
        {"code": STORE, "kind": "pharmacy", "cost_wan_yuan": at_store},
    ]


def year(at_one: int = 5000, at_store: int = 600, items: Mapping[str, Any] | None = None, **of_one: Any) -> FundInputs:
    """The year of the first worked example: S = 9,800 − 8,000 − 600 − 500 = 700 万元; items stand at C2, C3 …"""
    plain = plain_inputs(YEAR, items or ITEMS, institutions(at_one, at_store, **of_one))
    places = {"source_file": FILE, "source_sheet": SHEET}
    cells = [f"C{number}" for number in range(2, len(plain.items) + 2)]
    rows = [f"A{number}" for number in range(2, len(plain.institutions) + 2)]
    return replace(
        plain,
        items=plain.items.assign(**places, source_cell=cells),
        institutions=plain.institutions.assign(source_file="示例机构.xlsx", source_sheet="名册", source_cell=rows),
    )


def monthly(item: str, amounts: list[int], status: str = "final") -> pd.DataFrame:
    """An item month by month from January, 万元, in cells D2, D3 …"""
    rows = [
        (item, f"{YEAR}-{number:02d}", amount * WAN, status, FILE, SHEET, f"D{number + 1}")
        for number, amount in enumerate(amounts, 1)
    ]
    columns = ["item", "month", "amount_fen", "status", "source_file", "source_sheet", "source_cell"]
    return pd.DataFrame(rows, columns=columns)


def without(inputs: FundInputs, item: str) -> FundInputs:
    return replace(inputs, items=inputs.items[inputs.items["item"] != item].reset_index(drop=True))


def by_month(inputs: FundInputs, institution: str, amounts: list[int]) -> FundInputs:
    """The same year with an institution's controlled claims month by month, 万元."""
    months = [f"{YEAR}-{number:02d}" for number in range(1, 13)]
    fen = dict(zip(months, [amount * WAN for amount in amounts], strict=False))
    costs = inputs.costs
    is_own = (costs["institution"] == institution) & ~costs[["is_dip", "is_psychiatric", "is_four_disease"]].any(axis=1)
    wanted = costs["month"].map(fen).fillna(0).astype("int64")
    money = {name: costs[name].where(~is_own, wanted) for name in ("medfee_fen", "hifp_fen", "fund_fen")}
    return replace(inputs, costs=costs.assign(**money))
