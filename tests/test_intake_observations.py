"""Raw folder → observations: names, units, spans, releases, corrections, and every problem of every file at once."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from intake_books import names, registry, sign_off, write_xlsx

from fhdata.intake.observations import OBSERVATION_COLUMNS, Intake, latest, read_observations

INDICATORS = registry(
    ("retail", "零售额", "亿元", "cumulative", "month", False, 2),
    ("revenue", "收入", "亿元", "cumulative", "month", True, 1),
    ("output", "甲增加值", "%", "growth_only", "month", False, 2),
    ("loans", "贷款余额", "亿元", "stock", "month", True, 1),
    ("gdp", "总值", "亿元", "cumulative", "quarter", True, 3),
    ("rate", "比例", "%", "rate", "month", True, 1),
    ("prices", "价格指数", "上年同月=100", "index", "month", True, 1),
    ("visits", "游客", "万人次", "cumulative", "month", True, 1),
    ("tests", "检测", "次", "count_event", "month", True, 1),
)
NAMES = names(
    ("零售额", "retail"),
    ("社会零售总额", "retail"),
    ("收入", "revenue"),
    ("甲增加值同比增长", "output", "month", "growth", "%"),
    ("甲增加值累计增长", "output", "ytd", "growth", "%"),
    ("甲增加值", "output"),
    ("贷款余额", "loans"),
    ("总值当季值", "gdp", "quarter", "value"),
    ("总值累计值", "gdp", "ytd", "value"),
    ("总值", "gdp"),
    ("比例", "rate"),
    ("价格指数(上年同月=100)", "prices"),
    ("游客", "visits"),
    ("检测", "tests"),
)
APRIL_8 = date(2023, 4, 8)
LATER = date(2023, 12, 31)


class Office:
    """A place's raw folder in the making."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.raw = home / "data" / "raw"

    def sheet(
        self,
        *rows: list[object],
        header: list[list[object]] | None = None,
        period: str = "2023-03",
        name: str = "月报",
        released: date | None = APRIL_8,
    ) -> Path:
        """A county's one-row sheet of 2023年3月, unless another header is given."""
        top = header or [["示例县2023年3月月报（示例数据）"], ["指标", "计量单位", "1-3月"]]
        lines = [*top, *rows, *([sign_off(released)] if released else [])]
        return write_xlsx(self.raw / period / "统计" / f"{name}.xlsx", lines)

    def beside(self, name: str, text: str, period: str = "2023-03") -> None:
        """A list beside the workbooks."""
        folder = self.raw / period / "统计"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def read(self, as_of: date = LATER) -> Intake:
        return read_observations(self.raw, INDICATORS, NAMES, self.home, as_of, area="示例县")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _values(intake: Intake) -> list[tuple]:
    assert [one.sentence for one in intake.problems] == []
    columns = ["indicator", "period", "span", "measure", "value", "unit"]
    return list(intake.observations[columns].itertuples(index=False, name=None))


def _sentences(intake: Intake) -> list[str]:
    return [one.sentence for one in intake.problems]


def test_every_number_keeps_its_origin(office: Office) -> None:
    office.sheet(["收入", "万元", "12,500*"])
    intake = office.read()
    (row,) = intake.observations.to_dict("records")
    assert tuple(row) == OBSERVATION_COLUMNS
    assert row == {
        "indicator": "revenue",
        "area": "示例县",
        "period": "2023-03",
        "span": "ytd",
        "measure": "value",
        "value": 1.25,  # 12,500 万元 ÷ 10,000
        "unit": "亿元",
        "basis": "current",
        "status": "example",
        "released": "2023-04-08",
        "source_file": "data/raw/2023-03/统计/月报.xlsx",
        "source_sheet": "表",
        "source_cell": "C3",
        "raw_text": "12,500*",
        "note": "*",
    }
    (file,) = intake.files.to_dict("records")
    assert (file["topic"], file["layouts"], file["numbers"], file["problems"]) == ("统计", "county_single", 1, 0)


