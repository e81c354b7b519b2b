"""Ranks on whole numbers: competition, dense, or with further keys; never on floats that differ in the last bit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import positions
from fhdata.appraisal.points import Bools, Ints
from fhdata.periods import parse_period

COMPETITION, DENSE = "competition", "dense"


def ranks(group: Ints, keys: Sequence[Ints], method: str = COMPETITION) -> Ints:
    """Ranks within groups, 1 for the largest first key; later keys break ties, rows equal in all keys share a rank.

    Args:
        group: the group of each row.
        keys: whole numbers, larger is better; the first counts most.
        method: competition (1, 2, 2, 4) or dense (1, 2, 2, 3).

    Returns:
        int64, one a row.

    Example:
        >>> ranks(np.zeros(4, int), [np.array([950000, 930000, 930000, 900000])])
        array([1, 2, 2, 4])
    """
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((*(-key for key in reversed(keys)), group))
    starts_group = _changes([group[order]])
    starts_run = starts_group | _changes([key[order] for key in keys])
    place = np.arange(len(order))
    group_start = np.maximum.accumulate(np.where(starts_group, place, 0))
    runs = np.cumsum(starts_run)
    run_start = np.maximum.accumulate(np.where(starts_run, place, 0))
    out = np.empty(len(order), dtype=np.int64)
    out[order] = (runs - runs[group_start] if method == DENSE else run_start - group_start) + 1
    return out


def last_places(group: Ints, keys: Sequence[Ints], method: str, *, is_shared: bool) -> Ints:
    """Places counted from the end, 1 for the last.

    Args:
        group: the group of each row.
        keys: as for ``ranks``.
        method: as for ``ranks``.
        is_shared: units that tie at the end are all last (1, 1, 3 from the end); otherwise a place is the number of
            units minus the rank from the top plus one, so that of two units that share the last rank none is last.
    """
    if is_shared:
        return ranks(group, [-key for key in keys], method)
    size = np.bincount(group, minlength=1)[group] if len(group) else np.zeros(0, dtype=np.int64)
    return np.asarray(size - ranks(group, keys) + 1, dtype=np.int64)


def with_previous(ranking: pd.DataFrame) -> pd.DataFrame:
    """A ranking with the rank of the period before, and the change; positive is a rise.

    Args:
        ranking: county, period, series, unit, rank; any number of periods.

    Returns:
        The same rows with ``previous_rank`` and ``rank_change`` (Int64, empty where the period before has no rank of
        the unit in this series).
    """
    before = {str(period): str(parse_period(str(period)).previous()) for period in ranking["period"].unique()}
    wanted = ranking[["county", "series", "unit"]].assign(period=ranking["period"].astype("str").map(before))
    keys = ["county", "period", "series", "unit"]
    at = positions(wanted, ranking, keys)
    previous = pd.Series(ranking["rank"].to_numpy()[at], index=ranking.index, dtype="Int64").mask(at < 0)
    return ranking.assign(previous_rank=previous, rank_change=previous - ranking["rank"])


def _changes(columns: Sequence[Ints]) -> Bools:
    """Whether a row differs from the one before in any column; the first row does."""
    changed = np.zeros(len(columns[0]), dtype=np.bool_)
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    changed[:1] = True
    return changed
