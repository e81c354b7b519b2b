"""The charts of a ranking report: how far each unit is above or below its series, and how firm its rank is."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fhdata.publish.canvas import Key, house_style, save
from fhdata.publish.lights import INK, LIGHTS, QUIET
from fhdata.publish.report import Chart
from fhdata.publish.rows import Figures, baseline, grid, row_chart
from fhdata.publish.tables import Column, cell_text

MIDDLE = "#9AA5AE"  # units neither among the first nor among the last
POINTS = Column("", "", "number", 2)
SIGNED = Column("", "", "signed", 2)
RATIO = Column("", "", "ratio", 0)
TOTALS, FIRMNESS = "totals", "firmness"
PLACES = 3


def totals_against_mean(
    ranked: pd.DataFrame, title: str, footnote: str, *, places: int = PLACES, size: str = "a4_full"
) -> Figure:
    """One series in the order of its ranks: a bar from the series' mean to each unit's total, the total at the right.

    Args:
        ranked: rank, last_place, unit_name, total, mark; one series, in order of rank.
        title: the finding.
        footnote: source and date.
        places: how many at each end are coloured.
        size: a4_half, a4_full or slide.
    """
    gap = ranked["total"] - ranked["total"].mean()
    ends = zip(ranked["rank"], ranked["last_place"], strict=True)
    colours = [_colour(rank <= places, last <= places) for rank, last in ends]
    with house_style():
        columns = [
            Figures("名次", tuple(map(str, ranked["rank"]))),
            Figures("总分", tuple(cell_text(POINTS, value) for value in ranked["total"])),
            Figures("与平均", tuple(cell_text(SIGNED, value) for value in gap)),
            Figures("备注", tuple(map(str, ranked["mark"]))),
        ]
        keys = [
            Key("条形：高于或低于本序列平均分的分数"),
            Key(f"前{places}名", LIGHTS["green"].colour, "■"),
            Key(f"后{places}位", LIGHTS["red"].colour, "■"),
        ]
        chart = row_chart(list(ranked["unit_name"]), columns, title, footnote, size=size, keys=keys)
        low, high = min(0.0, float(gap.min())), max(0.0, float(gap.max()))
        space = (high - low or 1.0) * 0.03
        chart.axes.set_xlim(low - space, high + space)
        ticks = [tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
        grid(chart.axes, ticks, [cell_text(Column("", "", "signed", None), tick) for tick in ticks])
        chart.axes.barh(chart.centres, gap, height=chart.bar, color=colours, zorder=3)
        baseline(chart.axes)
    return chart.canvas.figure


def rank_intervals(firm: pd.DataFrame, title: str, footnote: str, *, size: str = "a4_full") -> Figure:
    """One series in the order of its ranks: the interval of ranks under shaken weights, and the rank itself.

    Args:
        firm: rank, unit_name, rank_low, rank_high, interval, top_ratio, bottom_ratio; one series, in order of rank.
        title: the finding.
        footnote: what was shaken, source and date.
        size: a4_half, a4_full or slide.
    """
    with house_style():
        columns = [
            Figures("名次", tuple(map(str, firm["rank"]))),
            Figures("区间", tuple(firm["interval"])),
            Figures("前三的可能", tuple(cell_text(RATIO, value) for value in firm["top_ratio"])),
            Figures("后三的可能", tuple(cell_text(RATIO, value) for value in firm["bottom_ratio"])),
        ]
        keys = [Key("●：现在的名次", INK), Key("横线：权重浮动后名次的区间")]
        chart = row_chart(list(firm["unit_name"]), columns, title, footnote, size=size, keys=keys)
        count = len(firm)
        chart.axes.set_xlim(0.4, count + 0.6)
        ticks = [tick for tick in (1, *range(5, count + 1, 5)) if tick <= count]
        grid(chart.axes, ticks, [f"第{tick}名" if tick == 1 else str(tick) for tick in ticks])
        chart.axes.hlines(
            chart.centres, firm["rank_low"], firm["rank_high"], color=QUIET, linewidth=chart.bar * 22, zorder=3
        )
        chart.axes.scatter(firm["rank"], chart.centres, s=(chart.bar * 42) ** 2, color=INK, zorder=5, clip_on=False)
    return chart.canvas.figure


def draw_ranking_charts(
    ranked: pd.DataFrame,
    findings: Mapping[str, str],
    *,
    footnote: str,
    folder: Path,
    firm: pd.DataFrame | None = None,
    firm_findings: Mapping[str, str] | None = None,
) -> dict[str, tuple[Chart, ...]]:
    """Draw and save the charts of every series: totals, and the firmness of ranks where it is given.

    Returns:
        The charts by series.
    """
    drawn: dict[str, tuple[Chart, ...]] = {}
    for number, (series, part) in enumerate(ranked.groupby("series", sort=False), start=1):
        name = str(series)
        data = part[["rank", "unit_name", "total", "mark"]]
        figure = totals_against_mean(part, findings[name], footnote)
        charts = [save(figure, folder, f"{TOTALS}_{number}", data, findings[name])]
        if firm is not None and firm_findings is not None:
            own = firm[firm["series"] == series]
            data = own[["rank", "unit_name", "rank_low", "rank_high", "top_ratio", "bottom_ratio"]]
            figure = rank_intervals(own, firm_findings[name], footnote)
            charts.append(save(figure, folder, f"{FIRMNESS}_{number}", data, firm_findings[name]))
        drawn[name] = tuple(charts)
    return drawn


def _colour(is_first: bool, is_last: bool) -> str:
    if is_first:
        return LIGHTS["green"].colour
    return LIGHTS["red"].colour if is_last else MIDDLE
