"""Every unit of a month against every item of its series: where each score lies, and which are not there."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.points import Bools, Ints, points_e4

GROUP = ["county", "month", "series"]
UNIT_COLUMNS = ["county", "unit", "unit_name", "monthly_series", "annual_series"]
ITEM_COLUMNS = ["county", "month", "series", "item", "weight", "department", "approval_no"]
SCORE_COLUMNS = ["county", "month", "unit", "item", "score", "status"]
SOURCE_COLUMNS = ["source_file", "source_sheet", "source_cell"]
SCORED, NOT_CONCERNED, NOT_HANDED_IN = "scored", "not_concerned", "not_handed_in"
STATUSES = (SCORED, NOT_CONCERNED, NOT_HANDED_IN)


@dataclass(frozen=True)
class Grid:
    """Cells of unit × item, those of one row together, rows of one (county, month, series) together.

    Attributes:
        rows: one row a county, month and unit: county, month, series, unit, unit_name, annual_series.
        items: one row a county, month, series and item, as given, with ``weight_e4``.
        first: first cell of each row.
        row_at: row of each cell.
        item_at: item of each cell.
        score_e4: score of each cell, 0 where none.
        is_scored: the cell has a score of its own.
        is_missing: nothing was handed in for the cell; neither is 未涉及.
        source_at: row of the scores table each cell was read from, −1 where there is none.
        scores: the scores table.
    """

    rows: pd.DataFrame
    items: pd.DataFrame
    first: Ints
    row_at: Ints
    item_at: Ints
    score_e4: Ints
    is_scored: Bools
    is_missing: Bools
    source_at: Ints
    scores: pd.DataFrame


@dataclass(frozen=True)
class Placement:
    """Where each row of the scores table belongs: row, item and cell of the grid, −1 where unknown."""

    row: Ints
    item: Ints
    cell: Ints


def build_grid(units: pd.DataFrame, items: pd.DataFrame, scores: pd.DataFrame) -> tuple[Grid, Placement]:
    """Lay the scores out on the grid of units and items.

    A cell with no row in ``scores`` is not handed in, as one with that status is.

    Args:
        units: UNIT_COLUMNS; those with an empty series are left out.
        items: ITEM_COLUMNS, weight in points.
        scores: SCORE_COLUMNS, score in points (NaN where there is none).
    """
    ordered, groups = _by_group(items)
    rows = _rows(units, groups)
    counts = rows["item_count"].to_numpy(dtype=np.int64)
    first = np.cumsum(counts) - counts
    row_at = np.repeat(np.arange(len(rows)), counts)
    item_at = np.repeat(rows["item_start"].to_numpy(dtype=np.int64) - first, counts) + np.arange(len(row_at))
    placed = _place(scores, rows, ordered, first)
    score_e4, is_scored, is_missing, source_at = _cells(scores, placed, len(row_at))
    kept = rows.drop(columns=["item_start", "item_count"])
    return Grid(kept, ordered, first, row_at, item_at, score_e4, is_scored, is_missing, source_at, scores), placed


def _by_group(items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items with those of a group together, and the groups: county, month, series, item_start, item_count."""
    ids = group_ids(items, GROUP)
    order = np.argsort(ids, kind="stable")
    ordered = items.iloc[order].reset_index(drop=True)
    sizes = np.bincount(ids) if len(ids) else np.zeros(0, dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    groups = ordered[GROUP].iloc[starts].reset_index(drop=True)
    weighted = ordered.assign(weight_e4=points_e4(ordered["weight"]))
    return weighted, groups.assign(item_start=starts, item_count=sizes)


def _rows(units: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    ranked = units.loc[units["monthly_series"] != "", UNIT_COLUMNS].rename(columns={"monthly_series": "series"})
    place = ranked.assign(place=np.arange(len(ranked)))
    joined = groups.assign(group=np.arange(len(groups))).merge(place, on=["county", "series"], how="inner")
    columns = ["county", "month", "series", "unit", "unit_name", "annual_series", "item_start", "item_count"]
    order = np.lexsort((joined["place"].to_numpy(), joined["group"].to_numpy()))
    return joined[columns].iloc[order].reset_index(drop=True)


def _place(scores: pd.DataFrame, rows: pd.DataFrame, items: pd.DataFrame, first: Ints) -> Placement:
    row = positions(scores, rows, ["county", "month", "unit"])
    if rows.empty:
        return Placement(row, row, row)
    series = pd.Series(pd.Categorical(rows["series"])).iloc[row].set_axis(scores.index)
    named = scores[["county", "month", "item"]].assign(series=series)
    item = np.where(row < 0, -1, positions(named, items, [*GROUP, "item"]))
    start = rows["item_start"].to_numpy(dtype=np.int64)
    return Placement(row, item, np.where(item < 0, -1, first[row] + item - start[row]))


def _cells(scores: pd.DataFrame, placed: Placement, count: int) -> tuple[Ints, Bools, Bools, Ints]:
    at = placed.cell >= 0
    cell = placed.cell[at]
    status = scores["status"].astype("category")
    code = pd.Index(status.cat.categories).get_indexer(pd.Index(STATUSES))
    given = status.cat.codes.to_numpy()[at]
    has_score = (given == code[0]) & scores["score"].notna().to_numpy()[at]
    score_e4, is_scored, is_missing = np.zeros(count, np.int64), np.zeros(count, np.bool_), np.ones(count, np.bool_)
    source_at = np.full(count, -1, dtype=np.int64)
    score_e4[cell] = points_e4(np.where(has_score, scores["score"].to_numpy(dtype=np.float64)[at], 0.0))
    is_scored[cell] = has_score
    is_missing[cell] = ~has_score & (given != code[1])
    source_at[cell] = np.flatnonzero(at)
    return score_e4, is_scored, is_missing, source_at
