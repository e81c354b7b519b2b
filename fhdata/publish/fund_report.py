"""The medical fund's reports of a month and of a year: which finished table stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from fhdata.money import in_yuan, money_text
from fhdata.publish import fund_columns as columns
from fhdata.publish.report import TO_BE_WRITTEN, Chart, KeyFigure, Report, Section, Source
from fhdata.publish.sections import Lists, numbered
from fhdata.publish.tables import Column, Table, cell_text

WAN, YUAN = "万元", "元"
LINES_NOTE = "余额从收入起逐行加减，最后为零。各行在各机构的部分见下一张表。"
BUDGET_NOTE = "收入和各项扣除在年度结束以前多为预算数，所以预算管控总额是暂定的。"
PAIRS_NOTE = "两种读法一起换，与分开换之和不同的，只列相差最大的一方；各方、各机构的变化见 fund_readings.csv。"
BY_INSTITUTION, UNMATCHED = "各机构费用（统筹基金支付）", "结算明细与平台合计不符的行"
REVERSALS = "退费和上年出院、本年结算的"
PERCENT = Column("", "", "number", 1)
LIGHT = {True: "amber", False: "green"}
SIGNED = "医疗机构（盖章）：　　　　　　　　经办机构（盖章）：　　　　　　　　确认日期：　　　　年　　月　　日"
NOT_TO_BE_SIGNED = "试算，不作为确认和拨付的依据。"


@dataclass(frozen=True)
class Words:
    """What a report says around its tables.

    Attributes:
        title: with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which figures count.
        is_example: whether any figure is made up.
        overview: the first sentence.
        refusals: why it is not final; none for a final one.
        reconciliation: how the claims agree with the platform's totals.
        notes: the 口径说明.
        outlook: what the year's end is expected to be; of a month.
        deposit: what the quality deposit rests on; of a month.
        transfers: what is due and still to pay; of a year.
        readings: the largest changes other readings bring; of a year.
        scenarios: what would overrun; of a year.
    """

    title: str
    period_label: str
    as_of: date
    is_example: bool
    overview: str
    refusals: tuple[str, ...]
    reconciliation: str
    notes: tuple[str, ...]
    outlook: tuple[str, ...] = ()
    deposit: str = ""
    transfers: str = ""
    readings: tuple[str, ...] = ()
    scenarios: str = ""

    @property
    def heading(self) -> str:
        """The title, with the mark of a trial."""
        return f"{self.title}（试算）" if self.refusals else self.title


@dataclass(frozen=True)
class YearTables:
    """The finished tables of a settlement, money in fen."""

    lines: pd.DataFrame
    parts: pd.DataFrame
    shares: pd.DataFrame
    transfers: pd.DataFrame
    parties: pd.DataFrame
    in_and_out: pd.DataFrame
    institutions: pd.DataFrame
    unmatched: pd.DataFrame
    reversals: pd.DataFrame
    readings: pd.DataFrame
    pairs: pd.DataFrame
    scenarios: pd.DataFrame


@dataclass(frozen=True)
class MonthTables:
    """The finished tables of a month's accounting, money in fen."""

    progress: pd.DataFrame
    forecast: pd.DataFrame
    in_and_out: pd.DataFrame
    institutions: pd.DataFrame
    lines: pd.DataFrame
    prepayments: pd.DataFrame
    unmatched: pd.DataFrame
    reversals: pd.DataFrame


def monthly_report(tables: MonthTables, words: Words, charts: Mapping[str, Chart]) -> Report:
    """The report of a month's accounting.

    Args:
        tables: what was computed.
        words: what stands around it.
        charts: ``path`` and ``places``.
    """
    listed = Lists(words.as_of.isoformat(), is_money=True)
    sections = (
        Section("总体情况", (words.overview, TO_BE_WRITTEN)),
        listed("预算执行", tables.progress, columns.PROGRESS, "", chart=charts["path"], title="预算执行和时间进度"),
        listed("年末预测", tables.forecast, columns.FORECAST, "", paragraphs=words.outlook),
        listed("医共体内外费用", tables.in_and_out, columns.IN_AND_OUT, "", chart=charts["places"]),
        listed("", tables.institutions, columns.BY_INSTITUTION, "", title=BY_INSTITUTION),
        listed("预算管控总额", tables.lines, columns.LINES, "", footnotes=(BUDGET_NOTE,)),
        listed("预付", tables.prepayments, columns.PREPAYMENTS, "没有预付申报。", footnotes=(words.deposit,)),
        listed("对账", tables.unmatched, columns.UNMATCHED, "", title=UNMATCHED, paragraphs=(words.reconciliation,)),
        listed("", tables.reversals, columns.REVERSALS, "", title=REVERSALS),
    )
    last = tables.progress.iloc[-1]
    ahead = Column("", "", "signed", 1)
    is_ahead, time = last["ahead_pp"] > 0, cell_text(PERCENT, last["time_pct"])
    provisional = "（暂定）" if last["is_provisional"] else ""
    figures = (
        _money_figure(f"预算管控总额{provisional}", int(last["budget_fen"])),
        KeyFigure("已用", cell_text(PERCENT, last["used_pct"]), "%", f"时间过了{time}%"),
        KeyFigure("比时间进度", cell_text(ahead, last["ahead_pp"]), "个百分点", light=LIGHT[is_ahead]),
        _surplus_figure(int(tables.forecast["surplus_fen"].iloc[0]), "年末推算结余", "年末推算超支"),
    )
    return _report(
        words, "本月和累计费用、预算执行、年末预测、预付和对账", figures, sections, _line_sources(tables.lines)
    )


