"""Pages and workbooks: same report same bytes, no outside link, text never markup or formula, every figure sourced."""

import dataclasses
import math
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from fhdata.problems import ProblemsFound
from fhdata.publish.canvas import save
from fhdata.publish.charts import states_by_battle
from fhdata.publish.index import render_index, write_index
from fhdata.publish.lights import INK, LIGHTS, QUIET
from fhdata.publish.methods import Method, Methods
from fhdata.publish.page import outside_links, render_page, write_page
from fhdata.publish.report import Chart, KeyFigure, Report, Section, Source, sources_of
from fhdata.publish.tables import Column, Table, cell_text, excel_format
from fhdata.publish.workbook import sheet_names, write_workbook

EVIL = '<script>alert("筸")</script>'
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)"]


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["E001", "E002", "E003", "E004"],
            "title": FORMULAS,
            "value": [1012.4, 0.0, math.nan, -8.75],
            "share": [0.44, 0.0, math.nan, 2.9],
            "state": ["达序时", "欠序时(重)", "缺报", EVIL],
            "light": ["green", "red", "none", "amber"],
            "units": ["甲局;乙局", "丙局", "", "丁局"],
            "source_file": ["data/raw/a.xlsx"] * 4,
            "source_sheet": ["5月"] * 4,
            "source_cell": ["D5", "D6", None, "D8"],
            "rule_source": ["附件1"] * 4,
        }
    )


COLUMNS = (
    Column("title", "目标", width=20),
    Column("value", "累计", "number", 1, source="code"),
    Column("share", "完成率", "ratio", 1, has_bar=True),
    Column("state", "进度", light="light"),
    Column("units", "牵头单位", "list"),
)


def chart(folder: Path) -> Chart:
    counts = pd.DataFrame({"battle": ["甲"], "state": ["达序时"], "light": ["green"], "count": [2]})
    figure = states_by_battle(counts, "示例数据：两项都达序时", "来源：示例数据")
    return save(figure, folder, "状态", counts, f'甲两项"都"达序时{EVIL}')


def report(folder: Path, *, is_example: bool = True) -> Report:
    table = Table("全部目标", frame(), COLUMNS, unit="万元", as_of="2023-06-03", footnotes=("“—”不是0。",))
    return Report(
        title=f"月通报{EVIL}",
        subtitle="示例",
        period_label="2023年5月",
        as_of=date(2023, 6, 3),
        is_example=is_example,
        key_figures=(KeyFigure("欠序时", "1", "项", light="red", source="E002"),),
        sections=(
            Section("一、总体情况", ("共4项。原因：【待补】。",), chart(folder)),
            Section("二、各项", table=table),
        ),
        sources=sources_of(frame()),
        notes=("比较用未修约数。",),
    )


