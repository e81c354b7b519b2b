"""What the assistance report says in words, from its finished tables."""

from datetime import date
from decimal import Decimal

import pandas as pd

from fhdata.funds.assistance_checks import SheetChecks
from fhdata.funds.assistance_tables import OWED
from fhdata.money import money_text
from fhdata.periods import parse_period
from fhdata.rounding import number_text
from fhdata.rules.rulebook import RuleBook

WAN = "万元"
ADDING = ("raise", "newly_eligible")


def overview(by_category: pd.DataFrame, by_month: pd.DataFrame, label: str) -> str:
    """The first sentence: what the year costs by the three methods, and what is owed.

    Args:
        by_category: see ``assistance_tables.by_category``; its last row is the total.
        by_month: see ``assistance_tables.by_month``; its last row is the total.
        label: the period up to which persons were reported.
    """
    whole = by_category.iloc[-1]
    owed = by_month.iloc[:-1]
    owed = owed[owed["state"] == OWED]
    arrears = int(owed["increase_by_household_fen"].sum())
    return (
        f"按{label}人数测算，提标全年增支：按人数（不含新纳入）{_wan(whole['increase_by_headcount_fen'])}，"
        f"按户补差{_wan(whole['increase_by_household_fen'])}，两者相差{_wan(whole['increase_spread_fen'])}；"
        f"其中须补发{len(owed)}个月{money_text(arrears, WAN)}万元。"
        f"全年资金需要：按人数{_wan(whole['need_by_headcount_fen'])}，按户补差{_wan(whole['need_by_household_fen'])}，"
        f"按上年人均补差{_wan(whole['need_by_mean_fen'])}，相差{_wan(whole['need_spread_fen'])}。"
    )


def spread_sentence(by_category: pd.DataFrame) -> str:
    """In which category the methods lie furthest apart."""
    rows = by_category.iloc[:-1].sort_values("need_spread_fen", ascending=False, kind="stable")
    first = rows.iloc[0]
    return f"三种方法的全年资金需要，{first['title']}相差最大，为{_wan(first['need_spread_fen'])}。"


def classified_sentence(table: pd.DataFrame) -> str:
    """How many persons get classified aid, and what it costs."""
    if table.empty:
        return "名册中没有分类施保对象。"
    whole = table.iloc[-1]
    return (
        f"分类施保{whole['persons']}人，每月{money_text(whole['classified_fen'])}元，"
        f"全年{_wan(whole['year_fen'])}，提标不改变。"
    )


def arrears_sentence(table: pd.DataFrame, last_old_month: str) -> str:
    """Which months were paid at the old rate, and what is owed for them."""
    if not last_old_month:
        return "没有按旧标准发放的月份，不须补发。"
    whole = table.iloc[-1]
    return (
        f"{parse_period(last_old_month).year_to_date_label}已按旧标准发放，须补发："
        f"按人数{_wan(whole['arrears_headcount_fen'])}，按户补差{_wan(whole['arrears_household_fen'])}。"
    )


def eligible_sentence(table: pd.DataFrame, month: str) -> str:
    """How many families come in anew."""
    if table.empty:
        return "名册中没有因提标新纳入的家庭。"
    whole = table.iloc[-1]
    return (
        f"按{parse_period(month).label}名册，因提标新纳入{whole['newly_eligible_households']}户"
        f"{whole['newly_eligible_persons']}人，每月补差{money_text(whole['newly_eligible_fen'])}元。"
    )


def gap_sentence(gap: pd.DataFrame) -> str:
    """What has come in of what is needed, and what is missing; see ``assistance_tables.gap_table``."""
    whole = gap.iloc[-1]
    return f"全年需要{_wan(whole['due_fen'])}，已到位{_wan(whole['appropriated_fen'])}，缺口{_wan(whole['gap_fen'])}。"


