"""Cells that were handed in without a number: why there is none decides the state, and none of them is ever 0."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from fhdata.periods import parse_period
from fhdata.targets.numbers import Ints, Texts
from fhdata.targets.pace import slot_of
from fhdata.targets.series import as_known

NOT_DUE = ("not_due",)
NOT_APPLICABLE = ("not_applicable", "nil")  # "不适用", and "—" or 无: there is no such thing this year


def blank_kinds(
    targets: pd.DataFrame, blanks: pd.DataFrame | None, slots: Ints, *, year: int, as_of: date, area: str | None = None
) -> Texts:
    """The kind of nothing that was handed in for the figure each target is waiting for; "" where no cell says so.

    Args:
        targets: ``indicator``; one row a target.
        blanks: intake's cells without a number (indicator, area, period, nothing, released, source columns), or None.
        slots: the 旬 (1-36) whose figure is expected, one a target.
        year: the year tracked.
        as_of: only what was handed in by this day counts.
        area: the area, where there are several.

    Returns:
        One of intake's kinds (empty, nil, not_reported, not_due, not_applicable) or "" per row; of several releases
        the latest.
    """
    nothing = np.full(len(targets), "", dtype=object)
    if blanks is None or blanks.empty:
        return nothing
    known = as_known(blanks, as_of, area).sort_values("released", kind="stable")
    periods = {text: parse_period(str(text)) for text in known["period"].unique()}
    latest: Mapping[tuple[str, int], str] = {
        (str(indicator), slot_of(periods[period])): str(kind)
        for indicator, period, kind in zip(known["indicator"], known["period"], known["nothing"], strict=True)
        if periods[period].year == year
    }
    for row, key in enumerate(zip(targets["indicator"].astype(str), slots.tolist(), strict=True)):
        nothing[row] = latest.get(key, "")
    return nothing
