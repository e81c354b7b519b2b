"""Pieces of WordprocessingML as text: runs, paragraphs, tables, sections, with children in the schema's order.

Word refuses or ignores properties that stand out of order, so an order is said once and every element is built by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from fhdata.publish.word_profile import TWIPS_PER_POINT, Profile, twips

Attributes = Mapping[str, str | int]
PARAGRAPH_ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "tabs", "kinsoku", "overflowPunct",
    "autoSpaceDE", "autoSpaceDN", "adjustRightInd", "snapToGrid", "spacing", "ind", "jc", "outlineLvl", "rPr", "sectPr",
)  # fmt: skip
RUN_ORDER = ("rFonts", "color", "spacing", "sz", "szCs", "highlight", "lang")
CELL_ORDER = ("tcW", "tcBorders", "shd", "vAlign")
OFF: Attributes = {"val": 0}
BLACK = "000000"
SLOT = "<!---->"
CELL_SPACE_TWIPS = 30  # above and below the text of a cell


@dataclass(frozen=True)
class Look:
    """How a run looks: font, size, tightening between characters in twips, colour."""

    font: str
    points: float
    spacing_twips: int = 0
    colour: str = BLACK

    @property
    def properties(self) -> dict[str, Attributes | str]:
        """Run properties: one font for every script, no theme."""
        half_points = round(self.points * 2)
        fonts: dict[str, str | int] = dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), self.font)
        spacing: dict[str, Attributes | str] = {"spacing": {"val": self.spacing_twips}} if self.spacing_twips else {}
        return spacing | {
            "rFonts": fonts | {"hint": "eastAsia"},
            "color": {"val": self.colour},
            "sz": {"val": half_points},
            "szCs": {"val": half_points},
        }


def element(name: str, attributes: Attributes | None = None, inside: str = "") -> str:
    """One element of the main namespace."""
    said = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in (attributes or {}).items())
    return f"<w:{name}{said}>{inside}</w:{name}>" if inside else f"<w:{name}{said}/>"


def ordered(name: str, order: Sequence[str], children: Mapping[str, Attributes | str]) -> str:
    """A property element with its children in the schema's order; a child is its attributes, or finished text."""
    strange = set(children) - set(order)
    if strange:
        raise ValueError(f"{name} has no place for {', '.join(sorted(strange))}")
    inside = [
        value if isinstance(value := children[child], str) else element(child, value)
        for child in order
        if child in children
    ]
    return element(name, inside="".join(inside)) if inside else ""


@cache
def run_properties(look: Look, *, is_marked: bool = False) -> str:
    """The properties of a run; a marked one stands out in yellow."""
    marked: dict[str, Attributes | str] = {"highlight": {"val": "yellow"}} if is_marked else {}
    return ordered("rPr", RUN_ORDER, look.properties | marked)


