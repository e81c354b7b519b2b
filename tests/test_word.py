"""Word notices: the layout of GB/T 9704—2012, fonts on every run, children in the schema's order, the same bytes."""

import dataclasses
import itertools
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from fhdata.problems import ProblemsFound
from fhdata.publish.canvas import save
from fhdata.publish.charts import states_by_battle
from fhdata.publish.fonts import font_file
from fhdata.publish.report import EXAMPLE_LINE, Chart, Report, Section, Source
from fhdata.publish.tables import Column, Table
from fhdata.publish.word import title_lines, write_notice
from fhdata.publish.word_annexes import annexes_of
from fhdata.publish.word_profile import PROFILE_FILE, load_profile, twips
from fhdata.publish.word_tables import column_widths, type_size, units

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TWIPS_PER_MM = 1440 / 25.4
EVIL = '<b>&"筸'
NARROW = (Column("name", "单位名称"), Column("value", "得分", "number", 2, width=8))
WIDE = (Column("sentence", "情况", width=90), Column("state", "进度", width=12, light="light"))
# ISO/IEC 29500-1: children in the order laid down there; headers and footers of a section may stand in any order
SCHEMA_ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs"
    " suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd"
    " snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid"
    " vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em"
    " lang",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing"
    " tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerOrFooter footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType"
    " pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
    "style": "name aliases basedOn next link uiPriority qFormat pPr rPr",
    "settings": "zoom defaultTabStop evenAndOddHeaders characterSpacingControl compat decimalSymbol listSeparator",
}


def chart(folder: Path) -> Chart:
    counts = pd.DataFrame({"battle": ["甲"], "state": ["达序时"], "light": ["green"], "count": [2]})
    return save(
        states_by_battle(counts, "示例数据：两项都达序时", "来源：示例数据"), folder, "状态", counts, "甲两项都达序时"
    )


