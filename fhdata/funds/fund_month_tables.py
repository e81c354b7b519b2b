"""The tables of a fund report's month: costs inside and outside the 医共体, by institution, the year's path."""

from collections.abc import Sequence

import pandas as pd

from fhdata.funds import fund_month
from fhdata.funds.claim_sums import MEMBER, OUTSIDE
from fhdata.funds.fund_forecast import CENTRAL, HIGH, LOW, Forecast
from fhdata.funds.fund_inputs import CATEGORIES
from fhdata.funds.fund_standing import MONTHS_A_YEAR
from fhdata.funds.fund_tables import ALL_NAME, KIND_NAMES
from fhdata.funds.fund_terms import Terms
from fhdata.funds.reconciliation import CATEGORY_NAMES
from fhdata.money import divided_half_up
from fhdata.rules.fund import LINE

PLACE_NAMES = {MEMBER: "医共体内", OUTSIDE: "医共体外"}
ALL = ""
MEASURES = [f"{span}_{name}" for span in ("month", "year") for name in ("records", "medfee_fen", "hifp_fen")]
CASES = (LOW, CENTRAL, HIGH)
BUDGET_LINE, COST_LINE = f"{LINE}budget", f"{LINE}institution_costs"


def in_and_out(accounted: pd.DataFrame, persons: pd.DataFrame, month: str) -> pd.DataFrame:
    """What was spent inside and outside the 医共体, by category: the month and the year to date.

    Grain: one row a place and category, one a place for all categories, and one for all.

    Args:
        accounted: as ``fund_month.account`` gives it.
        persons: as ``claim_sums.persons`` gives them.
        month: such as ``2023-03``.

    Returns:
        place, place_name, category, category_name, persons (of the month; missing for all places together, where a
        person would count twice), month_… and year_… of records, medfee_fen, hifp_fen, year_ratio (of all that the
        fund paid).

    Source: 凤政办发〔2023〕1号 第五条.
    """
    counted = persons[persons["month"] == month].set_index(["place", "category"])["persons"].to_dict()
    by_place = fund_month.in_and_out(accounted)
    whole = int(by_place["year_hifp_fen"].sum())
    rows = []
    for place, category in [*((one, of) for one in PLACE_NAMES for of in (*CATEGORIES, ALL)), (ALL, ALL)]:
        here = by_place[(by_place["place"] == place) | (place == ALL)]
        here = here[(here["category"] == category) | (category == ALL)]
        sums = {name: int(here[name].sum()) for name in MEASURES}
        if any(sums.values()):
            words = (PLACE_NAMES.get(place, ALL_NAME), CATEGORY_NAMES.get(category, ALL_NAME))
            names = dict(zip(("place_name", "category_name"), words, strict=True))
            counts = {"persons": counted.get((place, category), 0) if place else None}
            share = {"year_ratio": sums["year_hifp_fen"] / whole if whole else None}
            rows.append({"place": place, "category": category} | names | counts | sums | share)
    return pd.DataFrame(rows).astype({"persons": "Int64"} | dict.fromkeys(MEASURES, "int64"))


def by_institution(accounted: pd.DataFrame, institutions: pd.DataFrame) -> pd.DataFrame:
    """What each institution cost the fund (统筹基金支付): the month by category, the year with and without DIP.

    Grain: one row an institution with costs, members first, by code.

    Args:
        accounted: as ``fund_month.account`` gives it.
        institutions: the roster.

    Returns:
        institution, name, kind_name, place_name, outpatient_fen, inpatient_fen, dual_channel_fen, pharmacy_fen,
        month_fen, month_dip_fen, year_fen, year_dip_fen, year_other_fen; int64.
    """
    parts = {
        f"{category}_fen": accounted["month_hifp_fen"].where(accounted["category"] == category, 0)
        for category in CATEGORIES
    }
    dip = accounted["is_dip"]
    parts |= {"month_fen": accounted["month_hifp_fen"], "month_dip_fen": accounted["month_hifp_fen"].where(dip, 0)}
    parts |= {"year_fen": accounted["year_hifp_fen"], "year_dip_fen": accounted["year_hifp_fen"].where(dip, 0)}
    parts |= {"year_other_fen": accounted["year_hifp_fen"].where(~dip, 0)}
    keys = ["institution", "name", "place"]
    table = accounted[keys].assign(**parts).groupby(keys, as_index=False).sum()
    kinds = institutions.drop_duplicates("institution", keep="last").set_index("institution")["kind"]
    named = table.assign(
        kind_name=table["institution"].map(kinds).map(KIND_NAMES), place_name=table["place"].map(PLACE_NAMES)
    )
    return named.sort_values(["place", "institution"], ignore_index=True)


