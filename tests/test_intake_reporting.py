"""上报情况: what was due from whom and when, what came in, and the report that is made in spite of problems."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from broken_books import HEAD, SIGNED, TITLE
from intake_books import names, registry, sign_off, write_xlsx

from fhdata.intake import reporting
from fhdata.intake.observations import Intake, read_observations
from fhdata.periods import Period, parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound, problem
from fhdata.publish.clean_report import CleanTables, clean_report
from fhdata.publish.page import outside_links, render_page
from fhdata.publish.report import report_problems
from fhdata.publish.workbook import write_workbook
from fhdata.rules.ranges import load_ranges
from fhdata.rules.registry import load_registry
from fhdata.runs.catalogue import load_catalogue
from fhdata.runs.checks import preflight
from fhdata.runs.parameters import check_parameters

ROOT = Path(__file__).parents[1]
INDICATORS = registry(
    ("revenue", "收入", "亿元", "cumulative", "month", True, 1),
    ("tests", "检测", "次", "count_event", "month", True, 1),
    ("loans", "贷款余额", "亿元", "stock", "month", True, 1),
    ("rate", "比例", "%", "rate", "month", True, 1),
    ("gdp", "总值", "亿元", "cumulative", "quarter", True, 3),
    ("yearly", "年报数", "亿元", "cumulative", "year", True, 12),
    ("retail", "零售额", "亿元", "cumulative", "month", False, 2),
).assign(publisher=["甲局", "甲局", "乙局", "乙局", "丙局", "丙局", "丁局;甲局"], due_day=[10, 10, 10, 60, 28, 100, 20])
NAMES = names(*((name, code) for code, name in zip(INDICATORS["indicator"], INDICATORS["name"], strict=True)))
APRIL_30 = date(2023, 4, 30)


def _reading(home: Path) -> Intake:
    folder = home / "data" / "raw" / "2023-03" / "统计"
    in_time = [TITLE, HEAD, ["收入", "亿元", 5], ["贷款余额", "亿元", ""], SIGNED]
    write_xlsx(folder / "月报.xlsx", in_time)
    write_xlsx(folder / "迟报.xlsx", [TITLE, HEAD, ["检测", "次", 7], sign_off(date(2023, 4, 13))])
    write_xlsx(folder / "错报.xlsx", [TITLE, HEAD, ["总值", "亿元", 30], ["不知", "亿元", 1], SIGNED])
    return read_observations(home / "data" / "raw", INDICATORS, NAMES, home, APRIL_30, area="示例县")


def _status(intake: Intake, as_of: date = APRIL_30) -> pd.DataFrame:
    return reporting.reporting(
        INDICATORS,
        intake.observations,
        intake.blanks,
        intake.problems,
        parse_period("2023-03"),
        as_of=as_of,
        area="示例县",
    )


def test_who_reported_what_and_when_with_which_problems_and_who_did_not(tmp_path: Path) -> None:
    status = _status(_reading(tmp_path)).set_index("indicator")
    assert status["state"].to_dict() == {
        "revenue": "按期报出",  # due 10 days after March 31, came on April 8
        "tests": "迟报",  # came on April 13
        "loans": "报了空白",
        "rate": "未到期",  # due 60 days after March 31, May 30
        "gdp": "按期报出",
        "retail": "未报",  # due April 20
    }
    assert status.loc["tests", ["due_date", "received", "days_late"]].tolist() == ["2023-04-10", "2023-04-13", 3]
    assert status["is_open"].to_dict() == dict.fromkeys(status.index, False) | {"loans": True, "retail": True}
    assert status.loc["gdp", ["period", "problems"]].tolist() == ["2023Q1", 1]  # 不知 stands in the same file
    assert status.loc["revenue", ["source_file", "source_cell", "problems"]].tolist() == [
        "data/raw/2023-03/统计/月报.xlsx",
        "C3",
        0,
    ]


@pytest.mark.parametrize(
    ("written", "state", "is_open"),
    [
        ("无", "报了无", False),
        ("—", "报了无", False),
        ("不适用", "报了不适用", False),
        ("未发布", "报了未发布", True),
        ("未统计", "报了未统计", True),
        ("", "报了空白", True),
        ("0", "按期报出", False),
    ],
)
def test_each_kind_of_nothing_is_told_as_what_it_is(tmp_path: Path, written: str, state: str, is_open: bool) -> None:
    folder = tmp_path / "data" / "raw" / "2023-03" / "统计"
    write_xlsx(folder / "月报.xlsx", [TITLE, HEAD, ["收入", "亿元", 5], ["贷款余额", "亿元", written], SIGNED])
    intake = read_observations(tmp_path / "data" / "raw", INDICATORS, NAMES, tmp_path, APRIL_30, area="示例县")
    status = _status(intake).set_index("indicator")
    assert status.loc["loans", ["state", "is_open"]].tolist() == [state, is_open]
    table = reporting.by_publisher(status.reset_index()).set_index("publisher")
    assert table.loc["乙局", ["due", state]].tolist() == [1, 1]


def test_publishers_with_most_missing_come_first_and_a_shared_figure_counts_for_both(tmp_path: Path) -> None:
    table = reporting.by_publisher(_status(_reading(tmp_path))).set_index("publisher")
    assert table.index.tolist() == ["甲局", "丁局", "乙局", "丙局"]
    assert table.loc["甲局", ["due", "按期报出", "迟报", "未报"]].tolist() == [3, 1, 1, 1]
    assert table.loc["乙局", ["due", "报了空白", "未到期", "light"]].tolist() == [1, 1, 1, "red"]
    assert table.loc["丙局", ["due", "light"]].tolist() == [1, "green"]


@pytest.mark.parametrize(
    ("frequency", "from_month", "period", "expected"),
    [
        ("month", 1, "2023-03", "2023-03"),
        ("month", 2, "2023-01", None),
        ("quarter", 3, "2023-03", "2023Q1"),
        ("quarter", 3, "2023-04", None),
        ("quarter", 3, "2023Q2", "2023Q2"),
        ("halfyear", 6, "2023-06", "2023Q2"),
        ("halfyear", 6, "2023-09", None),
        ("year", 12, "2023-12", "2023"),
        ("year", 12, "2023", "2023"),
        ("year", 12, "2023-11", None),
    ],
)
def test_which_of_an_indicators_periods_closes_with_a_report(
    frequency: str, from_month: int, period: str, expected: str | None
) -> None:
    row = {"frequency": frequency, "observable_from": from_month, "has_january": True}
    found = reporting.expected_period(row, parse_period(period))
    assert (str(found) if found else None) == expected


def test_no_january_is_not_asked_for() -> None:
    row = {"frequency": "month", "observable_from": 1, "has_january": False}
    assert reporting.expected_period(row, Period(2023, "month", 1)) is None


def test_what_came_later_is_not_known_and_what_came_since_the_report_before_is_new(tmp_path: Path) -> None:
    files = _reading(tmp_path).files
    then = reporting.received_files(files, date(2023, 4, 10), date(2023, 3, 31))
    assert sorted(name.rsplit("/", 1)[1] for name in then["file"]) == ["月报.xlsx", "错报.xlsx"]
    now = reporting.received_files(files, APRIL_30, date(2023, 4, 10)).set_index("file")
    assert now["news"].tolist().count("新收") == 1
    assert now.loc["data/raw/2023-03/统计/错报.xlsx", ["state", "light"]].tolist() == ["有问题", "red"]
    excluded = pd.DataFrame({"file": ["甲", "乙", "丙"], "released": ["2023-04-08", "2023-05-08", ""]})
    assert reporting.known_by(excluded, APRIL_30)["file"].tolist() == ["甲"]


def _report_of(intake: Intake) -> tuple:
    status = _status(intake)
    problems = reporting.problem_table(intake.problems)
    files = reporting.received_files(intake.files, APRIL_30, date(2023, 3, 31))
    revisions = pd.DataFrame(
        columns=["name", "period", "unit", "value_before", "value", "released_before", "released", "where"]
    )
    tables = CleanTables(
        problems=problems,
        files=files,
        corrections=intake.corrections,
        revisions=revisions,
        publishers=reporting.by_publisher(status),
        reporting=status,
        notes=intake.notes,
        excluded=reporting.known_by(intake.excluded, APRIL_30),
    )
    sentence = reporting.overview(files, problems, intake.corrections, status)
    return sentence, clean_report(
        tables, title="示例县数据清理报告", period_label="2023年3月", as_of=APRIL_30, is_example=True, overview=sentence
    )


def test_report_lists_every_problem_with_file_sheet_cell_and_what_to_do(tmp_path: Path) -> None:
    intake = _reading(tmp_path)
    sentence, report = _report_of(intake)
    assert sentence == (
        "收到工作簿3个，读出数据4个；待处理问题1个，涉及1个文件；更正0处；本期应报5项，已报3项，未报出2项。"
    )
    assert report_problems(report) == []
    html = render_page(report)
    (one,) = intake.problems
    assert all(text in html for text in (one.file, one.cell, one.found, one.action, "二、问题清单", "未报"))
    assert outside_links(html) == []
    write_workbook(report, tmp_path / "clean.xlsx")
    assert (tmp_path / "clean.xlsx").stat().st_size > 5_000


def test_report_without_anything_says_so(tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    intake = read_observations(tmp_path / "data" / "raw", INDICATORS, NAMES, tmp_path, APRIL_30, area="示例县")
    html = render_page(_report_of(intake)[1])
    assert all(text in html for text in ("没有问题。", "没有更正。", "没有收到文件。"))


def test_report_on_cleaning_is_made_in_spite_of_problems_and_others_are_not(tmp_path: Path) -> None:
    place = _place_with_a_broken_workbook(tmp_path)
    catalogue = load_catalogue()
    clean, targets = catalogue.report("clean"), catalogue.report("targets")
    given = {"period": "2023-03", "as_of": "2023-04-30"}
    assert preflight(place, clean, check_parameters(clean, **given)) == []
    assert {one.code for one in preflight(place, targets, check_parameters(targets, **given))} == {"not_a_workbook"}


def _place_with_a_broken_workbook(home: Path):
    (home / "data" / "raw" / "2023-03" / "统计").mkdir(parents=True)
    (home / "data" / "raw" / "2023-03" / "统计" / "月报.xlsx").write_bytes(b"\0" * 99)
    (home / "rules").symlink_to(ROOT / "fhdata" / "rules" / "fenghuang")
    (home / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    return open_place(home)


def test_shipped_limits_are_of_known_indicators_and_a_place_may_have_none(tmp_path: Path) -> None:
    rules = ROOT / "fhdata" / "rules" / "fenghuang"
    limits = load_ranges(rules)
    rates = load_registry(rules).indicators.set_index("indicator").loc[limits["indicator"], ["unit", "aggregation"]]
    assert set(rates.itertuples(index=False, name=None)) == {("%", "rate")}
    assert (limits["low"].eq(0) & limits["high"].eq(100)).all()
    assert load_ranges(tmp_path).empty


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("nonsense,value,0,100,", "unknown_name", "nonsense"),
        ("gdp,level,0,100,", "bad_choice", "level"),
        ("gdp,value,low,100,", "bad_number", "low"),
        ("gdp,value,100,0,", "bad_range", "下限 100 高于上限 0"),
        ("gdp,value,0,1,\ngdp,value,0,2,", "duplicate", "写了两次"),
        (",value,0,1,", "empty_cell", "没有填写"),
    ],
)
def test_wrong_limit_is_told_with_its_row(tmp_path: Path, row: str, code: str, words: str) -> None:
    shipped = ROOT / "fhdata" / "rules" / "fenghuang" / "indicators.csv"
    (tmp_path / "indicators.csv").write_bytes(shipped.read_bytes())
    text = f"indicator,measure,low,high,note\n{row}\n"
    (tmp_path / "indicator_ranges.csv").write_text(text, encoding="utf-8-sig")
    with pytest.raises(ProblemsFound) as caught:
        load_ranges(tmp_path)
    (one,) = caught.value.problems
    assert one.code == code
    assert words in one.sentence


def test_problem_table_has_one_row_a_problem() -> None:
    table = reporting.problem_table([problem("a", "甲", "乙", "丙", file="f", sheet="s", cell="C3")])
    assert table.to_dict("records") == [
        {"file": "f", "sheet": "s", "cell": "C3", "code": "a", "found": "甲", "allowed": "乙", "action": "丙"}
    ]
    assert list(reporting.problem_table([]).columns) == reporting.PROBLEM_COLUMNS
