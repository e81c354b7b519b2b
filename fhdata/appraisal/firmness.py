"""How firm a rank is: weights shaken many times, each item left out, each reading switched."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids
from fhdata.appraisal.month import Months, placed_months, points_before_events
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Bools, Floats, Ints
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import Scored

DRAWS = 10_000
KEY = [*RANKED, "unit"]


@dataclass(frozen=True)
class Block:
    """One series of one month as a matrix: units × items.

    Attributes:
        rows: positions of the units in the ranking.
        value_e4: score or imputed mean.
        is_kept: the cell counts.
        weight: weight of each item, points.
        items: positions of the items in the grid's table of items.
        extra_e4: bonus and deduction of each unit.
    """

    rows: Ints
    value_e4: Floats
    is_kept: Bools
    weight: Floats
    items: Ints
    extra_e4: Ints


def firmness(months: Months, scheme: Scheme, seed: int, draws: int = DRAWS) -> pd.DataFrame:
    """Ranks under shaken weights: one row a county, month and unit.

    In every draw each weight is multiplied by its own factor, uniform from 1 − spread to 1 + spread, and the weights
    are scaled to 100 again; totals are rounded to 0.0001 point and ranked, ties sharing a rank.

    Args:
        months: appraised months.
        scheme: spread of the weights and share of the draws an interval holds.
        seed: of the draws; the same seed gives the same table.
        draws: how many.

    Returns:
        RANKED, unit, unit_name, rank, rank_low and rank_high (the interval), rank_median, same_ratio (share of draws
        with the very rank), first_ratio, top_ratio (first three), bottom_ratio (last three), last_ratio.
    """
    random = np.random.default_rng(seed)
    return beside(months.ranking, [_shaken(block, scheme, random, draws) for block in blocks(months)])


def blocks(months: Months) -> list[Block]:
    """Every series of every month as a matrix, in the order of the ranking."""
    scored, ranking = months.scored, months.ranking
    grid = scored.grid
    group = group_ids(grid.rows, ["county", "month", "series"])
    extra = (ranking["bonus_e4"] + ranking["deduction_e4"]).to_numpy(dtype=np.int64)
    value = scored.numerator / scored.denominator
    weight = grid.items["weight_e4"].to_numpy(dtype=np.float64)
    found = []
    for rows in np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1):
        first = grid.first[rows[0]]
        last = grid.first[rows[-1] + 1] if rows[-1] + 1 < len(grid.first) else len(grid.row_at)
        shape = (len(rows), (last - first) // len(rows))
        items = grid.item_at[first : first + shape[1]]
        kept = scored.is_kept[first:last].reshape(shape)
        found.append(Block(rows, value[first:last].reshape(shape), kept, weight[items], items, extra[rows]))
    return found


def drawn_factors(scheme: Scheme, random: np.random.Generator, size: int | tuple[int, int]) -> Floats:
    """What weights are multiplied by, uniform from 1 − spread to 1 + spread."""
    return random.uniform(1 - scheme.spread_ratio, 1 + scheme.spread_ratio, size)


def drawn_points(block: Block, factors: Floats) -> Floats:
    """Points before bonuses in each draw: draws × units."""
    weights = factors * block.weight
    points = weights @ np.where(block.is_kept, block.value_e4, 0.0).T
    has_all = bool(block.is_kept.all())  # the usual case: one divisor a draw, not one a draw and unit
    whole = weights.sum(axis=1, keepdims=True) if has_all else weights @ block.is_kept.T.astype(np.float64)
    return np.asarray(points / whole, dtype=np.float64)


def _shaken(block: Block, scheme: Scheme, random: np.random.Generator, draws: int) -> pd.DataFrame:
    points = drawn_points(block, drawn_factors(scheme, random, (draws, len(block.weight))))
    total = np.rint(points).astype(np.int64) + block.extra_e4
    return places_drawn(total, competition_ranks(_totals(block)[None, :])[0], block.rows, scheme)


def places_drawn(total: Ints, own: Ints, rows: Ints, scheme: Scheme) -> pd.DataFrame:
    """What the draws of one series' totals say of each unit's rank."""
    draws = len(total)
    drawn = competition_ranks(total)
    from_end = competition_ranks(-total)
    tail = (1 - scheme.interval_ratio) / 2
    ordered = np.sort(drawn, axis=0)
    low, middle, high = (ordered[round(share * (draws - 1))] for share in (tail, 0.5, 1 - tail))
    return pd.DataFrame(
        {
            "rank_low": low,
            "rank_high": high,
            "rank_median": middle,
            "same_ratio": (drawn == own).mean(axis=0),
            "first_ratio": (drawn == 1).mean(axis=0),
            "top_ratio": (drawn <= 3).mean(axis=0),
            "bottom_ratio": (from_end <= 3).mean(axis=0),
            "last_ratio": (from_end == 1).mean(axis=0),
        },
        index=rows,
    )


def beside(ranking: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The ranking's units with what the draws say of them."""
    shaken = pd.concat(tables).sort_index()
    return ranking[[*KEY, "unit_name", "rank"]].assign(**{name: shaken[name] for name in shaken.columns})


