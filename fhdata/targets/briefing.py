"""The computed words of a targets report: how many stand where, and each chart's finding."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fhdata.rounding import number_text
from fhdata.targets import states
from fhdata.targets.sentences import against, amount, odds, sentences

# In the order in which a briefing tells them: what is known first, then why the rest is not.
TOLD = (
    states.DONE, states.ON_PACE, states.BEHIND, states.FAR_BEHIND, states.IMPOSSIBLE, states.BREACHED,
    states.NOT_REPORTED, states.NOT_DUE, states.PENDING, states.CONFLICT, states.NOT_APPLICABLE,
)  # fmt: skip


def light_counts(progress: pd.DataFrame, by: str = "battle") -> pd.DataFrame:
    """How many targets of each group stand in each state: one row a group and state, groups in the register's order.

    Returns:
        ``by``, ``state``, ``light`` (green | amber | red | none), ``count``; states that no target is in are left out.
    """
    light = {state: states.LIGHTS.get(state, states.NO_LIGHT) for state in states.STATES}
    groups = list(progress[by].drop_duplicates())
    counted = progress.groupby([by, "state"], sort=False).size().rename("count").reset_index()
    order = counted[by].map(groups.index) * len(TOLD) + counted["state"].map(TOLD.index)
    ordered = counted.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return ordered.assign(light=ordered["state"].map(light))[[by, "state", "light", "count"]]


def overview(progress: pd.DataFrame, label: str) -> str:
    """The first sentence of a report: 2023年1—3月，249项目标中，已完成23项，达序时133项 … .

    Args:
        progress: ``track``'s table.
        label: how far the report reaches, as written (2023年1—3月).
    """
    counts = progress["state"].value_counts()
    parts = [f"{state}{counts[state]}项" for state in TOLD if state in counts]
    return f"{label}，{len(progress)}项目标中，{'，'.join(parts)}。"


def measured(progress: pd.DataFrame) -> pd.DataFrame:
    """The targets whose progress could be told: those with a light."""
    return progress.loc[progress["progress_light"] != states.NO_LIGHT]


def states_finding(progress: pd.DataFrame) -> str:
    """The finding of the chart of states: how many of those that can be told are on pace."""
    told = measured(progress)
    good = int((told["progress_light"] == states.GREEN).sum())
    if told.empty:
        return "本期没有可以判断进度的目标"
    share = number_text(100 * good / len(told), 1)
    return f"可判断进度的{len(told)}项目标中，{good}项达到序时（{share}%）"


def completion_finding(progress: pd.DataFrame) -> str:
    """The finding of the chart of completion: how many lag behind the plan, and by how much at most."""
    rows = measured(progress).dropna(subset=["completion_ratio", "planned_ratio", "gap_pp"])
    behind = rows.loc[rows["gap_pp"] < 0]
    if behind.empty:
        return f"按完成率考核的{len(rows)}项目标全部达到序时进度"
    worst = number_text(-float(behind["gap_pp"].min()), 1)
    return f"按完成率考核的{len(rows)}项目标中，{len(behind)}项低于序时进度，最多低{worst}个百分点"


def growth_finding(progress: pd.DataFrame) -> str:
    """The finding of the chart of growth: how many growth targets are met so far."""
    told = measured(progress)
    rows = told.loc[told["kind"] == "growth_rate"].dropna(subset=["growth_pct", "gap_pp"])
    met = int(rows["progress_light"].eq(states.GREEN).sum())
    return f"可判断的{len(rows)}项增速目标中，{met}项目前增速达到目标，{len(rows) - met}项低于目标"


def path_finding(row: Mapping[Hashable, Any]) -> str:
    """The finding of the chart of one target's year: how much is done and how that compares with the plan."""
    done = f"{row['title']}完成{amount(row['observed_value'], row['unit'])}"
    return done if np.isnan(row["gap_pp"]) else f"{done}，{against(row['gap_pp'])}"


def with_sentences(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their ``sentence``, for a list that is read rather than looked up."""
    return rows.assign(sentence=sentences(rows))


def findings(progress: pd.DataFrame) -> dict[str, str]:
    """Each chart's finding by the chart's name; a path's by its target's code."""
    return {
        "states_by_battle": states_finding(progress),
        "completion": completion_finding(progress),
        "growth": growth_finding(progress),
        **{
            str(row["code"]): path_finding(row) for row in progress.dropna(subset=["observed_value"]).to_dict("records")
        },
    }


def outlooks(progress: pd.DataFrame) -> pd.DataFrame:
    """Where the year will end by past years' shapes: one row a target with a forecast, in the register's order.

    Returns:
        ``code``, ``title``, ``unit``, ``amount``, ``low``, ``high`` (the year's level in ``unit``), ``growth`` (%),
        ``target``, ``odds`` (as text), ``years``, ``outlook``, ``outlook_light`` and the source columns. A growth
        target's level is last year's total grown as forecast, so that it lies within its interval.
    """
    rows = progress.dropna(subset=["forecast_value"])
    is_growth = rows["kind"] == "growth_rate"
    known = rows["base_total"].where(is_growth)
    ends = {
        name: (known * (1 + rows[column] / 100)).where(is_growth, rows[column])
        for name, column in (("amount", "forecast_value"), ("low", "forecast_low"), ("high", "forecast_high"))
    }
    targets = zip(rows["target_value"], rows["unit"], strict=True)
    return rows.assign(
        unit=rows["level_unit"].where(is_growth, rows["unit"]),
        **ends,
        growth=rows["forecast_value"].where(is_growth),
        target=[("增长" if unit == "%" else "") + amount(value, unit) for value, unit in targets],
        odds=[odds(value) for value in rows["forecast_probability"]],
        years=rows["forecast_years"],
    ).reset_index(drop=True)


def chart_note(as_of: date, *, is_example: bool) -> str:
    """What stands under every chart: where the figures come from, up to which day, and that they are preliminary."""
    made_up = "示例数据　" if is_example else ""
    return f"{made_up}来源：各单位报送数　数据截至{as_of.isoformat()}　年中数据为初步数"


def notes(excluded: pd.DataFrame, corrections: pd.DataFrame, as_of: date) -> tuple[str, ...]:
    """The 口径说明 of a report: how it compares, what was left out, what was corrected.

    What came in after ``as_of`` is not told: the report made then could not know of it, and the same report made again
    must be the same.

    Args:
        excluded: ``file``, ``sheet``, ``cells``, ``reason``, ``released``; one row a sheet.
        corrections: ``file``, ``sheet``, ``cell``, ``says``, ``should``, ``why``; one row a correction in force.
        as_of: the day of knowledge.
    """
    was_known = (excluded["released"] <= as_of.isoformat()) & (excluded["cells"] > 0)
    left_out = (
        excluded.loc[was_known].groupby("reason", sort=True).agg(files=("file", "nunique"), cells=("cells", "sum"))
    )
    return (
        "与目标比较用未修约的数；修约只在印出时做一次，四舍五入。",
        "序时进度按登记的路径计算：均匀、按上年进度、按季、按时间节点；增速目标只比增速，不算完成率。",
        "缺报、未到发布期、不适用、目标待定、目标冲突不亮灯，也不当作零。",
        "后期须达到的增速按上年累计占全年的份额推算；可比价、不变价的指标为近似值。",
        *(f"未计入：{reason}，{row.files}个文件{row.cells}个单元格。" for reason, row in left_out.iterrows()),
        *(
            f"更正：{row.file}「{row.sheet}」{row.cell}由“{row.says}”改为“{row.should}”，原因：{row.why}。"
            for row in corrections.itertuples()
        ),
    )
