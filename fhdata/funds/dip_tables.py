"""The tables and sentences of the DIP report: names beside codes, points and values as decimals, largest first."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from fhdata.funds.dip_cases import HIGH, LOW, NORMAL, REVIEW, RULED
from fhdata.funds.dip_inputs import E4, rows_of
from fhdata.funds.dip_settlement import AUDIT, CUT, DIFFERENCE, DUE, ROUNDING, by_group, corrections, decimal_of
from fhdata.funds.dip_terms import DipTerms
from fhdata.funds.dip_year import DipYear
from fhdata.money import FEN_PER_YUAN, money_text
from fhdata.rounding import number_text
from fhdata.rules.rulebook import READING, Rule

BANDS = {LOW: "费用偏低", NORMAL: "正常", HIGH: "费用偏高", REVIEW: "待评议", RULED: "已评议"}
LINES = {
    DUE: "各医疗机构应付", AUDIT: "稽核扣款，留在基金", CUT: "考核系数扣下，留在基金", ROUNDING: "点值取整的余数",
    DIFFERENCE: "个人负担与平均报销比例之差",
}  # fmt: skip
NEAR = {"low": "偏低线", "high": "偏高线", "review": "评议线"}
SOURCE = ["source_file", "source_sheet", "source_cell"]
DIGITS = 4  # decimals of points as they are printed


def hospital_table(year: DipYear) -> pd.DataFrame:
    """One row a hospital, by code, then their sum: cases, cost, points, gross, patients, deductions, due, balance."""
    names = year.inputs.hospitals[["institution", "name", "level", "coefficient_e4"]]
    rows = year.settlement.hospitals.merge(names, on="institution")
    factors = {
        name: pd.Series([Decimal(int(one)) / E4 for one in rows[f"{name}_e4"]], dtype="object")
        for name in ("coefficient", "assessment")
    }
    shown = rows.assign(**factors, points=_decimals(rows["points"]), gain_fen=rows["gross_fen"] - rows["cost_fen"])
    money = [name for name in shown.columns if str(name).endswith("_fen")]
    total = (
        shown[["cases", *money]]
        .sum()
        .to_frame()
        .T.assign(
            institution="",
            name="合计",
            level="",
            coefficient=None,
            assessment=None,
            points=_decimals([year.settlement.points]),
        )
    )
    kept = ["institution", "name", "level", "coefficient", "cases", "points", "assessment", *money]
    return pd.concat([shown[kept], total[kept].astype(dict.fromkeys(("cases", *money), "int64"))], ignore_index=True)


def correction_table(year: DipYear) -> pd.DataFrame:
    """One row a hospital and band that is corrected: cases, cost, points moved and their worth."""
    found = corrections(year.points, year.settlement)
    moved = found[found["band"] != NORMAL].merge(year.inputs.hospitals[["institution", "name"]], on="institution")
    return moved.assign(band_name=moved["band"].map(BANDS), points_moved=_decimals(moved["points_moved"]))


def group_table(year: DipYear) -> pd.DataFrame:
    """One row a disease group, the largest loss first."""
    rows = by_group(year.points, year.settlement).merge(
        year.inputs.groups[["group_code", "group_name"]], on="group_code"
    )
    shown = rows.assign(points=_decimals(rows["points"]))
    return shown.sort_values(["gain_fen", "group_code"], kind="stable", ignore_index=True)


def near_table(year: DipYear) -> pd.DataFrame:
    """One row a hospital and line: cases within a twentieth of it."""
    rows = year.near.merge(year.inputs.hospitals[["institution", "name"]], on="institution")
    return rows.assign(line_name=rows["line"].map(NEAR))


def line_table(year: DipYear) -> pd.DataFrame:
    """Where the fund goes; the lines add up to it."""
    rows = year.settlement.lines.assign(label=year.settlement.lines["line"].map(LINES))
    fund = {"line": "fund", "label": "可用于DIP的基金", "amount_fen": year.settlement.fund_fen}
    return pd.concat([rows, pd.DataFrame([fund])], ignore_index=True).astype({"amount_fen": "int64"})


def value_table(year: DipYear, terms: DipTerms) -> pd.DataFrame:
    """The point value as it is published and unrounded, side by side, with what it rests on."""
    settled = year.settlement
    exact = settled.value_fen / FEN_PER_YUAN
    rows = [
        ("可用于DIP的基金", f"{money_text(settled.fund_fen)} 元"),
        ("平均报销比例（待核实）", f"{number_text(decimal_of(terms.reimbursement_ratio * 100, 2), 2)}%"),
        ("可分配总额 = 基金 ÷ 报销比例", f"{money_text(settled.pool_fen)} 元"),
        ("总分值", number_text(decimal_of(settled.points, DIGITS), DIGITS)),
        (
            f"点值，保留{terms.value_decimals}位小数",
            f"{value_text(year, terms)} 元/分",
        ),
        ("点值，不取整（列到十二位）", f"{number_text(decimal_of(exact, 12), 12)} 元/分"),
    ]
    return pd.DataFrame(rows, columns=["label", "shown"])


def rule_table(terms: DipTerms) -> pd.DataFrame:
    """Every parameter and reading used: none of them is taken from a document, all are to be verified."""
    rows = [
        (rule.title, "".join(rule.printed) if not rule.alternatives else _meaning(rule), rule.citation)
        for rule in terms.rules.values()
    ]
    return pd.DataFrame(rows, columns=["title", "value", "source"])


def reading_table(changes: pd.DataFrame, hospitals: pd.DataFrame) -> pd.DataFrame:
    """Readings with the hospitals' names."""
    return changes.merge(hospitals[["institution", "name"]], on="institution", how="left", sort=False)


