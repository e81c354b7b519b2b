"""What a raise of the standards costs (提标资金测算): three methods, apart and side by side."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fhdata.funds.assistance_inputs import (
    DIFFERENCE,
    FULL,
    KEYS,
    at_cells,
    headcount_problems,
    household_problems,
)
from fhdata.money import require_fen
from fhdata.problems import Problem, stop_on

NEEDS = ["need_by_headcount_fen", "need_by_household_fen", "need_by_mean_fen"]
METHODS = [*NEEDS, "need_spread_fen", "increase_by_headcount_fen", "increase_by_household_fen", "increase_spread_fen"]
ELIGIBLE = ["newly_eligible_households", "newly_eligible_persons", "newly_eligible_fen"]


def by_headcount(headcounts: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Method 1: every person gets the whole raise; the upper bound.

    One row a township, category and month. increase = persons × Δ, fen.

    Args:
        headcounts: township, category, month, persons (int64), source_file, source_sheet, source_cell; no total rows.
        rates: see ``rules.standards.rates``.

    Returns:
        township, category, month, persons, payment, old_fen, new_fen, delta_fen, increase_by_headcount_fen (int64).

    Raises:
        ProblemsFound: everything that is wrong with the table.

    Source: 凤政函〔2023〕43号 三（县民政局要做好提标资金测算）.
    """
    stop_on(headcount_problems(headcounts, rates))
    rated = headcounts[[*KEYS, "persons"]].merge(
        rates[["category", "month", "payment", "old_fen", "new_fen", "delta_fen"]],
        on=["category", "month"],
        validate="many_to_one",
    )
    return rated.assign(increase_by_headcount_fen=rated["persons"] * rated["delta_fen"])


def household_supplement_fen(standard_fen: ArrayLike, persons: ArrayLike, income_fen: ArrayLike) -> NDArray[np.int64]:
    """What families are topped up by a month: max(0, standard × persons − family income), fen.

    Never divided by persons first: 632 元 × 3 − 1,894 元 is 2 元.

    Args:
        standard_fen: standard of one person a month.
        persons: persons of the family.
        income_fen: income of the whole family a month.

    Example:
        >>> int(household_supplement_fen(63200, 3, 189400))
        200
    """
    need = np.asarray(standard_fen, dtype=np.int64) * np.asarray(persons, dtype=np.int64)
    return np.asarray(np.maximum(need - np.asarray(income_fen, dtype=np.int64), 0), dtype=np.int64)