def test_growth_stays_in_percent_and_level_goes_to_the_registrys_unit(office: Office) -> None:
    header = [["示例县2023年3月月报"], ["指标", "计量单位", "1-3月完成数", ""], ["", "", "绝对值", "增速（%）"]]
    office.sheet(["收入", "元", 250_000_000, "下降1.5%"], ["游客", "人次", 36_000, 17.3], header=header)
    assert _values(office.read()) == [
        ("revenue", "2023-03", "ytd", "value", 2.5, "亿元"),  # 250,000,000 ÷ 100,000,000
        ("revenue", "2023-03", "ytd", "growth", -1.5, "%"),
        ("visits", "2023-03", "ytd", "value", 3.6, "万人次"),  # 36,000 ÷ 10,000
        ("visits", "2023-03", "ytd", "growth", 17.3, "%"),
    ]


def test_rate_written_in_per_mille_becomes_percent(office: Office) -> None:
    office.sheet(["比例", "‰", 45])
    assert _values(office.read()) == [("rate", "2023-03", "ytd", "value", 4.5, "%")]  # 45 ÷ 10


def test_index_keeps_its_number_whatever_its_base_is_called(office: Office) -> None:
    header = [["数据库：月度数据"], ["指标", "2023年3月"]]
    office.sheet(["价格指数(上年同月=100)", 100.7], header=header)
    assert _values(office.read()) == [("prices", "2023-03", "month", "value", 100.7, "上年同月=100")]


def test_name_tells_the_span_that_the_header_leaves_open(office: Office) -> None:
    header = [["数据库：季度数据"], ["指标", "2020年第二季度", "2020年第一季度"]]
    office.sheet(["总值当季值(亿元)", 250, 206], ["总值累计值(亿元)", 456, 206], header=header)
    assert [row[:5] for row in _values(office.read())] == [
        ("gdp", "2020Q2", "quarter", "value", 250.0),
        ("gdp", "2020Q1", "quarter", "value", 206.0),
        ("gdp", "2020Q2", "ytd", "value", 456.0),
        ("gdp", "2020Q1", "ytd", "value", 206.0),
    ]


def test_february_alone_is_not_due_while_the_cumulative_is_there_and_january_does_not_exist(office: Office) -> None:
    """The layout and figures of an export that has no January: February's month is blank, its cumulative −13.5."""
    header = [["数据库：月度数据"], ["指标", "2020年3月", "2020年2月", "2019年12月"]]
    office.sheet(["甲增加值同比增长(%)", -1.1, "", 6.9], ["甲增加值累计增长(%)", -8.4, -13.5, 5.7], header=header)
    intake = office.read()
    assert [row[:5] for row in _values(intake)] == [
        ("output", "2020-03", "month", "growth", -1.1),
        ("output", "2019-12", "month", "growth", 6.9),
        ("output", "2020-03", "ytd", "growth", -8.4),
        ("output", "2020-02", "ytd", "growth", -13.5),
        ("output", "2019-12", "ytd", "growth", 5.7),
    ]
    (blank,) = intake.blanks.to_dict("records")
    assert (blank["period"], blank["span"], blank["nothing"]) == ("2020-02", "month", "not_due")


def test_kinds_of_nothing_stay_apart_from_zero(office: Office) -> None:
    office.sheet(["收入", "亿元", "—"], ["游客", "万人次", 0], ["比例", "%", "不适用"], ["贷款余额", "亿元", "未报"])
    intake = office.read()
    assert _values(intake) == [("visits", "2023-03", "ytd", "value", 0.0, "万人次")]
    assert dict(zip(intake.blanks["indicator"], intake.blanks["nothing"], strict=True)) == {
        "revenue": "nil",
        "rate": "not_applicable",
        "loans": "not_reported",
    }


