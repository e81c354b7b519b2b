"""Personal identifiers in cells: found, so that the file is refused and the number is not copied on."""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from fhdata.intake.wording import narrow

LEAST_DIGITS = 11  # of the shortest identifier, a mobile number
_GAP = r"[\s\u00ad\u200b-\u200f\u2060\ufeff\-‐‑‒–—―−]*"  # blanks and dashes people put between groups
_START, _END = r"(?<!\d)(?<!\d\.)", r"(?!\d)"
_ID = re.compile(rf"{_START}(\d{{6}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{3}}[\dXx]){_END}")
_CARD = re.compile(rf"{_START}(\d{{16,19}}|[3-9]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?){_END}")
_MOBILE = re.compile(rf"{_START}(?:(?:\+|00)?86{_GAP})?(1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}){_END}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_NOT_DIGITS = re.compile(r"[^\dXx]")


def personal_kind(text: str, *, is_data: bool = False) -> str:
    """What kind of personal identifier a text holds: 身份证号, 手机号, 银行卡号, or "".

    An ID number needs a birth date that exists and a right check digit, a card number a right Luhn sum. Blanks and
    dashes between the usual groups and full-width digits hide nothing. In a data cell an 11-digit number is a figure,
    not a mobile number.
    """
    plain = narrow(text)
    if any(_is_id(digits) for digits in _found(_ID, plain)):
        return "身份证号"
    if any(_is_luhn(digits) for digits in _found(_CARD, plain)):
        return "银行卡号"
    return "手机号" if not is_data and _MOBILE.search(plain) else ""


def may_be_personal(texts: Sequence[str]) -> np.ndarray:
    """Which texts hold enough decimal digits for an identifier; for no other can ``personal_kind`` find one.

    Formula: digits of a text >= LEAST_DIGITS, where a digit is what ``\\d`` matches (full-width and all other scripts
    too), wherever in the text it stands. Counted for all texts at once.
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if lengths.max(initial=0) < LEAST_DIGITS:
        return np.zeros(len(texts), dtype=bool)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    used = np.flatnonzero(np.bincount(codes))
    is_digit = np.zeros(int(used[-1]) + 1, dtype=bool)
    is_digit[[code for code in used.tolist() if chr(code).isdecimal()]] = True
    counted = np.concatenate([[0], np.cumsum(is_digit[codes], dtype=np.int64)])
    ends = np.cumsum(lengths)
    return counted[ends] - counted[ends - lengths] >= LEAST_DIGITS


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [_NOT_DIGITS.sub("", found[1]) for found in pattern.finditer(text)]


def _is_id(digits: str) -> bool:
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _ID_WEIGHTS, strict=True))
    return born.year >= 1900 and _ID_CHECKS[total % 11] == digits[17].upper()


def _is_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