def by_household(households: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Method 2: every family again, at the old and at the new standard.

    One row a township, category and month of ``rates``. Of a category that is topped up: supplement =
    max(0, standard × persons − family income); of one paid as it stands: standard × persons. A family is newly eligible
    when the old standard gave it nothing and the new one gives it something. The roster stands for every month.

    Args:
        households: household_id (hashed), township, category, persons, income_fen (int64, of the family a month),
            source_file, source_sheet, source_cell.
        rates: see ``rules.standards.rates``.

    Returns:
        township, category, month, roster_households, roster_persons (those that receive at the new standard),
        paid_before_fen, need_by_household_fen, increase_by_household_fen, newly_eligible_households,
        newly_eligible_persons, newly_eligible_fen; all int64.

    Raises:
        ProblemsFound: everything that is wrong with the roster.

    Source: 凤政函〔2023〕43号 一（一）、三.
    """
    stop_on(household_problems(households, rates))
    standards = rates[["category", "month", "payment", "old_fen", "new_fen"]]
    rated = households[["township", "category", "persons", "income_fen"]].merge(standards, on="category")
    income = rated["income_fen"].where(rated["payment"] == DIFFERENCE, 0)
    old = household_supplement_fen(rated["old_fen"], rated["persons"], income)
    new = household_supplement_fen(rated["new_fen"], rated["persons"], income)
    receives, is_newly = new > 0, (old == 0) & (new > 0)
    persons = rated["persons"].to_numpy()
    amounts = {
        "roster_households": receives.astype(np.int64),
        "roster_persons": np.where(receives, persons, 0),
        "paid_before_fen": old,
        "need_by_household_fen": new,
        "increase_by_household_fen": new - old,
        "newly_eligible_households": is_newly.astype(np.int64),
        "newly_eligible_persons": np.where(is_newly, persons, 0),
        "newly_eligible_fen": np.where(is_newly, new, 0),
    }
    return rated[KEYS].assign(**amounts).groupby(KEYS, as_index=False).sum()


def by_mean(headcounts: pd.DataFrame, last_year: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Method 3: this year's persons at last year's mean supplement; what it costs if nothing rises.

    One row a township, category and month. need = persons × (Σ last year's persons × mean ÷ Σ last year's persons),
    once half up to the fen; of a category paid as it stands: persons × old standard.

    Args:
        headcounts: as for ``by_headcount``.
        last_year: township, category, persons, mean_supplement_fen (int64); any number of months.
        rates: see ``rules.standards.rates``.

    Returns:
        township, category, month, need_by_mean_fen (int64).

    Raises:
        ProblemsFound: the table's faults, and categories topped up by household that have no mean of last year.

    Source: 凤政函〔2023〕43号 三.
    """
    require_fen(last_year, "persons", "mean_supplement_fen")
    paid = last_year.assign(paid_fen=last_year["persons"] * last_year["mean_supplement_fen"])
    sums = paid.groupby(["township", "category"])[["paid_fen", "persons"]].sum()
    rated = by_headcount(headcounts, rates)
    keys = pd.MultiIndex.from_frame(rated[["township", "category"]])
    past = sums.reindex(keys, fill_value=0)
    persons, old = rated["persons"].to_numpy(), rated["old_fen"].to_numpy()
    person_months = past["persons"].to_numpy()
    lacks_mean = (rated["payment"] == DIFFERENCE).to_numpy() & (person_months == 0) & (persons > 0)
    stop_on(_no_mean(headcounts.merge(rated.loc[lacks_mean, KEYS], on=KEYS)))
    need = _times_ratio(persons, past["paid_fen"].to_numpy(), np.maximum(person_months, 1))
    need = np.where(rated["payment"] == FULL, persons * old, need)
    return rated[KEYS].assign(need_by_mean_fen=need)


def side_by_side(
    headcounts: pd.DataFrame, households: pd.DataFrame, last_year: pd.DataFrame, rates: pd.DataFrame
) -> pd.DataFrame:
    """The three methods beside each other, and how far they lie apart.

    One row a township, category and month. Methods are compared by what the month needs at the new standard:
    1 last year's mean + Δ for everybody (the upper bound for the persons counted) · 2 family by family, newly eligible
    ones with it · 3 last year's mean (nothing rises: the lower bound). The raise alone is known to methods 1 and 2.
    Spread = largest − smallest.

    Args:
        headcounts: as for ``by_headcount``.
        households: as for ``by_household``; categories paid as they stand may be missing, their persons then count.
        last_year: as for ``by_mean``.
        rates: see ``rules.standards.rates``.

    Returns:
        township, category, month, persons, need_by_headcount_fen, need_by_household_fen, need_by_mean_fen,
        need_spread_fen, increase_by_headcount_fen, increase_by_household_fen, increase_spread_fen, paid_before_fen,
        newly_eligible_households, newly_eligible_persons, newly_eligible_fen; all but the keys int64.

    Raises:
        ProblemsFound: the tables' faults, and townships that stand in one table and not in the other.

    Source: 凤政函〔2023〕43号 三.
    """
    first = by_headcount(headcounts, rates)
    third = by_mean(headcounts, last_year, rates)
    second = by_household(households, rates)
    stop_on(_missing_rosters(headcounts, first, second) + _missing_headcounts(households, first, second))
    second = pd.concat([second, _paid_in_full(first, second)], ignore_index=True)
    keys = pd.concat([first[KEYS], second[KEYS]]).drop_duplicates().sort_values(KEYS)
    index = pd.MultiIndex.from_frame(keys)
    numbers = [
        first[[*KEYS, "persons", "increase_by_headcount_fen"]].set_index(KEYS),
        second.set_index(KEYS),
        third.set_index(KEYS),
    ]
    table = pd.concat([frame.reindex(index, fill_value=0) for frame in numbers], axis=1)
    table["need_by_headcount_fen"] = table["need_by_mean_fen"] + table["increase_by_headcount_fen"]
    table["need_spread_fen"] = table[NEEDS].max(axis=1) - table[NEEDS].min(axis=1)
    table["increase_spread_fen"] = (table["increase_by_headcount_fen"] - table["increase_by_household_fen"]).abs()
    return table[["persons", *METHODS, "paid_before_fen", *ELIGIBLE]].reset_index()


def _times_ratio(
    count: NDArray[np.int64], numerator: NDArray[np.int64], denominator: NDArray[np.int64]
) -> NDArray[np.int64]:
    """count × numerator ÷ denominator half up, in two parts so that the product stays within int64."""
    whole, rest = np.divmod(numerator, denominator)
    result: NDArray[np.int64] = count * whole + (2 * count * rest + denominator) // (2 * denominator)
    return result


def _paid_in_full(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Categories paid as they stand that have no roster: there is no income to test, so persons are enough."""
    rows = first[(first["payment"] == FULL) & ~_stands_in(first, second)]
    return rows[KEYS].assign(
        paid_before_fen=rows["persons"] * rows["old_fen"],
        need_by_household_fen=rows["persons"] * rows["new_fen"],
        increase_by_household_fen=rows["persons"] * rows["delta_fen"],
        roster_households=np.int64(0),
        roster_persons=rows["persons"],
        **dict.fromkeys(ELIGIBLE, np.int64(0)),
    )


def _stands_in(rows: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.bool_]:
    return pd.MultiIndex.from_frame(rows[KEYS]).isin(pd.MultiIndex.from_frame(table[KEYS]))


def _missing_rosters(headcounts: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame) -> list[Problem]:
    lacking = first[(first["payment"] == DIFFERENCE) & (first["persons"] > 0) & ~_stands_in(first, second)]
    return at_cells(
        headcounts.merge(lacking[KEYS], on=KEYS).drop_duplicates(["township", "category"]),
        "no_roster",
        lambda row: f"{row.township} {row.category} 有 {row.persons} 人而名册中没有一户",
        "按户补差的类别须有名册",
        "请补报名册",
    )


def _missing_headcounts(households: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame) -> list[Problem]:
    """Families already paid in a township whose persons were not reported; newly eligible ones need no such row."""
    already = second["roster_households"] > second["newly_eligible_households"]
    lacking = second[already & ~_stands_in(second, first)].drop_duplicates(["township", "category"])
    rows = households.merge(lacking[["township", "category"]], on=["township", "category"])
    return at_cells(
        rows.drop_duplicates(["township", "category"]),
        "no_headcount",
        lambda row: f"{row.township} {row.category} 有名册而人数表缺月份或缺行",
        "测算的每个月都须有人数",
        "请补报人数表",
    )


def _no_mean(rows: pd.DataFrame) -> list[Problem]:
    return at_cells(
        rows.drop_duplicates(["township", "category"]),
        "no_mean_last_year",
        lambda row: f"{row.township} {row.category} 没有上年人均补差",
        "按人均补差测算须有上年人数表",
        "请补报上年人数表",
    )
