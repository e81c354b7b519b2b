"""Sums of checked claims: what institutions cost a month, how many persons came inside and outside the 医共体.

Every figure comes from SQL beside this module, run on whichever engine holds the claims.
"""

from pathlib import Path

import pandas as pd

from fhdata.engines import Engine, sql_file

MEMBER, OUTSIDE = "member", "outside"  # of the 医共体, as claim_persons.sql calls them
_HERE = Path(__file__).parent


def costs(engine: Engine, view: str = "claims") -> pd.DataFrame:
    """What the claims cost.

    Grain: one row an institution, month, category, DIP or not, psychiatric or not, four-disease package or not. A
    refund counts −1 record and its negative amounts in its own month, so a pair is zero over the year.

    Args:
        engine: holds the view.
        view: checked claims as ``intake.claims.read_claims`` leaves them, by settlement (``claims``) or by discharge
            (``claims_by_discharge``).

    Returns:
        institution, month, category, is_dip, is_psychiatric, is_four_disease; int64 records, medfee_fen (医疗费总额),
        hifp_fen (统筹基金), fund_fen (基金支付总额, with 大病 and 救助: not the fund's own cost); ordered.

    Raises:
        ProblemsFound: a sum beyond int64.

    Source: 凤政办发〔2023〕1号 第五条 (monthly, by 门诊、住院、双通道药), 第十条（二）.
    """
    return engine.frame(sql_file(_HERE / "claim_costs.sql", claims=view))


def persons(engine: Engine, institutions: pd.DataFrame, view: str = "claims") -> pd.DataFrame:
    """How many different persons had claims; refunded ones do not count.

    Grain: one row a month, place and category, and one a month and place with category "" for all of them together (a
    person who was an outpatient and an inpatient counts once there).

    Args:
        engine: holds the view.
        institutions: institution, is_member (bool), from_month, to_month ("" = open).
        view: checked claims.

    Returns:
        month, place (member | outside), category, persons (int64).

    Source: 凤政办发〔2023〕1号 第五条 (县医共体内和县医共体外分别统计).
    """
    engine.register_frame("claim_roster", institutions[["institution", "is_member", "from_month", "to_month"]])
    return engine.frame(sql_file(_HERE / "claim_persons.sql", claims=view))


def reversals(engine: Engine, view: str = "claims") -> pd.DataFrame:
    """Refunds and late claims, which explain most differences from the platform's totals.

    Grain: one row an institution, month and category that has any.

    Args:
        engine: holds the view.
        view: checked claims.

    Returns:
        institution, month, category, refunds (negative records), refund_medfee_fen, refund_hifp_fen (both ≤ 0),
        late (records), late_medfee_fen, late_hifp_fen; int64.
    """
    return engine.frame(sql_file(_HERE / "claim_reversals.sql", claims=view))
