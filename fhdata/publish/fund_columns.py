"""How the tables of the medical fund's reports are printed; money in 元, to the fen."""

from fhdata.publish.tables import Column, Kind

CODE = Column("institution", "机构编码", align="center", width=10)
NAME = Column("name", "机构", width=24)
KIND = Column("kind_name", "类别", align="center", width=14)
WIDE, MIDDLE = 17, 15


def yuan(
    name: str, label: str, width: int = WIDE, *, is_signed: bool = False, source: str = "", mark: str = ""
) -> Column:
    """A column of money in 元, to the fen."""
    kind: Kind = "signed" if is_signed else "number"
    return Column(f"{name}_yuan", label, kind, 2, width=width, source=source, mark=mark)


def count(name: str, label: str, width: int = 10) -> Column:
    """A column of records or persons."""
    return Column(name, label, "number", 0, width=width)


LINES = (
    Column("shown", "项目", width=40),
    Column("sign", "合计行", align="center", width=8),
    yuan("amount", "金额", source="source"),
    yuan("balance", "余额"),
    Column("mark", "标记", align="center", width=12),
    Column("formula", "怎么算", width=30),
    Column("article", "依据", width=32),
    Column("readings_text", "读法", width=36),
)
PARTS = (
    Column("label", "项目", width=40),
    CODE,
    NAME,
    yuan("amount", "金额", is_signed=True),
    Column("mark", "标记", align="center", width=12),
    Column("article", "依据", width=32),
)
IN_AND_OUT = (
    Column("place_name", "范围", align="center", width=12),
    Column("category_name", "类别", align="center", width=12),
    count("persons", "本月人数"),
    count("month_records", "本月结算笔数"),
    yuan("month_medfee", "本月医疗费总额"),
    yuan("month_hifp", "本月统筹基金支付"),
    count("year_records", "累计笔数"),
    yuan("year_medfee", "累计医疗费总额"),
    yuan("year_hifp", "累计统筹基金支付"),
    Column("year_ratio", "占累计支付", "ratio", 1, width=10),
)
BY_INSTITUTION = (
    CODE,
    NAME,
    KIND,
    Column("place_name", "范围", align="center", width=10),
    yuan("outpatient", "门诊", MIDDLE),
    yuan("inpatient", "住院", MIDDLE),
    yuan("dual_channel", "双通道药", MIDDLE),
    yuan("pharmacy", "药店", MIDDLE),
    yuan("month", "本月合计", MIDDLE),
    yuan("month_dip", "其中DIP", MIDDLE),
    yuan("year", "累计合计", MIDDLE),
    yuan("year_dip", "其中DIP", MIDDLE),
    yuan("year_other", "DIP以外累计", MIDDLE),
)
SHARES = (
    CODE,
    NAME,
    Column("level_name", "级别", align="center", width=10),
    Column("points", "考评得分", "number", 2, width=10),
    Column("passing", "合格", align="center", width=8),
    yuan("settled", "年度结算金额"),
    yuan("share", "分得（＋）或承担（－）", is_signed=True),
    yuan("adjusted", "其中尾差", 11),
)
TRANSFERS = (
    CODE,
    NAME,
    KIND,
    yuan("controlled", "管控范围内结算"),
    yuan("psychiatric", "精神病结算"),
    yuan("penalty", "违规扣减"),
    yuan("share", "结余分得或超支承担", is_signed=True),
    yuan("due", "应拨"),
    yuan("declared", "已申报"),
    yuan("prepaid", "已预付"),
    yuan("withheld", "暂扣保证金等"),
    yuan("balance", "尚应拨付（－为应退回）", is_signed=True),
)
PARTIES = (
    Column("name", "各方", width=26),
    yuan("amount", "分得（＋）或承担（－）", is_signed=True),
)
UNMATCHED = (
    Column("verdict", "结论", align="center", width=12, light="light"),
    CODE,
    NAME,
    Column("month", "月份", align="center", width=10),
    Column("category_name", "类别", align="center", width=10),
    Column("state_name", "情形", width=18),
    count("claims_records", "明细笔数"),
    count("platform_records", "平台笔数"),
    yuan("claims_medfee", "明细医疗费"),
    yuan("platform_medfee", "平台医疗费"),
    yuan("difference_medfee", "相差", MIDDLE, is_signed=True),
    yuan("claims_hifp", "明细统筹支付"),
    yuan("platform_hifp", "平台统筹支付"),
    yuan("difference_hifp", "相差", MIDDLE, is_signed=True),
    count("refunds", "退费笔数"),
    count("late", "跨年笔数"),
)
REVERSALS = (
    CODE,
    NAME,
    Column("category_name", "类别", align="center", width=10),
    count("refunds", "退费笔数"),
    yuan("refund_medfee", "退费医疗费"),
    yuan("refund_hifp", "退费统筹支付"),
    count("late", "跨年笔数"),
    yuan("late_medfee", "跨年医疗费"),
    yuan("late_hifp", "跨年统筹支付"),
)
READINGS = (
    Column("title", "条款", width=24),
    Column("problem", "没有写明的", width=36),
    Column("used_meaning", "现用读法", width=28),
    Column("meaning", "换成", width=30),
    Column("name", "谁", width=18),
    yuan("used", "现在"),
    yuan("other", "换了以后"),
    yuan("change", "多得（＋）或少得（－）", is_signed=True),
    Column("note", "说明", width=30),
    Column("source", "依据", width=30),
)
PAIRS = (
    *READINGS[:1],
    *READINGS[3:8],
    yuan("beyond", "比两种分开换之和多（＋）少（－）", is_signed=True),
)
SCENARIOS = (
    Column("income", "收入", align="center", width=10),
    Column("costs", "费用", align="center", width=10),
    yuan("budget", "预算管控总额"),
    yuan("surplus", "结余（＋）或超支（－）", is_signed=True),
    yuan("members", "医共体各机构", is_signed=True),
    yuan("fund", "退回医保基金", is_signed=True),
    yuan("reserve", "风险储备金", is_signed=True),
    yuan("county_budget", "县财政", is_signed=True),
    Column("note", "说明", width=30),
)
PREPAYMENTS = (
    CODE,
    NAME,
    Column("month", "月份", align="center", width=10),
    yuan("declared", "申报"),
    yuan("deposit", "质量保证金", mark="mark"),
    yuan("prepaid", "应预付", mark="mark"),
    yuan("paid", "已预付"),
    yuan("difference", "多付（＋）或少付（－）", is_signed=True, mark="mark"),
)
PROGRESS = (
    Column("month", "月份", align="center", width=10),
    yuan("spent", "本月费用"),
    yuan("spent_to_date", "累计费用"),
    yuan("allotted_to_date", "按时间应支出"),
    yuan("over", "超（＋）或省（－）", is_signed=True),
    yuan("available", "全年可用"),
    Column("used_pct", "已用（%）", "number", 1, width=10),
    Column("time_pct", "时间（%）", "number", 1, width=10),
    Column("ahead_pp", "快（＋）慢（－）（百分点）", "signed", 1, width=14),
)
FORECAST = (
    Column("case_name", "情形", width=22),
    yuan("charges", "全年费用"),
    yuan("available", "全年可用"),
    yuan("surplus", "结余（＋）或超支（－）", is_signed=True),
    yuan("reserve_needed", "须由储备金承担"),
    yuan("reserve", "储备金余额"),
    yuan("reserve_short", "储备金不足", MIDDLE),
)
CONFIRMATION = (
    Column("item", "项目", width=44),
    yuan("amount", "金额（元）", 20),
    Column("basis", "依据", width=40),
)
FILES = (
    Column("file", "文件", width=60),
    Column("what", "内容", width=20),
    Column("released", "报出日期", align="center", width=12),
    count("rows", "行数或笔数"),
)
EXCLUDED = (
    Column("file", "文件", width=60),
    Column("reason", "没有计入的原因", width=50),
    count("records", "笔数"),
)
