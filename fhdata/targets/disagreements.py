"""Rules by which two statements of the documents are found to disagree; each gives rows of ``contradictions``."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from fhdata.quantities import conversion_factor, is_convertible
from fhdata.rounding import exact
from fhdata.targets.numbers import difference
from fhdata.targets.sentences import amount

OTHER_VALUE, OTHER_MEASURE, PART_ABOVE_WHOLE = "数值不一", "口径不一", "部分大于整体"
OTHER_UNIT, OTHER_LEAD, OTHER_NAME = "单位不一", "牵头不一", "名称不一"
UNCLEAR_SUBJECT, IMPLIED_BASE, BASE_MISSED, STOCK_AND_FLOW = (
    "增长对象不明",
    "隐含基数",
    "隐含基数不符",
    "存量与增量并列",
)
# These leave open what is asked for, so a target's state cannot be told; the others are only shown.
BLOCKING = (OTHER_VALUE, OTHER_MEASURE, PART_ABOVE_WHOLE, OTHER_UNIT, UNCLEAR_SUBJECT, BASE_MISSED)
LIST_MARK, SUM_MARK = ";", "+"
# Words by which the documents say what an amount is; 达, 总量 … speak of a total only where no increase is spoken of.
INCREASES = (("净增", "净增"), ("新增", "新增|新建"), ("增量", "增量"), ("入库", "入库"))
TOTAL = re.compile("达|总量|累计|稳定在")
_EXTRA = re.compile(r"[（(][^）)]*[）)]|新增|净增|新建|建成|累计|总量|总数|增长|增速|同比|数$")


def statements(targets: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Every place where one target's number is said: the register's own and each mention of a single target.

    Returns:
        ``code``, ``subject`` (number of the group of targets about one thing), ``form`` (growth, or an amount's or
        rate's kind of figure), ``text`` (wording that tells the measure), ``value``, ``unit``, ``place``.
    """
    columns = ["code", "document", "section", "value", "unit"]
    own = targets[columns].assign(text=targets["title"] + targets["quote"])
    single = mentions.loc[~mentions["code"].str.contains(SUM_MARK, regex=False)]
    again = single[columns].assign(text=single["wording"] + single["quote"])
    said = pd.concat([own, again], ignore_index=True)
    by_code = targets.set_index("code")
    form = np.where(by_code["kind"] == "growth_rate", "growth", np.where(by_code["kind"] == "rate", "rate", "amount"))
    groups = pd.Series(_groups(targets), index=by_code.index)
    return said.assign(
        subject=said["code"].map(groups),
        form=said["code"].map(pd.Series(form, index=by_code.index)),
        place=said["document"] + " " + said["section"],
    ).dropna(subset=["value", "subject"])


def _groups(targets: pd.DataFrame) -> list[str]:
    """The first code of the group each target belongs to: linked by indicator and form, or by ``same_as``."""
    leader = {str(code): str(code) for code in targets["code"]}
    links = [
        (str(code), other) for code, others in zip(targets["code"], targets["same_as"].fillna(""), strict=True)
        for other in str(others).split(LIST_MARK) if other in leader
    ]  # fmt: skip
    alike = targets["kind"].where(targets["kind"].isin(("growth_rate", "rate")), targets["flow_or_stock"].fillna(""))
    for _, codes in targets["code"].groupby([targets["indicator"], alike]):
        links += [(str(codes.iloc[0]), str(code)) for code in codes.iloc[1:]]
    for left, right in links:
        kept, dropped = leader[left], leader[right]
        leader = {code: kept if head == dropped else head for code, head in leader.items()}
    return [leader[str(code)] for code in targets["code"]]


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _row(kind: str, codes: Iterable[str], explanation: str, citations: Iterable[str]) -> dict[str, object]:
    joined = LIST_MARK.join(dict.fromkeys(codes))
    return {
        "id": f"{kind}:{joined}",
        "type": kind,
        "codes": joined,
        "explanation": explanation,
        "citations": "；".join(dict.fromkeys(citations)),
        "is_blocking": kind in BLOCKING,
    }


