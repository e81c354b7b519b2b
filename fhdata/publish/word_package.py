"""The parts of a Word file around its text: styles, settings, headers, page numbers, pictures, and fixed bytes."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm

from fhdata.publish.word_profile import TWIPS_PER_POINT, Profile, twips
from fhdata.publish.word_xml import (
    PARAGRAPH_ORDER,
    RUN_ORDER,
    Attributes,
    Look,
    element,
    exact_lines,
    field,
    ordered,
    paragraph,
    run,
    run_properties,
    section,
)

NAMESPACES = nsdecls("w", "r", "wp", "a", "pic")
SHAPE_NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
EMU_PER_MM = 36_000
UNUSED_PARTS = {  # what the library's empty document brings along: theme fonts, a thumbnail, another program's traces
    RELATIONSHIP_TYPE.THEME,
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.WEB_SETTINGS,
    RELATIONSHIP_TYPE.FONT_TABLE,
    RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,
    RELATIONSHIP_TYPE.THUMBNAIL,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
}
HEADER_POINTS = 10.5
TEXT_PART = "word/document.xml"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def empty_document(profile: Profile) -> WordDocument:
    """A document with nothing in it but the notice's own styles and settings."""
    document = Document()
    for relations in (document.part.rels, document.part.package.rels):
        for name in [name for name, relation in relations.items() if relation.reltype in UNUSED_PARTS]:
            del relations[name]
    _refill(document.styles.element, _styles(profile))
    _refill(document.settings.element, _settings())
    document.element.body.clear()
    return document


def picture(
    document: WordDocument, path: Path, alt_text: str, *, look: Look, number: int, most_mm: tuple[float, float]
) -> str:
    """A run with a picture no larger than so many millimetres across and down; ``number`` is its own."""
    inline = document.part.new_pic_inline(str(path), width=Mm(most_mm[0]))
    if inline.extent.cy > Mm(most_mm[1]):
        inline = document.part.new_pic_inline(str(path), height=Mm(most_mm[1]))
    inline.docPr.set("id", str(number))
    inline.docPr.set("name", path.stem)
    inline.docPr.set("descr", alt_text)
    return element("r", inside=run_properties(look) + element("drawing", inside=inline.xml))


def add_sections(document: WordDocument, profile: Profile, turns: Sequence[bool], header: str) -> list[str]:
    """Make the sections with their page numbers — 1 —, right on odd pages, left on even ones; give each one's XML.

    Args:
        document: with nothing in it yet.
        profile: the page.
        turns: for each section whether its pages are turned.
        header: a line on top of every page, or "".
    """
    ends = [section(profile, is_landscape=is_turned) for is_turned in turns]
    skeleton = [element("p", inside=element("pPr", inside=end)) for end in ends[:-1]] + ends[-1:]
    _refill(document.element.body, "".join(skeleton))
    before: bool | None = None
    for made, is_turned in zip(document.sections, turns, strict=True):
        if is_turned != before:  # else it goes on with those of the section before
            _page_number(made, profile, is_turned=is_turned)
        for part in (made.header, made.even_page_header) if header and before is None else ():
            part.is_linked_to_previous = False
            _refill(part.part.element, _header(header, profile))
        before = is_turned
    return [str(found.xml) for found in document.element.body.iter(qn("w:sectPr"))]


def save(document: WordDocument, body: str, path: Path, *, title: str, comment: str, day: date) -> None:
    """Write the document with this body; same document, same bytes.

    The body goes into the file as text: a tree of a hundred thousand elements takes seconds to move into a document.
    """
    told = document.core_properties
    told.title, told.comments, told.author, told.last_modified_by, told.keywords = title, comment, "", "", ""
    told.created = told.modified = datetime.combine(day, time.min)
    told.revision = 1
    written, fixed = BytesIO(), BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            plain = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            plain.compress_type, plain.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            is_text = entry.filename == TEXT_PART
            text = f"{XML_HEAD}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
            target.writestr(plain, text.encode() if is_text else source.read(entry))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(fixed.getvalue())


def _refill(root: BaseOxmlElement, inside: str) -> None:
    for child in list(root):
        root.remove(child)
    for child in list(parse_xml(f"<w:all {NAMESPACES} {SHAPE_NAMESPACES}>{inside}</w:all>")):
        root.append(child)