def run(text: str, look: Look, *, is_marked: bool = False) -> str:
    """A run of text; a tab in it is a tab, a line feed a line break."""
    pieces = [f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in text.split("\t")]
    inside = "<w:tab/>".join(piece.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">') for piece in pieces)
    return element("r", inside=run_properties(look, is_marked=is_marked) + inside)


def marked_runs(text: str, look: Look, marks: Sequence[str]) -> str:
    """Runs of a text in which what is still to be written (【待补】) is highlighted."""
    for mark in marks:
        before, found, after = text.partition(mark)
        if found:
            parts = (marked_runs(before, look, marks), run(mark, look, is_marked=True), marked_runs(after, look, marks))
            return "".join(parts)
    return run(text, look) if text else ""


def field(instruction: str, look: Look) -> str:
    """A field that the word processor works out, such as PAGE."""
    properties = run_properties(look)
    kinds = [element("fldChar", {"fldCharType": kind}) for kind in ("begin", "separate", "end")]
    told = f'<w:instrText xml:space="preserve"> {instruction} </w:instrText>'
    parts = [kinds[0], told, kinds[1], "<w:t>1</w:t>", kinds[2]]
    return "".join(element("r", inside=properties + part) for part in parts)


def paragraph(inside: str, look: Look, properties: Mapping[str, Attributes | str]) -> str:
    """A paragraph; ``look`` is that of its mark, which makes the height of an empty one."""
    return element("p", inside=ordered("pPr", PARAGRAPH_ORDER, {**properties, "rPr": run_properties(look)}) + inside)


def exact_lines(pitch_twips: int) -> Attributes:
    """Spacing of lines of one height, whatever stands in them."""
    return {"before": 0, "after": 0, "line": pitch_twips, "lineRule": "exact"}


@cache
def cell_frame(look: Look, width_twips: int, alignment: str, pitch_twips: int) -> tuple[str, str]:
    """What stands before and behind the runs of a cell: its width, and one paragraph with lines of one height."""
    width: Attributes = {"w": width_twips, "type": "dxa"}
    frame = ordered("tcPr", CELL_ORDER, {"tcW": width, "vAlign": {"val": "center"}})
    lines = {**exact_lines(pitch_twips), "before": CELL_SPACE_TWIPS, "after": CELL_SPACE_TWIPS}
    properties = {"snapToGrid": OFF, "spacing": lines, "jc": {"val": alignment}}
    before, after = element("tc", inside=frame + paragraph(SLOT, look, properties)).split(SLOT)
    return before, after


def row(cells: Sequence[str], *, is_header: bool = False) -> str:
    """One row that is never split over two pages; a header row is repeated on each."""
    inside = element("cantSplit") + (element("tblHeader") if is_header else "")
    return element("tr", inside=element("trPr", inside=inside) + "".join(cells))


def table(rows: Sequence[str], widths_twips: Sequence[int], padding_twips: int) -> str:
    """A table with a full grid and columns of fixed width."""
    line: Attributes = {"val": "single", "sz": 4, "space": 0, "color": BLACK}
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    padding: Attributes = {"w": padding_twips, "type": "dxa"}
    properties = [
        element("tblW", {"w": sum(widths_twips), "type": "dxa"}),
        element("jc", {"val": "center"}),
        element("tblBorders", inside="".join(element(side, line) for side in sides)),
        element("tblLayout", {"type": "fixed"}),
        element("tblCellMar", inside=element("left", padding) + element("right", padding)),
    ]
    grid = "".join(element("gridCol", {"w": width}) for width in widths_twips)
    inside = element("tblPr", inside="".join(properties)) + element("tblGrid", inside=grid) + "".join(rows)
    return element("tbl", inside=inside)


def section(profile: Profile, *, is_landscape: bool) -> str:
    """The page of a section; a landscape one is the upright page turned, its head to the left edge."""
    paper: dict[str, str | int] = {"w": twips(profile.width_mm), "h": twips(profile.height_mm)}
    sides = [profile.top_mm, profile.right_mm, profile.bottom_mm, profile.left_mm]
    if is_landscape:
        paper = {"w": paper["h"], "h": paper["w"], "orient": "landscape"}
        sides = [sides[3], *sides[:3]]  # turned clockwise: the left edge becomes the top
    margins = dict(zip(("top", "right", "bottom", "left"), map(twips, sides), strict=True))
    around = {"header": twips(profile.header_mm), "footer": twips(profile.footer_mm), "gutter": 0}
    if is_landscape:
        around |= {"header": twips(profile.header_mm * 0.75), "footer": twips(12)}
    inside = [
        element("type", {"val": "nextPage"}),
        element("pgSz", paper),
        element("pgMar", margins | around),
        element("cols", {"space": 720}),
        element("docGrid", {"type": "lines", "linePitch": profile.pitch_twips}),
    ]
    return element("sectPr", inside="".join(inside))


def characters(count: float, look: Look) -> int:
    """The width of so many characters in twips."""
    return round(count * (look.points * TWIPS_PER_POINT + look.spacing_twips))
