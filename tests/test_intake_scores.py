"""Appraisal workbooks in: items, scores, register; blank, 未涉及 and 0 stay apart; every slip is told with its cell."""

from datetime import date
from pathlib import Path

import pytest
from intake_books import write_xlsx
from rule_files import RULES

from fhdata.intake.scores import ScoreIntake, read_scores
from fhdata.intake.topics import SCORES, is_for_indicators, topics_of
from fhdata.periods import parse_period
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.registry import load_registry

ROOT = Path(__file__).parents[1]
REGISTRY, APPRAISAL = load_registry(RULES), load_appraisal(RULES)
WEIGHTS = ["安全生产", "县应急管理局", 60, 50, 100, "示例批〔2023〕1号"]
ITEMS = [
    ["2023年3月月考核考核内容和权重（示例数据）"],
    ["填报部门：县政府办"],
    ["序号", "考核内容", "责任部门", "县政府系统", "乡镇", "垂直管理", "批准文号"],
    [1, *WEIGHTS],
    [2, "信访维稳", "县信访局", 40, 50, 0, "示例批〔2023〕1号"],
    ["报出日期：2023-03-05"],
]
EVENTS = [
    ["2023年3月月考核加减分登记（示例数据）"],
    [],
    ["序号", "单位", "角色", "工作", "种类", "层级", "对象", "文号", "印发日期", "报来日期"],
    [1, "县发改局", "牵头", "示例工作", "通报表扬", "省", "单位", "示例〔2023〕1号", "2023-03-02", "2023-03-03"],
    [2, "县气象局", "配合", "示例工作", "通报表扬", "省", "单位", "示例〔2023〕1号", "2023-03-02", "2023年3月3日"],
    ["报出日期：2023-04-01"],
]


def scores(*rows: list, item: str = "安全生产", department: str = "县应急管理局", released: str = "2023-04-01") -> list:
    return [
        ["2023年3月月考核得分表（示例数据）"],
        [f"考核内容：{item}", "", f"填报部门：{department}" if department else ""],
        ["单位序号", "单位", "得分", "状态", "说明"],
        *rows,
        [f"填报人：（示例）　　报出日期：{released}" if released else "填报人：（示例）"],
    ]


def place(folder: Path, name: str, rows: list, topic: str = "月考核", period: str = "2023-03") -> None:
    write_xlsx(folder / "data" / "raw" / period / topic / name, rows)


def read(folder: Path, period: str = "2023-03", as_of: date = date(2023, 4, 30)) -> ScoreIntake:
    return read_scores(
        folder / "data" / "raw",
        REGISTRY.units,
        REGISTRY.unit_aliases,
        APPRAISAL.items,
        APPRAISAL.points,
        home=folder,
        period=parse_period(period),
        as_of=as_of,
        county="示例县",
    )


@pytest.fixture
def county(tmp_path: Path) -> Path:
    place(tmp_path, "考核内容.xlsx", ITEMS)
    return tmp_path


def said(county: Path, rows: list, name: str = "安全生产.xlsx") -> list[str]:
    place(county, name, rows)
    return [one.sentence.removeprefix("data/raw/2023-03/月考核/") for one in read(county).problems]


def test_shipped_months_are_read_without_a_problem() -> None:
    intake = read(ROOT)
    assert [one.sentence for one in intake.problems] == []
    march = intake.scores[intake.scores["month"] == "2023-03"]
    assert march.groupby("item").size().to_dict() == dict.fromkeys(march["item"].unique(), 81)
    assert (intake.items.groupby(["month", "series"])["weight"].sum() == 100).all()
    assert intake.units["head_count"].notna().sum() == 81
    assert intake.is_example
    assert "data/raw/2023-02/月考核/安全生产.xlsx" in set(intake.excluded["file"])


def test_indicator_intake_leaves_these_folders_to_their_own_reader() -> None:
    assert topics_of(SCORES) == {"月考核", "年度考核"}
    assert not is_for_indicators("月考核")
    assert is_for_indicators("统计")


