"""Growth on a year earlier, and the growth that the rest of the year must bring."""

import numpy as np
from numpy.typing import ArrayLike

from fhdata.targets.numbers import Floats, difference, divide, floats


def growth_pct(current: ArrayLike, base: ArrayLike) -> Floats:
    """Growth of ``current`` on ``base`` in percent.

    100 · (current ÷ base − 1). NaN (不适用) where the base is 0 or negative: a rate on such a base says nothing.

    Args:
        current: this year's figure to date (or the balance now).
        base: the figure for the same months a year earlier, same unit and price basis.

    Returns:
        Percent, one value per pair.

    Example:
        >>> round(float(growth_pct(415708.4, 391095.5)), 3)
        6.293
    """
    bottom = floats(base)
    return 100.0 * (divide(current, np.where(bottom > 0, bottom, np.nan)) - 1.0)


def required_growth(target: ArrayLike, to_date: ArrayLike, share: ArrayLike) -> Floats:
    """Growth needed over the rest of the year for the whole year to grow by ``target``.

    With B last year's total and s = A'(m) ÷ A'(12) the part of it that these months held:
    (1 + g*)·B = (1 + g)·s·B + (1 + g_req)·(1 − s)·B, so **g_req = (g* − s·g) ÷ (1 − s)**. All three growths are in one
    unit, percent or ratio. Exact for additive series in current prices; near for constant prices, whose parts are
    deflated apart.

    Args:
        target: growth asked for the year, g*.
        to_date: growth so far, g.
        share: s, from 0 to 1.

    Returns:
        g_req. Where nothing is left of the year (s = 1): +inf when g falls short of g* (已无法完成), −inf when it is
        above, g* when equal. NaN where an input is missing or the share lies outside 0 to 1.

    Example:
        >>> round(float(required_growth(0.50, 0.20, 0.48)), 4)
        0.7769
    """
    goal, so_far, part = np.broadcast_arrays(floats(target), floats(to_date), floats(share))
    gap = difference(goal, so_far)
    usual = np.where(gap == 0, goal, divide(goal - part * so_far, 1.0 - part))
    # Nothing is left of the year: no growth of the rest can close the gap.
    ended = np.where(gap == 0, goal, np.where(gap > 0, np.inf, -np.inf))
    answer = np.where(difference(part, 1.0) == 0, ended, usual)
    return np.where((part >= 0) & (difference(part, 1.0) <= 0) & ~np.isnan(gap), answer, np.nan)


def allowed_for_the_rest(base_total: ArrayLike, to_date: ArrayLike, reduction_pct: ArrayLike) -> Floats:
    """How much a falling count may still add this year: (1 − r) · A'(12) − A.

    Args:
        base_total: last year's total, A'(12).
        to_date: this year's count so far, A.
        reduction_pct: the fall asked for, r, in percent (30 = 下降 30%).

    Returns:
        In the count's own unit; below 0 the target cannot be met any more.
    """
    return difference((1.0 - floats(reduction_pct) / 100.0) * floats(base_total), to_date)
