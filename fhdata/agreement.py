"""Whether two answers agree, value by value: exactly, but for the noise of binary fractions or a written tolerance."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NOISE = 1e-9  # of binary fractions of everyday size; an example that allows more says so
NOT_THERE = "（没有）"
MOST_SHOWN = 40


@dataclass(frozen=True)
class Difference:
    """One value that differs: where it stands (``ranks.甲``, ``quarters[2]``), what was expected, what came out."""

    path: str
    expected: str
    got: str


def differences(
    expected: Mapping[str, Any], got: Mapping[str, Any], tolerance: float | None = None
) -> list[Difference]:
    """Every value that differs, nested ones by their path.

    Floats may differ by ``tolerance``, or without one by binary noise only. Text, whole numbers, Decimals, yes and no,
    dates are equal or not. What stands on one side only differs.
    """
    wanted, made = _leaves("", expected), _leaves("", got)
    return [
        Difference(path, shown(wanted.get(path, NOT_THERE)), shown(made.get(path, NOT_THERE)))
        for path in {**wanted, **made}
        if path not in wanted or path not in made or not _agree(wanted[path], made[path], tolerance)
    ]


def shown(value: object, most: int = MOST_SHOWN) -> str:
    """A value as a table shows it, cut where it is long."""
    text = (
        "；".join(f"{path} = {leaf}" for path, leaf in _leaves("", value).items()) if _is_nested(value) else str(value)
    )
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= most else text[: most - 1] + "…"


def _leaves(path: str, value: object) -> dict[str, Any]:
    """Every single value inside, by its path; an empty table or list is a value itself."""
    if isinstance(value, Mapping) and value:
        pairs = [(f"{path}.{key}" if path else str(key), one) for key, one in value.items()]
    elif isinstance(value, list | tuple) and value:
        pairs = [(f"{path}[{number}]", one) for number, one in enumerate(value)]
    else:
        return {path: value.item() if isinstance(value, np.generic) else value}
    return {name: leaf for key, one in pairs for name, leaf in _leaves(key, one).items()}


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and len(value) > 0


def _agree(expected: Any, got: Any, tolerance: float | None) -> bool:  # noqa: ANN401 - whatever an answer holds
    if _is_nothing(expected) or _is_nothing(got):
        return _is_nothing(expected) and _is_nothing(got)
    numbers = [isinstance(one, int | float | Decimal) and not isinstance(one, bool) for one in (expected, got)]
    if not all(numbers):
        return type(expected) is type(got) and bool(expected == got)
    if isinstance(got, float) or tolerance is not None:
        allowed = NOISE if tolerance is None else tolerance
        return bool(expected == got) or abs(float(expected) - float(got)) <= allowed
    return Decimal(str(expected)) == Decimal(got)


def _is_nothing(value: Any) -> bool:  # noqa: ANN401 - whatever an answer holds
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