def _styles(profile: Profile) -> str:
    fonts = profile.fonts
    plain = Look(fonts.body, profile.body_points)
    language: Attributes = {"val": "en-US", "eastAsia": "zh-CN"}
    usual = ordered("rPr", RUN_ORDER, plain.properties | {"lang": language})
    lines = ordered("pPr", PARAGRAPH_ORDER, {"widowControl": {"val": 0}, "spacing": exact_lines(profile.pitch_twips)})
    defaults = element("rPrDefault", inside=usual) + element("pPrDefault", inside=lines)
    styles = [element("docDefaults", inside=defaults), _style("Normal", "Normal", None, None, is_default=True)]
    styles += [
        _style("Title", "Title", Look(fonts.title, profile.title_points), None),
        _style("Heading1", "heading 1", Look(fonts.first, profile.body_points), 0),
        _style("Heading2", "heading 2", Look(fonts.second, profile.body_points), 1),
    ]
    return "".join(styles)


def _style(name: str, label: str, look: Look | None, level: int | None, *, is_default: bool = False) -> str:
    kind: dict[str, str | int] = {"type": "paragraph", "styleId": name} | ({"default": 1} if is_default else {})
    inside = element("name", {"val": label})
    inside += "" if is_default else element("basedOn", {"val": "Normal"}) + element("next", {"val": "Normal"})
    inside += element("qFormat")
    outline: dict[str, Attributes | str] = {} if level is None else {"outlineLvl": {"val": level}}
    inside += ordered("pPr", PARAGRAPH_ORDER, outline)
    inside += ordered("rPr", RUN_ORDER, look.properties) if look else ""
    return element("style", kind, inside)


def _settings() -> str:
    compatible: dict[str, str | int] = {
        "name": "compatibilityMode",
        "uri": "http://schemas.microsoft.com/office/word",
        "val": 15,
    }
    return "".join(
        [
            element("zoom", {"percent": 100}),
            element("defaultTabStop", {"val": 420}),
            element("evenAndOddHeaders"),
            element("characterSpacingControl", {"val": "doNotCompress"}),
            element("compat", inside=element("compatSetting", compatible)),
            element("decimalSymbol", {"val": "."}),
            element("listSeparator", {"val": ","}),
        ]
    )


def _header(text: str, profile: Profile) -> str:
    look = Look(profile.fonts.first, HEADER_POINTS)
    lines = exact_lines(round(HEADER_POINTS * TWIPS_PER_POINT * 1.3))
    return paragraph(run(text, look), look, {"snapToGrid": {"val": 0}, "spacing": lines, "jc": {"val": "center"}})


def _page_number(made: Section, profile: Profile, *, is_turned: bool) -> None:
    for footer, side in ((made.footer, "right"), (made.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        number = _number(profile, side)
        _refill(footer.part.element, _turned(number, profile, side) if is_turned else number)


def _number(profile: Profile, side: str) -> str:
    look = Look(profile.fonts.page_number, profile.page_number_points)
    height = round(profile.page_number_points * TWIPS_PER_POINT)
    space = profile.page_number_characters * height
    inside = run("— ", look) + field("PAGE", look) + run(" —", look)
    return paragraph(
        inside,
        look,
        {"snapToGrid": {"val": 0}, "spacing": exact_lines(height), "ind": {side: space}, "jc": {"val": side}},
    )


def _turned(number: str, profile: Profile, side: str) -> str:
    """The page number of a turned page where it stands on the upright ones: the same edge, read from there."""
    look = Look(profile.fonts.page_number, profile.page_number_points)
    height = profile.text_width_mm
    line = profile.page_number_points * 25.4 / 72
    from_left = profile.bottom_mm - 7 - line / 2
    lengths = [round(one * EMU_PER_MM) for one in (from_left, profile.left_mm, line, height)]
    box = run_properties(look) + _box(lengths, number, 1001 if side == "right" else 1002)
    return paragraph(element("r", inside=box), look, {"snapToGrid": {"val": 0}, "spacing": exact_lines(twips(line))})


def _box(lengths: Sequence[int], inside: str, number: int) -> str:
    """A text box at a place of the page, its text turned to read downwards; lengths: x, y, width, height."""
    x, y, width, height = lengths
    return (
        '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0"'
        ' layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{x}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{y}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        f'<wp:docPr id="{number}" name="页码" descr="页码"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr vert="vert" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t">'
        "<a:noAutofit/></wps:bodyPr>"
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"
    )
