"""The charts of the medical fund: from income to every share, the budget's use over the year, what a reading moves.

Money comes as whole fen and is drawn in 万元; only the place of a mark on the paper is a float.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fhdata.money import money_text
from fhdata.problems import ProblemsFound, problem, stop_on
from fhdata.publish.canvas import SIZES, Key, house_style, open_canvas, save, write_keys
from fhdata.publish.fonts import glyph_problems
from fhdata.publish.lights import INK, LIGHTS, QUIET
from fhdata.publish.paths import DASHED, DOTTED, month_axes, write_ends
from fhdata.publish.report import Chart
from fhdata.publish.rows import Figures, baseline, grid, row_chart
from fhdata.publish.tables import MINUS, Column, cell_text

UNIT = "万元"
FEN_PER_WAN = 1_000_000
MORE, LESS, TOTAL, PART = LIGHTS["green"].colour, LIGHTS["amber"].colour, INK, "#7FB8D6"
NUMBER = Column("", "", "number", None)


def waterfall(lines: pd.DataFrame, title: str, footnote: str, *, size: str = "a4_full") -> Figure:
    """From income down to what every party gets: each line starts where the one above it ended.

    Args:
        lines: label, kind (start | change | total | part), amount_fen (int64, signed); in the order of the sum. A total
            states the balance, a part is a share of the change above it.
        title: the finding.
        footnote: source and date.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: nothing to draw, or the font lacks a character.
    """
    if lines.empty:
        raise ProblemsFound([problem("nothing_to_draw", f"图《{title}》没有可画的数", "至少要有一行")])
    spans = _spans(lines)
    with house_style():
        texts = tuple(_wan(fen, is_signed=kind == "change") for fen, kind in _pairs(lines))
        keys = [Key("合计", TOTAL, "■"), Key("增加", MORE, "■"), Key("减少", LESS, "■")]
        keys += [Key("其中", PART, "■")] if (lines["kind"] == "part").any() else []
        chart = row_chart(list(lines["label"]), [Figures(UNIT, texts)], title, footnote, size=size, keys=keys)
        ends = [end for span in spans for end in span[:2]]
        _money_scale(chart.axes, min(0.0, *ends), max(0.0, *ends), is_narrow=chart.canvas.size.is_narrow)
        for centre, (start, end, colour) in zip(chart.centres, spans, strict=True):
            chart.axes.barh(centre, end - start, left=start, height=chart.bar, color=colour, zorder=3)
        for row, (_, end, _) in enumerate(spans[:-1]):
            if lines["kind"].iloc[row + 1] != "part" and lines["kind"].iloc[row] != "part":
                ys = [chart.centres[row], chart.centres[row + 1]]
                chart.axes.plot([end, end], ys, color=QUIET, linewidth=0.7, zorder=2)
        baseline(chart.axes)
    return chart.canvas.figure


def _pairs(lines: pd.DataFrame) -> list[tuple[int, str]]:
    return [(int(fen), str(kind)) for fen, kind in zip(lines["amount_fen"], lines["kind"], strict=True)]


def _spans(lines: pd.DataFrame) -> list[tuple[float, float, str]]:
    """Where each bar starts and ends, in 万元, and its colour."""
    spans, balance, within = [], 0, 0
    for fen, kind in _pairs(lines):
        if kind == "part":
            spans.append((within, within + fen, PART))
            within += fen
            continue
        before, balance = (0, fen) if kind in {"start", "total"} else (balance, balance + fen)
        colour = TOTAL if kind in {"start", "total"} else MORE if fen > 0 else LESS
        spans.append((before, balance, colour))
        within = before  # the parts of a change run along it
    return [(start / FEN_PER_WAN, end / FEN_PER_WAN, colour) for start, end, colour in spans]


def budget_path(path: pd.DataFrame, title: str, footnote: str, *, budget_fen: int, size: str = "a4_full") -> Figure:
    """Costs so far against the budget's share of the time gone, with the forecast of the year's end.

    Args:
        path: month (1-12), cost_fen (cumulative; pandas' missing value after the last month known), planned_fen (the
            budget due by that month), low_fen, central_fen, high_fen (the forecast; missing where there is none);
            twelve rows.
        title: the finding.
        footnote: source and date.
        budget_fen: the year's budget, a line across.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: no month is known, or the font lacks a character.
    """
    known = path.dropna(subset=["cost_fen"])
    if known.empty:
        raise ProblemsFound([problem("nothing_to_draw", f"图《{title}》没有可画的数", "至少要有一个月")])
    stop_on(glyph_problems([title, footnote], f"图《{title}》"))
    paper = SIZES[size]
    drawn = path.drop(columns="month").astype("float64") / FEN_PER_WAN
    drawn = drawn.assign(month=path["month"])
    budget = budget_fen / FEN_PER_WAN
    has_forecast = bool(drawn["central_fen"].notna().any())
    spent = int(known["cost_fen"].iloc[-1])
    with house_style():
        canvas = open_canvas(title, footnote, size, paper.height - 1.0)
        keys = [Key(f"累计费用（{_wan(spent)} {UNIT}）", MORE, "●"), Key("按时间应支出", QUIET, line=DASHED)]
        keys += [Key("预测（阴影为区间）", MORE, line=DOTTED)] if has_forecast else []
        write_keys(canvas, keys, size)
        ends = {f"管控总额 {_wan(budget_fen)}": budget}
        if has_forecast:
            ends[f"预测 {_wan(int(path['central_fen'].dropna().iloc[-1]))}"] = float(
                drawn["central_fen"].dropna().iloc[-1]
            )
        highest = max(float(drawn.drop(columns="month").max().max()), budget) * 1.05
        axes, box = month_axes(canvas, keys, size, ends=ends, span=(0.0, highest))
        _draw_path(axes, drawn, budget, paper.text_points)
        write_ends(canvas, axes, ends, box)
    return canvas.figure


def _draw_path(axes: Axes, drawn: pd.DataFrame, budget: float, points: float) -> None:
    line = points / 5
    known, ahead = drawn.dropna(subset=["cost_fen"]), drawn.dropna(subset=["central_fen"])
    axes.axhline(budget, color=INK, linewidth=line * 0.7, zorder=2)
    axes.plot(drawn["month"], drawn["planned_fen"], color=QUIET, linewidth=line * 0.8, linestyle=DASHED, zorder=3)
    if not ahead.empty:
        last = known.iloc[-1]
        months = [last["month"], *ahead["month"]]
        low, central, high = ([last["cost_fen"], *ahead[name]] for name in ("low_fen", "central_fen", "high_fen"))
        axes.fill_between(months, low, high, color=MORE, alpha=0.16, linewidth=0)
        axes.plot(months, central, color=MORE, linewidth=line, linestyle=DOTTED, zorder=4)
    axes.plot(
        known["month"], known["cost_fen"], color=MORE, linewidth=line * 1.3, marker="o", markersize=points / 2, zorder=5
    )


def amounts(
    rows: pd.DataFrame, title: str, footnote: str, *, head: str, beside: Sequence[Figures] = (), size: str = "a4_full"
) -> Figure:
    """One bar a row from 0: what is spent where, or (signed) who gains and who loses.

    Args:
        rows: label, amount_fen (int64, signed).
        title: the finding.
        footnote: source and date.
        head: of the column of amounts.
        beside: further columns of figures.
        size: a4_half, a4_full or slide.

    Raises:
        ProblemsFound: nothing to draw, or the font lacks a character.
    """
    if rows.empty:
        raise ProblemsFound([problem("nothing_to_draw", f"图《{title}》没有可画的数", "至少要有一行")])
    is_signed = bool((rows["amount_fen"] < 0).any())
    values = [int(fen) / FEN_PER_WAN for fen in rows["amount_fen"]]
    with house_style():
        texts = tuple(_wan(int(fen), is_signed=is_signed) for fen in rows["amount_fen"])
        keys = [Key("多得", MORE, "■"), Key("少得", LESS, "■")] if is_signed else []
        columns = [Figures(head, texts), *beside]
        chart = row_chart(list(rows["label"]), columns, title, footnote, size=size, keys=keys)
        _money_scale(chart.axes, min(0.0, *values), max(0.0, *values), is_narrow=chart.canvas.size.is_narrow)
        colours = [MORE if value >= 0 else LESS for value in values]
        chart.axes.barh(chart.centres, values, height=chart.bar, color=colours, zorder=3)
        baseline(chart.axes)
    return chart.canvas.figure


def draw_year_charts(
    lines: pd.DataFrame,
    places: pd.DataFrame,
    changes: pd.DataFrame,
    findings: Mapping[str, str],
    *,
    footnote: str,
    folder: Path,
) -> dict[str, Chart]:
    """Draw and save the charts of a settlement, each with its data and alt text; what nothing moves is left out.

    Args:
        lines: see ``waterfall``.
        places: as for ``draw_places``.
        changes: label, amount_fen: the largest changes of single readings.
        findings: each chart's title: waterfall, places, readings.
        footnote: document, date, example.
        folder: where the files go.
    """
    drawn = {"waterfall": waterfall(lines, findings["waterfall"], footnote)}
    data = {"waterfall": lines, "readings": changes[["label", "amount_fen"]]}
    if len(changes):
        drawn["readings"] = amounts(changes, findings["readings"], footnote, head=UNIT)
    saved = {name: save(figure, folder, name, data[name], findings[name]) for name, figure in drawn.items()}
    return saved | {"places": draw_places(places, findings["places"], footnote=footnote, folder=folder)}


def draw_month_charts(
    path: pd.DataFrame,
    places: pd.DataFrame,
    findings: Mapping[str, str],
    *,
    budget_fen: int,
    footnote: str,
    folder: Path,
) -> dict[str, Chart]:
    """Draw and save the charts of a month: the budget's use against the time, costs inside and outside.

    Args:
        path: see ``budget_path``.
        places: see ``draw_places``.
        findings: each chart's title: path, places.
        budget_fen: what is available for the whole year.
        footnote: document, date, example.
        folder: where the files go.
    """
    figure = budget_path(path, findings["path"], footnote, budget_fen=budget_fen)
    drawn = save(figure, folder, "budget_path", path, findings["path"])
    return {"path": drawn, "places": draw_places(places, findings["places"], footnote=footnote, folder=folder)}


def draw_places(places: pd.DataFrame, finding: str, *, footnote: str, folder: Path) -> Chart:
    """Draw and save what was spent inside and outside by category, the year to date.

    Args:
        places: place_name, category, category_name, year_records, year_hifp_fen; a row that adds up has no category.
        finding: the title.
        footnote: document, date, example.
        folder: where the files go.
    """
    rows = places[places["category"] != ""].reset_index(drop=True)
    rows = rows.assign(label=rows["place_name"] + "　" + rows["category_name"], amount_fen=rows["year_hifp_fen"])
    counts = Figures("累计笔数", tuple(f"{int(count):,}" for count in rows["year_records"]))
    figure = amounts(rows, finding, footnote, head="累计支付（万元）", beside=(counts,))
    return save(figure, folder, "places", rows[["label", "year_records", "amount_fen"]], finding)


def _money_scale(axes: Axes, low: float, high: float, *, is_narrow: bool) -> None:
    space = (high - low or 1.0) * 0.02
    axes.set_xlim(low - (space if low < 0 else 0), high + space)
    ticks = MaxNLocator(3 if is_narrow else 5, steps=[1, 2, 5, 10]).tick_values(low, high)
    shown = [tick for tick in ticks if low <= tick <= high]
    grid(axes, shown, [cell_text(NUMBER, tick) for tick in shown])


def _wan(fen: int, *, is_signed: bool = False) -> str:
    """Fen in 万元 as printed: two decimals, a true minus sign."""
    text = money_text(fen, UNIT).replace("-", MINUS)
    return f"+{text}" if is_signed and fen > 0 else text
