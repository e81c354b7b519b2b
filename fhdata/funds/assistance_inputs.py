"""What the assistance tables must be before anything is computed from them; every fault with its sheet and cell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fhdata.money import require_fen
from fhdata.problems import Problem, hint, problem

KEYS = ["township", "category", "month"]
DIFFERENCE, FULL = "difference", "full"  # payment: topped up to the standard by household, or paid as it stands


@dataclass(frozen=True)
class AssistanceInputs:
    """The sheets as they were read: columns as in ``intake.assistance_sheets``; a total row has no township."""

    headcounts: pd.DataFrame
    totals: pd.DataFrame
    last_year: pd.DataFrame
    last_year_totals: pd.DataFrame
    households: pd.DataFrame
    members: pd.DataFrame
    amounts: pd.DataFrame
    funds: pd.DataFrame
    shares: pd.DataFrame
    payments: pd.DataFrame
    accepted: pd.DataFrame


def at_cells(
    rows: pd.DataFrame, code: str, found: Callable[[Any], str], allowed: str, action: str, *, cell: str = "source_cell"
) -> list[Problem]:
    """One problem a row, at the row's own place.

    Args:
        rows: faulty rows with source_file, source_sheet, source_cell.
        code: the kind of problem.
        found: the row (a named tuple) → what was found, Chinese.
        allowed: what is allowed.
        action: what to do.
        cell: the column that names the exact cell, where the sheet has one for it; else source_cell.
    """
    cells = rows[cell if cell in rows.columns else "source_cell"]
    places = zip(rows["source_file"], rows["source_sheet"], cells, rows.itertuples(index=False), strict=True)
    return [
        problem(code, found(row), allowed, action, file=str(file), sheet=str(sheet), cell=str(at))
        for file, sheet, at, row in places
    ]


def category_problems(frame: pd.DataFrame, rates: pd.DataFrame) -> list[Problem]:
    """Rows of a category that has no standard."""
    known = rates["category"].unique()
    strange = frame[~frame["category"].isin(known)]
    return at_cells(
        strange,
        "unknown_category",
        lambda row: f"没有类别“{row.category}”的标准" + (f"，{near}" if (near := hint(row.category, known)) else ""),
        "类别须在标准表内",
        "请改正或补登标准",
    )


def headcount_problems(headcounts: pd.DataFrame, rates: pd.DataFrame) -> list[Problem]:
    """What is wrong with a table of persons: unknown categories or months, a key twice, numbers below zero.

    Args:
        headcounts: township, category, month, persons (int64), source_file, source_sheet, source_cell.
        rates: see ``rules.standards.rates``.
    """
    require_fen(headcounts, "persons")
    found = category_problems(headcounts, rates)
    months = rates["month"].unique()
    found += at_cells(
        headcounts[~headcounts["month"].isin(months)],
        "unknown_month",
        lambda row: f"月份“{row.month}”不在测算范围",
        f"测算月份为 {months.min()} 至 {months.max()}",
        "请核对月份",
    )
    found += at_cells(
        headcounts[headcounts.duplicated(KEYS)],
        "duplicate",
        lambda row: f"{row.township} {row.category} {row.month} 出现不止一次",
        "每个乡镇、类别、月份只有一行",
        "请删去重复的行",
    )
    return found + at_cells(
        headcounts[headcounts["persons"] < 0],
        "negative_count",
        lambda row: f"人数为 {row.persons}",
        "不得为负",
        "请改正",
        cell="persons_cell",
    )


def household_problems(households: pd.DataFrame, rates: pd.DataFrame) -> list[Problem]:
    """What is wrong with a roster of households; no sentence shows who it is about.

    Args:
        households: household_id (hashed), township, category, persons, income_fen (int64, of the family a month),
            source_file, source_sheet, source_cell.
        rates: see ``rules.standards.rates``.
    """
    require_fen(households, "persons", "income_fen")
    found = category_problems(households, rates)
    found += at_cells(
        households[households.duplicated("household_id")],
        "duplicate_household",
        lambda row: "这一户在名册中已经出现过",
        "每户只登记一次",
        "请核对是否重复登记",
    )
    found += at_cells(
        households[households["persons"] < 1],
        "bad_count",
        lambda row: f"家庭人口为 {row.persons}",
        "至少 1 人",
        "请改正",
        cell="persons_cell",
    )
    return found + at_cells(
        households[households["income_fen"] < 0],
        "negative_income",
        lambda row: "家庭月收入为负",
        "不得为负",
        "请改正",
        cell="income_cell",
    )
