"""One small case at a time, in and out as plain values: what the worked examples call."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from fhdata.appraisal.awards import execution_list
from fhdata.appraisal.events import ALONE, EVENT_COLUMNS, UNIT, count_events
from fhdata.appraisal.grid import ITEM_COLUMNS, NOT_CONCERNED, NOT_HANDED_IN, SCORE_COLUMNS, SCORED, UNIT_COLUMNS
from fhdata.appraisal.month import MonthInputs, appraise_months
from fhdata.appraisal.placing import placed
from fhdata.appraisal.points import POINT_E4, points_e4
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import cells_table
from fhdata.appraisal.streaks import streaks
from fhdata.appraisal.year import QUARTERS, year_points
from fhdata.money import FEN_PER_YUAN
from fhdata.problems import hint, problem, stop_on
from fhdata.rules.appraisal import FUNDS

COUNTY, MONTH = "", "2023-03"
MARKS = {"未涉及": NOT_CONCERNED, "未交": NOT_HANDED_IN}
Answer = dict[str, Any]


def month_ranking(
    scheme: Scheme,
    *,
    series: str,
    weights: dict[str, float],
    scores: dict[str, dict[str, Any]],
    is_final: bool = True,
    annual_series: dict[str, str] | None = None,
) -> Answer:
    """One series of one month.

    Args:
        scheme: the scheme; its items are replaced by those given.
        series: monthly series.
        weights: item → points; they add up to 100.
        scores: unit → item → score, 未涉及 or 未交.
        is_final: refuse what is 未交, or leave the item out.
        annual_series: unit → annual series, where it is not the monthly one.

    Returns:
        scores (unit → item → points, imputed ones included), totals, ranks, places_from_end, imputed_percent,
        is_reference, funds_yuan (of who gets or pays), each by unit.
    """
    items = pd.DataFrame({"item": list(weights), "name": list(weights), "is_fixed": False})
    annual = annual_series or {}
    units = [(COUNTY, unit, unit, series, annual.get(unit, series)) for unit in scores]
    weighted = [(COUNTY, MONTH, series, item, float(points), item, item) for item, points in weights.items()]
    cells = [
        (COUNTY, MONTH, unit, item, *_cell(score)) for unit, given in scores.items() for item, score in given.items()
    ]
    inputs = MonthInputs(
        units=pd.DataFrame(units, columns=UNIT_COLUMNS),
        items=pd.DataFrame(weighted, columns=ITEM_COLUMNS),
        scores=pd.DataFrame(cells, columns=SCORE_COLUMNS).astype({"score": "float64"}),
        events=pd.DataFrame(columns=EVENT_COLUMNS),
    )
    months = appraise_months(inputs, replace(scheme, items=items), is_final=is_final)
    kept = cells_table(months.scored).dropna(subset="score_e4")
    by_unit = {
        str(unit): dict(zip(rows["item"], _points(rows["score_e4"]), strict=True))
        for unit, rows in kept.groupby("unit", sort=False)
    }
    ranking = months.ranking
    return _ranked(ranking, months.execution) | {
        "scores": by_unit,
        "totals": _by_unit(ranking, _points(ranking["total_e4"])),
        "imputed_percent": _by_unit(ranking, [100 * ratio for ratio in ranking["imputed_ratio"]]),
        "is_reference": _by_unit(ranking, ranking["is_reference"]),
    }


def ranking(
    scheme: Scheme,
    *,
    series: str,
    totals: dict[str, float],
    span: str = "month",
    ladder_yuan: list[int] | None = None,
    excluded: list[str] | None = None,
) -> Answer:
    """Ranks and funds of totals that are already there.

    Args:
        scheme: the scheme.
        series: monthly or annual series, by ``span``.
        totals: unit → points.
        span: month or year.
        ladder_yuan: prizes of the first places in place of the scheme's (no deductions then).
        excluded: units under 一票否决.

    Returns:
        ranks, places_from_end, funds_yuan (Decimal, of who gets or pays).
    """
    used = scheme if ladder_yuan is None else replace(scheme, awards=_ladder(scheme.awards, series, span, ladder_yuan))
    table = pd.DataFrame({"county": COUNTY, "period": MONTH, "series": series, "unit": list(totals)})
    rows = table.assign(unit_name=table["unit"], total_e4=points_e4(list(totals.values())), is_reference=False)
    plain = dict.fromkeys(["base_e4", "bonus_e4", "deduction_e4", "imputed_ratio"], 0)
    ranked = placed(rows.assign(**plain), used)
    vetoed = pd.DataFrame({"county": COUNTY, "period": MONTH, "unit": excluded or []}).assign(document="")
    return _ranked(ranked, execution_list(ranked, used, span, units=table, exclusions=vetoed))


def bonus(scheme: Scheme, *, events: list[dict[str, Any]]) -> Answer:
    """What events bring each unit.

    Args:
        scheme: the scheme.
        events: unit, kind, level; and role (alone), work, subject (unit), document, document_date, registered, where
            they matter.

    Returns:
        counted (unit → points, all its events), periods (document → period), reasons (document and unit → why not).
    """
    day = date(2023, 3, 10)
    texts = {"county": COUNTY, "role": ALONE, "work": "", "subject": UNIT, "document": ""}
    usual = texts | {"document_date": day, "registered": day}
    _check_events(events)
    counted = count_events(pd.DataFrame([usual | event for event in events], columns=EVENT_COLUMNS), scheme)
    sums = counted.groupby("unit", sort=False)["counted_e4"].sum()
    barred = counted[~counted["is_counted"]]
    names = [f"{document} {unit}" for document, unit in zip(barred["document"], barred["unit"], strict=True)]
    return {
        "counted": dict(zip(sums.index, _points(sums), strict=True)),
        "periods": dict(zip(counted["document"], counted["period"], strict=True)),
        "reasons": dict(zip(names, barred["reason"], strict=True)),
    }


def year_score(scheme: Scheme, *, months: list[list[float]], leaders: float) -> Answer:
    """A year's points from four lists of month totals and the leaders' evaluation; see ``year.year_points``.

    Returns:
        total, quarters (means, rounded to 0.0001).
    """
    has_three = scheme.readings.missing_month == "three"
    sums = np.array([[int(points_e4(quarter).sum()) for quarter in months]], dtype=np.int64).reshape(1, QUARTERS)
    divisor = np.array([[3 if has_three and quarter else len(quarter) for quarter in months]], dtype=np.int64)
    total = year_points(sums, divisor, points_e4([leaders]), np.array([True]), scheme)
    means = np.rint(sums[0] / np.maximum(divisor[0], 1)).astype(np.int64)
    return {"total": _points(total)[0], "quarters": _points(means)}


def streak(scheme: Scheme, *, last: dict[str, list[str]], published: dict[str, list[str]] | None = None) -> Answer:
    """How many months running the units are last.

    Args:
        scheme: the scheme.
        last: month → units last in it; a month with an empty list was ranked with another unit last.
        published: months as announced before a restatement.

    Returns:
        runs: month → unit → months running.
    """
    series = scheme.monthly_series[0]
    runs = streaks(_last_rows(last, series), scheme, None if published is None else _last_rows(published, series))
    by_month = runs.groupby("period")
    return {
        "runs": {str(month): dict(zip(rows["unit"], rows["run"].tolist(), strict=True)) for month, rows in by_month}
    }


CALLS: dict[str, Callable[..., Answer]] = {
    "month_ranking": month_ranking,
    "ranking": ranking,
    "bonus": bonus,
    "year_score": year_score,
    "streak": streak,
}


def _last_rows(last: dict[str, list[str]], series: str) -> pd.DataFrame:
    rows = [(COUNTY, month, series, unit, 1) for month, units in last.items() for unit in units]
    ranked = [(COUNTY, month, series, "", 2) for month in last]  # the month was ranked, whoever was last
    return pd.DataFrame(rows + ranked, columns=["county", "period", "series", "unit", "last_place"])


def _check_events(events: list[dict[str, Any]]) -> None:
    """Refuse a misspelt or missing key, which would otherwise be taken for one left out."""
    found = [
        problem("unknown_key", f"events 里没有“{name}”这一项", hint(name, EVENT_COLUMNS), "请改正")
        for event in events
        for name in event
        if name not in EVENT_COLUMNS
    ]
    found += [
        problem("missing_key", f"events 里有一条没有写 {name}", "此项必填", "请补上")
        for event in events
        for name in ("unit", "kind", "level")
        if name not in event
    ]
    stop_on(found)


def _cell(score: object) -> tuple[float, str]:
    if isinstance(score, int | float):
        return float(score), SCORED
    if score not in MARKS:
        stop_on([problem("bad_choice", f"得分写的是“{score}”", f"应为数或{'、'.join(MARKS)}", "请改正")])
    return float("nan"), MARKS[str(score)]


def _ranked(ranked: pd.DataFrame, execution: pd.DataFrame) -> Answer:
    funds = execution[execution["kind"] == FUNDS].groupby("unit", sort=False)["amount_fen"].sum()
    return {
        "ranks": _by_unit(ranked, ranked["rank"]),
        "places_from_end": _by_unit(ranked, ranked["last_place"]),
        "funds_yuan": {str(unit): Decimal(int(fen)) / FEN_PER_YUAN for unit, fen in funds.items()},
    }


def _ladder(awards: pd.DataFrame, series: str, span: str, ladder_yuan: list[int]) -> pd.DataFrame:
    """Awards with nothing but funds for the first places."""
    places = np.arange(1, len(ladder_yuan) + 1)
    rows = {"series": series, "span": span, "from_place": places, "to_place": places, "amount_yuan": ladder_yuan}
    plain = dict.fromkeys(["label", "executor", "document", "section"], "")
    return pd.DataFrame(rows).assign(side="top", kind=FUNDS, streak_months=0, **plain)[
        [name for name in awards.columns if name in {*rows, *plain, "side", "kind", "streak_months"}]
    ]


def _by_unit(table: pd.DataFrame, values: Sequence[object] | pd.Series) -> dict[str, Any]:
    return dict(zip(table["unit"], pd.Series(values).tolist(), strict=True))


def _points(values_e4: Iterable[int]) -> list[float]:
    return [int(value) / POINT_E4 for value in values_e4]
