"""The chart of the assistance report: what the raise of each category adds, step by step, to the year's increase."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fhdata.money import in_yuan, money_text
from fhdata.publish.canvas import Key, house_style, save
from fhdata.publish.lights import INK, LIGHTS, QUIET
from fhdata.publish.report import Chart
from fhdata.publish.rows import Figures, baseline, grid, row_chart
from fhdata.publish.tables import Column, cell_text

INCREASE = "increase"
WAN_FEN = 1_000_000
WHOLE = "全年增支合计"
ADDING = ("raise", "newly_eligible")


def increase_waterfall(steps: pd.DataFrame, title: str, footnote: str, *, size: str = "a4_full") -> Figure:
    """Rows from top to bottom, each bar beginning where the one before ends; the last is the sum.

    Args:
        steps: step, label, amount_fen; steps other than raises and newly eligible families are not drawn.
        title: the finding.
        footnote: method, source and date.
        size: a4_half, a4_full or slide.
    """
    drawn = steps[steps["step"].isin(ADDING)]
    amounts = [int(fen) for fen in drawn["amount_fen"]]
    total = sum(amounts)
    starts = [sum(amounts[:place]) for place in range(len(amounts))]
    lengths, lefts = [*amounts, total], [*starts, 0]
    colours = [LIGHTS["green"].colour if step == "raise" else LIGHTS["amber"].colour for step in drawn["step"]]
    with house_style():
        columns = [
            Figures("万元", tuple(money_text(fen, "万元") for fen in lengths)),
            Figures("占比", tuple(_share(fen, total) for fen in lengths)),
        ]
        keys = [
            Key("已享受家庭提标", LIGHTS["green"].colour, "■"),
            Key("新纳入家庭", LIGHTS["amber"].colour, "■"),
            Key("合计", INK, "■"),
        ]
        chart = row_chart([*drawn["label"], WHOLE], columns, title, footnote, size=size, keys=keys)
        widths = [fen / WAN_FEN for fen in lengths]
        offsets = [fen / WAN_FEN for fen in lefts]
        _axis(chart.axes, max(widths))
        chart.axes.barh(chart.centres, widths, left=offsets, height=chart.bar, color=[*colours, INK], zorder=3)
        ends = [offset + width for offset, width in zip(offsets[:-1], widths[:-1], strict=True)]
        chart.axes.vlines(ends, chart.centres[:-1], chart.centres[1:], color=QUIET, linewidth=0.7, zorder=2)
        baseline(chart.axes)
    return chart.canvas.figure


def draw_assistance_charts(steps: pd.DataFrame, finding: str, *, footnote: str, folder: Path) -> tuple[Chart, ...]:
    """Draw and save the chart of the increase."""
    figure = increase_waterfall(steps, finding, footnote)
    return (save(figure, folder, INCREASE, in_yuan(steps[["step", "label", "amount_fen"]]), finding),)


def _share(fen: int, total: int) -> str:
    return cell_text(Column("", "", "ratio", 1), float(Decimal(fen) / total)) if total else "—"


def _axis(axes: Axes, most: float) -> None:
    axes.set_xlim(0, most * 1.03 or 1.0)
    ticks: Sequence[float] = [tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, most) if tick <= most]
    grid(axes, ticks, [cell_text(Column("", "", "number", None), tick) for tick in ticks])
