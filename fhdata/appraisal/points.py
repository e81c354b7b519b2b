"""Points as whole numbers of 0.0001 point: equal totals are equal, and sums and means are exact until printed."""

from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fhdata.rounding import number_text

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

POINT_E4 = 10_000  # 1 point, in columns whose name ends in _e4
HUNDRED_E4 = 100 * POINT_E4
_NOISE_DIGITS = 4  # of a number of 0.0001 point: what binary fractions leave behind lies far below


def points_e4(points: ArrayLike) -> Ints:
    """Points as whole 0.0001 points, finer ones rounded half up, away from zero: 93.33335 → 933334.

    Args:
        points: numbers, none missing.
    """
    scaled = _scaled(points)
    return (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64)


def is_finer(points: ArrayLike) -> Bools:
    """Whether a number has more than four decimals."""
    scaled = _scaled(points)
    return np.asarray(scaled != np.floor(scaled), dtype=np.bool_)


def divided(numerator: ArrayLike, denominator: ArrayLike) -> Ints:
    """Whole numbers divided, half up, away from zero: 5 ÷ 2 → 3, −5 ÷ 2 → −3; the denominator is above zero."""
    top, bottom = np.asarray(numerator, dtype=np.int64), np.asarray(denominator, dtype=np.int64)
    return np.asarray(np.sign(top) * ((2 * np.abs(top) + bottom) // (2 * bottom)), dtype=np.int64)


def rounded_e4(values_e4: ArrayLike, digits: int) -> Ints:
    """0.0001 points rounded half up to ``digits`` decimals of a point, still in 0.0001 points: 932750 → 932800 at 2."""
    step = 10 ** (4 - digits)
    return divided(values_e4, step) * step


def points_text(value_e4: int, digits: int = 2) -> str:
    """0.0001 points as they are printed: 939000 → "93.90"."""
    return number_text(Decimal(int(value_e4)) / POINT_E4, digits)


def _scaled(points: ArrayLike) -> Floats:
    return np.asarray(np.round(np.asarray(points, dtype=np.float64) * POINT_E4, _NOISE_DIGITS), dtype=np.float64)
