"""The planned share of a year that should be done by a day (序时进度), by the path a target follows."""

import calendar

import numpy as np
from numpy.typing import ArrayLike

from fhdata.periods import Period
from fhdata.targets.numbers import Floats, Ints, Texts, divide, floats

SLOTS = 36  # the year is counted in 旬: slot 3m is the end of month m, so monthly and ten-day figures share one axis
PATHS = ("linear", "history", "flat", "step", "per_quarter", "custom", "none")
YEAR_END_MONTH = 12


def slot_of(period: Period) -> int:
    """How far into the year a period reaches, counted in 旬: 1-36; a month, quarter or year ends with its last 旬."""
    return period.number if period.cadence == "tenday" else 3 * period.month


def slot_period(year: int, slot: int, frequency: str = "month") -> Period:
    """The period that ends with a slot, in the words of a figure's own frequency (quarter: slot 9 is 2023Q1)."""
    if slot % 3:
        return Period(year, "tenday", slot)
    if frequency == "quarter" and slot % 9 == 0:
        return Period(year, "quarter", slot // 9)
    if frequency == "year" and slot == SLOTS:
        return Period(year, "year", 1)
    return Period(year, "month", slot // 3)


def linear_shares(year: int) -> Floats:
    """The even share by each 旬: m ÷ 12 at a month's end, day of the year ÷ days of the year within a month.

    One value per slot; slot 27 (end of September) is 0.75.

    Example:
        >>> float(linear_shares(2023)[27 - 1])
        0.75
    """
    days = 366 if calendar.isleap(year) else 365
    return np.array(
        [
            slot // 3 / YEAR_END_MONTH if slot % 3 == 0 else Period(year, "tenday", slot).end.timetuple().tm_yday / days
            for slot in range(1, SLOTS + 1)
        ]
    )


def history_shares(past: ArrayLike, slots: ArrayLike) -> Floats:
    """Each past year's cumulative share s = A'(m) ÷ A'(12) at a row's slot.

    Args:
        past: rows × past years × 36 slots, cumulative figures.
        slots: the slot of each row, 1-36 (0 where there is none).

    Returns:
        rows × past years; NaN where that year lacks a figure, its total is not positive, or the share is not above 0.
        Within a month the share runs evenly between the two month ends, as monthly figures tell no more.
    """
    years, at = floats(past), np.asarray(slots, dtype=np.int64)
    low, high = at // 3 * 3, (at + 2) // 3 * 3
    part = divide(at - low, 3)[:, None]
    before = np.where(low[:, None] == 0, 0.0, _at(years, low))
    figure = np.where(at[:, None] % 3 == 0, _at(years, high), before + part * (_at(years, high) - before))
    total = years[:, :, SLOTS - 1]
    share = divide(figure, np.where(total > 0, total, np.nan))
    return np.where((share > 0) & (at[:, None] > 0), share, np.nan)


def _at(years: Floats, slots: Ints) -> Floats:
    picked: Floats = years[np.arange(len(years)), :, np.maximum(slots, 1) - 1]
    return picked


def planned_share(
    path: ArrayLike,
    slots: ArrayLike,
    *,
    linear: ArrayLike,
    history: ArrayLike,
    step_month: ArrayLike,
    custom: ArrayLike,
) -> Floats:
    """The planned share of the year's target at each row's observed slot, as a ratio.

    Args:
        path: linear (m ÷ 12), history (past years' shape), flat (all of it, all year), step (0 before the step's
            month, 1 from its end), per_quarter (one quarter of it per quarter ended), custom (a plan's own share),
            none (no plan, NaN).
        slots: 1-36.
        linear: even share at the row's slot.
        history: past years' share at the row's slot, NaN where there is none.
        step_month: month of the step, NaN for the year's end.
        custom: share by a plan of the target's own.

    Returns:
        One ratio a row. A history path without history follows the even path; the caller says so in a note.
    """
    way: Texts = np.asarray(path, dtype=object)
    at = np.asarray(slots, dtype=np.int64)
    months = np.where(np.isnan(floats(step_month)), YEAR_END_MONTH, floats(step_month))
    even = floats(linear)
    return np.select(
        [way == name for name in PATHS],
        [
            even,
            np.where(np.isnan(floats(history)), even, floats(history)),
            np.ones(len(at)),
            (at >= 3 * months).astype(np.float64),
            at // 9 / 4.0,
            floats(custom),
            np.full(len(at), np.nan),
        ],
        default=np.nan,
    )


def quarters_met(to_date: ArrayLike, target: ArrayLike, slots: ArrayLike) -> tuple[Floats, Ints]:
    """Obligations met where a quarter's share is due in that quarter (每季度一场 is four, not four in December).

    Args:
        to_date: rows × 36 slots, the count since January.
        target: the year's count, a quarter of it due each quarter.
        slots: the slot reached, 1-36.

    Returns:
        What counts towards the year (events beyond a quarter's own share make up for no other quarter), and the
        number of quarters already ended with too few.
    """
    counts, goal, at = floats(to_date), floats(target)[:, None], np.asarray(slots, dtype=np.int64)[:, None]
    rows = np.arange(len(counts))[:, None]
    starts, ends = np.array([0, 9, 18, 27]), np.array([9, 18, 27, 36])
    opened = np.where(starts == 0, 0.0, counts[rows, np.maximum(starts, 1) - 1])
    reached = counts[rows, np.minimum(ends, np.maximum(at, 1)) - 1]
    within = np.where(at > starts, reached - opened, np.nan)
    met = np.minimum(within, goal / 4.0)
    missed = (at >= ends) & (within < goal / 4.0)
    has_any = ~np.isnan(met).all(axis=1)
    return np.where(has_any, np.nansum(met, axis=1), np.nan), missed.sum(axis=1)


def needed_per_month(target: ArrayLike, to_date: ArrayLike, slots: ArrayLike) -> Floats:
    """What each remaining month must bring: (T − A) ÷ (12 − m), never below 0; NaN when the year has ended."""
    left = YEAR_END_MONTH - np.asarray(slots, dtype=np.float64) / 3.0
    rest = np.maximum(floats(target) - floats(to_date), 0.0)
    return divide(rest, np.where(left > 0, left, np.nan))
