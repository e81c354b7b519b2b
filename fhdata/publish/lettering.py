"""Lettering: how wide a text is in the charts' font, and where its lines are broken."""

import re
from collections.abc import Sequence
from functools import lru_cache

import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from fhdata.publish.fonts import families

DOTS_PER_INCH = 200
POINTS = 72.0
LINE_PITCH = 1.45  # of the type size
NOT_AT_START = "，。、；：！？）】》”’％%)"
WORDS = re.compile(r"[A-Za-z0-9.,%+/:−-]+|.", flags=re.DOTALL)


def text_width(text: str, points: float) -> float:
    """The width of a line of text in inches, under the settings in force."""
    return _measured(text, points, mpl.rcParams["text.hinting"])


@lru_cache(maxsize=20_000)
def _measured(text: str, points: float, hinting: str) -> float:
    """The same lines are measured again and again while a chart is laid out."""
    renderer = _renderer()
    width, _, _ = renderer.get_text_width_height_descent(
        text, FontProperties(family=list(families()), size=points), ismath=False
    )
    return float(width) / DOTS_PER_INCH


def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, DOTS_PER_INCH)


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


def widest(texts: Sequence[str], points: float) -> float:
    """The width in inches of the widest of the texts."""
    return max((text_width(text, points) for text in texts if text), default=0.0)
