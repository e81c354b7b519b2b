"""Points of cases: the standard a case's cost is compared with, the correction it meets, and what cases add up to."""

from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.engines import Engine, sql_file
from fhdata.funds.dip_inputs import E4, DipInputs, rows_of
from fhdata.funds.dip_terms import DipTerms
from fhdata.problems import Problem, problem, stop_on

LOW, NORMAL, HIGH, REVIEW, RULED = "low", "normal", "high", "review", "ruled"
INCLUSIVE, PAYMENT, UNIFORM, FORMULA = "inclusive", "payment", "uniform", "formula"
PAIR = ["institution", "group_code"]
NEARNESS = 20  # a case within a twentieth of a line is near it
_SUMS = Path(__file__).with_name("dip_case_sums.sql")
_PAIRS = Path(__file__).with_name("dip_case_pairs.sql")
_NEAR = Path(__file__).with_name("dip_case_near.sql")


def standards(engine: Engine, view: str, inputs: DipInputs, terms: DipTerms) -> pd.DataFrame:
    """What each hospital's cases of a group are compared with, and where the corrections begin.

    Grain: one row a hospital and group that has cases.
    Formula: standard = last year's mean cost of the group at the hospital's level, or group points × coefficient ×
    budget point value (reading ``standard``). The lines are the least whole fen on their upper side, so that comparing
    whole numbers is exact: a case is low below ``low_before_fen``, high from ``high_from_fen``, for review from
    ``review_from_fen``.

    Args:
        engine: holds the view of the cases.
        view: its name.
        inputs: directory, hospitals, means.
        terms: the terms.

    Returns:
        institution, group_code, points (Fraction: of a normal case here, group points × hospital's coefficient),
        standard_fen (Fraction), low_before_fen, high_from_fen, review_from_fen (int64).

    Raises:
        ProblemsFound: a group without a mean of last year at a level, a mean of zero, no budget value where the reading
            needs it; all of them.
    """
    pairs = engine.frame(sql_file(_PAIRS, cases=view))
    known = pairs.merge(inputs.hospitals[["institution", "level", "coefficient_e4"]], on="institution")
    known = known.merge(inputs.groups[["group_code", "points", "is_basic"]], on="group_code")
    is_uniform = known["is_basic"] & (terms.readings.basic_groups == UNIFORM)
    factor = [
        Fraction(1) if plain else Fraction(int(one), E4)
        for plain, one in zip(is_uniform, known["coefficient_e4"], strict=True)
    ]
    points = [one * by for one, by in zip(known["points"], factor, strict=True)]
    standard = _payments(points, inputs) if terms.readings.standard == PAYMENT else _means(known, inputs)
    lines = {
        "low_before_fen": _line(standard, terms.low_ratio, is_above=terms.readings.low_boundary == INCLUSIVE),
        "high_from_fen": _line(standard, terms.high_ratio, is_above=terms.readings.high_boundary != INCLUSIVE),
        "review_from_fen": _line(standard, terms.review_ratio, is_above=terms.readings.review_boundary != INCLUSIVE),
    }
    exact = {"points": points, "standard_fen": standard}
    columns = {name: pd.Series(values, dtype="object") for name, values in exact.items()}
    return known[PAIR].assign(**columns, **{name: pd.Series(values, dtype="int64") for name, values in lines.items()})


def _line(standard: list[Fraction], ratio: Fraction, *, is_above: bool) -> list[int]:
    """The least whole fen on the upper side of a line: the line itself belongs below it, or above."""
    return [floor(one * ratio) + 1 if is_above else ceil(one * ratio) for one in standard]


def _payments(points: list[Fraction], inputs: DipInputs) -> list[Fraction]:
    if inputs.budget_value_fen is None:
        said = "支付标准要用预算点值，而没有近三年的病例数据"
        stop_on([problem("no_budget_value", said, "", "请补病例数据，或改用上年次均费用")])
        return []
    return [one * inputs.budget_value_fen for one in points]