def test_blank_not_concerned_not_handed_in_and_zero_stay_apart(county: Path) -> None:
    rows = [
        [1, "县财政局", 92.5], [2, "县发改局", 0], [3, "县人社局", ""], [4, "县自然资源局", "未涉及"],
        [5, "县科工信局", "", "未涉及"], [6, "县住建局", "", "未交"], [7, "县农业农村局", 88, "有得分", "按办法"],
    ]  # fmt: skip
    assert said(county, scores(*rows)) == []
    read_back = read(county).scores.set_index("unit")
    assert read_back["status"].to_dict() == {
        "U001": "scored", "U002": "scored", "U003": "not_handed_in", "U004": "not_concerned", "U005": "not_concerned",
        "U006": "not_handed_in", "U007": "scored",
    }  # fmt: skip
    assert read_back.loc[["U001", "U002", "U007"], "score"].tolist() == [92.5, 0.0, 88.0]
    assert read_back.loc["U001", ["source_file", "source_sheet", "source_cell"]].tolist() == [
        "data/raw/2023-03/月考核/安全生产.xlsx", "表", "C4",
    ]  # fmt: skip
    assert set(read_back["item"]) == {"work_safety"}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([[1, "县财务局", 90]], "安全生产.xlsx「表」 B4：没有单位“县财务局”，最接近的是"),
        (
            [[1, "县财政局", "优秀"]],
            "安全生产.xlsx「表」 C4：得分写的是“优秀”，应为 0 至 100 的数，或未涉及、未交，请改正。",
        ),
        ([[1, "县财政局", "—"]], "安全生产.xlsx「表」 C4：得分写的是“—”，应为 0 至 100 的数，或未涉及、未交，请改正。"),
        (
            [[1, "县财政局", 100.5]],
            "安全生产.xlsx「表」 C4：得分是 100.5，应为 0 至 100 的数，或未涉及、未交，请改正。",
        ),
        ([[1, "县财政局", -1]], "安全生产.xlsx「表」 C4：得分是 -1，应为 0 至 100 的数，或未涉及、未交，请改正。"),
        ([[1, "县财政局", 90], [2, "县财政局", 91]], "安全生产.xlsx「表」 B5：“县财政局”与 B4 是同一单位，"),
        (
            [[1, "县财政局", 90, "未涉及"]],
            "安全生产.xlsx「表」 C4：状态是“未涉及”，得分写的是“90”，两格要一致，请改正。",
        ),
        ([[1, "县财政局", "", "有得分"]], "安全生产.xlsx「表」 C4：状态是“有得分”，得分写的是“”，两格要一致，请改正。"),
        ([[1, "县财政局", 90, "不知道"]], "安全生产.xlsx「表」 D4：状态写的是“不知道”，只能是"),
        ([[1, "县气象局", 90]], "安全生产.xlsx「表」 B4：“县气象局”不是被考核单位，"),
        ([[1, "各乡镇", 90]], "安全生产.xlsx「表」 B4：“各乡镇”不止一个单位，"),
        ([[1, "", 90]], "安全生产.xlsx「表」 B4：没有写单位，请补上。"),
    ],
)
def test_one_sentence_for_each_slip(county: Path, rows: list, sentence: str) -> None:
    found = said(county, scores(*rows))
    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_slips_of_a_whole_sheet(county: Path) -> None:
    row = [1, "县财政局", 90]
    assert said(county, scores(row, department="")) == [
        "安全生产.xlsx「表」：没有写填报部门，应写“填报部门：……”，请补上。"
    ]
    assert said(county, scores(row, department="县信访局")) == [
        "安全生产.xlsx「表」：填报部门是“县信访局”，权重表上的责任部门是“县应急管理局”，请核对。"
    ]
    assert said(county, scores(row, item="安全生长"))[0].startswith(
        "安全生产.xlsx「表」：考核内容写的是“安全生长”，最接近的是"
    )
    assert said(county, scores(row, released=""))[0].startswith("安全生产.xlsx「表」：不知道何时报出，")
    wrong_month = [["2023年2月月考核得分表"], *scores(row)[1:]]
    assert said(county, wrong_month) == [
        "安全生产.xlsx「表」：标题写的是2023年2月，放在 2023-03 的文件夹里，请核对后移动或改正。"
    ]
    headless = [line for line in scores(row) if line[0] != "单位序号"]
    assert said(county, headless) == ["安全生产.xlsx「表」：《考核得分表》没有“单位”、“得分”一栏，请按模板补上。"]
    assert said(county, [["得分"], *scores(row)[1:]])[0].startswith("安全生产.xlsx「表」：标题认不出是哪种考核表，")


def test_all_slips_of_all_files_are_told_at_once(county: Path) -> None:
    place(county, "信访维稳.xlsx", scores([1, "县财政局", "优"], item="信访维稳", department="县信访局"))
    (county / "data/raw/2023-03/月考核/坏.xlsx").write_bytes(b"PK\x03\x04")
    found = said(county, scores([1, "县财正局", 90], [2, "县发改局", 101]))
    assert len(found) == 4


