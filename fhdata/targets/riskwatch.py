"""The risk watch: debt ratios against warning lines; accidents and deaths by the same months a year earlier."""

from datetime import date

import numpy as np
import pandas as pd

from fhdata.periods import Period
from fhdata.quantities import conversion_factor
from fhdata.targets import states
from fhdata.targets.figures import due_date
from fhdata.targets.numbers import Floats, divide
from fhdata.targets.pace import SLOTS
from fhdata.targets.series import VALUE, as_known, build_series

COUNTED = ("下降", "持平", "上升")
NO_LINE, BELOW = "未定警戒线", "低于警戒线"
LIGHTS = (states.GREEN, states.AMBER, states.RED)  # by how many lines are reached; beyond the last it stays red
LAST_YEAR = "上年"
ORIGIN = ("source_file", "source_sheet", "source_cell")
COUNT_COLUMNS = (
    "topic", "role", "indicator", "name", "unit", "now", "before", "change", "word", "light", *ORIGIN,
    "before_file", "before_sheet", "before_cell", "citation",
)  # fmt: skip


def count_pairs(
    counts: pd.DataFrame, observations: pd.DataFrame, indicators: pd.DataFrame, *, period: Period, as_of: date,
    area: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Accidents and deaths since January beside the same months of last year, as counts: small numbers have no percent.

    Grain: one row per count, in the order given.

    Args:
        counts: ``topic``, ``role``, ``indicator``, ``document``, ``section``.
        observations: intake's rows.
        indicators: the registry.
        period: the period reported on.
        as_of: the day of knowledge.
        area: the area, where observations hold several.

    Returns:
        ``topic``, ``role``, ``indicator``, ``name``, ``unit``, ``now``, ``before``, ``change`` (now − before), ``word``
        (下降 | 持平 | 上升, or 未到发布期 | 缺报 | 不适用 where it cannot be told), ``light``, the source columns of
        ``now``, those of ``before`` (``before_file``, ``before_sheet``, ``before_cell``) and ``citation``.
    """
    if counts.empty:
        return pd.DataFrame(columns=list(COUNT_COLUMNS))
    registry = counts[["indicator"]].merge(indicators, on="indicator", how="left", validate="one_to_one")
    series = build_series(as_known(observations, as_of, area), registry, period.year)
    slot, this_year = 3 * period.month, series.year(period.year)
    now = series.figures[VALUE, :, this_year, slot - 1]
    before = series.figures[VALUE, :, this_year - 1, slot - 1] if this_year else np.full(len(registry), np.nan)
    days = [due_date(period.year, slot, float(late)) for late in registry["due_day"]]
    blank = np.where(np.array([day > as_of for day in days], dtype=np.bool_), states.NOT_DUE, states.NOT_REPORTED)
    change = now - before
    told = np.where(change < 0, COUNTED[0], np.where(change == 0, COUNTED[1], COUNTED[2]))
    word = np.where(np.isnan(now), blank, np.where(np.isnan(before), states.NOT_APPLICABLE, told))
    light = np.select([word == COUNTED[0], word == COUNTED[1], word == COUNTED[2]], LIGHTS, default=states.NO_LIGHT)
    light = np.where((word == COUNTED[1]) & (now == 0), states.GREEN, light)  # none both times: nothing left to fall
    rows = series.rows[VALUE, :, this_year, slot - 1]
    earlier_rows = series.rows[VALUE, :, this_year - 1, slot - 1] if this_year else np.full(len(registry), -1)
    earlier = _origin(series.observations, earlier_rows)
    return counts.assign(
        name=registry["name"], unit=registry["unit"], now=now, before=before, change=change, word=word, light=light,
        **_origin(series.observations, rows),
        **{f"before_{column.removeprefix('source_')}": cells for column, cells in earlier.items()},
        citation=counts["document"] + " " + counts["section"],
    )[list(COUNT_COLUMNS)]  # fmt: skip


def _origin(observations: pd.DataFrame, rows: np.ndarray) -> dict[str, list[str]]:
    """File, sheet and cell of the observations at these positions; "" where the position is −1."""
    return {name: [str(observations[name].iloc[int(row)]) if row >= 0 else "" for row in rows] for name in ORIGIN}


def debt_ratios(
    ratios: pd.DataFrame, observations: pd.DataFrame, indicators: pd.DataFrame, *, period: Period, as_of: date,
    areas: tuple[str, ...],
) -> pd.DataFrame:  # fmt: skip
    """Each debt ratio of each debt unit: 100 · numerator ÷ denominator, its band and its headroom.

    Grain: one row per area and ratio. The numerator is the figure of the period's month; the denominator that of the
    same month, or last year's own where the rule says so. A zero denominator is 不适用, what was not handed in is 缺报
    (or 未到发布期): neither has a light.

    Args:
        ratios: ``ratio``, ``title``, ``numerator``, ``denominator``, ``time``, ``lines``, ``source``.
        observations: intake's rows.
        indicators: the registry.
        period: the period reported on.
        as_of: the day of knowledge.
        areas: the county and its debt units, in the order to be printed.

    Returns:
        ``area``, ``ratio``, ``title``, ``value_pct``, ``word``, ``headroom_pp`` (to the next warning line; NaN beyond
        the last or where none is set), ``light``, ``missing`` (what is lacking), the numerator's source columns and
        ``citation``.
    """
    wanted = list(dict.fromkeys([*ratios["numerator"], *ratios["denominator"]]))
    registry = indicators.loc[indicators["indicator"].isin(wanted)].reset_index(drop=True)
    parts = [
        _area_ratios(ratios, as_known(observations, as_of, area), registry, period, as_of).assign(area=area)
        for area in (areas if len(ratios) else ())
    ]
    columns = ["area", "ratio", "title", "value_pct", "word", "headroom_pp", "light", "missing", *ORIGIN, "citation"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _area_ratios(
    ratios: pd.DataFrame, observations: pd.DataFrame, registry: pd.DataFrame, period: Period, as_of: date
) -> pd.DataFrame:
    series = build_series(observations, registry, period.year)
    place = {str(name): number for number, name in enumerate(registry["indicator"])}
    this_year, now = series.year(period.year), 3 * period.month - 1
    top = ratios["numerator"].map(place).to_numpy(dtype=np.int64)
    bottom = ratios["denominator"].map(place).to_numpy(dtype=np.int64)
    is_earlier = (ratios["time"] == LAST_YEAR).to_numpy()
    year = np.where(is_earlier, this_year - 1, this_year)
    factor = _factors(ratios, registry)
    numerator = series.figures[VALUE, top, this_year, now] * factor
    found = series.figures[VALUE, bottom, year, np.where(is_earlier, SLOTS - 1, now)]
    denominator = np.where(year >= 0, found, np.nan)
    value = 100 * divide(numerator, denominator)
    names, due = registry["name"].to_numpy(dtype=object), registry["due_day"].to_numpy(dtype=np.float64)
    missing, word = [], []
    for row in range(len(ratios)):
        lacking = [
            part for part, figure in ((top[row], numerator[row]), (bottom[row], denominator[row])) if np.isnan(figure)
        ]
        is_early = np.isnan(numerator[row]) and due_date(period.year, now + 1, due[top[row]]) > as_of
        missing.append("、".join(dict.fromkeys(str(names[part]) for part in lacking)))
        if lacking:
            word.append(states.NOT_DUE if is_early and lacking == [top[row]] else states.NOT_REPORTED)
        else:
            word.append(states.NOT_APPLICABLE if denominator[row] == 0 else "")
    bands = [_band(one, lines) for one, lines in zip(value, ratios["lines"], strict=True)]
    return ratios[["ratio", "title"]].assign(
        value_pct=value,
        word=[said or band[0] for said, band in zip(word, bands, strict=True)],
        headroom_pp=[band[1] for band in bands],
        light=[band[2] for band in bands],
        missing=missing,
        **_origin(series.observations, series.rows[VALUE, top, this_year, now]),
        citation=ratios["source"],
    )  # fmt: skip


def _factors(ratios: pd.DataFrame, registry: pd.DataFrame) -> Floats:
    """What turns the numerator's unit into the denominator's."""
    unit = dict(zip(registry["indicator"], registry["unit"], strict=True))
    pairs = zip(ratios["numerator"], ratios["denominator"], strict=True)
    return np.array([float(conversion_factor(unit[above], unit[below])) for above, below in pairs])


def _band(value: float, lines: tuple[float, ...]) -> tuple[str, float, str]:
    """Word, headroom to the next line and light: 低于警戒线, or the highest line that is reached."""
    if np.isnan(value):
        return "", np.nan, states.NO_LIGHT
    if not lines:
        return NO_LINE, np.nan, states.NO_LIGHT
    reached = [line for line in lines if value >= line]
    left = next((line - value for line in lines if value < line), np.nan)
    word = f"达到{reached[-1]:g}%" if reached else BELOW
    return word, left, LIGHTS[min(len(reached), len(LIGHTS) - 1)]
