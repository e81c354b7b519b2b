"""One year's DIP points put together from what was handed in: directory with points, hospitals, last year's means."""

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from fhdata.engines import Engine
from fhdata.funds.dip_cases import case_points, near_lines, standards
from fhdata.funds.dip_inputs import DipInputs, case_problems, rows_of, table_problems
from fhdata.funds.dip_settlement import DipSettlement, settle_dip
from fhdata.funds.dip_terms import DipTerms
from fhdata.funds.dip_weights import weigh
from fhdata.problems import Problem, ProblemsFound, problem

HOSPITAL = ["institution", "name", "level", "coefficient_e4", "assessment_e4", "audit_fen", "prepaid_fen"]


@dataclass(frozen=True)
class DipYear:
    """A settled year: what went in, the points of its cases, the settlement, the cases near a line."""

    inputs: DipInputs
    points: pd.DataFrame
    settlement: DipSettlement
    near: pd.DataFrame


def year_inputs(
    groups: pd.DataFrame, hospitals: pd.DataFrame, history: pd.DataFrame, fund_fen: int, terms: DipTerms
) -> DipInputs:
    """Directory, hospitals and means as the settlement takes them.

    A group whose points the directory prints has those; one without has its weight from the years before × base points.

    Args:
        groups: group_code, group_name, is_basic, points (Decimal; 0 where the directory prints none).
        hospitals: HOSPITAL.
        history: group_code, year, level, cases, cost_fen; the years before.
        fund_fen: what the fund has for DIP.
        terms: the terms.

    Raises:
        ProblemsFound: see ``dip_weights.weigh``; a group without points and without cases in the years before.
    """
    year = terms.on.year
    by_year = history.groupby(["group_code", "year"], as_index=False)[["cases", "cost_fen"]].sum()
    weights = weigh(by_year, year, terms)
    known = dict(zip(weights.groups["group_code"], weights.groups["points"], strict=True))
    points = [
        Fraction(row.points) if row.points > 0 else known.get(row.group_code, Fraction(0)) for row in rows_of(groups)
    ]
    lacking = [row.group_code for row, one in zip(rows_of(groups), points, strict=True) if one == 0]
    if lacking:
        said = "目录没有印分值，近三年也没有病例"
        raise ProblemsFound(
            [problem("no_points", f"病组“{code}”：{said}", "没有分值就不能计分", "请补上") for code in lacking]
        )
    directory = groups[["group_code", "group_name", "is_basic"]].assign(points=pd.Series(points, dtype="object"))
    means = history.loc[history["year"] == year - 1, ["level", "group_code", "cases", "cost_fen"]]
    return DipInputs(fund_fen, directory, hospitals[HOSPITAL], means.reset_index(drop=True), weights.budget_value_fen)


def year_problems(engine: Engine, view: str, inputs: DipInputs) -> list[Problem]:
    """Everything wrong with the tables and the cases."""
    return [*table_problems(inputs), *case_problems(engine, view, inputs)]


def settle_year(engine: Engine, view: str, inputs: DipInputs, terms: DipTerms) -> DipYear:
    """Points, settlement and the cases near a line.

    Args:
        engine: holds the view of the cases.
        view: its name.
        inputs: as ``year_inputs`` gives them.
        terms: the terms.

    Raises:
        ProblemsFound: see ``dip_cases.standards`` and ``dip_settlement.settle_dip``.
    """
    bands = standards(engine, view, inputs, terms)
    points = case_points(engine, view, bands, terms)
    return DipYear(inputs, points, settle_dip(points, inputs, terms), near_lines(engine, view, bands))
