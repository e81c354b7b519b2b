"""Rewards and penalties: who gets or pays what by place, the list to be executed and what it costs."""

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Bools, Ints
from fhdata.appraisal.ranking import COMPETITION, DENSE, ranks
from fhdata.appraisal.scheme import Scheme
from fhdata.money import FEN_PER_YUAN
from fhdata.rules.appraisal import FUNDS, PER_HEAD

EXECUTION_COLUMNS = [
    *RANKED, "unit", "unit_name", "rank", "side", "place", "kind", "label",
    "amount_fen", "per_head_fen", "head_count", "is_amount_known", "executor", "rule_source",
]  # fmt: skip
TOP, BOTTOM = "top", "bottom"
WITHHELD = "withheld"
WITHHELD_LABEL = "一票否决，不予奖励"


def execution_list(
    ranking: pd.DataFrame,
    scheme: Scheme,
    span: str,
    *,
    units: pd.DataFrame,
    exclusions: pd.DataFrame | None = None,
    streaks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everything a ranking entails: one row a unit and consequence, rewards positive, deductions negative.

    Args:
        ranking: RANKED, unit, unit_name, rank, standing, last_place, units_in_series, is_reference.
        scheme: awards in force and the readings on ties, places and vacancies.
        span: month or year.
        units: county, unit, and head_count (Int64) where head counts are known.
        exclusions: county, period, unit, document: 一票否决; such a unit gets no reward.
        streaks: see ``streaks.streaks``; for consequences of several months at the end.

    Returns:
        EXECUTION_COLUMNS: place is counted from its side; amount_fen is 0 for a measure and where a head count is
        missing (is_amount_known is False then).

    Source: 凤政办函〔2023〕6号 附件3.
    """
    awards = scheme.awards[(scheme.awards["span"] == span)].reset_index(drop=True)
    vetoed = _find(ranking, exclusions)
    barred = vetoed >= 0
    if scheme.readings.imputed_heavily == "no_prize":
        barred = barred | ranking["is_reference"].to_numpy(dtype=np.bool_)
    top = _by_place(_top_places(ranking, barred, scheme), awards, TOP, scheme)
    bottom = _by_place(_bottom_places(ranking), awards, BOTTOM, scheme)
    if scheme.readings.overlap == "prize_only":
        bottom = bottom[positions(bottom, top[[*RANKED, "unit"]].drop_duplicates(), [*RANKED, "unit"]) < 0]
    parts = [top, bottom]
    if exclusions is not None and len(exclusions):
        parts.append(_withheld(ranking, vetoed, exclusions, awards))
    if streaks is not None:
        parts.append(_by_streak(ranking, streaks, awards, scheme))
    return _with_heads(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True), units)


def total_cost(execution: pd.DataFrame) -> pd.DataFrame:
    """What an execution list costs: one row a county, period, series and kind.

    Returns:
        county, period, series, kind, rewards_fen, deductions_fen (≤ 0), net_fen, unknown_amounts (rows whose head
        count is missing, so that their amount is not in the sums).
    """
    amount = execution["amount_fen"]
    parts = execution[[*RANKED, "kind"]].assign(
        rewards_fen=amount.clip(lower=0),
        deductions_fen=amount.clip(upper=0),
        net_fen=amount,
        unknown_amounts=(~execution["is_amount_known"]).astype("int64"),
    )
    priced = parts[execution["kind"].isin([FUNDS, PER_HEAD])]
    return priced.groupby([*RANKED, "kind"], observed=True, sort=False, as_index=False).sum()


def _find(ranking: pd.DataFrame, exclusions: pd.DataFrame | None) -> Ints:
    if exclusions is None or exclusions.empty:
        return np.full(len(ranking), -1, dtype=np.int64)
    return positions(ranking, exclusions, ["county", "period", "unit"])


def _top_places(ranking: pd.DataFrame, barred: Bools, scheme: Scheme) -> pd.DataFrame:
    """Units that may be rewarded with the place they are rewarded for; a vacancy is left, or those below move up."""
    eligible = ranking[~barred]
    place, standing = eligible["rank"].to_numpy(dtype=np.int64), eligible["standing"].to_numpy(dtype=np.int64)
    if scheme.readings.vacancies == "filled_down":
        group, order = group_ids(eligible, RANKED), [-standing]
        place = ranks(group, order, DENSE if scheme.readings.ties == DENSE else COMPETITION)
        standing = ranks(group, order)
    return eligible.assign(place=place, start=standing)


def _bottom_places(ranking: pd.DataFrame) -> pd.DataFrame:
    """Units with their place from the end, and the first place from the end that they share."""
    tied = group_ids(ranking, [*RANKED, "standing"])
    size = np.bincount(tied, minlength=1)[tied]
    start = ranking["units_in_series"] - ranking["standing"] - size + 2
    return ranking.assign(place=ranking["last_place"], start=start)


def _by_place(placed: pd.DataFrame, awards: pd.DataFrame, side: str, scheme: Scheme) -> pd.DataFrame:
    """The consequences of one side's places that follow at once."""
    chosen = awards[(awards["side"] == side) & (awards["streak_months"] == 0)]
    ladder = _one_row_a_place(chosen)
    if side == BOTTOM and scheme.readings.fines_order == "third_most":
        ladder = _reversed_funds(ladder)
    within = placed[placed["place"] <= ladder["place"].max()] if len(ladder) else placed.iloc[:0]
    joined = within.drop(columns="kind", errors="ignore").merge(ladder, on=["series", "place"], how="inner")
    joined = joined.assign(fen=joined["amount_yuan"] * FEN_PER_YUAN)
    return _pooled(joined, placed, ladder) if scheme.readings.ties_money == "pooled" else joined


def _one_row_a_place(awards: pd.DataFrame) -> pd.DataFrame:
    """Awards with one row a series and place: 2 to 3 becomes 2 and 3."""
    counts = (awards["to_place"] - awards["from_place"] + 1).to_numpy(dtype=np.int64)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    ladder = awards.loc[awards.index.repeat(counts)].reset_index(drop=True)
    source = ladder["document"] + " " + ladder["section"]
    place = ladder["from_place"] + np.arange(len(ladder)) - first
    columns = ["series", "side", "kind", "label", "amount_yuan", "executor"]
    return ladder[columns].assign(place=place.astype("int64"), rule_source=source)


def _reversed_funds(ladder: pd.DataFrame) -> pd.DataFrame:
    """The amounts of the last three the other way round: the third from the end pays what is printed first."""
    funds = ladder["kind"] == FUNDS
    last = ladder[funds].groupby("series")["place"].max()
    turned = ladder["series"].map(last) + 1 - ladder["place"]
    return ladder.assign(place=ladder["place"].where(~funds, turned).astype("int64"))


def _pooled(joined: pd.DataFrame, placed: pd.DataFrame, ladder: pd.DataFrame) -> pd.DataFrame:
    """Amounts of tied units put together and shared equally to the fen; what is left goes by unit code."""
    keys = [*RANKED, "start"]
    size = placed.groupby(keys, observed=True, sort=False).size().rename("tied").reset_index()
    tied = joined.merge(size, on=keys, how="left")["tied"].to_numpy(dtype=np.int64)
    funds = ladder[ladder["kind"] == FUNDS]
    sums = funds.pivot_table(index="series", columns="place", values="amount_yuan", aggfunc="sum", fill_value=0)
    if sums.empty:
        return joined
    width = int(max(sums.columns))
    steps = sums.reindex(columns=range(1, width + 1), fill_value=0).cumsum(axis=1).to_numpy(dtype=np.int64)
    upto = np.concatenate([np.zeros((len(steps), 1), dtype=np.int64), steps], axis=1)
    at = sums.index.get_indexer(pd.Index(joined["series"]))
    start = joined["start"].to_numpy(dtype=np.int64)
    ends = np.minimum(start + tied - 1, width)
    pool = (upto[at, ends] - upto[at, np.minimum(start - 1, width)]) * FEN_PER_YUAN
    share, rest = np.divmod(np.abs(pool), tied)
    codes = pd.factorize(joined["unit"], sort=True)[0]
    order = ranks(group_ids(joined, [*keys, "kind"]), [-codes.astype(np.int64)])
    is_funds = (joined["kind"] == FUNDS).to_numpy()
    fen = np.where(is_funds, np.sign(pool) * (share + (order <= rest)), joined["fen"])
    return joined.assign(fen=fen)[~is_funds | (fen != 0)]


def _withheld(ranking: pd.DataFrame, vetoed: Ints, exclusions: pd.DataFrame, awards: pd.DataFrame) -> pd.DataFrame:
    """Vetoed units that would have been rewarded, with the document that bars them."""
    out = vetoed >= 0
    rows = ranking.assign(place=ranking["rank"])[out]
    document = exclusions["document"].to_numpy()[vetoed[out]]
    last = awards[awards["side"] == TOP].groupby("series")["to_place"].max()
    rows = rows.assign(rule_source=document, side=TOP, kind=WITHHELD, label=WITHHELD_LABEL, fen=0, executor="")
    return rows[rows["rank"] <= rows["series"].map(last).astype("float64").fillna(0)]


def _by_streak(ranking: pd.DataFrame, streaks: pd.DataFrame, awards: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Consequences of several months running at the end: when the span is full, and again by ``streak_repeat``."""
    chosen = awards[awards["streak_months"] > 0]
    columns = ["series", "side", "kind", "label", "executor", "streak_months"]
    rules = chosen[columns].assign(
        rule_source=chosen["document"] + " " + chosen["section"], place=1, fen=chosen["amount_yuan"] * FEN_PER_YUAN
    )
    due = streaks.merge(rules, on="series", how="inner")
    is_due = due["run"] >= due["streak_months"]
    if scheme.readings.streak_repeat == "each_span":
        is_due &= due["run"] % due["streak_months"] == 0
    return ranking.merge(due[is_due], on=[*RANKED, "unit"], how="inner")


def _with_heads(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Amounts in fen; those a head times the head count where it is known."""
    at = positions(rows, units, ["county", "unit"])
    known = units["head_count"] if "head_count" in units else pd.Series(pd.NA, index=units.index, dtype="Int64")
    heads = known.astype("Int64").take(at).reset_index(drop=True).mask(at < 0)
    fen = rows["fen"].to_numpy(dtype=np.int64)
    is_head = (rows["kind"] == PER_HEAD).to_numpy()
    times = np.where(is_head, heads.fillna(0).to_numpy(dtype=np.int64), 1)
    listed = rows.assign(
        amount_fen=fen * times,
        per_head_fen=np.where(is_head, fen, 0),
        head_count=heads.where(pd.Series(is_head)),
        is_amount_known=~is_head | heads.notna().to_numpy(),
    )
    rewards_first = [True, True, True, False, True, True]
    order = [*RANKED, "side", "place", "unit"]
    return listed.sort_values(order, ascending=rewards_first, kind="stable", ignore_index=True)[EXECUTION_COLUMNS]
