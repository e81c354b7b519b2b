"""Monthly accounting (月核算): costs of the month and the year so far, how much of the budget is used, prepayments."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

import pandas as pd

from fhdata.funds.budget import part_of
from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_standing import MONTHS_A_YEAR, Standing, checked, months_until, shape_problems, standing
from fhdata.funds.fund_terms import Terms
from fhdata.money import apportion, divided_half_up
from fhdata.problems import ProblemsFound, problem, stop_on
from fhdata.rules.rulebook import READING

MEMBER, ELSEWHERE = "member", "outside"
ACCOUNT_KEYS = ["institution", "name", "place", "category", "is_dip"]
MEASURES = ["records", "medfee_fen", "hifp_fen"]
PROGRESS_COLUMNS = [
    "month", "spent_fen", "spent_to_date_fen", "allotted_fen", "allotted_to_date_fen", "over_fen", "available_fen",
    "used_pct", "time_pct", "ahead_pp", "budget_fen", "income_item", "is_provisional",
]  # fmt: skip
PREPAYMENT_RESULTS = [
    "institution", "name", "month", "declared_fen", "deposit_fen", "prepaid_fen", "paid_fen", "difference_fen",
    "is_unverified",
]  # fmt: skip


def account(inputs: FundInputs, terms: Terms, month: str) -> pd.DataFrame:
    """Costs of a month and of the year so far, institution by institution.

    Grain: one row an institution, category and DIP or not, ordered by them.

    Args:
        inputs: the frames; months after ``month`` are left out.
        terms: the terms on the month's last day.
        month: such as "2023-03".

    Returns:
        ACCOUNT_KEYS (place: member | outside, of the 医共体), and month_… and year_… of MEASURES (int64): claims,
        whole bills, what the basic insurance pays.

    Raises:
        ProblemsFound: everything wrong with the inputs.

    Source: 凤政办发〔2023〕1号 第五条、第八条.
    """
    months = months_until(month)
    known = checked(inputs, terms, months)
    about = known.institutions.drop_duplicates("institution", keep="last").set_index("institution")
    costs = known.costs
    rows = costs.assign(
        name=costs["institution"].map(about["name"]),
        place=costs["institution"].map(about["is_member"]).map({True: MEMBER, False: ELSEWHERE}),
    )
    of_month = rows[MEASURES].where(rows["month"] == month, 0).add_prefix("month_")
    of_year = rows[MEASURES].add_prefix("year_")
    return pd.concat([rows[ACCOUNT_KEYS], of_month, of_year], axis=1).groupby(ACCOUNT_KEYS, as_index=False).sum()


def in_and_out(accounted: pd.DataFrame) -> pd.DataFrame:
    """The statistics inside and outside the 医共体 by 门诊、住院、双通道药 and pharmacies.

    Grain: one row a place and category.

    Args:
        accounted: see ``account``.

    Returns:
        place, category, month_… and year_… of MEASURES (int64).

    Source: 凤政办发〔2023〕1号 第五条.
    """
    measures = [name for name in accounted.columns if str(name).startswith(("month_", "year_"))]
    return accounted.groupby(["place", "category"], as_index=False)[measures].sum()


def progress(inputs: FundInputs, terms: Terms, month: str, last_year: pd.DataFrame | None = None) -> pd.DataFrame:
    """The share of the budget used against the time of the year, month by month.

    used = charges to date ÷ available, time = months ÷ 12, ahead = used − time, over = charges − allotted to date. The
    budget is allotted to months by the reading ``month_share``: a twelfth each · by last year's months · what is left
    over the months that are left.

    Grain: one row a month so far.

    Args:
        inputs: the frames; months after ``month`` are left out.
        terms: the terms on the month's last day.
        month: such as "2023-03".
        last_year: month ("2022-01" …), amount_fen: last year's charges, for ``month_share = last_year``.

    Returns:
        PROGRESS_COLUMNS: money int64 fen; used_pct, time_pct, ahead_pp exact Decimals (in %); income_item is the item B
        rests on; is_provisional.

    Raises:
        ProblemsFound: everything wrong with the inputs; B or what is available not above zero.

    Source: 凤政办发〔2023〕1号 第八条.
    """
    now = standing(inputs, terms, month)
    how = now.terms.readings.month_share
    shares, to_date = allotted(how, now.available_fen, now.spent_fen, _shape(now, last_year))
    rows, spent_to_date = [], 0
    for number, (one, spent) in enumerate(zip(now.months, now.spent_fen, strict=True), 1):
        spent_to_date += spent
        used = Decimal(100 * spent_to_date) / now.available_fen
        time = Decimal(100 * number) / MONTHS_A_YEAR
        rows.append((
            one, spent, spent_to_date, shares[number - 1], to_date[number - 1],
            spent_to_date - to_date[number - 1], now.available_fen, used, time, used - time, now.budget_fen,
            now.income_item, now.is_provisional,
        ))  # fmt: skip
    whole = {name: "int64" for name in PROGRESS_COLUMNS if name.endswith("_fen")}
    return pd.DataFrame(rows, columns=PROGRESS_COLUMNS).astype(whole)


def prepayments(inputs: FundInputs, terms: Terms, month: str) -> pd.DataFrame:
    """What is to be prepaid for each month so far: what was declared less the quality deposit.

    prepaid = declared − declared × deposit ratio, the deposit half up to the fen.

    Grain: one row an institution and month with a declaration.

    Returns:
        PREPAYMENT_RESULTS; difference = paid − prepaid; is_unverified where the deposit's ratio is.

    Source: 凤政办发〔2023〕1号 第五条.
    """
    months = months_until(month)
    known = checked(inputs, terms, months)
    names = known.institutions.drop_duplicates("institution", keep="last").set_index("institution")["name"]
    rows = known.prepayments.sort_values(["month", "institution"], ignore_index=True)
    deposit = pd.Series([part_of(int(fen), terms.deposit_ratio) for fen in rows["declared_fen"]], dtype="int64")
    prepaid = rows["declared_fen"] - deposit
    return rows.assign(
        name=rows["institution"].map(names),
        deposit_fen=deposit,
        prepaid_fen=prepaid,
        difference_fen=rows["paid_fen"] - prepaid,
        is_unverified=bool(terms.unverified(["prepayment.deposit_ratio"])),
    )[PREPAYMENT_RESULTS]


def allotted(
    how: str, available_fen: int, spent_fen: Sequence[int], shape: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Each month's share of what is available, and what the months so far may have charged by then.

    even and last_year: available × month's part of the shape, largest remainder over the twelve months; cumulative:
    what is left ÷ the months that are left, half up to the fen.

    Args:
        how: the reading ``month_share``.
        available_fen: for the whole year.
        spent_fen: the months so far.
        shape: twelve weights, for last_year.
    """
    if how == "cumulative":
        shares, to_date, spent = [], [], 0
        for number, one in enumerate(spent_fen):
            shares.append(divided_half_up(max(available_fen - spent, 0), MONTHS_A_YEAR - number))
            to_date.append(spent + shares[-1])
            spent += one
        return shares, to_date
    weights = list(shape) if how == "last_year" else [1] * MONTHS_A_YEAR
    codes = [f"{number:02d}" for number in range(1, MONTHS_A_YEAR + 1)]
    shares = apportion(available_fen, weights, codes)[: len(spent_fen)]
    return shares, list(accumulate(shares))


def _shape(now: Standing, last_year: pd.DataFrame | None) -> list[int]:
    """Last year's charges by month, where the reading needs them."""
    if now.terms.readings.month_share != "last_year":
        return []
    if last_year is None:
        rule = now.terms.rules[READING + "month_share"]
        said = "按上年各月的比例分月，但没有上年各月的费用"
        raise ProblemsFound([problem("no_shape", said, "", "请补报，或改用其他读法", file=rule.file, cell=rule.key)])
    stop_on(shape_problems(last_year, now.terms.year))
    return [int(fen) for fen in last_year.sort_values("month")["amount_fen"]]
