"""Round once, where a number is printed: half up, on its decimal representation."""

from decimal import ROUND_HALF_UP, Decimal

# A float64 carries 15 to 17 significant digits; computed ratios are read at 12, so that 44.05 that arithmetic left at
# 44.04999999999999 prints as 44.1, and two numbers that differ only by such noise compare as equal.
SIGNIFICANT_DIGITS = 12


def exact(value: float | int | Decimal) -> Decimal:
    """The decimal a number stands for, without binary noise: ``exact(0.1 + 0.2) == Decimal("0.3")``."""
    return value if isinstance(value, Decimal) else Decimal(format(value, f".{SIGNIFICANT_DIGITS}g"))


def half_up(value: float | int | Decimal, digits: int) -> Decimal:
    """Round half up (away from zero) to ``digits`` decimals: 2.345 → 2.35, −2.345 → −2.35."""
    rounded = exact(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded  # no "−0.0" in a report


def number_text(value: float | int | Decimal, digits: int, *, thousands: bool = True) -> str:
    """A number as it is printed: 891646.05 → "891,646.1" with one digit."""
    return format(half_up(value, digits), f"{',' if thousands else ''}.{digits}f")