def test_number_where_the_registry_knows_none_is_a_problem(office: Office) -> None:
    header = [["示例县2023年3月月报"], ["指标", "计量单位", "1月", "2月", "1-2月"]]
    office.sheet(["零售额", "亿元", 1.5, 2.5, 4], header=header)
    assert [(one.code, one.cell) for one in office.read().problems] == [("not_due", "C3"), ("not_due", "D3")]


def test_january_is_both_month_and_year_to_date_and_stands_as_year_to_date(office: Office) -> None:
    header = [["示例县2023年1月月报"], ["指标", "计量单位", "1月"]]
    office.sheet(["收入", "亿元", 1.5], header=header, period="2023-01")
    assert [row[:3] for row in _values(office.read())] == [("revenue", "2023-01", "ytd")]


def test_quarterly_indicator_in_a_monthly_column_is_brought_to_its_quarter(office: Office) -> None:
    office.sheet(["总值", "亿元", 30], ["贷款余额", "亿元", 5])
    assert [row[:3] for row in _values(office.read())] == [("gdp", "2023Q1", "ytd"), ("loans", "2023-03", "stock")]


def test_month_end_and_ordinals_before_a_name(office: Office) -> None:
    header = [["示例县2023年信贷表"], ["单位：亿元"], ["指标名称", "2月末", "3月末"]]
    office.sheet(["一、贷款余额", 4.5, 5], header=header)
    assert [row[:5] for row in _values(office.read())] == [
        ("loans", "2023-02", "stock", "value", 4.5),
        ("loans", "2023-03", "stock", "value", 5.0),
    ]


def test_plans_and_progress_are_left_out_and_told(office: Office) -> None:
    header = [["示例县2023年3月月报"], ["指标", "计量单位", "2023年预期", "1-3月完成数", ""],
              ["", "", "绝对值", "绝对值", "进度（%）"]]  # fmt: skip
    office.sheet(["收入", "亿元", 10, 2.5, 25], header=header)
    intake = office.read()
    assert [row[4] for row in _values(intake)] == [2.5]
    assert dict(zip(intake.excluded["reason"], intake.excluded["cells"], strict=True)) == {
        "计划、预期数": 1,
        "进度、比重": 1,
    }


def test_all_problems_of_all_files_are_told_at_once_and_the_others_are_read(office: Office) -> None:
    office.sheet(["收入", "亿元", "约5"], ["收人", "亿元", 1], ["游客", "个", 1], name="甲")
    (office.raw / "2023-03" / "统计" / "乙.xlsx").write_bytes(b"\0" * 99)
    office.sheet(["比例", "%", 5], name="丙")
    intake = office.read()
    assert [(one.file.rsplit("/", 1)[1], one.code, one.cell) for one in intake.problems] == [
        ("乙.xlsx", "not_a_workbook", ""),
        ("甲.xlsx", "unreadable_number", "C3"),
        ("甲.xlsx", "unknown_indicator", "C4"),
        ("甲.xlsx", "bad_unit", "C5"),
    ]
    assert "最接近的是“收入”" in intake.problems[2].sentence
    assert "“个”" in intake.problems[3].sentence
    assert "万人次" in intake.problems[3].sentence
    assert intake.observations["indicator"].tolist() == ["rate"]


def test_nothing_is_matched_by_likeness(office: Office) -> None:
    office.sheet(["社会消费零售总额", "亿元", 1])
    assert [one.code for one in office.read().problems] == ["unknown_indicator"]


def test_missing_unit_and_a_span_that_name_and_header_disagree_on(office: Office) -> None:
    header = [["示例县2023年3月月报"], ["指标", "1-3月"]]
    office.sheet(["收入", 5], ["总值当季值（亿元）", 7], header=header)
    assert [one.code for one in office.read().problems] == ["no_unit", "span_conflict"]


