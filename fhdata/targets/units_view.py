"""Targets by the unit that leads or supports them, and by the leader who looks after the unit."""

import pandas as pd

from fhdata.targets import states
from fhdata.targets.summary import by_unit, state_counts

ROLES = {"lead": "牵头", "support": "配合"}
LIGHT_COLUMNS = {states.GREEN: "green", states.AMBER: "amber", states.RED: "red", states.NO_LIGHT: "untold"}


def unit_targets(progress: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """All targets of every unit: ``by_unit`` with the role in words (``role_name``: 牵头 | 配合)."""
    rows = by_unit(progress, roles)
    return rows.assign(role_name=rows["role"].map(ROLES))


def unit_counts(unit_rows: pd.DataFrame) -> pd.DataFrame:
    """How many targets each unit leads and supports, and how those it leads stand.

    Grain: one row per unit, those that lead most first, then by the units' codes.

    Args:
        unit_rows: ``unit_targets``' table.

    Returns:
        ``unit_code``, ``unit_name``, ``leads``, ``supports``, ``green``, ``amber``, ``red``, ``untold`` (led targets by
        their light).
    """
    leads = unit_rows.loc[unit_rows["role"] == "lead"]
    names = unit_rows.drop_duplicates("unit_code").set_index("unit_code")["unit_name"]
    lights = pd.crosstab(leads["unit_code"], leads["progress_light"]).reindex(
        index=names.index, columns=list(LIGHT_COLUMNS), fill_value=0
    )
    roles = pd.crosstab(unit_rows["unit_code"], unit_rows["role"]).reindex(
        index=names.index, columns=list(ROLES), fill_value=0
    )
    counted = pd.DataFrame(
        {
            "unit_name": names,
            "leads": roles["lead"],
            "supports": roles["support"],
            **{column: lights[light] for light, column in LIGHT_COLUMNS.items()},
        }
    ).rename_axis("unit_code")
    return counted.reset_index().sort_values(["leads", "unit_code"], ascending=[False, True]).reset_index(drop=True)


def portfolio_counts(progress: pd.DataFrame, roles: pd.DataFrame, portfolios: pd.DataFrame) -> pd.DataFrame:
    """State counts by 分管: a target counts once for each leader who looks after one of its lead units.

    Args:
        progress: ``track``'s table.
        roles: ``code``, ``unit_name``, ``role``, aliases resolved.
        portfolios: ``unit`` (as registered), ``portfolio``; no row where the map is not given.

    Returns:
        ``portfolio``, one int column per state, ``total``; empty where the map is not given.
    """
    leads = roles.loc[roles["role"] == "lead"].merge(portfolios, left_on="unit_name", right_on="unit")
    pairs = leads[["code", "portfolio"]].drop_duplicates()
    rows = pairs.merge(progress, on="code").sort_values("portfolio", kind="stable").reset_index(drop=True)
    return state_counts(rows, by="portfolio")
