"""The year of a cumulative target month by month, beside last year's shape and where it is heading."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fhdata.periods import Period
from fhdata.quantities import conversion_factor
from fhdata.targets.numbers import Floats, divide
from fhdata.targets.pace import SLOTS
from fhdata.targets.series import VALUE, as_known, build_series

MONTHS = np.arange(1, 13)
SLOTS_A_MONTH = SLOTS // 12
COLUMNS = ("code", "month", "value", "last_year", "forecast_low", "forecast_central", "forecast_high")


def year_paths(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    progress: pd.DataFrame,
    *,
    period: Period,
    as_of: date,
    area: str | None = None,
) -> pd.DataFrame:
    """The path of each target that is planned in last year's shape (``path`` history): one row a target and month.

    Formula: ``last_year`` = T · s(m), what the target asks for by month m in last year's shape s(m) = A'(m)/A'(12); the
    forecast goes from the last known month k to the year's end F in that shape, x(m) = A(k) + (F − A(k)) ·
    (s(m) − s(k)) / (1 − s(k)). All values in the target's unit, NaN where there is none.

    Args:
        targets: the register.
        observations: intake's rows.
        indicators: the registry.
        progress: ``track``'s table for the same period and day.
        period: the period reported on; later months have no value.
        as_of: the day of knowledge.
        area: the area, where observations hold several.

    Returns:
        COLUMNS, in the register's order and by month; targets without a single value this year are left out.
    """
    wanted = targets.loc[(targets["path"] == "history") & (targets["measure"] == "value")]
    if wanted.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    registry = indicators.loc[indicators["indicator"].isin(wanted["indicator"])].reset_index(drop=True)
    series = build_series(as_known(observations, as_of, area), registry, period.year)
    this_year = series.year(period.year)
    ends = MONTHS * SLOTS_A_MONTH - 1
    units = dict(zip(registry["indicator"], registry["unit"], strict=True))
    outlook = {str(row["code"]): row for row in progress.to_dict("records")}
    paths = []
    for row in wanted.itertuples():
        place = series.indicators.index(str(row.indicator))
        factor = float(conversion_factor(units[str(row.indicator)], str(row.unit)))
        now = series.figures[VALUE, place, this_year, ends] * factor
        before = series.figures[VALUE, place, this_year - 1, ends]
        reported = np.where(period.month >= MONTHS, now, np.nan)
        share = before / before[-1]
        paths.append(
            pd.DataFrame(
                {
                    "code": row.code,
                    "month": MONTHS,
                    "value": reported,
                    "last_year": float(str(row.value)) * share,
                    **_ahead(outlook[str(row.code)], reported, share),
                }
            )
        )
    known = [path for path in paths if path["value"].notna().any()]
    return pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=list(COLUMNS))


def _ahead(row: Mapping[Hashable, Any], known: Floats, share: Floats) -> dict[str, Floats]:
    """The forecast's columns after the last known month, in last year's shape."""
    months = np.flatnonzero(~np.isnan(known))
    last = int(months[-1]) if len(months) else 0
    way = np.where(last + 1 < MONTHS, divide(share - share[last], np.full(12, 1 - share[last])), np.nan)
    ends = {
        "forecast_low": row["forecast_low"],
        "forecast_central": row["forecast_value"],
        "forecast_high": row["forecast_high"],
    }
    return {name: known[last] + (end - known[last]) * way for name, end in ends.items()}
