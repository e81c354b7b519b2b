"""Times of the appraisal: one county's ranking, the firmness of its ranks, a year of many counties in one long table.

Run ``python benchmarks/appraisal.py``; add a number to change how many counties the last part goes up to.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from fhdata.appraisal.events import EVENT_COLUMNS
from fhdata.appraisal.firmness import DRAWS, firmness
from fhdata.appraisal.firmness_year import firmness_of_years
from fhdata.appraisal.month import MonthInputs, appraise_months, rank_months
from fhdata.appraisal.outcome import month_readings
from fhdata.appraisal.scheme import Scheme, scheme_on
from fhdata.appraisal.shortfalls import SHORTFALL_COLUMNS
from fhdata.appraisal.year import YearInputs, appraise_years
from fhdata.periods import parse_period
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.registry import load_registry

RULES = Path(__file__).parents[1] / "fhdata" / "rules" / "fenghuang"
ITEMS = 14
MONTHS = tuple(f"2023-{number:02d}" for number in range(1, 13))
SEED = 2023


def scheme() -> Scheme:
    return scheme_on(load_appraisal(RULES), parse_period("2023-12").end)


def county_tables(months: tuple[str, ...], used: Scheme) -> MonthInputs:
    """One county: the 81 units of the rules and 14 items; scores made up, a tenth not concerned."""
    units = load_registry(RULES).units.rename(columns={"code": "unit", "name": "unit_name"})
    units = units.loc[units["monthly_series"] != "", ["unit", "unit_name", "monthly_series", "annual_series"]]
    items = list(used.items.sort_values("is_fixed", ascending=False)["item"])[:ITEMS]
    weights = [8] * 6 + [7] * 4 + [6] * 4
    rows = [
        (month, series, item, float(weight), "示例部门", "示例批")
        for month in months
        for series in used.monthly_series
        for item, weight in zip(items, weights, strict=True)
    ]
    weighed = pd.DataFrame(rows, columns=["month", "series", "item", "weight", "department", "approval_no"])
    cells = pd.MultiIndex.from_product([months, units["unit"], items], names=["month", "unit", "item"]).to_frame(False)
    random = np.random.default_rng(SEED)
    drawn = random.integers(6000, 10001, len(cells)) / 100
    is_free = random.random(len(cells)) < 0.1
    scores = cells.assign(score=np.where(is_free, np.nan, drawn), status=np.where(is_free, "not_concerned", "scored"))
    events = pd.DataFrame(columns=EVENT_COLUMNS)
    return MonthInputs(
        units.assign(county="示例县"), weighed.assign(county="示例县"), scores.assign(county="示例县"), events
    )


def many(inputs: MonthInputs, count: int) -> MonthInputs:
    """The same county many times over, names as categories."""
    names = [f"县{number:04d}" for number in range(count)]

    def repeated(frame: pd.DataFrame) -> pd.DataFrame:
        longer = {
            name: np.tile(frame[name].to_numpy(), count)
            if frame[name].dtype == np.float64
            else _tiled(frame[name], count)
            for name in frame.columns
            if name != "county"
        }
        code = np.repeat(np.arange(count), len(frame))
        return pd.DataFrame(longer).assign(county=pd.Categorical.from_codes(code, names))

    return replace(inputs, units=repeated(inputs.units), items=repeated(inputs.items), scores=repeated(inputs.scores))


def _tiled(column: pd.Series, count: int) -> pd.Categorical:
    short = column.astype("category")
    return pd.Categorical.from_codes(np.tile(short.cat.codes.to_numpy(), count), short.cat.categories)


def timed(work: Callable[[], object], times: int) -> float:
    """The least of several runs, seconds."""
    least = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def evaluated(inputs: MonthInputs) -> YearInputs:
    """Everybody evaluated with 90 by the leaders, no task unfinished."""
    who = inputs.units[["county", "unit"]].assign(year="2023", score=90.0)
    nothing = pd.DataFrame(columns=SHORTFALL_COLUMNS).astype(
        {"done": "float64", "target": "float64", "ruled_ratio": "float64", "is_growth_target": "bool"}
    )
    return YearInputs(who, nothing)


def year_of(inputs: MonthInputs, used: Scheme) -> None:
    appraise_years(appraise_months(inputs, used), inputs, evaluated(inputs), used)


def main() -> None:
    used = scheme()
    month = county_tables(("2023-03",), used)
    print(f"81 × {ITEMS} ranking: {1000 * timed(lambda: rank_months(month, used), 20):.1f} ms")
    print(f"81 × {ITEMS} ranking with rewards: {1000 * timed(lambda: appraise_months(month, used), 20):.1f} ms")
    appraised = appraise_months(month, used)
    print(f"{DRAWS:,} draws of firmness: {timed(lambda: firmness(appraised, used, SEED), 5):.2f} s")
    day = parse_period("2023-03").end
    switch = partial(month_readings, load_appraisal(RULES), day, month, used, "2023-03", is_final=True)
    print(f"every other reading of a month: {timed(switch, 3):.2f} s")
    year = county_tables(MONTHS, used)
    months = appraise_months(year, used)
    years = appraise_years(months, year, evaluated(year), used)
    shake = partial(firmness_of_years, months, years.ranking, used, SEED)
    print(f"{DRAWS:,} draws of a year's firmness: {timed(shake, 3):.2f} s")
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    print("counties        rows       s   CPU s   CPU s per 1,000 counties")
    for count in (most // 8, most // 4, most // 2, most):
        inputs = many(year, count)
        began = time.process_time()
        seconds = timed(partial(year_of, inputs, used), 1)
        spent = time.process_time() - began
        print(f"{count:8d} {len(inputs.scores):11,d} {seconds:7.1f} {spent:7.1f} {1000 * spent / count:8.2f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
