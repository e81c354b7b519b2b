"""Notices (通报) of every kind of report: the four parts, what figures tell, and the same page whatever the report."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import test_word as word
from docx import Document

from fhdata.publish.notices import four_parts, plain_heading, regrouped
from fhdata.publish.ranking_notice import annual_notice, monthly_notice
from fhdata.publish.ranking_report import RankingTables, Words
from fhdata.publish.report import Chart, Report, Section
from fhdata.publish.tables import Column, Table
from fhdata.publish.targets_quarterly import NO_PORTFOLIOS, quarterly_notice
from fhdata.publish.targets_report import targets_notice
from fhdata.publish.word import write_notice

ONE_COLUMN = (Column("name", "单位"),)
FRAME = pd.DataFrame({"name": ["甲局", "乙局"], "sentence": ["甲局落后。", "乙局落后。"]})
UNITS = ["甲局", "乙局", "丙局", "丁局"]


def ranked() -> pd.DataFrame:
    """Four units; places before 2, 1, 4, 3: the second has fallen by one place, the last by one."""
    return pd.DataFrame(
        {
            "series": "县直", "unit": ["U1", "U2", "U3", "U4"], "unit_name": UNITS, "rank": [1, 2, 3, 4],
            "last_place": [4, 3, 2, 1], "total": [91.615, 90.0, 88.5, 70.25], "base": [90.415, 90.0, 88.5, 70.75],
            "bonus": [1.2, 0.0, 0.0, 0.0], "deduction": [0.0, 0.0, 0.0, -0.5], "previous_rank": [2.0, 1.0, 4.0, 3.0],
            "rank_change": [1.0, -1.0, 1.0, -1.0], "mark": ["", "", "参考", ""], "q1": 90.0, "q2": None, "q3": None,
            "q4": None, "leaders": None, "shortfall": 0.0,
        }
    )  # fmt: skip


def ranking_tables() -> RankingTables:
    table = ranked()
    ends = pd.concat(
        [table.iloc[:1].assign(side="前1名", light="green"), table.iloc[3:].assign(side="后1位", light="red")]
    )
    execution = table.iloc[:1].assign(
        kind_name="工作经费", label="奖励工作经费", leader_post="分管副县长", per_head_yuan=None, head_count=None,
        amount_yuan=30_000, executor="县财政局", rule_source="示例函〔2023〕6号 附件3", note="",
    )  # fmt: skip
    cost = pd.DataFrame(
        {"series": ["县直"], "kind_name": "工作经费", "rewards_yuan": 30_000, "deductions_yuan": 0, "net_yuan": 30_000,
         "unknown_amounts": 0}
    )  # fmt: skip
    register = pd.DataFrame(
        {"unit_name": ["丁局", "甲局"], "name": ["通报批评", "通报表扬"], "level": "县", "role_name": "牵头",
         "subject_name": "单位", "work": ["台账报送", "项目开工"], "document": "示例通报〔2023〕1号",
         "document_date": "2023-03-02", "points": [-0.5, 1.2], "counted": [-0.5, 1.2], "note": ""}
    )  # fmt: skip
    handed_in = pd.DataFrame(
        {"item_name": ["安全生产", "信访"], "department_name": ["县应急局", "县信访局"], "released": ["", "2023-04-01"],
         "state": ["未报", "未报全"], "light": ["red", "amber"], "not_handed_in": ["", "丁局"]}
    )  # fmt: skip
    streaks = pd.DataFrame(
        {"series": "县直", "unit_name": ["丁局", "丙局"], "run": [3, 1], "since": ["2023-01", "2023-03"]}
    )
    readings = pd.DataFrame({"source": ["示例函〔2023〕6号 五(一)", "示例办〔2023〕7号 一"]})
    return RankingTables(
        ranked=table, ends=ends, execution=execution, cost=cost, register=register, readings=readings,
        distance=pd.DataFrame(), streaks=streaks, handed_in=handed_in,
    )  # fmt: skip


def words(overview: str = "2023年3月，县直4个单位。", refusals: tuple[str, ...] = ()) -> Words:
    return Words(
        "示例县月考核排名", "2023年3月", date(2023, 4, 30), True, overview, refusals, ("名次按未修约的总分排。",)
    )


def target_report(overview: str = "共2项。", *, heading: str = "比上期变化") -> Report:
    lagging = Table("进度落后的目标", FRAME, ONE_COLUMN, told="sentence")
    sections = (
        Section("一、总体情况", (overview, "【待补】")),
        Section("二、进度落后的目标", table=lagging),
        Section(f"三、{heading}", table=Table(heading, FRAME, ONE_COLUMN)),
        Section("四、各项目标进展", table=Table("一仗", FRAME, ONE_COLUMN)),
        Section("", table=Table("二仗", FRAME, ONE_COLUMN)),
        Section("五、按分管", (NO_PORTFOLIOS,)),
        Section("六、数据修订", table=Table("数据修订", FRAME, ONE_COLUMN)),
        Section("七、下一步工作要求", ("【待补】",)),
        Section("附：采用的规则", table=Table("采用的规则", FRAME, ONE_COLUMN)),
    )
    return Report("示例县调度", "", "2023年1—3月", date(2023, 4, 30), True, sections=sections, notes=("口径。",))


MAKERS: dict[str, Callable[[str, dict[str, tuple[Chart, ...]]], Report]] = {
    "targets": lambda overview, charts: targets_notice(target_report(overview)),
    "targets_quarterly": lambda overview, charts: quarterly_notice(target_report(overview, heading="比上季变化")),
    "ranking_monthly": lambda overview, charts: monthly_notice(ranking_tables(), words(overview), charts),
    "ranking_annual": lambda overview, charts: annual_notice(ranking_tables(), words(overview), charts),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notice of every kind, its first sentence three pages long."""
    made = tmp_path_factory.mktemp("notices")
    charts = {"县直": (word.chart(made),)}
    for name, maker in MAKERS.items():
        write_notice(maker(word.THREE_PAGES, charts), made / f"{name}.docx", charts=made)
    return made


