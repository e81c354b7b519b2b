"""The ranking reports of a month and of a year: which finished table stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from fhdata.publish import ranking_columns as columns
from fhdata.publish.report import Chart, KeyFigure, Report, Section, Source
from fhdata.publish.sections import Lists
from fhdata.publish.tables import Column, cell_text

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
    leaders: pd.DataFrame = field(default_factory=lambda: NOTHING)
    steps: pd.DataFrame = field(default_factory=lambda: NOTHING)
    objections: pd.DataFrame = field(default_factory=lambda: NOTHING)
    restated_money: pd.DataFrame = field(default_factory=lambda: NOTHING)
    rules: pd.DataFrame = field(default_factory=lambda: NOTHING)


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
        approval: state of the whole table and its light, once it has been approved; ("", "") before.
        log_lines: what is wrong with the log of 征求意见, 签批 and 审定.
        announced_lines: what is wrong with the rankings as announced.
    """

    title: str
    period_label: str
    as_of: date
    is_example: bool
    overview: str
    refusals: tuple[str, ...]
    notes: tuple[str, ...]
    approval: tuple[str, str] = ("", "")
    log_lines: tuple[str, ...] = ()
    announced_lines: tuple[str, ...] = ()

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
    listed = Lists(words.as_of.isoformat())
    sections = (
        Section("一、总体情况", (words.overview, *words.refusals)),
        *_ranked(
            "二、排名",
            _sourced(tables.ranked, items),
            columns.ranked_columns(items),
            charts=charts,
            listed=listed,
            footnote=IMPUTED_NOTE,
        ),
        listed("三、前三名和后三位", tables.ends, columns.ENDS, "没有排名。"),
        listed("四、奖惩执行单", tables.execution, columns.EXECUTION, _no_execution(words), "元"),
        *_after_execution(tables, listed),
        listed("五、连续末位", tables.streaks, columns.STREAKS, "没有末位单位。"),
        listed("六、加减分登记", tables.register, columns.REGISTER, "本月没有加减分。", "分"),
        listed("七、考核结果报送情况", tables.handed_in, columns.HANDED_IN, "没有考核内容。"),
        *_recorded("八、征求意见、签批、审定", tables, words, listed),
        listed("九、离前三名、后三位还有多远", tables.distance, columns.DISTANCE, "没有排名。", "分"),
        *_firm("十、名次稳不稳", tables.firm, charts, listed),
        listed("十一、各项内容实际起多大作用", tables.weights, columns.WEIGHTS, "没有考核内容。"),
        listed("十二、打分宽严和自己给自己打分", tables.lenient, columns.LENIENT, "没有得分。", "分"),
        listed("", tables.own, columns.OWN, "没有责任部门给自己打分。", "分", title="责任部门给自己打分"),
        listed("十三、换一种读法会怎样", tables.readings, columns.READINGS, "没有别的读法。"),
        *_restated("十四、公布以后的更正", tables, words, listed),
        listed("附：采用的规定", tables.rules, columns.RULES, ""),
    )
    made = _report(words, "月考核：得分、名次、奖惩和依据", tables, sections)
    return replace(made, sources=_sources(tables.handed_in, items))


def annual_report(tables: RankingTables, words: Words, charts: Mapping[str, tuple[Chart, ...]]) -> Report:
    """The report of a year; see ``monthly_report``."""
    listed = Lists(words.as_of.isoformat())
    ranked = (columns.PLACE, columns.UNIT, columns.TOTAL, *columns.QUARTERS, columns.IMPUTED, columns.REFERENCE)
    ends = tuple(column for column in columns.ENDS if column not in columns.MOVES)
    sections = (
        Section("一、总体情况", (words.overview, *words.refusals)),
        *_ranked(
            "二、年度排名", tables.ranked, ranked, charts=charts, listed=listed, footnote="季度得分为各月的平均。"
        ),
        listed("三、前三名和后三位", tables.ends, ends, "没有排名。"),
        listed("四、奖惩执行单", tables.execution, columns.EXECUTION_OF_YEAR, _no_execution(words), "元"),
        *_after_execution(tables, listed),
        listed("五、年度加减分登记", tables.register, columns.REGISTER, "本年没有年度加减分。", "分"),
        *_recorded("六、征求意见、签批、审定", tables, words, listed),
        listed("七、离前三名、后三位还有多远", tables.distance, columns.DISTANCE, "没有排名。", "分"),
        *_firm("八、名次稳不稳", tables.firm, charts, listed),
        listed(
            "九、第四季度还须多少分", tables.needed, columns.NEEDED, "前三个季度没有齐，或年度已经结束，不推算。", "分"
        ),
        listed("十、换一种读法会怎样", tables.readings, columns.READINGS, "没有别的读法。"),
        *_restated("十一、公布以后的更正", tables, words, listed),
        listed("附：采用的规定", tables.rules, columns.RULES, ""),
    )
    return _report(words, "年度考核：四个季度、领导综合评定、加减分和奖惩", tables, sections)


