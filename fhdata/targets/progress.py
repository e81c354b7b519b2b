"""Progress of every target at a period, as known on a day: one frame in, one row a target out."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pandas as pd

from fhdata.periods import Period
from fhdata.problems import hint, problem, stop_on
from fhdata.targets.blanks import blank_kinds
from fhdata.targets.figures import read_figures
from fhdata.targets.judgement import judge
from fhdata.targets.known import compute
from fhdata.targets.pace import slot_of
from fhdata.targets.series import INDICATOR_COLUMNS, OBSERVATION_COLUMNS, as_known, build_series
from fhdata.targets.states import Thresholds
from fhdata.targets.table import table

TARGET_COLUMNS = (
    "code", "battle", "title", "indicator", "measure", "kind", "flow_or_stock", "direction", "is_strict", "value",
    "unit", "lead_units", "supporting_units", "document", "section", "path", "step_month", "frequency",
    "observable_from", "base_value", "base_unit", "base_period", "reference_indicator", "status",
)  # fmt: skip
PLAN_COLUMNS = ("code", "month", "planned")
KINDS = ("growth_rate", "level", "increment", "rate", "ceiling", "decline", "relative", "binary")


def track(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    period: Period,
    as_of: date,
    *,
    thresholds: Thresholds | None = None,
    conflicted: Collection[str] = (),
    plans: pd.DataFrame | None = None,
    blanks: pd.DataFrame | None = None,
    area: str | None = None,
) -> pd.DataFrame:
    """Where each target stands at a period, as known on a day.

    One row a target, in the register's order. Each kind by its own formula (see ``kinds``); a figure is compared with
    the plan at the period the figure belongs to, so that in April a quarterly indicator is judged by March. A ten-day
    report, made before its month's figures are due, goes by the last figure that is out.

    Args:
        targets: the register (TARGET_COLUMNS; optional ``far_pp``, a target's own grade of 欠序时(重)).
        observations: intake's rows (OBSERVATION_COLUMNS), all releases.
        indicators: the registry (INDICATOR_COLUMNS).
        period: the month, quarter, year or 旬 reported on.
        as_of: only what was released by this day counts; a figure not out by its due day is 缺报.
        thresholds: grades and readings in force.
        conflicted: codes of targets whose contradiction no ruling has settled (目标冲突).
        plans: plans of targets' own, one row per target and month: ``code``, ``month``, ``planned`` cumulative in the
            target's unit; they stand in for the register's path.
        blanks: intake's cells without a number: 不适用 and — are 不适用, what is not due is not overdue.
        area: the area to take where observations hold several.

    Returns:
        ``code`` to ``reading_note`` as listed in ``table.table``; NaN or an empty text where there is nothing to tell.

    Raises:
        ProblemsFound: a column is missing, an indicator unknown, a unit that does not convert, several areas.
    """
    chosen = thresholds or Thresholds()
    _check(targets, observations, indicators, plans)
    rows, registry = targets.reset_index(drop=True), indicators.reset_index(drop=True)
    wanted = registry["indicator"].isin(set(rows["indicator"]) | set(rows["reference_indicator"].dropna()))
    registry = registry.loc[wanted].reset_index(drop=True)
    series = build_series(as_known(observations, as_of, area), registry, period.year)
    figures = read_figures(
        rows, registry, series, year=period.year, slot=slot_of(period), as_of=as_of,
        is_tenday=period.cadence == "tenday",
    )  # fmt: skip
    known = compute(rows, registry, series, figures, period=period, thresholds=chosen, plans=plans)
    blank = blank_kinds(rows, blanks, figures.slot, year=period.year, as_of=as_of, area=area)
    return table(known, judge(known, conflicted, blank))


def track_previous(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    period: Period,
    as_of: date,
    *,
    before: Period | None = None,
    **readings: Any,  # noqa: ANN401 - handed on to ``track``
) -> pd.DataFrame:
    """The table of an earlier report, as known on its day; empty where that report was another year's.

    Args:
        targets: as for ``track``.
        observations: as for ``track``.
        indicators: as for ``track``.
        period: the period reported on now.
        as_of: the day up to which figures counted in the earlier report.
        before: the earlier report's period; the period just before ``period`` where left out.
        **readings: as for ``track``.
    """
    earlier = before or period.previous()
    if earlier.year == period.year:
        return track(targets, observations, indicators, earlier, as_of, **readings)
    return track(targets, observations, indicators, period, as_of, **readings).iloc[:0]


def _check(
    targets: pd.DataFrame, observations: pd.DataFrame, indicators: pd.DataFrame, plans: pd.DataFrame | None
) -> None:
    """All columns that are missing and all kinds that are unknown, at once."""
    tables: list[tuple[str, pd.DataFrame, tuple[str, ...]]] = [
        ("目标表", targets, TARGET_COLUMNS),
        ("观测表", observations, OBSERVATION_COLUMNS),
        ("指标表", indicators, INDICATOR_COLUMNS),
    ]
    if plans is not None:
        tables.append(("计划表", plans, PLAN_COLUMNS))
    found = [
        problem("missing_column", f"{name}缺少列 {column}", hint(column, frame.columns), "请补上")
        for name, frame, columns in tables
        for column in columns
        if column not in frame.columns
    ]
    stop_on(found)
    known = set(indicators["indicator"])
    named = [
        (code, name)
        for code, own, other in zip(
            targets["code"], targets["indicator"], targets["reference_indicator"].fillna(""), strict=True
        )
        for name in (own, other)
        if name
    ]
    stop_on(
        [
            *(
                problem("unknown_kind", f"目标 {code} 的类型是“{kind}”", f"可用：{'、'.join(KINDS)}", "请改正")
                for code, kind in zip(targets["code"], targets["kind"], strict=True)
                if kind not in KINDS
            ),
            *(
                problem(
                    "unknown_indicator", f"目标 {code} 的指标“{name}”不在指标表里", hint(name, known), "请补上或改正"
                )
                for code, name in named
                if name not in known
            ),
        ]
    )
