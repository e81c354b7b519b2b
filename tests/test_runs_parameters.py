"""Parameters: one model, every problem at once, nothing guessed."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhdata.periods import Period, parse_period
from fhdata.places import open_place
from fhdata.problems import Problem, ProblemsFound
from fhdata.runs import tasks
from fhdata.runs.catalogue import Catalogue, Report, load_catalogue
from fhdata.runs.notebooks import parameter_cell_problems, read_notebook
from fhdata.runs.parameters import PARAMETER_NAMES, attempt, check_parameters, cut_off_date
from fhdata.runs.tasks import offered, plan
from fhdata.runs.wiring import target_year_problems

ROOT = Path(__file__).parents[1]
MONTHLY = Report("甲", "示例报告", "a.ipynb", ("month",))


def sentences(found: pytest.ExceptionInfo[ProblemsFound]) -> list[str]:
    return [one.sentence for one in found.value.problems]


def test_parameters_keep_the_one_form_of_a_period_and_a_day() -> None:
    parameters = check_parameters(MONTHLY, period="2023-03", as_of="2023-04-05")
    assert parameters.period == Period(2023, "month", 3)
    assert parameters.values() == {"period": "2023-03", "as_of": "2023-04-05"}


def test_empty_as_of_is_the_cut_off_day_of_the_caller() -> None:
    by_function = check_parameters(MONTHLY, cutoff=lambda period: period.end, period="2023-03", as_of="")
    assert by_function.as_of == date(2023, 3, 31)
    assert check_parameters(MONTHLY, cutoff=date(2023, 4, 30), period="2023-03").as_of == date(2023, 4, 30)


def test_all_problems_come_at_once_with_the_nearest_name() -> None:
    with pytest.raises(ProblemsFound) as found:
        check_parameters("tragets", peroid="2023-03", period="2023-13", as_of="2023-02-30")
    assert sentences(found) == [
        "没有参数 peroid，最接近的是 period。",
        "没有报告 tragets，最接近的是 targets。",
        "期间写的是“2023-13”，应写成 2023-03（月）、2023Q1（季）、2023（年）、2023-03-中旬（旬），请改正后重新运行。",
        "参数 as_of 写的是“2023-02-30”，应为一个日期，如 2023-04-30，请改正后重新运行。",
    ]


@pytest.mark.parametrize(
    ("given_values", "said"),
    [
        ({"period": 2023}, "参数 period 写的是 2023，应为带引号的文字"),
        ({"period": "2023-03", "as_of": None}, "参数 as_of 写的是 None，应为带引号的文字"),
        ({"period": ""}, "没有写 period（期间）"),
        ({"period": "2023Q1", "as_of": "2023-04-30"}, "甲（示例报告）不按 2023Q1 这样的期间出，可按月出"),
        ({"period": "2023-03", "as_of": "2023-03-30"}, "不能早于 2023-03 的最后一天 2023-03-31"),
        ({"period": "2023-03", "as_of": "20230430"}, "应为一个日期，如 2023-04-30"),
        ({"period": "2023-03", "as_of": ""}, "没有写 as_of，也没有截数日可用"),
    ],
)
def test_wrong_parameter_is_told(given_values: dict[str, object], said: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        check_parameters(MONTHLY, **given_values)
    assert len(found.value.problems) == 1
    assert said in sentences(found)[0]


@given(st.text(max_size=12))
def test_any_text_is_a_period_in_its_one_form_or_a_told_problem(text: str) -> None:
    problems: list[Problem] = []
    parameters = attempt(problems, lambda: check_parameters(MONTHLY, cutoff=lambda period: period.end, period=text))
    assert bool(problems) == (parameters is None)
    assert parameters is None or str(parameters.period) == text


@pytest.mark.parametrize(
    ("period", "count", "unit", "expected"),
    [
        ("2023-03", 1, "个月", date(2023, 4, 30)),
        ("2023-12", 1, "个月", date(2024, 1, 31)),
        ("2023Q4", 2, "个月", date(2024, 2, 29)),  # 2024 is a leap year
        ("2023", 0, "个月", date(2023, 12, 31)),
        ("2023-03-中旬", 5, "天", date(2023, 3, 25)),  # the 20th and five days
        ("2023-02-下旬", 5, "天", date(2023, 3, 5)),  # the 28th and five days
    ],
)
def test_cut_off_day(period: str, count: int, unit: str, expected: date) -> None:
    assert cut_off_date(parse_period(period), count, unit) == expected


@pytest.mark.parametrize("report", load_catalogue().reports.values(), ids=lambda report: report.name)
def test_notebook_has_the_parameters_of_the_model_as_plain_texts(report: Report) -> None:
    notebook = read_notebook(ROOT / "notebooks" / report.notebook)
    assert parameter_cell_problems(notebook, report.notebook) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('period = "2023-03"', "参数单元没有写 as_of"),
        ('period = "2023-03"\nas_of = ""\nperoid = ""', "没有参数 peroid，最接近的是 period"),
        ('period = 2023\nas_of = ""\nperiod = ""', '第 1 行不是参数，每行应写成 名称 = "文字"'),
        ('period = "2023-03"\nas_of = str(1)\nas_of = ""', "第 2 行不是参数"),
        ('period = "2023-03"\nas_of = "', "第 2 行读不懂"),
    ],
)
def test_other_parameters_cell_is_refused(source: str, said: str) -> None:
    notebook = {"cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}]}
    found = [one.sentence for one in parameter_cell_problems(notebook, "a.ipynb")]
    assert len(found) == 1
    assert said in found[0]


def test_notebook_without_a_parameters_cell_is_refused() -> None:
    found = parameter_cell_problems({"cells": []}, "a.ipynb")
    assert [one.sentence for one in found] == ["a.ipynb：有 0 个标为 parameters 的单元，应正好有一个，请改正。"]


def test_group_takes_its_own_cadence_only() -> None:
    tasks = plan("monthly", "2023-03", "", date(2023, 4, 30))
    members = [one.name for one in load_catalogue().reports.values() if "monthly" in one.groups]
    assert [(report.name, str(parameters.period)) for report, parameters in tasks] == [
        (name, "2023-03") for name in members
    ]
    assert "targets" in members
    with pytest.raises(ProblemsFound) as found:
        plan("monthly", "2023Q1", "", date(2023, 4, 30))
    assert sentences(found) == ["monthly（月报）的期间写的是 2023Q1，应写月份，如 2023-03，请改正后重新运行。"]


def test_all_is_what_is_made_for_such_a_period() -> None:
    made = {report.name: report.cadences for report in load_catalogue().reports.values()}
    for period, cadence in (("2023Q1", "quarter"), ("2023-03-上旬", "tenday")):
        wanted = [name for name, cadences in made.items() if cadence in cadences]
        assert [report.name for report, _ in plan("all", period, "", date(2023, 4, 30))] == wanted
        assert wanted


def test_a_period_for_which_there_is_no_report_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "load_catalogue", lambda: Catalogue({}, {}))
    with pytest.raises(ProblemsFound, match=re.escape("没有按 2023-03-上旬 这样的期间出的报告")):
        plan("all", "2023-03-上旬", "", date(2023, 4, 30))


def test_catalogue_is_whole() -> None:
    catalogue = load_catalogue()
    assert set(PARAMETER_NAMES) == {"period", "as_of"}
    for report in catalogue.reports.values():
        assert set(report.groups) <= set(catalogue.groups)
        assert {catalogue.groups[name].cadence for name in report.groups} <= set(report.cadences)
        assert report.promised
        assert report.timeout_seconds > 0


def test_a_place_without_the_rules_of_a_report_does_not_make_it_unless_it_is_asked_for(tmp_path: Path) -> None:
    planned = plan("annual", "2023", "", date(2024, 1, 31))
    without = [report.name for report, _ in offered(planned, tmp_path, "annual")]
    assert "targets" in without
    assert "ranking_annual" not in without
    assert "ranking_annual" in [report.name for report, _ in offered(planned, tmp_path, "ranking_annual")]
    (tmp_path / "appraisal.toml").write_text("", encoding="utf-8")
    assert "ranking_annual" in [report.name for report, _ in offered(planned, tmp_path, "annual")]


@pytest.mark.parametrize(("period", "is_refused"), [("2023-03", False), ("2024-03", True), ("2022-03", True)])
def test_targets_of_one_year_make_no_report_of_another(period: str, is_refused: bool) -> None:
    found = target_year_problems(open_place(ROOT), parse_period(period))
    assert bool(found) is is_refused
