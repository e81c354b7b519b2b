"""Charts inside a page: their SVG without addresses, with every character's outline held once for the whole page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fhdata.publish.report import Chart

GLYPH = re.compile(r'<path id="(?P<id>[^"]+)" d="[^"]*" transform="scale\(0\.015625\)"/>')
EMPTY_DEFINITIONS = re.compile(r"<defs>\s*</defs>\s*")
STYLE = re.compile(r"<style[^>]*>.*?</style>", flags=re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->\s*", flags=re.DOTALL)
SIZE_AND_NAMESPACE = re.compile(r'\s(?:xmlns(?::\w+)?|version|width|height)="[^"]*"')
SPACE_BETWEEN_TAGS = re.compile(r">\s+<")


@dataclass(frozen=True)
class Drawing:
    """A chart ready to stand in a page."""

    svg: Markup
    name: str
    is_narrow: bool


def draw_inline(charts: Sequence[Chart]) -> tuple[Markup, dict[str, Drawing]]:
    """The outlines that the charts share, and each chart by its name.

    A chart is sized by the style sheet and named by its alt text. The outlines of characters have the same ids in every
    chart, because the font numbers them.
    """
    glyphs: dict[str, str] = {}
    drawings = {}
    for chart in charts:
        glyphs |= {match["id"]: match[0] for match in GLYPH.finditer(chart.svg)}
        drawings[chart.name] = Drawing(_inline(chart), chart.name, chart.is_narrow)
    return Markup("".join(glyphs[one] for one in sorted(glyphs))), drawings


def _inline(chart: Chart) -> Markup:
    head, body = chart.svg.split(">", 1)
    for pattern in (GLYPH, STYLE, COMMENT, EMPTY_DEFINITIONS):
        body = pattern.sub("", body)
    body = SPACE_BETWEEN_TAGS.sub("><", body).replace("xlink:href", "href")
    # The SVG comes from our own drawing code; the alt text is a caller's words and is escaped by format().
    return (
        Markup(SIZE_AND_NAMESPACE.sub("", head))
        + Markup(' role="img" aria-label="{}">').format(chart.alt_text)
        + Markup(body)
    )
