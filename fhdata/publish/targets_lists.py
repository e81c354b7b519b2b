"""How the lists of a targets report are printed: columns that the month's, 旬's and quarter's reports share."""

import pandas as pd

from fhdata.publish.tables import Column

CODE = Column("code", "编号", align="center", width=8)
SOURCED_CODE = Column("code", "编号", align="center", width=8, source="source")
TITLE = Column("title", "目标", width=34)
UNIT = Column("unit", "单位", align="center", width=8)
STATE = Column("state", "进度", align="center", width=12, light="progress_light")
OUTLOOK = Column("outlook", "前景", align="center", width=12, light="outlook_light")
LEAD = Column("lead_units", "牵头单位", "list", width=20)
GAP = Column("gap_pp", "差距（百分点）", "signed", 1, width=11)
SENTENCE = Column("sentence", "情况", width=70)
TARGET = Column("target_value", "目标值", "number", None, width=10)
OBSERVED = Column("observed_value", "完成数", "number", None, width=11, source="source")
COMPLETION = Column("completion_ratio", "完成率", "ratio", 1, width=9)
PERIOD = Column("observed_period", "数据期", align="center", width=12)

PROGRESS = (
    CODE, TITLE, UNIT, TARGET, OBSERVED, COMPLETION, GAP,
    Column("growth_pct", "同比（%）", "signed", 1, width=9),
    Column("required_growth_pct", "后期须增长（%）", "signed", 1, width=11),
    STATE, OUTLOOK, LEAD,
)  # fmt: skip
COUNTED_STATES = (
    "已完成", "达序时", "欠序时(轻)", "欠序时(重)", "已无法完成", "已突破",
    "缺报", "未到发布期", "目标待定", "目标冲突", "不适用",
)  # fmt: skip
TOTAL = Column("total", "合计", "number", 0, width=8)
STATE_COLUMNS = tuple(Column(state, state, "number", 0, width=9) for state in COUNTED_STATES)
COUNTS = (Column("battle", "类别", width=20), TOTAL, *STATE_COLUMNS)
LEAD_COUNTS = (Column("lead_unit", "牵头单位", width=22), TOTAL, *STATE_COLUMNS)
PORTFOLIO_COUNTS = (Column("portfolio", "分管", width=22), TOTAL, *STATE_COLUMNS)
LIST_COUNTS = (Column("list", "清单", width=26), TOTAL, *STATE_COLUMNS)
LAGGING = (SOURCED_CODE, SENTENCE, STATE, LEAD)
CHANGED = (
    CODE, TITLE,
    Column("state_before", "上期", align="center", width=12),
    Column("state", "本期", align="center", width=12),
    Column("change", "变化", align="center", width=8),
    GAP, LEAD,
)  # fmt: skip
AHEAD = (
    SOURCED_CODE, TITLE, UNIT,
    Column("amount", "推算全年", "number", 1, width=12),
    Column("low", "区间低", "number", 1, width=12),
    Column("high", "区间高", "number", 1, width=12),
    Column("growth", "推算增速（%）", "signed", 1, width=11),
    Column("target", "目标", align="right", width=12),
    Column("odds", "达标概率", align="center", width=10),
    Column("years", "往年数", "number", 0, width=8),
    OUTLOOK,
)  # fmt: skip
HEADLINE = (
    SOURCED_CODE, SENTENCE,
    Column("growth_pct", "同比（%）", "signed", 1, width=9),
    GAP,
    Column("required_growth_pct", "后期须增长（%）", "signed", 1, width=11),
    STATE, OUTLOOK, LEAD,
)  # fmt: skip
MISSING = (
    Column("publisher", "应报单位", width=20),
    Column("due_date", "应报日期", align="center", width=12),
    Column("indicator_name", "指标", width=28),
    CODE, TITLE,
)  # fmt: skip
DUE = (CODE, TITLE, Column("deadline", "计划日期", align="center", width=12), STATE, LEAD)
HANDED_IN = (
    Column("publisher", "报送单位", width=24),
    Column("observed_period", "数据期", align="center", width=12),
    Column("count", "更新目标数（项）", "number", 0, width=12),
    Column("files", "文件", "list", width=60),
)
CONTRADICTORY = (
    Column("type", "类别", width=14),
    Column("codes", "目标编号", "list", width=14),
    Column("explanation", "不一致之处", width=56),
    Column("citations", "出处", width=40),
    Column("ruling", "裁定", width=22),
)
REVISED = (
    Column("name", "指标", width=26),
    Column("period", "期间", align="center", width=10),
    Column("span_name", "口径", align="center", width=8),
    Column("unit", "单位", align="center", width=8),
    Column("value_before", "原公布数", "number", None, width=12),
    Column("value", "修订数", "number", None, width=12),
    Column("released_before", "原报出日期", align="center", width=12),
    Column("released", "修订日期", align="center", width=12),
    Column("where", "修订数出处", width=44),
)
LIVELIHOOD = (
    Column("name", "事项", width=30),
    Column("lists", "所在清单及序号", "list", width=30),
    CODE, TITLE, UNIT, TARGET, OBSERVED,
    Column("deadline", "计划日期", align="center", width=12),
    STATE, LEAD,
    Column("section", "条款", width=16),
)  # fmt: skip
PAIRS = (
    Column("topic", "类别", width=20),
    Column("role", "项目", align="center", width=12),
    Column("unit", "单位", align="center", width=8),
    Column("now", "本年累计", "number", 0, width=10, source="source"),
    Column("before", "上年同期", "number", 0, width=10, source="before_source"),
    Column("change", "增减", "signed", 0, width=9),
    Column("word", "同期比较", align="center", width=12, light="light"),
    Column("citation", "依据", width=34),
)
DEBT = (
    Column("area", "地区（债务单位）", width=18),
    Column("title", "指标", width=14),
    Column("value_pct", "数值（%）", "number", 1, width=10, source="source"),
    Column("word", "状态", align="center", width=14, light="light"),
    Column("headroom_pp", "距警戒线（百分点）", "number", 1, width=14),
    Column("missing", "缺的数", width=24),
    Column("citation", "算法和警戒线的依据", width=60),
)
RULES = (
    Column("title", "规则", width=44),
    Column("value", "采用值", align="right", width=10),
    Column("unit", "单位", align="center", width=8),
    Column("source", "依据", width=60),
)


def sourced(frame: pd.DataFrame, id_column: str = "code") -> pd.DataFrame:
    """A figure leads to its source note where it has a cell; what was not reported has none."""
    return frame.assign(source=frame[id_column].where(frame["source_cell"].fillna("") != "", ""))
