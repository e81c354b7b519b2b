"""Text of a cell → a number or one of the kinds of nothing; what can be neither is refused, never guessed."""

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhdata.intake.wording import narrow, wording
from fhdata.quantities import known_units

ALLOWED = "应是数字，或 无、—、未统计、未发布、不适用 之一，或空白"

_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "﹣": "-"})
_PLAIN = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?P<fraction>\.\d*)?|(?P<sign2>[+-]?)(?P<only>\.\d+)"
)
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)")
_BLANK_AT_SIGN = re.compile(r"(?<=[+\-.,(])\s+|\s+(?=[.,)%‰])")


@dataclass(frozen=True)
class Number:
    """What a cell says: ``value`` or a kind of ``nothing``; ``unit`` and ``mark`` as written beside the digits."""

    value: float | None
    nothing: str = ""
    unit: str = ""
    mark: str = ""


def read_number(raw: object) -> Number | None:
    """Read one cell.

    Understands thousands separators, full-width digits and signs, %, ‰, 个百分点 and known units after the number,
    accounting negatives, 下降/增长 before it, 持平, footnote marks and blanks between groups. 0 is a number.

    Args:
        raw: the cell as a reader gave it.

    Returns:
        The number or the kind of nothing; None where the cell is neither (text, a date, true/false, 12 34, 1,23).
    """
    if raw is None:
        return Number(None, "empty")
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return Number(float(raw)) if math.isfinite(raw) else None
    return _read_text(raw) if isinstance(raw, str) else None


def number_as_written(raw: object) -> str:
    """The text of a cell for people: 3.0 as 3, 8.7 as 8.7, text as it is."""
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    return "" if raw is None else str(raw)


def percent_text(raw: object) -> str:
    """A number in a cell with a percent format, as the sheet shows it: 0.087 as 8.7%."""
    if not isinstance(raw, float):
        return number_as_written(raw)
    return f"{number_as_written(float(Decimal(repr(raw)) * 100))}%"


def _read_text(raw: str) -> Number | None:
    words = wording()
    text = narrow(raw).strip()
    kind = "empty" if not text else words.nothing.get(re.sub(r"\s+", "", text))
    if kind:
        return Number(None, kind)
    body = text.rstrip(words.footnote + " ")
    mark = re.sub(r"\s+", "", text[len(body) :])
    if mark and words.nothing.get(re.sub(r"\s+", "", body)):
        return Number(None, words.nothing[re.sub(r"\s+", "", body)], mark=mark)
    if re.sub(r"\s+", "", body) in words.flat:
        return Number(0.0, mark=mark)
    sign, body = _direction(body.translate(_MINUS))
    unit, body = _trailing_unit(body)
    value = _plain(body)
    if value is None or (sign is not None and sign < 0 and (value < 0 or body.lstrip().startswith(("+", "-", "(")))):
        return None
    return Number(float(value if sign is None else sign * value), unit=unit, mark=mark)


def _direction(text: str) -> tuple[int | None, str]:
    words = wording()
    for sign, names in ((1, words.up), (-1, words.down)):
        for name in names:
            if text.startswith(name):
                return sign, text[len(name) :].strip()
    return None, text


def _trailing_unit(text: str) -> tuple[str, str]:
    units = sorted({*known_units(), "%", "‰", "百分点", "个百分点"}, key=len, reverse=True)
    for unit in units:
        if text.endswith(unit):
            return unit.removeprefix("个"), text[: -len(unit)].strip()
    return "", text


def _plain(text: str) -> Decimal | None:
    if text.startswith("(") and text.endswith(")"):
        inner = _plain(text[1:-1].strip())
        return None if inner is None or inner < 0 or text[1:2] in "+-" else -inner
    text = _BLANK_AT_SIGN.sub("", text)
    grouped = _GROUPED.search(text)
    if grouped and grouped.start() == len(text) - len(text.lstrip("+-")):
        text = text[: grouped.start()] + grouped[0].replace(" ", "") + text[grouped.end() :]
    return Decimal(text.replace(",", "")) if _PLAIN.fullmatch(text) else None


def last_digit(raw: str, value: float) -> float:
    """What one step of the last printed digit is worth in the unit of ``value``.

    "12,500" 万元 read as 1.25 亿元 gives 0.0001.

    Args:
        raw: the cell's text.
        value: the number it became.
    """
    number = read_number(raw)
    if number is None or not number.value:
        return 0.0
    digits = re.sub(r"[^\d.]", "", narrow(raw)).partition(".")[2]
    return 10.0 ** -len(digits) * abs(value / number.value)


def finest_digit(rows: Iterable[Mapping[Hashable, Any]]) -> float:
    """The smallest ``last_digit`` of some observations: a sheet that prints 1.25 and 3.1 means 3.10.

    Args:
        rows: observations with ``raw_text`` and ``value``.
    """
    digits = [last_digit(str(row["raw_text"]), float(row["value"])) for row in rows]
    return min((one for one in digits if one), default=0.0)
