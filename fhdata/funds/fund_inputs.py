"""What the medical fund is accounted and settled from: five frames of one year.

The frames are made at the door (sheets and claims); nothing here reads a file. All money is int64 fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

YEAR = ""  # the month of an item that is given for the whole year
FINAL, PRELIMINARY = "final", "preliminary"
STATUSES = (FINAL, PRELIMINARY)
ITEMS = (
    "income_received", "income_budgeted", "income_quota", "dip_budget", "serious_illness_remitted", "psychiatric_pot",
    "psychiatric_actual", "psychiatric_returns", "four_disease_package", "reserve_balance",
)  # fmt: skip
KINDS = ("hospital", "clinic", "private", "pharmacy", "outside")
PHARMACY, OUTSIDE = "pharmacy", "outside"
CATEGORIES = ("outpatient", "inpatient", "dual_channel", "pharmacy")
MOST_SCORE_E4 = 100 * 10_000
LAST_MONTH = "9999-12"  # of a stretch that is still open

SOURCE = ["source_file", "source_sheet", "source_cell"]
ITEM_COLUMNS = ["item", "month", "amount_fen", "status", *SOURCE]
INSTITUTION_COLUMNS = [
    "institution", "name", "kind", "level", "is_member", "is_dip", "is_scored", "score", "from_month", "to_month",
    *SOURCE,
]  # fmt: skip
FLAGS = ["is_dip", "is_psychiatric", "is_four_disease"]
COST_KEYS = ["institution", "month", "category", *FLAGS]
COST_COLUMNS = [*COST_KEYS, "records", "medfee_fen", "hifp_fen", "fund_fen"]
PENALTY_COLUMNS = ["institution", "document", "amount_fen", *SOURCE]
PREPAYMENT_COLUMNS = ["institution", "month", "declared_fen", "paid_fen", *SOURCE]


@dataclass(frozen=True)
class FundInputs:
    """The frames of one year; see ``fund_checks.input_problems`` for what must hold of them.

    Attributes:
        items: one row an item and month (``""`` for the whole year): ITEM_COLUMNS; amount_fen not negative; status
            ``final`` or ``preliminary``. An item is given either for the year or month by month.
        institutions: one row an institution (or several, of stretches of months apart): INSTITUTION_COLUMNS; level is
            a level of the rules or ``""``; score in 0.0001 point (int64); from_month and to_month say when it took
            part (``""``: open).
        costs: one row an institution, month, category and set of flags: COST_COLUMNS; sums of checked claims, by the
            month of settlement. hifp_fen is what the basic medical insurance pays, medfee_fen the whole bill.
        penalties: one row a document and institution: PENALTY_COLUMNS; amount_fen not negative.
        prepayments: one row an institution and month: PREPAYMENT_COLUMNS.
        costs_by_discharge: the same claims by the month of discharge, other years' too (late claims); None where not
            known, and the reading that asks for it cannot be used.
    """

    items: pd.DataFrame
    institutions: pd.DataFrame
    costs: pd.DataFrame
    penalties: pd.DataFrame
    prepayments: pd.DataFrame
    costs_by_discharge: pd.DataFrame | None = None


def months_of(year: int, until: int = 12) -> list[str]:
    """The months of a year up to one of them: ``months_of(2023, 2)`` is ``["2023-01", "2023-02"]``."""
    return [f"{year}-{number:02d}" for number in range(1, until + 1)]


def until(inputs: FundInputs, months: Sequence[str]) -> FundInputs:
    """The inputs as they were after some months of the year: what is of its later months is left out."""
    later = set(months_of(int(months[0][:4]))) - set(months)

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["month"].isin(later)].reset_index(drop=True)

    by_discharge = inputs.costs_by_discharge
    return FundInputs(
        items=kept(inputs.items),
        institutions=inputs.institutions,
        costs=kept(inputs.costs),
        penalties=inputs.penalties,
        prepayments=kept(inputs.prepayments),
        costs_by_discharge=None if by_discharge is None else kept(by_discharge),
    )


def in_year(institutions: pd.DataFrame, year: str) -> pd.DataFrame:
    """The rows of institutions that took part in a year, by code and first month; the last of a code counts."""
    ends = institutions["to_month"].where(institutions["to_month"] != "", LAST_MONTH)
    rows = institutions[(institutions["from_month"] <= f"{year}-12") & (ends >= f"{year}-01")]
    return rows.sort_values(["institution", "from_month"], kind="stable", ignore_index=True)
