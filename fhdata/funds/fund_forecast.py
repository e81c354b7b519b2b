"""How the year will end: charges, surplus or overrun with an interval, the chance of an overrun, the reserve.

Method. Charges of the months so far, y, are held against a shape z: last year's charges of the same months, or where
there are none a twelfth each. Growth is g = Σy ÷ Σz, and what is still to come is g × Z, Z = Σz of the months ahead.
Months scatter about g·z with a variance in proportion to z, s² = Σ(y − g·z)²/z ÷ (m − 1), so the remaining charges
scatter with s²·(Z + Z² ÷ Σz): the months' own scatter and that of g. Interval and chance are those of Student's t with
m − 1 degrees of freedom. After one month nothing can be said of the scatter: there is a central forecast and no chance.

Amounts are exact up to the central forecast; the interval's ends and the chance are floats, the ends rounded outwards
to whole fen. An odd year (an epidemic, a new price list) breaks the assumption that the shape holds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_standing import MONTHS_A_YEAR, Standing, shape_problems, standing
from fhdata.funds.fund_terms import Terms
from fhdata.funds.sharing import fund_part
from fhdata.money import divided_half_up
from fhdata.problems import stop_on

CENTRAL, LOW, HIGH = "central", "low", "high"
BY_LAST_YEAR, EVEN = "上年各月的比例", "各月相同"
FORECAST_COLUMNS = [
    "case", "charges_fen", "available_fen", "surplus_fen", "reserve_needed_fen", "reserve_fen", "reserve_short_fen",
]  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """How the year is expected to end.

    Attributes:
        table: FORECAST_COLUMNS, int64 fen; a row central, and from two months on low and high charges, between which
            ``interval_percent`` of the outcomes lie. surplus = available − charges. reserve_needed is the fund's part
            of an overrun, reserve_short what the reserve lacks for it (the county budget's line).
        probability: of an overrun, 0 to 1; None after one month, and 0.0 or 1.0 after twelve.
        interval_percent: of the interval.
        months: how many months it rests on.
        shape: what the months ahead are taken to be like, in words.
        is_provisional: whether the budget behind it is.
        unverified: rules behind it that nobody has seen in a document.
    """

    table: pd.DataFrame
    probability: float | None
    interval_percent: int
    months: int
    shape: str
    is_provisional: bool
    unverified: tuple[str, ...]


def forecast(inputs: FundInputs, terms: Terms, month: str, last_year: pd.DataFrame | None = None) -> Forecast:
    """Forecast S at the end of the year from the months so far; the module's text tells the method.

    Args:
        inputs: the frames; months after ``month`` are left out.
        terms: the terms on the month's last day.
        month: such as "2023-03".
        last_year: month ("2022-01" …), amount_fen: last year's charges; without it months are taken to be alike.

    Raises:
        ProblemsFound: everything wrong with the inputs; B not above zero; last year's months not all there.

    Source: 凤政办发〔2023〕1号 第八条、第十条.
    """
    now = standing(inputs, terms, month)
    shape = [1] * MONTHS_A_YEAR
    if last_year is not None:
        stop_on(shape_problems(last_year, terms.year))
        shape = [int(fen) for fen in last_year.sort_values("month")["amount_fen"]]
    cases, probability = year_end(now.spent_fen, shape, now.available_fen, terms.interval_percent)
    keys = ["overrun.bands"] if terms.readings.overrun == "bands" else []
    return Forecast(
        table=_table(cases, now),
        probability=probability,
        interval_percent=terms.interval_percent,
        months=len(now.months),
        shape=EVEN if last_year is None else BY_LAST_YEAR,
        is_provisional=now.is_provisional,
        unverified=terms.unverified(keys),
    )


def year_end(
    spent_fen: Sequence[int], shape: Sequence[int], available_fen: int, interval_percent: int
) -> tuple[dict[str, int], float | None]:
    """The year's charges: central, and from two months on low and high; and the chance that they exceed what there is.

    Args:
        spent_fen: the months so far.
        shape: what the twelve months are held to be like.
        available_fen: for the whole year.
        interval_percent: how much of the outcomes lies between low and high.
    """
    number, spent = len(spent_fen), sum(spent_fen)
    ahead = expected_charges(spent_fen, shape)
    cases = {CENTRAL: spent + ahead}
    if number == MONTHS_A_YEAR:
        return cases, float(spent > available_fen)
    scatter = charge_scatter(spent_fen, shape)
    if scatter is None:
        return cases, None
    reach = t_quantile(0.5 + interval_percent / 200, number - 1) * scatter
    cases |= {LOW: spent + max(math.floor(ahead - reach), 0), HIGH: spent + math.ceil(ahead + reach)}
    room = available_fen - spent - ahead
    return cases, 1 - t_cdf(room / scatter, number - 1) if scatter > 0 else float(room < 0)


def expected_charges(spent_fen: Sequence[int], shape: Sequence[int]) -> int:
    """What the months ahead will charge if they grow like the months so far: Σy × Z ÷ Σz, half up to the fen.

    Args:
        spent_fen: the months so far.
        shape: all twelve months; where those so far are all zero the months are taken to be alike.

    Example:
        >>> expected_charges([100, 110], [1] * 12)
        1050
    """
    so_far = len(spent_fen)
    past, ahead = sum(shape[:so_far]), sum(shape[so_far:])
    if past == 0:
        past, ahead = so_far, len(shape) - so_far
    total = sum(spent_fen) * ahead
    return divided_half_up(total, past) if total >= 0 else -divided_half_up(-total, past)


def charge_scatter(spent_fen: Sequence[int], shape: Sequence[int]) -> float | None:
    """The standard deviation of the remaining charges about what is expected; None after one month.

    √(s²·(Z + Z² ÷ Σz)), s² = Σ(y − g·z)²/z ÷ (m − 1); months whose shape is zero are left out of s².
    """
    so_far = len(spent_fen)
    pairs = [(y, z) for y, z in zip(spent_fen, shape[:so_far], strict=True) if z > 0]
    if len(pairs) < 2:
        return None
    past, ahead = sum(z for _, z in pairs), sum(shape[so_far:])
    growth = Fraction(sum(y for y, _ in pairs), past)
    squares = sum((y - growth * z) ** 2 / z for y, z in pairs) / (len(pairs) - 1)
    return math.sqrt(squares * (ahead + Fraction(ahead * ahead, past)))


def t_cdf(value: float, freedom: int) -> float:
    """Student's t distribution function for a whole number of degrees of freedom, in closed form.

    With θ = atan(t/√ν) the area within ±t is, for ν odd, (θ + sinθ·(cosθ + 2/3·cos³θ + …)) × 2/π, and for ν even
    sinθ·(1 + 1/2·cos²θ + 1·3/(2·4)·cos⁴θ + …), the last power being ν − 2.

    Example:
        >>> round(t_cdf(1.0, 1), 12)  # ν = 1: 1/2 + atan(1)/π
        0.75
    """
    angle = math.atan2(value, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    is_odd = freedom % 2 == 1
    term, total = (cosine, 0.0) if is_odd else (1.0, 0.0)
    for power in range(1 if is_odd else 0, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    within = (angle + sine * total) * 2 / math.pi if is_odd else sine * total
    return 0.5 + within / 2


def t_quantile(probability: float, freedom: int) -> float:
    """The value below which a share above one half of Student's t lies, by halving."""
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < probability:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < probability else (low, middle)
    return high


def _table(cases: dict[str, int], now: Standing) -> pd.DataFrame:
    rows = []
    for case, charges_fen in cases.items():
        surplus = now.available_fen - charges_fen
        exact = fund_part(max(-surplus, 0), now.budget_fen, now.terms)
        needed = divided_half_up(exact.numerator, exact.denominator)
        short = max(needed - now.reserve_fen, 0)
        rows.append((case, charges_fen, now.available_fen, surplus, needed, now.reserve_fen, short))
    whole = dict.fromkeys(FORECAST_COLUMNS[1:], "int64")
    return pd.DataFrame(rows, columns=FORECAST_COLUMNS).astype(whole)