def test_name_of_two_indicators_is_refused_unless_unit_or_span_tells_them_apart(office: Office) -> None:
    both = pd.concat([NAMES, names(("规模", "revenue", "", "", "亿元"), ("规模", "visits", "", "", "万人次"))])
    office.sheet(["规模", "万元", 20_000])
    intake = read_observations(office.raw, INDICATORS, both, office.home, LATER, area="示例县")
    assert [row[0] for row in _values(intake)] == ["revenue"]
    unclear = pd.concat([NAMES, names(("规模", "revenue"), ("规模", "loans"))])
    intake = read_observations(office.raw, INDICATORS, unclear, office.home, LATER, area="示例县")
    assert [one.code for one in intake.problems] == ["ambiguous_name"]


def test_same_value_twice_is_one_fact_and_two_values_are_a_problem(office: Office) -> None:
    office.sheet(["收入", "亿元", 5], name="一")
    office.sheet(["收入", "万元", 50_000], name="二")
    assert [row[4] for row in _values(office.read())] == [5.0]  # 50,000 万元 = 5 亿元
    office.sheet(["收入", "万元", 51_000], name="二")
    (one,) = office.read().problems
    assert one.code == "two_values"
    assert "“51000”" in one.sentence
    assert "一.xlsx「表」C3" in one.sentence


def test_later_release_of_a_fact_is_a_revision_and_as_of_decides(office: Office) -> None:
    """March made again in July, as it was known in April, is the same as it was in April."""
    office.sheet(["收入", "亿元", 5], name="一")
    april = office.read(date(2023, 4, 30))
    office.sheet(["收入", "亿元", 5.2], name="二", released=date(2023, 7, 10))
    july = office.read(date(2023, 7, 31))
    assert _values(april) == _values(office.read(date(2023, 4, 30)))
    assert july.observations["value"].tolist() == [5.0, 5.2]
    assert latest(july.observations)["value"].tolist() == [5.2]
    told = office.read(date(2023, 4, 30)).excluded.to_dict("records")
    assert [(row["file"].rsplit("/", 1)[1], row["cells"], row["released"]) for row in told] == [
        ("二.xlsx", 1, "2023-07-10")
    ]


def test_what_came_later_does_not_stop_a_report_made_again(office: Office) -> None:
    """A broken July workbook, and a broken revision of March, leave March as it was known in April alone."""
    office.sheet(["收入", "亿元", 5], name="一")
    office.sheet(["收入", "亿元", "约6"], name="二", released=date(2023, 7, 10))
    july = office.raw / "2023-07" / "统计" / "月报.xlsx"
    july.parent.mkdir(parents=True)
    july.write_bytes(b"broken")
    intake = office.read(date(2023, 4, 30))
    assert [row[4] for row in _values(intake)] == [5.0]
    assert [reason[:7] for reason in intake.excluded["reason"]] == ["2023-07", "报出日期晚于 "]
    assert {one.code for one in office.read().problems} == {"not_a_workbook", "unreadable_number"}


def test_day_of_release_from_the_list_beside_the_workbook_or_none_at_all(office: Office) -> None:
    office.sheet(["收入", "亿元", 5], released=None)
    assert [one.code for one in office.read().problems] == ["no_release_date"]
    office.beside("received.csv", "file,released\n月报.xlsx,2023-04-10\n")
    intake = office.read()
    assert _values(intake)
    assert intake.observations["released"].tolist() == ["2023-04-10"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,day\n", "第一行"),
        ("file,released\n月报.xlsx,四月\n", "“四月”"),
        ("file,released\n别的.xlsx,2023-04-10\n", "没有“别的.xlsx”"),
        ("file,released\n月报.xlsx,2023-04-10\n月报.xlsx,2023-04-11\n", "两个日期"),
    ],
)
def test_broken_list_of_days_is_told(office: Office, text: str, words: str) -> None:
    office.sheet(["收入", "亿元", 5])
    office.beside("received.csv", text)
    (sentence,) = _sentences(office.read())
    assert words in sentence


def test_preliminary_title_marks_the_figures(office: Office) -> None:
    office.sheet(["收入", "亿元", 5], header=[["示例县2023年3月快报"], ["指标", "计量单位", "1-3月"]])
    assert office.read().observations["status"].tolist() == ["preliminary"]