def test_later_sheet_replaces_the_earlier_and_two_of_one_day_are_refused(county: Path) -> None:
    place(county, "安全生产.xlsx", scores([1, "县财政局", 90]))
    place(county, "安全生产（更正）.xlsx", scores([1, "县财政局", 95], released="2023-04-12"))
    now = read(county)
    assert now.problems == ()
    assert now.scores["score"].tolist() == [95.0]
    assert now.excluded["reason"].tolist() == [
        "已由 2023-04-12 报出的 data/raw/2023-03/月考核/安全生产（更正）.xlsx 更正"
    ]
    before = read(county, as_of=date(2023, 4, 10))
    assert before.scores["score"].tolist() == [90.0]
    assert before.excluded["reason"].tolist() == ["报出日期晚于 2023-04-10"]
    place(county, "安全生产（更正）.xlsx", scores([1, "县财政局", 95]))
    assert [one.code for one in read(county).problems] == ["two_sheets"]


def test_weights_become_one_row_a_series(county: Path) -> None:
    items = read(county).items
    safety = items[items["item"] == "work_safety"]
    assert safety[["series", "weight", "department", "department_name"]].to_numpy().tolist() == [
        ["县政府系统", 60.0, "U025", "县应急管理局"],
        ["乡镇", 50.0, "U025", "县应急管理局"],
        ["垂直管理", 100.0, "U025", "县应急管理局"],
    ]
    assert items["source_cell"].tolist()[:2] == ["D4", "E4"]


def test_slips_in_the_table_of_weights(county: Path) -> None:
    wrong = [
        *ITEMS[:2],
        [*ITEMS[2][:5], "直管", "批准文号"],
        [1, "安全生产", "县应急局了", 60, "若干", 0, "批"],
        ITEMS[5],
    ]
    found = [one.split("：", 1)[1] for one in said(county, wrong, "考核内容.xlsx")]
    assert [one.split("，")[0] for one in found] == ["没有单位“县应急局了”", "权重写的是“若干”", "有一栏“直管”"]


def test_register_keeps_units_that_are_not_ranked_and_reads_dates(county: Path) -> None:
    place(county, "加减分登记.xlsx", EVENTS)
    intake = read(county)
    assert intake.problems == ()
    assert intake.events[["unit", "role", "kind", "level", "subject"]].to_numpy().tolist() == [
        ["U002", "lead", "praise", "省", "unit"], ["X023", "cooperating", "praise", "省", "unit"],
    ]  # fmt: skip
    assert intake.events["registered"].tolist() == [date(2023, 3, 3)] * 2


def test_slips_in_the_register(county: Path) -> None:
    row = [1, "县发改局", "主办", "示例工作", "表扬", "省", "单位", "示例〔2023〕1号", "三月二日", "2023-03-03"]
    place(county, "加减分登记.xlsx", [*EVENTS[:3], row, EVENTS[-1]])
    assert [(one.code, one.cell) for one in read(county).problems] == [
        ("bad_choice", "C4"), ("unknown_kind", "E4"), ("no_date", "I4"),
    ]  # fmt: skip


def test_month_without_a_table_of_weights_is_told(tmp_path: Path) -> None:
    place(tmp_path, "安全生产.xlsx", scores([1, "县财政局", 90]))
    assert [one.sentence for one in read(tmp_path).problems] == [
        "2023-03 没有考核内容和权重表，请放进 data/raw 该月的月考核文件夹。"
    ]


def test_year_reads_evaluation_and_unfinished_tasks(county: Path) -> None:
    evaluation = [
        ["2023年领导综合评定（示例数据）"], ["单位序号", "单位", "得分"], [1, "县财政局", 95], [2, "县发改局", ""],
        ["报出日期：2024-01-12"],
    ]  # fmt: skip
    tasks = [
        ["2023年年度未完成任务（示例数据）"],
        ["序号", "单位", "考核内容", "任务", "增长类目标", "完成数", "目标数", "裁定比例", "文号"],
        [1, "县发改局", "安全生产", "示例任务", "否", 9, 12, "", ""],
        ["报出日期：2024-01-12"],
    ]
    place(county, "评定.xlsx", evaluation, "年度考核", "2023")
    place(county, "任务.xlsx", tasks, "年度考核", "2023")
    intake = read(county, "2023", date(2024, 1, 31))
    assert intake.problems == ()
    assert intake.evaluation[["unit", "year", "score"]].to_numpy().tolist() == [["U001", "2023", 95.0]]
    assert intake.shortfalls[["unit", "item", "done", "target", "is_growth_target"]].to_numpy().tolist() == [
        ["U002", "work_safety", 9.0, 12.0, False]
    ]
    assert read(county).evaluation.empty  # a month does not know the year's


