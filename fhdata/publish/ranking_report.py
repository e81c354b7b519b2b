"""The ranking reports of a month and of a year: which finished table stands where, and a sheet for every unit."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from fhdata.publish import ranking_columns as columns
from fhdata.publish.report import Chart, KeyFigure, Report, Section
from fhdata.publish.tables import Column, Table, cell_text

NOTHING = pd.DataFrame()
YUAN_PER_WAN = 10_000
IMPUTED_NOTE = "带 * 的得分是未涉及该项、取本序列平均值的。"


@dataclass(frozen=True)
class RankingTables:
    """The finished tables of a ranking; an empty one is said to be empty, not left out.

    ``ranked`` holds every series, one after the other; ``needed`` is what a year's fourth quarter must bring.
    """

    ranked: pd.DataFrame
    ends: pd.DataFrame
    execution: pd.DataFrame
    cost: pd.DataFrame
    register: pd.DataFrame
    readings: pd.DataFrame
    distance: pd.DataFrame
    streaks: pd.DataFrame = field(default_factory=lambda: NOTHING)
    handed_in: pd.DataFrame = field(default_factory=lambda: NOTHING)
    firm: pd.DataFrame = field(default_factory=lambda: NOTHING)
    weights: pd.DataFrame = field(default_factory=lambda: NOTHING)
    lenient: pd.DataFrame = field(default_factory=lambda: NOTHING)
    own: pd.DataFrame = field(default_factory=lambda: NOTHING)
    restated: pd.DataFrame = field(default_factory=lambda: NOTHING)
    needed: pd.DataFrame = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class Words:
    """What the report says around its tables.

    Attributes:
        title: with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which results count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        refusals: why the ranking is not final; none for a final one.
        notes: the 口径说明.
    """

    title: str
    period_label: str
    as_of: date
    is_example: bool
    overview: str
    refusals: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The title, with the mark of a draft."""
        return f"{self.title}（草稿）" if self.refusals else self.title


def monthly_report(
    tables: RankingTables, words: Words, items: Mapping[str, str], charts: Mapping[str, tuple[Chart, ...]]
) -> Report:
    """The report of a month.

    Args:
        tables: what was computed.
        words: what stands around it.
        items: names of the month's items by identifier.
        charts: by series; the first stands beside the ranked table, the second in the section on firmness.
    """
    listed = _Lists(words.as_of.isoformat())
    sections = (
        Section("一、总体情况", (words.overview, *words.refusals)),
        *_ranked(
            "二、排名",
            tables.ranked,
            columns.ranked_columns(items),
            charts=charts,
            listed=listed,
            footnote=IMPUTED_NOTE,
        ),
        listed("三、前三名和后三位", tables.ends, columns.ENDS, "没有排名。"),
        listed("四、奖惩执行单", tables.execution, columns.EXECUTION, _no_execution(words), "元"),
        listed("", tables.cost, columns.COST, "", "元", title="奖惩合计"),
        listed("五、连续末位", tables.streaks, columns.STREAKS, "没有末位单位。"),
        listed("六、加减分登记", tables.register, columns.REGISTER, "本月没有加减分。", "分"),
        listed("七、考核结果报送情况", tables.handed_in, columns.HANDED_IN, "没有考核内容。"),
        listed("八、离前三名、后三位还有多远", tables.distance, columns.DISTANCE, "没有排名。", "分"),
        *_firm("九、名次稳不稳", tables.firm, charts, listed),
        listed("十、各项内容实际起多大作用", tables.weights, columns.WEIGHTS, "没有考核内容。"),
        listed("十一、打分宽严和自己给自己打分", tables.lenient, columns.LENIENT, "没有得分。", "分"),
        listed("", tables.own, columns.OWN, "没有责任部门给自己打分。", "分", title="责任部门给自己打分"),
        listed("十二、换一种读法会怎样", tables.readings, columns.READINGS, "没有别的读法。"),
        listed("十三、对以前月份的更正", tables.restated, columns.RESTATED, "与上期报告相比，以前月份没有更正。"),
    )
    return _report(words, "月考核：得分、名次、奖惩和依据", tables, sections)


def annual_report(tables: RankingTables, words: Words, charts: Mapping[str, tuple[Chart, ...]]) -> Report:
    """The report of a year; see ``monthly_report``."""
    listed = _Lists(words.as_of.isoformat())
    ranked = (columns.RANK, columns.UNIT, columns.TOTAL, *columns.QUARTERS, columns.IMPUTED, columns.REFERENCE)
    ends = tuple(column for column in columns.ENDS if column not in columns.MOVES)
    sections = (
        Section("一、总体情况", (words.overview, *words.refusals)),
        *_ranked(
            "二、年度排名", tables.ranked, ranked, charts=charts, listed=listed, footnote="季度得分为各月的平均。"
        ),
        listed("三、前三名和后三位", tables.ends, ends, "没有排名。"),
        listed("四、奖惩执行单", tables.execution, columns.EXECUTION_POST, _no_execution(words), "元"),
        listed("", tables.cost, columns.COST, "", "元", title="奖惩合计"),
        listed("五、年度加减分登记", tables.register, columns.REGISTER, "本年没有年度加减分。", "分"),
        listed("六、离前三名、后三位还有多远", tables.distance, columns.DISTANCE, "没有排名。", "分"),
        listed(
            "七、第四季度还须多少分", tables.needed, columns.NEEDED, "前三个季度没有齐，或年度已经结束，不推算。", "分"
        ),
        listed("八、换一种读法会怎样", tables.readings, columns.READINGS, "没有别的读法。"),
    )
    return _report(words, "年度考核：四个季度、领导综合评定、加减分和奖惩", tables, sections)


