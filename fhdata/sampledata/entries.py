"""What stands in the columns of a form: which there are, and the figure, word or blank in each cell."""

import math
from dataclasses import dataclass

from fhdata.periods import Period
from fhdata.rounding import half_up
from fhdata.sampledata.figures import Course
from fhdata.sampledata.plan import Series, Sheet

Content = str | float | None
QUARTERS = {3: "一季度", 6: "上半年", 9: "前三季度"}
ADDED_WAYS = ("growth_flow", "plan_flow", "plan_count", "listed", "done")  # ways whose months add up


@dataclass(frozen=True)
class Column:
    """One column of figures: the heading over it, its own heading, which figure stands in it and for which month."""

    over: str
    words: str
    figure: str  # before | total | growth | progress | single
    month: int


def is_written(series: Series, sheet: Sheet, period: Period) -> bool:
    """Whether the row stands on this sheet at all; a row that was forgotten or is not of this month does not."""
    if sheet.sheet == series.history:
        return True
    return period.month not in series.missing and (not series.months or period.month in series.months)


def is_due(series: Series, month: int) -> bool:
    """Whether the months since January have a figure: not January where it is not reported, quarters' ends only …"""
    starts = max(series.first_month, 1 if series.has_january else 2)
    return month >= starts and (month - series.first_month) % series.months_apart == 0


def columns_of(sheet: Sheet, rows: list[Series], period: Period) -> list[Column]:
    """The columns of a sheet; growth and progress only where a row has them."""
    if sheet.kind == "cumulative":
        return [Column("", since_january(month), "before", month) for month in range(1, 13)]
    if sheet.kind == "month_end":
        return [Column("", f"{month}月末", "before", month) for month in range(1, 13)]
    if sheet.kind == "year_end":
        return [Column("", f"{period.year}年末", "before", 12)]
    if sheet.kind == "quarters":
        return [Column("", _quarter(period.year, month), "before", month) for month in (3, 6, 9, 12)]
    month = period.month
    whens = {"quarter": _quarter(period.year, month), "balance": f"{month}月末"}
    over = whens.get(sheet.kind, since_january(month)) + sheet.total_words
    has_growth = any(one.way.startswith("growth") or one.before for one in rows)
    has_goal = any(not math.isnan(one.goal) for one in rows)
    columns = [
        Column(over, "绝对值", "total", month),
        Column(over, sheet.growth_words if has_growth else "", "growth", month),
        Column(over, sheet.progress_words if has_goal else "", "progress", month),
        Column(f"{month}月", "绝对值" if sheet.has_single_month and month > 1 else "", "single", month),
    ]
    return [one for one in columns if one.words]


def since_january(month: int) -> str:
    """The months since January as a heading says them: 1月, 1-2月, 1-3月."""
    return f"1-{month}月" if month > 1 else "1月"


def _quarter(year: int, month: int) -> str:
    return QUARTERS.get(month, f"{year}年")


def entry(series: Series, column: Column, course: Course) -> tuple[Content, int]:
    """What stands in one cell and its decimals: blank where nothing is due, a word where there was nothing to count."""
    if not is_due(series, column.month):
        return None, 0
    if column.figure != "before" and column.month in series.said:
        return series.said[column.month], 0
    digits = 1 if column.figure in {"growth", "progress"} else series.decimals
    value = _value(series, column, course)
    return (None if math.isnan(value) else value), digits


def _value(series: Series, column: Column, course: Course) -> float:
    at = column.month - 1
    if column.figure == "before":
        return course.before[at]
    if column.figure == "growth":
        return course.growth[at]
    if column.figure == "progress":
        counts = series.way in ADDED_WAYS and series.goal > 0
        return float(half_up(100 * course.now[at] / series.goal, 1)) if counts else math.nan
    if column.figure == "single":  # there is none where the month before has no figure to take away
        has_step = series.way in ADDED_WAYS and is_due(series, column.month - 1) and column.month - 1 not in series.said
        return float(half_up(course.now[at] - course.now[at - 1], series.decimals)) if has_step else math.nan
    return course.now[at]
