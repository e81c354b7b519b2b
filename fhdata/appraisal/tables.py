"""The appraisal's tables as a reader sees them: points for 0.0001 points, yuan for fen, names beside codes."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from fhdata.appraisal.distance import cuts
from fhdata.appraisal.events import ALONE, COOPERATING, LEAD, PERSON, UNIT, VILLAGE
from fhdata.appraisal.grouping import positions
from fhdata.appraisal.influence import effective_weights, leniency, self_scoring
from fhdata.appraisal.month import Months
from fhdata.appraisal.points import POINT_E4
from fhdata.appraisal.ranking import with_previous
from fhdata.appraisal.restatement import restated_ranking
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import cells_table
from fhdata.money import in_yuan
from fhdata.periods import parse_period

REFERENCE, IMPUTED_MARK, MARK = "参考", "*", "_mark"
ROLE_WORDS = {LEAD: "牵头", COOPERATING: "配合", ALONE: "单独"}
SUBJECT_WORDS = {UNIT: "单位", VILLAGE: "村（社区）", PERSON: "个人"}
STATE_WORDS = {"scored": "实际得分", "imputed": "取序列平均", "uncovered": "全序列未涉及，不计", "pending": "未交"}
EXECUTION_WORDS = {"funds": "工作经费", "per_head": "人均绩效", "measure": "措施", "withheld": "不予奖励"}


def in_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Every column …_e4 as points without the ending (float64, NaN where empty)."""
    ends = [name for name in frame.columns if name.endswith("_e4")]
    return frame.assign(**{name: frame[name].astype("Float64").astype("float64") / POINT_E4 for name in ends}).rename(
        columns={name: name.removesuffix("_e4") for name in ends}
    )


