"""DIP points on single cases, plain values in and out: what a worked example written as data calls.

Amounts go in as an int or as text ("410.37"; never a float) and come out as exact decimals, points and values as text.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from fhdata.engines import DuckDb
from fhdata.funds.dip_cases import case_points, standards
from fhdata.funds.dip_inputs import E4, GROUP_COLUMNS, DipInputs, case_problems, rows_of, table_problems
from fhdata.funds.dip_settlement import decimal_of, point_value, settle_dip
from fhdata.funds.dip_terms import DipTerms
from fhdata.funds.dip_weights import weigh
from fhdata.money import FEN_PER_YUAN, fen_of
from fhdata.problems import stop_on

Amount = str | int
Answer = dict[str, Any]
DIGITS = 6  # of a value that need not end


def dip_weight(dip_terms: DipTerms, *, year: int, history: Sequence[Mapping[str, Any]]) -> Answer:
    """Group weights and the budget point value from the years before.

    Args:
        dip_terms: the terms.
        year: the year settled.
        history: a table each: group, year, cases, cost_yuan.

    Returns:
        rw and points (group → value, 6 decimals), overall_mean_yuan, budget_value_yuan (4 decimals each).
    """
    rows = [
        {"group_code": one["group"], "year": one["year"], "cases": one["cases"], "cost_fen": fen_of(one["cost_yuan"])}
        for one in history
    ]
    made = weigh(pd.DataFrame(rows), year, dip_terms)
    codes = made.groups["group_code"]
    return {
        "rw": {code: _text(value, DIGITS) for code, value in zip(codes, made.groups["rw"], strict=True)},
        "points": {code: _text(value, DIGITS) for code, value in zip(codes, made.groups["points"], strict=True)},
        "overall_mean_yuan": _text(made.overall_mean_fen / FEN_PER_YUAN, 4),
        "budget_value_yuan": _text(made.budget_value_fen / FEN_PER_YUAN, 4),
    }


def dip_point_value(dip_terms: DipTerms, *, fund_yuan: Amount, points: Amount, ratio: str = "") -> Answer:
    """The settlement value of a point, in 元.

    Args:
        dip_terms: the terms, which have the ratio and the decimals.
        fund_yuan: what the fund has for DIP.
        points: of all cases.
        ratio: the reimbursement ratio, where it is not the rule's.

    Returns:
        value_yuan as published, and unrounded_yuan as a fraction.
    """
    share = Fraction(ratio) if ratio else dip_terms.reimbursement_ratio
    value = point_value(fen_of(fund_yuan), share, Fraction(points)) / FEN_PER_YUAN
    return {"value_yuan": _text(value, dip_terms.value_decimals), "unrounded_yuan": str(value)}


def dip_case(
    dip_terms: DipTerms,
    *,
    points: Amount,
    standard_yuan: Amount,
    cost_yuan: Amount,
    auxiliary: Amount = 1,
    ruling: str = "",
) -> Answer:
    """One case's points.

    Args:
        dip_terms: the terms.
        points: of a normal case of its group in this hospital.
        standard_yuan: what its cost is compared with.
        cost_yuan: what it cost.
        auxiliary: its auxiliary coefficient.
        ruling: what the experts said, a multiple of the group's points.

    Returns:
        points (text) and band.
    """
    case = {"cost_yuan": cost_yuan, "auxiliary": auxiliary, "ruling": ruling}
    scored = _scored(dip_terms, _one_hospital(points, standard_yuan), [{"hospital": "H", "group": "G", **case}])
    row = scored.iloc[0]
    return {"points": _text(row["points"], DIGITS), "band": row["band"]}


def dip_settlement(
    dip_terms: DipTerms,
    *,
    fund_yuan: Amount,
    groups: Sequence[Mapping[str, Any]],
    hospitals: Sequence[Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]],
) -> Answer:
    """A year's settlement of a few cases.

    Args:
        dip_terms: the terms.
        fund_yuan: what the fund has for DIP.
        groups: a table each: group, points, mean_yuan (level → last year's mean cost), is_basic.
        hospitals: a table each: hospital, level, coefficient, assessment, audit_yuan, prepaid_yuan.
        cases: a table each: hospital, group, cost_yuan, patient_yuan, auxiliary, ruling.

    Returns:
        points and value_yuan of all; gross_yuan, due_yuan, balance_yuan by hospital; lines_yuan.
    """
    inputs = DipInputs(
        fen_of(fund_yuan),
        pd.DataFrame(
            [(one["group"], one["group"], one.get("is_basic", False), Fraction(str(one["points"]))) for one in groups],
            columns=list(GROUP_COLUMNS),
        ).astype({"is_basic": "bool"}),
        pd.DataFrame([_hospital(one) for one in hospitals]),
        pd.DataFrame(
            [
                {"level": level, "group_code": one["group"], "cases": 1, "cost_fen": fen_of(mean)}
                for one in groups
                for level, mean in one["mean_yuan"].items()
            ]
        ),
    )
    settled = settle_dip(_scored(dip_terms, inputs, cases), inputs, dip_terms)
    by_hospital, codes = settled.hospitals, list(settled.hospitals["institution"])
    return {
        "points": _text(settled.points, DIGITS),
        "value_yuan": _text(settled.value_fen / FEN_PER_YUAN, dip_terms.value_decimals),
        **{f"{name}_yuan": {code: _yuan(fen) for code, fen in zip(codes, by_hospital[f"{name}_fen"], strict=True)}
           for name in ("gross", "due", "balance")},
        "lines_yuan": {row.line: _yuan(row.amount_fen) for row in rows_of(settled.lines)},
    }  # fmt: skip


def _one_hospital(points: Amount, standard_yuan: Amount) -> DipInputs:
    """One hospital without a coefficient of its own and one group."""
    return DipInputs(
        1,
        pd.DataFrame([("G", "G", False, Fraction(str(points)))], columns=list(GROUP_COLUMNS)),
        pd.DataFrame([_hospital({"hospital": "H", "level": "L"})]),
        pd.DataFrame([{"level": "L", "group_code": "G", "cases": 1, "cost_fen": fen_of(standard_yuan)}]),
    )  # fmt: skip


def _hospital(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "institution": told["hospital"],
        "name": told["hospital"],
        "level": told["level"],
        "coefficient_e4": _e4(told.get("coefficient", 1)),
        "assessment_e4": _e4(told.get("assessment", 1)),
        "audit_fen": fen_of(told.get("audit_yuan", 0)),
        "prepaid_fen": fen_of(told.get("prepaid_yuan", 0)),
    }


def _scored(terms: DipTerms, inputs: DipInputs, cases: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "case_id": str(number), "institution": one["hospital"], "group_code": one["group"],
                "cost_fen": fen_of(one["cost_yuan"]), "patient_fen": fen_of(one.get("patient_yuan", 0)),
                "auxiliary_e4": _e4(one.get("auxiliary", 1)), "ruling": one.get("ruling", ""),
            }
            for number, one in enumerate(cases)
        ]
    )  # fmt: skip
    with DuckDb() as engine:
        engine.register_frame("dip_cases", frame)
        stop_on([*table_problems(inputs), *case_problems(engine, "dip_cases", inputs)])
        return case_points(engine, "dip_cases", standards(engine, "dip_cases", inputs, terms), terms)


def _e4(value: Amount) -> int:
    return int(Fraction(str(value)) * E4)


def _text(value: Fraction, digits: int) -> str:
    """Half up to so many decimals, without zeros at the end: 128.571428… → 128.5714, 400 → 400."""
    text = format(decimal_of(value, digits), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _yuan(fen: int) -> Decimal:
    return Decimal(int(fen)) / FEN_PER_YUAN


CALLS: Mapping[str, Callable[..., Answer]] = {
    call.__name__: call for call in (dip_weight, dip_point_value, dip_case, dip_settlement)
}
