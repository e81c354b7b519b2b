"""The charts of target tracking, drawn from finished tables; every word on them is an argument or a column."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.publish.canvas import Key, house_style
from fhdata.publish.fonts import glyph_problems
from fhdata.publish.lights import BAND, INK, LIGHTS, light_of
from fhdata.publish.rows import Figures, Rows, baseline, grid, how_many_fit, row_chart
from fhdata.publish.tables import Column, cell_text

MOST_COMPLETION = 1.2  # a bar is cut here, so that one very high value does not flatten the rest
OTHERS = "#C9D0D6"  # the part of a stacked bar that has no light
RATIO = Column("", "", "ratio", 1)
PERCENT = Column("", "", "number", 1)
SIGNED = Column("", "", "signed", 1)


def completion_bullets(progress: pd.DataFrame, title: str, footnote: str, size: str = "a4_full") -> Figure:
    """Completion of each target against its planned share: bars from 0 with a mark at 序时.

    One row a target, highest completion first. Where there are more rows than the size can hold, those furthest behind
    their plan are drawn and the footnote says how many are left to the table.

    Args:
        progress: title, completion_ratio, planned_ratio, gap_pp, state, progress_light; rows without a ratio
            are left out.
        title: the finding, in a sentence.
        footnote: source, date, 初步数.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: no row with a completion ratio, or the font lacks a character.
    """
    rows = _drawable(progress, ["completion_ratio", "planned_ratio"], title, footnote)
    rows, footnote = _limited(rows, "gap_pp", footnote, size)
    rows = rows.sort_values(["completion_ratio", "title"], ascending=[False, True], kind="stable")
    cut = bool((rows["completion_ratio"] > MOST_COMPLETION).any())
    footnote += f"　超过{MOST_COMPLETION:.0%}的条形截断，数字照实。" if cut else ""
    with house_style():
        lights = tuple(rows["progress_light"])
        columns = [
            Figures("完成", _texts(RATIO, rows["completion_ratio"])),
            Figures("超/欠", _texts(SIGNED, rows["gap_pp"])),
            Figures("状态", tuple(rows["state"]), lights),
        ]
        keys = [Key("条形：完成率"), Key("竖线：序时进度"), Key("超/欠：高于或低于序时进度的百分点")]
        keys = keys[:2] if size == "a4_half" else keys
        chart = row_chart(list(rows["title"]), _fitting(columns, size), title, footnote, size=size, keys=keys)
        end = max(1.0, min(float(rows["completion_ratio"].max()), MOST_COMPLETION))
        grid(chart.axes, [0, 0.5, 1], ["0", "50%", "100%"])
        chart.axes.set_xlim(min(0.0, float(rows["completion_ratio"].min())), end)
        chart.axes.barh(chart.centres, 1.0, height=chart.bar, color=BAND, zorder=1)
        _bars(chart, list(rows["completion_ratio"].clip(upper=MOST_COMPLETION)), lights)
        _marks(chart, list(rows["planned_ratio"].clip(upper=end)))
        baseline(chart.axes)
    return chart.canvas.figure


def growth_against_target(progress: pd.DataFrame, title: str, footnote: str, size: str = "a4_full") -> Figure:
    """Growth so far against target growth, with what the rest of the year must bring.

    One row a target, furthest ahead of its target first. A bar is the growth so far, the line on it the target, the
    diamond the growth required of the rest of the year (not drawn where it lies off the scale; its number always stands
    at the right, with 近似 where the reading is approximate).

    Args:
        progress: title, growth_pct, target_value (target growth in percent), gap_pp, required_growth_pct,
            is_required_approximate, state, progress_light; rows without a growth are left out.
        title: the finding, in a sentence.
        footnote: source, date, 初步数.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: no row with a growth, or the font lacks a character.
    """
    rows = _drawable(progress, ["growth_pct", "target_value"], title, footnote)
    rows, footnote = _limited(rows, "gap_pp", footnote, size)
    rows = rows.sort_values(["gap_pp", "title"], ascending=[False, True], kind="stable")
    with house_style():
        lights = tuple(rows["progress_light"])
        required = [
            cell_text(PERCENT, value) + ("*" if approximate is True or approximate == 1 else "")
            for value, approximate in zip(
                rows["required_growth_pct"], rows["is_required_approximate"].fillna(False), strict=True
            )
        ]
        columns = [
            Figures("累计增长%", _texts(PERCENT, rows["growth_pct"])),
            Figures("目标%", _texts(PERCENT, rows["target_value"])),
            Figures("今后需%", tuple(required)),
            Figures("状态", tuple(rows["state"]), lights),
        ]
        if any(text.endswith("*") for text in required):
            footnote += "　* 为近似值。"
        keys = [Key("条形：累计增长"), Key("竖线：目标"), Key("◇：今后各月需达到的增长（超出图幅的见右列）")]
        chart = row_chart(list(rows["title"]), _fitting(columns, size), title, footnote, size=size, keys=keys)
        _growth_scale(chart, rows)
        _bars(chart, list(rows["growth_pct"]), lights)
        _marks(chart, list(rows["target_value"]))
        low, high = chart.axes.get_xlim()
        shown = [
            (row, value)
            for row, value in zip(chart.centres, rows["required_growth_pct"], strict=True)
            if low <= value <= high
        ]
        chart.axes.scatter(
            [value for _, value in shown],
            [row for row, _ in shown],
            marker="D",
            s=chart.canvas.size.text_points * 2.2,
            color="white",
            edgecolors=INK,
            linewidths=0.9,
            zorder=6,
            clip_on=False,
        )
        baseline(chart.axes)
    return chart.canvas.figure


def states_by_battle(counts: pd.DataFrame, title: str, footnote: str, size: str = "a4_full") -> Figure:
    """How many targets of each group stand in each light: one stacked bar from 0 a group, all counts at the right.

    Args:
        counts: battle, state, light (green, amber, red, none), count; one row a group and state, groups in their order.
        title: the finding, in a sentence.
        footnote: source, date, 初步数.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: nothing was counted, or the font lacks a character.
    """
    groups = list(dict.fromkeys(counts["battle"]))
    if not groups:
        raise ProblemsFound([_nothing_to_draw(title)])
    by_light = counts.pivot_table(index="battle", columns="light", values="count", aggfunc="sum", fill_value=0)
    by_light = by_light.reindex(index=groups, columns=list(LIGHTS), fill_value=0).astype(int)
    with house_style():
        words = counts.loc[counts["count"] > 0].groupby("light", sort=False)["state"].unique()
        used = [name for name in LIGHTS if name in words.index]
        columns = [
            Figures(LIGHTS[name].shape, tuple(map(str, by_light[name])), head_colour=LIGHTS[name].colour)
            for name in used
        ]
        columns.append(Figures("合计", tuple(map(str, by_light.sum(axis="columns")))))
        keys = [Key("、".join(words[name]), LIGHTS[name].colour, LIGHTS[name].shape) for name in used]
        chart = row_chart(groups, columns, title, footnote, size=size, keys=keys)
        start = pd.Series(0, index=by_light.index)
        for name in used:
            colour = OTHERS if name == "none" else LIGHTS[name].colour
            chart.axes.barh(
                chart.centres, by_light[name], left=start, height=chart.bar, color=colour, edgecolor="white", zorder=3
            )
            start = start + by_light[name]
        chart.axes.set_xlim(0, int(start.max()))
        ticks = [
            int(tick) for tick in MaxNLocator(4, integer=True).tick_values(0, int(start.max())) if tick <= start.max()
        ]
        grid(chart.axes, ticks, list(map(str, ticks)))
        baseline(chart.axes)
    return chart.canvas.figure


def _drawable(progress: pd.DataFrame, needed: list[str], title: str, footnote: str) -> pd.DataFrame:
    rows = progress.dropna(subset=needed)
    if rows.empty:
        raise ProblemsFound([_nothing_to_draw(title)])
    stop_on(glyph_problems([title, footnote, *rows["title"], *rows["state"]], f"图《{title}》"))
    return rows


def _nothing_to_draw(title: str) -> Problem:
    return problem("nothing_to_draw", f"图《{title}》没有可画的数", "至少要有一行", "这一期不画此图，或先补齐数据")


def _limited(rows: pd.DataFrame, by: str, footnote: str, size: str) -> tuple[pd.DataFrame, str]:
    ordered = rows.sort_values([by, "title"], kind="stable")
    most = how_many_fit(list(ordered["title"]), size)
    if len(rows) <= most:
        return rows, footnote
    return ordered.head(most), f"{footnote}　本图只列进度最靠后的{most}项，共{len(rows)}项，其余见表。"


def _fitting(columns: list[Figures], size: str) -> list[Figures]:
    """A half-width chart keeps the first column and the state; the others are in the table."""
    return [columns[0], columns[-1]] if size == "a4_half" else columns


def _texts(column: Column, values: Sequence[float] | pd.Series) -> tuple[str, ...]:
    return tuple(cell_text(column, value) for value in values)


def _bars(chart: Rows, values: list[float], lights: tuple[str, ...]) -> None:
    colours = [light_of(light).colour for light in lights]
    chart.axes.barh(chart.centres, values, height=chart.bar, color=colours, zorder=3)


def _marks(chart: Rows, values: list[float]) -> None:
    half = chart.bar * 0.72
    for centre, value in zip(chart.centres, values, strict=True):
        for colour, width in (("white", 2.4), (INK, 1.5)):
            ends = ([value, value], [centre - half, centre + half])
            chart.axes.plot(*ends, color=colour, linewidth=width, solid_capstyle="butt", zorder=5, clip_on=False)


def _growth_scale(chart: Rows, rows: pd.DataFrame) -> None:
    """From 0 or the lowest value to the highest of growth and target, and a little beyond for the diamonds."""
    values = pd.concat([rows["growth_pct"], rows["target_value"]])
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    reach = (high - low or 1.0) * 1.25
    near = rows["required_growth_pct"][rows["required_growth_pct"].between(low - reach * 0.25, low + reach)]
    low = min(low, float(near.min())) if len(near) else low
    high = max(high, float(near.max())) if len(near) else high
    space = (high - low or 1.0) * 0.02
    chart.axes.set_xlim(low - (space if low < 0 else 0), high + space)
    ticks = [
        tick
        for tick in MaxNLocator(3 if chart.canvas.size.is_narrow else 5, steps=[1, 2, 5, 10]).tick_values(low, high)
        if low <= tick <= high
    ]
    grid(chart.axes, ticks, [cell_text(Column("", "", "number", None), tick) for tick in ticks])
