"""Observations laid out as arrays, indicator × year × 旬, as they were known on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fhdata.periods import Period, parse_period
from fhdata.problems import Problem, problem, stop_on
from fhdata.quantities import conversion_factor, is_convertible
from fhdata.targets.numbers import Bools, Floats, Ints, Texts
from fhdata.targets.pace import SLOTS, slot_of

MEASURES = ("value", "growth", "numerator", "denominator")
VALUE, GROWTH, NUMERATOR, DENOMINATOR = range(4)
SPANS = ("ytd", "stock", "month")
YTD, STOCK, MONTH = range(3)
ADDITIVE = ("cumulative", "count_event")
# Which span is taken first where a fact has several (greater first): rows flow, stock; columns ytd, stock, month.
_JANUARY_ONLY = 1
_RANKS = np.array([[3, 0, _JANUARY_ONLY], [0, 3, 2]])
OBSERVATION_COLUMNS = (
    "indicator", "area", "period", "span", "measure", "value", "unit", "basis", "status", "released",
    "source_file", "source_sheet", "source_cell",
)  # fmt: skip
INDICATOR_COLUMNS = (
    "indicator", "name", "unit", "aggregation", "frequency", "observable_from", "due_day", "price_basis",
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """Cumulative (or period-end) figures: arrays of measure × indicator × year × slot, in the registry's unit.

    ``rows`` holds the position of the observation behind a figure in ``observations`` (−1 for none); ``highest`` the
    greatest value any release ever gave; ``is_summed`` marks a cumulative figure added up from single months.
    """

    indicators: tuple[str, ...]
    years: tuple[int, ...]
    figures: Floats
    rows: Ints
    highest: Floats
    is_summed: Bools
    observations: pd.DataFrame

    def year(self, year: int) -> int:
        """Position of a year on the year axis."""
        return year - self.years[0]


def as_known(observations: pd.DataFrame, as_of: date, area: str | None = None) -> pd.DataFrame:
    """The observations released by a day, of one area; one row per fact and release.

    Raises:
        ProblemsFound: several areas are in the table and none was chosen, or a row has no release day.
    """
    areas = sorted(observations["area"].dropna().unique())
    if area is None and len(areas) > 1:
        stop_on([problem("many_areas", f"观测表里有几个地区：{'、'.join(areas)}", "只能算一个", "请指明地区")])
    codes, days = pd.factorize(observations["released"].to_numpy(dtype=object))
    if (codes < 0).any():
        stop_on(_undated(observations.loc[codes < 0]))
    known = np.array([_day(day) <= as_of for day in days], dtype=np.bool_)[codes]
    if area is not None:
        known &= (observations["area"] == area).to_numpy(dtype=np.bool_)
    return observations.loc[known].reset_index(drop=True)


def _day(released: date | str) -> date:
    """A release day, a date or the same as text (2023-04-08), as tables read back from a file have it."""
    return released if isinstance(released, date) else date.fromisoformat(released)


def _undated(missing: pd.DataFrame) -> list[Problem]:
    return [
        problem(
            "no_release_day", "没有报出日期", "应为日期", "请补上",
            file=str(row.source_file), sheet=str(row.source_sheet), cell=str(row.source_cell),
        )
        for row in missing.itertuples()
    ]  # fmt: skip


def build_series(observations: pd.DataFrame, indicators: pd.DataFrame, year: int) -> Series:
    """Lay the known observations of ``year`` and the years before out as arrays.

    Of several releases of one fact the latest counts. A cumulative figure is taken as published; where only single
    months are there, and all of them since January, their sum is taken. Rates are never added.

    Args:
        observations: ``as_known``'s rows.
        indicators: the registry; one row an indicator.
        year: the year tracked, last on the year axis.

    Returns:
        Arrays over the indicators in the registry's order.

    Raises:
        ProblemsFound: a unit that does not convert to the registry's.
    """
    names = tuple(indicators["indicator"])
    place = pd.Index(names).get_indexer(pd.Index(observations["indicator"]))
    period_codes, periods = _periods(observations["period"])
    slots = np.array([slot_of(one) for one in periods], dtype=np.int64)[period_codes]
    years = np.array([one.year for one in periods], dtype=np.int64)[period_codes]
    first = int(years[years <= year].min(initial=year - 1))
    measures = pd.Index(MEASURES).get_indexer(pd.Index(observations["measure"]))
    spans = _span_codes(observations, periods, period_codes)
    used = (place >= 0) & (years <= year) & (measures >= 0) & (spans >= 0) & observations["value"].notna().to_numpy()
    aggregation = indicators["aggregation"].to_numpy(dtype=object)
    rank = np.where(used, _RANKS[(aggregation[place] == "stock").astype(np.int64), spans], -1)
    # January's single month is cumulative; a later single month only counts in a sum.
    rank = np.where((spans == MONTH) & (rank == _JANUARY_ONLY) & (slots > 3), -1, rank)
    shape = (len(MEASURES), len(names), year - first + 1, SLOTS)
    positions = np.flatnonzero(used)
    keys = np.ravel_multi_index((measures[used], place[used], years[used] - first, slots[used] - 1), shape)
    values = observations["value"].to_numpy(dtype=np.float64)[used] * _factors(
        observations.loc[used], indicators["unit"].to_numpy(dtype=object)[place[used]]
    )
    order = _by_release(observations, positions, keys * len(SPANS) + spans[used], values)
    order = order[np.argsort(rank[used][order], kind="stable")]
    direct, monthly = order[rank[used][order] >= 0], order[spans[used][order] == MONTH]
    figures, rows = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    figures.reshape(-1)[keys[direct]] = values[
        direct
    ]  # the last assignment to a place stays: best span, latest release
    rows.reshape(-1)[keys[direct]] = positions[direct]
    highest = np.full((len(names), SLOTS), -np.inf)
    own = (measures[used] == VALUE) & (years[used] == year)
    np.maximum.at(highest, (place[used][own], slots[used][own] - 1), values[own])
    summed, last_rows = _sums_of_months(shape, keys[monthly], values[monthly], positions[monthly], aggregation)
    is_summed = np.isnan(figures) & ~np.isnan(summed)
    return Series(
        indicators=names,
        years=tuple(range(first, year + 1)),
        figures=np.where(is_summed, summed, figures),
        rows=np.where(is_summed, last_rows, rows),
        highest=highest,
        is_summed=is_summed,
        observations=observations,
    )


def _sums_of_months(
    shape: tuple[int, ...], keys: Ints, values: Floats, positions: Ints, aggregation: Texts
) -> tuple[Floats, Ints]:
    """Months added from January on, NaN from the first missing one; only of amounts, never of rates or growth."""
    single, rows = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    single.reshape(-1)[keys] = values
    rows.reshape(-1)[keys] = positions
    summed = np.full(shape, np.nan)
    summed[..., 2::3] = np.cumsum(single[..., 2::3], axis=-1)
    summed[GROWTH] = np.nan
    summed[VALUE, ~np.isin(aggregation, ADDITIVE)] = np.nan
    summed[:, aggregation == "stock"] = np.nan
    return summed, rows


def _periods(texts: pd.Series) -> tuple[Ints, list[Period]]:
    codes, unique = pd.factorize(texts)
    return codes.astype(np.int64), [parse_period(str(text)) for text in unique]


def _span_codes(observations: pd.DataFrame, periods: Iterable[Period], codes: Ints) -> Ints:
    """Axis position of each row's span: a year is cumulative to December, the first quarter cumulative to March."""
    first_quarter = np.array([one.cadence == "quarter" and one.number == 1 for one in periods], dtype=np.bool_)[codes]
    written = observations["span"].to_numpy(dtype=object)
    return np.select(
        [written == "ytd", written == "year", written == "stock", written == "month", first_quarter],
        [YTD, YTD, STOCK, MONTH, YTD],
        default=-1,
    ).astype(np.int64)


