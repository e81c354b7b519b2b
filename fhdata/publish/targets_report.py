"""The report on growth targets: which finished table stands where, and how each is printed."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.publish.report import TO_BE_WRITTEN, Chart, KeyFigure, Report, Section, sources_of
from fhdata.publish.tables import Column, Table

CODE = Column("code", "编号", align="center", width=8)
TITLE = Column("title", "目标", width=34)
STATE = Column("state", "进度", align="center", width=12, light="progress_light")
LEAD = Column("lead_units", "牵头单位", "list", width=20)
GAP = Column("gap_pp", "差距（百分点）", "signed", 1, width=11)

PROGRESS = (
    CODE,
    TITLE,
    Column("unit", "单位", align="center", width=8),
    Column("target_value", "目标值", "number", None, width=10),
    Column("observed_value", "完成数", "number", None, width=11, source="source"),
    Column("completion_ratio", "完成率", "ratio", 1, width=9),
    GAP,
    Column("growth_pct", "同比（%）", "signed", 1, width=9),
    Column("required_growth_pct", "后期须增长（%）", "signed", 1, width=11),
    STATE,
    Column("outlook", "前景", align="center", width=12, light="outlook_light"),
    LEAD,
)
COUNTED_STATES = (
    "已完成", "达序时", "欠序时(轻)", "欠序时(重)", "已无法完成", "已突破",
    "缺报", "未到发布期", "目标待定", "目标冲突", "不适用",
)  # fmt: skip
COUNTS = (
    Column("battle", "类别", width=20),
    Column("total", "合计", "number", 0, width=8),
    *(Column(state, state, "number", 0, width=9) for state in COUNTED_STATES),
)
SOURCED_CODE = Column("code", "编号", align="center", width=8, source="source")
LAGGING = (SOURCED_CODE, Column("sentence", "情况", width=70), STATE, LEAD)
CHANGED = (
    CODE,
    TITLE,
    Column("state_before", "上期", align="center", width=12),
    Column("state", "本期", align="center", width=12),
    Column("change", "变化", align="center", width=8),
    GAP,
    LEAD,
)
AHEAD = (
    SOURCED_CODE,
    TITLE,
    Column("unit", "单位", align="center", width=8),
    Column("amount", "推算全年", "number", 1, width=12),
    Column("low", "区间低", "number", 1, width=12),
    Column("high", "区间高", "number", 1, width=12),
    Column("growth", "推算增速（%）", "signed", 1, width=11),
    Column("target", "目标", align="right", width=12),
    Column("odds", "达标概率", align="center", width=10),
    Column("years", "往年数", "number", 0, width=8),
    Column("outlook", "前景", align="center", width=12, light="outlook_light"),
)
MISSING = (
    Column("publisher", "应报单位", width=20),
    Column("due_date", "应报日期", align="center", width=12),
    Column("indicator_name", "指标", width=28),
    CODE,
    TITLE,
)
CONTRADICTORY = (
    Column("type", "类别", width=16),
    Column("codes", "目标编号", "list", width=14),
    Column("explanation", "不一致之处", width=60),
    Column("citations", "出处", width=44),
)
REVISED = (
    Column("indicator", "指标", width=24),
    Column("period", "期间", align="center", width=10),
    Column("unit", "单位", align="center", width=8),
    Column("value_before", "原公布数", "number", None, width=12),
    Column("value", "修订数", "number", None, width=12),
    Column("released", "修订日期", align="center", width=12),
    Column("source_file", "出处", width=36),
)
RULES = (
    Column("title", "规则", width=44),
    Column("value", "采用值", align="right", width=10),
    Column("unit", "单位", align="center", width=8),
    Column("source", "依据", width=60),
)


@dataclass(frozen=True)
class TargetTables:
    """The finished tables of a targets report; empty ones are said to be empty, not left out."""

    progress: pd.DataFrame
    counts: pd.DataFrame
    laggards: pd.DataFrame
    ahead: pd.DataFrame
    changes: pd.DataFrame
    missing: pd.DataFrame
    contradictions: pd.DataFrame
    revisions: pd.DataFrame
    rules: pd.DataFrame


def targets_report(
    tables: TargetTables,
    *,
    title: str,
    period_label: str,
    as_of: date,
    is_example: bool,
    overview: str,
    charts: tuple[Chart, ...],
    notes: tuple[str, ...],
) -> Report:
    """Put the finished tables, charts and words of a targets report in their places.

    Args:
        tables: what was computed.
        title: the report's title, with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which figures count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        charts: in the order in which they are shown.
        notes: what was left out or corrected, for 口径说明.
    """
    progress = _sourced(tables.progress)
    day = as_of.isoformat()
    sections = (
        Section(
            "一、总体情况", (overview, TO_BE_WRITTEN), charts[0] if charts else None,
            Table("分类进度", tables.counts, COUNTS, "项", day),
        ),
        *(Section("", chart=chart) for chart in charts[1:]),
        _listed("二、进度落后的目标", _sourced(tables.laggards), LAGGING, day, "本期没有落后的目标。"),
        _listed("三、比上期变化", tables.changes, CHANGED, day, "与上期相比没有变化，或本期是本年第一期。"),
        *_by_battle(progress, day),
        _listed("五、按往年进度推算全年", _sourced(tables.ahead), AHEAD, day, "没有可以推算的目标。"),
        _listed("六、应报未报", tables.missing, MISSING, day, "应报的都已报来。"),
        _listed("七、文件中的不一致", tables.contradictions, CONTRADICTORY, day, "没有发现不一致。"),
        _listed("八、数据修订", tables.revisions, REVISED, day, "没有修订。"),
        Section("九、下一步工作要求", (TO_BE_WRITTEN,)),
        Section("附：采用的规则", table=Table("采用的规则", tables.rules, RULES, "", day)),
    )  # fmt: skip
    return Report(
        title=title,
        subtitle="按完成率、增速和时间节点逐项比对，进度与前景分开判断",
        period_label=period_label,
        as_of=as_of,
        is_example=is_example,
        key_figures=_key_figures(tables.progress),
        sections=sections,
        sources=sources_of(progress),
        notes=notes,
    )


def _sourced(frame: pd.DataFrame) -> pd.DataFrame:
    """A figure leads to its source note where it has a cell; what was not reported has none."""
    return frame.assign(source=frame["code"].where(frame["source_cell"].fillna("") != "", ""))


def _listed(heading: str, frame: pd.DataFrame, columns: tuple[Column, ...], day: str, nothing: str) -> Section:
    if frame.empty:
        return Section(heading, (nothing,))
    return Section(heading, table=Table(heading.split("、", 1)[-1], frame, columns, "", day))


def _by_battle(progress: pd.DataFrame, day: str) -> list[Section]:
    battles = list(progress["battle"].drop_duplicates())
    return [
        Section(
            "四、各项目标进展" if number == 0 else "",
            table=Table(battle, progress.loc[progress["battle"] == battle].reset_index(drop=True), PROGRESS, "", day),
        )
        for number, battle in enumerate(battles)
    ]


def _key_figures(progress: pd.DataFrame) -> tuple[KeyFigure, ...]:
    lights = progress["progress_light"].value_counts()
    behind = int(lights.get("amber", 0)), int(lights.get("red", 0))
    told = [
        ("目标合计", len(progress), ""),
        ("达序时或已完成", int(lights.get("green", 0)), "green"),
        ("略欠序时", behind[0], "amber"),
        ("明显落后或已突破", behind[1], "red"),
        ("暂不能判断", int(lights.get("none", 0)), "none"),
    ]
    return tuple(KeyFigure(label, f"{count:,}", "项", light=light) for label, count, light in told)
