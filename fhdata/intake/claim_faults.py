"""What is wrong with settlement records, one sentence a file and kind, with how many and the first few of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from fhdata.intake.claim_files import RECORD, schema
from fhdata.intake.identifiers import personal_kind
from fhdata.money import money_text
from fhdata.problems import Problem, problem

MOST_NAMED = 5


@dataclass(frozen=True)
class _Saying:
    found: str
    allowed: str
    action: str


_SAYINGS = {
    "no_id": _Saying("没有结算编号", "每条须有编号", "请补齐后重新导出"),
    "bad_flag": _Saying("有效标志或退费标志不是 0、1", "", "请核对后重新导出"),
    "wrong_insurance": _Saying("险种不是城乡居民基本医疗保险", "只收居民医保的结算", "请剔除后重新导出"),
    "insured_elsewhere": _Saying("不是本县参保", "只收本县参保人员的结算", "请剔除后重新导出"),
    "no_person": _Saying("没有人员编号", "每条须能认出是谁，才能数人", "请补齐后重新导出"),
    "bad_day": _Saying("日期读不出来", "应写成 2023-01-05", "请改正后重新导出"),
    "outside_year": _Saying("结算日期不在应收的月份内", "本年文件只收本年已到月份的结算", "请移到相应年月的文件夹"),
    "unknown_code": _Saying("医疗类别不认识", "类别代码列在 claims.toml", "请改正，或在 claims.toml 里补登"),
    "unknown_institution": _Saying("医疗机构不在名册里", "", "请在名册里补登，或更正机构编号"),
    "not_listed_then": _Saying("医疗机构在结算当月不在名册有效期内", "", "请核对名册的起止月份"),
    "dip_elsewhere": _Saying("按病种分值结算，而机构不是 DIP 机构", "", "请核对名册或清算方式"),
    "bad_amount": _Saying("金额读不出来", "应为以元为单位的数，不带逗号和文字", "请改正后重新导出"),
    "finer_than_fen": _Saying("金额比分还细", "最细到分", "请改正后重新导出"),
    "negative_amount": _Saying("金额为负而不是退费，或退费记录里正负不一致", "只有退费记录可以全为负", "请核对"),
    "unbalanced": _Saying("合计与各项之和不平", "相差不超过 0.01 元", "请核对后重新导出"),
    "duplicate_id": _Saying("结算编号重复", "一个编号只能有一条", "请删去重复的记录"),
    "lone_refund": _Saying(
        "退费没有成对",
        "须有金额完全相反的一正一负两条",
        "请补齐另一条；确属单边退费（如上年结算、本年退费）的，在 corrections.toml 里写明 accept 和原因",
    ),
}
CODES = tuple(_SAYINGS)
_SIDES = {"positive": "缺负数记录", "negative": "缺正数记录"}


def fault_problems(counts: pd.DataFrame, files: Mapping[int, str]) -> list[Problem]:
    """Say every fault.

    Args:
        counts: code, file (number), records, setl_id, detail: how many records a file and code, and the first few.
        files: the files' names by number.

    Returns:
        One problem a file and code; the record is the first one's number.
    """
    found = []
    for (number, code), rows in counts.groupby(["file", "code"], sort=True):
        saying = _SAYINGS[str(code)]
        named = [_shown(str(row.setl_id), _detail(str(code), str(row.detail))) for row in rows.itertuples()]
        total = int(rows["records"].iloc[0])
        listed = "、".join(one for one in named if one) + ("等" if total > len(rows) else "")
        said = f"有 {total} 条记录{saying.found}" + (f"：{listed}" if listed else "")
        first = masked(str(rows["setl_id"].iloc[0]))
        cell = f"{RECORD}{first}" if first else ""
        found.append(problem(str(code), said, saying.allowed, saying.action, file=files[int(str(number))], cell=cell))
    return found


def _shown(setl_id: str, detail: str) -> str:
    return masked(setl_id) + (f"（{detail}）" if detail else "")


def masked(text: str) -> str:
    """A settlement's number as it is; one that is a person's own number is not repeated."""
    return "（疑为身份证号，不显示）" if personal_kind(text, is_data=True) == "身份证号" else text[:40]


def _detail(code: str, detail: str) -> str:
    if code in ("bad_amount", "finer_than_fen"):
        return "，".join(_amount(one) for one in detail.split(";") if one)
    if code == "unbalanced":
        return "，".join(_difference(one) for one in detail.split(";") if one)
    if code == "negative_amount":
        return f"医疗费总额 {money_text(int(detail))} 元"
    if code == "lone_refund":
        return _SIDES[detail]
    return masked(detail) or "空白" if code not in ("no_id", "no_person", "duplicate_id") else ""


def _amount(told: str) -> str:
    """``hifp=1.005`` as 列名 “1.005”."""
    name, _, text = told.partition("=")
    column = {**schema()["amounts"], **schema()["optional_amounts"]}[name]
    return f"{column} 为空白" if not text else f"{column} 不是数" if text == "?" else f"{column} 为“{text}”"


def _difference(told: str) -> str:
    name, _, fen = told.partition("=")
    return f"{schema()['amounts'][name]} 相差 {money_text(int(fen))} 元"
