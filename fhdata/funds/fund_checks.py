"""Everything that can be wrong with the medical fund's inputs, each with its cell or record, all at once."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from fhdata.funds.assistance_inputs import at_cells
from fhdata.funds.fund_inputs import (
    CATEGORIES,
    COST_KEYS,
    ITEMS,
    KINDS,
    LAST_MONTH,
    MOST_SCORE_E4,
    STATUSES,
    YEAR,
    FundInputs,
    in_year,
    months_of,
)
from fhdata.money import money_text, require_fen
from fhdata.problems import Problem, hint, problem


def input_problems(inputs: FundInputs, months: Sequence[str], levels: Collection[str]) -> list[Problem]:
    """Everything wrong with the frames, each with its cell or record.

    Args:
        inputs: the frames.
        months: the months accounted, ``months_of(2023)`` for a settlement.
        levels: levels that the rules know.

    Raises:
        TypeError: money or counts that are not int64.
    """
    for frame in (inputs.items, inputs.penalties, inputs.prepayments):
        require_fen(frame)
    require_fen(inputs.institutions, "score")
    require_fen(inputs.costs, "records")
    year = months[0][:4]
    found = [*_item_problems(inputs.items, year), *_institution_problems(inputs.institutions, year, levels)]
    found += _cost_problems(inputs.costs, inputs.institutions, months)
    if inputs.costs_by_discharge is not None:
        require_fen(inputs.costs_by_discharge, "records")
        found += _unknown_codes(inputs.costs_by_discharge, inputs.institutions)
    found += _unknown(inputs.penalties, inputs.institutions, "扣减")
    found += _negative(inputs.penalties, "amount_fen", "扣减金额")
    found += _unknown(inputs.prepayments, inputs.institutions, "预付")
    found += _negative(inputs.prepayments, "declared_fen", "申报金额")
    found += _negative(inputs.prepayments, "paid_fen", "预付金额")
    found += _outside_year(inputs.prepayments, year, [])
    return found + _at(
        inputs.prepayments,
        inputs.prepayments.duplicated(["institution", "month"]),
        "duplicate",
        lambda row: f"{row.institution} {row.month} 的预付出现不止一次",
        "每个机构每月只有一行",
        "请删去重复的行",
    )


def _item_problems(items: pd.DataFrame, year: str) -> list[Problem]:
    known = items["item"].isin(ITEMS)
    found = _at(
        items,
        ~known,
        "unknown_item",
        lambda row: f"不认识项目“{row.item}”" + (f"，{near}" if (near := hint(row.item, ITEMS)) else ""),
        "",
        "请改正",
    )
    found += _at(
        items,
        ~items["status"].isin(STATUSES),
        "bad_choice",
        lambda row: f"状态写的是“{row.status}”",
        f"只能是{'、'.join(STATUSES)}",
        "请改正",
    )
    found += _negative(items, "amount_fen", "金额", code="negative_income")
    found += _outside_year(items, year, [YEAR])
    found += _at(
        items,
        items.duplicated(["item", "month"]),
        "duplicate",
        lambda row: f"“{row.item}”{row.month or '全年'}出现不止一次",
        "每项每月只有一行",
        "请删去重复的行",
    )
    both = set(items.loc[items["month"] == YEAR, "item"]) & set(items.loc[items["month"] != YEAR, "item"])
    return found + _at(
        items,
        items["item"].isin(both) & (items["month"] == YEAR),
        "year_and_months",
        lambda row: f"“{row.item}”既有全年数，又有分月数",
        "只能给一种，否则会重复计算",
        "请删去一种",
    )


def _institution_problems(institutions: pd.DataFrame, year: str, levels: Collection[str]) -> list[Problem]:
    rows = in_year(institutions, year)
    found = _at(
        rows,
        ~rows["kind"].isin(KINDS),
        "bad_choice",
        lambda row: f"“{row.name}”的类别写的是“{row.kind}”",
        f"只能是{'、'.join(KINDS)}",
        "请改正",
    )
    found += _at(
        rows,
        ~rows["level"].isin(["", *levels]),
        "bad_choice",
        lambda row: f"“{row.name}”的级别写的是“{row.level}”",
        f"只能是{'、'.join(levels)}，或空着",
        "请改正",
    )
    found += _at(
        rows,
        (rows["score"] < 0) | (rows["score"] > MOST_SCORE_E4),
        "bad_score",
        lambda row: f"“{row.name}”的考评得分超出范围",
        "应在 0 至 100 分之间",
        "请改正",
    )
    found += _at(
        rows,
        rows["is_scored"] & (~rows["is_member"] | (rows["level"] == "")),
        "bad_scored",
        lambda row: f"“{row.name}”参加考评分配，但不是医共体成员或没有级别",
        "只有医共体内定了级别的机构参加分配",
        "请改正",
    )
    return found + _stretch_problems(rows)


def _stretch_problems(rows: pd.DataFrame) -> list[Problem]:
    """An institution may stand in several stretches of months, if they do not overlap and it stays what it was."""
    found = []
    several = rows[rows.duplicated("institution", keep=False)]
    for before, after in pairwise(several.itertuples(index=False)):
        if str(before.institution) != str(after.institution):
            continue
        place = {"file": str(after.source_file), "sheet": str(after.source_sheet), "cell": str(after.source_cell)}
        code, was, now = str(after.institution), _standing(before), _standing(after)
        if was != now:
            said = f"{code} 年中由“{was}”改为“{now}”"
            allowed = "全年只能按一种身份分配和分担"
            found.append(problem("changed_level", said, allowed, "请医保局定下全年按哪一种再改名册", **place))
        elif str(after.from_month) <= (str(before.to_month) or LAST_MONTH):
            said = f"机构代码“{code}”在同一个月出现不止一次"
            action = "请改正起止月份或删去重复的行"
            found.append(problem("duplicate", said, "每个机构每月只能有一行", action, **place))
    return found


def _standing(row: Any) -> str:  # noqa: ANN401 - a named tuple of a frame's columns
    return "、".join([row.level or "未定级", row.kind, "医共体成员" if row.is_member else "非医共体成员"])


def _cost_problems(costs: pd.DataFrame, institutions: pd.DataFrame, months: Sequence[str]) -> list[Problem]:
    keys = list(zip(*(costs[name].tolist() for name in COST_KEYS), strict=True))
    present = {month for _, month, *_ in keys}
    span = f"本次只算 {months[0]} 至 {months[-1]}"
    found = _unknown_codes(costs, institutions)
    found += [
        problem("claim_outside_year", f"费用里有 {month} 的记录", span, "请核对月份")
        for month in sorted(present - set(months))
    ]
    found += [
        problem("missing_month", f"{month} 没有任何费用记录", "每个月都须有", "请补报该月的结算数据")
        for month in months
        if month not in present
    ]
    found += [
        problem("bad_choice", f"费用类别写的是“{one}”", f"只能是{'、'.join(CATEGORIES)}", "请改正")
        for one in sorted({category for _, _, category, *_ in keys} - set(CATEGORIES))
    ]
    if len(set(keys)) < len(keys):
        found += [
            problem("duplicate", f"{code} {month} {category} 的费用出现不止一次", "", "请核对汇总")
            for (code, month, category, *_), times in Counter(keys).items()
            if times > 1
        ]
    found += _standing_problems({(code, month, is_dip) for code, month, _, is_dip, *_ in keys}, institutions, months)
    return found + _negative_years(costs)


def _unknown_codes(costs: pd.DataFrame, institutions: pd.DataFrame) -> list[Problem]:
    known = set(institutions["institution"])
    return [
        problem("unknown_institution", f"费用中的机构“{code}”不在机构名单里", hint(code, known), "请补登机构或改正代码")
        for code in sorted(set(costs["institution"]) - known)
    ]


def _standing_problems(
    kinds: Collection[tuple[str, str, bool]], institutions: pd.DataFrame, months: Sequence[str]
) -> list[Problem]:
    """Costs that do not fit their institution: outside its months, or DIP where there is none."""
    opened, reformed = set(), set()
    columns = (institutions[name].tolist() for name in ("institution", "from_month", "to_month", "is_dip"))
    for code, start, end, is_dip in zip(*columns, strict=True):
        there = [(code, month) for month in months if start <= month <= (end or LAST_MONTH)]
        opened.update(there)
        reformed.update(there if is_dip else [])
    known, accounted = set(institutions["institution"]), set(months)
    found = []
    for code, month, is_dip in sorted(kinds):
        if code not in known or month not in accounted:
            continue
        if (code, month) not in opened:
            said = f"{code} 在 {month} 有费用，但当月不在机构名单的起止月份内"
            found.append(problem("not_open", said, "", "请核对起止月份或机构代码"))
        elif is_dip and (code, month) not in reformed:
            said = f"{code} 在 {month} 有标为 DIP 的费用，但名单里当月不是 DIP 机构"
            found.append(problem("dip_without_reform", said, "", "请核对标志或名单"))
    return found


def _negative_years(costs: pd.DataFrame) -> list[Problem]:
    """An institution whose refunds outweigh its claims."""
    sums: dict[str, list[int]] = {}
    columns = (costs[name].tolist() for name in ("institution", "hifp_fen", "medfee_fen"))
    for code, hifp, medfee in zip(*columns, strict=True):
        both = sums.setdefault(code, [0, 0])
        both[0] += hifp
        both[1] += medfee
    return [
        problem("negative_cost", f"{code} 的费用合计为 {money_text(min(both))} 元", "不得为负", "请核对退费")
        for code, both in sorted(sums.items())
        if min(both) < 0
    ]


def _unknown(frame: pd.DataFrame, institutions: pd.DataFrame, what: str) -> list[Problem]:
    known = set(institutions["institution"])
    return _at(
        frame,
        ~frame["institution"].isin(known),
        "unknown_institution",
        lambda row: (
            f"{what}的机构“{row.institution}”不在机构名单里"
            + (f"，{near}" if (near := hint(row.institution, known)) else "")
        ),
        "",
        "请补登机构或改正代码",
    )


def _negative(frame: pd.DataFrame, column: str, what: str, *, code: str = "negative_amount") -> list[Problem]:
    return _at(
        frame,
        frame[column] < 0,
        code,
        lambda row: f"{what}为 {money_text(getattr(row, column))} 元",
        "不得为负",
        "请改正",
    )


def _outside_year(frame: pd.DataFrame, year: str, also: list[str]) -> list[Problem]:
    return _at(
        frame,
        ~frame["month"].isin([*months_of(int(year)), *also]),
        "outside_year",
        lambda row: f"月份写的是“{row.month}”",
        f"应为 {year}-01 至 {year}-12",
        "请改正",
    )


def _at(
    frame: pd.DataFrame, is_wrong: "pd.Series[bool]", code: str, found: Callable[[Any], str], *advice: str
) -> list[Problem]:
    """One problem a wrong row, at its cell, with what is allowed and what to do; mostly there is no such row."""
    return at_cells(frame[is_wrong], code, found, *advice) if is_wrong.any() else []
