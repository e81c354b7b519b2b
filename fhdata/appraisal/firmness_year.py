"""How firm an annual rank is: the items' weights shaken for the whole year, each item left out."""

from dataclasses import replace

import numpy as np
import pandas as pd

from fhdata.appraisal.firmness import (
    DRAWS,
    KEY,
    beside,
    blocks,
    competition_ranks,
    drawn_factors,
    drawn_points,
    months_without,
    places_drawn,
)
from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.month import MonthInputs, Months
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Floats
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.year import MONTHS_A_QUARTER, YearInputs, rank_years


def firmness_of_years(
    months: Months, ranking: pd.DataFrame, scheme: Scheme, seed: int, draws: int = DRAWS
) -> pd.DataFrame:
    """Annual ranks under shaken weights: one row a county, year and unit; columns as ``firmness``.

    In every draw each item of a series has one factor for the whole year, so that an item counts for more or less in
    all its months; the months' weights are scaled to 100 again. The quarters' and the leaders' percentages, bonuses,
    deductions and what unfinished tasks cost stay as they are.

    Args:
        months: the appraised months of the years.
        ranking: of the years, ``year.YEAR_COLUMNS``.
        scheme: see ``firmness``.
        seed: of the draws.
        draws: how many.
    """
    sums = _drawn_quarters(months, ranking, scheme, np.random.default_rng(seed), draws)
    percents = np.array(scheme.quarter_percents, dtype=np.float64)
    counts = ranking[[f"q{number}_months" for number in range(1, len(percents) + 1)]].to_numpy()
    if scheme.readings.missing_month == "three":
        counts = np.where(counts > 0, MONTHS_A_QUARTER, 0)
    weight = np.where(counts > 0, percents / np.maximum(counts, 1), 0.0)
    has_leaders = ranking["leaders_e4"].notna().to_numpy()
    leaders = ranking["leaders_e4"].fillna(0).to_numpy(dtype=np.float64) * scheme.leaders_percent
    whole = (percents * (counts > 0)).sum(axis=1) + scheme.leaders_percent * has_leaders
    extra = ranking[["shortfall_e4", "bonus_e4", "deduction_e4"]].sum(axis=1).to_numpy(dtype=np.int64)
    weighted = sum((drawn * share for drawn, share in zip(sums, weight.T, strict=True)), start=leaders)
    total = np.rint(weighted / whole).astype(np.int64) + extra
    group = group_ids(ranking, RANKED)
    own = ranking["total_e4"].to_numpy(dtype=np.int64)
    tables = []
    for number in range(int(group.max(initial=-1)) + 1):
        rows = np.flatnonzero(group == number)
        tables.append(places_drawn(total[:, rows], competition_ranks(own[None, rows])[0], rows, scheme))
    return beside(ranking, tables)


def _drawn_quarters(
    months: Months, ranking: pd.DataFrame, scheme: Scheme, random: np.random.Generator, draws: int
) -> Floats:
    """Sums of the months' drawn points by quarter: quarters × draws × units of the years, in 0.0001 points."""
    of_months, grid = months.ranking, months.scored.grid
    years = of_months.assign(period=of_months["period"].astype("str").str.slice(0, 4))
    at = positions(years, ranking, ["county", "period", "unit"])
    quarter = (of_months["period"].astype("str").str.slice(5, 7).astype("int64").to_numpy() - 1) // MONTHS_A_QUARTER
    has_bonuses = scheme.readings.quarter_total != "base"
    factors: dict[tuple[object, ...], Floats] = {}
    sums = np.zeros((len(scheme.quarter_percents), draws, len(ranking)), dtype=np.float64)
    for block in blocks(months):
        first = block.rows[0]
        series = tuple(grid.rows[["county", "series"]].iloc[first])
        names = grid.items["item"].to_numpy(dtype=object)[block.items]
        for name in names:
            if (*series, name) not in factors:
                factors[(*series, name)] = drawn_factors(scheme, random, draws)
        points = np.rint(drawn_points(block, np.column_stack([factors[(*series, name)] for name in names])))
        sums[quarter[first]][:, at[block.rows]] += points + (block.extra_e4 if has_bonuses else 0)
    return sums


def items_left_out_of_years(
    months: Months, ranking: pd.DataFrame, inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme
) -> pd.DataFrame:
    """Annual ranks when one item is left out of every month and the others' weights are scaled up; exact.

    Returns:
        RANKED, unit, unit_name, item, rank, rank_without, rank_change (positive: better without it).
    """
    items = months.scored.grid.items
    names = list(items.loc[items["weight_e4"] > 0, "item"].drop_duplicates())
    tables = []
    for item in names:
        changed, again, _ = months_without(months, scheme, item)
        without = replace(months, scored=changed, ranking=again)
        other = rank_years(without, inputs, year_inputs, scheme, is_final=False)
        rank = other["rank"].to_numpy()[positions(ranking, other, KEY)]
        table = ranking[[*KEY, "unit_name", "rank"]].assign(item=item, rank_without=rank)
        tables.append(table.assign(rank_change=table["rank"] - table["rank_without"]))
    return pd.concat(tables, ignore_index=True)
