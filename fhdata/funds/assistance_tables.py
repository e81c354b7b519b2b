"""The assistance report's tables as a reader sees them: names beside codes, sums by township, category and month."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from fhdata.funds.assistance_document import OUTCOMES, check_document
from fhdata.funds.assistance_inputs import DIFFERENCE, KEYS
from fhdata.funds.assistance_methods import ELIGIBLE, NEEDS
from fhdata.rules.rulebook import RuleBook

TOTAL = "合计"
RAISED, OWED = "提标", "须补发"
FULL_NOTE, DIFFERENCE_NOTE, FLOOR_NOTE = "全额", "按户补差", "下限"
RAISES = ["increase_by_headcount_fen", "increase_by_household_fen"]
SUMMED = ["persons", *NEEDS, *RAISES, "paid_before_fen", *ELIGIBLE]
SOURCE = ["source_file", "source_sheet", "source_cell"]
STEP_WORDS = {
    "before": "按旧标准的全年支出", "newly_eligible": "新纳入家庭", "classified": "分类施保（不变）",
    "after": "按新标准的全年需要",
}  # fmt: skip


def method_sums(compared: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The three methods side by side, summed; the spread is that of the sums, not the sum of the spreads.

    One row a combination of ``by``. persons are person-months.

    Args:
        compared: see ``assistance_methods.side_by_side``.
        by: such as ``["township", "category"]``; [] for one row in all.

    Returns:
        ``by``, persons, the needs, need_spread_fen, the increases, increase_spread_fen, paid_before_fen, ELIGIBLE.
    """
    keyed = compared.assign(all_rows=0)
    sums = keyed.groupby(["all_rows", *by], as_index=False, sort=False)[SUMMED].sum().drop(columns="all_rows")
    needs = sums[NEEDS]
    return sums.assign(
        need_spread_fen=needs.max(axis=1) - needs.min(axis=1),
        increase_spread_fen=(sums[RAISES[0]] - sums[RAISES[1]]).abs(),
    )