def _totals(block: Block) -> Ints:
    """The block's totals under its own weights, computed as the draws are."""
    points = np.where(block.is_kept, block.value_e4, 0.0) @ block.weight
    return np.rint(points / (block.is_kept @ block.weight)).astype(np.int64) + block.extra_e4


def competition_ranks(total: Ints) -> Ints:
    """Ranks within each row of a matrix, 1 for the largest, ties sharing the better rank.

    Total and column are packed into one whole number, so that one plain sort gives the order.
    """
    width = total.shape[1]
    bits = max(width - 1, 1).bit_length()
    packed = np.sort((-total << bits) | np.arange(width), axis=1)
    column, value = packed & ((1 << bits) - 1), packed >> bits
    place = np.broadcast_to(np.arange(1, width + 1), total.shape).copy()
    place[:, 1:][value[:, 1:] == value[:, :-1]] = 0
    ranks = np.empty_like(total)
    np.put_along_axis(ranks, column, np.maximum.accumulate(place, axis=1), axis=1)
    return ranks


def items_left_out(months: Months, scheme: Scheme) -> pd.DataFrame:
    """Ranks when one item is left out and the others' weights are scaled up; exact, one row a unit and item.

    Returns:
        RANKED, unit, unit_name, item, rank, rank_without, rank_change (positive: better without it). A series whose
        only item it is has no rows for it.
    """
    items = months.scored.grid.items
    names = list(items.loc[items["weight_e4"] > 0, "item"].drop_duplicates())
    return pd.concat([_without(months, scheme, name) for name in names], ignore_index=True)


def months_without(months: Months, scheme: Scheme, item: str) -> tuple[Scored, pd.DataFrame, Bools]:
    """Cells and ranking without an item, and which rows had it and have others left; the rest stay as they were."""
    scored = months.scored
    grid = scored.grid
    weight = grid.items["weight_e4"]
    kept_weight = weight.where(grid.items["item"] != item, 0)
    left = kept_weight.to_numpy()[grid.item_at]
    lost = np.add.reduceat(np.where(scored.is_kept, weight.to_numpy()[grid.item_at] - left, 0), grid.first)
    whole = scored.whole_e4 - lost
    has_item = (lost > 0) & (whole > 0)
    changed: Scored = replace(
        scored, grid=replace(grid, items=grid.items.assign(weight_e4=kept_weight)), whole_e4=np.maximum(whole, 1)
    )
    points = points_before_events(changed, scheme).assign(**months.ranking[["bonus_e4", "deduction_e4"]])
    points = points.assign(base_e4=np.where(has_item, points["base_e4"], months.ranking["base_e4"]))
    return changed, placed_months(points, scheme, changed), has_item


def _without(months: Months, scheme: Scheme, item: str) -> pd.DataFrame:
    _, again, has_item = months_without(months, scheme, item)
    table = months.ranking[[*KEY, "unit_name", "rank"]].assign(item=item, rank_without=again["rank"])
    table = table.assign(rank_change=table["rank"] - table["rank_without"])
    return table.loc[has_item, [*KEY, "unit_name", "item", "rank", "rank_without", "rank_change"]]


def firmness_summary(shaken: pd.DataFrame, left_out: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """The three tests of a rank side by side: one row a county, month and unit.

    Args:
        shaken: ``firmness``.
        left_out: ``items_left_out``.
        moves: the moves of ``alternatives.readings_table``.

    Returns:
        ``shaken``'s columns with best_without, worst_without (ranks when one item is left out), best_reading,
        worst_reading (ranks under any one other reading).
    """
    out = left_out.groupby(KEY, observed=True)["rank_without"].agg(best_without="min", worst_without="max")
    read = moves.groupby(KEY, observed=True)["other_rank"].agg(best_reading="min", worst_reading="max")
    joined = shaken.merge(out.reset_index(), on=KEY, how="left").merge(read.reset_index(), on=KEY, how="left")
    rank = joined["rank"]
    best = {name: joined[name].fillna(rank).clip(upper=rank) for name in ("best_without", "best_reading")}
    worst = {name: joined[name].fillna(rank).clip(lower=rank) for name in ("worst_without", "worst_reading")}
    return joined.assign(**{name: column.astype("int64") for name, column in (best | worst).items()})
