"""PDF files of pages and charts: one embedded font, every character drawn, the same bytes, offline."""

import importlib.util
import itertools
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import image
from test_publish_documents import EVIL, chart, report

from fhdata.problems import ProblemsFound
from fhdata.publish import pdf
from fhdata.publish.canvas import save
from fhdata.publish.charts import states_by_battle
from fhdata.publish.page import render_page
from fhdata.publish.page_reading import read_page
from fhdata.publish.report import EXAMPLE_LINE, Report, Section
from fhdata.publish.tables import Column, Table

DAY = date(2023, 6, 3)
HARD = "筸子坪镇①≥㎡−"
needs_maker = pytest.mark.skipif(importlib.util.find_spec(pdf.MAKER) is None, reason="没有装 PDF 组件 typst")
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None or shutil.which("pdffonts") is None, reason="没有装 poppler，不能看 PDF 的页面"
)


def bare(text: str, *sections: Section) -> Report:
    return Report(text, "", "2023年5月", DAY, False, sections=sections)


# ── the page read back ──


def test_page_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    content = read_page(render_page(report(tmp_path)))
    assert (content["title"], content["subtitle"], content["example"]) == (f"月通报{EVIL}", "示例", EXAMPLE_LINE)
    assert content["dates"] == ["报告期：2023年5月", "数据截至：2023-06-03"]
    assert content["figures"] == [{"label": "欠序时", "value": "1", "unit": "项", "note": "", "light": "red"}]
    (part,) = content["parts"]
    kinds = ["heading", "body", "chart", "heading", "table", "foot", "heading", "note", "heading", "table"]
    assert [one["kind"] for one in part["blocks"]] == kinds
    table = part["blocks"][4]
    assert (table["title"], table["note"]) == ("全部目标", "单位：万元　数据截至：2023-06-03")
    assert [one["align"] for one in table["columns"]] == ["left", "right", "right", "left", "left"]
    assert table["rows"][1]["cells"][1] == {"text": "0.0", "light": "", "link": "src-E002"}
    assert table["rows"][1]["cells"][3] == {"text": "欠序时(重)", "light": "red", "link": ""}
    assert [row["anchor"] for row in part["blocks"][9]["rows"]][:2] == ["src-E001", "src-E002"]


def test_paper_turns_for_wide_tables_and_only_for_them() -> None:
    wide = Table("宽", pd.DataFrame({"a": ["甲"]}), (Column("a", "甲", width=97),))
    narrow = Table("窄", pd.DataFrame({"a": ["甲"]}), (Column("a", "甲", width=96),))
    sections = (
        Section("一、表", table=wide),
        Section("二、文", ("话。",), table=wide),
        Section("三、窄", table=narrow),
    )
    parts = read_page(render_page(bare("报告", *sections)))["parts"]
    told = [(part["is_wide"], [one.get("text", one.get("title")) for one in part["blocks"]]) for part in parts]
    assert told == [
        (True, ["一、表", "宽"]),
        (False, ["二、文", "话。"]),
        (True, ["宽"]),
        (False, ["三、窄", "窄"]),
    ]


def test_a_few_wide_rows_stay_upright_and_parts_alike_are_joined() -> None:
    def part(is_wide: bool, rows: int, columns: int = 3) -> dict[str, Any]:
        row = {"cells": [{"text": "12,345,678.90", "light": "", "link": ""}] * columns, "anchor": ""}
        heads = [{"label": "金额", "align": "right", "is_number": True}] * columns
        return {"is_wide": is_wide, "blocks": [{"kind": "table", "columns": heads, "rows": [row] * rows}]}

    def told(*parts: dict[str, Any]) -> list[tuple[bool, int]]:
        return [(one["is_wide"], len(one["blocks"])) for one in pdf._upright_where_small(parts)]

    assert told(part(False, 5), part(True, 12), part(False, 5)) == [(False, 3)]
    assert told(part(False, 5), part(True, 13), part(True, 99)) == [(False, 1), (True, 2)]
    # 174 mm are 493 points; a number of 18.4 half characters of 3.5 points and 5.7 of padding takes 70: 7 fit, not 8
    assert told(part(True, 5, columns=7)) == [(False, 1)]
    assert told(part(True, 5, columns=8)) == [(True, 1)]


# ── the file ──


