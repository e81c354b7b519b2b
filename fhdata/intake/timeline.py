"""Observations in the order of series and time, as numbers: checks compare codes instead of a million texts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fhdata.periods import Period, parse_period

_SERIES = ["indicator", "area", "span", "measure"]
_CADENCES = {"year": 0, "quarter": 1, "month": 2, "tenday": 3}


@dataclass(frozen=True)
class Timeline:
    """Facts ordered by series, time and release: one entry an observation.

    ``rows`` are positions in the observations; ``series`` is one code an indicator, area, span, measure and cadence;
    ``when`` counts months (旬: thirds of months) to the period's end; ``is_newest`` marks the last release of a fact.
    """

    rows: np.ndarray
    series: np.ndarray
    subject: np.ndarray
    when: np.ndarray
    year: np.ndarray
    month: np.ndarray
    value: np.ndarray
    is_newest: np.ndarray
    is_repeated: np.ndarray

    def only(self, kept: np.ndarray) -> "Timeline":
        """The entries where ``kept`` is true, in the same order."""
        if kept.all():
            return self
        return Timeline(**{name: values[kept] for name, values in vars(self).items()})

    def at_row(self, flags: np.ndarray) -> np.ndarray:
        """Flags of observations (by position), brought into the order of the timeline."""
        return flags[self.rows]


def timeline(observations: pd.DataFrame) -> Timeline:
    """Put observations into the order of their series.

    Args:
        observations: indicator, area, span, measure, period, released, value.
    """
    periods, different = pd.factorize(observations["period"])
    read = [parse_period(text) for text in different]
    clock = np.array([_clock(one) for one in read], dtype=np.int64)
    released, days = pd.factorize(observations["released"], sort=True)
    subject = _codes(observations, ["indicator", "area"], _coarse([_CADENCES[one.cadence] for one in read], periods))
    series = _codes(observations, ["span", "measure"], subject)
    first, last = (int(clock.min()), int(clock.max())) if len(clock) else (0, 0)
    key = series * (last - first + 1) + (clock - first)[periods]
    key = key * len(days) + released if len(days) > 1 else key
    rows = np.arange(len(key))
    if not bool(np.all(key[1:] >= key[:-1])):
        rows = np.argsort(key, kind="stable")
        key, series, subject, periods = key[rows], series[rows], subject[rows], periods[rows]
    fact = key // max(len(days), 1)
    return Timeline(
        rows=rows,
        series=series,
        subject=subject,
        when=clock[periods],
        year=np.array([one.year for one in read], dtype=np.int64)[periods],
        month=np.array([one.month for one in read], dtype=np.int64)[periods],
        value=observations["value"].to_numpy(dtype=np.float64)[rows],
        is_newest=np.append(fact[1:] != fact[:-1], True) if len(fact) else np.zeros(0, dtype=bool),
        is_repeated=np.append(False, key[1:] == key[:-1]) if len(key) else np.zeros(0, dtype=bool),
    )


def _clock(period: Period) -> int:
    """Thirds of months up to the period's end."""
    return (period.year * 12 + period.month) * 3 - (-period.number % 3 if period.cadence == "tenday" else 0)


def _coarse(kinds: list[int], periods: np.ndarray) -> np.ndarray:
    if len(set(kinds)) <= 1:
        return np.zeros(len(periods), dtype=np.int64)
    return np.array(kinds, dtype=np.int64)[periods]


def _codes(observations: pd.DataFrame, columns: list[str], start: np.ndarray) -> np.ndarray:
    codes = start
    for name in columns:
        part, different = pd.factorize(observations[name])
        if len(different) > 1:
            codes, _ = pd.factorize(codes * len(different) + part)
    return codes
