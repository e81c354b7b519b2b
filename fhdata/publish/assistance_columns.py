"""How the tables of the assistance report are printed."""

from collections.abc import Iterable

from fhdata.publish.tables import Column

TOWNSHIP = Column("township", "乡镇", width=12)
CATEGORY = Column("title", "类别", width=26)
MONTH = Column("month", "月份", align="center", width=13)
WIDE, NARROW = 14, 12


def yuan(name: str, label: str, width: int = WIDE) -> Column:
    """A column of money in 元, to the fen."""
    return Column(f"{name}_yuan", label, "number", 2, width=width)


def count(name: str, label: str, width: int = 10) -> Column:
    """A column of persons or households."""
    return Column(name, label, "number", 0, width=width)


PERSON_MONTHS = count("persons", "人月数（人·月）", 11)
METHODS = (
    yuan("increase_by_headcount", "增支：按人数"),
    yuan("increase_by_household", "增支：按户补差"),
    yuan("increase_spread", "增支相差"),
    yuan("need_by_headcount", "需要：按人数"),
    yuan("need_by_household", "需要：按户补差"),
    yuan("need_by_mean", "需要：按上年人均"),
    yuan("need_spread", "需要相差"),
)
BY_CATEGORY = (CATEGORY, PERSON_MONTHS, *METHODS)
BY_TOWNSHIP = (TOWNSHIP, CATEGORY, PERSON_MONTHS, *METHODS)
BY_MONTH = (MONTH, Column("state", "发放", width=16), PERSON_MONTHS, *METHODS)
EVERY_ROW = (
    TOWNSHIP, CATEGORY, MONTH, Column("basis", "人数", width=18), count("persons", "人数（人）", 8),
    yuan("delta", "提高", 10), *METHODS,
    count("newly_eligible_households", "新纳入户", 8), count("newly_eligible_persons", "新纳入人", 8),
    yuan("newly_eligible", "新纳入补差", NARROW), Column("where", "人数出处", width=48),
)  # fmt: skip
HOUSEHOLDS = (
    CATEGORY, yuan("paid_before", "按旧标准全年"), yuan("need_by_household", "按新标准全年"),
    yuan("increase_by_household", "增支"), count("newly_eligible_persons", "其中新纳入（人·月）", 12),
    yuan("newly_eligible", "其中新纳入"),
)  # fmt: skip
ELIGIBLE = (
    TOWNSHIP, CATEGORY, count("newly_eligible_households", "新纳入户数"),
    count("newly_eligible_persons", "新纳入人数"), yuan("newly_eligible", "每月补差"),
)  # fmt: skip
CLASSIFIED = (
    CATEGORY, Column("group", "施保对象", width=20), count("persons", "人数"), yuan("classified", "每月"),
    yuan("year", "全年"),
)  # fmt: skip
ARREARS = (
    CATEGORY,
    yuan("arrears_headcount", "须补发：按人数"), yuan("arrears_household", "须补发：按户补差"),
    yuan("current_headcount", "以后各月：按人数"), yuan("current_household", "以后各月：按户补差"),
    yuan("total_headcount", "合计：按人数"), yuan("total_household", "合计：按户补差"),
)  # fmt: skip
GAP = (
    Column("payer", "级次", align="center", width=12), yuan("due", "应负担"), yuan("appropriated", "已到位"),
    yuan("gap", "缺口"),
)  # fmt: skip
STEPS = (Column("label", "项目", width=36), yuan("amount", "金额", 18))
STANDARDS = (
    CATEGORY, Column("how", "发放方式", align="center", width=14),
    yuan("old", "旧标准", 10), yuan("new", "新标准", 10), yuan("delta", "提高", 10),
    Column("old_source", "旧标准依据", width=40), Column("new_source", "新标准依据", width=40),
)  # fmt: skip
NURSING = (
    Column("title", "护理费", width=24), yuan("wage", "最低工资", 12),
    Column("share", "比例", align="center", width=10), yuan("allowance", "每月", 12),
    Column("source", "依据", width=36),
)  # fmt: skip
FINDINGS = (
    Column("on", "哪天的标准", align="center", width=12), Column("sentence", "核对", width=64),
    Column("word", "结果", align="center", width=14, light="light"), Column("source", "依据", width=40),
)  # fmt: skip
CHECKS = (
    Column("check", "核对什么", width=44), count("rows", "核对行数"), count("faults", "差错"),
    count("accepted", "其中核实采用", 12),
)  # fmt: skip
ACCEPTED = (
    Column("where", "单元格", width=40), Column("found", "差错", width=44), Column("why", "采用的原因", width=30),
    Column("who", "谁定的", width=14), Column("when", "日期", align="center", width=12),
)  # fmt: skip


def shares(payers: Iterable[str]) -> tuple[Column, ...]:
    """What each payer bears of each category: its share and its amount."""
    parts = [
        column
        for payer in payers
        for column in (Column(f"{payer}_share", f"{payer}比例", "ratio", 1, width=9), yuan(payer, payer))
    ]
    return (CATEGORY, yuan("total", "全年需要"), *parts)
