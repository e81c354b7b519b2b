"""What the tables of an appraisal must be before anything is computed; every fault in one sentence, with its cell."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fhdata.appraisal.grid import GROUP, SCORED, SOURCE_COLUMNS, STATUSES, Grid, Placement
from fhdata.appraisal.grouping import group_ids
from fhdata.appraisal.points import HUNDRED_E4, is_finer, points_e4, points_text
from fhdata.appraisal.scheme import Scheme
from fhdata.problems import Problem, hint, problem, stop_on

MOST_NAMES = 5  # units named in one sentence; the rest are counted


def at_rows(
    rows: pd.DataFrame, is_wrong: ArrayLike, code: str, found: str, allowed: str = "", *, action: str = "请改正"
) -> list[Problem]:
    """One problem a faulty row, at the place the row was read from where it has source columns.

    Args:
        rows: the table.
        is_wrong: which rows are at fault.
        code: kind of problem.
        found: what was found, Chinese; ``{row.score:g}`` stands for a column of the row.
        allowed: what is allowed; may name columns too.
        action: what to do.
    """
    wrong = np.asarray(is_wrong, dtype=np.bool_)
    if not wrong.any():
        return []
    faulty = rows[wrong]
    has_source = set(SOURCE_COLUMNS) <= set(rows.columns)
    places = faulty[SOURCE_COLUMNS].itertuples(index=False) if has_source else [("", "", "")] * len(faulty)
    return [
        problem(
            code,
            found.format(row=row),
            allowed.format(row=row),
            action,
            file=str(file),
            sheet=str(sheet),
            cell=str(cell),
        )
        for row, (file, sheet, cell) in zip(faulty.itertuples(index=False), places, strict=True)
    ]


def unknown(rows: pd.DataFrame, column: str, names: Collection[Any], code: str, what: str) -> list[Problem]:
    """Rows whose ``column`` is none of the known names, each with the nearest one."""
    known = [str(name) for name in names]
    is_strange = ~rows[column].isin(known).to_numpy()
    if not is_strange.any():
        return []
    nearest = {name: hint(str(name), known) for name in rows.loc[is_strange, column].unique()}
    hinted = rows[is_strange].assign(hint=[nearest[name] for name in rows.loc[is_strange, column]])
    found = f"{what}里没有“{{row.{column}}}”"
    return at_rows(hinted, [True] * len(hinted), code, found, "{row.hint}", action="请改正或先登记")


def repeated(rows: pd.DataFrame, keys: list[str], what: str) -> list[Problem]:
    """Rows that repeat an earlier row's keys."""
    found = what + "“" + " ".join(f"{{row.{key}}}" for key in keys) + "”出现不止一次"
    return at_rows(rows, rows.duplicated(keys), "duplicate", found, "只能有一行", action="请删去多余的")