def _title(targets: pd.DataFrame, code: str) -> str:
    return str(targets.loc[targets["code"] == code, "title"].iloc[0])


def _in_unit(value: float, unit: str, wanted: str) -> float:
    return value * float(conversion_factor(unit, wanted)) if is_convertible(unit, wanted) else float("nan")


def other_values(said: pd.DataFrame, targets: pd.DataFrame) -> list[dict[str, object]]:
    """One thing, said with different numbers of the same form."""
    found = []
    for _, group in said.groupby(["subject", "form"], sort=False):
        unit = str(group["unit"].iloc[0])
        values = [_in_unit(v, str(u), unit) for v, u in zip(group["value"], group["unit"], strict=True)]
        printed = [None if np.isnan(value) else exact(value) for value in values]
        is_sized = targets.loc[targets["code"].isin(group["code"]), "flow_or_stock"].nunique() <= 1
        if is_sized and len({value for value in printed if value is not None}) > 1:
            texts = [f"{row.place}为{amount(row.value, str(row.unit))}" for row in _rows(group)]
            name = _title(targets, str(group["code"].iloc[0]))
            found.append(_row(OTHER_VALUE, group["code"], f"{name}：{'，'.join(dict.fromkeys(texts))}", group["place"]))
    return found


def other_sums(targets: pd.DataFrame, mentions: pd.DataFrame) -> list[dict[str, object]]:
    """Parts that a mention adds up to one number, against the whole they belong to, and against that number itself."""
    found = []
    by_code = targets.set_index("code")
    for row in _rows(mentions.loc[mentions["code"].str.contains(SUM_MARK, regex=False)]):
        parts = by_code.loc[str(row.code).split(SUM_MARK)]
        total = float(parts["value"].sum())
        said = amount(float(row.value), str(row.unit))
        where = f"{row.document} {row.section}"
        if difference(total, row.value) != 0:
            text = f"{where}合计{said}，各项相加为{amount(total, str(row.unit))}"
            found.append(_row(OTHER_VALUE, parts.index, text, [where]))
        for whole in [code for code in parts["parent"].unique() if code in by_code.index]:
            head = by_code.loc[whole]
            if parts["parent"].nunique() == 1 and difference(float(head["value"]), row.value) != 0:
                place = f"{head['document']} {head['section']}"
                asked = amount(float(head["value"]), str(head["unit"]))
                text = f"{head['title']}：{place}为{asked}，{where}合计为{said}"
                found.append(_row(OTHER_VALUE, [whole, *parts.index], text, [place, where]))
    return found


def measures_in(text: str) -> frozenset[str]:
    """What a wording says an amount is: 净增, 新增, 增量, 入库, or 总量 where no increase is spoken of."""
    kinds = {name for name, words in INCREASES if re.search(words, text)}
    return frozenset(kinds or ({"总量"} if TOTAL.search(text) else set()))


def other_measures(said: pd.DataFrame, targets: pd.DataFrame) -> list[dict[str, object]]:
    """One number read as a total, an increase or a net increase; and a total beside an increase of the same thing."""
    found = []
    for _, group in said.loc[said["form"] == "amount"].groupby("subject", sort=False):
        kinds = [measures_in(text) for text in group["text"]]
        named = frozenset().union(*kinds)
        is_same = group["value"].nunique() == 1 and group["unit"].nunique() == 1
        if len(named) > 1 and is_same:
            texts = [f"{p}作{'、'.join(sorted(k))}" for p, k in zip(group["place"], kinds, strict=True) if k]
            name = subject_of(_title(targets, str(group["code"].iloc[0])))
            number = amount(float(group["value"].iloc[0]), str(group["unit"].iloc[0]))
            text = f"{name}{number}：{'，'.join(dict.fromkeys(texts))}"
            found.append(_row(OTHER_MEASURE, group["code"], text, group["place"]))
    amounts = targets.loc[targets["kind"].isin(("level", "increment"))]
    for subject, rows in amounts.groupby(amounts["title"].map(subject_of), sort=False):
        stock, flow = rows.loc[rows["flow_or_stock"] == "stock"], rows.loc[rows["flow_or_stock"] == "flow"]
        if len(stock) and len(flow) and not set(stock["value"]) & set(flow["value"]):
            texts = [f"{row.title}{amount(row.value, str(row.unit))}" for row in _rows(rows)]
            places = rows["document"] + " " + rows["section"]
            found.append(_row(STOCK_AND_FLOW, rows["code"], f"{subject}既有总量又有增量：{'，'.join(texts)}", places))
    return found