def _factors(used: pd.DataFrame, wanted: Texts) -> Floats:
    """What each value is multiplied by to be in the registry's unit; growth is in percent whatever the level's unit."""
    given = used["unit"].to_numpy(dtype=object)
    goal = np.where((used["measure"] == "growth").to_numpy(dtype=np.bool_), "%", wanted)
    goal = np.where(used["measure"].isin(("numerator", "denominator")).to_numpy(dtype=np.bool_), given, goal)
    codes, pairs = pd.factorize(pd.Series(given.astype(str)) + "\t" + pd.Series(goal.astype(str)))
    split = [str(pair).split("\t") for pair in pairs]
    bad = {position for position, (unit, target) in enumerate(split) if not is_convertible(unit, target)}
    if bad:
        stop_on(_unit_problems(used.loc[np.isin(codes, list(bad))], wanted[np.isin(codes, list(bad))]))
    return np.array([float(conversion_factor(unit, target)) for unit, target in split], dtype=np.float64)[codes]


def _unit_problems(rows: pd.DataFrame, wanted: Texts) -> list[Problem]:
    return [
        problem(
            "bad_unit", f"单位“{row.unit}”不能换算成指标“{row.indicator}”的单位“{goal}”", "两者须是同一种量",
            "请核对单位",
            file=str(row.source_file), sheet=str(row.source_sheet), cell=str(row.source_cell),
        )
        for row, goal in zip(rows.itertuples(), wanted, strict=True)
    ]  # fmt: skip


def _by_release(observations: pd.DataFrame, positions: Ints, keys: Ints, values: Floats) -> Ints:
    """Order in which facts are written down: by release day, ties by value and source, never by row order."""
    day_codes, days = pd.factorize(observations["released"].to_numpy(dtype=object)[positions])
    released = np.array([_day(day).toordinal() for day in days], dtype=np.int64)[day_codes]
    source = np.zeros(len(keys), dtype=np.int64)
    repeated = pd.Series(keys).duplicated(keep=False).to_numpy()
    if repeated.any():
        again = observations.iloc[positions[repeated]]
        text = (again["source_file"] + "\t" + again["source_sheet"] + "\t" + again["source_cell"]).to_numpy(dtype=str)
        source[repeated] = np.unique(text, return_inverse=True)[1]
    return np.lexsort((source, values, released))
