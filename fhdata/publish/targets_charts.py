"""The charts of the report on growth targets, each drawn where there is something to draw."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from fhdata.publish.canvas import save
from fhdata.publish.charts import completion_bullets, growth_against_target, states_by_battle
from fhdata.publish.paths import path_against_last_year
from fhdata.publish.report import Chart

STATES, COMPLETION, GROWTH = "states_by_battle", "completion", "growth"
SHOWN = ["code", "title", "lead_units", "state", "progress_light"]


def draw_target_charts(
    progress: pd.DataFrame,
    counts: pd.DataFrame,
    paths: pd.DataFrame,
    findings: Mapping[str, str],
    *,
    footnote: str,
    folder: Path,
) -> tuple[Chart, ...]:
    """Draw and save the charts of a targets report, each with its data and alt text beside it.

    A chart for which no target has the numbers is left out: a place that only sets growth targets has no completion.

    Args:
        progress: code, title, lead_units, state, progress_light, kind, completion_ratio, planned_ratio, gap_pp,
            growth_pct, target_value, required_growth_pct, is_required_approximate.
        counts: battle, state, light, count.
        paths: code, month, value, last_year, forecast_low, forecast_central, forecast_high; a chart a target.
        findings: each chart's title by name (states_by_battle, completion, growth, and each path's code).
        footnote: source, date, 初步数.
        folder: where the files go.
    """
    completed = progress.dropna(subset=["completion_ratio", "planned_ratio", "gap_pp"])
    growing = progress.loc[progress["kind"] == "growth_rate"].dropna(subset=["growth_pct", "target_value"])
    charts = [draw_states_chart(counts, findings, footnote=footnote, folder=folder)]
    if not completed.empty:
        data = completed[[*SHOWN, "completion_ratio", "planned_ratio", "gap_pp"]]
        figure = completion_bullets(completed, findings[COMPLETION], footnote)
        charts.append(save(figure, folder, COMPLETION, data, findings[COMPLETION]))
    if not growing.empty:
        data = growing[[*SHOWN, "growth_pct", "target_value", "gap_pp", "required_growth_pct"]]
        figure = growth_against_target(growing, findings[GROWTH], footnote)
        charts.append(save(figure, folder, GROWTH, data, findings[GROWTH]))
    charts += [_path(progress, path, findings, footnote, folder) for _, path in paths.groupby("code", sort=False)]
    return tuple(charts)


def draw_states_chart(counts: pd.DataFrame, findings: Mapping[str, str], *, footnote: str, folder: Path) -> Chart:
    """Draw and save the chart of states by battle alone; arguments as for ``draw_target_charts``."""
    figure = states_by_battle(counts, findings[STATES], footnote)
    return save(figure, folder, STATES, counts, findings[STATES])


def _path(
    progress: pd.DataFrame, path: pd.DataFrame, findings: Mapping[str, str], footnote: str, folder: Path
) -> Chart:
    code = str(path["code"].iloc[0])
    target = progress.loc[progress["code"] == code].iloc[0]
    figure = path_against_last_year(
        path.drop(columns="code"),
        findings[code],
        footnote,
        unit=str(target["unit"]),
        target=float(target["target_value"]),
    )
    return save(figure, folder, f"path_{code}", path, findings[code])
