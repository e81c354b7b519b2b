"""Charts of a year month by month; of one target: cumulative path, last year's shape, forecast."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fhdata.problems import ProblemsFound, problem, stop_on
from fhdata.publish.canvas import SIZES, Canvas, Key, house_style, key_room, open_canvas, write_keys
from fhdata.publish.fonts import glyph_problems
from fhdata.publish.lettering import LINE_PITCH, POINTS, widest
from fhdata.publish.lights import HAIRLINE, INK, LIGHTS, QUIET
from fhdata.publish.rows import AXIS_ROOM
from fhdata.publish.tables import Column, cell_text
from fhdata.rounding import half_up

DASHED = (0.0, (4.0, 2.5))
DOTTED = (0.0, (1.0, 1.6))
ACTUAL = LIGHTS["green"].colour
NUMBER = Column("", "", "number", None)
Box = tuple[float, float, float, float]  # left, right, top, height, in inches


def path_against_last_year(
    path: pd.DataFrame,
    title: str,
    footnote: str,
    *,
    unit: str,
    target: float | None = None,
    size: str = "a4_full",
    digits: int = 1,
) -> Figure:
    """Cumulative value by month against the target spread in last year's shape, with the forecast's band.

    Args:
        path: month (1-12), value (cumulative this year), last_year (the target times last year's cumulative share),
            forecast_low, forecast_central, forecast_high; one row a month, NaN where there is nothing.
        title: the finding, in a sentence.
        footnote: source, date, 初步数.
        unit: unit of every value, printed over the axis.
        target: the year's target, a line across; None draws none.
        size: a4_half, a4_full or slide.
        digits: decimals of the printed values, at most.

    Raises:
        ProblemsFound: no month has a value, or the font lacks a character.
    """
    known = path.dropna(subset=["value"])
    if known.empty:
        raise ProblemsFound([problem("nothing_to_draw", f"图《{title}》没有可画的数", "至少要有一个月")])
    stop_on(glyph_problems([title, footnote, unit], f"图《{title}》"))
    paper = SIZES[size]
    with house_style():
        canvas = open_canvas(title, footnote, size, paper.height - 1.0)
        ends = _end_labels(path, target, digits)
        keys = _keys(path, known, unit, digits)
        write_keys(canvas, keys, size)
        highest = max(float(path.drop(columns="month").max().max()), target or 0.0)
        lowest = min(0.0, float(path.drop(columns="month").min().min()))
        axes, box = month_axes(canvas, keys, size, ends=ends, span=(lowest, highest * 1.05))
        _draw(axes, path, known, target, paper.text_points)
        write_ends(canvas, axes, ends, box)
    return canvas.figure


def month_axes(
    canvas: Canvas, keys: Sequence[Key], size: str, *, ends: dict[str, float], span: tuple[float, float]
) -> tuple[Axes, Box]:
    """Axes of the twelve months below the keys, with a line at each tick and room at the right for end labels.

    Args:
        canvas: the picture.
        keys: those written above.
        size: a4_half, a4_full or slide.
        ends: the end labels that will stand at the right, with their values.
        span: the least and the largest value.

    Returns:
        The axes, and where they stand: left, right, top, height in inches.
    """
    paper, (low, high) = SIZES[size], span
    ticks = [tick for tick in MaxNLocator(4).tick_values(0, high) if 0 <= tick <= high]
    labels = [cell_text(NUMBER, tick) for tick in ticks]
    top = canvas.top + key_room(keys, size) + 0.12
    left = paper.margin + widest(labels, paper.note_points) + 0.1
    right = paper.margin + widest(list(ends), paper.text_points) + 0.14
    height = canvas.figure.get_figheight() - top - canvas.bottom - AXIS_ROOM * paper.note_points / POINTS
    axes = canvas.plot(left, right, top, height)
    axes.set_ylim(low, high)
    axes.set_xlim(0.7, 12.15)
    axes.set_yticks(ticks, labels)
    months = [1, 4, 7, 10, 12] if paper.is_narrow else list(range(1, 13))
    axes.set_xticks(months, [f"{month}月" for month in months])
    axes.tick_params(labelsize=paper.note_points, pad=3)
    for tick in ticks:
        axes.axhline(tick, color=HAIRLINE, linewidth=0.6, zorder=0)
    axes.axhline(0, color=QUIET, linewidth=0.8)
    return axes, (left, right, top, height)


def _draw(axes: Axes, path: pd.DataFrame, known: pd.DataFrame, target: float | None, points: float) -> None:
    line = points / 5
    if target is not None:
        axes.axhline(target, color=INK, linewidth=line * 0.7, zorder=2)
    axes.plot(path["month"], path["last_year"], color=QUIET, linewidth=line * 0.8, linestyle=DASHED, zorder=3)
    ahead = pd.concat(
        [
            known.tail(1).assign(
                forecast_low=lambda frame: frame["value"],
                forecast_central=lambda frame: frame["value"],
                forecast_high=lambda frame: frame["value"],
            ),
            path.dropna(subset=["forecast_central"]),
        ]
    )
    axes.fill_between(
        ahead["month"], ahead["forecast_low"], ahead["forecast_high"], color=ACTUAL, alpha=0.16, linewidth=0
    )
    axes.plot(ahead["month"], ahead["forecast_central"], color=ACTUAL, linewidth=line, linestyle=DOTTED, zorder=4)
    axes.plot(
        known["month"], known["value"], color=ACTUAL, linewidth=line * 1.3, marker="o", markersize=points / 2, zorder=5
    )


def _keys(path: pd.DataFrame, known: pd.DataFrame, unit: str, digits: int) -> list[Key]:
    """What the lines are; only lines that are drawn."""
    last = known.iloc[-1]
    span = f"1—{int(last['month'])}月" if last["month"] > 1 else "1月"
    keys = [Key(f"本年累计（{span} {_text(last['value'], digits)} {unit}）", ACTUAL, "●")]
    if path["last_year"].notna().any():
        keys.append(Key("按上年走势应达到", QUIET, line=DASHED))
    if path["forecast_central"].notna().any():
        keys.append(Key("预计（阴影为区间）", ACTUAL, line=DOTTED))
    return keys


def _text(value: float, digits: int) -> str:
    return cell_text(NUMBER, float(half_up(value, digits)))


def _end_labels(path: pd.DataFrame, target: float | None, digits: int) -> dict[str, float]:
    """The texts at the right end of the lines, with the value each belongs to."""
    labels = {} if target is None else {f"目标 {_text(target, digits)}": float(target)}
    ahead = path.dropna(subset=["forecast_central"])
    if not ahead.empty:
        last = ahead.iloc[-1]
        labels[f"预计 {_text(last['forecast_central'], digits)}"] = float(last["forecast_central"])
    return labels


def write_ends(canvas: Canvas, axes: Axes, ends: dict[str, float], box: Box) -> None:
    """Write the end labels beside their lines, moved apart where they would touch."""
    _, right, top, height = box
    low, high = axes.get_ylim()
    pitch = canvas.size.text_points * LINE_PITCH / POINTS
    x = canvas.size.width - right + 0.08
    wanted = sorted((top + height * (high - value) / (high - low), text) for text, value in ends.items())
    placed = top - pitch
    for y, text in wanted:
        placed = max(y, placed + pitch)
        canvas.write(text, x, placed, canvas.size.text_points)
