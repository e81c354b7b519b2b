"""Computed sentences on targets in the office's own wording; reasons and praise are left to people."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from fhdata.periods import Period, parse_period
from fhdata.quantities import known_units
from fhdata.rounding import half_up, number_text
from fhdata.targets import states

NOT_YET = "未到计划日期"
PERCENT_DIGITS, VALUE_DIGITS = 1, 2
SURE = 0.05
SHORT: Mapping[str, str] = {
    states.PENDING: "目标值尚未下达",
    states.NOT_DUE: "数据未到发布期",
    states.NOT_APPLICABLE: "不适用",
}
Row = Mapping[str, Any]


def amount(value: float, unit: str = "") -> str:
    """A value as it is written in a sentence: at most two decimals, no trailing zeros, thousands separated.

    Example:
        >>> amount(1012.40, "万人次")
        '1,012.4万人次'
    """
    text = number_text(value, VALUE_DIGITS)
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def change(growth_pct: float) -> str:
    """Change on a year earlier: 同比增长6.3%, 同比下降8.7%, never 增长-8.7%; what prints as 0.0 is 同比持平.

    Example:
        >>> change(-8.7)
        '同比下降8.7%'
    """
    printed = half_up(growth_pct, PERCENT_DIGITS)
    if printed == 0:
        return "同比持平"
    return f"同比{'增长' if printed > 0 else '下降'}{number_text(abs(printed), PERCENT_DIGITS)}%"


def against(gap_pp: float, what: str = "序时进度", above: str = "超") -> str:
    """A gap in 个百分点: 超序时进度3.5个百分点, 低于序时进度12.4个百分点, 与序时进度持平.

    Args:
        gap_pp: the gap, above 0 where it is better (unrounded; rounded here, once).
        what: what it is measured against.
        above: the word for a gap above 0.

    Example:
        >>> against(62.6 - 75)
        '低于序时进度12.4个百分点'
    """
    printed = half_up(gap_pp, PERCENT_DIGITS)
    if printed == 0:
        return f"与{what}持平"
    return f"{above if printed > 0 else '低于'}{what}{number_text(abs(printed), PERCENT_DIGITS)}个百分点"


def odds(probability: float) -> str:
    """A probability as it is printed: 97% would promise more than a few past years can tell, so the ends stay open.

    Example:
        >>> odds(0.97), odds(0.6), odds(0.0)
        ('95%以上', '60%', '不足5%')
    """
    if np.isnan(probability):
        return ""
    if probability < SURE:
        return f"不足{number_text(100 * SURE, 0)}%"
    if probability > 1 - SURE:
        return f"{number_text(100 * (1 - SURE), 0)}%以上"
    return f"{number_text(100 * probability, 0)}%"


def reach(period: str, *, is_balance: bool = False) -> str:
    """How far a figure reaches: 2023年1—9月 (cumulative), 2023年9月末 (balance), 截至2023年9月中旬 (旬)."""
    one: Period = parse_period(period)
    if one.cadence == "tenday":
        return f"截至{one.label}"
    if is_balance:
        return f"{one.year}年{one.month}月末"
    return f"{one.year}年" if one.month == 12 else one.year_to_date_label


def sentence(row: Row) -> str:
    """One target's sentence, from one row of ``track``.

    Args:
        row: a row as a mapping of column names.

    Returns:
        A full Chinese sentence; what is missing is said to be missing, nothing is explained.
    """
    if row["state"] == states.CONFLICT:
        return f"{row['title']}：文件中有不同说法，待明确后计算。"
    if row["state"] == states.NOT_REPORTED:
        who = f"，发布单位{row['publisher']}" if row["publisher"] else ""
        return f"{row['title']}：应于{row['due_date']}前报出，至今未报{who}。"
    if row["state"] in SHORT:
        reason = f"（{row['reading_note']}）" if row["state"] == states.NOT_APPLICABLE and row["reading_note"] else ""
        return f"{row['title']}：{SHORT[row['state']]}{reason}。"
    under = row["direction"] == "at_most" and row["kind"] in ("level", "increment")
    return _SENTENCES["ceiling" if under else row["kind"]](row)


def sentences(progress: pd.DataFrame) -> pd.Series:
    """The sentence of each target, one a row, on the frame's own index."""
    records = cast(list[Row], progress.to_dict("records"))
    return pd.Series([sentence(row) for row in records], index=progress.index, dtype=object)


def _level(row: Row) -> str:
    if row["direction"] == "equal" and row["state"] == states.DONE:
        standard = amount(row["target_value"], row["unit"])
        return f"{_when(row)}，{row['title']}{amount(row['observed_value'], row['unit'])}，与规定（{standard}）一致。"
    parts = [f"{_when(row)}，{row['title']}{amount(row['observed_value'], row['unit'])}"]
    if not np.isnan(row["growth_pct"]):
        parts.append(change(row["growth_pct"]))
    parts.append(
        f"完成全年目标（{amount(row['target_value'], row['unit'])}）的{number_text(100 * row['completion_ratio'], 1)}%"
    )
    if row["state"] == states.IMPOSSIBLE:
        parts.append("已无法完成")
    elif row["planned_ratio"] == 0 and row["state"] != states.DONE:
        parts.append(NOT_YET)
    elif row["is_balance"] and np.isnan(row["distance_ratio"]) and row["state"] != states.DONE:
        parts.append("未达到" if row["observed_value"] < row["target_value"] else "与标准不一致")
    elif not np.isnan(row["gap_pp"]) and row["state"] != states.DONE:
        parts.append(against(row["gap_pp"]))
    return "，".join(parts) + _ahead(row)


