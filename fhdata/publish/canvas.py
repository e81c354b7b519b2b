"""The house style of charts: sizes, type, wrapped text, and the saving of a chart with its data and alt text."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from fhdata.problems import Problem, problem, stop_on
from fhdata.publish.fonts import families, glyph_problems
from fhdata.publish.inert import csv_bytes
from fhdata.publish.lettering import DOTS_PER_INCH, LINE_PITCH, POINTS, Line, text_width, wrap
from fhdata.publish.lights import HAIRLINE, INK, QUIET
from fhdata.publish.report import Chart
from fhdata.publish.tables import Align

SAMPLE = 2.8  # of the type size: a line in the key
HASH_SALT = "fhdata"
KEY_PITCH = 1.7
GLYPH_ID = re.compile(r'<path id="([^"]+)" d="[^"]*" transform="scale\(0\.015625\)"/>')
PATH = re.compile(r' d="[^"]*"')
ID = re.compile(r'(\bid="|href="#|url\(#)([^")]*)')
NARROW = 4.0  # inches


@dataclass(frozen=True)
class Size:
    """A chart made for one use: inches and points; a chart of rows is ``least_height`` to ``most_height`` tall."""

    width: float
    height: float
    least_height: float
    most_height: float
    margin: float
    title_points: float
    text_points: float
    note_points: float
    is_narrow: bool = False


SIZES = {
    "a4_half": Size(76 / 25.4, 62 / 25.4, 30 / 25.4, 230 / 25.4, 0.06, 9.0, 7.0, 6.0, is_narrow=True),
    "a4_full": Size(156 / 25.4, 80 / 25.4, 36 / 25.4, 230 / 25.4, 0.08, 12.0, 8.5, 7.0),
    "slide": Size(40 / 3, 7.5, 7.5, 7.5, 0.45, 24.0, 14.0, 11.0),
}


@dataclass(frozen=True)
class Canvas:
    """A figure with its size and the box, in inches from the top left, that is left for the plot."""

    figure: Figure
    size: Size
    top: float
    bottom: float

    @property
    def room(self) -> float:
        """Inches of height between the head and the foot."""
        return self.figure.get_figheight() - self.top - self.bottom

    def write(
        self,
        text: str,
        x: float,
        y: float,
        points: float,
        colour: str = INK,
        *,
        align: Align = "left",
    ) -> Line:
        """Write at ``x``, ``y`` inches from the top left."""
        width, height = self.figure.get_size_inches()
        line = Line(x / width, 1 - y / height, text, size=points, color=colour, horizontalalignment=align)
        self.figure.add_artist(line)
        return line

    def plot(self, left: float, right: float, top: float, height: float) -> Axes:
        """A bare plot area, in inches from the left, the right and the top."""
        wide, high = self.figure.get_size_inches()
        box = (left / wide, 1 - (top + height) / high, (wide - left - right) / wide, height / high)
        axes = self.figure.add_axes(box)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_facecolor("none")
        return axes


@dataclass(frozen=True)
class Key:
    """One entry of the key under the title: a sample (a shape, or a line of this style) and what it means."""

    text: str
    colour: str = QUIET
    shape: str = ""
    line: tuple[float, tuple[float, float]] | None = None


@contextmanager
def house_style() -> Iterator[None]:
    """The settings of every chart, for the length of a with block."""
    with mpl.rc_context(
        {
            "font.family": list(families()),
            "font.weight": "normal",
            "axes.unicode_minus": True,
            "text.parse_math": False,
            "text.color": INK,
            "xtick.color": QUIET,
            "ytick.color": QUIET,
            "axes.edgecolor": HAIRLINE,
            "svg.hashsalt": HASH_SALT,
            "svg.fonttype": "path",
            "figure.dpi": DOTS_PER_INCH,
            "text.hinting": "none",
            "savefig.dpi": DOTS_PER_INCH,
            "path.simplify": False,
        }
    ):
        yield


def open_canvas(title: str, footnote: str, size: str, body: float) -> Canvas:
    """A figure with its title (what was found) above and its footnote (source, date, 初步数) below.

    ``body`` is the height in inches that the plot asks for; a chart on A4 grows with it, a slide does not.
    """
    paper = SIZES[size]
    wide = paper.width - 2 * paper.margin
    heads = wrap(title, paper.title_points, wide)
    feet = wrap(footnote, paper.note_points, wide)
    title_pitch, foot_pitch = (points * LINE_PITCH / POINTS for points in (paper.title_points, paper.note_points))
    top = paper.margin + title_pitch * len(heads) + 0.06
    bottom = paper.margin + foot_pitch * len(feet) + 0.06
    height = min(max(paper.least_height, top + body + bottom), paper.most_height)
    figure = Figure(figsize=(paper.width, height))
    FigureCanvasAgg(figure)
    canvas = Canvas(figure, paper, top, bottom)
    for number, line in enumerate(heads):
        canvas.write(line, paper.margin, paper.margin + title_pitch * (number + 0.5), paper.title_points)
    for number, line in enumerate(feet):
        y = height - paper.margin - foot_pitch * (len(feet) - number - 0.5)
        canvas.write(line, paper.margin, y, paper.note_points, QUIET)
    return canvas


def _key_places(keys: Sequence[Key], size: str) -> list[tuple[Key, float, int]]:
    """Each key with its inches from the left and its line, filled from the left and broken where it is full."""
    paper = SIZES[size]
    x, line, places = paper.margin, 0, []
    for key in keys:
        width = _sample_width(key, paper) + text_width(f"{key.text}　　", paper.note_points)
        if x > paper.margin and x + width > paper.width - paper.margin:
            x, line = paper.margin, line + 1
        places.append((key, x, line))
        x += width
    return places


def _sample_width(key: Key, paper: Size) -> float:
    if key.line:
        return (SAMPLE + 0.6) * paper.note_points / POINTS
    return text_width(f"{key.shape} ", paper.note_points) if key.shape else 0.0


def key_room(keys: Sequence[Key], size: str) -> float:
    """Inches of height that the key takes."""
    lines = max((line + 1 for _, _, line in _key_places(keys, size)), default=0)
    return lines * SIZES[size].note_points * KEY_PITCH / POINTS


def write_keys(canvas: Canvas, keys: Sequence[Key], size: str) -> None:
    """Write the key under the title."""
    paper = SIZES[size]
    wide, high = canvas.figure.get_size_inches()
    for key, x, line in _key_places(keys, size):
        y = canvas.top + (line + 0.5) * paper.note_points * KEY_PITCH / POINTS
        if key.line:
            ends, level = [x / wide, (x + SAMPLE * paper.note_points / POINTS) / wide], [1 - y / high] * 2
            sample = Line2D(ends, level, color=key.colour, linestyle=key.line, linewidth=paper.note_points / 4.5)
            canvas.figure.add_artist(sample)
        elif key.shape:
            canvas.write(key.shape, x, y, paper.note_points, key.colour)
        canvas.write(key.text, x + _sample_width(key, paper), y, paper.note_points, QUIET)


def texts_of(figure: Figure) -> list[Text]:
    """Every text that shows in the picture."""
    found = [artist for artist in figure.findobj(Text) if isinstance(artist, Text)]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _outside(figure: Figure, texts: Sequence[Text], name: str) -> list[Problem]:
    """Texts that leave the picture, once it is drawn."""
    frame = figure.bbox
    outside = [text for text in texts if not _is_within(text, frame.x1, frame.y1)]
    return [
        problem("text_outside", f"“{text.get_text()}”超出图幅", "", "请缩短文字，或改用更大的尺寸", file=f"图“{name}”")
        for text in outside
    ]


def _is_within(text: Text, right: float, top: float) -> bool:
    box = text.get_window_extent()
    return box.x0 >= -1 and box.y0 >= -1 and box.x1 <= right + 1 and box.y1 <= top + 1


def save(figure: Figure, folder: Path, name: str, data: pd.DataFrame, alt_text: str) -> Chart:
    """Write ``name``.png (200 dpi), .svg, .csv (the chart's data) and .txt (the alt text); same input, same bytes.

    Returns:
        The chart for a report, with its SVG ready to stand inside a page.

    Raises:
        ProblemsFound: a character that the font lacks, a text outside the picture, no alt text. Nothing
            is written then.
    """
    texts = texts_of(figure)
    problems = glyph_problems([text.get_text() for text in texts], f"图“{name}”")
    if not alt_text.strip():
        problems.append(problem("no_alt_text", "没有替代文字", "每张图要有一句说明", "请补上", file=f"图“{name}”"))
    with house_style():
        picture = b"" if problems else _png(figure)
        stop_on(problems or _outside(figure, texts, name))
        svg = _tidy_svg(_svg(figure), name)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "png": picture,
        "svg": svg.encode(),
        "csv": csv_bytes(data),
        "txt": (alt_text.strip() + "\n").encode(),
    }
    for ending, content in contents.items():
        (folder / f"{name}.{ending}").write_bytes(content)
    return Chart(
        name,
        svg,
        alt_text.strip(),
        tuple(f"{name}.{ending}" for ending in contents),
        bool(figure.get_figwidth() < NARROW),
    )


def _png(figure: Figure) -> bytes:
    """The picture in dots; once drawn, the figure's texts know their places."""
    figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    dots = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    picture = BytesIO()
    # Nothing shines through a chart; the higher levels take longer and save little.
    dots.convert("RGB").save(picture, "png", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), compress_level=1)
    return picture.getvalue()


def _svg(figure: Figure) -> str:
    drawing = StringIO()
    FigureCanvasSVG(figure).print_svg(drawing, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return drawing.getvalue()


def _tidy_svg(svg: str, name: str) -> str:
    """Drop the document type, which names an outside address, and give every id the chart's own prefix.

    The outlines of characters keep their ids: they are the same in every chart, so that a page can hold them once.
    """
    prefix = "c" + "".join(f"{ord(one):x}" if not one.isascii() or not one.isalnum() else one for one in name)
    start = svg.index("<svg")
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[start:], flags=re.DOTALL)
    body = PATH.sub(lambda path: _tight(path[0]), body)
    glyphs = set(GLYPH_ID.findall(body))
    return ID.sub(lambda one: one[0] if one[2] in glyphs else f"{one[1]}{prefix}-{one[2]}", body)


@lru_cache(maxsize=2_000)
def _tight(path: str) -> str:
    """A path without the blanks that its commands do not need; charts share most of their characters' outlines."""
    for command in "MLQCz":
        path = path.replace(f"\n{command}", command).replace(f" {command}", command).replace(f"{command} ", command)
    return path.replace(' \n"', '"')