def published_hospitals(table: pd.DataFrame, listed: pd.DataFrame, fund: pd.DataFrame, terms: DipTerms) -> pd.DataFrame:
    """The hospitals as published, without their sum: each with its cell in the list, the fund's cell and the rules.

    Args:
        table: as ``hospital_table`` gives it.
        listed: institution, source_file, source_sheet, source_cell.
        fund: one row: source_file, source_sheet, source_cell of what the fund has.
        terms: for the citations.
    """
    pot = next(rows_of(fund))
    told = table[table["institution"] != ""].merge(listed[["institution", *SOURCE]], on="institution", how="left")
    return told.assign(
        rule_source="；".join(dict.fromkeys(rule.citation for rule in terms.rules.values())),
        reading_note=f"可用于DIP的基金：{pot.source_file}「{pot.source_sheet}」{pot.source_cell}",
    )


def published_readings(table: pd.DataFrame, terms: DipTerms) -> pd.DataFrame:
    """What other readings change as published: one key a row, with what each reading rests on.

    Args:
        table: as ``reading_table`` gives it.
        terms: for the citations.
    """
    key = table["reading"].str.removeprefix(READING) + "=" + table["value"] + "." + table["institution"]
    return table.assign(code=key, rule_source=[terms.rules[one].citation for one in table["reading"]])


def comparison_table(compared: pd.DataFrame, hospitals: pd.DataFrame) -> pd.DataFrame:
    """The prefecture's figures beside the county's; money in 元."""
    labels = {"points": "总分值", "gross_fen": "结算总额", "due_fen": "应付额"}
    rows = compared.merge(hospitals[["institution", "name"]], on="institution")
    scale = [FEN_PER_YUAN if one.endswith("_fen") else 1 for one in rows["figure"]]
    figures = {
        name: _decimals([one / by for one, by in zip(rows[name], scale, strict=True)])
        for name in ("told", "reckoned", "difference")
    }
    return rows.assign(figure_name=rows["figure"].map(labels), **figures)


def value_text(year: DipYear, terms: DipTerms) -> str:
    """The point value as it is published, in 元: 5.9112."""
    return number_text(decimal_of(year.settlement.published_value, terms.value_decimals), terms.value_decimals)


def overview(year: DipYear, terms: DipTerms, period_label: str) -> str:
    """The first sentence of the report."""
    settled, hospitals = year.settlement, year.settlement.hospitals
    value = value_text(year, terms)
    return (
        f"{period_label}，{len(hospitals)} 家医疗机构 {int(hospitals['cases'].sum())} 个病例计 "
        f"{number_text(decimal_of(settled.points, 2), 2)} 分，点值 {value} 元，应付 "
        f"{money_text(int(hospitals['due_fen'].sum()), '万元')} 万元，已预付 "
        f"{money_text(int(hospitals['prepaid_fen'].sum()), '万元')} 万元。"
    )


def warning(terms: DipTerms) -> str:
    """That no parameter here is the prefecture's."""
    count = len(terms.unverified)
    return f"州里的参数没有见到文件，{count} 个参数和读法全部待核实，本表只供与州里的结算核对，不作拨付依据。"


def chart_finding(year: DipYear) -> str:
    """The finding of the chart of gains and losses."""
    rows = hospital_table(year).iloc[:-1]
    losing = int((rows["gain_fen"] < 0).sum())
    return f"{len(rows)} 家医疗机构中 {losing} 家的医疗费用高于按分值结算的总额"


def readings_line(table: pd.DataFrame) -> str:
    """The largest change another reading brings."""
    if table.empty:
        return "换一种读法，各机构应付额都不变。"
    first = next(rows_of(table))
    more = "多" if first.change_fen > 0 else "少"
    moved = money_text(abs(first.change_fen))
    return f"影响最大的是“{first.title}”改为“{first.meaning}”：{first.name}{more}得 {moved} 元。"


def notes(terms: DipTerms, files: Sequence[str]) -> tuple[str, ...]:
    """The 口径说明: what is reckoned how, and which files the cases came from."""
    return (
        warning(terms),
        "病例分值＝病组分值×机构系数×辅助系数×费用校正；费用低于标准50%的按费用÷标准，高于200%的按费用÷标准−2＋1，高于5倍的交专家评议。",
        "应付＝（分值×点值−个人负担−稽核扣款）×考核系数；应补或应退＝应付−已预付。",
        "金额、分值按分数精确计算，只在打印时四舍五入；按分值分配的总额精确到分，余下的分按最大余数分配。",
        "病例清单：" + "、".join(files) + "。",
    )


def _meaning(rule: Rule) -> str:
    return next(one.meaning for one in rule.alternatives if one.value == rule.value)


def _decimals(values: Iterable[Fraction]) -> "pd.Series[Any]":
    """Exact values as decimals with the printed number of digits, half up."""
    return pd.Series([decimal_of(value, DIGITS) for value in values], dtype="object")
