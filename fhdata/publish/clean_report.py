"""The report on data cleaning (数据清理): which finished table stands where, and how each is printed."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.publish.report import KeyFigure, Report, Section
from fhdata.publish.tables import Column, Table

FILE = Column("file", "文件", width=40)
SHEET = Column("sheet", "工作表", width=14)
CELL = Column("cell", "单元格", align="center", width=9)
PROBLEMS = (
    FILE,
    SHEET,
    CELL,
    Column("found", "发现", width=48),
    Column("allowed", "要求", width=30),
    Column("action", "怎么办", width=34),
)
FILES = (
    FILE,
    Column("topic", "专题", width=12),
    Column("released", "报出日期", align="center", width=12),
    Column("news", "新收", align="center", width=7),
    Column("numbers", "数据", "number", 0, width=9),
    Column("problems", "问题", "number", 0, width=7),
    Column("state", "情况", align="center", width=10, light="light"),
)
CORRECTIONS = (
    FILE,
    SHEET,
    CELL,
    Column("label", "做法", align="center", width=10),
    Column("says", "原写", align="right", width=14),
    Column("should", "更正为", align="right", width=14),
    Column("why", "原因", width=34),
    Column("who", "经手", width=10),
    Column("when", "日期", align="center", width=12),
)
REVISED = (
    Column("name", "指标", width=24),
    Column("period", "期间", align="center", width=10),
    Column("unit", "单位", align="center", width=8),
    Column("value_before", "原报数", "number", None, width=12),
    Column("value", "现报数", "number", None, width=12),
    Column("released_before", "原报日期", align="center", width=12),
    Column("released", "现报日期", align="center", width=12),
    Column("where", "出处", width=44),
)
PUBLISHER = Column("publisher", "应报单位", width=22)
DUE = Column("due", "应报", "number", 0, width=7)
REPORTING = (
    Column("publisher", "应报单位", "list", width=20),
    Column("name", "指标", width=28),
    Column("period", "数据期", align="center", width=10),
    Column("due_date", "应报日期", align="center", width=12),
    Column("received", "报出日期", align="center", width=12),
    Column("state", "情况", align="center", width=12, light="light"),
    Column("problems", "文件问题", "number", 0, width=9),
    Column("source_file", "文件", width=36),
)
NOTES = (FILE, SHEET, CELL, Column("text", "说明", width=70))
EXCLUDED = (FILE, SHEET, Column("cells", "格数", "number", 0, width=8), Column("reason", "没有采用的原因", width=34))
KINDS = {"correction": "更正", "accept": "认可"}
MOST_PRINTED = 500


@dataclass(frozen=True)
class CleanTables:
    """The finished tables of a report on data cleaning; empty ones are said to be empty, not left out."""

    problems: pd.DataFrame
    files: pd.DataFrame
    corrections: pd.DataFrame
    revisions: pd.DataFrame
    publishers: pd.DataFrame
    reporting: pd.DataFrame
    notes: pd.DataFrame
    excluded: pd.DataFrame


def clean_report(
    tables: CleanTables, *, title: str, period_label: str, as_of: date, is_example: bool, overview: str
) -> Report:
    """Put the finished tables of a report on data cleaning in their places.

    Args:
        tables: what was found.
        title: the report's title, with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which workbooks count.
        is_example: whether any figure is made up.
        overview: the first sentence.
    """
    day = as_of.isoformat()
    corrections = tables.corrections.assign(label=tables.corrections["kind"].map(KINDS))
    new = tables.files[tables.files["news"] != ""].reset_index(drop=True)
    overdue = tables.reporting[tables.reporting["is_open"]].reset_index(drop=True)
    states = [name for name in tables.publishers.columns if name not in (PUBLISHER.name, DUE.name, "light")]
    publishers = (PUBLISHER, DUE, *(Column(state, state, "number", 0, width=8) for state in states))
    sections = (
        Section("一、总体情况", (overview,)),
        _listed("二、问题清单", tables.problems, PROBLEMS, day, "没有问题。"),
        _listed("三、应报没有报出的", overdue, REPORTING, day, "应报的都已报来。"),
        _listed("四、各单位上报情况", tables.publishers, publishers, day, "本期没有应报的指标。"),
        _listed("五、上期以来新收的文件", new, FILES, day, "上期以来没有新收的文件。"),
        _listed("六、上期以来的修订", tables.revisions, REVISED, day, "没有修订。"),
        _listed("七、更正和认可", corrections, CORRECTIONS, day, "没有更正。"),
        _listed("八、需要知道的", tables.notes, NOTES, day, "没有需要说明的。"),
        _listed("九、没有采用的", tables.excluded, EXCLUDED, day, "读到的都已采用。"),
        _listed("附一、全部文件", tables.files, FILES, day, "没有收到文件。"),
        _listed("附二、逐项上报情况", tables.reporting, REPORTING, day, "本期没有应报的指标。"),
    )
    return Report(
        title=title,
        subtitle="收到什么、拦下什么、更正什么、改动什么、谁还没有报",
        period_label=period_label,
        as_of=as_of,
        is_example=is_example,
        key_figures=_key_figures(tables, len(new), len(overdue)),
        sections=sections,
        notes=(
            "有问题的文件在改正以前不参加计算；其他文件照常读入。",
            "空白、无、未统计、未发布、不适用各是一种情况：报了无或不适用的算已报，其余的算没有报出。",
            "迟报按第一次报出的日期计；应报日期按指标登记的期后天数推算。",
        ),
    )


def _listed(heading: str, frame: pd.DataFrame, columns: tuple[Column, ...], day: str, nothing: str) -> Section:
    if frame.empty:
        return Section(heading, (nothing,))
    shown = frame.head(MOST_PRINTED)
    more = f"共 {len(frame):,} 行，这里列出前 {MOST_PRINTED} 行。" if len(frame) > MOST_PRINTED else ""
    return Section(heading, (more,) if more else (), table=Table(heading.split("、", 1)[-1], shown, columns, "", day))


def _key_figures(tables: CleanTables, new: int, overdue: int) -> tuple[KeyFigure, ...]:
    count, revised = len(tables.problems), len(tables.revisions)
    told = (
        ("收到文件", len(tables.files), "个", ""),
        ("上期以来新收", new, "个", ""),
        ("待处理问题", count, "个", "red" if count else "green"),
        ("修订", revised, "处", "amber" if revised else "green"),
        ("应报未报出", overdue, "项", "red" if overdue else "green"),
    )
    return tuple(KeyFigure(label, f"{number:,}", unit, light=light) for label, number, unit, light in told)
