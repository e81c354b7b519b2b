"""Exact money: every table holds whole fen (分) as int64, and a pool that is shared out adds up to the fen."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from numbers import Integral, Rational

import numpy as np
import pandas as pd

from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.quantities import conversion_factor
from fhdata.rounding import number_text

FEN_PER_YUAN = 100
# A sign, digits (plain, or grouped by threes with commas), and decimals; nothing else is money.
_AMOUNT = r"(?P<sign>[-−－+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
_WHOLE_AMOUNT = re.compile(_AMOUNT)
_MINUS_SIGNS = ("-", "−", "－")
_MOST_DIGITS = 18  # of fen: any number of 18 digits fits int64


def fen_of(amount: str | int | Decimal, unit: str = "元") -> int:
    """An amount of money as whole fen, exactly: "5,760,600.5" is 576060050, and 480 in 万元 is 480000000.

    Args:
        amount: digits as text, an int or a Decimal; never a float.
        unit: what the amount is written in.

    Raises:
        ProblemsFound: not a number, finer than a fen, or a unit that is not money.
    """
    if isinstance(amount, bool | float):
        raise TypeError("money is text, int or Decimal, never a float")
    text = format(amount, "f") if isinstance(amount, Decimal) else str(amount)
    places = _decimal_places(unit)
    found = _WHOLE_AMOUNT.fullmatch(text.strip())
    part = (found["part"] or "") if found else ""
    digits = found["whole"].replace(",", "") + part[:places].ljust(places, "0") if found else ""
    if not found or part[places:].strip("0") or len(digits.lstrip("0")) > _MOST_DIGITS:
        raise ProblemsFound([_bad_amount(text, unit)])
    return -int(digits) if found["sign"] in _MINUS_SIGNS else int(digits)


def fen_column(texts: "pd.Series[str]", unit: str = "元") -> "pd.Series[int]":
    """Amounts written as text to whole fen, a column at a time; the index stays.

    Args:
        texts: such as ``1,234.5``, ``-3``; a comma may only group digits by three.
        unit: what the amounts are written in (元, 万元, 亿元 …).

    Returns:
        int64.

    Raises:
        ProblemsFound: cells that are no number, or finer than a fen; all of them.
    """
    places = _decimal_places(unit)
    found = texts.astype("str").str.strip().str.extract(f"^{_AMOUNT}$")
    whole = found["whole"].str.replace(",", "")
    part = found["part"].fillna("")
    kept, finer = part.str.slice(0, places), part.str.slice(places).str.replace("0", "")
    digits = whole + kept.str.pad(places, side="right", fillchar="0")
    is_bad = whole.isna() | (finer != "") | (digits.str.lstrip("0").str.len() > _MOST_DIGITS)
    if is_bad.any():
        stop_on(_bad_amount(str(text), unit) for text in texts[is_bad])
    is_negative = found["sign"].fillna("").isin(_MINUS_SIGNS)
    fen = digits.astype("int64").to_numpy()
    return pd.Series(np.where(is_negative, -fen, fen), index=texts.index, name=texts.name, dtype="int64")


@cache
def _decimal_places(unit: str) -> int:
    """How many decimals a whole fen has in a unit: 2 in 元, 6 in 万元."""
    factor = conversion_factor(unit, "元") * FEN_PER_YUAN
    return len(str(int(factor))) - 1


def _bad_amount(text: str, unit: str) -> Problem:
    return problem("bad_amount", f"金额写的是“{text}”（{unit}）", "应为数字，最细到分", "请改正")


def money_text(fen: int, unit: str = "元", digits: int = 2) -> str:
    """Fen as they are printed, rounded half up here and nowhere before: 576060000 is "576.06" in 万元."""
    return number_text(Decimal(int(fen)) / FEN_PER_YUAN / conversion_factor(unit, "元"), digits)


def in_yuan(frame: pd.DataFrame, unit: str = "元") -> pd.DataFrame:
    """Every column …_fen as …_yuan, exact decimals, for printing; missing ones stay missing.

    Args:
        frame: any table.
        unit: what the printed amounts are in; the ending is …_yuan all the same.
    """
    ends = [name for name in frame.columns if str(name).endswith("_fen")]
    per_unit = FEN_PER_YUAN * conversion_factor(unit, "元")
    columns = {
        f"{name.removesuffix('_fen')}_yuan": pd.Series(
            [None if pd.isna(fen) else Decimal(int(fen)) / per_unit for fen in frame[name]],
            index=frame.index,
            dtype="object",
        )
        for name in ends
    }
    return frame.drop(columns=ends).assign(**columns)


def require_fen(frame: pd.DataFrame, *columns: str) -> None:
    """Refuse a frame whose money or counts are not int64: a float may already have lost a fen.

    Args:
        frame: any table; every column whose name ends in ``_fen`` is looked at.
        columns: further columns that must be there as int64.

    Raises:
        TypeError: names the columns.
    """
    wanted = {*columns, *(str(name) for name in frame.columns if str(name).endswith("_fen"))}
    wrong = sorted(name for name in wanted if name not in frame.columns or frame[name].dtype != np.int64)
    if wrong:
        raise TypeError(f"columns that must be int64: {', '.join(wrong)}")


def divided_half_up(numerator: int, denominator: int) -> int:
    """Integer division of a non-negative number, half up: 5 ÷ 2 → 3."""
    return (2 * numerator + denominator) // (2 * denominator)


def apportion(pool_fen: int, weights: Sequence[int | Fraction | Decimal], codes: Sequence[str]) -> list[int]:
    """Share a pool in proportion to weights so that the shares add up to it exactly (largest remainder).

    Every share is the exact quota pool × weight ÷ total rounded down; the fen left over go one each to the largest
    remainders, equal ones in the order of their codes. No share is negative; the same code gets the same share in
    whatever order the rows stand; of two weights the larger never gets less, and a weight that rises alone never gets
    less than before. Python integers throughout, as fen × weight overflows int64 at national scale.

    Args:
        pool_fen: what is shared, fen, not negative.
        weights: one a row, not negative; int, Fraction or Decimal.
        codes: one a row, unique; they break ties.

    Returns:
        Fen, one a row, in the order given.

    Raises:
        ProblemsFound: a negative pool or weight, a code twice, or nothing to share the pool by.

    Example:
        >>> apportion(10000, [1, 1, 1], ["C", "B", "A"])
        [3333, 3333, 3334]
    """
    exact = [_exact(weight) for weight in weights]
    _check_apportionment(pool_fen, exact, codes)
    scale = math.lcm(*(weight.denominator for weight in exact))
    parts = [weight.numerator * (scale // weight.denominator) for weight in exact]
    total = max(sum(parts), 1)  # all weights may be 0 where there is nothing to share
    divided = [divmod(int(pool_fen) * part, total) for part in parts]
    shares = [share for share, _ in divided]
    left_over = int(pool_fen) - sum(shares)
    by_remainder = sorted(range(len(shares)), key=lambda row: (-divided[row][1], codes[row]))
    for row in by_remainder[:left_over]:
        shares[row] += 1
    return shares


def _exact(weight: int | Fraction | Decimal) -> Fraction:
    if isinstance(weight, Integral):  # an int64 of numpy too, which would overflow inside a Fraction
        return Fraction(int(weight))
    if isinstance(weight, Rational | Decimal):
        return Fraction(weight)
    raise TypeError("a weight is an int, a Fraction or a Decimal, never a float")


def _check_apportionment(pool_fen: int, weights: Sequence[Fraction], codes: Sequence[str]) -> None:
    negative = [code for code, weight in zip(codes, weights, strict=True) if weight < 0]
    repeated = sorted(code for code, times in Counter(codes).items() if times > 1)
    found = [problem("negative_weight", f"“{code}”的权重为负", "权重不得为负", "请核对") for code in negative]
    found += [problem("duplicate", f"“{code}”出现不止一次", "分配对象不得重复", "请核对") for code in repeated]
    if pool_fen < 0:
        found.append(problem("negative_pool", f"待分配金额为 {money_text(pool_fen)} 元", "不得为负", "请核对"))
    if pool_fen > 0 and not any(weights):
        found.append(
            problem("nothing_to_share_by", f"{money_text(pool_fen)} 元没有可分配的对象", "权重合计须大于零", "请核对")
        )
    if found:
        raise ProblemsFound(found)
