"""The figures of the example county: last year's and this year's, month by month, from a seed."""

import math
import random
from dataclasses import dataclass

from fhdata.rounding import half_up
from fhdata.sampledata.plan import Plan, Series

MONTHS = range(1, 13)
GROWTH_DIGITS = 1


@dataclass(frozen=True)
class Course:
    """One series through two years: cumulative amounts (or month-end levels) as written, index 0 is January.

    ``growth`` is the year-to-date growth handed in, in percent; NaN where there is none.
    """

    before: tuple[float, ...]
    now: tuple[float, ...]
    growth: tuple[float, ...]


def course(series: Series, plan: Plan, seed: int) -> Course:
    """Draw one series through both years; the same seed gives the same figures whatever months are asked for.

    Growth ways: A(m) = A′(m) × (1 + g(m)); plan ways: A(m) = T × shape(m) × aim; a drift runs from its base to its aim.

    Args:
        series: the row and its way.
        plan: the shapes.
        seed: any whole number; each indicator draws from a stream of its own.

    Returns:
        Figures rounded to the decimals written, growth to one decimal.
    """
    noise = _noise(seed, series.indicator)
    shares = _cumulative(plan.shapes[series.shape]) if series.shape else tuple(month / 12 for month in MONTHS)
    if series.way.startswith("growth"):
        return _by_growth(series, shares, noise)
    if series.way == "listed":
        before, now = _running(series.before), _running(series.now)
        return Course(before, now, _changes(before, now, 0.0))
    if series.way == "stated":
        stated = (*series.now, *((series.now[-1],) * (12 - len(series.now))))
        return Course(_year_end(series), stated, _nothing())
    if series.way == "done":
        done = series.now[0] if series.now else math.inf
        return Course(_nothing(), tuple(float(month >= done) for month in MONTHS), _nothing())
    return Course(_year_end(series), _by_plan(series, shares, noise), _nothing())


def _noise(seed: int, indicator: str) -> tuple[float, ...]:
    """Twelve numbers between −1 and 1 that wander rather than jump."""
    stream = random.Random(f"{seed}:{indicator}")
    wandering, noise = 0.0, []
    for _ in MONTHS:
        wandering = 0.6 * wandering + 0.4 * stream.uniform(-1, 1)
        noise.append(wandering)
    return tuple(noise)


def _cumulative(weights: tuple[float, ...]) -> tuple[float, ...]:
    total = sum(weights)
    return tuple(sum(weights[:month]) / total for month in MONTHS)


def _by_growth(series: Series, shares: tuple[float, ...], noise: tuple[float, ...]) -> Course:
    aimed = tuple(series.aim + series.wobble * one for one in noise)
    if series.way == "growth_only":
        return Course(_nothing(), _nothing(), tuple(_rounded(one, GROWTH_DIGITS) for one in aimed))
    # A level at month end moves from year end to year end by the same growth; an amount is shared out over the year.
    steady = series.aim / 100
    is_level = series.way == "growth_stock"
    parts = tuple((1 + steady * share) / (1 + steady) for share in shares) if is_level else shares
    before = tuple(_rounded(series.base * part, series.decimals) for part in parts)
    now = tuple(
        _rounded(series.base * part * (1 + one / 100), series.decimals) for part, one in zip(parts, aimed, strict=True)
    )
    return Course(before, now, _changes(before, now, series.growth_gap_pp))


def _changes(before: tuple[float, ...], now: tuple[float, ...], gap_pp: float) -> tuple[float, ...]:
    """Growth in percent as an office works it out from the figures it prints; none over a base of 0."""
    return tuple(
        _rounded(100 * (this / last - 1) + gap_pp, GROWTH_DIGITS) if last else math.nan
        for this, last in zip(now, before, strict=True)
    )


def _by_plan(series: Series, shares: tuple[float, ...], noise: tuple[float, ...]) -> tuple[float, ...]:
    if series.way == "drift":
        start = series.aim if math.isnan(series.base) else series.base
        course_ = (start + (series.aim - start) * month / 12 for month in MONTHS)
        drawn = [one + series.wobble * part for one, part in zip(course_, noise, strict=True)]
        top = 100.0 if series.unit == "%" else math.inf
        return tuple(_rounded(min(max(one, 0.0), top), series.decimals) for one in drawn)
    start = series.base if series.way == "plan_stock" else 0.0
    reach = series.aim / 100
    drawn = [
        start + (series.goal - start) * share * reach * (1 + series.wobble / 100 * part)
        for share, part in zip(shares, noise, strict=True)
    ]
    digits = 0 if series.way == "plan_count" else series.decimals
    rounded = [float(math.floor(one + 1e-9)) if series.way == "plan_count" else _rounded(one, digits) for one in drawn]
    return tuple(max(rounded[: month + 1]) for month in range(12))


def _running(amounts: tuple[float, ...]) -> tuple[float, ...]:
    filled = (*amounts, *([0.0] * (12 - len(amounts))))
    return tuple(sum(filled[:month]) for month in MONTHS)


def _year_end(series: Series) -> tuple[float, ...]:
    """Last year's level where only its year end is known."""
    return (*_nothing()[1:], series.base)


def _rounded(value: float, digits: int) -> float:
    return float(half_up(value, digits))


def _nothing() -> tuple[float, ...]:
    return (math.nan,) * 12
