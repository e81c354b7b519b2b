"""A report as one page that needs nothing else: no outside link, no font file, no framework."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from fhdata.problems import stop_on
from fhdata.publish.inline import draw_inline
from fhdata.publish.lights import LIGHTS
from fhdata.publish.methods import NO_METHODS, Methods
from fhdata.publish.report import EXAMPLE_LINE, TO_BE_WRITTEN, Report, Source, report_problems
from fhdata.publish.tables import Column, Table, cell_text, is_missing

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Cell:
    """One cell of a table on the page."""

    text: str
    column: Column
    light: str
    anchor: str
    sort_key: str


def render_page(report: Report, methods: Methods = NO_METHODS) -> str:
    """The report as HTML.

    Args:
        report: what stands on it.
        methods: how its tables' columns are reckoned, to which the source notes lead.

    Raises:
        ProblemsFound: a table lacks a column, or a figure leads to no source note.
    """
    stop_on(report_problems(report))
    sources = {source.id: source for source in report.sources}
    numbered = [(f"s{number}", section) for number, section in enumerate(report.sections, start=1)]
    glyphs, drawings = draw_inline(report.charts)
    template = environment().get_template("report.html")
    return template.render(
        report=report,
        lights=LIGHTS,
        example_line=EXAMPLE_LINE,
        contents=[(anchor, section.heading) for anchor, section in numbered if section.heading],
        sections=[(anchor, section, _rows(section.table, sources)) for anchor, section in numbered],
        glyphs=glyphs,
        drawings=drawings,
        methods=methods,
    )


def write_page(report: Report, path: Path, methods: Methods = NO_METHODS) -> None:
    """Write the report's page; same report and methods, same bytes."""
    html = render_page(report, methods)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(html.encode())


@cache
def environment() -> Environment:
    """The templates, with everything escaped that is not marked as safe."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["prose"] = prose
    return made


def prose(text: str) -> Markup:
    """Escaped text in which what is still to be written by hand (【待补】) is marked."""
    return Markup(str(escape(text)).replace(TO_BE_WRITTEN, f"<mark>{TO_BE_WRITTEN}</mark>"))


def _rows(table: Table | None, sources: dict[str, Source]) -> list[list[Cell]]:
    if table is None:
        return []
    return [[_cell(column, row, sources) for column in table.columns] for row in table.records]


def _cell(column: Column, row: dict[Hashable, Any], sources: dict[str, Source]) -> Cell:
    value = row[column.name]
    source = row[column.source] if column.source else None
    text = cell_text(column, value)
    return Cell(
        text=text + (str(row[column.mark]) if column.mark else ""),
        column=column,
        light=str(row[column.light]) if column.light and text else "",
        anchor="" if is_missing(value) or is_missing(source) or source == "" else sources[str(source)].anchor,
        sort_key="" if is_missing(value) else str(value),
    )


def outside_links(html: str) -> list[str]:
    """Every address outside the page that the page would follow or name; a published page has none."""
    return re.findall(r"(?:https?:)?//[^\s\"'<>)]+", html, flags=re.IGNORECASE)
