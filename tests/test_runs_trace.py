"""Tracing a printed number: origins found, named, and counted where they are lacking."""

import csv
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fhdata.periods import parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.publish.methods import Method
from fhdata.publish.report import Source
from fhdata.runs.catalogue import Report, load_catalogue
from fhdata.runs.manifest import sha256_of
from fhdata.runs.methods import methods_of
from fhdata.runs.origins import answer, with_contents
from fhdata.runs.published import Published
from fhdata.runs.trace import (
    FORMULAS,
    Cell,
    Trace,
    columns_of,
    file_states,
    find_row,
    numbers_of,
    tables_of,
    text_of,
    trace_number,
    traces_of,
    unregistered,
    untraced,
)

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WORKBOOK = "data/raw/2023-03/示例/月报.csv"
ARTICLE = "示例文件 一(二)"
COLUMNS = [
    "code", "title", "target_value", "unit", "observed_period", "observed_value", "completion_ratio", "share_ratio",
    "source_file", "source_sheet", "source_cell", "base_source", "rule_source", "reading_note",
]  # fmt: skip
GOOD = dict(
    zip(
        COLUMNS,
        ["E1", "示例目标", "50", "亿元", "2023-03", "12.5", "0.25", "0.2", WORKBOOK, "", "B2", "", ARTICLE, "示例数据"],
        strict=True,
    )
)
# Made up to be wrong: a figure without a cell, a ratio without an article and without past years.
LOST = {**GOOD, "code": "E2", "source_file": "", "source_cell": "", "rule_source": ""}
PAST = Cell("data/raw/2022/示例/年表.csv", "", "C3", "2022-12", "60")


