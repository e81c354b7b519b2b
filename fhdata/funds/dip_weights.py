"""What a disease group weighs (its mean cost over that of all cases, from the years before), and the budget's value."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from fhdata.funds.dip_inputs import rows_of
from fhdata.funds.dip_terms import DipTerms
from fhdata.problems import Problem, problem, stop_on

HISTORY_COLUMNS = ("group_code", "year", "cases", "cost_fen")
REFUSED = "refused"


@dataclass(frozen=True)
class Weights:
    """What the years before say.

    Attributes:
        groups: one row a group: group_code, mean_fen (weighted mean cost of a case, Fraction), rw (Fraction), points
            (Fraction, rw × base), years (how many of the years have cases).
        overall_mean_fen: the weighted mean cost of a case of any group.
        budget_value_fen: fen a point, from the weighted yearly cost.
    """

    groups: pd.DataFrame
    overall_mean_fen: Fraction
    budget_value_fen: Fraction


def weigh(history: pd.DataFrame, year: int, terms: DipTerms) -> Weights:
    """Group weights and the budget point value of a year, from the cases of the years before.

    Grain of ``groups``: one row a disease group, in the order of their codes.
    Formula: m(i) = Σ w(y) · cost(i, y)/cases(i, y) ÷ Σ w(y); RW(i) = m(i) ÷ m(all); budget point value =
    Σ w(y) · cost(y) ÷ Σ w(y) · Σ RW(i) · cases(i, y) · base points. A group without cases in one of the years is
    weighted by the years it has (reading ``missing_year``).

    Args:
        history: HISTORY_COLUMNS; one row a group and year, year and cases int64, cost in fen (int64).
        year: the year settled; the years before it count, as many as there are weights.
        terms: the terms.

    Raises:
        ProblemsFound: a year without any case, a group whose mean cost is zero, negative figures, a group twice in a
            year, a group that lacks a year where that is not allowed; all of them.

    Source: 凤政办发〔2023〕1号 第九条; the prefecture's method is unverified.
    """
    years = list(range(year - len(terms.year_weights), year))
    known = history[history["year"].isin(years)]
    stop_on(_history_problems(known, years, terms))
    weights = dict(zip(years, terms.year_weights, strict=True))
    by_group = {
        str(group): _weighted_mean(part, weights) for group, part in known[known["cases"] > 0].groupby("group_code")
    }
    totals = known.groupby("year", as_index=False)[["cases", "cost_fen"]].sum()
    overall = _weighted_mean(totals, weights)
    rw = {group: mean / overall for group, mean in by_group.items()}
    cost = sum(weights[int(row.year)] * Fraction(int(row.cost_fen)) for row in rows_of(totals))
    weighted_rw = sum(
        weights[int(row.year)] * rw[str(row.group_code)] * int(row.cases) for row in rows_of(known) if row.cases
    )
    groups = pd.DataFrame(
        {
            "group_code": list(by_group),
            "mean_fen": pd.Series(list(by_group.values()), dtype="object"),
            "rw": pd.Series(list(rw.values()), dtype="object"),
            "points": pd.Series([one * terms.base_points for one in rw.values()], dtype="object"),
            "years": known[known["cases"] > 0].groupby("group_code")["year"].nunique().to_numpy(dtype="int64"),
        }
    )
    return Weights(groups, overall, cost / (weighted_rw * terms.base_points))


def _weighted_mean(part: pd.DataFrame, weights: dict[int, int]) -> Fraction:
    means = {int(row.year): Fraction(int(row.cost_fen), int(row.cases)) for row in rows_of(part)}
    return sum((weights[year] * mean for year, mean in means.items()), Fraction(0)) / sum(
        weights[year] for year in means
    )


def _history_problems(known: pd.DataFrame, years: Sequence[int], terms: DipTerms) -> list[Problem]:
    found = [
        problem("no_history", f"没有 {year} 年的病例数据", f"应有 {years[0]}—{years[-1]} 各年的", "请补齐")
        for year in years
        if not (known.loc[known["year"] == year, "cases"] > 0).any()
    ]
    for row in rows_of(known[(known["cases"] < 0) | (known["cost_fen"] < 0)]):
        found.append(_told(str(row.group_code), int(row.year), "negative_history", "例数或费用为负", "不得为负"))
    for row in rows_of(known[known.duplicated(["group_code", "year"])]):
        found.append(_told(str(row.group_code), int(row.year), "duplicate", "写了不止一次", "一个病组一年只能有一行"))
    with_cases = known[known["cases"] > 0]
    for group, part in with_cases.groupby("group_code"):
        if not (part["cost_fen"] > 0).any():
            found.append(problem("zero_mean", f"病组“{group}”的次均费用为零", "应大于零", "请核对病例数据"))
        missing = sorted(set(years) - set(part["year"]))
        if terms.readings.missing_year == REFUSED and missing:
            lacking = "、".join(map(str, missing))
            found.append(problem("group_year_missing", f"病组“{group}”缺 {lacking} 年的病例", "按规则不折算", "请补齐"))
    return found


def _told(group: str, year: int, code: str, said: str, allowed: str) -> Problem:
    return problem(code, f"病组“{group}” {year} 年的{said}", allowed, "请改正")
