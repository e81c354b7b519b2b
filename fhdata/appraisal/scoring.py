"""From scores to a month's points: the series' mean for items that do not concern a unit, then the weighted sum."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fhdata.appraisal.grid import GROUP, SOURCE_COLUMNS, Grid
from fhdata.appraisal.points import Bools, Ints, divided
from fhdata.appraisal.scheme import Scheme
from fhdata.problems import problem, stop_on

# Fractions of an imputed mean are added as floats, each below 1 and counted in 10⁻¹⁰ point: a sum this close to a
# whole number is that number. What it could hide is a total within 10⁻¹⁹ point of a half.
_WHOLE = 1e-9


@dataclass(frozen=True)
class Scored:
    """The grid with a value in every cell that counts, as an exact fraction of 0.0001 points.

    Attributes:
        grid: the cells.
        numerator: of the value; the score itself, or the sum of the covered units' scores.
        denominator: 1, or how many units were covered.
        covered_units: how many units of the cell's pool have a score of their own.
        is_imputed: the value is the series' mean.
        is_uncovered: not concerned, and nobody in the series is covered: the item drops out.
        is_pending: of an item that some unit of the series has no result for; it drops out of a draft.
        whole_e4: the weight a row's points are divided by.
    """

    grid: Grid
    numerator: Ints
    denominator: Ints
    covered_units: Ints
    is_imputed: Bools
    is_uncovered: Bools
    is_pending: Bools
    whole_e4: Ints

    @property
    def is_kept(self) -> Bools:
        """The cell counts."""
        return np.asarray(~self.is_uncovered & ~self.is_pending, dtype=np.bool_)


def impute(grid: Grid, scheme: Scheme) -> Scored:
    """Give every 未涉及 cell the mean of its series over the units with a real score, before bonuses.

    Nothing that was not handed in is ever imputed: an item with such a cell drops out of that series' month as a whole
    (a final ranking is refused before this). An item on which nobody in the series is covered drops out; the weights
    of the others are scaled up (reading ``uncovered``).

    Source: 凤政办函〔2023〕6号 五(一).
    """
    pool = _pools(grid, scheme.readings.mean_over)
    size = int(pool.max(initial=-1)) + 1
    covered = pool[grid.is_scored]
    count = np.bincount(covered, minlength=size)
    if scheme.readings.mean_over == "median":
        total, parts = _medians(pool, grid, count)
    else:
        total, parts = _sums(covered, grid.score_e4[grid.is_scored], size), count
    has_pending = np.bincount(grid.item_at[grid.is_missing], minlength=len(grid.items)) > 0
    is_pending = has_pending[grid.item_at]
    is_blank = ~grid.is_scored & ~is_pending
    is_imputed = is_blank & (count[pool] > 0)
    is_uncovered = is_blank & ~is_imputed
    dropped = is_pending | is_uncovered if scheme.readings.uncovered == "rescaled" else is_pending
    weight = grid.items["weight_e4"].to_numpy()[grid.item_at]
    whole = _by_row(grid, np.where(dropped, 0, weight))
    _stop_on_empty(grid, whole)
    return Scored(
        grid=grid,
        numerator=np.where(is_imputed, total[pool], grid.score_e4),
        denominator=np.where(is_imputed, parts[pool], 1),
        covered_units=count[pool],
        is_imputed=is_imputed,
        is_uncovered=is_uncovered,
        is_pending=is_pending,
        whole_e4=whole,
    )


def base_points(scored: Scored, scheme: Scheme) -> pd.DataFrame:
    """A month's points before bonuses: one row a county, month and unit.

    base = Σ weight × value ÷ Σ weight, exact, rounded once (half up) to 0.0001 point.

    Returns:
        The grid's rows with base_e4, imputed_ratio (share of the weight that is imputed), is_reference (above the
        rule's share: 参考), uncovered_items (how many with a weight dropped out),
        is_draft (items not handed in dropped out).
    """
    grid = scored.grid
    weight = grid.items["weight_e4"].to_numpy()[grid.item_at]
    doubled = 2 * np.where(scored.is_kept, weight, 0) * scored.numerator
    quotient, remainder = np.divmod(doubled, scored.denominator)
    fraction = _by_row(grid, remainder / scored.denominator)
    whole = scored.whole_e4
    base = (_by_row(grid, quotient) + np.floor(fraction + _WHOLE).astype(np.int64) + whole) // (2 * whole)
    imputed = _by_row(grid, np.where(scored.is_imputed, weight, 0))
    limit = scheme.reference_ratio
    return grid.rows.assign(
        base_e4=base,
        imputed_ratio=imputed / whole,
        is_reference=imputed * limit.denominator > limit.numerator * whole,
        uncovered_items=_by_row(grid, (scored.is_uncovered & (weight > 0)).astype(np.int64)),
        is_draft=_by_row(grid, scored.is_pending.astype(np.int64)) > 0,
    )


def cells_table(scored: Scored, cells: Bools | None = None) -> pd.DataFrame:
    """Every cell as a reader sees it: one row a county, month, unit and item.

    Args:
        scored: as ``impute`` gives it.
        cells: which cells; all without it.

    Returns:
        county, month, series, unit, unit_name, annual_series, item, weight_e4, department, state (scored | imputed |
        uncovered | pending), score_e4 (Int64, rounded, empty where nothing counts), covered_units (how many have a
        score of their own), share_e4 (Int64: points the cell brings to the total), numerator, denominator, whole_e4
        (its exact parts: weight × numerator ÷ denominator ÷ whole), source_file, source_sheet, source_cell.
    """
    grid = scored.grid
    at = np.arange(len(grid.row_at)) if cells is None else np.flatnonzero(cells)
    item, whole = grid.item_at[at], scored.whole_e4[grid.row_at[at]]
    kept, numerator, denominator = scored.is_kept[at], scored.numerator[at], scored.denominator[at]
    weight = grid.items["weight_e4"].to_numpy()[item]
    states = [scored.is_pending[at], scored.is_uncovered[at], scored.is_imputed[at]]
    frame = grid.rows.iloc[grid.row_at[at]].reset_index(drop=True)
    frame = frame.assign(
        item=grid.items["item"].to_numpy()[item],
        weight_e4=weight,
        department=grid.items["department"].to_numpy()[item],
        state=np.select(states, ["pending", "uncovered", "imputed"], "scored"),
        score_e4=pd.array(divided(numerator, denominator), dtype="Int64"),
        covered_units=scored.covered_units[at],
        share_e4=pd.array(divided(weight * numerator, denominator * whole), dtype="Int64"),
        numerator=numerator,
        denominator=denominator,
        whole_e4=whole,
    )
    for column in ("score_e4", "share_e4"):
        frame[column] = frame[column].mask(~kept)
    return _with_sources(frame, grid, grid.source_at[at])


def _with_sources(frame: pd.DataFrame, grid: Grid, source_at: Ints) -> pd.DataFrame:
    """The frame with the place each score was read from; empty where nothing was read."""
    texts = {
        column: np.append(grid.scores[column].astype("object").to_numpy(), "")[source_at]
        for column in SOURCE_COLUMNS
        if column in grid.scores
    }
    return frame.assign(**{column: texts.get(column, "") for column in SOURCE_COLUMNS})


def _pools(grid: Grid, mean_over: str) -> Ints:
    """The pool of units each cell's mean is taken from: the item in its series, or in its annual series."""
    if mean_over != "annual_series":
        return grid.item_at
    codes, names = pd.factorize(grid.rows["annual_series"])
    return np.asarray(grid.item_at * len(names) + codes[grid.row_at], dtype=np.int64)


