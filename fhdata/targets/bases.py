"""Last year's published totals, which the bases that targets imply must meet."""

from datetime import date

import numpy as np
import pandas as pd

from fhdata.targets.pace import SLOTS
from fhdata.targets.series import VALUE, as_known, build_series


def published_bases(
    observations: pd.DataFrame, indicators: pd.DataFrame, year: int, as_of: date, area: str | None = None
) -> pd.DataFrame:
    """Each indicator's total (or year-end balance) of the year before ``year``, as known on a day.

    Args:
        observations: intake's rows.
        indicators: the registry.
        year: the year of the targets.
        as_of: the day of knowledge.
        area: the area, where observations hold several.

    Returns:
        One row per indicator that has one: ``indicator``, ``value`` (registry's unit), ``unit``, ``source`` (file,
        sheet and cell).
    """
    registry = indicators.reset_index(drop=True)
    series = build_series(as_known(observations, as_of, area), registry, year)
    last = series.year(year) - 1
    values = series.figures[VALUE, :, last, SLOTS - 1]
    rows = series.rows[VALUE, :, last, SLOTS - 1]
    has = np.flatnonzero(~np.isnan(values))
    cells = series.observations.iloc[rows[has]]
    source = cells["source_file"] + "「" + cells["source_sheet"] + "」" + cells["source_cell"]
    found = registry.loc[has, ["indicator", "unit"]].reset_index(drop=True)
    return found.assign(value=values[has], source=source.to_numpy(dtype=object))
