"""What a report is made of, before it is a page or a workbook: words, finished tables, drawn charts, source notes."""

import re
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from fhdata.problems import Problem, problem
from fhdata.publish.tables import Table, is_missing, table_problems

EXAMPLE_MARK = "示例数据"
EXAMPLE_LINE = "示例数据：仅供演示，不代表任何地方的实际情况，不得引用"
TO_BE_WRITTEN = "【待补】"
DIGITS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
SOURCE_ID = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Chart:
    """A chart as saved: its name, its SVG text for the page, its alt text and the names of its files."""

    name: str
    svg: str = field(repr=False)
    alt_text: str
    files: tuple[str, ...] = ()
    is_narrow: bool = False

    def _repr_svg_(self) -> str:
        """Show itself in a notebook."""
        return self.svg


@dataclass(frozen=True)
class Source:
    """Where one number comes from: a workbook's cell, and the document that asks for it."""

    id: str
    label: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    document: str = ""

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return f"src-{self.id}"


@dataclass(frozen=True)
class KeyFigure:
    """One number of the summary, already as text; ``light`` and ``source`` (a Source's id) may be left out."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    light: str = ""
    source: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a report; without a heading it goes on from the part before (a second chart or table).

    ``phone_chart`` is the same chart at half width; where given, a narrow screen shows it in place of ``chart``.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    footnotes: tuple[str, ...] = ()
    phone_chart: Chart | None = None


@dataclass(frozen=True)
class Report:
    """A whole report; ``notes`` are the 口径说明, ``as_of`` the day up to which figures were taken in.

    ``is_paged``: printed, each section begins a new sheet.
    """

    title: str
    subtitle: str
    period_label: str
    as_of: date
    is_example: bool
    key_figures: tuple[KeyFigure, ...] = ()
    sections: tuple[Section, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    is_paged: bool = False

    @property
    def tables(self) -> list[Table]:
        """Every table of the report, in order."""
        return [section.table for section in self.sections if section.table is not None]

    @property
    def charts(self) -> list[Chart]:
        """Every chart of the report, those for narrow screens included, in order."""
        both = [chart for section in self.sections for chart in (section.chart, section.phone_chart)]
        return [chart for chart in both if chart is not None]


def sources_of(frame: pd.DataFrame, id_column: str = "code", label_column: str = "title") -> tuple[Source, ...]:
    """Source notes from a table that carries its origin in the ordinary columns, one a row.

    Args:
        frame: with ``id_column``, ``label_column`` and any of source_file, source_sheet, source_cell, rule_source.
        id_column: the column that tables name in ``Column.source``.
        label_column: what the number is.
    """
    origin = {"file": "source_file", "sheet": "source_sheet", "cell": "source_cell", "document": "rule_source"}
    known = {key: name for key, name in origin.items() if name in frame.columns}
    return tuple(
        Source(
            id=str(row[id_column]),
            label=str(row[label_column]),
            **{key: "" if is_missing(row[name]) else str(row[name]) for key, name in known.items()},
        )
        for row in frame.to_dict("records")
    )


def report_problems(report: Report) -> list[Problem]:
    """What would keep a report from being published: bad tables, figures that lead to no source note."""
    ids = [source.id for source in report.sources]
    problems = [fault for table in report.tables for fault in table_problems(table)]
    problems += [
        problem("bad_source_id", f"来源编号“{one}”不合规", "只能用字母、数字和 _ . -", "请核对编号")
        for one in ids
        if not SOURCE_ID.fullmatch(one)
    ]
    problems += [
        problem("repeated_source_id", f"来源编号“{one}”出现多次", "每条来源只能有一个编号", "请核对编号")
        for one in sorted({one for one in ids if ids.count(one) > 1})
    ]
    names = [chart.name for chart in report.charts]
    problems += [
        problem("repeated_chart", f"图“{one}”用了两次", "一份报告里图名不能重复", "请给图另起名字")
        for one in sorted({one for one in names if names.count(one) > 1})
    ]
    wanted = [figure.source for figure in report.key_figures if figure.source]
    wanted += [one for table in report.tables for one in _sources_in(table)]
    problems += [
        problem("no_source", f"有数字指向来源“{one}”，来源表里没有", "", "请补上这条来源")
        for one in sorted(set(wanted) - set(ids))
    ]
    return problems


def _sources_in(table: Table) -> list[str]:
    names = {column.source for column in table.columns if column.source} & set(table.frame.columns)
    return [str(one) for name in names for one in table.frame[name] if not is_missing(one) and one != ""]


def chinese_number(number: int) -> str:
    """A section's number from 1 to 99 as written: 一, 十, 十一, 二十.

    Example:
        >>> chinese_number(9), chinese_number(10), chinese_number(11), chinese_number(20)
        ('九', '十', '十一', '二十')
    """
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + DIGITS[ones]
