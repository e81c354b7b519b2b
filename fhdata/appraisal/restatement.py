"""What a later correction moves: scores, totals, ranks and money, before and after side by side."""

import pandas as pd

from fhdata.appraisal.placing import RANKED

KEY = [*RANKED, "unit"]
CELL = ["county", "month", "series", "unit", "item"]
AMOUNT = [*KEY, "kind", "label"]


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
