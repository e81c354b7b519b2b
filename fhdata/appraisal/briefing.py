"""What a ranking report says in words: its overview, what each chart found, its notes."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from fhdata.appraisal.events import unplaced
from fhdata.appraisal.month import Months
from fhdata.appraisal.objections import RANKING_HASHED, table_hash
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import cells_table
from fhdata.appraisal.tables import item_names
from fhdata.problems import Problem
from fhdata.rounding import number_text

DRAFT, FINAL = "草稿", "定稿"
MOST_TOLD = 3  # reasons of one kind told in full


def overview(ranked: pd.DataFrame, label: str) -> str:
    """Who is first and last in each series."""
    parts = []
    for series, part in ranked.groupby("series", sort=False):
        best = "、".join(part.loc[part["rank"] == 1, "unit_name"])
        last = "、".join(part.loc[part["last_place"] == 1, "unit_name"])
        parts.append(f"{series}{len(part)}个单位，第一名{best}，末位{last}")
    return f"{label}，{'；'.join(parts)}。"


def refusal_lines(refusals: Sequence[Problem]) -> tuple[str, ...]:
    """Why a ranking is not final: the first reasons of each kind and how many there are; none for a final one."""
    if not refusals:
        return ()
    kinds: dict[str, list[str]] = {}
    for one in refusals:
        kinds.setdefault(one.code, []).append(one.sentence)
    lines = [
        f"{sentence[:-1]}（同类共{len(told)}条）。" if number == MOST_TOLD - 1 and len(told) > MOST_TOLD else sentence
        for told in kinds.values()
        for number, sentence in enumerate(told[:MOST_TOLD])
    ]
    return ("本表是草稿，不能作为定稿，也不出奖惩执行单：", *lines)


def gap_findings(ranked: pd.DataFrame, label: str) -> dict[str, str]:
    """The title of each series' chart of totals: how far first and last are apart."""
    found = {}
    for series, part in ranked.groupby("series", sort=False):
        gap = number_text(float(part["total"].max() - part["total"].min()), 2)
        above = int((part["total"] >= part["total"].mean()).sum())
        found[str(series)] = f"{series}：首末相差{gap}分，{len(part)}个单位中{above}个达到平均分（{label}）"
    return found


def firmness_findings(firm: pd.DataFrame) -> dict[str, str]:
    """The title of each series' chart of firmness: how many ranks hold, and whether the first is sure."""
    found = {}
    for series, part in firm.groupby("series", sort=False):
        wide = int((part["rank_high"] - part["rank_low"] >= 3).sum())
        lead = part.sort_values("rank").iloc[0]
        moved = f"有{wide}个单位的名次会差3位以上" if wide else "没有单位的名次会差3位以上"
        sure = number_text(100 * float(lead["first_ratio"]), 0)
        found[str(series)] = f"{series}：权重浮动后{moved}，{lead['unit_name']}保住第一的可能为{sure}%"
    return found


def chart_note(as_of: date, source: str, *, is_example: bool) -> str:
    """The footnote of every chart."""
    told = f"数据来源：各责任部门报送的考核得分；{source}。数据截至{as_of.isoformat()}。"
    return ("示例数据。" if is_example else "") + told


def notes(
    readings: pd.DataFrame,
    ranking: pd.DataFrame,
    files: pd.DataFrame,
    excluded: pd.DataFrame,
    scheme: Scheme,
    *,
    is_final: bool,
) -> tuple[str, ...]:
    """The 口径说明: how totals come about, every reading used with its article, what was left out, the table's hash."""
    lines = [
        "总分 = Σ 权重 × 单项得分 ÷ 100 + 加分 + 减分；单项得分带 * 的是未涉及该项、取序列平均值的。",
        f"取平均分的权重超过{number_text(float(scheme.reference_ratio * 100), 0)}%的单位，名次标“参考”。",
        "名次按未修约的总分排，表中分数四舍五入到两位小数。",
        *_readings_used(readings),
        f"读入{files['file'].nunique()}个工作簿。",
        *(f"未采用 {row.file}「{row.sheet}」：{row.reason}。" for row in excluded.itertuples()),
        _fingerprint(ranking, is_final),
        "征求意见、签批、审定时请记下指纹：表有任何改动，指纹即变。",
    ]
    return tuple(lines)


def dropped_lines(months: Months, scheme: Scheme, month: str) -> tuple[str, ...]:
    """Items that nobody of a series is covered on, so that they drop out; and documents that count in a later month."""
    cells = cells_table(months.scored)
    own = cells[(cells["month"] == month) & (cells["state"] == "uncovered") & (cells["weight_e4"] > 0)]
    names = item_names(scheme)
    dropped = [
        f"{row.series}没有单位涉及“{names[str(row.item)]}”，该项不计（读法见上）。"
        for row in own.drop_duplicates(["series", "item"]).itertuples()
    ]
    later = unplaced(months.events, months.ranking)
    told = dict(zip(months.ranking["unit"], months.ranking["unit_name"], strict=True))
    waiting = [
        f"{told[row.unit]}的{row.document}（{row.work}）归{row.period}，该月还没有排名，没有计入本表。"
        for row in later[later["unit"].isin(list(told))].itertuples()
    ]
    return (*dropped, *waiting)


def missing_month_lines(ranking: pd.DataFrame) -> tuple[str, ...]:
    """Quarters of a year that have some of their months, but not all: how many units have how many."""
    lines = []
    for number, name in enumerate("一二三四", start=1):
        counts = ranking.loc[ranking[f"q{number}_months"].between(1, 2), f"q{number}_months"]
        parts = "、".join(f"{units}个单位只有{months}个月" for months, units in counts.value_counts().items())
        lines += [f"{name}季度缺月：{parts}，算法见“缺月的季度”。"] if parts else []
    return tuple(lines)


def annual_notes(
    readings: pd.DataFrame, ranking: pd.DataFrame, months: Sequence[str], scheme: Scheme, *, is_final: bool
) -> tuple[str, ...]:
    """The 口径说明 of a year."""
    quarters = zip("一二三四", scheme.quarter_percents, strict=True)
    weights = " + ".join(f"{name}季度{percent}%" for name, percent in quarters)
    return (
        f"年度得分 = {weights} + 领导综合评定{scheme.leaders_percent}%，再加减年度加减分；季度取月均值。",
        f"计入的月份：{'、'.join(months)}。",
        *missing_month_lines(ranking),
        *_readings_used(readings),
        _fingerprint(ranking, is_final),
    )


def _readings_used(readings: pd.DataFrame) -> list[str]:
    """Every reading used, one line each: the point left open, what was chosen, the article."""
    used = readings.drop_duplicates("reading").astype("object").to_dict("records")
    return [
        f"{one['title']}：{one['problem']}；采用“{one['used_meaning'] or one['used']}”（{one['source']}）。"
        for one in used
    ]


def _fingerprint(ranking: pd.DataFrame, is_final: bool) -> str:
    return f"{FINAL if is_final else DRAFT}排名表的指纹（SHA-256）：{table_hash(ranking, RANKING_HASHED)}。"