def titled(frame: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """The frame with each category's title, in the order of the standards (and of its own rows within one)."""
    titles = rates.drop_duplicates("category").set_index("category")["title"]
    place = {category: number for number, category in enumerate(titles.index)}
    ordered = frame.sort_values("category", key=lambda codes: codes.map(place), kind="stable", ignore_index=True)
    return ordered.assign(title=ordered["category"].map(titles))


def by_category(compared: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """``method_sums`` by category with a total row."""
    rows = titled(method_sums(compared, ["category"]), rates)
    whole = method_sums(compared, []).assign(category="", title=TOTAL)
    return pd.concat([rows, whole], ignore_index=True)


def by_township(compared: pd.DataFrame, rates: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """``method_sums`` by township and category, townships in the order given."""
    rows = titled(method_sums(compared, ["township", "category"]), rates)
    place = {name: number for number, name in enumerate(order)}
    return rows.sort_values("township", key=lambda names: names.map(place), kind="stable", ignore_index=True)


def by_month(compared: pd.DataFrame, last_old_month: str) -> pd.DataFrame:
    """``method_sums`` by month: the months paid at the old rate are owed, the others still to come; with a total."""
    rows = method_sums(compared, ["month"]).sort_values("month", ignore_index=True)
    rows = rows.assign(state=(rows["month"] <= last_old_month).map({True: OWED, False: "按新标准"}))
    return pd.concat([rows, method_sums(compared, []).assign(month=TOTAL, state="")], ignore_index=True)


def every_row(compared: pd.DataFrame, counts: pd.DataFrame, rates: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Township × category × month with the three methods, the standards and where each row comes from.

    One row a township, category and month; key is 乡镇-类别-月份.

    Args:
        compared: see ``side_by_side``.
        counts: see ``carried_forward``; its source columns and is_carried.
        rates: see ``rules.standards.rates``.
        order: the townships' order.
    """
    standards = rates[["category", "month", "old_fen", "new_fen", "delta_fen", "old_source", "new_source"]]
    origin = counts[[*KEYS, "is_carried", *SOURCE]]
    rows = titled(compared, rates).merge(standards, on=["category", "month"], validate="many_to_one")
    rows = rows.merge(origin, on=KEYS, how="left", validate="one_to_one")
    place = {name: number for number, name in enumerate(order)}
    rows = rows.sort_values("township", key=lambda names: names.map(place), kind="stable", ignore_index=True)
    carried = rows["is_carried"].map({True: "沿用最近一月人数", False: "已报"}).fillna("名册摸底，人数表无此行")
    return rows.assign(
        row=rows["township"] + "-" + rows["title"] + "-" + rows["month"],
        basis=carried,
        rule_source="新标准：" + rows["new_source"] + "；旧标准：" + rows["old_source"],
        **{name: rows[name].fillna("") for name in SOURCE},
    )[
        [
            "row", "township", "category", "title", "month", "basis", "persons", "old_fen", "new_fen", "delta_fen",
            *NEEDS, "need_spread_fen", *RAISES, "increase_spread_fen", "paid_before_fen", *ELIGIBLE, *SOURCE,
            "rule_source",
        ]
    ]  # fmt: skip


def newly_eligible(compared: pd.DataFrame, rates: pd.DataFrame, month: str, order: Sequence[str]) -> pd.DataFrame:
    """Families that the old standard gave nothing and the new one gives something, in one month.

    One row a township and category that has any, and a total.
    """
    rows = by_township(compared[compared["month"] == month], rates, order)
    rows = rows[rows["newly_eligible_households"] > 0][["township", "title", *ELIGIBLE]]
    whole = rows[ELIGIBLE].sum().to_frame().T.assign(township=TOTAL, title="")
    return pd.concat([rows, whole], ignore_index=True).astype(dict.fromkeys(ELIGIBLE, "int64")) if len(rows) else rows


def classified_table(paid: pd.DataFrame, rates: pd.DataFrame, months: int) -> pd.DataFrame:
    """Classified aid by category and group: persons, a month, and all months of the plan; with a total.

    Args:
        paid: see ``assistance_cost.classified_aid``.
        rates: see ``rules.standards.rates``.
        months: of the plan.
    """
    figures = ["persons", "classified_fen"]
    rows = titled(paid.groupby(["category", "group"], as_index=False)[figures].sum(), rates)
    whole = rows[figures].sum().to_frame().T.assign(title=TOTAL, group="")
    both = pd.concat([rows, whole], ignore_index=True).astype(dict.fromkeys(figures, "int64"))
    return both.assign(year_fen=both["classified_fen"] * months)[["title", "group", *figures, "year_fen"]]


def arrears_table(by_headcount: pd.DataFrame, by_household: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Arrears and the months to come by category, by methods 1 and 2 beside each other; with a total.

    Args:
        by_headcount: see ``assistance_cost.split_arrears``, of the raise by heads, by category.
        by_household: the same of the raise by families.
        rates: see ``rules.standards.rates``.
    """
    both = by_headcount.merge(by_household, on="category", suffixes=("_headcount", "_household"), validate="one_to_one")
    named = both.rename(columns={name: _end_with_fen(str(name)) for name in both.columns})
    rows = titled(named, rates)
    figures = [name for name in rows.columns if name.endswith("_fen")]
    whole = rows[figures].sum().to_frame().T.assign(title=TOTAL)
    return pd.concat([rows[["title", *figures]], whole], ignore_index=True).astype(dict.fromkeys(figures, "int64"))


def _end_with_fen(name: str) -> str:
    """arrears_fen_headcount → arrears_headcount_fen: every money column ends the same."""
    stem, is_money, method = name.partition("_fen_")
    return f"{stem}_{method}_fen" if is_money else name


def standards_table(rates: pd.DataFrame) -> pd.DataFrame:
    """Old and new standard of every category, how it is paid, and both citations; one row a category."""
    first = rates[rates["month"] == rates["month"].min()].reset_index(drop=True)
    payment = first["payment"].map(lambda how: DIFFERENCE_NOTE if how == DIFFERENCE else FULL_NOTE)
    floor = first["is_floor"].map({True: f"，{FLOOR_NOTE}", False: ""})
    return first.assign(how=payment + floor)[
        ["title", "how", "old_fen", "new_fen", "delta_fen", "old_source", "new_source"]
    ]


def findings_table(book: RuleBook, days: Sequence[date]) -> pd.DataFrame:
    """The document held against itself on several days: see ``assistance_document.check_document``; on, word."""
    found = [check_document(book, day).assign(on=day.isoformat()) for day in days]
    both = pd.concat(found, ignore_index=True)
    return both.assign(word=both["outcome"].map(OUTCOMES))


def steps_table(steps: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """The way from the old standards to the new in words: see ``assistance_cost.increase_steps``."""
    rows = titled(steps, rates)
    words = rows["step"].map(STEP_WORDS).fillna(rows["title"] + RAISED)
    place = {"before": 0, "raise": 1, "newly_eligible": 2, "classified": 3, "after": 4}
    named = rows.assign(label=words).sort_values(
        "step", key=lambda names: names.map(place), kind="stable", ignore_index=True
    )
    return named[["step", "category", "label", "amount_fen"]]


def funding_table(due: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """What each payer bears of each category; one row a category: each payer's share (ratio) and amount, the sum."""
    exact = due["share"].map(lambda text: Decimal(Fraction(text).numerator) / Fraction(text).denominator)
    rows = titled(due.assign(share=exact), rates)
    wide = rows.pivot(index="title", columns="payer", values="due_fen")
    parts = rows.pivot(index="title", columns="payer", values="share")
    payers = list(due["payer"].drop_duplicates())
    table = wide[payers].rename(columns={payer: f"{payer}_fen" for payer in payers})
    table = table.join(parts[payers].rename(columns={payer: f"{payer}_share" for payer in payers}))
    table = table.loc[list(rows["title"].drop_duplicates())].assign(total_fen=wide.sum(axis=1))
    return table.reset_index().astype({f"{payer}_fen": "int64" for payer in [*payers, "total"]})


def gap_table(gap: pd.DataFrame) -> pd.DataFrame:
    """``assistance_funding.funding_gap`` with a total."""
    figures = ["due_fen", "appropriated_fen", "gap_fen"]
    whole = gap[figures].sum().to_frame().T.assign(payer=TOTAL)
    return pd.concat([gap, whole], ignore_index=True).astype(dict.fromkeys(figures, "int64"))


def year_costs(compared: pd.DataFrame, classified: pd.DataFrame, months: int) -> pd.DataFrame:
    """What a year needs by category (method 2) with classified aid, for the payers: category, cost_fen."""
    need = compared.groupby("category")["need_by_household_fen"].sum()
    aid = classified.groupby("category")["classified_fen"].sum() * months
    return need.add(aid, fill_value=0).astype("int64").rename("cost_fen").rename_axis("category").reset_index()
