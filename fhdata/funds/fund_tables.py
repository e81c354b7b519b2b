"""The tables of a settlement in the office's words: its lines, shares, transfers, readings, what does not reconcile."""

from collections.abc import Sequence

import pandas as pd

from fhdata.funds.fund_terms import Terms
from fhdata.funds.reconciliation import BOTH as DIFFERS
from fhdata.funds.reconciliation import CATEGORY_NAMES, ONLY_CLAIMS, ONLY_PLATFORM
from fhdata.funds.waterfall import INSTITUTION
from fhdata.problems import Problem
from fhdata.rules.fund import LINE
from fhdata.rules.rulebook import READING, Rule

ALL_NAME = "合计"
KIND_NAMES = {
    "hospital": "县级医院", "clinic": "乡镇卫生院等", "private": "民营医疗机构", "pharmacy": "药店",
    "outside": "县外机构",
}  # fmt: skip
LEVEL_NAMES = {"county": "县级", "township": "乡镇级", "": "—"}
STATE_NAMES = {DIFFERS: "两边都有，数不同", ONLY_CLAIMS: "只有结算明细", ONLY_PLATFORM: "只有平台合计"}
UNVERIFIED, PROVISIONAL, BOTH = "待核实", "暂定", "待核实、暂定"
SCORE_UNITS = 10_000
SHARING_LINES, PENALTY_LINE = (f"{LINE}surplus", f"{LINE}members"), f"{LINE}penalties"
MOST_TOLD = 5