@pytest.fixture(params=list(MAKERS))
def notice(request: pytest.FixtureRequest, folder: Path) -> Path:
    return folder / f"{request.param}.docx"


# ── the four parts ──


def test_heading_is_told_without_its_number() -> None:
    told = {
        "一、总体情况": "总体情况",
        "十一、乡镇": "乡镇",
        "（二）甲、乙": "甲、乙",
        "附：规则": "规则",
        "甲、乙": "乙",
    }
    assert {text: plain_heading(text) for text in told} == told
    assert plain_heading("没有编号的标题") == "没有编号的标题"


def headings(report: Report) -> list[str]:
    return [one.heading for one in report.sections if one.heading]


def test_targets_stand_in_the_four_parts_and_the_rest_behind_them() -> None:
    made = targets_notice(target_report())
    assert headings(made) == [
        "一、总体情况",
        "二、完成情况", "（一）各项目标进展", "（二）比上期变化",
        "三、存在问题", "（一）进度落后的目标", "（二）原因分析",
        "四、下一步工作要求",
        "附：数据修订", "附：采用的规则",
    ]  # fmt: skip
    assert [one.title for one in made.tables] == [
        "一仗",
        "二仗",
        "比上期变化",
        "进度落后的目标",
        "数据修订",
        "采用的规则",
    ]
    assert headings(quarterly_notice(target_report(heading="比上季变化")))[2:4] == [
        "（一）各项目标进展",
        "（二）比上季变化",
    ]


def test_no_section_of_a_report_is_lost() -> None:
    report = target_report()
    assert sorted(one.title for one in regrouped(report, (), ()).tables) == sorted(one.title for one in report.tables)


def test_causes_and_tasks_are_left_to_be_written_even_without_faults() -> None:
    parts = four_parts([Section("总体", ("好。",))], [], [])
    assert [(one.heading, one.paragraphs) for one in parts] == [
        ("一、总体情况", ("好。",)),
        ("二、完成情况", ()),
        ("三、存在问题", ("原因分析：【待补】。",)),
        ("四、下一步工作要求", ("【待补】",)),
    ]


# ── rankings ──


def sentences(report: Report) -> dict[str, tuple[str, ...]]:
    return {one.heading: one.paragraphs for one in report.sections if one.heading and one.paragraphs}