LOG = [
    ["2023年3月月考核征求意见和审定登记（示例数据）"],
    [],
    ["序号", "考核内容", "阶段", "日期", "提出单位", "意见", "结果", "文号", "指纹"],
    [1, "安全生产", "征求意见", "2023-04-01", "县发改局", "得分偏低", "不采纳", "", "AB12AB12AB12"],
    [2, "安全生产", "签批", "2023年4月2日", "", "", "无异议", "示例签〔2023〕1号", "ab12ab12ab12"],
    [3, "", "审定", "2023-04-08", "", "", "无异议", "示例审〔2023〕1号", "cd34cd34cd34"],
    ["报出日期：2023-04-08"],
]
PUBLISHED = [
    ["2023年3月月考核名次公布（示例数据）"],
    ["名次", "序列", "单位", "总分"],
    [1, "县政府系统", "县发改局", 91.6146],
    [2, "县政府系统", "县财政局", "90.0000"],
    ["报出日期：2023-04-10"],
]


def test_log_of_approval_is_read_with_its_items_units_and_fingerprints(county: Path) -> None:
    place(county, "征求意见和审定.xlsx", LOG)
    intake = read(county)
    assert intake.problems == ()
    assert intake.log[["item", "stage", "unit", "text", "outcome", "table_hash"]].to_numpy().tolist() == [
        ["work_safety", "consultation", "U002", "得分偏低", "rejected", "ab12ab12ab12"],
        ["work_safety", "sign_off", "", "", "none", "ab12ab12ab12"],
        ["", "approval", "", "", "none", "cd34cd34cd34"],
    ]
    assert intake.log["on"].tolist() == [date(2023, 4, 1), date(2023, 4, 2), date(2023, 4, 8)]
    assert intake.log["source_cell"].tolist() == ["C4", "C5", "C6"]


def test_slips_in_the_log(county: Path) -> None:
    row = [1, "安全生长", "听证", "四月一日", "县发展局", "偏低", "也许", "", ""]
    place(county, "征求意见和审定.xlsx", [*LOG[:3], row, LOG[-1]])
    assert [(one.code, one.cell) for one in read(county).problems] == [
        ("unknown_item", "B4"), ("bad_choice", "C4"), ("no_date", "D4"), ("unknown_unit", "E4"), ("bad_choice", "G4"),
    ]  # fmt: skip


def test_announced_ranking_is_read_as_announced(county: Path) -> None:
    place(county, "名次公布.xlsx", PUBLISHED)
    intake = read(county)
    assert intake.problems == ()
    assert intake.published[["period", "series", "unit", "total", "rank"]].to_numpy().tolist() == [
        ["2023-03", "县政府系统", "U002", 91.6146, 1], ["2023-03", "县政府系统", "U001", 90.0, 2],
    ]  # fmt: skip
    assert read(county, as_of=date(2023, 4, 9)).published.empty  # announced on the 10th


def test_slips_in_an_announced_ranking(county: Path) -> None:
    rows = [[1, "县直", "县发改局", 91.6], ["第二", "县政府系统", "县财政局", ""], [3, "县政府系统", "县气象局", 80]]
    place(county, "名次公布.xlsx", [*PUBLISHED[:2], *rows, PUBLISHED[-1]])
    found = read(county).problems
    assert sorted((one.code, one.cell) for one in found) == [
        ("bad_number", "A4"), ("bad_number", "D4"), ("not_ranked", "C5"), ("unknown_series", "B3"),
    ]  # fmt: skip


def test_shipped_log_and_announcement_are_of_the_table_as_first_handed_in() -> None:
    intake = read(ROOT)
    assert intake.published.groupby("period").size().to_dict() == dict.fromkeys(["2023-01", "2023-02", "2023-03"], 81)
    assert set(intake.log["stage"]) == {"consultation", "sign_off", "approval"}
    heads = intake.units[intake.units["unit"] == "U001"].iloc[0]
    assert (heads["source_sheet"], heads["source_cell"]) == ("被考核单位", "D4")
