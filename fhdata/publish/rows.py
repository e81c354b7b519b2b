"""Charts of one row a thing: names at the left, bars in the middle, figures in columns at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from fhdata.problems import stop_on
from fhdata.publish.canvas import SIZES, Canvas, Key, key_room, open_canvas, write_keys
from fhdata.publish.fonts import glyph_problems
from fhdata.publish.lettering import LINE_PITCH, POINTS, widest, wrap_evenly
from fhdata.publish.lights import HAIRLINE, QUIET, light_of
from fhdata.publish.tables import Align

MOST_NAME_SHARE = 0.33
GAP = 1.1  # of the type size, between columns
ROW_PADDING = 0.42  # of the type size, above and below a row's lines
LOOSEST = 1.5  # rows are spread to fill a picture, up to this much
HEAD_ROOM = 1.9  # of the type size
AXIS_ROOM = 2.0  # of the note size
HEAD_LINES = 2
FOOT_LINES = 3


@dataclass(frozen=True)
class Figures:
    """A column of figures at the right: its head and one text a row; ``lights`` puts a coloured shape before each."""

    head: str
    texts: tuple[str, ...]
    lights: tuple[str, ...] = ()
    head_colour: str = QUIET


@dataclass(frozen=True)
class Rows:
    """The finished frame of a row chart: bars go into ``axes`` at ``centres``, ``bar`` thick, both in inches."""

    canvas: Canvas
    axes: Axes
    centres: tuple[float, ...]
    bar: float


def _wrapped(name: str, size: str) -> list[str]:
    paper = SIZES[size]
    return wrap_evenly(name, paper.text_points, paper.width * MOST_NAME_SHARE - paper.margin) or [""]


def _row_heights(names: Sequence[str], size: str) -> list[float]:
    points = SIZES[size].text_points
    return [points * (len(_wrapped(name, size)) * LINE_PITCH + 2 * ROW_PADDING) / POINTS for name in names]


def how_many_fit(names: Sequence[str], size: str) -> int:
    """How many of the names, in their order, a chart of this size can hold under a title and over a footnote."""
    paper = SIZES[size]
    fixed = HEAD_LINES * paper.title_points * LINE_PITCH + FOOT_LINES * paper.note_points * LINE_PITCH
    fixed += paper.text_points * HEAD_ROOM + paper.note_points * (AXIS_ROOM + 2 * LINE_PITCH)
    left = paper.most_height - 2 * paper.margin - fixed / POINTS - 0.16
    fitting = 0
    for height in _row_heights(names, size):
        left -= height
        fitting += left >= 0
    return max(1, fitting)


def row_chart(
    names: Sequence[str],
    columns: Sequence[Figures],
    title: str,
    footnote: str,
    *,
    size: str,
    keys: Sequence[Key] = (),
) -> Rows:
    """Lay out a row chart: wrapped names, column heads, figures, keys; the bars are left to the caller.

    Raises:
        ProblemsFound: every character that the font lacks.
    """
    words = [word for column in columns for word in (column.head, *column.texts)]
    stop_on(glyph_problems([title, footnote, *names, *words, *(key.text for key in keys)], f"图《{title}》"))
    paper = SIZES[size]
    points = paper.text_points
    heights = _row_heights(names, size)
    around = key_room(keys, size) + HEAD_ROOM * points / POINTS
    below = AXIS_ROOM * paper.note_points / POINTS
    canvas = open_canvas(title, footnote, size, around + sum(heights) + below)
    write_keys(canvas, keys, size)
    spread = min(LOOSEST, (canvas.room - around - below) / sum(heights))
    heights = [height * spread for height in heights]
    tops = [sum(heights[:row]) for row in range(len(heights))]
    centres = tuple(top + height / 2 for top, height in zip(tops, heights, strict=True))
    top = canvas.top + around
    wrapped = [_wrapped(name, size) for name in names]
    gap = GAP * points / POINTS
    left = paper.margin + widest([line for lines in wrapped for line in lines], points) + gap
    right = _write_figures(canvas, columns, top, centres)
    axes = canvas.plot(left, right, top, sum(heights))
    axes.set_ylim(sum(heights), 0)
    axes.set_yticks([])
    axes.tick_params(axis="x", labelsize=paper.note_points, pad=2)
    for lines, centre in zip(wrapped, centres, strict=True):
        for number, line in enumerate(lines):
            y = top + centre + (number - (len(lines) - 1) / 2) * points * LINE_PITCH / POINTS
            canvas.write(line, left - gap, y, points, align="right")
    return Rows(canvas, axes, centres, min(heights) * 0.62)


def _write_figures(canvas: Canvas, columns: Sequence[Figures], top: float, centres: Sequence[float]) -> float:
    """Write the columns from the right edge inwards and return the inches they take."""
    points, note = canvas.size.text_points, canvas.size.note_points
    edge = canvas.size.width - canvas.size.margin
    for column in reversed(columns):
        shape = widest(["■"], points) + 0.4 * points / POINTS if column.lights else 0.0
        width = max(widest(column.texts, points) + shape, widest([column.head], note))
        align: Align = "left" if column.lights else "right"
        x = edge - width if column.lights else edge
        canvas.write(column.head, x, top - 0.7 * note * LINE_PITCH / POINTS, note, column.head_colour, align=align)
        for row, (text, centre) in enumerate(zip(column.texts, centres, strict=True)):
            if column.lights:
                light = light_of(column.lights[row])
                canvas.write(light.shape, x, top + centre, points, light.colour)
            canvas.write(text, x + shape, top + centre, points, align=align)
        edge -= width + GAP * points / POINTS
    return canvas.size.width - edge


def baseline(axes: Axes) -> None:
    """A thin line at the zero of the bars."""
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=4)


def grid(axes: Axes, ticks: Sequence[float], labels: Sequence[str]) -> None:
    """Light vertical lines with their labels under the last row."""
    axes.set_xticks(list(ticks), list(labels))
    for tick in ticks:
        axes.axvline(tick, color=HAIRLINE, linewidth=0.6, zorder=0)