def subject_of(title: str) -> str:
    """What a title is about, without the words for increase, total or growth: 新建高标准农田 → 高标准农田."""
    return _EXTRA.sub("", title)


def parts_above_whole(targets: pd.DataFrame) -> list[dict[str, object]]:
    """Parts that together ask for more than the whole they belong to."""
    found = []
    by_code = targets.set_index("code")
    parts = targets.loc[targets["parent"].fillna("").isin(by_code.index)]
    for parent, group in parts.groupby("parent", sort=False):
        whole = by_code.loc[str(parent)].to_dict()
        unit = str(whole["unit"])
        total = sum(_in_unit(value, str(one), unit) for value, one in zip(group["value"], group["unit"], strict=True))
        if difference(total, whole["value"]) > 0:
            names = "、".join(f"{row.title}{amount(row.value, str(row.unit))}" for row in _rows(group))
            text = f"{names}，大于所属的{whole['title']}{amount(float(whole['value']), unit)}"
            places = [f"{whole['document']} {whole['section']}", *(group["document"] + " " + group["section"])]
            found.append(_row(PART_ABOVE_WHOLE, [str(parent), *group["code"]], text, places))
    return found


def other_units(said: pd.DataFrame, targets: pd.DataFrame, indicators: pd.DataFrame) -> list[dict[str, object]]:
    """One number with two units (0.9% and 0.9‰), between statements or against the registry's own unit."""
    found = []
    for _, group in said.groupby(["subject", "form", "value"], sort=False):
        if group["unit"].nunique() > 1:
            texts = [f"{row.place}为{amount(row.value, str(row.unit))}" for row in _rows(group)]
            found.append(_row(OTHER_UNIT, group["code"], "，".join(dict.fromkeys(texts)), group["place"]))
    native = targets["indicator"].map(indicators.set_index("indicator")["unit"])
    ratios = ("%", "‰")
    other = targets["kind"].isin(("rate", "ceiling", "level")) & (native != targets["unit"])
    for row, unit in zip(_rows(targets.loc[other]), native.loc[other], strict=True):
        if row.unit in ratios and unit in ratios:
            place = f"{row.document} {row.section}"
            text = f"{row.title}：{place}为{amount(row.value, str(row.unit))}，该指标惯用单位是{unit}"
            found.append(_row(OTHER_UNIT, [str(row.code)], text, [place]))
    return found


def _linked(targets: pd.DataFrame, mentions: pd.DataFrame) -> list[pd.DataFrame]:
    """Targets about one thing: each group of ``statements``, and the parts of a stated sum with their whole."""
    heads = pd.Series(_groups(targets), index=targets.index)
    groups = [rows for _, rows in targets.groupby(heads, sort=False) if len(rows) > 1]
    for code in mentions.loc[mentions["code"].str.contains(SUM_MARK, regex=False), "code"]:
        parts = targets.loc[targets["code"].isin(str(code).split(SUM_MARK))]
        groups.append(targets.loc[targets["code"].isin({*parts["code"], *parts["parent"]})])
    return groups


def other_leads(targets: pd.DataFrame, mentions: pd.DataFrame) -> list[dict[str, object]]:
    """One thing led by different units in different lists."""
    found = []
    for rows in _linked(targets, mentions):
        if rows["lead_units"].nunique() > 1:
            texts = [f"{row.title}由{row.lead_units}牵头" for row in _rows(rows)]
            places = rows["document"] + " " + rows["section"]
            found.append(_row(OTHER_LEAD, rows["code"], "，".join(dict.fromkeys(texts)), places))
    return found


