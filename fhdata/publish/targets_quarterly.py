"""The quarter's review of growth targets (季总结): the month's contents with the quarterly accounts, by lead unit."""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from fhdata.publish import targets_lists as lists
from fhdata.publish.notices import regrouped
from fhdata.publish.report import TO_BE_WRITTEN, Chart, Report, Section, sources_of
from fhdata.publish.sections import Lists, numbered
from fhdata.publish.tables import Table
from fhdata.publish.targets_report import (
    FAULTS,
    by_battle,
    disagreements,
    key_figures,
    livelihood,
    overall,
    risk,
    risk_sources,
)

NO_HEADLINE = "没有按季发布的增速目标。"
NO_PORTFOLIOS = "分管分工表没有给出，不能按分管汇总；填好规则文件夹里的 portfolios.csv 后自动列出。"
RESULTS = ("按季发布的主要指标", "全年推算", "按牵头单位", "按分管", "各项目标进展", "民生实事", "比上季变化")
TWO_LEADS = "由几个单位牵头的目标在每个牵头单位各计一次，合计可能多于目标数。"


@dataclass(frozen=True)
class QuarterlyTables:
    """The finished tables of a quarter's review; empty ones are said to be empty."""

    progress: pd.DataFrame
    counts: pd.DataFrame
    headline: pd.DataFrame
    ahead: pd.DataFrame
    lead_counts: pd.DataFrame
    portfolio_counts: pd.DataFrame
    laggards: pd.DataFrame
    changes: pd.DataFrame
    missing: pd.DataFrame
    contradictions: pd.DataFrame
    revisions: pd.DataFrame
    rules: pd.DataFrame
    livelihood: pd.DataFrame
    livelihood_counts: pd.DataFrame
    pairs: pd.DataFrame
    debt: pd.DataFrame


def quarterly_report(
    tables: QuarterlyTables,
    *,
    title: str,
    period_label: str,
    as_of: date,
    is_example: bool,
    overview: str,
    charts: tuple[Chart, ...],
    notes: tuple[str, ...],
) -> Report:
    """Put the tables of a quarter's review in their places.

    Args:
        tables: what was computed.
        title: the report's title, with the place's name.
        period_label: the quarter as an office writes it.
        as_of: the day up to which figures count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        charts: in the order in which they are shown.
        notes: for 口径说明.
    """
    progress = lists.sourced(tables.progress)
    day = as_of.isoformat()
    listed = Lists(day)
    leads = Table("各牵头单位目标进度", tables.lead_counts, lists.LEAD_COUNTS, "项", day, (TWO_LEADS,))
    sections = [
        *overall(overview, charts, tables.counts, day),
        listed(
            "按季发布的主要指标",
            lists.sourced(tables.headline),
            lists.HEADLINE,
            NO_HEADLINE,
            told="sentence",
        ),
        listed("全年推算", lists.sourced(tables.ahead), lists.AHEAD, "没有可以推算的目标。"),
        Section("按牵头单位", table=leads),
        listed("按分管", tables.portfolio_counts, lists.PORTFOLIO_COUNTS, NO_PORTFOLIOS),
        listed(
            "进度落后的目标",
            lists.sourced(tables.laggards),
            lists.LAGGING,
            "本期没有落后的目标。",
            told="sentence",
        ),
        listed("比上季变化", tables.changes, lists.CHANGED, "与上季相比没有变化，或本季是本年第一季。"),
        *by_battle(progress, day),
        *livelihood(tables.livelihood, tables.livelihood_counts, day),
        *risk(tables.pairs, tables.debt, day),
        listed("应报未报", tables.missing, lists.MISSING, "应报的都已报来。"),
        disagreements(tables.contradictions, day),
        listed("数据修订", tables.revisions, lists.REVISED, "没有修订。"),
        Section("下一步工作要求", (TO_BE_WRITTEN,)),
        Section("附：采用的规则", table=Table("采用的规则", tables.rules, lists.RULES, "", day)),
    ]  # fmt: skip
    return Report(
        title=title,
        subtitle="主要指标、全年推算和各牵头单位完成情况",
        period_label=period_label,
        as_of=as_of,
        is_example=is_example,
        key_figures=key_figures(tables.progress),
        sections=numbered(sections),
        sources=(*sources_of(progress), *risk_sources(tables.pairs, tables.debt)),
        notes=notes,
    )


def quarterly_notice(report: Report) -> Report:
    """The review in the four parts of a notice (通报); that no list of portfolios was given is no matter for it."""
    kept = tuple(one for one in report.sections if one.paragraphs != (NO_PORTFOLIOS,))
    return regrouped(replace(report, sections=kept), RESULTS, FAULTS)
