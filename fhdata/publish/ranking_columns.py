"""How each table of a ranking report is printed."""

from collections.abc import Mapping
from dataclasses import replace

from fhdata.publish.tables import Column

RANK = Column("rank", "名次", "number", 0, align="center", width=7)
PLACE = replace(RANK, is_rank=True)  # of one series: a workbook marks its first and last three
SERIES = Column("series", "序列", width=14)
UNIT = Column("unit_name", "单位", width=24)
TOTAL = Column("total", "总分", "number", 2, width=9)
NOTE = Column("note", "说明", width=30)
ITEM = Column("item_name", "考核内容", width=26)
IMPUTED = Column("imputed_ratio", "取平均的权重", "ratio", 0, width=9)
REFERENCE = Column("mark", "备注", align="center", width=8)

MOVES = (
    Column("previous_rank", "上月名次", "number", 0, align="center", width=8),
    Column("rank_change", "升降", "signed", 0, align="center", width=7, has_arrow=True),
)
PARTS = (
    Column("base", "加减分前", "number", 2, width=9),
    Column("bonus", "加分", "number", 2, width=8),
    Column("deduction", "减分", "number", 2, width=8),
)
ENDS = (
    SERIES,
    Column("side", "位置", align="center", width=11, light="light"),
    RANK,
    UNIT,
    TOTAL,
    *MOVES,
    REFERENCE,
)
EXECUTION = (
    SERIES,
    RANK,
    UNIT,
    Column("kind_name", "类别", align="center", width=11),
    Column("label", "奖惩", width=24),
    Column("amount_yuan", "金额（元）", "number", 0, width=12),
    Column("per_head_yuan", "每人（元）", "number", 0, width=9),
    Column("head_count", "人数", "number", 0, width=7),
    Column("executor", "执行单位", align="center", width=11),
    Column("leader_post", "分管领导（同奖同罚）", width=22),
    Column("rule_source", "依据", width=34),
    Column("note", "备注", width=16),
)
EXECUTION_OF_YEAR = tuple(column for column in EXECUTION if column.name not in {"per_head_yuan", "head_count", "note"})
LEADERS = (
    Column("leader_post", "分管领导", width=26),
    Column("rewarded", "受奖的单位", width=44),
    Column("penalised", "受罚的单位", width=44),
    Column("rewards_yuan", "单位奖励合计（元）", "number", 0, width=14),
    Column("deductions_yuan", "单位扣减合计（元）", "number", 0, width=14),
)
COST = (
    SERIES,
    Column("kind_name", "类别", align="center", width=12),
    Column("rewards_yuan", "奖励（元）", "number", 0, width=14),
    Column("deductions_yuan", "扣减（元）", "number", 0, width=14),
    Column("net_yuan", "净支出（元）", "number", 0, width=14),
    Column("unknown_amounts", "金额待算（笔）", "number", 0, width=12),
)
STREAKS = (
    SERIES,
    UNIT,
    Column("run", "连续末位（月）", "number", 0, align="center", width=12),
    Column("since", "从哪个月起", align="center", width=12),
)
REGISTER = (
    UNIT,
    Column("name", "种类", width=18),
    Column("level", "层级", align="center", width=11),
    Column("role_name", "角色", align="center", width=8),
    Column("subject_name", "对象", align="center", width=11),
    Column("work", "工作", width=30),
    Column("document", "文号", width=26),
    Column("document_date", "印发日期", align="center", width=12),
    Column("registered", "报来日期", align="center", width=12),
    Column("points", "文件分值", "signed", 2, width=9),
    Column("counted", "本单位计分", "signed", 2, width=10),
    NOTE,
    Column("source_cell", "单元格", align="center", width=9),
)
HANDED_IN = (
    ITEM,
    Column("department_name", "责任部门", width=22),
    Column("released", "报出日期", align="center", width=12),
    Column("state", "报送情况", align="center", width=12, light="light"),
    Column("not_handed_in", "未交的单位", width=36),
    Column("file", "文件", width=40),
)
DISTANCE = (
    SERIES,
    RANK,
    UNIT,
    TOTAL,
    Column("to_top", "距前三名还差", "number", 4, width=13),
    Column("lead", "高出前三名线", "number", 4, width=13),
    Column("to_safety", "离开后三位还差", "number", 4, width=13),
    Column("margin", "高出后三位线", "number", 4, width=13),
)
FIRM = (
    SERIES,
    RANK,
    UNIT,
    Column("interval", "名次区间", align="center", width=10),
    Column("same_ratio", "名次不变", "ratio", 0, width=9),
    Column("first_ratio", "得第一", "ratio", 0, width=8),
    Column("top_ratio", "进前三", "ratio", 0, width=8),
    Column("bottom_ratio", "落后三", "ratio", 0, width=8),
    Column("last_ratio", "成末位", "ratio", 0, width=8),
    Column("range_without", "少一项内容时", align="center", width=12),
    Column("range_reading", "换一种读法时", align="center", width=12),
)
WEIGHTS = (
    SERIES,
    ITEM,
    Column("nominal_ratio", "名义权重", "ratio", 1, width=9),
    Column("effective_ratio", "实际作用", "ratio", 1, width=9),
    Column("lowest", "最低分", "number", 2, width=9),
    Column("highest", "最高分", "number", 2, width=9),
    Column("mean", "平均分", "number", 2, width=9),
    Column("scored_units", "打分单位", "number", 0, width=9),
    Column("imputed_units", "取平均单位", "number", 0, width=10),
    Column("approval_no", "权重的批准文号", width=22),
    Column("note", "说明", width=24),
)
LENIENT = (
    SERIES,
    ITEM,
    Column("department_name", "责任部门", width=22),
    Column("scored_units", "打分单位", "number", 0, width=9),
    Column("mean", "平均分", "number", 2, width=9),
    Column("leniency", "比别的部门打得高", "signed", 2, width=12),
    Column("spread", "标准差", "number", 2, width=9),
    Column("full_ratio", "满分占比", "ratio", 0, width=9),
)
OWN = (
    SERIES,
    UNIT,
    ITEM,
    Column("own", "给自己打的分", "number", 2, width=11),
    Column("others_mean", "给别人的平均", "number", 2, width=11),
    Column("gap", "相差", "signed", 2, width=9),
    Column("own_place", "该项名次", "number", 0, align="center", width=9),
    Column("rank", "总名次", "number", 0, align="center", width=8),
    Column("rank_at_mean", "按别人的平均", "number", 0, align="center", width=10),
)
READINGS = (
    Column("title", "未定之处", width=24),
    Column("used_meaning", "采用的读法", width=36),
    Column("meaning", "另一种读法", width=36),
    Column("ranks_changed", "变动的名次", "number", 0, width=9),
    Column("largest_move", "最多变几位", "number", 0, width=9),
    Column("newly_rewarded", "新得奖", width=20),
    Column("no_longer_rewarded", "不再得奖", width=20),
    Column("newly_penalised", "新受罚", width=20),
    Column("no_longer_penalised", "不再受罚", width=20),
    Column("net_change_yuan", "净支出变化（元）", "signed", 0, width=13),
    Column("source", "条款", width=26),
    Column("note", "说明", width=26),
)
RESTATED = (
    Column("period", "月份", align="center", width=10),
    SERIES,
    UNIT,
    Column("old_total", "原总分", "number", 2, width=9),
    Column("new_total", "更正后", "number", 2, width=9),
    Column("old_rank", "原名次", "number", 0, align="center", width=8),
    Column("new_rank", "更正后名次", "number", 0, align="center", width=10),
    Column("rank_change", "升降", "signed", 0, align="center", width=7),
)
RESTATED_MONEY = (
    Column("period", "月份", align="center", width=10),
    SERIES,
    UNIT,
    Column("kind_name", "类别", align="center", width=11),
    Column("label", "奖惩", width=34),
    Column("word", "变动", align="center", width=10),
    Column("old_yuan", "原金额（元）", "number", 0, width=13),
    Column("new_yuan", "更正后（元）", "number", 0, width=13),
    Column("change_yuan", "应补发或追回（元）", "signed", 0, width=14),
)
STEPS = (
    ITEM,
    Column("state", "审核情况", align="center", width=26, light="light"),
    Column("stage_name", "到了哪一步", align="center", width=12),
    Column("on", "日期", align="center", width=12),
    Column("document", "签批或审定文号", width=28),
    Column("objections", "提出意见（条）", "number", 0, width=10),
    Column("open", "待答复（条）", "number", 0, width=10),
    Column("table_hash", "表的指纹（前12位）", align="center", width=18),
)
OBJECTIONS = (
    ITEM,
    UNIT,
    Column("text", "意见", width=36),
    Column("stage_name", "阶段", align="center", width=10),
    Column("on", "日期", align="center", width=12),
    Column("outcome_name", "结果", align="center", width=10),
    Column("document", "文号", width=26),
    Column("source_cell", "单元格", align="center", width=9),
)
RULES = (
    Column("title", "规定", width=56),
    Column("value", "采用值", align="right", width=22),
    Column("unit", "单位", align="center", width=8),
    Column("source", "依据", width=44),
)
QUARTERS = (
    *(Column(f"q{number}", f"{name}季度", "number", 2, width=9) for number, name in enumerate("一二三四", start=1)),
    Column("leaders", "领导评定", "number", 2, width=9),
    Column("base", "折算得分", "number", 2, width=9),
    Column("shortfall", "未完成任务", "number", 2, width=10),
    Column("bonus", "年度加分", "number", 2, width=9),
    Column("deduction", "年度减分", "number", 2, width=9),
)
NEEDED = (
    SERIES,
    UNIT,
    Column("wanted_rank", "要得的名次", "number", 0, align="center", width=10),
    Column("so_far", "已有得分", "number", 2, width=10),
    Column("bar", "要达到的年度得分", "number", 2, width=12),
    Column("needed", "第四季度须达到", "number", 2, width=12),
    Column("state", "判断", align="center", width=14),
)
OWN_SHEET = (  # together no wider than an upright page: a unit's sheet is one sheet
    Column("item_name", "考核内容", width=24),
    Column("weight", "权重", "number", None, width=6),
    Column("score", "得分", "number", 2, width=8),
    Column("state_name", "得分来源", align="center", width=12),
    Column("mean", "序列平均", "number", 2, width=8),
    Column("gap", "与平均", "signed", 2, width=8),
    Column("place", "该项名次", "number", 0, align="center", width=6),
    Column("share", "计入总分", "number", 4, width=8),
    Column("source", "来自", width=16),
)
OWN_YEAR = (
    Column("period", "月份", align="center", width=10),
    Column("base", "加减分前", "number", 2, width=10),
    Column("bonus", "加分", "number", 2, width=9),
    Column("deduction", "减分", "number", 2, width=9),
    TOTAL,
    RANK,
    Column("units_in_series", "单位数", "number", 0, width=9),
    IMPUTED,
    Column("mark", "备注", align="center", width=10),
)


def ranked_columns(items: Mapping[str, str]) -> tuple[Column, ...]:
    """The ranked table of a month: place, totals, moves, then every item.

    Args:
        items: names of the items by identifier; an item's mark stands in <item>_mark, its source note's id in
            ``source_of`` it.
    """
    scores = tuple(
        Column(item, name, "number", 1, width=9, mark=f"{item}_mark", source=source_of(item))
        for item, name in items.items()
    )
    return (PLACE, UNIT, TOTAL, *PARTS, *MOVES, IMPUTED, REFERENCE, *scores)


def source_of(item: str) -> str:
    """The column with the ids of the source notes of an item's scores."""
    return f"{item}_source"
