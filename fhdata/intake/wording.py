"""The words sheets are written with: folding of widths and blanks, and the word lists of ``wording.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_BLANKS = dict.fromkeys([*range(0x09, 0x0E), 0x20, 0xA0, 0x3000, *range(0x2000, 0x2010), 0x202F, 0x205F, 0xFEFF], None)
_FOLDED = _FULL_WIDTH | {0xFE63: 0x2D, 0xFE6A: 0x25, 0xFFE5: 0xA5, 0x3014: 0x28, 0x3015: 0x29}


@dataclass(frozen=True)
class Wording:
    """The word lists, folded and ready for use."""

    nothing: dict[str, str]
    up: tuple[str, ...]
    down: tuple[str, ...]
    flat: frozenset[str]
    footnote: str
    not_units: re.Pattern[str]
    index: re.Pattern[str]
    released: re.Pattern[str]
    preliminary: re.Pattern[str]
    revised: re.Pattern[str]
    example: re.Pattern[str]
    ordinal: re.Pattern[str]
    total: re.Pattern[str]
    subtotal: re.Pattern[str]


def narrow(text: str) -> str:
    """Full-width letters, digits and punctuation as half-width; blanks stay (full-width ones become ordinary)."""
    return text.translate(_FOLDED).replace("\u3000", " ")


def fold(text: str) -> str:
    """``narrow`` without any blank or line break: what names and headers are compared as.

    Example:
        >>> fold("增速 （％）\\n")
        '增速(%)'
    """
    return text.translate(_FOLDED).translate(_BLANKS)


@cache
def wording() -> Wording:
    """Read ``wording.toml`` once."""
    data = tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))
    direction = data["direction"]
    return Wording(
        nothing={word: kind for kind, words in data["nothing"].items() for word in words},
        up=tuple(sorted(direction["up"], key=len, reverse=True)),
        down=tuple(sorted(direction["down"], key=len, reverse=True)),
        flat=frozenset(direction["flat"]),
        footnote=data["marks"]["footnote"],
        not_units=re.compile(data["unit"]["not_units"]),
        index=re.compile(data["unit"]["index"]),
        released=re.compile(data["sheet"]["released"]),
        preliminary=re.compile(data["sheet"]["preliminary"]),
        revised=re.compile(data["sheet"]["revised"]),
        example=re.compile(data["sheet"]["example"]),
        ordinal=re.compile(data["label"]["ordinal"]),
        total=re.compile(data["label"]["total"]),
        subtotal=re.compile(data["label"]["subtotal"]),
    )


_INNER_BRACKETS = re.compile(r"\(([^()]*)\)")


def split_unit(label: str) -> tuple[str, str]:
    """A label without the unit in its last brackets, and that unit: 商品房平均销售价格(元/平方米).

    An index base in the middle (国内生产总值指数(上年同期=100)当季值) is the unit too, but stays part of the name.

    Returns:
        The label as written less the unit's brackets (folded widths), and the unit, empty where there is none.
    """
    text = narrow(label).strip()
    if ")" not in text:
        return text, ""
    start = text.rfind("(")
    if text.endswith(")") and start >= 0 and ")" not in text[start:-1]:
        unit = _unit(text[start + 1 : -1])
        if unit:
            return text[:start].strip(), unit
    inner = [fold(one) for one in _INNER_BRACKETS.findall(text)]
    return text, next((one for one in inner if wording().index.search(one)), "")


@lru_cache(maxsize=4096)
def _unit(text: str) -> str:
    words, unit = wording(), fold(text)
    is_unit = bool(unit) and (bool(words.index.search(unit)) or not words.not_units.search(unit))
    return unit if is_unit else ""
