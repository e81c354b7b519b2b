"""Arithmetic on whole columns: missing stays missing, and binary noise never decides a comparison."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]

# float64 carries 15 to 17 significant digits. Two numbers closer than one part in 10¹² of the larger are one number
# written twice (0.1 + 0.2 and 0.3); an absolute tolerance would be too coarse for shares, too fine for large sums.
RELATIVE_NOISE = 1e-12


def floats(values: ArrayLike) -> Floats:
    """Any numbers as a float64 array; empty becomes NaN."""
    return np.asarray(values, dtype=np.float64)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """numerator ÷ denominator; NaN where the denominator is 0 or missing, never infinity."""
    top, bottom = np.broadcast_arrays(floats(numerator), floats(denominator))
    out = np.full(top.shape, np.nan)
    return np.divide(top, bottom, out=out, where=(bottom != 0) & ~np.isnan(bottom))


def difference(left: ArrayLike, right: ArrayLike) -> Floats:
    """left − right, exactly 0 where the two differ only by binary noise."""
    first, second = np.broadcast_arrays(floats(left), floats(right))
    gap = first - second
    noise = np.abs(gap) <= RELATIVE_NOISE * np.maximum(np.abs(first), np.abs(second))
    return np.where(noise, 0.0, gap)


def meets(value: ArrayLike, target: ArrayLike, direction: ArrayLike, is_strict: ArrayLike) -> Bools:
    """Whether a value meets its target on unrounded numbers; False where either is missing.

    Args:
        value: what was reached.
        target: what was asked, same unit.
        direction: at_least | at_most | equal.
        is_strict: 突破、高于、低于 (reaching is not enough) as against 达、以上、以内.
    """
    gap = difference(value, target)
    way, strict = np.asarray(direction, dtype=object), np.asarray(is_strict, dtype=np.bool_)
    signed = np.where(way == "at_most", -gap, gap)
    return np.where(way == "equal", gap == 0, np.where(strict, signed > 0, signed >= 0)) & ~np.isnan(gap)


def rounded(values: ArrayLike, digits: int) -> Floats:
    """Round half up, away from zero, whole columns at a time: the 修约值比较 reading compares such values.

    The noise is removed first (at 9 decimals of the scaled number), so that 7.95 held as 7.949999999999999 gives 8.0.
    """
    scaled = np.abs(floats(values)) * 10.0**digits
    return np.sign(floats(values)) * np.floor(np.round(scaled, 9) + 0.5) / 10.0**digits