def _medians(pool: Ints, grid: Grid, count: Ints) -> tuple[Ints, Ints]:
    """The median of each pool as a sum of its one or two middle scores, and how many they are."""
    at = np.flatnonzero(grid.is_scored)
    score = grid.score_e4[at][np.lexsort((grid.score_e4[at], pool[at]))]
    filled = count > 0
    start = (np.cumsum(count) - count)[filled]
    low, high = score[start + (count[filled] - 1) // 2], score[start + count[filled] // 2]
    total, parts = np.zeros(len(count), dtype=np.int64), np.ones(len(count), dtype=np.int64)
    is_odd = count[filled] % 2 == 1
    total[filled] = np.where(is_odd, low, low + high)
    parts[filled] = np.where(is_odd, 1, 2)
    return total, parts


def _sums(groups: Ints, values: Ints, size: int) -> Ints:
    """Sums of whole numbers by group, exact as long as they stay below 2⁵³."""
    return np.bincount(groups, weights=values, minlength=size).astype(np.int64)


def _by_row(grid: Grid, values: np.ndarray) -> np.ndarray:
    """The sum over each row's cells."""
    return np.add.reduceat(values, grid.first) if len(grid.first) else values[:0]


def _stop_on_empty(grid: Grid, whole: Ints) -> None:
    empty = grid.rows[whole == 0].drop_duplicates(GROUP)
    stop_on(
        problem(
            "nothing_to_rank_by",
            f"{row.county} {row.month} 的序列“{row.series}”没有一项有得分的考核内容",
            "",
            "请等责任部门报来结果后再排名",
        )
        for row in empty.itertuples()
    )