def test_month_tells_first_and_last_and_what_figures_show_to_be_wrong() -> None:
    made = monthly_notice(ranking_tables(), words(), {})
    assert sentences(made) == {
        "一、总体情况": ("2023年3月，县直4个单位。",),
        # 91.615 is printed as 91.62, half up; from second place to first is one place up
        "（一）县直": ("前1名：甲局（91.62分，比上月上升1位）。", "后1位：丁局（70.25分，比上月下降1位）。"),
        "（一）连续末位": ("丁局从2023年1月起连续3个月居县直末位。",),  # one month is no streak
        "（二）名次下降最多": ("县直中乙局由上月第1名降至第2名；县直中丁局由上月第3名降至第4名。",),
        "（三）被减分": ("丁局因“台账报送”通报批评减0.50分。",),
        "（四）考核结果报送": ("县应急局的“安全生产”未报；县信访局的“信访”未报全（未交的单位：丁局）。",),
        "（五）原因分析": ("【待补】。",),
        "四、下一步工作要求": ("【待补】",),
    }
    assert [one.title for one in made.tables] == [
        "县直排名（4个单位）", "奖惩执行单", "奖惩合计", "加减分登记", "考核结果报送情况"
    ]  # fmt: skip
    assert [one.document for one in made.sources] == ["示例函〔2023〕6号", "示例办〔2023〕7号"]


def test_draft_says_so_in_its_title_and_why_and_has_no_execution_list() -> None:
    tables = replace(ranking_tables(), execution=pd.DataFrame(), cost=pd.DataFrame(), register=pd.DataFrame())
    made = annual_notice(tables, words(refusals=("本表是草稿：", "缺第四季度。")), {})
    assert made.title == "示例县月考核排名（草稿）"
    assert made.sections[0].paragraphs == ("2023年3月，县直4个单位。", "本表是草稿：", "缺第四季度。")
    assert [one.title for one in made.tables] == ["县直排名（4个单位）"]
    assert made.tables[0].columns[3].label == "一季度"


# ── every kind on paper ──


def test_every_run_of_every_notice_names_its_east_asian_font(notice: Path) -> None:
    word.test_every_run_names_its_east_asian_font_and_no_theme_is_left(notice)


def test_children_of_every_notice_stand_in_order(notice: Path) -> None:
    word.check_order(notice)


def test_rows_of_every_notice_are_whole_and_their_header_is_repeated(notice: Path) -> None:
    counts = {"targets": 6, "targets_quarterly": 6, "ranking_monthly": 5, "ranking_annual": 4}
    assert word.check_tables(notice) == counts[notice.stem]


def test_number_is_left_open_and_pages_are_numbered_outside(notice: Path) -> None:
    document = Document(str(notice))
    assert document.paragraphs[0].text == "【待编号】"
    for section in document.sections:
        sides = {"footer": "right", "even_page_footer": "left"}
        for footer, side in sides.items():
            word.check_number(getattr(section, footer), side)


def test_parts_of_every_notice_stand_in_order(notice: Path) -> None:
    told = [word.text_of(one) for one in word.paragraphs(notice)]
    numbered = [one for one in told if one[:2] in {"一、", "二、", "三、", "四、"}]
    middle = "排名" if "ranking" in notice.name else "完成情况"
    assert numbered == ["一、总体情况", f"二、{middle}", "三、存在问题", "四、下一步工作要求"]


@pytest.mark.skipif(bool(word.missing_tools()), reason=f"没有装 {'、'.join(word.missing_tools())}，不能量印出的页面")
def test_a_rendered_page_of_every_notice_holds_28_characters_by_22_lines(folder: Path) -> None:
    pages = word.rendered(folder, [f"{name}.docx" for name in MAKERS])
    for name in MAKERS:
        word.check_full_page(pages[f"{name}.docx"])


def test_charts_of_a_ranking_stand_in_an_annex(folder: Path) -> None:
    told = [word.text_of(one) for one in word.paragraphs(folder / "ranking_monthly.docx")]
    assert "详见附件1《县直排名（4个单位）》、附件6《图示》。" in told