def other_names(targets: pd.DataFrame, names: pd.DataFrame | None = None) -> list[dict[str, object]]:
    """One thing under several names, where the register says it is one (``same_as``): its titles and lists' names."""
    found = []
    heads = pd.Series(_groups(targets), index=targets.index)
    columns = ["code", "name", "document", "section"]
    own = targets.rename(columns={"title": "name"})[columns]
    called = own if names is None else pd.concat([own, names[columns]], ignore_index=True)
    for _, rows in targets.loc[targets["same_as"].fillna("") != ""].groupby(heads, sort=False):
        said = called.loc[called["code"].isin(rows["code"])]
        once = said.loc[~said["name"].map(subject_of).duplicated()]
        if len(once) > 1:
            texts = [f"{row.document} {row.section}称“{row.name}”" for row in _named(once)]
            places = once["document"] + " " + once["section"]
            found.append(_row(OTHER_NAME, rows["code"], "同一事项：" + "，".join(texts), places))
    return found


def _named(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def unclear_subjects(targets: pd.DataFrame) -> list[dict[str, object]]:
    """A growth said after several amounts in one sentence, with fewer growths than amounts: growth of what?"""
    found = []
    amounts = targets.loc[targets["kind"].isin(("level", "increment")) & targets["value"].notna()]
    for row in _rows(targets.loc[targets["kind"] == "growth_rate"]):
        quote = re.sub(r"\s", "", str(row.quote))
        beside = amounts.loc[amounts["section"] == row.section]
        named = [
            one for one in _rows(beside)
            if re.search(rf"(?<![\d.]){re.escape(amount(one.value, str(one.unit)).replace(',', ''))}", quote)
        ]  # fmt: skip
        growths = len(re.findall(r"\d%", quote))
        if len(named) > 1 and growths < len(named):
            place = f"{row.document} {row.section}"
            text = f"“{quote}”：增长{amount(row.value, '%')}说的是{'还是'.join(str(one.title) for one in named)}，不明"
            found.append(_row(UNCLEAR_SUBJECT, [str(row.code)], text, [place]))
    return found


def implied_bases(
    targets: pd.DataFrame, indicators: pd.DataFrame, bases: pd.DataFrame | None, tolerance_ratio: float
) -> list[dict[str, object]]:
    """Last year's figure that two targets of one indicator imply: T ÷ (1 + g), or a total less its net increase."""
    found = []
    published = {} if bases is None else bases.set_index("indicator").to_dict("index")
    native = indicators.set_index("indicator")["unit"]
    levels = targets.loc[(targets["kind"] == "level") & targets["value"].notna()]
    others = targets.loc[targets["kind"].isin(("growth_rate", "increment")) & targets["value"].notna()]
    pairs = levels.merge(others, on="indicator", suffixes=("", "_other"))
    for row in pairs.to_dict("records"):
        unit, by_growth = str(row["unit"]), row["kind_other"] == "growth_rate"
        if not by_growth and row["flow_or_stock"] != "stock":
            continue
        step = row["value_other"] if by_growth else _in_unit(row["value_other"], str(row["unit_other"]), unit)
        base = row["value"] / (1 + step / 100) if by_growth else row["value"] - step
        both = amount(row["value"], unit), amount(row["value_other"], row["unit_other"])
        text = f"{row['title']}{both[0]}、{row['title_other']}{both[1]}"
        text += f"，隐含上年基数{amount(base, unit)}"
        known = published.get(row["indicator"])
        kind = IMPLIED_BASE
        if known is None:
            text += "，公布的上年数尚无"
        else:
            actual = _in_unit(known["value"], str(native[row["indicator"]]), unit)
            text += f"，公布的上年数为{amount(actual, unit)}（{known['source']}）"
            kind = BASE_MISSED if abs(base - actual) > tolerance_ratio * abs(actual) else IMPLIED_BASE
        places = [f"{row['document']} {row['section']}", f"{row['document_other']} {row['section_other']}"]
        found.append(_row(kind, [row["code"], row["code_other"]], text, places))
    return found
