"""A year's appraisal: months to quarters, quarters and the leaders' evaluation to the year, then the annual ranks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fhdata.appraisal.awards import execution_list
from fhdata.appraisal.checks import at_rows, evaluation_problems
from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.month import MonthInputs, Months, with_event_points
from fhdata.appraisal.placing import placed, total_points
from fhdata.appraisal.points import Bools, Ints, divided, points_e4
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.shortfalls import shortfall_points, shortfall_problems
from fhdata.problems import problem, stop_on

QUARTERS = 4
MONTHS_A_QUARTER = 3
_COMMON = 6  # 1, 2 and 3 months divide it: quarters' means add up as whole numbers
YEAR_COLUMNS = [
    "county", "period", "series", "unit", "unit_name", "q1_e4", "q2_e4", "q3_e4", "q4_e4",
    "q1_months", "q2_months", "q3_months", "q4_months", "has_missing_month", "leaders_e4", "base_e4", "shortfall_e4",
    "bonus_e4", "deduction_e4", "total_e4", "rank", "last_place", "units_in_series", "imputed_ratio", "is_reference",
    "is_draft", "compared_e4", "standing",
]  # fmt: skip


@dataclass(frozen=True)
class YearInputs:
    """What a year needs beyond its months.

    Attributes:
        evaluation: county, year, unit, score (0 to 100), source columns: the leaders' evaluation.
        shortfalls: see ``shortfalls.SHORTFALL_COLUMNS``: annual tasks not finished.
    """

    evaluation: pd.DataFrame
    shortfalls: pd.DataFrame


@dataclass(frozen=True)
class Years:
    """What an appraisal of years gives: the ranking (YEAR_COLUMNS) and the execution list."""

    ranking: pd.DataFrame
    execution: pd.DataFrame


@dataclass(frozen=True)
class _Quarters:
    """Per row and quarter: the sum of its months, how many there are, and what the sum is divided by."""

    rows: pd.DataFrame
    total: Ints
    count: Ints
    divisor: Ints


def appraise_years(
    months: Months, inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme, *, is_final: bool = True
) -> Years:
    """Rank every year of the months given in the annual series.

    year = Q1 10% + Q2 20% + Q3 30% + Q4 30% + leaders' evaluation 10%, exact and rounded once to 0.0001 point; then
    unfinished tasks, annual bonuses and deductions.

    Args:
        months: the appraised months, drafts only for a draft.
        inputs: the tables they were made from (units, exclusions).
        year_inputs: the leaders' evaluation and the unfinished tasks.
        scheme: in force in the year.
        is_final: a final ranking needs four quarters and the leaders' evaluation of every unit; a draft weighs what
            there is, by its percentages.

    Raises:
        ProblemsFound: every fault of the tables; for a final ranking everything that is missing.

    Source: 凤政办函〔2023〕6号 五(二)、六、附件3.
    """
    ranking = rank_years(months, inputs, year_inputs, scheme, is_final=is_final)
    return Years(ranking, list_years(ranking, inputs, scheme))


def list_years(ranking: pd.DataFrame, inputs: MonthInputs, scheme: Scheme) -> pd.DataFrame:
    """The execution list of a ranking of years."""
    return execution_list(ranking, scheme, "year", units=inputs.units, exclusions=inputs.exclusions)


def rank_years(
    months: Months, inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme, *, is_final: bool = True
) -> pd.DataFrame:
    """The ranking (YEAR_COLUMNS) without what follows from it; see ``appraise_years``."""
    stop_on(
        [
            *evaluation_problems(year_inputs.evaluation, inputs.units),
            *shortfall_problems(year_inputs.shortfalls, inputs.units, scheme),
        ]
    )
    quarters = _quarters(months.ranking, scheme)
    leaders, has_leaders = _leaders(quarters.rows, year_inputs.evaluation)
    if is_final:
        _refuse_incomplete(quarters, has_leaders, months)
    base = year_points(quarters.total, quarters.divisor, leaders, has_leaders, scheme)
    shortfall = shortfall_points(
        year_inputs.shortfalls, quarters.rows, months.scored, scheme, base_e4=base, months=quarters.divisor
    )
    rows = _year_rows(quarters, leaders, has_leaders).assign(base_e4=base, shortfall_e4=shortfall)
    totals = total_points(with_event_points(rows, months.events, "year"), scheme)
    return placed(totals, scheme)[YEAR_COLUMNS]


def _quarters(ranking: pd.DataFrame, scheme: Scheme) -> _Quarters:
    """Months by county, year and unit, laid out by quarter; one row a unit, in the order of the ranking."""
    text = ranking["period"].astype("category")
    names = text.cat.categories.astype("str")
    code = text.cat.codes.to_numpy().astype(np.int64)
    year = pd.Categorical.from_codes(*_coded(names.str.slice(0, 4), code))
    quarter = ((names.str.slice(5, 7).astype("int64").to_numpy() - 1) // MONTHS_A_QUARTER)[code]
    dated = ranking.assign(year=year)
    who = group_ids(dated, ["county", "year", "unit"])
    first = np.unique(who, return_index=True)[1]
    slot, size = who * QUARTERS + quarter, len(first) * QUARTERS
    column = "base_e4" if scheme.readings.quarter_total == "base" else "total_e4"
    points = ranking[column].to_numpy(dtype=np.int64)
    total = np.bincount(slot, weights=points, minlength=size).astype(np.int64).reshape(-1, QUARTERS)
    count = np.bincount(slot, minlength=size).astype(np.int64).reshape(-1, QUARTERS)
    always = scheme.readings.missing_month == "three"
    divisor = np.where(count > 0, MONTHS_A_QUARTER, 0) if always else count
    months = np.maximum(count.sum(axis=1), 1)
    imputed = np.bincount(who, weights=ranking["imputed_ratio"], minlength=len(first)) / months
    drafts = np.bincount(who, weights=ranking["is_draft"], minlength=len(first)) > 0
    kept = dated.iloc[first][["county", "year", "annual_series", "unit", "unit_name"]].reset_index(drop=True)
    rows = kept.assign(
        year=kept["year"].astype("str"),
        imputed_ratio=imputed,
        is_reference=imputed > float(scheme.reference_ratio),
        is_draft=drafts,
    )
    return _Quarters(rows, total, count, divisor)


def _coded(years: pd.Index, code: Ints) -> tuple[Ints, pd.Index]:
    by_name, known = pd.factorize(years)
    return by_name.astype(np.int64)[code], pd.Index(known)


def _leaders(rows: pd.DataFrame, evaluation: pd.DataFrame) -> tuple[Ints, Bools]:
    """The leaders' evaluation of each row, 0 where there is none, and whether there is one."""
    named = evaluation.assign(year=evaluation["year"].astype("str"))
    at = positions(rows, named, ["county", "year", "unit"])
    scores = np.append(points_e4(evaluation["score"]), 0)
    return np.where(at < 0, 0, scores[at]), at >= 0


