"""How far a unit is from the cuts: into the first three, out of the last three, to a rank at the year's end."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import HUNDRED_E4, Bools, Ints, points_e4
from fhdata.appraisal.scheme import HUNDRED, Scheme

SECURED, WITHIN, BEYOND, LOST = "已锁定", "可达", "满分也不够", "已无法达到"
_NEVER = np.iinfo(np.int64).min // 4  # the total of a rival that does not exist


def cuts(ranking: pd.DataFrame, top: int = 3, bottom: int = 3) -> pd.DataFrame:
    """Points each unit lacks to stand among the first, and to leave the last; ties count as the scheme counts them.

    To be among the first ``top`` a total equal to the top-th best of the others is enough; to leave the last
    ``bottom``, which all who tie at the cut belong to, a total must lie above the bottom-th worst of the others by
    0.0001 point. Others are taken as they stand; a unit's own scores also move its series' mean, which is left out.

    Args:
        ranking: RANKED, unit, unit_name, rank, compared_e4.
        top: how many places are rewarded.
        bottom: how many are penalised.

    Returns:
        RANKED, unit, unit_name, rank, compared_e4, to_top_e4 (0 for who is there), lead_e4 (how far who is there stands
        above the cut), to_safety_e4 (0 for who is not among the last), margin_e4 (how far who is safe stands above the
        cut); Int64, empty where a series has too few units for a cut.
    """
    group, value = group_ids(ranking, RANKED), ranking["compared_e4"].to_numpy(dtype=np.int64)
    high, low = _other_at(group, value, top), -_other_at(group, -value, bottom)
    is_high, is_low = high > _NEVER, low < -_NEVER
    gap, safe = high - value, low + 1 - value
    return ranking[[*RANKED, "unit", "unit_name", "rank", "compared_e4"]].assign(
        to_top_e4=_masked(is_high, np.maximum(gap, 0)),
        lead_e4=_masked(is_high & (gap <= 0), -gap),
        to_safety_e4=_masked(is_low, np.maximum(safe, 0)),
        margin_e4=_masked(is_low & (safe <= 0), -safe),
    )


def needed_in_last_quarter(
    draft: pd.DataFrame, scheme: Scheme, wanted: Sequence[int], assumed_leaders: float
) -> pd.DataFrame:
    """The fourth quarter's mean a unit needs for an annual rank: one row a unit and rank wanted.

    needed = (the wanted-th best projection of the others − own points so far) ÷ Q4's percentage. Others are projected
    with a fourth quarter at the weighted mean of their first three.

    Args:
        draft: a year's draft ranking with three quarters (``appraise_years(..., is_final=False)``).
        scheme: quarter percentages.
        wanted: annual ranks.
        assumed_leaders: the leaders' evaluation assumed for units that have none yet, points.

    Returns:
        RANKED, unit, unit_name, wanted_rank, so_far_e4, bar_e4, needed_e4 (Int64, empty where there are fewer rivals
        than ranks), state: 已锁定 (even with 0 while all others get 100), 可达, 满分也不够 (by the projection),
        已无法达到 (even with 100 while all others get 0).
    """
    percents = np.array(scheme.quarter_percents[:3], dtype=np.int64)
    quarters = draft[["q1_e4", "q2_e4", "q3_e4"]].to_numpy(dtype=np.int64)
    last = scheme.quarter_percents[3]
    leaders = draft["leaders_e4"].fillna(int(points_e4(assumed_leaders))).to_numpy(dtype=np.int64)
    extras = draft[["shortfall_e4", "bonus_e4", "deduction_e4"]].sum(axis=1).to_numpy(dtype=np.int64)
    weighted = quarters @ percents
    so_far = weighted + scheme.leaders_percent * leaders + HUNDRED * extras  # in percent of 0.0001 point
    group = group_ids(draft, RANKED)
    projected = so_far + last * weighted // percents.sum()
    parts = [_needed(draft, group, so_far, projected, rank=rank, last=last) for rank in wanted]
    return pd.concat(parts, ignore_index=True)


def _needed(draft: pd.DataFrame, group: Ints, so_far: Ints, projected: Ints, *, rank: int, last: int) -> pd.DataFrame:
    bar = _other_at(group, projected, rank)
    has_bar = bar > _NEVER
    needed = np.maximum(-((so_far - bar) // last), 0)  # rounded up: a total that equals the bar is enough
    most = last * HUNDRED_E4
    is_secured = ~has_bar | (so_far >= _other_at(group, so_far + most, rank))
    is_lost = has_bar & (so_far + most < _other_at(group, so_far, rank))
    state = np.select([is_secured, is_lost, needed > HUNDRED_E4], [SECURED, LOST, BEYOND], WITHIN)
    return draft[[*RANKED, "unit", "unit_name"]].assign(
        wanted_rank=rank,
        so_far_e4=so_far // HUNDRED,
        bar_e4=_masked(has_bar, bar // HUNDRED),
        needed_e4=_masked(has_bar, needed),
        state=state,
    )


def _other_at(group: Ints, value: Ints, place: int) -> Ints:
    """For each row the ``place``-th highest value among the others of its group; _NEVER where there are fewer."""
    order = np.lexsort((-value, group))
    sizes = np.bincount(group, minlength=1)
    start = (np.cumsum(sizes) - sizes)[group]
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    within = position - start
    wanted = np.where(within < place, place, place - 1)  # the row itself stands above and is passed over
    exists = wanted < sizes[group]
    return np.where(exists, value[order][np.where(exists, start + wanted, 0)], _NEVER)


def _masked(keep: Bools, values: Ints) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(keep, values, 0).astype(np.int64), ~np.asarray(keep, dtype=np.bool_))