@needs_maker
def test_same_page_same_bytes(tmp_path: Path) -> None:
    html = render_page(report(tmp_path))
    files = [pdf.page_pdf(html, tmp_path, DAY), pdf.pack_pdf("图", tmp_path, DAY, is_example=True)]
    assert files == [pdf.page_pdf(html, tmp_path, DAY), pdf.pack_pdf("图", tmp_path, DAY, is_example=True)]
    assert all(one.startswith(b"%PDF-") for one in files)
    assert files[0] != pdf.page_pdf(html, tmp_path, date(2023, 6, 4))


@needs_maker
@needs_poppler
def test_only_the_charts_own_font_is_in_the_file_and_it_is_embedded(tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(pdf.page_pdf(render_page(report(tmp_path)), tmp_path, DAY))
    shown = subprocess.run(["pdffonts", "one.pdf"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    fonts = [line.split() for line in shown.splitlines()[2:]]
    assert [re.sub("^[A-Z]{6}[+]", "", one[0]) for one in fonts] == ["NotoSansSC-Regular"]
    assert [one[-5] for one in fonts] == ["yes"]  # the column “emb”


@needs_maker
def test_a_character_of_no_font_stops_the_file() -> None:
    with pytest.raises(ProblemsFound, match="U\\+10FFFD"):
        pdf.page_pdf(render_page(bare("报告", Section("一、\U0010fffd"))), Path(), DAY)


def test_without_the_extra_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ProblemsFound, match="没有装出 PDF 用的 typst，PDF 是可选的，请在项目文件夹运行 uv sync --extra pdf"
    ):
        pdf.page_pdf(render_page(bare("报告")), Path(), DAY)


def test_a_chart_that_was_not_saved_stops_the_file(tmp_path: Path) -> None:
    html = render_page(report(tmp_path))
    (tmp_path / "状态.svg").unlink()
    with pytest.raises(ProblemsFound, match="没有图“状态”的 SVG 文件"):
        pdf.page_pdf(html, tmp_path, DAY)


# ── what can be seen: a box in place of a character would look like every other box ──


def unlike(pictures: dict[str, bytes]) -> None:
    """No two of the pictures are the same."""
    assert [pair for pair in itertools.combinations(pictures, 2) if pictures[pair[0]] == pictures[pair[1]]] == []


def drawn(folder: Path, character: str) -> None:
    counts = pd.DataFrame({"battle": ["甲"], "state": ["达序时"], "light": ["green"], "count": [2]})
    save(states_by_battle(counts, character, "来源"), folder, f"{ord(character):x}", counts, "甲")


def test_every_hard_character_is_drawn_in_png_and_svg(tmp_path: Path) -> None:
    for character in HARD:
        drawn(tmp_path, character)
    pixels = {one: image.imread(tmp_path / f"{ord(one):x}.png") for one in HARD}
    for one in HARD:
        head = pixels[one][: pixels[one].shape[0] // 5, : pixels[one].shape[1] // 8, :3]  # where the title stands
        assert (head < 0.5).any(), one
    unlike({one: pixels[one].tobytes() for one in HARD})
    outline = re.compile(r'<path id="[^"]*-([0-9a-f]+)" d="([^"]+)"')
    texts = {one: (tmp_path / f"{ord(one):x}.svg").read_text(encoding="utf-8") for one in HARD}
    unlike({one: "".join(sorted(shape for _, shape in outline.findall(text))).encode() for one, text in texts.items()})


@needs_maker
@needs_poppler
def test_every_hard_character_is_drawn_in_pdf(tmp_path: Path) -> None:
    seen = {}
    for one in HARD + " ":
        name = f"{ord(one):x}"
        (tmp_path / f"{name}.pdf").write_bytes(pdf.page_pdf(render_page(bare("报告", Section(one))), tmp_path, DAY))
        subprocess.run(["pdftoppm", "-r", "60", f"{name}.pdf", name], cwd=tmp_path, check=True, capture_output=True)
        seen[one] = next(tmp_path.glob(f"{name}-*.ppm")).read_bytes()
    unlike(seen)  # the blank one among them: none of them is blank


@needs_maker
@needs_poppler
def test_pack_has_a_page_for_every_chart(tmp_path: Path) -> None:
    chart(tmp_path)
    drawn(tmp_path, "甲")
    (tmp_path / "pack.pdf").write_bytes(pdf.pack_pdf("示例县月报", tmp_path, DAY, is_example=True))
    subprocess.run(["pdftoppm", "-r", "20", "pack.pdf", "pack"], cwd=tmp_path, check=True, capture_output=True)
    assert len(list(tmp_path.glob("pack-*.ppm"))) == 2