class Reader(HTMLParser):
    """Collects what a browser would act on: tags with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(attribute)) is not None]


def test_same_report_same_bytes(tmp_path: Path) -> None:
    for run in ("one", "two"):
        made = report(tmp_path / run)
        write_page(made, tmp_path / run / "report.html")
        write_workbook(made, tmp_path / run / "report.xlsx")
    for name in ("report.html", "report.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_page_names_no_address_outside_itself(tmp_path: Path) -> None:
    html = render_page(report(tmp_path))
    assert "http" not in html.lower()
    assert "//" not in html
    assert outside_links(html) == []
    assert outside_links('<a href="https://example.org/x">') == ["https://example.org/x"]
    assert outside_links('<img src="//example.org/x">') == ["//example.org/x"]
    reader = Reader(html)
    assert [tag for tag, _ in reader.tags if tag in {"link", "iframe", "img", "object", "base"}] == []
    assert reader.values("src") == []


def test_every_link_in_the_page_leads_to_one_place(tmp_path: Path) -> None:
    reader = Reader(render_page(report(tmp_path)))
    ids = reader.values("id")
    assert sorted(ids) == sorted(set(ids))
    targets = [target.removeprefix("#") for target in reader.values("href")]
    assert [target for target in targets if target not in ids] == []
    assert {"src-E001", "src-E002", "src-E004"} <= set(targets)
    assert "src-E003" not in targets  # there is no figure to follow


def test_source_notes_lead_to_how_the_columns_are_reckoned(tmp_path: Path) -> None:
    columns = (Method("甲", "完成率", "完成数 ÷ 目标值"), Method("乙", "名次", "从高到低"), Method("乙", "总分", "Σ"))
    html = render_page(report(tmp_path), Methods("fhdata trace 甲 2023-03", columns, {"E001": "乙"}))
    reader = Reader(html)
    assert [one for one in reader.values("id") if one.startswith("method-")] == ["method-甲", "method-乙"]
    # four notes: one is a row of the second table, the others are rows of none and lead to the first
    leads = [one for one in reader.values("href") if one.startswith("#method-")]
    assert leads == ["#method-乙", "#method-甲", "#method-甲", "#method-甲"]
    assert "；fhdata trace 甲 2023-03 E001</td>" in html
    assert "fhdata trace 甲 2023-03 E002" not in html
    assert "完成数 ÷ 目标值" in html
    assert "method" not in "".join(Reader(render_page(report(tmp_path))).values("id"))


def test_names_from_outside_are_escaped(tmp_path: Path) -> None:
    html = render_page(report(tmp_path))
    assert EVIL not in html
    assert "&lt;script&gt;alert(" in html
    assert sum(tag == "script" for tag, _ in Reader(html).tags) == 1


def test_page_can_be_read_by_everyone(tmp_path: Path) -> None:
    reader = Reader(render_page(report(tmp_path)))
    tags = [tag for tag, _ in reader.tags]
    assert dict(reader.tags)["html"]["lang"] == "zh-CN"
    assert (tags.count("h1"), tags.count("main"), tags.count("header"), tags.count("footer")) == (1, 1, 1, 1)
    headings = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert [(a, b) for a, b in pairwise(headings) if b > a + 1] == []
    drawings = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert [one for one in drawings if one.get("aria-hidden") != "true" and not one.get("aria-label")] == []
    assert f'甲两项"都"达序时{EVIL}' in reader.values("aria-label")
    heads = [attributes for tag, attributes in reader.tags if tag == "th"]
    assert [one for one in heads if one.get("scope") not in {"col", "row"}] == []
    viewport = next(one for tag, one in reader.tags if tag == "meta" and one.get("name") == "viewport")
    assert "width=device-width" in str(viewport["content"])


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("text", "ground"),
    [(INK, "#FFFFFF"), (QUIET, "#FFFFFF"), ("#12405F", "#FFFFFF"), ("#5C4410", "#FBF3E4"), (INK, "#F4F6F7")],
)
def test_words_stand_out_from_their_ground(text: str, ground: str) -> None:
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_example_is_marked_and_the_rest_is_not(tmp_path: Path) -> None:
    example, real = render_page(report(tmp_path)), render_page(report(tmp_path, is_example=False))
    assert '<aside class="example" aria-label="数据性质"><p>示例数据：' in example
    assert 'class="example"' not in real
    assert "<mark>【待补】</mark>" in real


def test_numbers_sort_by_value_and_missing_ones_have_no_key(tmp_path: Path) -> None:
    html = render_page(report(tmp_path))
    assert 'data-key="1012.4"' in html
    assert '<td class="right" data-key="">—</td>' in html
    assert '<td class="right" data-key="0.0"><a href="#src-E002">0.0</a></td>' in html


def test_characters_of_several_charts_are_drawn_from_one_outline(tmp_path: Path) -> None:
    made = report(tmp_path)
    second = dataclasses.replace(chart(tmp_path), name="状态二")
    both = dataclasses.replace(made, sections=(*made.sections, Section("三", chart=second)))
    outlines = re.compile(r'<path id="[^"]+"')
    assert len(outlines.findall(render_page(both))) == len(outlines.findall(render_page(made)))


def test_figure_without_a_source_note_stops_the_report(tmp_path: Path) -> None:
    made = dataclasses.replace(report(tmp_path), sources=(Source("E001", "甲"), Source("a b", "乙")))
    with pytest.raises(ProblemsFound) as caught:
        render_page(made)
    assert sorted(one.code for one in caught.value.problems) == ["bad_source_id", "no_source", "no_source", "no_source"]
    with pytest.raises(ProblemsFound, match="来源“E002”"):
        write_workbook(made, tmp_path / "x.xlsx")


def test_faults_of_a_table_are_told_together(tmp_path: Path) -> None:
    bad = frame().assign(value=["多", 1.0, 2.0, math.inf], light="purple").drop(columns="units")
    made = dataclasses.replace(report(tmp_path), sections=(Section("一", table=Table("表", bad, COLUMNS)),))
    with pytest.raises(ProblemsFound) as caught:
        render_page(made)
    assert [one.code for one in caught.value.problems] == ["not_a_number", "not_a_number", "bad_light", "no_column"]


def test_a_column_without_a_label_stops_the_report(tmp_path: Path) -> None:
    unlabelled = Table("表", frame(), (Column("title", ""),))
    made = dataclasses.replace(report(tmp_path), sections=(Section("一", table=unlabelled),))
    with pytest.raises(ProblemsFound, match="《表》“title”列没有栏目名"):
        render_page(made)


@pytest.mark.parametrize(
    ("column", "value", "text", "number_format"),
    [
        (Column("", "", "number", 1), 891646.05, "891,646.1", "#,##0.0;−#,##0.0"),
        (Column("", "", "number", 0), -8.5, "−9", "#,##0;−#,##0"),
        (Column("", "", "number", None), 2300.0, "2,300", "#,##0;−#,##0"),
        (Column("", "", "number", None), 21.78, "21.78", "#,##0.00;−#,##0.00"),
        (Column("", "", "signed", 1), 2.35, "+2.4", "+#,##0.0;−#,##0.0;#,##0.0"),
        (Column("", "", "signed", 1), -0.04, "0.0", "+#,##0.0;−#,##0.0;#,##0.0"),
        (Column("", "", "ratio", 1), 0.4405, "44.1%", "#,##0.0%;−#,##0.0%"),
    ],
)
def test_a_number_is_printed_once_rounded(column: Column, value: float, text: str, number_format: str) -> None:
    assert cell_text(column, value) == text
    assert excel_format(column, value) == number_format


def test_nothing_blank_and_zero_stay_apart() -> None:
    number, word = Column("", "", "number", 0), Column("", "")
    assert [cell_text(number, value) for value in (math.nan, None, 0.0)] == ["—", "—", "0"]
    assert [cell_text(word, value) for value in (None, "")] == ["—", ""]
    assert cell_text(Column("", "", "list"), "甲;乙") == "甲、乙"


@pytest.fixture
def book(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> Any:
    write_workbook(report(tmp_path), tmp_path / "report.xlsx")
    # openpyxl says that it does not read the extension in which data bars are kept; nothing else may be said.
    with pytest.warns(UserWarning, match="extension is not supported"):
        return openpyxl.load_workbook(tmp_path / "report.xlsx")


def test_workbook_is_laid_out_for_reading_and_printing(book: Any) -> None:
    assert book.sheetnames == ["全部目标", "口径说明", "数据来源"]
    sheet = book["全部目标"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [
        "示例数据：仅供演示，不代表任何地方的实际情况，不得引用",
        "全部目标",
        "单位：万元　数据截至：2023-06-03",
    ]
    assert [cell.value for cell in sheet[4]] == ["目标", "累计", "完成率", "进度", "牵头单位"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B5", "A4:E8", "$4:$4")
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert sheet.page_setup.fitToWidth in {None, 1}
    assert "第 &P 页" in sheet.oddFooter.center.text.replace("&[Page]", "&P")
    assert all("示例数据" in one.oddHeader.center.text for one in book.worksheets)
    assert all(one["A1"].value.startswith("示例数据") for one in book.worksheets)


def test_text_from_outside_never_becomes_a_formula(book: Any) -> None:
    cells = [book["全部目标"].cell(row, 1) for row in range(5, 9)]
    assert [cell.value for cell in cells] == FORMULAS
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert all(cell.quotePrefix for cell in cells)
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert all(cell.hyperlink is None for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def test_numbers_are_numbers_and_lights_are_shape_and_word(book: Any) -> None:
    sheet = book["全部目标"]
    assert [sheet.cell(row, 2).value for row in range(5, 9)] == [1012.4, 0, "—", -8.75]
    assert sheet["C5"].value == 0.44
    assert sheet["C5"].number_format == "#,##0.0%;−#,##0.0%"
    assert [sheet.cell(row, 4).value for row in range(5, 8)] == ["● 达序时", "■ 欠序时(重)", "○ 缺报"]
    assert sheet["E5"].value == "甲局、乙局"


def test_sources_sheet_leads_from_number_to_cell_and_article(book: Any) -> None:
    sheet = book["数据来源"]
    assert [cell.value for cell in sheet[3]] == ["编号", "数字", "文件", "工作表", "单元格", "依据"]
    assert [cell.value for cell in sheet[4]] == ["E001", "=1+1", "data/raw/a.xlsx", "5月", "D5", "附件1"]
    assert sheet["E6"].value is None
    assert book["口径说明"]["B4"].value == "报告期：2023年5月；数据截至 2023-06-03。"
    assert book["口径说明"]["B5"].value == "比较用未修约数。"


RANKED = (
    Column("place", "名次", "number", 0, is_rank=True),
    Column("name", "单位", width=20),
    Column("change", "升降", "signed", 0, has_arrow=True),
    Column("long", "情况", width=202),
)


@pytest.fixture
def ranking_sheet(tmp_path: Path) -> Any:
    places = pd.DataFrame({"place": [1, 2, 3, 4], "name": list("甲乙丙丁"), "change": [2, -1, 0, -1.0], "long": "长"})
    made = dataclasses.replace(
        report(tmp_path), sections=(Section("一", table=Table("排名", places, RANKED)),), sources=(), key_figures=()
    )
    write_workbook(made, tmp_path / "ranking.xlsx")
    return openpyxl.load_workbook(tmp_path / "ranking.xlsx")["排名"]


def test_first_and_last_three_places_are_marked_by_formula(ranking_sheet: Any) -> None:
    """Rows 4 to 7 below mark, title and header. Of four, 1 to 3 are first; behind 2, 3 and 4 fewer than three stand."""
    rules = {
        rule.formula[0]: rule.dxf.font
        for where in ranking_sheet.conditional_formatting
        if str(where.sqref) == "A4:D7"
        for rule in where.rules
    }
    assert list(rules) == [
        "AND(ISNUMBER($A4),$A4<=3)",
        'AND(ISNUMBER($A4),COUNTIF($A$4:$A$7,">"&$A4)<3)',
    ]
    first, last = rules.values()
    assert (first.b, last.i) == (True, True)  # told apart without colour


def test_rank_changes_carry_arrows_and_stay_numbers(ranking_sheet: Any) -> None:
    assert [ranking_sheet.cell(row, 3).value for row in range(4, 8)] == [2, -1, 0, -1]
    assert {ranking_sheet.cell(row, 3).number_format for row in range(4, 8)} == {'"↑"#,##0;"↓"#,##0;#,##0'}


def test_a_very_wide_table_is_printed_side_by_side_with_its_names_repeated(ranking_sheet: Any) -> None:
    # 12 + 20 + 12 + 202 = 246 characters; at 60 % a turned page holds 140 ÷ 0.6 = 233
    assert ranking_sheet.page_setup.fitToWidth == 2
    assert ranking_sheet.page_setup.orientation == "landscape"
    assert (ranking_sheet.print_title_cols, ranking_sheet.print_title_rows) == ("$A:$B", "$3:$3")
    assert ranking_sheet.freeze_panes == "C4"


def test_a_note_longer_than_its_table_is_broken_into_lines(tmp_path: Path) -> None:
    narrow = Table(
        "表", frame(), COLUMNS[:1], footnotes=("注" * 70, "短注")
    )  # 20 wide; 60 half characters are 30 signs
    made = dataclasses.replace(report(tmp_path), sections=(Section("一", table=narrow),))
    write_workbook(made, tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["表"]
    assert [sheet.cell(row, 1).value for row in range(8, 12)] == ["注" * 30, "注" * 30, "注" * 10, "短注"]


def test_workbook_of_real_data_carries_no_mark(tmp_path: Path) -> None:
    with_mark = report(tmp_path)
    real = dataclasses.replace(with_mark, is_example=False, sections=(), sources=(), key_figures=())
    write_workbook(real, tmp_path / "real.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "real.xlsx")["口径说明"]
    assert sheet["A1"].value == "口径说明"
    assert sheet.oddHeader.center.text is None


def test_sheet_names_are_ones_a_workbook_accepts() -> None:
    names = sheet_names(["甲/乙[丙]", "长" * 40, "长" * 40, "Abc", "ABC", " "])
    assert names == ["甲／乙［丙］", "长" * 31, "长" * 28 + "（2）", "Abc", "ABC（2）", "表"]


def entry(**changes: Any) -> dict[str, Any]:
    made = {
        "period": "2023-05",
        "period_label": "2023年5月",
        "title": f"月通报{EVIL}",
        "state": "已发布",
        "light": "green",
        "as_of": "2023-06-03",
        "files": [("网页", "2023-05/月通报/report.html")],
        "is_example": True,
    }
    return made | changes


def test_index_lists_newest_period_first_with_state_and_files(tmp_path: Path) -> None:
    earlier = entry(period="2023-04", period_label="2023年4月", state="未完成", light="red", files=[])
    html = render_index([earlier, entry()], "报告目录")
    assert html.index("2023年5月") < html.index("2023年4月")
    assert EVIL not in html
    assert "http" not in html
    reader = Reader(html)
    assert "2023-05/%E6%9C%88%E9%80%9A%E6%8A%A5/report.html" in reader.values("href")
    assert {"#l-green", "#l-red"} <= set(reader.values("href"))
    write_index([earlier, entry()], "报告目录", tmp_path / "index.html")
    assert (tmp_path / "index.html").read_bytes() == html.encode()


@pytest.mark.parametrize("path", ["../x.html", "/etc/x", "https://example.org", "C:\\x", "javascript:alert(1)", ""])
def test_index_refuses_files_outside_its_folder(path: str) -> None:
    with pytest.raises(ProblemsFound, match="只能是目录下的相对路径"):
        render_index([entry(files=[("x", path)])], "目录")


def test_index_says_what_an_entry_lacks() -> None:
    lacking = entry()
    del lacking["state"], lacking["files"]
    with pytest.raises(ProblemsFound, match="缺 state、files"):
        render_index([lacking], "目录")
    with pytest.raises(ProblemsFound, match="purple"):
        render_index([entry(light="purple")], "目录")


def test_each_light_has_its_own_shape_and_colour() -> None:
    assert len({light.shape for light in LIGHTS.values()}) == len({light.colour for light in LIGHTS.values()}) == 4