def _growth(row: Row) -> str:
    above = "高于" if row["direction"] != "at_most" else "优于"
    text = f"{_when(row)}，{row['indicator_name']}{change(row['growth_pct'])}，{against(row['gap_pp'], '目标', above)}"
    required = row["required_growth_pct"]
    if not np.isnan(required) and row["state"] != states.DONE:
        near = "约" if row["is_required_approximate"] else ""
        goal = amount(row["target_value"], "%")
        word = "增长" if required >= 0 else "降幅不超过"
        text += f"；实现全年增长{goal}的目标，后期须{word}{near}{number_text(abs(required), PERCENT_DIGITS)}%"
    return text + _ahead(row)


def _rate(row: Row) -> str:
    value = number_text(row["observed_value"], PERCENT_DIGITS)
    above = "优于" if row["direction"] == "at_most" else "高于"
    if row["planned_ratio"] == 0 and row["state"] != states.DONE:
        goal = amount(row["target_value"], row["unit"])
        return f"{_when(row)}，{row['title']}为{value}{row['unit']}，目标{goal}，{NOT_YET}。"
    return f"{_when(row)}，{row['title']}为{value}{row['unit']}，{against(row['gap_pp'], '要求', above)}。"


def _ceiling(row: Row) -> str:
    limit = f"上限{amount(row['target_value'], row['unit'])}"
    reached = f"{_when(row)}，{row['title']}{amount(row['observed_value'], row['unit'])}，{limit}"
    if row["state"] != states.BREACHED:
        return f"{reached}，未突破。"
    return f"{reached}，本年已突破。" if not np.isnan(row["observed_value"]) else f"{row['title']}：本年已突破{limit}。"


def _decline(row: Row) -> str:
    if np.isnan(row["growth_pct"]):
        return f"{_when(row)}，{row['title']}{amount(row['observed_level'], row['level_unit'])}，上年同期为0。"
    asked = -row["target_value"] if row["direction"] == "at_most" else row["target_value"]
    goal = f"要求下降{amount(asked, '%')}" if asked > 0 else "要求下降"
    short = f"，相差{number_text(-row['gap_pp'], PERCENT_DIGITS)}个百分点" if row["gap_pp"] < 0 else ""
    return f"{_when(row)}，{row['indicator_name']}{change(row['growth_pct'])}，{goal}{short}。"


def _relative(row: Row) -> str:
    other = f"{row['reference_name']}（{change(row['reference_pct'])}）"
    return f"{_when(row)}，{row['indicator_name']}{change(row['growth_pct'])}，" + (
        against(row["observed_value"], other, "高于") + "。"
    )


def _milestone(row: Row) -> str:
    days = row["days_early"]
    if row["state"] == states.DONE:
        early = "" if np.isnan(days) or days == 0 else f"，比计划{'提前' if days > 0 else '推迟'}{abs(int(days))}天"
        return f"{row['title']}：已完成{early}。"
    late = f"，已超过计划日期{int(-days)}天" if not np.isnan(days) and days < 0 else f"，{NOT_YET}"
    return f"{row['title']}：尚未完成{late}。"


def _when(row: Row) -> str:
    return reach(row["observed_period"], is_balance=bool(row["is_balance"])) if row["observed_period"] else "本年"


def _ahead(row: Row) -> str:
    """What is left and where it leads: the amount a month still to bring, the forecast, its interval and its odds."""
    if row["state"] in (states.DONE, states.IMPOSSIBLE, states.BREACHED):
        return "。"
    text = ""
    is_open = row["kind"] != "growth_rate" and row["needed_per_month"] > 0
    if is_open and _is_counted(row["unit"]):
        text += f"；后期还须完成{amount(row['target_value'] - row['observed_value'], row['unit'])}"
    elif is_open and row["planned_ratio"] > 0 and not np.isnan(row["pace_per_month"]):
        text += f"；后期月均须完成{amount(row['needed_per_month'], row['unit'])}，此前月均" + amount(
            row["pace_per_month"], row["unit"]
        )
    if not np.isnan(row["forecast_value"]):
        name = "增速" if row["kind"] == "growth_rate" else ""
        text += (
            f"；按往年进度（{int(row['forecast_years'])}年）推算全年{name}{amount(row['forecast_value'], row['unit'])}"
        )
        if not np.isnan(row["forecast_low"]):
            chance = odds(row["forecast_probability"])
            text += f"（{amount(row['forecast_low'])}—{amount(row['forecast_high'])}，达标概率{chance}）"
    return text + "。"


def _is_counted(unit: str) -> bool:
    """Whether the unit counts whole things (家, 个, 场 …), of which a fraction a month would be nonsense."""
    return unit not in known_units()


_SENTENCES: Mapping[str, Callable[[Row], str]] = {
    "level": _level,
    "increment": _level,
    "growth_rate": _growth,
    "rate": _rate,
    "ceiling": _ceiling,
    "decline": _decline,
    "relative": _relative,
    "binary": _milestone,
}
