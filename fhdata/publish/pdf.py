"""A published page, or a report's charts, as one PDF: made offline by typst, set in the charts' own font."""

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import matplotlib as mpl

from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.publish.fonts import FALLBACK_PATH, families, font_file, glyph_problems
from fhdata.publish.lights import HAIRLINE, INK, LIGHTS, QUIET
from fhdata.publish.page_reading import read_page
from fhdata.publish.report import EXAMPLE_LINE
from fhdata.publish.tables import Column
from fhdata.publish.word_profile import TWIPS_PER_POINT
from fhdata.publish.word_tables import column_widths, fits

MAKER = "typst"
TEMPLATE = Path(__file__).with_name("templates") / "report.typ"
WARM = "#8A5A00"
UPRIGHT_POINTS, TURNED_POINTS = 174 / 25.4 * 72, 261 / 25.4 * 72  # A4 less 18 mm at each side
TABLE_POINTS, WIDE_TABLE_POINTS = 8.5, 7.0
MOST_CHART_MM = 165.0
FEW_ROWS = 12
SVG_WIDTH = re.compile(r'<svg[^>]*\bwidth="(?P<points>[\d.]+)pt"')
PACK_TITLE = "图册"


def maker_problems() -> list[Problem]:
    """What keeps any PDF from being made: the extra that makes them is not installed."""
    if importlib.util.find_spec(MAKER):
        return []
    said, action = "没有装出 PDF 用的 typst", "请在项目文件夹运行 uv sync --extra pdf；别的格式不受影响"
    return [problem("no_pdf_extra", said, "PDF 是可选的", action)]


def page_pdf(html: str, charts: Path, day: date) -> bytes:
    """A published page as PDF; same page, same charts, same bytes.

    Args:
        html: the page as ``page.write_page`` wrote it.
        charts: the folder of the report's saved charts.
        day: the report's day, which the file bears as its date.

    Raises:
        ProblemsFound: the extra is missing, a chart is missing, a character is in neither font.
    """
    content = read_page(html)
    names = [one["name"] for part in content["parts"] for one in part["blocks"] if one["kind"] == "chart"]
    content["parts"] = _upright_where_small(content["parts"])
    for part in content["parts"]:
        room = TURNED_POINTS if part["is_wide"] else UPRIGHT_POINTS
        for one in part["blocks"]:
            if one["kind"] == "table":
                _set_widths(one, room, is_wide=part["is_wide"])
    return _printed(content, _charts(charts, names), day)


def pack_pdf(title: str, charts: Path, day: date, *, is_example: bool) -> bytes:
    """Every chart of a report on a page of its own, with what it says in words and the names of its files.

    Args:
        title: the report's title.
        charts: the folder of the report's saved charts.
        day: see ``page_pdf``.
        is_example: whether any figure is made up.

    Raises:
        ProblemsFound: see ``page_pdf``.
    """
    names = sorted(path.stem for path in charts.glob("*.svg"))
    drawn = _charts(charts, names)
    blocks: list[dict[str, Any]] = []
    for name in names:
        told = {"kind": "foot", "text": f"{drawn[name]['alt']}　（charts/{name}.png、.svg；数据：charts/{name}.csv）"}
        blocks += [{"kind": "chart", "name": name}, told, {"kind": "page"}]
    content = {
        "title": f"{title}{PACK_TITLE}",
        "subtitle": "",
        "dates": [f"数据截至：{day.isoformat()}", f"共 {len(names)} 幅"],
        "example": EXAMPLE_LINE if is_example else "",
        "figures": [],
        "parts": [{"is_wide": False, "blocks": blocks}],
    }
    return _printed(content, drawn, day)


def _charts(folder: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    stop_on(
        problem("no_picture", f"没有图“{name}”的 SVG 文件", "", "请重新出报告", file=f"charts/{name}.svg")
        for name in names
        if not (folder / f"{name}.svg").is_file()
    )
    drawn = {}
    for name in names:
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        found = SVG_WIDTH.search(svg)
        width = float(found["points"]) / 72 * 25.4 if found else MOST_CHART_MM
        alt = (folder / f"{name}.txt").read_text(encoding="utf-8").strip()
        drawn[name] = {"svg": svg, "alt": alt, "width": min(width, MOST_CHART_MM)}
    return drawn


def _upright_where_small(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A few rows that can be set upright in small type do not turn the paper; parts then alike are joined."""
    joined: list[dict[str, Any]] = []
    for part in parts:
        tables = [one for one in part["blocks"] if one["kind"] == "table"]
        is_small = sum(len(one["rows"]) for one in tables) <= FEW_ROWS
        is_wide = part["is_wide"] and not (is_small and all(_fits_upright(one) for one in tables))
        if joined and joined[-1]["is_wide"] == is_wide:
            joined[-1]["blocks"] += part["blocks"]
        else:
            joined.append({"is_wide": is_wide, "blocks": [*part["blocks"]]})
    return joined


def _fits_upright(table: Mapping[str, Any]) -> bool:
    return fits(*_cells(table), int(UPRIGHT_POINTS * TWIPS_PER_POINT), WIDE_TABLE_POINTS)


def _cells(table: Mapping[str, Any]) -> tuple[list[Column], list[list[str]]]:
    columns = [Column("", one["label"], "number" if one["is_number"] else "text") for one in table["columns"]]
    return columns, [[("● " if one["light"] else "") + one["text"] for one in row["cells"]] for row in table["rows"]]


def _set_widths(table: dict[str, Any], room: float, *, is_wide: bool) -> None:
    columns, texts = _cells(table)
    twips = int(room * TWIPS_PER_POINT)
    is_large = not is_wide and fits(columns, texts, twips, TABLE_POINTS)
    table["points"] = TABLE_POINTS if is_large else WIDE_TABLE_POINTS
    widths = column_widths(columns, texts, twips, table["points"])
    for column, width in zip(table["columns"], widths, strict=True):
        column["width"] = width / TWIPS_PER_POINT


def _printed(content: Mapping[str, Any], charts: Mapping[str, Any], day: date) -> bytes:
    stop_on(maker_problems())
    stop_on(glyph_problems(_texts(content), f"《{content['title']}》"))
    import typst  # noqa: PLC0415 - an extra

    lights = {name: {"colour": light.colour, "shape": light.shape} for name, light in LIGHTS.items()}
    style = {"fonts": families(), "ink": INK, "quiet": QUIET, "hairline": HAIRLINE, "warm": WARM, "lights": lights}
    data = json.dumps({**content, **style, "charts": charts}, ensure_ascii=False)
    folders = [font_file().parent, Path(mpl.get_data_path(), *FALLBACK_PATH).parent]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    made, warnings = typst.Compiler(TEMPLATE.read_bytes(), font_paths=fonts).compile_with_warnings(
        format="pdf", sys_inputs={"data": data}, timestamp=datetime.combine(day, time.min, tzinfo=UTC)
    )
    if warnings or not isinstance(made, bytes):
        said = "；".join(one.message for one in warnings) or "没有印出来"
        raise ProblemsFound([problem("bad_pdf", f"印《{content['title']}》时：{said}", "", "请核对这份报告")])
    return made


def _texts(value: object) -> list[str]:
    """Every text in the content, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list | tuple) else []
