"""A published page read back as headings, words, figures and tables, so that it can be printed in another form."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "br", "use"})
LIGHT_LINK = "#l-"
TEXT_WIDTH = 12  # of a column whose width the page leaves open, in half characters


@dataclass
class Element:
    """One element of a page: its attributes, and its texts and elements in their order."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """All text in it, blanks at its ends taken off."""
        return "".join(one if isinstance(one, str) else one.text for one in self.children).strip()

    def every(self, *tags: str) -> Iterator["Element"]:
        """The elements of these names in it, in order, however deep."""
        for one in self.children:
            if isinstance(one, Element):
                if one.tag in tags:
                    yield one
                yield from one.every(*tags)

    def first(self, tag: str, name: str = "") -> "Element | None":
        """The first element of this name, and of this class where one is given."""
        return next((one for one in self.every(tag) if not name or name in one.classes), None)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(html: str) -> dict[str, Any]:
    """What stands on a page that ``page.write_page`` wrote, as plain lists and texts.

    Returns:
        title, subtitle, dates, example (the line of made-up data, or ""), figures (label, value, unit, note, light) and
        parts (lists of blocks, each with ``is_wide``). A block's ``kind`` is heading,
        body, chart, table, foot, note or page.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    page = builder.open[0]
    return {
        "title": _text(page.first("h1")),
        "subtitle": _text(page.first("p", "subtitle")),
        "dates": [one.text for one in (page.first("p", "dates") or page).every("span")],
        "example": _text(page.first("aside", "example")),
        "figures": [_figure(one) for one in (page.first("ul", "figures") or Element("ul", {})).every("li")],
        "parts": _parts(page),
    }


def _parts(page: Element) -> list[dict[str, Any]]:
    """The blocks of all sections, cut where the paper turns."""
    parts: list[dict[str, Any]] = []
    is_paged = page.first("main", "paged") is not None
    for section in page.every("section"):
        inner = [one for one in section.children if isinstance(one, Element) and "wide" in one.classes]
        outer = Element("section", section.attributes, [one for one in section.children if one not in inner])
        for one in (outer, *inner):
            is_wide = "wide" in one.classes
            if not parts or parts[-1]["is_wide"] != is_wide:
                parts.append({"is_wide": is_wide, "blocks": []})
            parts[-1]["blocks"] += _blocks(one)
        parts[-1]["blocks"] += [{"kind": "page"}] if is_paged else []
    _drop_links_to_nowhere(parts)
    return [part for part in parts if part["blocks"]]


def _drop_links_to_nowhere(parts: list[dict[str, Any]]) -> None:
    """Keep links that lead to a table's row; only those have a place in another form."""
    rows = [row for part in parts for one in part["blocks"] if one["kind"] == "table" for row in one["rows"]]
    known = {row["anchor"] for row in rows}
    for row in rows:
        for cell in row["cells"]:
            cell["link"] = cell["link"] if cell["link"] in known else ""


def _text(found: Element | None) -> str:
    return found.text if found else ""


def _figure(item: Element) -> dict[str, str]:
    value = item.first("span", "value") or item
    unit = _text(value.first("span", "unit"))
    return {
        "label": _text(item.first("span", "label")),
        "value": value.text.removesuffix(unit).strip(),
        "unit": unit,
        "note": _text(item.first("span", "note")),
        "light": _light(item),
    }


def _light(element: Element) -> str:
    return next((one.attributes["href"].removeprefix(LIGHT_LINK) for one in element.every("use")), "")


def _blocks(section: Element) -> Iterator[dict[str, Any]]:
    above = section.first("div", "above")
    title = {"title": _text(above.first("h3")), "note": _text(above.first("span"))} if above else {}
    for one in section.children:
        if not isinstance(one, Element):
            continue
        if one.tag == "h2":
            yield {"kind": "heading", "text": one.text}
        elif one.tag == "p":
            yield {"kind": "body", "text": one.text}
        elif one.tag == "figure" and "phone" not in one.classes:
            yield {"kind": "chart", "name": (one.first("div", "chart") or one).attributes["data-chart"]}
        elif "scroll" in one.classes and (table := one.first("table")):
            yield {"kind": "table", "title": "", "note": "", **title, **_table(table)}
        elif "foot" in one.classes:
            yield from ({"kind": "foot", "text": line.text} for line in one.every("p"))
        elif "notes" in one.classes:
            yield from ({"kind": "note", "text": f"{n}. {line.text}"} for n, line in enumerate(one.every("li"), 1))


def _table(table: Element) -> dict[str, Any]:
    head, *rows = [[cell for cell in row.children if isinstance(cell, Element)] for row in table.every("tr")]
    anchors = [row.attributes.get("id", "") for row in table.every("tr")][1:]
    columns = [
        {"label": one.text, "align": _align(one), "is_number": one.attributes.get("data-kind") == "number"}
        for one in head
    ]
    return {
        "columns": columns,
        "rows": [
            {"anchor": anchor, "cells": [_cell(one) for one in row]}
            for row, anchor in zip(rows, anchors, strict=True)
        ],
    }  # fmt: skip


def _align(cell: Element) -> str:
    return next((one for one in cell.classes if one in ("right", "center")), "left")


def _cell(cell: Element) -> dict[str, str]:
    link = cell.first("a")
    leads = link.attributes.get("href", "").removeprefix("#") if link else ""
    return {"text": cell.text, "light": _light(cell), "link": leads}
