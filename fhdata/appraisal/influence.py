"""What decides the ranks: each item's share of the differences, departments that score generously or themselves."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fhdata.appraisal.grid import GROUP
from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.month import Months
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Floats, Ints, divided
from fhdata.appraisal.scoring import cells_table


def effective_weights(months: Months) -> pd.DataFrame:
    """How much of the differences between units each item makes: one row a county, month, series and item that counts.

    effective share = covariance of the item's points with the points before bonuses ÷ variance of those points; the
    shares of a series add up to 1, one may be negative.

    Returns:
        county, month, series, item, department, weight_e4, nominal_ratio, effective_ratio (NaN where all units have
        the same points), is_flat (all scores of the item are the same: it decides nothing), lowest_e4, highest_e4,
        mean_e4 (of real scores), scored_units, imputed_units.
    """
    scored = months.scored
    grid = scored.grid
    kept = scored.is_kept & (grid.items["weight_e4"].to_numpy()[grid.item_at] > 0)
    item, row = grid.item_at[kept], grid.row_at[kept]
    value = (scored.numerator / scored.denominator)[kept]
    share = grid.items["weight_e4"].to_numpy()[item] * value / scored.whole_e4[row]
    size = len(grid.items)
    total = np.bincount(row, weights=share, minlength=len(grid.rows))
    group = group_ids(grid.rows, GROUP)
    off_total = _from_mean(total, group)[row]
    covariance = np.bincount(item, weights=_from_mean(share, item) * off_total, minlength=size)
    variance = np.bincount(group[row], weights=_from_mean(share, item) * off_total)
    item_group = np.zeros(size, dtype=np.int64)
    item_group[item] = group[row]
    is_zero = variance[item_group] <= 1e-6  # of 0.0001 point squared: all totals are the same
    effective = np.where(is_zero, np.nan, covariance / np.where(is_zero, 1.0, variance[item_group]))
    table = grid.items[[*GROUP, "item", "department", "weight_e4"]].assign(
        nominal_ratio=grid.items["weight_e4"] / grid.items.groupby(GROUP, observed=True)["weight_e4"].transform("sum"),
        effective_ratio=effective,
    )
    spread = _spread(months, size)
    is_counted = np.bincount(item, minlength=size) > 0
    return table.assign(**spread)[is_counted].reset_index(drop=True)


def self_scoring(months: Months) -> pd.DataFrame:
    """Departments that score themselves: one row a county, month and item whose department is itself scored on it.

    Returns:
        county, month, series, item, unit, unit_name, own_e4, others_mean_e4, gap_e4 (own − others), own_place (place on
        this item), others (how many), rank, rank_at_mean (rank if it had the others' mean on this item).
    """
    grid = months.scored.grid
    departments = grid.items["department"].astype("object").to_numpy()[grid.item_at]
    units = grid.rows["unit"].astype("object").to_numpy()[grid.row_at]
    has_own = np.bincount(grid.item_at, weights=grid.is_scored & (departments == units), minlength=len(grid.items)) > 0
    cells = cells_table(months.scored, grid.is_scored & has_own[grid.item_at])
    item = group_ids(cells, [*GROUP, "item"])
    score = cells["score_e4"].to_numpy(dtype=np.int64)
    total, count = np.bincount(item, weights=score)[item], np.bincount(item)[item]
    others = divided(total - score, np.maximum(count - 1, 1))
    above = cells.assign(place=cells.groupby([*GROUP, "item"], observed=True)["score_e4"].rank("min", ascending=False))
    own = above.assign(own_e4=score, others_mean_e4=others, gap_e4=score - others, others=count - 1)
    is_own = (own["department"] == own["unit"]) & (own["others"] > 0)
    own = own[is_own].reset_index(drop=True)
    columns = [*GROUP, "item", "unit", "unit_name", "own_e4", "others_mean_e4", "gap_e4", "own_place", "others"]
    table = own.assign(own_place=own["place"].astype("int64"))
    return table[columns].assign(**_ranks_at_mean(months.ranking, table))


def leniency(months: Months) -> pd.DataFrame:
    """How generously each department scores: one row a county, month, series and item with real scores.

    leniency = mean over the units it scored of (its score − the unit's mean on its other scored items): the same units
    compared on other departments' items.

    Returns:
        county, month, series, item, department, scored_units, mean_e4, leniency_e4 (Int64, empty where the units
        have no other score), spread_e4 (standard deviation), full_ratio (share of scores of 100).
    """
    grid = months.scored.grid
    scored = grid.is_scored
    item, row, score = grid.item_at[scored], grid.row_at[scored], grid.score_e4[scored].astype(np.float64)
    rows, size = len(grid.rows), len(grid.items)
    total, count = np.bincount(row, weights=score, minlength=rows)[row], np.bincount(row, minlength=rows)[row]
    has_others = count > 1
    gap = np.where(has_others, score - (total - score) / np.maximum(count - 1, 1), 0.0)
    compared = np.bincount(item, weights=has_others, minlength=size)
    n = np.bincount(item, minlength=size)
    mean = np.bincount(item, weights=score, minlength=size) / np.maximum(n, 1)
    spread = np.sqrt(np.bincount(item, weights=(score - mean[item]) ** 2, minlength=size) / np.maximum(n, 1))
    mean_gap = np.bincount(item, weights=gap, minlength=size) / np.maximum(compared, 1)
    table = grid.items[[*GROUP, "item", "department"]].assign(
        scored_units=n,
        mean_e4=np.rint(mean).astype(np.int64),
        leniency_e4=pd.Series(np.rint(mean_gap).astype(np.int64), dtype="Int64").mask(compared == 0),
        spread_e4=np.rint(spread).astype(np.int64),
        full_ratio=np.bincount(item, weights=score == 1_000_000, minlength=size) / np.maximum(n, 1),
    )
    return table[n > 0].reset_index(drop=True)


def _from_mean(values: ArrayLike, group: Ints) -> Floats:
    """Values less the mean of their group."""
    number = np.asarray(values, dtype=np.float64)
    count = np.bincount(group, minlength=1)
    mean = np.bincount(group, weights=number, minlength=1) / np.maximum(count, 1)
    return np.asarray(number - mean[group], dtype=np.float64)


def _spread(months: Months, size: int) -> dict[str, Ints]:
    """Lowest, highest and mean real score of each item, how many units have one, and whether they are all the same."""
    grid = months.scored.grid
    item, score = grid.item_at[grid.is_scored], grid.score_e4[grid.is_scored]
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(low, item, score)
    np.maximum.at(high, item, score)
    count = np.bincount(item, minlength=size)
    total = np.bincount(item, weights=score, minlength=size).astype(np.int64)
    return {
        "is_flat": low == high,
        "lowest_e4": low,
        "highest_e4": high,
        "mean_e4": divided(total, np.maximum(count, 1)),
        "scored_units": count,
        "imputed_units": np.bincount(grid.item_at[months.scored.is_imputed], minlength=size),
    }


def _ranks_at_mean(ranking: pd.DataFrame, own: pd.DataFrame) -> dict[str, Ints]:
    """The unit's rank, and its rank with the others' mean in place of its own score, the other units as they are."""
    named = own.rename(columns={"month": "period"})
    at = positions(named, ranking, [*RANKED, "unit"])
    groups = group_ids(ranking, RANKED)
    compared = ranking["compared_e4"].to_numpy(dtype=np.int64)
    shift = divided(own["gap_e4"].to_numpy() * own["weight_e4"].to_numpy(), own["whole_e4"].to_numpy())
    new = compared[at] - shift
    better = [
        int(((groups == groups[row]) & (compared > value) & (np.arange(len(compared)) != row)).sum())
        for row, value in zip(at, new, strict=True)
    ]
    return {"rank": ranking["rank"].to_numpy()[at], "rank_at_mean": np.array(better, dtype=np.int64) + 1}