def report(folder: Path, *, is_example: bool = True, paragraphs: tuple[str, ...] = ()) -> Report:
    ranking = pd.DataFrame({"name": [EVIL, "乙局"], "value": [93.125, None]})
    behind = pd.DataFrame(
        {"sentence": [f"第{number}项落后" for number in range(1, 13)], "state": "欠序时(重)", "light": "red"}
    )
    return Report(
        title=f"示例县{EVIL}考核",
        subtitle="示例",
        period_label="2023年3月",
        as_of=date(2023, 4, 5),
        is_example=is_example,
        sections=(
            Section(
                "一、总体情况", ("共2个单位。原因：【待补】。", *paragraphs), chart(folder),
                Table("考核得分", ranking, NARROW, "分", "2023-04-05", ("“—”不是0。",)),
            ),
            Section("二、存在问题", table=Table("落后的目标", behind, WIDE, told="sentence")),
            Section("三、下一步工作要求", ("【待补】",)),
            Section("附：采用的规则", table=Table("采用的规则", ranking, NARROW)),
        ),
        sources=tuple(Source(one, "得分", document=f"示例发〔2023〕1号 附件{one}") for one in "12"),
        notes=("比较用未修约数。",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notice")
    write_notice(report(folder), folder / "notice.docx", charts=folder)
    return folder / "notice.docx"


def parts(path: Path) -> dict[str, ET.Element]:
    with zipfile.ZipFile(path) as opened:
        return {
            name: ET.fromstring(opened.read(name)) for name in opened.namelist() if name.endswith((".xml", ".rels"))
        }


def body(path: Path) -> ET.Element:
    return parts(path)["word/document.xml"][0]


def text_of(element: ET.Element) -> str:
    return "".join(one.text or "" for one in element.iter(f"{W}t"))


def paragraphs(path: Path) -> list[ET.Element]:
    """Paragraphs of the text itself, not of tables."""
    return body(path).findall(f"{W}p")


def paragraph(path: Path, text: str) -> ET.Element:
    (found,) = [one for one in paragraphs(path) if text_of(one) == text]
    return found


def attribute(element: ET.Element, path: str, name: str) -> str | None:
    found = element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{W}{name}")


def fonts_of(element: ET.Element) -> set[str | None]:
    return {attribute(run, "rPr/rFonts", "eastAsia") for run in element.iter(f"{W}r")}


# ── the file ──


def test_same_report_same_bytes_and_nothing_of_the_clock_or_of_another_program(tmp_path: Path) -> None:
    for run in ("one", "two"):
        made = report(tmp_path / run)
        write_notice(made, tmp_path / run / "notice.docx", charts=tmp_path / run)
    one, two = (tmp_path / run / "notice.docx" for run in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [name for name in opened.namelist() if re.search("theme|thumbnail|customXml|app.xml", name)] == []
        core = opened.read("docProps/core.xml").decode()
    assert core.count("2023-04-05T00:00:00Z") == 2
    assert "python" not in core


def test_the_file_opens_and_text_is_never_markup(notice: Path) -> None:
    document = Document(str(notice))
    assert any(EVIL in one.text for one in document.paragraphs)
    assert document.tables[0].cell(1, 0).text == EVIL
    assert [cell.text for cell in document.tables[0].rows[2].cells] == ["乙局", "—"]


def check_order(path: Path) -> set[str]:
    """Every element whose children have an order has them in it; the names of those that occur."""
    seen = set()
    for root in parts(path).values():
        for element in root.iter():
            name = element.tag.removeprefix(W)
            if element.tag.startswith(W) and name in SCHEMA_ORDER:
                children = [re.sub("(header|footer)Reference", "headerOrFooter", child.tag) for child in element]
                places = [SCHEMA_ORDER[name].split().index(child.removeprefix(W)) for child in children]
                assert places == sorted(places), name
                seen.add(name)
    return seen


def test_children_stand_in_the_order_of_the_schema(notice: Path) -> None:
    assert check_order(notice) == set(SCHEMA_ORDER)


def test_every_run_names_its_east_asian_font_and_no_theme_is_left(notice: Path) -> None:
    runs = [run for root in parts(notice).values() for run in root.iter(f"{W}r")]
    assert len(runs) > 50
    assert [text_of(run) for run in runs if not attribute(run, "rPr/rFonts", "eastAsia")] == []
    attributes = {name for root in parts(notice).values() for element in root.iter() for name in element.attrib}
    assert [name for name in attributes if "heme" in name] == []


# ── the page ──


def test_page_is_a4_with_the_standard_margins_and_the_line_grid(notice: Path) -> None:
    first = next(body(notice).iter(f"{W}sectPr"))
    # 210 × 297 mm; 37, 26, 35, 28 mm; 1 mm = 1440 ÷ 25.4 = 56.69 twips
    assert [attribute(first, "pgSz", name) for name in "wh"] == ["11906", "16838"]
    margins = [attribute(first, "pgMar", name) for name in ("top", "right", "bottom", "left")]
    assert margins == ["2098", "1474", "1984", "1587"]
    assert attribute(first, "docGrid", "type") == "lines"
    assert attribute(first, "docGrid", "linePitch") == "579"


def test_profile_says_clause_and_strength_of_every_value_and_its_grid_fills_the_type_area() -> None:
    groups = tomllib.loads(PROFILE_FILE.read_text(encoding="utf-8"))
    entries = [entry for group in groups.values() for entry in group.values()]
    assert {entry["strength"] for entry in entries} == {"应当", "一般", "换算", "自定"}
    assert [entry for entry in entries if not entry["clause"]] == []
    profile = load_profile()
    height, width = (297 - 37 - 35) * TWIPS_PER_MM, (210 - 28 - 26) * TWIPS_PER_MM
    assert 22 * profile.pitch_twips <= height < 23 * profile.pitch_twips
    character = 16 * 20 - 5  # 3号 is 16 points, each character 5 twips tighter
    assert profile.character_twips == character
    assert 28 * character <= width < 29 * character


def check_number(footer: Any, side: str) -> None:
    """The page number — 1 — of a footer stands at this side."""
    root = ET.fromstring(footer.part.blob)
    (number,) = [one for one in root.iter(f"{W}p") if one.find(f"{W}r/{W}instrText") is not None]
    assert text_of(number) == "— 1 —"
    assert attribute(number, "pPr/jc", "val") == side
    assert attribute(number, "pPr/ind", side) == "280"  # one character of 4号, 14 points
    assert fonts_of(number) == {"宋体"}
    assert attribute(number, "r/rPr/sz", "val") == "28"


def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones(notice: Path) -> None:
    document = Document(str(notice))
    assert document.settings.odd_and_even_pages_header_footer
    sections = list(document.sections)
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]
    for section, footer, side in [(one, getattr(one, name), side) for one in sections for name, side in (
        ("footer", "right"), ("even_page_footer", "left"),
    )]:  # fmt: skip
        check_number(footer, side)
        assert ("bodyPr" in str(footer.part.blob)) == (section is sections[1])  # turned, in a box at the same edge


def test_example_mark_is_on_every_page_only_where_data_are_made_up(tmp_path: Path, notice: Path) -> None:
    section = Document(str(notice)).sections[0]
    for part in (section.header, section.even_page_header):
        assert [one.text for one in part.paragraphs] == [EXAMPLE_LINE]
    write_notice(report(tmp_path, is_example=False), tmp_path / "real.docx", charts=tmp_path)
    assert [name for name in parts(tmp_path / "real.docx") if "header" in name] == []
    assert "示例数据：仅供演示" not in text_of(body(tmp_path / "real.docx"))


# ── the text ──


def test_parts_stand_in_the_order_of_a_notice(notice: Path) -> None:
    told = [text_of(one) for one in paragraphs(notice)]
    start = told.index("一、总体情况")
    assert "".join(told[:start]) == (
        f"【待编号】关于2023年3月示例县{EVIL}考核情况的通报【待补】："
        "根据示例发〔2023〕1号，现将2023年3月有关情况通报如下（数据截至2023年4月5日）。"
    )
    end = told.index("附件1")
    tens = [f"{number}. 第{number}项落后" for number in range(1, 11)]
    assert [one for one in told[start:end] if one] == [
        "一、总体情况", "共2个单位。原因：【待补】。", "详见附件1《考核得分》、附件4《图示》。",
        "二、存在问题", *tens, "其余2项详见附件2《落后的目标》。",
        "三、下一步工作要求", "【待补】",
        "附件：1.考核得分", "2.落后的目标", "3.采用的规则", "4.图示", "5.口径说明",
        "【待补】（发文机关）", "【待补】（成文日期）",
    ]  # fmt: skip
    assert [one for one in told if re.fullmatch(r"附件\d", one)] == [f"附件{number}" for number in range(1, 6)]


def test_what_is_to_be_written_by_hand_is_highlighted_and_nothing_else(notice: Path) -> None:
    marked = [text_of(run) for run in body(notice).iter(f"{W}r") if run.find(f"{W}rPr/{W}highlight") is not None]
    assert marked == ["【待编号】", "【待补】", "【待补】", "【待补】", "【待补】", "【待补】"]


@pytest.mark.parametrize(
    ("text", "font", "half_points", "first_line"),
    [
        ("情况的通报", "方正小标宋简体", "44", None),  # 2号 22 points
        ("一、总体情况", "黑体", "32", "630"),  # 3号 16 points; two characters of 315 twips
        ("（一）各乡镇", "楷体_GB2312", "32", "630"),
        ("1. 第1项落后", "仿宋_GB2312", "32", "630"),
        ("附件1", "黑体", "32", None),
    ],
)
def test_type_of_each_level(tmp_path: Path, text: str, font: str, half_points: str, first_line: str | None) -> None:
    made = dataclasses.replace(
        report(tmp_path, paragraphs=("（一）各乡镇",)), title="某县各乡镇及县直各单位重点工作完成"
    )
    write_notice(made, tmp_path / "notice.docx", charts=tmp_path)
    found = paragraph(tmp_path / "notice.docx", text)
    assert fonts_of(found) == {font}
    assert attribute(found, "r/rPr/sz", "val") == half_points
    assert attribute(found, "pPr/ind", "firstLine") == first_line
    assert [attribute(found, "pPr/spacing", name) for name in ("line", "lineRule")] == ["579", "exact"]
    assert attribute(found, "r/rPr/spacing", "val") == (None if font == "方正小标宋简体" else "-5")


def test_fonts_of_plain_windows_can_be_asked_for(tmp_path: Path) -> None:
    write_notice(report(tmp_path), tmp_path / "notice.docx", charts=tmp_path, fonts="windows")
    used = set().union(*(fonts_of(root) for root in parts(tmp_path / "notice.docx").values()))
    assert used == {"宋体", "黑体", "仿宋"}


def test_a_title_and_addressees_that_are_given_are_used(tmp_path: Path) -> None:
    write_notice(report(tmp_path), tmp_path / "a.docx", charts=tmp_path, title="三月通报", addressees="各乡镇人民政府")
    told = [text_of(one) for one in paragraphs(tmp_path / "a.docx")]
    assert told[:5] == ["【待编号】", "", "三月通报", "", "各乡镇人民政府："]


def test_a_title_is_broken_between_its_parts_and_a_long_part_evenly() -> None:
    assert title_lines(["关于三月", "考核", "情况的通报"], 22) == ["关于三月考核情况的通报"]  # 11 characters, 22 halves
    assert title_lines(["关于三月", "考核", "情况的通报"], 20) == ["关于三月考核", "情况的通报"]
    assert title_lines(["甲" * 21], 20) == ["甲" * 7] * 3


# ── annexes ──


def test_each_annex_begins_a_page(notice: Path) -> None:
    """By a break before it, or by the end of a section where the paper turns."""
    told = paragraphs(notice)
    starts = [place for place, one in enumerate(told) if re.fullmatch(r"附件\d", text_of(one))]
    breaks = [told[place].find(f"{W}pPr/{W}pageBreakBefore") is not None for place in starts]
    turns = [told[place - 1].find(f"{W}pPr/{W}sectPr") is not None for place in starts]
    assert breaks == [True, False, False, True, True]
    assert turns == [False, True, True, False, False]
    assert [text_of(told[place + 2]) for place in starts] == [
        annex.title for annex in annexes_of(report(notice.parent))
    ]


def check_tables(path: Path) -> int:
    """Every table has a full grid, repeats its header and splits no row; how many there are."""
    tables = body(path).findall(f"{W}tbl")
    for table in tables:
        borders = table.find(f"{W}tblPr/{W}tblBorders")
        assert borders is not None
        assert [one.tag.removeprefix(W) for one in borders] == ["top", "left", "bottom", "right", "insideH", "insideV"]
        assert {one.get(f"{W}val") for one in borders} == {"single"}
        rows = table.findall(f"{W}tr")
        assert [one for one in rows if one.find(f"{W}trPr/{W}cantSplit") is None] == []
        assert [one.find(f"{W}trPr/{W}tblHeader") is not None for one in rows] == [True] + [False] * (len(rows) - 1)
    return len(tables)


def test_tables_have_a_full_grid_repeat_their_header_and_never_split_a_row(notice: Path) -> None:
    assert check_tables(notice) == 3
    tables = body(notice).findall(f"{W}tbl")
    # 156 mm upright, 225 mm turned
    widths = [attribute(table, "tblPr/tblW", "w") for table in tables]
    assert widths == ["8844", "12756", "8844"]


def test_a_light_is_a_coloured_shape_and_a_word(notice: Path) -> None:
    state = body(notice).findall(f"{W}tbl")[1].findall(f"{W}tr")[1].findall(f"{W}tc")[1]
    assert text_of(state) == "■ 欠序时(重)"
    assert [attribute(run, "rPr/color", "val") for run in state.iter(f"{W}r")] == ["D55E00", "000000"]


def test_a_picture_stands_in_a_line_as_high_as_itself_and_has_its_alt_text(notice: Path) -> None:
    (held,) = [one for one in paragraphs(notice) if one.find(f"{W}r/{W}drawing") is not None]
    assert attribute(held, "pPr/spacing", "lineRule") == "auto"
    assert attribute(held, "pPr/snapToGrid", "val") == "0"
    (described,) = [one for one in held.iter() if one.tag.endswith("}docPr")]
    assert described.get("descr") == "甲两项都达序时"
    (extent,) = [one for one in held.iter() if one.tag.endswith("}extent")]
    assert extent.get("cx") == str(156 * 36_000)  # the whole width of the type area


def test_a_chart_that_was_not_saved_stops_the_notice(tmp_path: Path) -> None:
    made = report(tmp_path)
    (tmp_path / "状态.png").unlink()
    with pytest.raises(ProblemsFound, match="没有图“状态”的 PNG 文件"):
        write_notice(made, tmp_path / "notice.docx", charts=tmp_path)
    assert not (tmp_path / "notice.docx").exists()


def test_sentences_from_a_column_that_is_not_there_stop_the_notice(tmp_path: Path) -> None:
    lacking = Table("得分", pd.DataFrame({"name": ["甲"], "value": [1.0]}), NARROW, told="sentence")
    made = dataclasses.replace(report(tmp_path), sections=(Section("一、得分", table=lacking),))
    with pytest.raises(ProblemsFound, match="《得分》没有“sentence”一列"):
        write_notice(made, tmp_path / "notice.docx", charts=tmp_path)


TEXTS = st.sampled_from(["达序时", "甲" * 40, "—", "某某局、某某办", ""])
NUMBERS = st.sampled_from(["1,012.4", "−8.75", "—", "100.0%"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(TEXTS, NUMBERS, TEXTS), min_size=1, max_size=4), st.sampled_from([8844, 12756]))
def test_columns_add_up_to_the_table_and_numbers_are_not_broken(texts: list[tuple[str, ...]], width: int) -> None:
    columns = (Column("a", "名称"), Column("b", "很长的一个栏目名称", "number"), Column("c", "情况"))
    widths = column_widths(columns, texts, width, 9)
    assert sum(widths) == width
    assert min(widths) > 0
    half_character = 9 * 20 / 2
    assert widths[1] - 2 * 57 >= max(units(number) for _, number, _ in texts) * half_character  # 57 twips at each side


@pytest.mark.parametrize(
    ("columns", "points"),
    # 156 mm are 8844 twips. “12,345,678.90” is 13 half characters and 13 × 0.3 more, 16.9; with 1.5 to spare and 114
    # twips of padding, a column of 10.5 points (105 twips a half character) takes 18.4 × 105 + 114 = 2046: 4 fit;
    # of 9 points 18.4 × 90 + 114 = 1770: 4 again; of 7.5 points 18.4 × 75 + 114 = 1494: 5; of 6.5 points 1310: 6.
    [(4, 10.5), (5, 7.5), (6, 6.5), (9, 6.5)],
)
def test_type_is_made_smaller_before_a_number_is_broken(columns: int, points: float) -> None:
    told = [Column("a", "金额", "number")] * columns
    assert type_size(told, [["12,345,678.90"] * columns], load_profile(), 8844, is_wide=False) == points


# ── rendered ──


def missing_tools() -> list[str]:
    return [name for name in ("soffice", "pdftotext") if shutil.which(name) is None]


THREE_PAGES = "国" * (28 * 22 * 3)
Line = tuple[str, float, float, float, float]


def rendered(folder: Path, names: list[str]) -> dict[str, list[list[Line]]]:
    """The lines on the pages of these notices, as printed in the charts' font by LibreOffice."""
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{font_file().parent}</dir><cachedir>{folder / 'fonts'}</cachedir></fontconfig>", "utf-8"
    )
    environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    profile = f"-env:UserInstallation=file://{folder / 'office'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *names]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=120)
    pages = {}
    for name in names:
        command = ["pdftotext", "-bbox-layout", Path(name).with_suffix(".pdf").name, "-"]
        shown = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
        pages[name] = [[*lines_of(page)] for page in shown.split("<page ")[1:]]
    return pages


def check_full_page(pages: list[list[Line]]) -> None:
    """The second page, full of one character, holds 22 lines of 28; the numbers stand where they should."""
    full = [line for line in pages[1] if line[0].startswith("国")]
    assert [len(text) for text, *_ in full] == [28] * 22
    tops = [top for _, _, top, _, _ in full]
    assert [round(low - high, 1) for high, low in itertools.pairwise(tops)] == pytest.approx([28.95] * 21, abs=0.11)
    points = 72 / 25.4
    assert min(left for _, left, *_ in full) == pytest.approx(28 * points, abs=1)
    numbers = [next(line for line in page if line[0] == f"—{number}—") for number, page in enumerate(pages[:2], 1)]
    assert numbers[0][3] == pytest.approx((210 - 26) * points - 14, abs=1.5)  # right edge, one character of 4号 in
    assert numbers[1][1] == pytest.approx(28 * points + 14, abs=1.5)
    middles = [(top + bottom) / 2 for _, _, top, _, bottom in numbers]
    assert middles == pytest.approx([(297 - 35 + 7) * points] * 2, abs=3)  # the dash is 7 mm below the type area


@pytest.mark.skipif(bool(missing_tools()), reason=f"没有装 {'、'.join(missing_tools())}，不能量印出的页面")
def test_a_rendered_page_holds_28_characters_by_22_lines(tmp_path: Path) -> None:
    """A paragraph of three pages of one character: its second page is full, and the numbers stand where they should."""
    made = dataclasses.replace(report(tmp_path, paragraphs=(THREE_PAGES,)), sources=(), notes=())
    write_notice(made, tmp_path / "full.docx", charts=tmp_path)
    check_full_page(rendered(tmp_path, ["full.docx"])["full.docx"])


def lines_of(page: str) -> list[Line]:
    """Each line of a page as pdftotext tells it: its text without blanks, left, top, right and bottom in points."""
    found = []
    for block in page.split("<line ")[1:]:
        left, top, right, bottom = (float(block.split(f'{name}="')[1].split('"')[0]) for name in (
            "xMin", "yMin", "xMax", "yMax",
        ))  # fmt: skip
        found.append(("".join(re.findall(r">([^<]+)</word>", block)), left, top, right, bottom))
    return found


def test_lengths_are_said_in_twips() -> None:
    assert twips(25.4) == 1440