def _means(known: pd.DataFrame, inputs: DipInputs) -> list[Fraction]:
    rows = {(str(row.level), str(row.group_code)): row for row in rows_of(inputs.means)}
    keys = list(zip(known["level"].astype(str), known["group_code"].astype(str), strict=True))
    absent = sorted({key for key in keys if key not in rows})
    zero = sorted({key for key in keys if key in rows and not (rows[key].cases > 0 and rows[key].cost_fen > 0)})
    stop_on(
        [
            *(_no_mean(key, "没有上年次均费用") for key in absent),
            *(_no_mean(key, "上年次均费用为零") for key in zero),
        ]
    )
    return [Fraction(int(rows[key].cost_fen), int(rows[key].cases)) for key in keys]


def _no_mean(key: tuple[str, str], said: str) -> Problem:
    return problem("no_mean", f"病组“{key[1]}”在“{key[0]}”级{said}", "没有它就分不出偏低、偏高", "请补齐")


def case_points(engine: Engine, view: str, bands: pd.DataFrame, terms: DipTerms) -> pd.DataFrame:
    """Points of the year's cases.

    Grain: one row a hospital, group, band (low | normal | high | review | ruled) and ruling.
    Formula: a case counts points × auxiliary coefficient × correction; correction: low cost/standard, normal 1, high
    cost/standard − high ratio + 1, under review 0 or as high (reading ``under_review``), ruled as the experts said.

    Args:
        engine: holds the view of the cases.
        view: its name.
        bands: as ``standards`` gives them.
        terms: the terms.

    Returns:
        institution, group_code, band, ruling, cases, cost_fen, patient_fen (int64), plain_points (uncorrected) and
        points (Fraction).

    Source: 凤政办发〔2023〕1号 第九条; the prefecture's method is unverified.
    """
    engine.register_frame("dip_bands", bands[[*PAIR, "low_before_fen", "high_from_fen", "review_from_fen"]])
    sums = engine.frame(sql_file(_SUMS, cases=view, bands="dip_bands"))
    both = sums.merge(bands[[*PAIR, "points", "standard_fen"]], on=PAIR, how="left")
    plain = [one * int(by) / E4 for one, by in zip(both["points"], both["auxiliary_e4"], strict=True)]
    corrected = [row.points * _correction(row, terms) / E4 for row in rows_of(both)]
    columns = ["institution", "group_code", "band", "ruling", "cases", "cost_fen", "patient_fen"]
    return sums[columns].assign(
        plain_points=pd.Series(plain, dtype="object"), points=pd.Series(corrected, dtype="object")
    )


def _correction(row: Any, terms: DipTerms) -> Fraction:  # noqa: ANN401 - a named tuple of the frame's columns
    """Σ auxiliary × correction of a band's cases, in 0.0001."""
    number, cost = int(row.auxiliary_e4), int(row.cost_auxiliary_e4)
    if row.band == LOW:
        return Fraction(cost) / row.standard_fen
    if row.band == HIGH or (row.band == REVIEW and terms.readings.under_review == FORMULA):
        return Fraction(cost) / row.standard_fen - (terms.high_ratio - 1) * number
    if row.band == RULED:
        return Fraction(row.ruling) * number
    return Fraction(number if row.band == NORMAL else 0)


def near_lines(engine: Engine, view: str, bands: pd.DataFrame) -> pd.DataFrame:
    """Cases within a twentieth of a line, which a reading or a few 元 more would move across it.

    Grain: one row a hospital and line (low | high | review) that has any.

    Args:
        engine: holds the view of the cases.
        view: its name.
        bands: as ``standards`` gives them.

    Returns:
        institution, line, cases, cost_fen (int64).
    """
    engine.register_frame("dip_bands", bands[[*PAIR, "low_before_fen", "high_from_fen", "review_from_fen"]])
    return engine.frame(sql_file(_NEAR, cases=view, bands="dip_bands", nearness=str(NEARNESS)))
