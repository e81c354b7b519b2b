"""Where the year will end, told from the shapes of past years; nothing is told from less than one past year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fhdata.targets.numbers import Bools, Floats, Ints, Texts, divide, floats, meets
from fhdata.targets.pace import SLOTS, history_shares

DRAWS = 400
SEED = 20230106
MONTH_ENDS = np.arange(3, SLOTS + 1, 3)


@dataclass(frozen=True)
class Forecast:
    """Year-end figure of each row: central value, interval, probability of meeting the target, past years behind it.

    ``share`` is the s that gave the central value; ``method`` is shapes (one outcome per past year), changes
    (resampled monthly changes) or empty.
    """

    value: Floats
    low: Floats
    high: Floats
    probability: Floats
    years: Ints
    share: Floats
    method: Texts


def shape_share(shares: ArrayLike, years: int = 1) -> Floats:
    """The s of each row: the mean of its latest past years' shares, last year's alone where ``years`` is 1.

    Args:
        shares: rows × past years, earliest first, NaN where a year gives none.
        years: how many of the latest years that give one are averaged.
    """
    parts = floats(shares)
    from_last = np.cumsum(~np.isnan(parts)[:, ::-1], axis=1)[:, ::-1]
    used = ~np.isnan(parts) & (from_last <= years)
    return divide(np.where(used, parts, 0.0).sum(axis=1), used.sum(axis=1))


def forecast(
    this_year: ArrayLike,
    past: ArrayLike,
    slots: ArrayLike,
    *,
    target: ArrayLike,
    direction: ArrayLike,
    is_strict: ArrayLike,
    share_years: int = 1,
    minimum_years: int = 1,
    few_years: int = 3,
    interval_ratio: float = 0.8,
    is_resampled: ArrayLike = True,
) -> Forecast:
    """Forecast the year's end of cumulative figures.

    Central value A(m) ÷ s(m). Every past year's share gives one outcome A(m) ÷ s_y(m); with ``few_years`` or more of
    them the interval and the probability are those of the outcomes. With fewer, the rest of last year is multiplied by
    a change on a year earlier resampled from this year's months so far (``resampled_ends``; same seed and draws for
    every row); two months or quarters must have been seen for that.

    Args:
        this_year: rows × 36 slots, cumulative.
        past: rows × past years × 36 slots, earliest first.
        slots: slot of each row's latest figure (0: none).
        target: what the year should reach, same unit.
        direction: at_least | at_most | equal.
        is_strict: whether reaching is not enough.
        share_years: see ``shape_share``.
        minimum_years: no forecast from fewer past years.
        few_years: from how many past years on the outcomes speak for themselves.
        interval_ratio: share of the outcomes within the interval.
        is_resampled: rows for which resampled changes make sense (amounts, not balances).

    Returns:
        One forecast a row, NaN and 0 years where there is no past year to tell from.
    """
    now, at = floats(this_year), np.asarray(slots, dtype=np.int64)
    shares = history_shares(past, at)
    share = shape_share(shares, share_years)
    # A year that has ended is not forecast.
    figure = np.where((at > 0) & (at < SLOTS), now[np.arange(len(now)), np.maximum(at, 1) - 1], np.nan)
    outcomes = divide(figure[:, None], shares)
    enough = (~np.isnan(outcomes)).sum(axis=1) >= max(minimum_years, 1)
    outcomes = np.where(enough[:, None], outcomes, np.nan)
    counts = (~np.isnan(outcomes)).sum(axis=1)
    value = np.where(enough, divide(figure, share), np.nan)
    few = (counts > 0) & (counts < few_years) & np.asarray(is_resampled, dtype=np.bool_)
    drawn = np.full((len(now), DRAWS), np.nan)
    drawn[few] = resampled_ends(now[few], floats(past)[few], at[few])
    spread = np.where((counts >= few_years)[:, None], _padded(outcomes, DRAWS), drawn)
    has_spread = ~np.isnan(spread).all(axis=1)
    low, high, odds = np.full(len(now), np.nan), np.full(len(now), np.nan), np.full(len(now), np.nan)
    if has_spread.any():
        inside = spread[has_spread]
        # An 80% interval leaves out one outcome in ten at either end: from fewer it is the whole range of the outcomes.
        told = np.where(counts >= few_years, counts, DRAWS)[has_spread]
        tail = np.where(told * (1 - interval_ratio) / 2 < 1, 0.0, (1 - interval_ratio) / 2)
        low[has_spread], high[has_spread] = row_quantile(inside, tail), row_quantile(inside, 1 - tail)
        hits = meets(
            inside,
            floats(target)[has_spread, None],
            np.asarray(direction, dtype=object)[has_spread, None],
            np.asarray(is_strict, dtype=np.bool_)[has_spread, None],
        )
        odds[has_spread] = divide(hits.sum(axis=1), (~np.isnan(inside)).sum(axis=1))
        odds = np.where(np.isnan(floats(target)), np.nan, odds)
    method = np.where(~has_spread, "", np.where(counts >= few_years, "shapes", "changes")).astype(object)
    return Forecast(value, low, high, odds, counts.astype(np.int64), share, method)


def row_quantile(values: Floats, part: Floats) -> Floats:
    """Quantile of each row's values that are there (one part a row), straight lines between neighbours."""
    ordered, size = np.sort(values, axis=1), (~np.isnan(values)).sum(axis=1)  # NaN sorts last
    place = part * np.maximum(size - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(size - 1, 0))
    rows = np.arange(len(values))
    below, above = ordered[rows, low], ordered[rows, high]
    answer: Floats = below + (place - low) * (above - below)
    return answer