def unit_sheets(
    cells: pd.DataFrame, ranked: pd.DataFrame, register: pd.DataFrame, distance: pd.DataFrame, words: Words
) -> Report:
    """A sheet for every unit: its items, what made its total, its distance to the cuts.

    Args:
        cells: see ``OWN_SHEET``, with ``unit``.
        ranked: the month's ranking.
        register: the month's register, with ``unit``.
        distance: see ``DISTANCE``, with ``unit``.
        words: what stands around it.
    """
    far = distance.set_index("unit")
    tables = [
        Table(
            f"{row['unit_name']}",
            cells[cells["unit"] == row["unit"]].reset_index(drop=True),
            columns.OWN_SHEET,
            "分",
            words.as_of.isoformat(),
            _own_lines(row, register[register["unit"] == row["unit"]], far.loc[row["unit"]], words),
        )
        for row in ranked.to_dict("records")
    ]
    sections = tuple(Section("", table=table) for table in tables)
    return Report(
        title=f"{words.heading}：各单位情况",
        subtitle="一个单位一张",
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        sections=sections,
        notes=words.notes,
    )


@dataclass(frozen=True)
class _Lists:
    day: str

    def __call__(
        self,
        heading: str,
        frame: pd.DataFrame,
        told: tuple[Column, ...],
        nothing: str,
        unit: str = "",
        *,
        title: str = "",
        footnotes: tuple[str, ...] = (),
        chart: Chart | None = None,
    ) -> Section:
        """A section with its table, or the sentence that there is nothing to list."""
        if frame.empty:
            return Section(heading, (nothing,) if nothing else (), chart)
        name = title or heading.split("、", 1)[-1]
        return Section(heading, chart=chart, table=Table(name, frame, told, unit, self.day, footnotes))


def _ranked(
    heading: str,
    ranked: pd.DataFrame,
    told: tuple[Column, ...],
    *,
    charts: Mapping[str, tuple[Chart, ...]],
    listed: _Lists,
    footnote: str,
) -> list[Section]:
    sections = []
    for number, (series, part) in enumerate(ranked.groupby("series", sort=False)):
        shown = [column for column in told if not column.mark or bool(part[column.name].notna().any())]
        sections.append(
            listed(
                heading if number == 0 else "",
                part.reset_index(drop=True),
                tuple(shown),
                "",
                "分",
                title=f"{series}（{len(part)}个单位）",
                footnotes=(footnote,),
                chart=charts[str(series)][0] if charts else None,
            )
        )
    return sections


def _firm(heading: str, firm: pd.DataFrame, charts: Mapping[str, tuple[Chart, ...]], listed: _Lists) -> list[Section]:
    shown = [pair[1] for pair in charts.values() if len(pair) > 1]
    drawn = [Section(heading if number == 0 else "", chart=chart) for number, chart in enumerate(shown)]
    table = listed("" if drawn else heading, firm, columns.FIRM, "没有排名。", title="名次的区间和可能")
    return [*drawn, table]


def _no_execution(words: Words) -> str:
    return "排名不是定稿，不出执行单。" if words.refusals else "没有奖惩。"


def _report(words: Words, subtitle: str, tables: RankingTables, sections: Sequence[Section]) -> Report:
    return Report(
        title=words.heading,
        subtitle=subtitle,
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        key_figures=_key_figures(tables, words),
        sections=tuple(section for section in sections if section.heading or section.table or section.chart),
        notes=words.notes,
    )


def _key_figures(tables: RankingTables, words: Words) -> tuple[KeyFigure, ...]:
    counts = tables.ranked.groupby("series", sort=False).size()
    figures = [KeyFigure(str(series), f"{count}", "个单位") for series, count in counts.items()]
    state = KeyFigure("状态", "草稿" if words.refusals else "可定稿", light="amber" if words.refusals else "green")
    if tables.cost.empty:
        return (*figures, state)
    net = tables.cost["net_yuan"].iloc[-1] / YUAN_PER_WAN
    return (*figures, KeyFigure("奖惩净支出", cell_text(Column("", "", "number", 2), net), "万元"), state)


def _own_lines(row: Mapping[Hashable, Any], events: pd.DataFrame, far: pd.Series, words: Words) -> tuple[str, ...]:
    """What stands under a unit's table: its total and place, its bonuses, how far it is from the cuts."""
    number = Column("", "", "number", 2)
    signed = Column("", "", "signed", 2)
    shown = {name: cell_text(number, row[name]) for name in ("base", "bonus", "total")}
    deduction = cell_text(number, row["deduction"])
    previous = row["previous_rank"]
    before = "" if pd.isna(previous) else f"，上月第{previous}名"
    mark = f"（{row['mark']}）" if row["mark"] else ""
    lines = [
        f"{words.period_label}　{row['series']}第{row['rank']}名（共{row['units_in_series']}个）{mark}{before}",
        f"总分{shown['total']} = 加减分前{shown['base']} + 加分{shown['bonus']} + 减分{deduction}",
        *(
            f"{one['name']}（{one['level']}）{cell_text(signed, one['counted'])}分："
            f"{one['work']}，{one['document']}，{one['role_name']}" + (f"，{one['note']}" if one["note"] else "")
            for one in events.to_dict("records")
        ),
        f"距前三名还差{cell_text(number, far['to_top'])}分；高出后三位{cell_text(number, far['margin'])}分。",
    ]
    return tuple(lines)
