"""Units of measurement and their conversion; the units themselves are data (``quantities.toml``)."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

from fhdata.problems import ProblemsFound, problem


@cache
def _units() -> dict[str, tuple[str, Decimal]]:
    text = Path(__file__).with_name("quantities.toml").read_text(encoding="utf-8")
    return {
        unit: (quantity, Decimal(factor))
        for quantity, entry in tomllib.loads(text).items()
        for unit, factor in entry["factors"].items()
    }


def is_convertible(unit: str, target: str) -> bool:
    """Whether both units measure the same quantity; a unit unknown here (个, 家, 场 …) converts only to itself."""
    known = _units()
    return unit == target or (unit in known and target in known and known[unit][0] == known[target][0])


def conversion_factor(unit: str, target: str) -> Decimal:
    """What a value in ``unit`` is multiplied by to give a value in ``target``: 万元 → 亿元 is 0.0001.

    Raises:
        ProblemsFound: the two units do not measure the same quantity.
    """
    if unit == target:
        return Decimal(1)
    if not is_convertible(unit, target):
        raise ProblemsFound(
            [problem("bad_unit", f"单位“{unit}”不能换算成“{target}”", "两者须是同一种量", "请核对单位")]
        )
    known = _units()
    return known[unit][1] / known[target][1]


def known_units() -> tuple[str, ...]:
    """Every unit that can be converted, in the order of the data file."""
    return tuple(_units())
