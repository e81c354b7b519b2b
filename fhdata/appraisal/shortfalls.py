"""Annual tasks that were not finished: the share done, by count or by a ruling, and the points it costs."""

from fractions import Fraction

import numpy as np
import pandas as pd

from fhdata.appraisal.checks import at_rows, repeated, unknown
from fhdata.appraisal.grouping import positions
from fhdata.appraisal.points import Ints
from fhdata.appraisal.scheme import HUNDRED, Scheme
from fhdata.appraisal.scoring import Scored, cells_table
from fhdata.problems import Problem
from fhdata.rounding import exact

SHORTFALL_COLUMNS = [
    "county", "year", "unit", "item", "task", "is_growth_target", "done", "target", "ruled_ratio", "document",
]  # fmt: skip
QUARTERS = 4


def shortfall_problems(shortfalls: pd.DataFrame, units: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """Faults of the register of unfinished tasks.

    A growth target's share is always ruled by hand, with a document: g ÷ g* is no share done. Any other task has what
    was done and what was asked, or a ruling.
    """
    is_ruled = shortfalls["ruled_ratio"].notna()
    is_counted = shortfalls["done"].notna() & (shortfalls["target"] > 0)
    is_growth = shortfalls["is_growth_target"].astype("bool") & ~is_ruled
    is_neither = ~shortfalls["is_growth_target"].astype("bool") & ~is_ruled & ~is_counted
    is_undocumented = is_ruled & (shortfalls["document"] == "")
    is_off = is_ruled & ~shortfalls["ruled_ratio"].between(0, 1)
    this, ruling = "“{row.unit}”的“{row.task}”", "比例须人工裁定，不用增速之比"
    growth, neither = this + "是增长类目标", this + "没有完成数和目标数，也没有裁定的比例"
    return [
        *unknown(shortfalls, "unit", units["unit"].unique(), "unknown_unit", "被考核单位"),
        *unknown(shortfalls, "item", list(scheme.items["item"]), "unknown_item", "考核内容"),
        *repeated(shortfalls, ["county", "year", "unit", "item"], "未完成任务"),
        *at_rows(shortfalls, is_growth, "growth_needs_ruling", growth, ruling, action="请填写裁定和文号"),
        *at_rows(shortfalls, is_neither, "no_share", neither, action="请补上"),
        *at_rows(shortfalls, is_undocumented, "no_document", this + "的裁定没有文号", action="请补上"),
        *at_rows(shortfalls, is_off, "out_of_range", this + "裁定的比例是 {row.ruled_ratio}", "应在 0 至 1 之间"),
    ]


def shares_done(shortfalls: pd.DataFrame) -> list[Fraction]:
    """The share of each task that was done, exact, at most 1 and at least 0; a ruling stands before the count."""
    rows = zip(shortfalls["ruled_ratio"], shortfalls["done"], shortfalls["target"], strict=True)
    return [
        Fraction(exact(ruled))
        if not np.isnan(ruled)
        else max(Fraction(0), min(Fraction(1), Fraction(exact(done)) / Fraction(exact(target))))
        for ruled, done, target in rows
    ]


def shortfall_points(
    shortfalls: pd.DataFrame, rows: pd.DataFrame, scored: Scored, scheme: Scheme, *, base_e4: Ints, months: Ints
) -> Ints:
    """What unfinished tasks take from each row of the year, ≤ 0, in whole 0.0001 points.

    By item (the default): −(1 − share) × Σ over quarters of percent × mean of what the item brought in its months. By
    total: −(1 − smallest share) × the year's points before bonuses.

    Args:
        shortfalls: SHORTFALL_COLUMNS, checked.
        rows: county, year, unit of the year's ranking.
        scored: the cells of the year's months.
        scheme: quarter percentages and the reading ``unfinished``.
        base_e4: the year's points before this.
        months: per row and quarter, the number each quarter's sum is divided by.

    Source: 凤政办函〔2023〕6号 五(二).
    """
    if shortfalls.empty:
        return np.zeros(len(rows), dtype=np.int64)
    lost = [Fraction(0) for _ in range(len(rows))]
    at = positions(shortfalls, rows, ["county", "year", "unit"])
    left_undone = [1 - share for share in shares_done(shortfalls)]
    if scheme.readings.unfinished == "total":
        for row, undone in zip(at, left_undone, strict=True):
            lost[row] = max(lost[row], undone * int(base_e4[row])) if row >= 0 else lost[row]
    else:
        brought = _brought(shortfalls, months, at, scored, scheme)
        for row, undone, points in zip(at, left_undone, brought, strict=True):
            lost[row] += undone * points if row >= 0 else 0
    return np.array([-_half_up(one) for one in lost], dtype=np.int64)


def _brought(shortfalls: pd.DataFrame, months: Ints, at: Ints, scored: Scored, scheme: Scheme) -> list[Fraction]:
    """What the item of each row brought to the year's points, exact."""
    grid = scored.grid
    wanted = np.isin(grid.items["item"].astype("object").to_numpy()[grid.item_at], shortfalls["item"].unique())
    named = np.isin(grid.rows["unit"].astype("object").to_numpy()[grid.row_at], shortfalls["unit"].unique())
    cells = cells_table(scored, wanted & named & scored.is_kept)
    month = cells["month"].astype("str").str.slice(5, 7).astype("int64").to_numpy()
    keyed = cells.assign(year=cells["month"].astype("str").str.slice(0, 4))
    owner = positions(keyed, shortfalls, ["county", "year", "unit", "item"])
    brought = [Fraction(0) for _ in range(len(shortfalls))]
    points = keyed[["weight_e4", "numerator", "denominator", "whole_e4"]].itertuples(index=False)
    for task, quarter, (weight, numerator, denominator, whole) in zip(owner, (month - 1) // 3, points, strict=True):
        if task >= 0 and at[task] >= 0:
            divisor = int(denominator) * int(whole) * HUNDRED * int(months[at[task], quarter])
            brought[task] += Fraction(scheme.quarter_percents[quarter] * int(weight) * int(numerator), divisor)
    return brought


def _half_up(value: Fraction) -> int:
    """A fraction ≥ 0 as a whole number, half up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