def marked(lines: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The lines of a settlement with what stands against relying on them: 待核实 (unverified), 暂定 (preliminary).

    Args:
        lines: ``waterfall.LINE_COLUMNS``.
        terms: the terms they were settled by.

    Returns:
        The same with mark, shown (the label, of a part the institution's name), sign, readings_text (each reading's
        title and what it means) and source (the step; "" for parts, whose figures come from the claims).
    """
    pairs = list(zip(lines["is_unverified"], lines["is_provisional"], strict=True))
    words = {(True, True): BOTH, (True, False): UNVERIFIED, (False, True): PROVISIONAL, (False, False): ""}
    is_part = lines["kind"] == "part"
    return lines.assign(
        mark=[words[bool(unverified), bool(provisional)] for unverified, provisional in pairs],
        shown=lines["label"].where(~is_part, "　其中：" + lines["name"]),
        source=lines["step"].where(lines["kind"].isin(["start", "change"]) & (lines["inputs"] != ""), ""),
        readings_text=[_meanings(str(text), terms) for text in lines["readings"]],
        sign=lines["kind"].map({"start": "", "change": "", "total": "＝", "part": "", "memo": "（另列）"}),
    )


def _meanings(readings: str, terms: Terms) -> str:
    """``key=value；…`` in words: 药店按什么计：总费用；…"""
    rules = [terms.rules[READING + one.partition("=")[0]] for one in readings.split("；") if one]
    return "；".join(f"{rule.title}：{meaning(rule)}" for rule in rules)


def meaning(rule: Rule) -> str:
    """What the reading in use says."""
    return next((one.meaning for one in rule.alternatives if one.value == rule.value), str(rule.value))


def chart_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of a waterfall chart: label, kind, amount_fen; institutions are left to the tables, empty lines out.

    Args:
        lines: ``waterfall.LINE_COLUMNS``.
    """
    is_shown = lines["kind"].isin(["start", "change", "total"]) & (lines["step"] != "closing")
    is_shown &= (lines["amount_fen"] != 0) | (lines["kind"] == "total")
    return lines.loc[is_shown, ["step", "label", "kind", "amount_fen"]].reset_index(drop=True)


def without_parts(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that move or state the balance."""
    return lines[lines["kind"] != "part"].reset_index(drop=True)


def only_parts(lines: pd.DataFrame) -> pd.DataFrame:
    """What the lines hold of every institution: institution, name, label, amount_fen, article, mark."""
    parts = lines[lines["kind"] == "part"]
    return parts[["institution", "name", "label", "amount_fen", "article", "mark"]].reset_index(drop=True)


def named_transfers(transfers: pd.DataFrame) -> pd.DataFrame:
    """拨付表 with words for kinds and levels and a last row that adds up.

    Args:
        transfers: ``waterfall.TRANSFER_COLUMNS``.
    """
    sums = {name: [int(transfers[name].sum())] for name in transfers.columns if name.endswith("_fen")}
    total = pd.DataFrame({"institution": [""], "name": [ALL_NAME], "kind": [""], "level": [""]} | sums)
    both = pd.concat([transfers.drop(columns="is_member"), total], ignore_index=True)
    return both.assign(
        kind_name=both["kind"].map(KIND_NAMES).fillna(""), level_name=both["level"].map(LEVEL_NAMES).fillna("—")
    ).astype(dict.fromkeys(sums, "int64"))


def confirmation_lines(transfers: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """What each institution is to confirm, line by line.

    Grain: one row an institution and line.

    Args:
        transfers: ``waterfall.TRANSFER_COLUMNS``.
        terms: for the articles.

    Returns:
        institution, item, amount_fen, basis.
    """
    shared = "、".join(dict.fromkeys(terms.rules[key].citation for key in SHARING_LINES))
    told = [
        ("controlled_fen", "管控范围内结算（基本医保统筹基金支付）", "结算明细"),
        ("psychiatric_fen", "精神病结算", "结算明细"),
        ("penalty_fen", "违规扣减", terms.rules[PENALTY_LINE].citation),
        ("share_fen", "结余分得（＋）或超支承担（－）", shared),
        ("due_fen", "应拨合计", "以上各项相加"),
        ("declared_fen", "已申报预付", "预付申报表"),
        ("prepaid_fen", "已预付", "预付申报表"),
        ("withheld_fen", "已申报未预付（质量保证金等）", "已申报预付－已预付"),
        ("balance_fen", "尚应拨付（－为应退回）", "应拨合计－已预付"),
    ]
    rows = [
        (row["institution"], item, int(row[name]), basis)
        for row in transfers.to_dict("records")
        for name, item, basis in told
    ]
    return pd.DataFrame(rows, columns=["institution", "item", "amount_fen", "basis"]).astype({"amount_fen": "int64"})


def named_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """The shares with words for levels and scores in points.

    Args:
        shares: ``waterfall.SHARE_COLUMNS``.
    """
    return shares.assign(
        level_name=shares["level"].map(LEVEL_NAMES),
        points=shares["score"] / SCORE_UNITS,
        passing=shares["is_passing"].map({True: "", False: "不合格"}),
    )


def named_unmatched(unmatched: pd.DataFrame, institutions: pd.DataFrame) -> pd.DataFrame:
    """The rows that do not reconcile, with names and whether each is within tolerance."""
    names = dict(zip(institutions["institution"], institutions["name"], strict=True))
    return unmatched.assign(
        name=unmatched["institution"].map(names).fillna("（不在名册）"),
        category_name=unmatched["category"].map(CATEGORY_NAMES),
        state_name=unmatched["state"].map(STATE_NAMES),
        verdict=unmatched["is_within"].map({True: "容差以内", False: "超出容差"}),
        light=unmatched["is_within"].map({True: "green", False: "red"}),
    )


def single_readings(changes: pd.DataFrame) -> pd.DataFrame:
    """What each other reading changes for the fund, the reserve, the county budget and the levels, largest first.

    Args:
        changes: ``fund_readings.ALTERNATIVE_COLUMNS``.
    """
    return changes[~changes["is_pair"] & (changes["kind"] != INSTITUTION)].reset_index(drop=True)


def paired_readings(changes: pd.DataFrame) -> pd.DataFrame:
    """The pairs of readings that cannot be judged apart, each with the party for whom that matters most.

    Args:
        changes: ``fund_readings.ALTERNATIVE_COLUMNS``.
    """
    pairs = changes[changes["is_pair"] & (changes["kind"] != INSTITUTION)]
    order = pairs.assign(size=pairs["beyond_fen"].abs()).sort_values("size", ascending=False, kind="stable")
    return order.drop_duplicates(["reading", "alternative"]).reset_index(drop=True)


def largest_changes(changes: pd.DataFrame, count: int) -> pd.DataFrame:
    """The largest gains and losses of any party under one other reading: label and amount_fen, for a chart."""
    single = changes[~changes["is_pair"] & (changes["kind"] != INSTITUTION) & (changes["change_fen"] != 0)]
    order = single.assign(size=single["change_fen"].abs()).sort_values("size", ascending=False, kind="stable")
    top = order.head(count).reset_index(drop=True)
    return top.assign(
        label=top["title"] + "：" + top["meaning"] + "（" + top["name"] + "）", amount_fen=top["change_fen"]
    )


def named_scenarios(grid: pd.DataFrame, income_item: str) -> pd.DataFrame:
    """The scenarios with the income's changes under a name of their own.

    Args:
        grid: as ``scenarios.grid`` gives it, with the levers ``income_item`` and ``costs``.
        income_item: the income that B rests on.
    """
    return grid.rename(columns={income_item: "income"})


def refusal_lines(refusals: Sequence[Problem]) -> tuple[str, ...]:
    """Why a settlement is not final, a sentence each; many are counted."""
    lines = [one.sentence for one in refusals[:MOST_TOLD]]
    more = len(refusals) - len(lines)
    return (*lines, f"另有同类 {more} 条。") if more > 0 else tuple(lines)


def published_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines as published: one key a row, the article it rests on, and the cells and readings behind it.

    Args:
        lines: see ``marked``.
    """
    key = lines["step"].where(lines["institution"] == "", lines["step"] + "." + lines["institution"])
    inputs = ("单元格：" + lines["inputs"]).where(lines["inputs"] != "", "")
    kept = ["kind", "institution", "name", "amount_fen", "balance_fen", "formula", "mark", "readings"]
    told = {"code": key, "title": lines["label"], "rule_source": lines["article"], "reading_note": inputs}
    return lines[kept].assign(**told)[["code", "title", *kept, "rule_source", "reading_note"]]


def published_transfers(transfers: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The transfer list as published, with the articles it rests on."""
    articles = [terms.rules[key].citation for key in (*SHARING_LINES, PENALTY_LINE)]
    return transfers.assign(rule_source="；".join(dict.fromkeys(articles)))


def published_readings(changes: pd.DataFrame) -> pd.DataFrame:
    """What other readings change as published: one key a row, with the article each is about."""
    key = changes["reading"] + "=" + changes["alternative"] + "." + changes["party"]
    return changes.assign(code=key, rule_source=changes["source"])
