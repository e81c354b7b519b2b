"""Tracing a printed number: origins found, named, and counted where they are lacking."""

import csv
from pathlib import Path

import pytest

from fhdata.periods import parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.runs.manifest import sha256_of
from fhdata.runs.origins import with_contents
from fhdata.runs.published import Published
from fhdata.runs.trace import (
    Cell,
    Trace,
    columns_of,
    file_states,
    find_row,
    numbers_of,
    tables_of,
    text_of,
    trace_number,
    unregistered,
    untraced,
)

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
    count, lost = untraced(published, past_of_the_first)
    assert count == 8  # two rows of four numbers
    assert [(one.row, one.column, one.lacking) for one in lost] == [
        ("E2", "target_value", ("rule",)),
        ("E2", "observed_value", ("cell",)),
        ("E2", "completion_ratio", ("cell", "rule")),
        ("E2", "share_ratio", ("history",)),
    ]


def test_cell_in_no_input_of_the_report_is_no_origin(published: Published) -> None:
    stranger = Published(published.period, published.name, published.folder, {"inputs": []})
    _, lost = untraced(stranger, past_of_the_first)
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