def year_path(progress: pd.DataFrame, outlook: Forecast) -> pd.DataFrame:
    """The budget's use over the twelve months for a chart, with the forecast of December.

    Args:
        progress: as ``fund_month.progress`` gives it.
        outlook: the forecast.

    Returns:
        month (1-12), cost_fen (cumulative), planned_fen (available × month ÷ 12), low_fen, central_fen, high_fen;
        Int64, missing where there is nothing.
    """
    available = int(progress["available_fen"].iloc[-1])
    spent = [int(fen) for fen in progress["spent_to_date_fen"]]
    cases = dict(zip(outlook.table["case"], outlook.table["charges_fen"], strict=True))
    is_open = len(spent) < MONTHS_A_YEAR
    rows = [
        {
            "month": month,
            "cost_fen": spent[month - 1] if month <= len(spent) else None,
            "planned_fen": divided_half_up(available * month, MONTHS_A_YEAR),
        }
        | {f"{case}_fen": cases.get(case, cases[CENTRAL]) if is_open and month == 12 else None for case in CASES}
        for month in range(1, MONTHS_A_YEAR + 1)
    ]
    table = pd.DataFrame(rows)
    return table.astype({name: "Int64" for name in table.columns if name.endswith("_fen")} | {"month": "int64"})


def named_forecast(outlook: Forecast) -> pd.DataFrame:
    """The forecast's cases in words."""
    names = {
        CENTRAL: "推算",
        LOW: f"费用偏低（区间{outlook.interval_percent}%）",
        HIGH: f"费用偏高（区间{outlook.interval_percent}%）",
    }
    return outlook.table.assign(case_name=outlook.table["case"].map(names))


def of_month(prepayments: pd.DataFrame, month: str) -> pd.DataFrame:
    """The prepayments of one month, marked where the deposit's ratio is unverified."""
    rows = prepayments[prepayments["month"] == month].reset_index(drop=True)
    return rows.assign(mark=rows["is_unverified"].map({True: "*", False: ""}))


def named_reversals(reversals: pd.DataFrame, institutions: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """Refunds and claims of an earlier year's stays, by institution and category.

    Args:
        reversals: as ``claim_sums.reversals`` gives them.
        institutions: the roster.
        months: the months told.

    Returns:
        institution, name, category, category_name, and the sums of ``reversals``.
    """
    rows = reversals[reversals["month"].isin(list(months))].drop(columns="month")
    sums = rows.groupby(["institution", "category"], as_index=False).sum()
    names = dict(zip(institutions["institution"], institutions["name"], strict=True))
    return sums.assign(name=sums["institution"].map(names), category_name=sums["category"].map(CATEGORY_NAMES))


def published_progress(progress: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The budget's use as published: one row a month, with the article it rests on."""
    return progress.assign(title="预算执行", rule_source=terms.rules[BUDGET_LINE].citation)


def published_account(accounted: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The month's costs as published: one key a row, with the article they rest on."""
    dip = accounted["is_dip"].map({True: ".dip", False: ""})
    return accounted.assign(
        code=accounted["institution"] + "." + accounted["category"] + dip,
        rule_source=terms.rules[COST_LINE].citation,
    )