def test_cumulative_that_falls_is_told_and_can_be_accepted(office: Office) -> None:
    header = [["示例县2023年4月月报"], ["指标", "计量单位", "1-2月", "1-3月", "1-4月"]]
    office.sheet(["收入", "亿元", 5, 4.5, 6], header=header)
    (one,) = office.read().problems
    assert (one.code, one.cell) == ("cumulative_falls", "D3")
    assert "收入累计数 4.5 亿元，低于 2023-02 的 5" in one.sentence
    office.beside(
        "corrections.toml",
        '[[accept]]\nfile = "月报.xlsx"\nsheet = "表"\ncell = "D3"\nsays = "4.5"\n'
        'why = "退税"\nwho = "甲"\nwhen = 2023-05-01\n',
    )
    assert len(_values(office.read())) == 3


CORRECTION = """[[correction]]
file = "月报.xlsx"
sheet = "表"
cell = "C3"
says = "{says}"
should = "{should}"
why = "漏写小数点"
who = "甲"
when = 2023-04-09
"""


def test_correction_in_force_changes_the_value_and_is_listed(office: Office) -> None:
    office.sheet(["收入", "亿元", 53])
    office.beside("corrections.toml", CORRECTION.format(says="53", should="5.3"))
    intake = office.read()
    assert [row[4] for row in _values(intake)] == [5.3]
    assert "原为“53”" in intake.observations["note"].iloc[0]
    (listed,) = intake.corrections.to_dict("records")
    assert (listed["cell"], listed["says"], listed["should"], listed["who"]) == ("C3", "53", "5.3", "甲")


def test_correction_settles_a_text_in_a_number_cell(office: Office) -> None:
    office.sheet(["收入", "亿元", "约5"])
    office.beside("corrections.toml", CORRECTION.format(says="约5", should="5.1"))
    assert [row[4] for row in _values(office.read())] == [5.1]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (CORRECTION.format(says="54", should="5.3"), "stale_correction", "现在写的是“53”"),
        (CORRECTION.format(says="53", should="五"), "bad_corrections", "“五”"),
        (CORRECTION.format(says="53", should="5.3").replace("C3", "Z9"), "stale_correction", "没有数据格 Z9"),
        (CORRECTION.format(says="53", should="5.3").replace("月报", "周报"), "bad_corrections", "没有“周报.xlsx”"),
        ("[[correction]]\nfile = 1\n", "bad_corrections", "写得不全"),
        ("[[other]]\n", "bad_corrections", "“other”"),
        ("[[", "bad_corrections", "读不懂"),
    ],
)
def test_correction_that_does_not_fit_is_told(office: Office, text: str, code: str, words: str) -> None:
    office.sheet(["收入", "亿元", 53])
    office.beside("corrections.toml", text)
    (one,) = office.read().problems
    assert one.code == code
    assert words in one.sentence


def test_file_in_the_wrong_place_is_told(office: Office) -> None:
    write_xlsx(office.raw / "散放.xlsx", [["指标", "2023年"], ["收入(亿元)", 5]])
    write_xlsx(office.raw / "三月" / "统计" / "甲.xlsx", [["指标", "2023年"], ["收入(亿元)", 5]])
    assert [one.code for one in office.read().problems if one.code == "misplaced_file"] == ["misplaced_file"] * 2


def test_empty_raw_folder_gives_empty_tables(office: Office) -> None:
    office.raw.mkdir(parents=True)
    intake = office.read()
    assert (len(intake.observations), len(intake.files), intake.problems) == (0, 0, ())
    assert tuple(intake.observations.columns) == OBSERVATION_COLUMNS
    assert latest(intake.observations).empty


def test_files_that_are_no_workbooks_beside_them_are_left_alone(office: Office) -> None:
    office.sheet(["收入", "亿元", 5])
    office.beside("README.md", "说明")
    office.beside("~$月报.xlsx", "lock")
    assert len(_values(office.read())) == 1