def annual_report(tables: YearTables, words: Words, charts: Mapping[str, Chart]) -> Report:
    """The report of a year's settlement.

    Args:
        tables: what was computed.
        words: what stands around it.
        charts: ``waterfall``, ``places`` and ``readings``.
    """
    listed = Lists(words.as_of.isoformat(), is_money=True)
    sections = (
        Section("总体情况", (words.overview, *words.refusals, TO_BE_WRITTEN), charts["waterfall"]),
        listed("决算各行", tables.lines, columns.LINES, "", footnotes=(LINES_NOTE,)),
        listed("", tables.parts, columns.PARTS, "", title="各行在各机构的部分"),
        listed("结余分配和超支分担", tables.shares, columns.SHARES, "没有分配或分担。"),
        listed("各方合计", tables.parties, columns.PARTIES, ""),
        listed("拨付表", tables.transfers, columns.TRANSFERS, "没有拨付。", paragraphs=(words.transfers,)),
        listed(
            "对账", tables.unmatched, columns.UNMATCHED, "", title=UNMATCHED, paragraphs=(words.reconciliation,)
        ),
        listed("", tables.reversals, columns.REVERSALS, "", title=REVERSALS),
        listed("医共体内外费用", tables.in_and_out, columns.IN_AND_OUT, "", chart=charts["places"]),
        listed("", tables.institutions, columns.BY_INSTITUTION, "", title=BY_INSTITUTION),
        listed(
            "换一种读法会怎样", tables.readings, columns.READINGS, "没有别的读法。", title="换一种读法，各方多得少得",
            chart=charts.get("readings"), paragraphs=words.readings,
        ),
        listed("", tables.pairs, columns.PAIRS, "", title="两种读法一起换（分开看不出来的）", footnotes=(PAIRS_NOTE,)),
        listed("情景", tables.scenarios, columns.SCENARIOS, "", paragraphs=(words.scenarios,)),
    )  # fmt: skip
    figures = (
        _money_figure("预算管控总额", _total(tables.lines, "budget")),
        _surplus_figure(_total(tables.lines, "surplus")),
        KeyFigure("状态", "试算" if words.refusals else "可决算", light="amber" if words.refusals else "green"),
    )
    return _report(words, "预算管控总额、结余或超支、分配和拨付", figures, sections, _line_sources(tables.lines))


def confirmation_sheets(lines: pd.DataFrame, transfers: pd.DataFrame, shares: pd.DataFrame, words: Words) -> Report:
    """A sheet for every institution to confirm: what it is due, what it has had, what is still to pay.

    Args:
        lines: institution, item, amount_fen, basis.
        transfers: the transfer list with kind_name; a row without a code adds up and gets no sheet.
        shares: the shares, with points; an institution without one has no share.
        words: what stands around it.
    """
    scored = {row["institution"]: row for row in shares.to_dict("records")}
    day = words.as_of.isoformat()
    tables = []
    for row in transfers[transfers["institution"] != ""].to_dict("records"):
        own = in_yuan(lines[lines["institution"] == row["institution"]].reset_index(drop=True))
        notes = [f"机构编码 {row['institution']}，{row['kind_name']}，{words.period_label}。"]
        if row["institution"] in scored:
            share = scored[row["institution"]]
            settled = money_text(int(share["settled_fen"]))
            notes.append(f"考评得分 {share['points']:g}，年度结算金额 {settled} 元。")
        notes.append(NOT_TO_BE_SIGNED if words.refusals else SIGNED)
        tables.append(Table(f"{row['name']}结算确认单", own, columns.CONFIRMATION, YUAN, day, tuple(notes)))
    return Report(
        title=f"{words.heading}：各机构确认单",
        subtitle="一个机构一张",
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        sections=tuple(Section("", table=table) for table in tables),
        notes=words.notes,
    )


def _report(
    words: Words,
    subtitle: str,
    figures: tuple[KeyFigure, ...],
    sections: Sequence[Section],
    sources: tuple[Source, ...],
) -> Report:
    return Report(
        title=words.heading,
        subtitle=subtitle,
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        key_figures=figures,
        sections=numbered(tuple(one for one in sections if one.heading or one.table or one.chart)),
        sources=sources,
        notes=words.notes,
    )


def _total(lines: pd.DataFrame, step: str) -> int:
    """The amount of a total among the lines."""
    return int(lines.loc[lines["step"] == step, "amount_fen"].iloc[0])


def _money_figure(label: str, fen: int, light: str = "") -> KeyFigure:
    return KeyFigure(label, money_text(fen, WAN), WAN, light=light)


def _surplus_figure(fen: int, surplus: str = "年度结余", overrun: str = "超支") -> KeyFigure:
    return _money_figure(surplus if fen >= 0 else overrun, abs(fen), "green" if fen >= 0 else "red")


def _line_sources(lines: pd.DataFrame) -> tuple[Source, ...]:
    """A source note for every line whose figure was handed in: its cells and its article."""
    rows = lines[lines["source"] != ""].drop_duplicates("source").to_dict("records")
    return tuple(
        Source(str(row["source"]), str(row["label"]), str(row["inputs"]), document=str(row["article"])) for row in rows
    )