def checks_sentence(checks: SheetChecks) -> str:
    """How many faults the sheets have, and how many of them were accepted."""
    faults = int(checks.counts["faults"].sum())
    if not faults:
        return "报来的各表逐项核对，没有发现差错。"
    accepted = int(checks.counts["accepted"].sum())
    return f"报来的各表逐项核对，发现{faults}处差错，其中{accepted}处经核实按原表采用，原因见表。"


def document_sentence(findings: pd.DataFrame) -> str:
    """How many of the document's own relations hold."""
    off = int((findings["outcome"] != "agrees").sum())
    agreeing = len(findings) - off
    return f"文件自身可以互相核对的{len(findings)}处，{agreeing}处相符，{off}处不符或只在取整后相符；只提示，不改动。"


def step_finding(steps: pd.DataFrame, label: str) -> str:
    """The finding above the waterfall: the year's increase and the step that adds most.

    Args:
        steps: see ``assistance_tables.steps_table``.
        label: the year.
    """
    added = steps[steps["step"].isin(ADDING)].sort_values("amount_fen", ascending=False, kind="stable")
    first, total = added.iloc[0], int(added["amount_fen"].sum())
    part = number_text(Decimal(int(first["amount_fen"])) / max(total, 1) * 100, 0)
    return f"{label}提标全年增支{_wan(total)}，{first['label']}占{part}%"


def chart_note(as_of: date, rates: pd.DataFrame, *, is_example: bool) -> str:
    """The line under a chart: what is made up, the method, where persons and standards come from."""
    made_up = "示例数据，不得引用。" if is_example else ""
    document = str(rates["new_source"].iloc[0]).partition(" ")[0]
    return f"{made_up}按户补差测算；来源：救助人数表、名册，{document}。数据截至{as_of.isoformat()}。"


def notes(
    book: RuleBook, rates: pd.DataFrame, excluded: pd.DataFrame, last_old_month: str, on: date
) -> tuple[str, ...]:
    """口径说明: what each method is, what is inferred, what the gazette does not say."""
    rule = book.value("arrears.last_month_at_old_rate", on) if _is_known(book, on) else None
    inferred = "、".join(rates.loc[rates["is_inferred"], "title"].drop_duplicates())
    told = [
        "方法一（按人数）：上年人均补差加提标额乘以人数，提标额人人给足，是已报人数的上限；新纳入的不在其中，所以可能低于方法二。",
        "方法二（按户补差）：每户 max(0，标准×人数－家庭收入)，先乘后减；旧标准下不补、新标准下补的为新纳入。",
        "方法三（按上年人均补差）：上年人均补差乘以人数，即不提标时的数；全额发放的类别按旧标准。",
        "尚未报来的月份沿用最近一月人数；名册为最近一月，用于各月。",
        "分类施保按人定额，一人兼有几类取最高、只计一次，提标不改变它。",
        "各级分担比例、分类施保金额公报没有载明，取自县里报来的表，须核实（待核实）。",
        f"标准有推定之处的类别：{inferred}。" if inferred else "",
        "名册中的姓名和身份证号只用于查重，读入即换成当次随机密钥的摘要，报告中没有个人信息。",
    ]
    if rule is None:
        told.append("本期末调整标准的文件还没有印发，按后来印发的标准测算。")
    elif last_old_month != rule.value:
        said = f"发放情况表上按旧标准发到 {last_old_month or '—'}，规则推定为 {rule.value}（{rule.citation}）"
        told.append(f"{said}，以发放情况表为准。")
    told += [f"{row.file}「{row.sheet}」未采用：{row.reason}。" for row in excluded.itertuples()]
    return tuple(filter(None, told))


def _is_known(book: RuleBook, on: date) -> bool:
    return any(
        rule.start <= on and (rule.until is None or on <= rule.until)
        for rule in book.rules.get("arrears.last_month_at_old_rate", ())
    )


def _wan(fen: int) -> str:
    return f"{money_text(int(fen), WAN)}万元"
