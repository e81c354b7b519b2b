"""The ten-day brief on growth targets (旬简报): what is new, what changed, what is due, one chart."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.publish import targets_lists as lists
from fhdata.publish.report import TO_BE_WRITTEN, Chart, Report, Section, sources_of
from fhdata.publish.sections import Lists, numbered
from fhdata.publish.tables import Table
from fhdata.publish.targets_report import key_figures

NO_EVENTS = "本旬没有新完成、新突破或无法完成的目标。"
NO_CHANGE = "与上旬相比，各项目标状态没有变化，或本旬是本年第一旬。"
NO_CHANGE_SINCE_MONTH = "与最近一期月通报相比没有变化，或那一期不在本年。"
NO_DUE = "没有临近到期而未完成的节点。"


@dataclass(frozen=True)
class TendayTables:
    """The finished tables of a brief; empty ones are said to be empty."""

    progress: pd.DataFrame
    events: pd.DataFrame
    handed_in: pd.DataFrame
    changes: pd.DataFrame
    changes_since_month: pd.DataFrame
    due: pd.DataFrame
    missing: pd.DataFrame
    revisions: pd.DataFrame


def tenday_report(
    tables: TendayTables,
    *,
    title: str,
    period_label: str,
    as_of: date,
    is_example: bool,
    overview: str,
    chart: Chart,
    last_month: str,
    due_days: int,
    notes: tuple[str, ...],
) -> Report:
    """Put the tables of a brief in their places.

    Args:
        tables: what was computed.
        title: the report's title, with the place's name.
        period_label: the 旬 as an office writes it.
        as_of: the day up to which figures count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        chart: the one chart.
        last_month: the month whose report the states are compared with, as an office writes it.
        due_days: within how many days milestones are listed.
        notes: for 口径说明.
    """
    day = as_of.isoformat()
    listed = Lists(day)
    sections = [
        Section("总体情况", (overview, TO_BE_WRITTEN), chart),
        listed("本旬重要事项", lists.sourced(tables.events), lists.LAGGING, NO_EVENTS),
        listed("本旬报来的数", tables.handed_in, lists.HANDED_IN, "本旬没有新报来的数。"),
        listed("比上旬变化", tables.changes, lists.CHANGED, NO_CHANGE),
        listed(f"比{last_month}通报变化", tables.changes_since_month, lists.CHANGED, NO_CHANGE_SINCE_MONTH),
        listed(f"{due_days}日内到期的节点", tables.due, lists.DUE, NO_DUE),
        listed("应报未报", tables.missing, lists.MISSING, "应报的都已报来。"),
        listed("数据修订", tables.revisions, lists.REVISED, "没有修订。"),
        Section("下一步工作要求", (TO_BE_WRITTEN,)),
        Section("附：目标状态一览", table=_all(tables.progress, day)),
    ]  # fmt: skip
    return Report(
        title=title,
        subtitle="旬内新报的数、状态变化和临近到期的节点",
        period_label=period_label,
        as_of=as_of,
        is_example=is_example,
        key_figures=key_figures(tables.progress),
        sections=numbered(sections),
        sources=sources_of(lists.sourced(tables.progress)),
        notes=notes,
    )


def _all(progress: pd.DataFrame, day: str) -> Table:
    """Every target in one line: what stands behind the counts."""
    columns = (
        lists.CODE, lists.TITLE, lists.UNIT, lists.TARGET, lists.OBSERVED, lists.PERIOD, lists.GAP, lists.STATE,
        lists.LEAD,
    )  # fmt: skip
    return Table("目标状态一览", lists.sourced(progress), columns, "", day)