def unit_problems(units: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """Units twice, or in a series the scheme does not know."""
    is_ranked = (units["monthly_series"] != "") | (units["annual_series"] != "")
    months, years = "、".join(scheme.monthly_series), "、".join(scheme.annual_series)
    monthly = is_ranked & ~units["monthly_series"].isin(scheme.monthly_series)
    annual = is_ranked & ~units["annual_series"].isin(scheme.annual_series)
    code, said = "unknown_series", "单位“{row.unit_name}”的%s序列写的是“{row.%s_series}”"
    return [
        *repeated(units, ["county", "unit"], "单位"),
        *at_rows(units, monthly, code, said % ("月考核", "monthly"), f"只有{months}"),
        *at_rows(units, annual, code, said % ("年度考核", "annual"), f"只有{years}"),
    ]


def item_problems(items: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """Faults of a month's items and weights: names, weights, totals, approval, fixed items left out.

    Weights of every (county, month, series) must add up to exactly 100; each fixed item must be listed, if with
    weight 0; every row needs the approval number of the leading group.

    Source: 凤政办函〔2023〕6号 四.
    """
    weight = items["weight"].to_numpy(dtype=np.float64)
    is_bad = ~np.isfinite(weight) | (weight < 0)
    is_fine = is_finer(np.where(is_bad, 0, weight))
    no_approval, no_department = items["approval_no"] == "", items["department"] == ""
    approval = "考核内容和权重须经领导小组批准"
    return [
        *unknown(items, "series", scheme.monthly_series, "unknown_series", "月考核序列"),
        *unknown(items, "item", list(scheme.items["item"]), "unknown_item", "考核内容"),
        *repeated(items, [*GROUP, "item"], "考核内容"),
        *at_rows(items, no_approval, "no_approval", "{row.month}“{row.item}”没有批准文号", approval, action="请补上"),
        *at_rows(items, no_department, "no_department", "{row.month}“{row.item}”没有责任部门", action="请补上"),
        *at_rows(items, is_bad, "bad_weight", "“{row.item}”的权重是 {row.weight}", "应为不小于 0 的数"),
        *at_rows(items, is_fine, "bad_weight", "“{row.item}”的权重是 {row.weight}", "最多四位小数"),
        *_total_problems(items[~is_bad] if is_bad.any() else items),
        *_fixed_problems(items, scheme),
    ]


def _total_problems(items: pd.DataFrame) -> list[Problem]:
    ids = group_ids(items, GROUP)
    total = np.bincount(ids, weights=points_e4(items["weight"])).astype(np.int64)
    if (total == HUNDRED_E4).all():
        return []
    groups = items[GROUP].iloc[np.unique(ids, return_index=True)[1]]
    written = groups.assign(total=[points_text(one, 4) for one in total])
    said = "{row.county} {row.month} 序列“{row.series}”的权重合计是 {row.total}"
    return at_rows(written, total != HUNDRED_E4, "weights_total", said, "应正好是 100", action="请核对")


def _fixed_problems(items: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """Groups that lack fixed items; their names are looked up only for those."""
    fixed = scheme.items[scheme.items["is_fixed"]]
    ids = group_ids(items, GROUP)
    is_listed = (items["item"].isin(fixed["item"]) & ~items.duplicated([*GROUP, "item"])).to_numpy()
    is_short = np.bincount(ids[is_listed], minlength=int(ids.max(initial=-1)) + 1) < len(fixed)
    if not is_short.any():
        return []
    groups = items[GROUP].iloc[np.unique(ids, return_index=True)[1]]
    listed = items["item"].groupby(ids).agg(set)
    missing = [
        "、".join(fixed.loc[~fixed["item"].isin(listed[number]), "name"]) if short else ""
        for number, short in enumerate(is_short)
    ]
    said = "{row.county} {row.month} 序列“{row.series}”没有列固定考核内容：{row.missing}"
    allowed = "固定考核内容每月都要列，不计分的权重写 0"
    return at_rows(groups.assign(missing=missing), is_short, "fixed_item_missing", said, allowed, action="请补上")


def score_problems(scores: pd.DataFrame, grid: Grid, placed: Placement, units: pd.DataFrame) -> list[Problem]:
    """Faults of the scores: unknown unit, item or status, two for one cell, a number where none may be."""
    score = scores["score"].to_numpy(dtype=np.float64)
    is_scored = (scores["status"] == SCORED).to_numpy()
    has_score = np.isfinite(score)
    cell = placed.cell[placed.cell >= 0]
    is_twice = (placed.cell >= 0) & (np.bincount(cell, minlength=len(grid.row_at) + 1)[placed.cell] > 1)
    is_off = is_scored & has_score & ((score < 0) | (score > 100))
    is_choice = scores["status"].isin(STATUSES).to_numpy()
    this, choices = "{row.month} 单位“{row.unit}”的“{row.item}”", "、".join(STATUSES)
    both = this + "有 {row.score:g} 分，又标为“{row.status}”"
    return [
        *_placement_problems(scores, grid, placed, units),
        *at_rows(scores, ~is_choice, "bad_choice", this + "状态是“{row.status}”", f"只能是{choices}"),
        *at_rows(scores, is_twice, "duplicate", this + "有两个得分", "只能有一个"),
        *at_rows(scores, is_scored & ~has_score, "no_score", this + "标为有得分，却没有数", "应填得分"),
        *at_rows(scores, ~is_scored & has_score, "score_and_mark", both, "只取一种"),
        *at_rows(scores, is_off, "out_of_range", this + "是 {row.score:g} 分", "单项百分制，应在 0 至 100 之间"),
    ]


def _placement_problems(scores: pd.DataFrame, grid: Grid, placed: Placement, units: pd.DataFrame) -> list[Problem]:
    """Scores of a unit, a month or an item that is not on the grid."""
    is_strange = placed.row < 0
    is_item = (placed.row >= 0) & (placed.item < 0)
    if not (is_strange | is_item).any():
        return []
    strange, items = scores[is_strange], scores[is_item]
    idle = strange["unit"].isin(units["unit"]) & ~strange.duplicated(["county", "month", "unit"])
    no_items = "{row.county} {row.month} 没有单位“{row.unit}”所在序列的考核内容"
    names = [str(name) for name in grid.items["item"].unique()]
    hinted = items.assign(hint=[hint(str(item), names) for item in items["item"]])
    no_item = "{row.month} 单位“{row.unit}”的序列没有考核内容“{row.item}”"
    return [
        *unknown(strange, "unit", units["unit"].unique(), "unknown_unit", "被考核单位"),
        *at_rows(strange, idle, "no_items", no_items, action="请补上权重表，或核对单位的序列"),
        *at_rows(hinted, [True] * len(hinted), "unknown_item", no_item, "{row.hint}", action="请改正，或补进权重表"),
    ]


def not_handed_in(grid: Grid, scheme: Scheme) -> pd.DataFrame:
    """Who has not handed in: one row a county, month, series and item with a cell that has no result.

    Returns:
        county, month, series, item, item_name, department (its name where the items tell it), units (how many),
        unit_names (joined by 、).
    """
    cells = grid.is_missing
    names = grid.rows["unit_name"].astype("object").to_numpy()[grid.row_at[cells]]
    listed = pd.DataFrame({"at": grid.item_at[cells], "unit_name": names})
    joined = listed.groupby("at")["unit_name"].agg(["size", "、".join])
    listed_items = grid.items.iloc[joined.index].reset_index(drop=True)
    named = listed_items["department_name" if "department_name" in listed_items else "department"]
    items = listed_items[[*GROUP, "item"]].assign(department=named)
    titles = dict(zip(scheme.items["item"], scheme.items["name"], strict=True))
    item_names = [titles.get(str(item), str(item)) for item in items["item"]]
    counts, texts = joined["size"].to_numpy(dtype=np.int64), joined["join"].to_numpy()
    columns = [*GROUP, "item", "item_name", "department", "units", "unit_names"]
    return items.assign(item_name=item_names, units=counts, unit_names=texts)[columns]


def refuse_incomplete(grid: Grid, scheme: Scheme) -> None:
    """Refuse a final ranking while a department has not handed in.

    Raises:
        ProblemsFound: one sentence per item and series, naming the department and the units.

    Source: 凤政办函〔2023〕6号 七(二).
    """
    if not grid.is_missing.any():
        return
    lacking = not_handed_in(grid, scheme)
    stop_on(
        problem(
            "not_handed_in",
            f"{row.county} {row.month} 序列“{row.series}”的“{row.item_name}”还有 {row.units} 个单位没有得分："
            f"{_some(str(row.unit_names).split('、'))}",
            f"责任部门“{row.department}”没有报来的，不得取平均分",
            "请催报，或先出草稿",
        )
        for row in lacking.itertuples()
    )


def _some(names: list[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > MOST_NAMES else ""
    return "、".join(names[:MOST_NAMES]) + more


def evaluation_problems(evaluation: pd.DataFrame, units: pd.DataFrame) -> list[Problem]:
    """Faults of the leaders' evaluation: county, year, unit, score (0 to 100)."""
    off = ~evaluation["score"].between(0, 100)
    return [
        *unknown(evaluation, "unit", units["unit"].unique(), "unknown_unit", "被考核单位"),
        *repeated(evaluation, ["county", "year", "unit"], "领导综合评定"),
        *at_rows(evaluation, off, "out_of_range", "“{row.unit}”的领导综合评定是 {row.score:g}", "应在 0 至 100 之间"),
    ]
