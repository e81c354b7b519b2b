"""The month's report on growth targets (月通报): which finished table stands where."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.publish import targets_lists as lists
from fhdata.publish.notices import regrouped
from fhdata.publish.report import TO_BE_WRITTEN, Chart, KeyFigure, Report, Section, Source, sources_of
from fhdata.publish.sections import Lists, numbered
from fhdata.publish.tables import Table

DEBT_NOTE = "六项债务指标的算法和警戒线文件没有给出，表中所用均待核实；缺数、分母为0的不亮灯。"
COUNT_NOTE = "事故起数和人数较小，只比件数，不算百分比。"
LIVELIHOOD_NOTE = "一件事项列入几张清单的只计一次，各清单序号并列；省定项目的县级指标未下达，列为目标待定。"
RULING_NOTE = "没有裁定的不一致，两种说法并列；有裁定的注明以何为准、由谁裁定。"
RESULTS = ("各项目标进展", "民生实事", "比上期变化", "按往年进度推算全年")
FAULTS = ("进度落后的目标", "应报未报", "风险监测", "文件中的不一致")
EARLIER = {"before_file": "source_file", "before_sheet": "source_sheet", "before_cell": "source_cell"}


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
    livelihood: pd.DataFrame
    livelihood_counts: pd.DataFrame
    pairs: pd.DataFrame
    debt: pd.DataFrame


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
    progress = lists.sourced(tables.progress)
    day = as_of.isoformat()
    listed = Lists(day)
    sections = [
        *overall(overview, charts, tables.counts, day),
        listed(
            "进度落后的目标",
            lists.sourced(tables.laggards),
            lists.LAGGING,
            "本期没有落后的目标。",
            told="sentence",
        ),
        listed("比上期变化", tables.changes, lists.CHANGED, "与上期相比没有变化，或本期是本年第一期。"),
        *by_battle(progress, day),
        *livelihood(tables.livelihood, tables.livelihood_counts, day),
        listed("按往年进度推算全年", lists.sourced(tables.ahead), lists.AHEAD, "没有可以推算的目标。"),
        *risk(tables.pairs, tables.debt, day),
        listed("应报未报", tables.missing, lists.MISSING, "应报的都已报来。"),
        disagreements(tables.contradictions, day),
        listed("数据修订", tables.revisions, lists.REVISED, "没有修订。"),
        Section("下一步工作要求", (TO_BE_WRITTEN,)),
        Section("附：采用的规则", table=Table("采用的规则", tables.rules, lists.RULES, "", day)),
    ]
    return Report(
        title=title,
        subtitle="按完成率、增速和时间节点逐项比对，进度与前景分开判断",
        period_label=period_label,
        as_of=as_of,
        is_example=is_example,
        key_figures=key_figures(tables.progress),
        sections=numbered(sections),
        sources=(*sources_of(progress), *risk_sources(tables.pairs, tables.debt)),
        notes=notes,
    )


def targets_notice(report: Report) -> Report:
    """The report in the four parts of a notice (通报)."""
    return regrouped(report, RESULTS, FAULTS)


def overall(overview: str, charts: tuple[Chart, ...], counts: pd.DataFrame, day: str) -> list[Section]:
    """总体情况: the first sentence, the charts, and how many targets of each battle are in each state."""
    first = charts[0] if charts else None
    table = Table("分类进度", counts, lists.COUNTS, "项", day)
    return [
        Section("总体情况", (overview, TO_BE_WRITTEN), first, table),
        *(Section("", chart=chart) for chart in charts[1:]),
    ]


def by_battle(progress: pd.DataFrame, day: str) -> list[Section]:
    """Every target, one table a battle."""
    battles = list(progress["battle"].drop_duplicates())
    return [
        Section(
            "各项目标进展" if number == 0 else "",
            table=Table(
                battle, progress.loc[progress["battle"] == battle].reset_index(drop=True), lists.PROGRESS, "", day
            ),
        )
        for number, battle in enumerate(battles)
    ]


def livelihood(things: pd.DataFrame, counts: pd.DataFrame, day: str) -> list[Section]:
    """民生实事: how the lists stand, and every thing once with the lists it is in; nothing where there is no list."""
    if things.empty:
        return []
    documents = "、".join(things["document"].drop_duplicates())
    title = "民生实事项目（同一事项只列一次）"
    notes = (LIVELIHOOD_NOTE, f"条款出自{documents}。")
    table = Table(title, lists.sourced(things), lists.LIVELIHOOD, "", day, notes)
    return [
        Section("民生实事", table=Table("各清单项目进度", counts, lists.LIST_COUNTS, "项", day)),
        Section("", table=table),
    ]


def risk(pairs: pd.DataFrame, debt: pd.DataFrame, day: str) -> list[Section]:
    """风险监测: accidents and deaths by the same months, the debt ratios; nothing where none is registered."""
    tables = [
        Table(name, frame, columns, "", day, (note,))
        for name, frame, columns, note in (
            ("事故起数、人数与上年同期", _sourced_pairs(pairs), lists.PAIRS, COUNT_NOTE),
            ("政府债务指标", _sourced_debt(debt), lists.DEBT, DEBT_NOTE),
        )
        if not frame.empty
    ]
    return [Section("" if number else "风险监测", table=table) for number, table in enumerate(tables)]


def disagreements(contradictions: pd.DataFrame, day: str) -> Section:
    """文件中的不一致, each with its ruling or that there is none."""
    section = Lists(day)("文件中的不一致", contradictions, lists.CONTRADICTORY, "没有发现不一致。")
    return section if section.table is None else Section(section.heading, table=section.table, footnotes=(RULING_NOTE,))


def risk_sources(pairs: pd.DataFrame, debt: pd.DataFrame) -> tuple[Source, ...]:
    """Source notes of the risk watch's figures."""
    counted = _sourced_pairs(pairs).rename(columns={"citation": "rule_source"})
    owed = _sourced_debt(debt).rename(columns={"citation": "rule_source"})
    earlier = counted.drop(columns=list(EARLIER.values())).rename(columns=EARLIER)
    return (
        *sources_of(counted.loc[counted["source"] != ""], "source", "name"),
        *sources_of(earlier.loc[earlier["before_source"] != ""], "before_source", "name"),
        *sources_of(owed.loc[owed["source"] != ""], "source", "title"),
    )


def _sourced_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """This year's count goes by its indicator, last year's by the same with -before."""
    own = lists.sourced(pairs, "indicator")
    has_before = pairs["before_cell"].fillna("") != ""
    return own.assign(before_source=(pairs["indicator"] + "-before").where(has_before, ""))


def _sourced_debt(debt: pd.DataFrame) -> pd.DataFrame:
    """A ratio's note goes by its row: debt-1, debt-2 …"""
    numbers = pd.Series([f"debt-{number}" for number in range(1, len(debt) + 1)], index=debt.index, dtype="object")
    return lists.sourced(debt.assign(number=numbers), "number")


def key_figures(progress: pd.DataFrame) -> tuple[KeyFigure, ...]:
    """How many targets there are and how many are under each light."""
    lights = progress["progress_light"].value_counts()
    told = [
        ("目标合计", len(progress), ""),
        ("达序时或已完成", int(lights.get("green", 0)), "green"),
        ("略欠序时", int(lights.get("amber", 0)), "amber"),
        ("明显落后或已突破", int(lights.get("red", 0)), "red"),
        ("暂不能判断", int(lights.get("none", 0)), "none"),
    ]
    return tuple(KeyFigure(label, f"{count:,}", "项", light=light) for label, count, light in told)
