"""What the settlement of DIP points takes, and what can be wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.engines import Engine, sql_file
from fhdata.money import money_text
from fhdata.problems import Problem, problem

CASE_COLUMNS = ("case_id", "institution", "group_code", "cost_fen", "patient_fen", "auxiliary_e4", "ruling")
GROUP_COLUMNS = ("group_code", "group_name", "is_basic", "points")
HOSPITAL_COLUMNS = ("institution", "name", "level", "coefficient_e4", "assessment_e4", "audit_fen", "prepaid_fen")
MEAN_COLUMNS = ("level", "group_code", "cases", "cost_fen")
E4 = 10_000
SHOWN = 5  # cases named of each kind of fault; the sentence says how many there are
_FAULTS = Path(__file__).with_name("dip_case_faults.sql")
_SAID = {
    "negative_cost": ("费用为负", "不得为负", "请核对病例"),
    "negative_patient": ("个人负担为负，或大于费用", "应在 0 和费用之间", "请核对病例"),
    "bad_auxiliary": ("辅助系数不是正数", "应为正数", "请核对病例"),
    "bad_ruling": ("评议结论读不懂", "应为 0 到 100 之间的小数，是病组分值的倍数", "请改正"),
    "paid_twice": ("出现不止一次", "一个病例只能结算一次", "请删去重复的"),
    "unknown_group": ("的病组不在目录里", "应为目录里的病组", "请核对病组编码，或补目录"),
    "unknown_institution": ("的医疗机构没有系数", "名册里应有它的机构系数和考核系数", "请补名册"),
}


@dataclass(frozen=True)
class DipInputs:
    """One year's DIP points, apart from the cases, which lie in an engine's view (CASE_COLUMNS).

    Attributes:
        fund_fen: what the fund has for DIP in the year.
        groups: GROUP_COLUMNS; one row a disease group; points is a Fraction.
        hospitals: HOSPITAL_COLUMNS; one row a hospital; coefficients are whole numbers of 0.0001, money int64 fen.
        means: MEAN_COLUMNS; last year's cases and cost by level and group, int64.
        budget_value_fen: fen a point, for the reading of the standard that needs it; None where nobody knows it.
    """

    fund_fen: int
    groups: pd.DataFrame
    hospitals: pd.DataFrame
    means: pd.DataFrame
    budget_value_fen: Fraction | None = None


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, each with its columns as attributes."""
    return frame.itertuples(index=False)


def case_problems(engine: Engine, view: str, inputs: DipInputs) -> list[Problem]:
    """Everything wrong with the cases themselves: a sentence a case, five of a kind, and how many there are.

    Args:
        engine: holds the view of the cases.
        view: its name.
        inputs: the directory of groups and the hospitals.
    """
    engine.register_frame("dip_known_groups", inputs.groups[["group_code"]])
    engine.register_frame("dip_known_hospitals", inputs.hospitals[["institution"]])
    found = engine.frame(sql_file(_FAULTS, cases=view, shown=str(SHOWN)))
    problems = []
    for row in rows_of(found):
        said, allowed, action = _SAID[str(row.fault)]
        more = f"（同类共 {row.of_kind} 例）" if row.of_kind > 1 else ""
        problems.append(
            problem(str(row.fault), f"病例“{row.case_id}”{said}：“{row.said}”{more}", allowed, action, file=view)
        )
    return problems


def table_problems(inputs: DipInputs) -> list[Problem]:
    """Everything wrong with the directory, the hospitals, the means and the fund."""
    found = []
    if inputs.fund_fen <= 0:
        said = f"可用于 DIP 的基金为 {money_text(inputs.fund_fen)} 元"
        found.append(problem("no_fund", said, "应大于零", "请核对基金预算"))
    found += _repeated(inputs.groups, ["group_code"], "病组")
    found += _repeated(inputs.hospitals, ["institution"], "医疗机构")
    found += _repeated(inputs.means, ["level", "group_code"], "上年次均费用")
    found += [
        problem("bad_points", f"病组“{row.group_code}”的分值为 {row.points}", "应大于零", "请改正")
        for row in rows_of(inputs.groups)
        if row.points <= 0
    ]
    for column, label in (("coefficient_e4", "机构系数"), ("assessment_e4", "考核系数")):
        found += [
            problem(
                "bad_coefficient", f"“{row.institution}”的{label}为 {getattr(row, column) / E4}", "应大于零", "请改正"
            )
            for row in rows_of(inputs.hospitals[inputs.hospitals[column] <= 0])
        ]
    for column, label in (("audit_fen", "稽核扣款"), ("prepaid_fen", "已预付")):
        found += [
            problem("negative_amount", f"“{row.institution}”的{label}为负", "不得为负", "请改正")
            for row in rows_of(inputs.hospitals[inputs.hospitals[column] < 0])
        ]
    return found


def _repeated(frame: pd.DataFrame, keys: list[str], label: str) -> list[Problem]:
    return [
        problem("duplicate", f"{label}“{' '.join(map(str, row))}”写了不止一次", "只能有一行", "请删去重复的")
        for row in frame.loc[frame.duplicated(keys), keys].drop_duplicates().itertuples(index=False, name=None)
    ]