def _padded(outcomes: Floats, width: int) -> Floats:
    """The outcomes in the first columns of a wider array, the rest NaN; more outcomes than columns cannot be."""
    wide = np.full((len(outcomes), width), np.nan)
    wide[:, : outcomes.shape[1]] = outcomes
    return wide


def resampled_ends(this_year: Floats, past: Floats, slots: Ints) -> Floats:
    """Year ends A(m) + R · (A'(12) − A'(m)), R drawn anew each time from the monthly changes seen so far.

    One draw takes as many of the months seen as there are, with repetition, and R = Σ increase ÷ Σ last year's
    increase over them; all months once give R = A ÷ A' and so the central value A(m) ÷ s(m).

    Args:
        this_year: rows × 36 slots.
        past: rows × past years × 36 slots; the latest is used.
        slots: slot of the latest figure.

    Returns:
        rows × DRAWS; NaN where fewer than two changes can be seen, or the figure is not at a month's end.
    """
    if not len(this_year) or not past.shape[1]:
        return np.full((len(this_year), DRAWS), np.nan)
    now, last, at = this_year[:, MONTH_ENDS - 1], past[:, -1][:, MONTH_ENDS - 1], slots // 3
    rows, month = np.arange(len(now)), np.arange(1, 13)
    seen = ~np.isnan(now) & ~np.isnan(last) & (month <= at[:, None])
    size = seen.sum(axis=1)
    first = np.argsort(~seen, axis=1, kind="stable")
    new, old = (np.take_along_axis(np.nan_to_num(_steps(each, seen)), first, axis=1) for each in (now, last))
    uniform = np.random.default_rng(SEED).random((DRAWS, 12))
    picks = np.minimum((uniform[None] * size[:, None, None]).astype(np.int64), 11)
    taken = (np.arange(12) < size[:, None])[:, None, :]
    drawn = [np.where(taken, each[rows[:, None, None], picks], 0.0).sum(axis=2) for each in (new, old)]
    ratio = divide(drawn[0], np.where(drawn[1] > 0, drawn[1], np.nan))
    here = np.maximum(at, 1) - 1
    ends = now[rows, here][:, None] + ratio * (last[:, -1] - last[rows, here])[:, None]
    told: Bools = (size >= 2) & seen[rows, here] & (slots % 3 == 0)
    return np.where(told[:, None], ends, np.nan)


def _steps(cumulative: Floats, used: Bools) -> Floats:
    """Increase from one used figure to the next, the first from 0; NaN where a month is not used."""
    index = np.where(used, np.arange(cumulative.shape[1]), -1)
    before = np.concatenate([np.full((len(index), 1), -1), np.maximum.accumulate(index, axis=1)[:, :-1]], axis=1)
    earlier = np.where(before >= 0, np.take_along_axis(cumulative, np.maximum(before, 0), axis=1), 0.0)
    return np.where(used, cumulative - earlier, np.nan)
