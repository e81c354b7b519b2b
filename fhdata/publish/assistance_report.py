"""The assistance report (提标资金测算): which finished table stands where, and the workbook of every single row."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.money import in_yuan, money_text
from fhdata.publish import assistance_columns as columns
from fhdata.publish.report import TO_BE_WRITTEN, Chart, KeyFigure, Report, Section, Source
from fhdata.publish.sections import numbered
from fhdata.publish.tables import Column, Table

WAN = "万元"
SUBTITLE = "三种方法并列：按人数、按户补差、按上年人均补差"
DETAIL_TITLE = "分乡镇分类别分月明细"
SHARES_NOTE = "各级分担比例公报没有载明，取自报来的分担比例表，待核实。"
CLASSIFIED_NOTE = "分类施保金额公报没有载明，取自报来的标准表，待核实；一人兼有几类取最高，只计一次。"
CARRIED_NOTE = "没有报来的月份沿用最近一月人数；各月用最近一月名册。"
SPREAD_NOTE = "相差为三种（或两种）方法最大与最小之差；按人数的不含新纳入家庭。"
NO_RAISE_NOTE = "提标不改变分类施保，所以补发中没有它。"
INFERRED_NOTE = "（推定）为文件没有写明、按文义或惯例推定的关系；不符的只提示，不改动文件数值。"
LIGHT_OF = {"agrees": "green", "rounded": "amber", "differs": "amber"}


@dataclass(frozen=True)
class AssistanceTables:
    """The finished tables of the report, money in fen; an empty one is said to be empty, not left out."""

    by_category: pd.DataFrame
    by_township: pd.DataFrame
    by_month: pd.DataFrame
    every_row: pd.DataFrame
    newly_eligible: pd.DataFrame
    classified: pd.DataFrame
    arrears: pd.DataFrame
    funding: pd.DataFrame
    gap: pd.DataFrame
    steps: pd.DataFrame
    standards: pd.DataFrame
    nursing: pd.DataFrame
    findings: pd.DataFrame
    checks: pd.DataFrame
    accepted: pd.DataFrame


@dataclass(frozen=True)
class Words:
    """What the report says around its tables.

    Attributes:
        title: with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which sheets count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        spread: in which category the methods lie furthest apart.
        steps: what adds most to the increase.
        eligible: how many families come in anew.
        classified: how many persons get classified aid.
        arrears: what is owed for which months.
        gap: what has come in and what is missing.
        checks: how many faults the sheets have.
        document: how many of the document's own relations hold.
        notes: the 口径说明.
    """

    title: str
    period_label: str
    as_of: date
    is_example: bool
    overview: str
    spread: str
    steps: str
    eligible: str
    classified: str
    arrears: str
    gap: str
    checks: str
    document: str
    notes: tuple[str, ...]


def assistance_report(tables: AssistanceTables, words: Words, charts: tuple[Chart, ...]) -> Report:
    """Put the finished tables, the chart and the words in their places.

    Args:
        tables: what was computed, in fen.
        words: what stands around it.
        charts: the waterfall of the increase.
    """
    day = words.as_of.isoformat()

    def table(title: str, frame: pd.DataFrame, told: tuple[Column, ...], *notes: str, unit: str = "元") -> Table | None:
        return Table(title, in_yuan(frame), told, unit, day, notes) if len(frame) else None

    new_day, old_day = tables.findings["on"].drop_duplicates()
    in_force = f"新标准为{new_day}有效的，旧标准为{old_day}有效的；（推定）的文件没有明写。"
    payers = list(tables.gap["payer"])[:-1]  # the last row is the total
    sections = [
        Section("总体情况", (words.overview, TO_BE_WRITTEN), charts[0]),
        Section(
            "三种方法比较",
            (words.spread,),
            table=table("分类别全年", tables.by_category, columns.BY_CATEGORY, SPREAD_NOTE),
        ),
        Section(
            "增支构成",
            (f"{words.steps}。",),
            table=table("从旧标准到新标准（按户补差）", tables.steps, columns.STEPS),
        ),
        Section(
            "按户补差和新纳入家庭",
            (words.eligible,),
            table=table("按户补差", tables.by_category, columns.HOUSEHOLDS),
        ),
        Section("", table=table("因提标新纳入的家庭", tables.newly_eligible, columns.ELIGIBLE)),
        Section(
            "分类施保",
            (words.classified,),
            table=table("分类施保", tables.classified, columns.CLASSIFIED, CLASSIFIED_NOTE),
        ),
        Section(
            "补发",
            (words.arrears,),
            table=table("须补发和以后各月", tables.arrears, columns.ARREARS, NO_RAISE_NOTE),
        ),
        Section("资金分担和缺口", (words.gap,), table=table("到位和缺口", tables.gap, columns.GAP, SHARES_NOTE)),
        Section("", table=table("各级应负担", tables.funding, columns.shares(payers))),
        Section("分月", table=table("分月三种方法", tables.by_month, columns.BY_MONTH, CARRIED_NOTE)),
        Section("分乡镇分类别", table=table("分乡镇分类别全年", tables.by_township, columns.BY_TOWNSHIP, CARRIED_NOTE)),
        Section("标准和依据", table=table("救助保障标准", tables.standards, columns.STANDARDS, in_force, unit="元/月")),
        Section("", table=table("特困供养人员护理费", tables.nursing, columns.NURSING, unit="元/月")),
        Section(
            "文件自身核对",
            (words.document,),
            table=table("文件自身核对", _lit(tables.findings), columns.FINDINGS, INFERRED_NOTE, unit=""),
        ),
        Section("报表差错核对", (words.checks,), table=table("逐项核对", tables.checks, columns.CHECKS, unit="")),
        Section("", table=table("核实后按原表采用的", tables.accepted, columns.ACCEPTED, unit="")),
        Section("下一步工作要求", (TO_BE_WRITTEN,)),
    ]  # fmt: skip
    return Report(
        title=words.title,
        subtitle=SUBTITLE,
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        key_figures=_key_figures(tables),
        sections=numbered(one for one in sections if one.heading or one.table),
        sources=_sources(tables.standards),
        notes=words.notes,
    )


def detail_book(tables: AssistanceTables, words: Words) -> Report:
    """Every township, category and month with the three methods and where its persons stand: a workbook of its own."""
    rows = in_yuan(tables.every_row)
    at = rows["source_file"] + "「" + rows["source_sheet"] + "」" + rows["source_cell"]
    frame = rows.assign(where=at.where(rows["source_cell"] != "", ""))
    table = Table(DETAIL_TITLE, frame, columns.EVERY_ROW, "元", words.as_of.isoformat(), (SPREAD_NOTE, CARRIED_NOTE))
    return Report(
        title=f"{words.title}：{DETAIL_TITLE}",
        subtitle=SUBTITLE,
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        sections=(Section(DETAIL_TITLE, table=table),),
        notes=words.notes,
    )


def _lit(findings: pd.DataFrame) -> pd.DataFrame:
    return findings.assign(light=findings["outcome"].map(LIGHT_OF))


def _key_figures(tables: AssistanceTables) -> tuple[KeyFigure, ...]:
    whole, arrears, gap = tables.by_category.iloc[-1], tables.arrears.iloc[-1], tables.gap["gap_fen"].iloc[-1]
    told = [
        ("全年增支（按户补差）", whole["increase_by_household_fen"], ""),
        ("两种方法相差", whole["increase_spread_fen"], ""),
        ("须补发", arrears["arrears_household_fen"], ""),
        ("全年需要（按户补差）", whole["need_by_household_fen"], "不含分类施保"),
        ("资金缺口", gap, "含分类施保；分担比例待核实"),
    ]
    return tuple(KeyFigure(label, money_text(int(fen), WAN), WAN, note) for label, fen, note in told)


def _sources(standards: pd.DataFrame) -> tuple[Source, ...]:
    """The articles that set the standards, new and old, each once."""
    cited = [
        (f"{row.title}（{when}）", source)
        for row in standards.itertuples()
        for when, source in (("新标准", row.new_source), ("旧标准", row.old_source))
    ]
    return tuple(Source(f"S{place}", label, document=str(source)) for place, (label, source) in enumerate(cited, 1))