def of_period(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """One period's rows."""
    return frame[frame["period" if "period" in frame else "month"] == period].reset_index(drop=True)


def by_rank(frame: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """Rows in the order of the series, in each by rank, ties by unit code."""
    place = frame["series"].map({name: number for number, name in enumerate(series)})
    order = np.lexsort((frame["unit"].to_numpy(dtype=object), frame["rank"].to_numpy(), place.to_numpy()))
    return frame.iloc[order].reset_index(drop=True)


def ranked_months(months: Months, scheme: Scheme, month: str) -> pd.DataFrame:
    """The month's ranking: one row a unit with its item scores beside it, in points, by series and rank.

    Returns:
        The ranking's columns in points, previous_rank, rank_change, mark (参考 or ""), and for every item its score
        and <item>_mark: "*" for the series' mean, NaN where the item does not count.
    """
    ranking = of_period(with_previous(months.ranking), month)
    cells = of_period(cells_table(months.scored), month)
    score = cells.pivot(index="unit", columns="item", values="score_e4").astype("Float64").astype("float64") / POINT_E4
    mark = cells.assign(text=np.where(cells["state"] == "imputed", IMPUTED_MARK, ""))
    marks = mark.pivot(index="unit", columns="item", values="text").fillna("")
    items = list(cells["item"].drop_duplicates())
    wide = score[items].join(marks[items].add_suffix(MARK)).reset_index()
    marked = ranking.assign(mark=np.where(ranking["is_reference"], REFERENCE, ""))
    return by_rank(in_points(marked.merge(wide, on="unit", how="left", validate="one_to_one")), scheme.monthly_series)


def ranked_years(ranking: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """The annual ranking in points, by series and rank, with the mark 参考."""
    marked = ranking.assign(mark=np.where(ranking["is_reference"], REFERENCE, ""))
    return by_rank(in_points(marked), scheme.annual_series)


def item_names(scheme: Scheme) -> dict[str, str]:
    """Names of the items."""
    return dict(zip(scheme.items["item"], scheme.items["name"], strict=True))


def item_names_of(items: pd.DataFrame, scheme: Scheme) -> dict[str, str]:
    """Names of the items listed, in their order."""
    names = item_names(scheme)
    return {str(item): names[str(item)] for item in items["item"].drop_duplicates()}


def due_list(execution: pd.DataFrame, period: str, series: Sequence[str], *, is_final: bool) -> pd.DataFrame:
    """A period's execution list in the order of the series; nothing is due by a draft."""
    due = of_period(execution, period).iloc[: None if is_final else 0]
    place = due["series"].map({name: number for number, name in enumerate(series)}).to_numpy()
    return due.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def first_and_last(ranked: pd.DataFrame, count: int = 3) -> pd.DataFrame:
    """The first and the last ``count`` places of each series; ``light`` green and red, ``side`` in words."""
    is_first, is_last = ranked["rank"] <= count, ranked["last_place"] <= count
    told = ranked.assign(
        side=np.where(is_first, f"前{count}名", f"后{count}位"), light=np.where(is_first, "green", "red")
    )
    return told[is_first | is_last].reset_index(drop=True)


def executed(execution: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """An execution list in yuan with words for its kinds, the post in charge, and what is missing.

    Returns:
        The list's columns, amount_yuan, per_head_yuan (None where not by head), kind_name, leader_post, note.
    """
    posts = units.set_index("unit")["leader_post"] if "leader_post" in units else pd.Series(dtype="str")
    listed = in_yuan(execution)
    is_head, is_measure = (listed["kind"] == "per_head").to_numpy(), (listed["kind"] == "measure").to_numpy()
    is_known = listed["is_amount_known"].to_numpy(dtype=bool)
    return listed.assign(
        kind_name=listed["kind"].map(EXECUTION_WORDS),
        leader_post=listed["unit"].map(posts).fillna(""),
        per_head_yuan=listed["per_head_yuan"].where(is_head, None),
        amount_yuan=listed["amount_yuan"].where(~is_measure & is_known, None),
        note=np.where(is_known, "", "没有报人数，金额待算"),
    )


def cost_table(cost: pd.DataFrame) -> pd.DataFrame:
    """What the rewards cost, in yuan, with a last row for everything; without rows where nothing is due."""
    numbers = ["rewards_fen", "deductions_fen", "net_fen", "unknown_amounts"]
    total = pd.DataFrame([{"series": "合计", "kind": "", **{name: int(cost[name].sum()) for name in numbers}}])
    listed = cost[["series", "kind", *numbers]]
    whole = pd.concat([listed, total], ignore_index=True) if len(cost) else listed
    return in_yuan(whole).assign(kind_name=whole["kind"].map(EXECUTION_WORDS).fillna(""))


def streak_table(months: Months, month: str) -> pd.DataFrame:
    """The units last in a month, for how many months running, since when."""
    names = months.ranking[["unit", "unit_name"]].drop_duplicates("unit")
    return of_period(months.streaks, month).merge(names, on="unit", how="left")


def register_table(events: pd.DataFrame, units: pd.DataFrame, period: str, span: str = "month") -> pd.DataFrame:
    """The register's rows that fall in a period, in points, in words; those that do not count with the reason."""
    names = dict(zip(units["unit"], units["unit_name"], strict=True))
    rows = events[(events["span"] == span) & (events["period"] == period)].reset_index(drop=True)
    late = np.where(rows["is_late"], "过了提交期限才报来，归本期", "")
    return in_points(rows).assign(
        unit_name=rows["unit"].map(names),
        role_name=rows["role"].map(ROLE_WORDS),
        subject_name=rows["subject"].map(SUBJECT_WORDS),
        note=np.where(rows["reason"] != "", rows["reason"], late),
    )


def distance_table(ranking: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """How far each unit is from the first three and from leaving the last three, in points."""
    return by_rank(in_points(cuts(ranking).rename(columns={"compared_e4": "total_e4"})), series)


def firmness_table(summary: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """How firm each rank is, with the interval and the two ranges as text."""
    told = by_rank(summary, series)
    pairs = (
        ("interval", "rank_low", "rank_high"),
        ("range_without", "best_without", "worst_without"),
        ("range_reading", "best_reading", "worst_reading"),
    )
    texts = {
        name: [str(one) if one == other else f"{one}—{other}" for one, other in zip(told[low], told[high], strict=True)]
        for name, low, high in pairs
    }
    return told.assign(**texts)


def influence_tables(months: Months, scheme: Scheme, month: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Effective weights, leniency and self-scoring of a month, in points, with item and department names."""
    items = months.scored.grid.items
    names, departments = item_names(scheme), items.drop_duplicates("department")
    told = dict(
        zip(departments["department"], departments.get("department_name", departments["department"]), strict=True)
    )
    weights, lenient, own = (
        in_points(of_period(frame, month)).assign(item_name=lambda table: table["item"].map(names))
        for frame in (effective_weights(months), leniency(months), self_scoring(months))
    )
    at = positions(weights, items, ["month", "series", "item"])
    weights = weights.assign(approval_no=items["approval_no"].to_numpy(dtype=object)[at])
    weights = weights.assign(note=np.where(weights["is_flat"], "得分全部相同，不起作用", ""))
    lenient = lenient.assign(department_name=lenient["department"].map(told))
    return weights, lenient, own


def handed_in_table(scores: pd.DataFrame, items: pd.DataFrame, missing: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Who has handed in what for a month, and when: one row an item.

    Args:
        scores: the month's scores with item, released, source_file.
        items: the month's items with department_name.
        missing: see ``outcome.missing_results``.
        scheme: names of the items.

    Returns:
        item_name, department_name, released, state (期限后报来 for one released, or corrected, after results are
        due), light, not_handed_in (units), file.
    """
    first = items.drop_duplicates("item").reset_index(drop=True)
    sheets = scores.drop_duplicates("item").set_index("item")[["released", "source_file"]].reindex(first["item"])
    lacking = missing.groupby("item", sort=False)["unit_names"].agg("、".join).reindex(first["item"]).fillna("")
    has_sheet, is_short = sheets["released"].notna().to_numpy(), (lacking != "").to_numpy()
    due = [_results_due(str(month), scheme.results_day) for month in first["month"]]
    is_late = sheets["released"].fillna("").to_numpy() > np.array(due, dtype=object)
    states = [~has_sheet, is_short, is_late]
    return pd.DataFrame(
        {
            "item_name": first["item"].map(item_names(scheme)),
            "department_name": first["department_name"],
            "released": sheets["released"].fillna("").to_numpy(),
            "state": np.select(states, ["未报", "未报全", "期限后报来"], "已报"),
            "light": np.select(states, ["red", "amber", "amber"], "green"),
            "not_handed_in": np.where(has_sheet, lacking.to_numpy(), ""),
            "file": sheets["source_file"].fillna("").to_numpy(),
        }
    )


def _results_due(month: str, day: int) -> str:
    """The last day on which a month's results are in time, of the month after."""
    after = parse_period(month).end + timedelta(days=day)
    return after.isoformat()


def restated_table(before: pd.DataFrame, after: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """What a later correction moved in periods that were ranked before, in points."""
    known = after[after["period"].isin(before["period"].unique())]
    moved = restated_ranking(before, known).assign(rank=lambda table: table["new_rank"])
    return by_rank(in_points(moved), series)


def unit_months(ranking: pd.DataFrame) -> pd.DataFrame:
    """Every unit's months for its own sheet of a year, in points: the ranking's columns, by month, and the mark."""
    marked = ranking.assign(mark=np.where(ranking["is_reference"], REFERENCE, ""))
    return in_points(marked.sort_values(["period", "series", "rank", "unit"], kind="stable", ignore_index=True))


def unit_cells(months: Months, scheme: Scheme, month: str) -> pd.DataFrame:
    """Every unit's items of a month, for the unit's own sheet: score, state, mean of the series, what it brings.

    Returns:
        unit, unit_name, series, item_name, weight, score, state_name, mean (of real scores in the series), gap (score −
        mean), place (among the units with a real score, NaN where imputed), covered_units, share, source.
    """
    cells = of_period(cells_table(months.scored), month)
    scored = cells["state"] == "scored"
    real = cells["score_e4"].where(scored).astype("Float64").astype("float64")
    group = cells.groupby(["series", "item"], observed=True, sort=False)
    mean = real.groupby([cells["series"], cells["item"]]).transform("mean")
    place = (
        cells.assign(real=real)
        .groupby(["series", "item"], observed=True, sort=False)["real"]
        .rank("min", ascending=False)
    )
    table = in_points(cells).assign(
        item_name=cells["item"].map(item_names(scheme)),
        state_name=cells["state"].map(STATE_WORDS),
        mean=mean / POINT_E4,
        place=place,
        covered_units=group["unit"].transform("size").where(~scored, cells["covered_units"]),
    )
    source = cells["source_file"].str.rsplit("/", n=1).str[-1] + " " + cells["source_cell"]
    return table.assign(
        gap=(table["score"] - table["mean"]).where(scored), source=source.where(cells["source_file"] != "", "")
    )