def year_points(total: Ints, divisor: Ints, leaders: Ints, has_leaders: Bools, scheme: Scheme) -> Ints:
    """Σ percent × quarter's mean + percent × leaders' evaluation, over the percentages there are; rounded once.

    Args:
        total: sum of the months' points, one row a unit, one column a quarter.
        divisor: what each sum is divided by (1, 2 or 3); 0 for a quarter without points.
        leaders: leaders' evaluation, 0.0001 point.
        has_leaders: whether there is one.
        scheme: the percentages.

    Example:
        quarters 90, 92, 94, 96 and leaders 95: 9 + 18.4 + 28.2 + 28.8 + 9.5 = 93.9.
    """
    percents = np.array(scheme.quarter_percents, dtype=np.int64)
    has_quarter = divisor > 0
    sums = total * (_COMMON // np.maximum(divisor, 1)) * percents
    top = np.where(has_quarter, sums, 0).sum(axis=1) + _COMMON * scheme.leaders_percent * leaders * has_leaders
    weight = (percents * has_quarter).sum(axis=1) + scheme.leaders_percent * has_leaders
    return divided(top, _COMMON * np.maximum(weight, 1))


def _year_rows(quarters: _Quarters, leaders: Ints, has_leaders: Bools) -> pd.DataFrame:
    means = divided(quarters.total, np.maximum(quarters.divisor, 1))
    columns = {}
    for number in range(QUARTERS):
        is_there = quarters.count[:, number] > 0
        columns[f"q{number + 1}_e4"] = pd.Series(means[:, number], dtype="Int64").mask(~is_there)
        columns[f"q{number + 1}_months"] = pd.Series(quarters.count[:, number], dtype="int64")
    rows = quarters.rows.rename(columns={"year": "period", "annual_series": "series"})
    has_all = (quarters.count == MONTHS_A_QUARTER).all(axis=1)
    return rows.assign(
        **columns,
        has_missing_month=~has_all,
        leaders_e4=pd.Series(leaders, dtype="Int64").mask(~has_leaders),
        is_draft=rows["is_draft"] | ~has_leaders | (quarters.count == 0).any(axis=1),
    )


def _refuse_incomplete(quarters: _Quarters, has_leaders: Bools, months: Months) -> None:
    """Refuse a final year with draft months, an empty quarter, or a unit the leaders have not evaluated."""
    drafts = months.ranking.loc[months.ranking["is_draft"], ["county", "period"]].drop_duplicates()
    found = [
        problem("draft_month", f"{row.county} {row.period} 还是草稿", "年终排名要用定稿的月份", "请补齐后重排")
        for row in drafts.itertuples()
    ]
    rows = quarters.rows
    for number, name in enumerate("一二三四"):
        said = f"{{row.county}} {{row.year}} 单位“{{row.unit_name}}”第{name}季度没有一个月的得分"
        found += at_rows(rows, quarters.count[:, number] == 0, "empty_quarter", said, action="请补齐")
    said = "{row.county} {row.year} 单位“{row.unit_name}”没有领导综合评定"
    stop_on([*found, *at_rows(rows, ~has_leaders, "no_evaluation", said, action="请补上")])
