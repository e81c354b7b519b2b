"""The year's settlement of DIP points: the value of a point, each hospital's due and balance, where the fund goes."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from fhdata.funds.dip_inputs import E4, DipInputs
from fhdata.funds.dip_terms import DipTerms
from fhdata.money import FEN_PER_YUAN, apportion, divided_half_up, require_fen
from fhdata.problems import problem, stop_on

PUBLISHED, BY_RATIO, ON_GROSS = "published", "ratio", "gross"
TOTALS = ("cases", "cost_fen", "patient_fen")
DUE, AUDIT, CUT, ROUNDING, DIFFERENCE = "due", "audit", "assessment", "rounding", "patient_difference"


@dataclass(frozen=True)
class DipSettlement:
    """One year's settlement.

    Attributes:
        fund_fen: what the fund has for DIP.
        pool_fen: what is shared by points: the fund over the reimbursement ratio.
        points: of all hospitals.
        value_fen: fen a point, unrounded.
        published_value: 元 a point with the decimals it is published with, half up.
        hospitals: one row a hospital: institution, cases, cost_fen, plain_points, points (Fraction), gross_fen,
            patient_fen, audit_fen, assessment_fen (what the coefficient takes; negative where it adds), due_fen,
            prepaid_fen, balance_fen (positive: to be paid), published_fen (points × published value).
        lines: line, amount_fen: where the fund goes; they add up to ``fund_fen``.
    """

    fund_fen: int
    pool_fen: int
    points: Fraction
    value_fen: Fraction
    published_value: Fraction
    hospitals: pd.DataFrame
    lines: pd.DataFrame


def point_value(fund_fen: int, ratio: Fraction, points: Fraction) -> Fraction:
    """What a point is worth, in fen: (fund available ÷ reimbursement ratio) ÷ Σ points.

    Raises:
        ProblemsFound: no fund or no points.

    Example:
        >>> point_value(18_000_000_000, Fraction(7, 10), Fraction(2_000_000)) / 100  # 元
        Fraction(900, 7)
    """
    found = []
    if fund_fen <= 0:
        found.append(problem("no_fund", "可用于 DIP 的基金不大于零", "应大于零", "请核对基金预算"))
    if points <= 0:
        found.append(problem("no_points", "总分值为零", "应有计分的病例", "请核对病例数据"))
    stop_on(found)
    return Fraction(fund_fen) / ratio / points


def rounded(value: Fraction, decimals: int) -> Fraction:
    """A non-negative value half up to some decimals: 128.571428… → 128.5714."""
    scale = 10**decimals
    return Fraction(divided_half_up(value.numerator * scale, value.denominator), scale)


def decimal_of(value: Fraction, decimals: int) -> Decimal:
    """A value half up (away from zero) to some decimals, for printing: −1/3 → −0.3333."""
    whole = rounded(abs(value), decimals)
    return Decimal(whole.numerator) / Decimal(whole.denominator) * (1 if value >= 0 else -1)


def settle_dip(points: pd.DataFrame, inputs: DipInputs, terms: DipTerms) -> DipSettlement:
    """Settle a year: value of a point, each hospital's due and balance.

    Formula: gross = points × value; due = (gross − borne by patients − audit deductions) × assessment coefficient;
    balance = due − prepaid. Gross is shared out to the fen, or reckoned with the published value and its remainder
    shown (reading ``value_rounding``); what patients bear is what they paid, or the complement of the reimbursement
    ratio (``patient_share``). The lines close: fund = Σ due + Σ audit + Σ assessment + rounding + difference of
    what patients bore from what the ratio says.

    Args:
        points: as ``dip_cases.case_points`` gives them.
        inputs: fund and hospitals.
        terms: the terms.

    Raises:
        ProblemsFound: no fund or no points.

    Source: 凤政办发〔2023〕1号 第九条; the prefecture's method is unverified.
    """
    rows = _by_hospital(points, inputs)
    codes, scored = [str(one) for one in rows["institution"]], list(rows["points"])
    total = sum(scored, Fraction(0))
    value = point_value(inputs.fund_fen, terms.reimbursement_ratio, total)
    published = rounded(value / FEN_PER_YUAN, terms.value_decimals)
    pool = _half_up(Fraction(inputs.fund_fen) / terms.reimbursement_ratio)
    at_published = [_half_up(one * published * FEN_PER_YUAN) for one in scored]
    is_published = terms.readings.value_rounding == PUBLISHED
    gross = at_published if is_published else apportion(pool, scored, codes)
    patients = [int(one) for one in rows["patient_fen"]]
    if terms.readings.patient_share == BY_RATIO:
        funds = apportion(inputs.fund_fen, scored, codes)
        if is_published:
            funds = [_half_up(one * terms.reimbursement_ratio) for one in gross]
        patients = [one - fund for one, fund in zip(gross, funds, strict=True)]
    due, taken = _assessed(gross, patients, rows, terms)
    hospitals = rows.assign(
        gross_fen=gross, patient_fen=patients, assessment_fen=taken, due_fen=due, published_fen=at_published
    ).assign(balance_fen=lambda frame: frame["due_fen"] - frame["prepaid_fen"])
    require_fen(hospitals)
    amounts = {
        DUE: sum(due), AUDIT: int(rows["audit_fen"].sum()), CUT: sum(taken), ROUNDING: pool - sum(gross),
        DIFFERENCE: inputs.fund_fen - pool + sum(patients),
    }  # fmt: skip
    lines = pd.DataFrame({"line": list(amounts), "amount_fen": pd.Series(list(amounts.values()), dtype="int64")})
    return DipSettlement(inputs.fund_fen, pool, total, value, published, hospitals, lines)


def _by_hospital(points: pd.DataFrame, inputs: DipInputs) -> pd.DataFrame:
    """Every hospital of the roster with what its cases add up to; one without cases has zeros."""
    sums = points.groupby("institution")[list(TOTALS)].sum()
    exact = {
        name: {str(code): sum(part, Fraction(0)) for code, part in points.groupby("institution")[name]}
        for name in ("plain_points", "points")
    }
    roster = inputs.hospitals.sort_values("institution", kind="stable", ignore_index=True)
    codes = [str(one) for one in roster["institution"]]
    counted = sums.reindex(codes, fill_value=0).astype("int64").reset_index(drop=True)
    scored = {
        name: pd.Series([found.get(code, Fraction(0)) for code in codes], dtype="object")
        for name, found in exact.items()
    }
    kept = roster[["institution", "assessment_e4", "audit_fen", "prepaid_fen"]]
    return pd.concat([kept, counted], axis=1).assign(**scored)


def _assessed(
    gross: list[int], patients: list[int], rows: pd.DataFrame, terms: DipTerms
) -> tuple[list[int], list[int]]:
    """What is due after the assessment coefficient, and what it took."""
    due, taken = [], []
    for one, borne, audit, by in zip(gross, patients, rows["audit_fen"], rows["assessment_e4"], strict=True):
        base = one if terms.readings.assessment == ON_GROSS else one - borne - int(audit)
        kept = _half_up(Fraction(base * int(by), E4))
        taken.append(base - kept)
        due.append(kept - borne - int(audit) if terms.readings.assessment == ON_GROSS else kept)
    return due, taken


def _half_up(amount: Fraction) -> int:
    """Whole fen, half away from zero."""
    whole = divided_half_up(abs(amount.numerator), amount.denominator)
    return whole if amount >= 0 else -whole


def by_group(points: pd.DataFrame, settlement: DipSettlement) -> pd.DataFrame:
    """What each disease group is paid beside what it cost.

    Grain: one row a group.

    Args:
        points: as ``dip_cases.case_points`` gives them.
        settlement: the year's.

    Returns:
        group_code, cases, cost_fen, points (Fraction), gross_fen (shared out of the pool by points), gain_fen (gross −
        cost).
    """
    sums = points.groupby("group_code", as_index=False)[["cases", "cost_fen"]].sum()
    scored = [sum(part, Fraction(0)) for _, part in points.groupby("group_code")["points"]]
    gross = apportion(settlement.pool_fen, scored, [str(one) for one in sums["group_code"]])
    made = sums.assign(points=pd.Series(scored, dtype="object"), gross_fen=pd.Series(gross, dtype="int64"))
    return made.assign(gain_fen=made["gross_fen"] - made["cost_fen"])


def corrections(points: pd.DataFrame, settlement: DipSettlement) -> pd.DataFrame:
    """What the corrections move: points a band has more or less than without them, and their worth at the year's value.

    Grain: one row a hospital and band.

    Args:
        points: as ``dip_cases.case_points`` gives them.
        settlement: the year's.

    Returns:
        institution, band, cases, cost_fen, points_moved (Fraction), worth_fen (int64, half up).
    """
    keys = ["institution", "band"]
    sums = points.groupby(keys, as_index=False)[["cases", "cost_fen"]].sum()
    moved = [
        sum((after - before for after, before in zip(part["points"], part["plain_points"], strict=True)), Fraction(0))
        for _, part in points.groupby(keys)
    ]
    worth = [_half_up(one * settlement.value_fen) for one in moved]
    return sums.assign(points_moved=pd.Series(moved, dtype="object"), worth_fen=pd.Series(worth, dtype="int64"))
