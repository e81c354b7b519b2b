"""From totals to places: the number that is compared, ranks from the top, places from the end, by the readings used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.points import HUNDRED_E4, Ints, rounded_e4
from fhdata.appraisal.ranking import COMPETITION, DENSE, last_places, ranks
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import Scored
from fhdata.problems import ProblemsFound, hint, problem

RANKED = ["county", "period", "series"]
CHAIN = "chain"
ITEM_MARK = "item:"
CHAIN_COLUMNS = {"deduction": "deduction_e4", "base": "base_e4", "bonus": "bonus_e4", "imputed": "imputed_ratio"}
_RATIO_STEPS = 1_000_000  # a share of the weight, compared to one part in a million


def total_points(totals: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """total = base + shortfall + bonus + deduction, between 0 and 100 under the reading ``bounds = capped``."""
    parts = [name for name in ("base_e4", "shortfall_e4", "bonus_e4", "deduction_e4") if name in totals]
    total = totals[parts].sum(axis=1)
    return totals.assign(total_e4=total.clip(0, HUNDRED_E4) if scheme.readings.bounds == "capped" else total)


def placed(totals: pd.DataFrame, scheme: Scheme, scored: Scored | None = None) -> pd.DataFrame:
    """Totals with their places: one row a county, period and unit, ranked within its series.

    Args:
        totals: RANKED, total_e4, and what the tie-break chain names.
        scheme: readings ``rank_on``, ``ties`` and ``last_ties``.
        scored: the month's cells, for a chain that names an item.

    Returns:
        The rows with compared_e4 (what is ranked), rank, standing (how many stand above, plus one), last_place (1 for
        the last), units_in_series.
    """
    total = totals["total_e4"].to_numpy(dtype=np.int64)
    compared = rounded_e4(total, 2) if scheme.readings.rank_on == "two_decimals" else total
    group = group_ids(totals, RANKED)
    keys = [compared, *(_chain_keys(totals, scheme, scored) if scheme.readings.ties == CHAIN else [])]
    method = DENSE if scheme.readings.ties == DENSE else COMPETITION
    is_shared = scheme.readings.last_ties == "all_last"
    return totals.assign(
        compared_e4=compared,
        rank=ranks(group, keys, method),
        standing=ranks(group, keys),
        last_place=last_places(group, keys, method, is_shared=is_shared),
        units_in_series=np.bincount(group, minlength=1)[group],
    )


def _chain_keys(totals: pd.DataFrame, scheme: Scheme, scored: Scored | None) -> Sequence[Ints]:
    """The written chain as further keys, larger is better."""
    return [_chain_key(totals, name, scored) for name in scheme.chain]


def _chain_key(totals: pd.DataFrame, name: str, scored: Scored | None) -> Ints:
    if name.startswith(ITEM_MARK) and scored is not None:
        return _item_scores(totals, name.removeprefix(ITEM_MARK), scored)
    column = CHAIN_COLUMNS.get(name)
    if column is None or column not in totals:
        allowed = f"可用：{'、'.join(CHAIN_COLUMNS)}，月排名还可用 {ITEM_MARK}<考核内容>"
        found = f"并列次序里的“{name}”不能用"
        raise ProblemsFound([problem("bad_chain", found, allowed, hint(name, CHAIN_COLUMNS) or "请改正")])
    if name == "imputed":  # the less of a total is imputed, the better
        return -np.rint(totals[column].to_numpy(dtype=np.float64) * _RATIO_STEPS).astype(np.int64)
    return totals[column].to_numpy(dtype=np.int64)


def _item_scores(totals: pd.DataFrame, item: str, scored: Scored) -> Ints:
    """A unit's own score on one item, −1 where it has none; imputed scores break no tie."""
    grid = scored.grid
    named = (grid.items["item"] == item).to_numpy()[grid.item_at] & grid.is_scored
    by_row = np.full(len(grid.rows), -1, dtype=np.int64)
    by_row[grid.row_at[named]] = grid.score_e4[named]
    rows = grid.rows.rename(columns={"month": "period"})
    return by_row[positions(totals, rows, [*RANKED, "unit"])]