@pytest.fixture
def published(tmp_path: Path) -> Published:
    path = tmp_path / WORKBOOK
    path.parent.mkdir(parents=True)
    path.write_text("事项,说明\n示例数据,12.5\n", encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    folder = tmp_path / "reports" / "2023-03" / "targets"
    folder.mkdir(parents=True)
    with (folder / "targets.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows([GOOD, LOST])
    (folder / "other.csv").write_text("a\n1\n", encoding="utf-8-sig")
    manifest = {"inputs": [{"file": WORKBOOK, "sha256": sha256_of(path)}]}
    return Published(parse_period("2023-03"), "targets", folder, manifest)


def past_of_the_first(code: str) -> list[Cell]:
    return [PAST] if code == "E1" else []


def traced(published: Published, code: str, column: str) -> Trace:
    table, row = find_row(published, code)
    return trace_number(table, row, column, past_of_the_first)


def test_numbers_are_those_of_columns_with_numbers(published: Published) -> None:
    (table,) = tables_of(published)
    assert table.name == "targets"
    assert unregistered(published) == ["other.csv"]
    assert [(row["code"], column) for row, column in numbers_of(table)] == [
        (code, column)
        for code in ("E1", "E2")
        for column in ("target_value", "observed_value", "completion_ratio", "share_ratio")
    ]


def test_number_leads_to_its_cell_its_article_and_its_formula(published: Published) -> None:
    found = traced(published, "E1", "completion_ratio")
    assert (found.label, found.value, found.formula) == ("完成率", "0.25", "完成数 ÷ 目标值")
    assert found.cells == (Cell(WORKBOOK, "", "B2", "2023-03"),)
    assert (found.rules, found.notes, found.lacking) == ((ARTICLE,), ("示例数据",), ())
    assert traced(published, "E1", "share_ratio").history == (PAST,)


def test_last_years_cell_is_read_from_its_written_form(published: Published) -> None:
    table, row = find_row(published, "E1")
    with_base = {**row, "base_source": "data/raw/2022/示例/年表.xlsx「月末数」E5"}
    found = trace_number(table, with_base, "observed_value", past_of_the_first)
    assert found.cells[1] == Cell("data/raw/2022/示例/年表.xlsx", "月末数", "E5", "上年同期")


def test_numbers_without_an_origin_are_counted_and_named(published: Published) -> None:
    traces = traces_of(published, past_of_the_first)
    lost = untraced(published, traces)
    assert len(traces) == 8  # two rows of four numbers
    assert [(one.row, one.column, one.lacking) for one in lost] == [
        ("E2", "target_value", ("rule",)),
        ("E2", "observed_value", ("cell",)),
        ("E2", "completion_ratio", ("cell", "rule")),
        ("E2", "share_ratio", ("history",)),
    ]


def test_cell_in_no_input_of_the_report_is_no_origin(published: Published) -> None:
    stranger = Published(published.period, published.name, published.folder, {"inputs": []})
    lost = untraced(stranger, traces_of(stranger, past_of_the_first))
    assert ("E1", "observed_value") in [(one.row, one.column) for one in lost]


def test_text_says_what_stands_in_the_cell_and_whether_it_changed_since(published: Published, tmp_path: Path) -> None:
    place = open_place(tmp_path)
    found = with_contents(place, traced(published, "E1", "observed_value"))
    text = text_of([found], file_states(place, published))
    assert text.splitlines()[0] == "E1 示例目标　完成数（observed_value）＝ 12.5亿元"
    assert f"  单元格：2023-03 {WORKBOOK}B2 写着“12.5”（原文件未改动）" in text.splitlines()
    (tmp_path / WORKBOOK).write_text("事项,说明\n示例数据,13\n", encoding="utf-8")
    assert "（原文件在报告之后改动过）" in text_of([found], file_states(place, published))
    (tmp_path / WORKBOOK).unlink()
    assert "（原文件不见了）" in text_of([found], file_states(place, published))
    assert with_contents(place, traced(published, "E1", "observed_value")).cells[0].says == ""


def test_correction_of_the_cell_is_told(published: Published, tmp_path: Path) -> None:
    (tmp_path / WORKBOOK).parent.joinpath("corrections.toml").write_text(
        '[[correction]]\nfile = "月报.csv"\nsheet = ""\ncell = "B2"\nsays = "12.5"\nshould = "12.6"\nwhy = "示例"\n'
        'who = "示例员"\nwhen = 2023-04-10\n',
        encoding="utf-8",
    )
    found = with_contents(open_place(tmp_path), traced(published, "E1", "observed_value"))
    assert found.corrections == ("12.5 改为 12.6（示例，示例员，2023-04-10）",)


def test_wrong_row_and_wrong_column_are_told_with_what_there_is(published: Published) -> None:
    with pytest.raises(ProblemsFound, match="没有编号 E3，最接近的是“E"):
        find_row(published, "E3")
    table, row = find_row(published, "E1")
    assert columns_of(table, row, "完成率") == columns_of(table, row, "completion_ratio") == ["completion_ratio"]
    with pytest.raises(ProblemsFound, match="没有“增速”这一列的数，有 目标值、完成数、完成率"):
        columns_of(table, row, "增速")


def test_every_registered_column_says_what_it_is_and_what_it_needs(published: Published) -> None:
    (table,) = tables_of(published)
    for name, column in table.columns.items():
        assert column["label"], name
        assert column["formula"], name
        origins = {origin for need in column["needs"] for origin in need.split("|")}
        assert origins, name
        assert origins <= {"cell", "history", "rule"}, name


def test_a_sheet_named_with_a_number_and_a_key_of_digits_are_no_numbers(published: Published) -> None:
    table, row = find_row(published, "E1")
    march = {**row, "code": "2", "source_sheet": "3"}  # a workbook with one sheet a month
    found = [column for _, column in numbers_of(replace(table, rows=(march,)))]
    assert found == ["target_value", "observed_value", "completion_ratio", "share_ratio"]


def test_row_without_numbers_is_told(published: Published) -> None:
    table, row = find_row(published, "E1")
    empty = {name: "" if name in table.columns else text for name, text in row.items()}
    with pytest.raises(ProblemsFound, match="编号 E1 一行没有数"):
        columns_of(table, empty, "")


def test_answers_for_machines_say_what_the_text_says(published: Published, tmp_path: Path) -> None:
    place = open_place(tmp_path)
    parameters = {"parameters": {"as_of": "2023-04-30"}, "inputs": (published.manifest or {})["inputs"]}
    with (published.folder / "targets.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**one, "share_ratio": ""} for one in (GOOD, LOST))  # no past years to be looked for
    made = replace(published, manifest=parameters)
    text, is_whole = answer(place, made, "", "", is_json=True)
    told = json.loads(text)
    # two rows of three numbers; the second row lacks the origins of all its three; other.csv is not registered
    counts = {"numbers": 6, "traced": 3, "untraced": 3, "unregistered": ["other.csv"]}
    assert {"report": "targets", "period": "2023-03", **counts} == {
        name: told[name] for name in told if name != "traces"
    }
    assert [(one["row"], one["column"], one["lacking"]) for one in told["traces"]] == [
        ("E1", "target_value", []),
        ("E1", "observed_value", []),
        ("E1", "completion_ratio", []),
        ("E2", "target_value", ["rule"]),
        ("E2", "observed_value", ["cell"]),
        ("E2", "completion_ratio", ["cell", "rule"]),
    ]
    assert not is_whole
    assert "表里的数 6 个，有来源的 3 个，没有来源的 3 个。" in answer(place, made, "", "", is_json=False)[0]
    one, _ = answer(place, made, "E1", "完成数", is_json=True)
    assert [cell["says"] for cell in json.loads(one)[0]["cells"]] == ["12.5"]


def test_page_is_told_the_columns_that_were_written_and_whose_rows_they_are(published: Published) -> None:
    found = methods_of(published)
    assert [one.label for one in found.columns] == ["目标值", "完成数", "完成率", "同期占全年比重"]
    assert found.columns[2] == Method("targets", "完成率", "完成数 ÷ 目标值")
    assert [anchor for anchor, _ in found.anchored] == ["method-targets", "", "", ""]
    assert (found.told(Source("E1", "甲")), found.told(Source("S1", "乙"))) == ("fhdata trace targets 2023-03 E1", "")
    assert found.leads(Source("S1", "乙")) == "method-targets"


def test_page_before_its_tables_is_refused(published: Published, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="应先写 CSV，再写页面"):
        methods_of(replace(published, folder=tmp_path / "empty"))


@pytest.mark.parametrize("report", load_catalogue().reports.values(), ids=lambda report: report.name)
def test_every_table_a_report_promises_is_registered_and_explained_on_its_page(report: Report) -> None:
    known = tomllib.loads(FORMULAS.read_text(encoding="utf-8"))
    promised = [Path(one).stem for one in report.promised if one.endswith(".csv") and "/" not in one]
    assert [name for name in promised if name not in known] == []
    has_numbers = any(known[name].get("same_as") or known[name]["columns"] for name in promised)
    notebook = (NOTEBOOKS / report.notebook).read_text(encoding="utf-8")
    assert ("methods = session.methods()" in notebook) == has_numbers
