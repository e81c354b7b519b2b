"""The report of a year's DIP points: which finished table stands where, and its chart."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from fhdata.publish.canvas import save
from fhdata.publish.fund_charts import amounts
from fhdata.publish.fund_columns import CODE, NAME, count, yuan
from fhdata.publish.report import TO_BE_WRITTEN, Chart, KeyFigure, Report, Section, sources_of
from fhdata.publish.sections import Lists, numbered
from fhdata.publish.tables import Column

POINTS = Column("points", "总分值", "number", 4, width=16)
HOSPITAL = Column("name", "机构", width=22, source="source")
POINTED = (
    CODE,
    HOSPITAL,
    Column("level", "级别", align="center", width=8),
    Column("coefficient", "机构系数", "number", 4, width=10),
    count("cases", "病例数"),
    POINTS,
    yuan("cost", "医疗费总额"),
    yuan("gross", "结算总额"),
    yuan("gain", "结算总额减医疗费", is_signed=True),
    yuan("published", "按公布点值的结算总额"),
)
DUE = (
    CODE,
    HOSPITAL,
    yuan("gross", "结算总额"),
    yuan("patient", "个人负担"),
    yuan("audit", "稽核扣款", 14),
    Column("assessment", "考核系数", "number", 4, width=10),
    yuan("assessment", "考核扣下", 14),
    yuan("due", "应付"),
    yuan("prepaid", "已预付"),
    yuan("balance", "应补（＋）或应退（－）", is_signed=True),
)
VALUES = (Column("label", "项目", width=34), Column("shown", "数", align="right", width=26))
LINES = (Column("label", "去向", width=34), yuan("amount", "金额", is_signed=True))
CORRECTIONS = (
    CODE,
    NAME,
    Column("band_name", "病例", align="center", width=12),
    count("cases", "病例数"),
    yuan("cost", "医疗费总额"),
    Column("points_moved", "校正增减的分值", "signed", 4, width=18),
    yuan("worth", "按本年点值合", is_signed=True),
)
NEAR = (
    CODE,
    NAME,
    Column("line_name", "界线", align="center", width=12),
    count("cases", "病例数"),
    yuan("cost", "医疗费总额"),
)
GROUPS = (
    Column("group_code", "病组编码", align="center", width=14),
    Column("group_name", "病组", width=24),
    count("cases", "病例数"),
    POINTS,
    yuan("cost", "医疗费总额"),
    yuan("gross", "结算总额"),
    yuan("gain", "比医疗费", is_signed=True),
)
READINGS = (
    Column("title", "哪一处", width=26),
    Column("meaning", "改读为", width=36),
    CODE,
    NAME,
    yuan("change", "应付增减", is_signed=True),
)
COMPARED = (
    CODE,
    NAME,
    Column("figure_name", "项目", align="center", width=12),
    Column("told", "州里的数", "number", 4, width=18),
    Column("reckoned", "本表的数", "number", 4, width=18),
    Column("difference", "相差", "signed", 4, width=18),
)
RULES = (Column("title", "参数或读法", width=34), Column("value", "采用", width=44), Column("source", "依据", width=44))
READINGS_SHOWN = 30


@dataclass(frozen=True)
class DipWords:
    """What the report says around its tables."""

    title: str
    period_label: str
    as_of: date
    is_example: bool
    overview: str
    value: str
    warning: str
    readings: str
    finding: str
    notes: tuple[str, ...]

    @property
    def footnote(self) -> str:
        """Under the chart: what it rests on."""
        return f"{self.warning}数据截至{self.as_of.isoformat()}。" + ("示例数据，不得引用。" if self.is_example else "")


@dataclass(frozen=True)
class DipTables:
    """The finished tables, money in fen."""

    hospitals: pd.DataFrame
    values: pd.DataFrame
    lines: pd.DataFrame
    corrections: pd.DataFrame
    near: pd.DataFrame
    groups: pd.DataFrame
    readings: pd.DataFrame
    compared: pd.DataFrame
    rules: pd.DataFrame
    sheets: pd.DataFrame


def draw_gains(hospitals: pd.DataFrame, words: DipWords, folder: Path) -> Chart:
    """What each hospital is settled at, less what its cases cost.

    Args:
        hospitals: name, gain_fen; the row that adds up has no code and is left out.
        words: the finding and the footnote.
        folder: where the files go.
    """
    rows = hospitals[hospitals["institution"] != ""].sort_values("gain_fen", ascending=False, kind="stable")
    drawn = (
        rows[["name", "gain_fen"]].rename(columns={"name": "label", "gain_fen": "amount_fen"}).reset_index(drop=True)
    )
    figure = amounts(drawn, words.finding, words.footnote, head="结算总额减医疗费（万元）")
    return save(figure, folder, "gains", drawn, words.finding)


def dip_report(tables: DipTables, words: DipWords, chart: Chart) -> Report:
    """The report of a year's DIP points.

    Args:
        tables: what was computed.
        words: what stands around it.
        chart: as ``draw_gains`` gives it.
    """
    listed = Lists(words.as_of.isoformat(), is_money=True)
    hospitals = tables.hospitals.assign(source=tables.hospitals["institution"])
    sections = (
        Section("总体情况", (words.overview, words.warning, TO_BE_WRITTEN), chart),
        listed("各医疗机构分值和结算总额", hospitals, POINTED, "没有医疗机构。"),
        listed("各医疗机构应付和差额", hospitals, DUE, "没有医疗机构。"),
        listed("点值", tables.values, VALUES, ""),
        listed("基金去向", tables.lines, LINES, "", footnotes=("前几行相加等于可用于DIP的基金。",)),
        listed("费用校正", tables.corrections, CORRECTIONS, "没有校正。", footnotes=("分值比不校正时增减多少。",)),
        listed("临近界线的病例", tables.near, NEAR, "没有临近界线的病例。", footnotes=("费用在界线上下5%以内。",)),
        listed("各病组", tables.groups, GROUPS, "没有病例。", footnotes=("亏得最多的在前。",)),
        listed(
            "换一种读法会怎样", tables.readings.head(READINGS_SHOWN), READINGS, "换哪一种读法，应付额都不变。",
            paragraphs=(words.readings,), footnotes=(f"只列变化最大的 {READINGS_SHOWN} 行，全部见 dip_readings.csv。",),
        ),
        listed("与州里的数核对", tables.compared, COMPARED, "没有收到州里的清算数。"),
        listed("采用的参数和读法", tables.rules, RULES, ""),
    )  # fmt: skip
    last = tables.hospitals.iloc[-1]
    figures = (
        KeyFigure("点值", words.value, "元/分", "待核实", light="amber"),
        KeyFigure("病例", f"{int(last['cases']):,}", "例"),
        KeyFigure("状态", "试算", light="amber"),
    )
    return Report(
        title=f"{words.title}（试算）",
        subtitle="点值、各医疗机构清算、费用校正、读法和核对",
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        key_figures=figures,
        sections=numbered(sections),
        sources=sources_of(tables.sheets, "institution", "name"),
        notes=words.notes,
    )
