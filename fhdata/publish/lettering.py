"""Lettering: how wide a text is in the charts' font, where its lines are broken, and how a line is drawn."""

import re
from collections.abc import Iterable
from functools import cache

from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from fhdata.publish.fonts import advance, families_for

DOTS_PER_INCH = 200
POINTS = 72.0
LINE_PITCH = 1.45  # of the type size
DESCENT = 0.12  # of the type size: how far the square that a Chinese character fills goes below the line
NOT_AT_START = "，。、；：！？）】》”’％%)"
WORDS = re.compile(r"[A-Za-z0-9.,%+/:−-]+|.", flags=re.DOTALL)


class Line(Text):
    """One line of text, level and in the house font, at the left or right of its point and half above it.

    It is placed by the font's own advances; matplotlib would lay out the same line anew for each file it is drawn into.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw the line."""
        box = self.get_window_extent()
        y = box.y0 + DESCENT * box.height
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        font = _font(families_for(self.get_text()), float(self.get_fontsize()))
        renderer.open_group("text")
        renderer.draw_text(gc, box.x0, y, self.get_text(), font, 0, mtext=self)
        renderer.close_group("text")
        gc.restore()

    def get_window_extent(self, renderer: RendererBase | None = None, dpi: float | None = None) -> Bbox:
        """The box of the line in dots: as wide as its characters and one type size high."""
        figure = self.get_figure(root=True)
        if figure is None:
            raise RuntimeError("a line that stands in no figure has no place")
        dots = float(self.get_fontsize()) * (dpi or figure.dpi) / POINTS
        x, y = self.get_transform().transform(self.get_position())
        width = sum(map(advance, self.get_text())) * dots
        left = x - width if self.get_horizontalalignment() == "right" else x
        return Bbox.from_bounds(left, y - dots / 2, width, dots)


@cache
def _font(families: tuple[str, ...], points: float) -> FontProperties:
    return FontProperties(family=list(families), size=points)


def text_width(text: str, points: float) -> float:
    """The width of a line of text in inches."""
    return sum(map(advance, text)) * points / POINTS


def wrap(text: str, points: float, width: float) -> list[str]:
    """Break text into lines no wider than ``width`` inches: never inside a number, never before a closing mark."""
    lines = [""]
    for word in WORDS.findall(text):
        if word == "\n":
            lines.append("")
        elif text_width(lines[-1] + word, points) <= width or not lines[-1]:
            lines[-1] += word
        elif word in NOT_AT_START:
            lines[-1], carried = lines[-1][:-1], lines[-1][-1]
            lines.append(carried + word)
        else:
            lines.append(word.lstrip())
    return [line for line in lines if line]


def wrap_evenly(text: str, points: float, width: float) -> list[str]:
    """Break text as ``wrap`` does, into lines of about the same length, so that no single character is left over."""
    lines = wrap(text, points, width)
    even = text_width(text, points) / max(1, len(lines)) + 0.8 * points / POINTS
    balanced = wrap(text, points, min(width, even))
    return balanced if len(balanced) == len(lines) else lines


def widest(texts: Iterable[str], points: float) -> float:
    """The width in inches of the widest of the texts."""
    return max((text_width(text, points) for text in texts), default=0.0)
