"""Personal identifiers in cells: found, so that the file is refused and the number is not copied on."""

import re
from datetime import date

_DIGITS = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{11}|\d{16,19})(?!\d)")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_MOBILE = re.compile(r"1[3-9]\d{9}")


def personal_kind(text: str, *, is_data: bool = False) -> str:
    """What kind of personal identifier a text holds: 身份证号, 手机号, 银行卡号, or "".

    An ID number needs a birth date that exists and a right check digit, a card number a right Luhn sum. In a data cell
    a plain 11-digit number is a figure, not a mobile number.
    """
    for found in _DIGITS.finditer(text):
        digits = found[1]
        if len(digits) == 18 and _is_id(digits):
            return "身份证号"
        if len(digits) == 11 and not is_data and _MOBILE.fullmatch(digits):
            return "手机号"
        if len(digits) >= 16 and digits.isdigit() and _is_luhn(digits):
            return "银行卡号"
    return ""


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