def _ranked(
    heading: str,
    ranked: pd.DataFrame,
    told: tuple[Column, ...],
    *,
    charts: Mapping[str, tuple[Chart, ...]],
    listed: Lists,
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


def _sourced(ranked: pd.DataFrame, items: Mapping[str, str]) -> pd.DataFrame:
    """A score leads to the note on its item; one that is a mean of the series (*) comes from no sheet."""
    leads = {columns.source_of(item): ranked[f"{item}_mark"].map(lambda mark, item=item: "" if mark else item)
             for item in items}  # fmt: skip
    return ranked.assign(**leads)


def _sources(handed_in: pd.DataFrame, items: Mapping[str, str]) -> tuple[Source, ...]:
    """One note an item: the workbook its scores were read from; each unit's cell stands on the unit's own sheet."""
    files = {} if handed_in.empty else dict(zip(handed_in["item_name"], handed_in["file"], strict=True))
    return tuple(
        Source(item, f"{name}得分（各单位的单元格见分单位表）", file=str(files.get(name, "")))
        for item, name in items.items()
    )


def _firm(heading: str, firm: pd.DataFrame, charts: Mapping[str, tuple[Chart, ...]], listed: Lists) -> list[Section]:
    shown = [pair[1] for pair in charts.values() if len(pair) > 1]
    drawn = [Section(heading if number == 0 else "", chart=chart) for number, chart in enumerate(shown)]
    table = listed("" if drawn else heading, firm, columns.FIRM, "没有排名。", title="名次的区间和可能")
    return [*drawn, table]


def _after_execution(tables: RankingTables, listed: Lists) -> list[Section]:
    """What the execution list costs, and what it means for the leaders in charge."""
    return [
        listed("", tables.cost, columns.COST, "", "元", title="奖惩合计"),
        listed("", tables.leaders, columns.LEADERS, "", "元", title="分管领导（与分管联系部门同奖同罚）"),
    ]


def _recorded(heading: str, tables: RankingTables, words: Words, listed: Lists) -> list[Section]:
    """The log: what is wrong with it, how far each table has come, what units objected to."""
    steps = listed("" if words.log_lines else heading, tables.steps, columns.STEPS, "没有登记。", title="审核进度")
    objections = listed("", tables.objections, columns.OBJECTIONS, "", title="提出的意见和处理结果")
    return [*([Section(heading, words.log_lines)] if words.log_lines else []), steps, objections]


def _restated(heading: str, tables: RankingTables, words: Words, listed: Lists) -> list[Section]:
    """What later corrections moved: totals and ranks, then money."""
    odd = [Section(heading, words.announced_lines)] if words.announced_lines else []
    ranks = listed(
        "" if odd else heading, tables.restated, columns.RESTATED, "公布以后没有更正。", "分", title="名次的更正"
    )
    money = listed("", tables.restated_money, columns.RESTATED_MONEY, "", "元", title="奖惩的更正")
    return [*odd, ranks, money]


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


def _state(words: Words) -> tuple[str, str]:
    """Draft, ready, or what has become of it since it was approved."""
    if words.refusals:
        return "草稿", "amber"
    return words.approval if words.approval[0] else ("可定稿", "green")


def _key_figures(tables: RankingTables, words: Words) -> tuple[KeyFigure, ...]:
    counts = tables.ranked.groupby("series", sort=False).size()
    figures = [KeyFigure(str(series), f"{count}", "个单位") for series, count in counts.items()]
    state, light = _state(words)
    told = KeyFigure("状态", state, light=light)
    if tables.cost.empty:
        return (*figures, told)
    net = tables.cost["net_yuan"].iloc[-1] / YUAN_PER_WAN
    return (*figures, KeyFigure("奖惩净支出", cell_text(Column("", "", "number", 2), net), "万元"), told)
