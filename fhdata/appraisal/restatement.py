"""What a later correction moves: scores, totals, ranks and money, before and after side by side."""

import numpy as np
import pandas as pd

from fhdata.appraisal.awards import execution_list
from fhdata.appraisal.checks import at_rows
from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.month import MonthInputs
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Bools, Ints, divided, points_e4, rounded_e4
from fhdata.appraisal.ranking import COMPETITION, DENSE, last_places, ranks
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.streaks import streaks
from fhdata.problems import Problem

KEY = [*RANKED, "unit"]
CELL = ["county", "month", "series", "unit", "item"]
AMOUNT = [*KEY, "kind", "label"]
ANNOUNCED = [
    *KEY, "unit_name", "total_e4", "total_digits", "rank", "standing", "last_place", "units_in_series", "is_reference",
]  # fmt: skip


def announced_ranking(
    published: pd.DataFrame, units: pd.DataFrame, scheme: Scheme
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rankings as they were announced, with the places from the end that follow from the announced ranks.

    Args:
        published: county, period, series, unit, total (points, as often as not rounded), rank, source columns.
        units: county, unit, unit_name.
        scheme: how places are counted.

    Returns:
        ANNOUNCED (is_reference False: what was announced does not tell); and every announced rank that does not follow
        from the others' or goes against the announced totals.
    """
    at = positions(published, units, ["county", "unit"])
    rank = published["rank"].to_numpy(dtype=np.int64)
    total = points_e4(published["total"])
    group = group_ids(published, RANKED)
    method = DENSE if scheme.readings.ties == DENSE else COMPETITION
    ranking = published.assign(
        unit_name=units["unit_name"].to_numpy(dtype=object)[at],
        total_e4=total,
        total_digits=_digits(group, total),
        standing=ranks(group, [-rank]),
        last_place=last_places(group, [-rank], method, is_shared=scheme.readings.last_ties == "all_last"),
        units_in_series=np.bincount(group, minlength=1)[group],
        is_reference=False,
        expected=ranks(group, [-rank], method),
    ).astype({"unit_name": "str"})
    is_gap = ranking["expected"].to_numpy() != rank
    is_against = _is_against(group, rank, total)
    wrong = [
        *at_rows(ranking, is_gap, "bad_rank", "公布的名次是 {row.rank}，照公布的名次数下来应是 {row.expected}"),
        *at_rows(ranking, is_against, "bad_rank", "公布的总分 {row.total:g} 高于名次在它前面的单位"),
    ]
    return ranking[ANNOUNCED], wrong


def _digits(group: Ints, total: Ints) -> Ints:
    """With how many decimals each group's totals are written: the fewest that lose nothing."""
    digits = np.full(len(total), 4, dtype=np.int64)
    for fewer in (3, 2, 1, 0):
        is_lost = np.bincount(group, weights=rounded_e4(total, fewer) != total, minlength=1)[group] > 0
        digits[~is_lost] = fewer
    return digits


def _is_against(group: Ints, rank: Ints, total: Ints) -> Bools:
    """Whether a unit has a higher total than one of a better rank."""
    order = np.lexsort((-total, rank, group))
    lowest = pd.Series(total[order]).groupby(group[order]).cummin().to_numpy()
    found = np.zeros(len(total), dtype=np.bool_)
    found[order] = total[order] > lowest
    return found


def as_before(announced: pd.DataFrame, known: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """What periods were before: as announced, or, for one not announced, as it was known then.

    A total announced with fewer decimals than it is computed with stands for the total of now that rounds to it.

    Args:
        announced: see ``announced_ranking``.
        known: the ranking as known then.
        now: the ranking now.
    """
    at = positions(announced, now, KEY)
    total = np.append(now["total_e4"].to_numpy(dtype=np.int64), 0)[at]
    steps = 10 ** (4 - announced["total_digits"].to_numpy(dtype=np.int64))
    is_same = (at >= 0) & (divided(total, steps) * steps == announced["total_e4"].to_numpy(dtype=np.int64))
    told = announced.assign(total_e4=np.where(is_same, total, announced["total_e4"]))
    is_new = positions(known, announced[["county", "period"]].drop_duplicates(), ["county", "period"]) < 0
    columns = [name for name in ANNOUNCED if name != "total_digits"]
    return pd.concat([told[columns], known.loc[is_new, columns]], ignore_index=True)


def money_before_and_now(
    before: pd.DataFrame, execution: pd.DataFrame, inputs: MonthInputs, scheme: Scheme, span: str, *, is_final: bool
) -> pd.DataFrame:
    """What corrections change of rewards and penalties that were due before; see ``restated_money``.

    Args:
        before: the rankings before, with their places; see ``as_before``.
        execution: what is due now, of any periods.
        inputs: units with their head counts, exclusions.
        scheme: the scheme.
        span: month or year.
        is_final: by a draft nothing is due, and nothing changes.
    """
    runs = streaks(before, scheme) if span == "month" else None
    due = execution_list(before, scheme, span, units=inputs.units, exclusions=inputs.exclusions, streaks=runs)
    now = execution[execution["period"].isin(before["period"].unique())]
    return restated_money(due, now if is_final else due)


def restated_ranking(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Units whose total or rank is not what was announced; one row a county, period and unit that moved.

    Returns:
        RANKED, unit, unit_name, old_total_e4, new_total_e4, total_change_e4, old_rank, new_rank, rank_change (positive
        for a rise); Int64, empty for a unit that is only in one of the two.
    """
    both = _joined(before, after, KEY, ["total_e4", "rank"], [])
    table = both.assign(
        total_change_e4=both["new_total_e4"] - both["old_total_e4"], rank_change=both["old_rank"] - both["new_rank"]
    )
    columns = [
        *KEY,
        "unit_name",
        "old_total_e4",
        "new_total_e4",
        "total_change_e4",
        "old_rank",
        "new_rank",
        "rank_change",
    ]
    return table.loc[_differs(both, ["total_e4", "rank"]), columns].reset_index(drop=True)


def restated_scores(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Cells whose score or state changed, imputed means that moved with them included; see ``scoring.cells_table``.

    Returns:
        county, month, series, unit, item, unit_name, old_score_e4, new_score_e4, old_state, new_state.
    """
    both = _joined(before, after, CELL, ["score_e4"], ["state"])
    is_other = _differs(both, ["score_e4"]) | (both["old_state"] != both["new_state"])
    columns = [*CELL, "unit_name", "old_score_e4", "new_score_e4", "old_state", "new_state"]
    return both.loc[is_other, columns].reset_index(drop=True)


def restated_money(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Rewards and penalties to be paid, paid back or taken back; one row a unit and consequence that changed.

    Returns:
        RANKED, unit, kind, label, unit_name, old_fen, new_fen, change_fen (int64, 0 where there was or is nothing),
        was_due, is_due (a measure has no money but may fall away).
    """
    both = _joined(before, after, AMOUNT, ["amount_fen"], [])
    old, new = both["old_amount_fen"], both["new_amount_fen"]
    table = both[[*AMOUNT, "unit_name"]].assign(
        old_fen=old.fillna(0).astype("int64"),
        new_fen=new.fillna(0).astype("int64"),
        change_fen=(new.fillna(0) - old.fillna(0)).astype("int64"),
        was_due=old.notna(),
        is_due=new.notna(),
    )
    return table[_differs(both, ["amount_fen"])].reset_index(drop=True)


def _joined(
    before: pd.DataFrame, after: pd.DataFrame, key: list[str], values: list[str], words: list[str]
) -> pd.DataFrame:
    """Both tables side by side: old_… and new_… of every value, a name from whichever has it."""
    told = [*values, *words, "unit_name"]
    parts = [
        table[[*key, *told]].rename(columns={name: f"{age}_{name}" for name in told})
        for age, table in (("old", before), ("new", after))
    ]
    both = parts[0].merge(parts[1], on=key, how="outer", validate="one_to_one")
    whole = {f"{age}_{name}": "Int64" for age in ("old", "new") for name in values}
    texts = {f"{age}_{name}": both[f"{age}_{name}"].fillna("") for age in ("old", "new") for name in words}
    name = both["new_unit_name"].fillna(both["old_unit_name"])
    return both.assign(unit_name=name, **texts).astype(whole)


def _differs(both: pd.DataFrame, values: list[str]) -> "pd.Series[bool]":
    """Whether any value changed, or is there in only one of the two."""
    changed = pd.Series(False, index=both.index)
    for name in values:
        old, new = both[f"old_{name}"], both[f"new_{name}"]
        changed |= (old.isna() != new.isna()) | (old.fillna(0) != new.fillna(0))
    return changed
