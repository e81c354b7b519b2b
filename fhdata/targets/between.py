"""What happened between two reports: figures handed in, events, and the targets of one frequency."""

import pandas as pd

from fhdata.targets import states

EVENTS = (states.DONE, states.BREACHED, states.IMPOSSIBLE)
FIGURE = ["observed_period", "observed_value", "source_file", "source_sheet", "source_cell"]


def new_figures(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Targets whose figure is another than in the last report: a later period's, or the same period's handed in anew.

    Grain: one row per target, in the register's order.

    Args:
        before: ``track``'s table of the last report; without rows for the year's first.
        after: ``track``'s table now.

    Returns:
        The rows of ``after`` that rest on another cell or number.
    """
    old = before[["code", *FIGURE]].rename(columns={name: f"{name}_before" for name in FIGURE})
    both = after.merge(old, on="code", how="left")
    is_other = pd.Series(False, index=after.index)
    for name in FIGURE:
        earlier, now = both[f"{name}_before"], both[name]
        is_other |= ((earlier != now) & ~(earlier.isna() & now.isna())).to_numpy()
    return after.loc[is_other & (after["source_cell"].fillna("") != "")].reset_index(drop=True)


def handed_in(figures: pd.DataFrame) -> pd.DataFrame:
    """Who handed figures in: one row per publisher and period reached.

    Args:
        figures: ``new_figures``' table.

    Returns:
        ``publisher``, ``observed_period``, ``count`` (targets that got a new figure), ``files`` (joined by ";").
    """
    if figures.empty:
        return pd.DataFrame(columns=["publisher", "observed_period", "count", "files"])
    grouped = figures.groupby(["publisher", "observed_period"], sort=False)
    counted = grouped.agg(count=("code", "size"), files=("source_file", lambda names: ";".join(dict.fromkeys(names))))
    return counted.reset_index().sort_values(["count", "publisher"], ascending=[False, True]).reset_index(drop=True)


def new_events(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Targets that were met, breached or lost since the last report: 已完成, 已突破, 已无法完成 and not so before.

    Returns:
        Rows of ``after``; all that are in such a state where there is no last report.
    """
    was = after["code"].map(dict(zip(before["code"], before["state"], strict=True)))
    return after.loc[after["state"].isin(EVENTS) & (after["state"] != was)].reset_index(drop=True)


def of_frequency(progress: pd.DataFrame, targets: pd.DataFrame, frequency: str, kind: str) -> pd.DataFrame:
    """Targets of one kind whose figure comes out with one frequency, such as growths published by the quarter."""
    wanted = targets.loc[(targets["frequency"] == frequency) & (targets["kind"] == kind), "code"]
    return progress.loc[progress["code"].isin(wanted)].reset_index(drop=True)
