"""What belongs to a raise beside the methods: months not yet reported, classified aid, arrears, the steps."""

from collections.abc import Sequence

import pandas as pd

from fhdata.funds.assistance_inputs import KEYS, at_cells
from fhdata.money import require_fen
from fhdata.periods import parse_period
from fhdata.problems import problem, stop_on


def carried_forward(headcounts: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """Persons for every month of a plan: the last month reported stands for the months after it.

    One row a township, category and month. Months before a row's last are left as reported, never filled.

    Args:
        headcounts: township, category, month and any other columns.
        months: the plan's months, such as ``["2023-01", … "2023-12"]``.

    Returns:
        The rows of those months, and is_carried (bool).
    """
    ordered = headcounts[headcounts["month"].isin(list(months))].sort_values(KEYS)
    last = ordered.drop_duplicates(["township", "category"], keep="last")
    later = last.merge(pd.DataFrame({"later": sorted(months)}), how="cross")
    later = later[later["later"] > later["month"]].assign(month=lambda rows: rows["later"], is_carried=True)
    both = pd.concat([ordered.assign(is_carried=False), later[[*ordered.columns, "is_carried"]]], ignore_index=True)
    return both.sort_values(KEYS, ignore_index=True)


def classified_aid(members: pd.DataFrame, amounts: pd.DataFrame) -> pd.DataFrame:
    """Classified aid (分类施保): a fixed monthly amount a person, each person once, at the highest of several groups.

    One row a township, category and group. It does not depend on the standard, so a raise leaves it as it is. Of equal
    amounts the group first in the alphabet counts, then the township.

    Args:
        members: person_id (hashed), township, category, group, source_file, source_sheet, source_cell; a person has as
            many rows as groups.
        amounts: group, amount_fen (int64, of one person a month).

    Returns:
        township, category, group, persons, classified_fen (int64, a month).

    Raises:
        ProblemsFound: groups without an amount or with two, rows that name nobody.

    Source: 凤政函〔2023〕43号 三 (发放); the amounts are the county's own table.
    """
    require_fen(amounts, "amount_fen")
    known = amounts["group"]
    repeated = [
        problem("duplicate", f"分类施保对象“{group}”有不止一个金额", "每类只能有一个", "请改正")
        for group in known[known.duplicated()].unique()
    ]
    unknown = at_cells(
        members[~members["group"].isin(known)],
        "unknown_group",
        lambda row: f"没有“{row.group}”的分类施保金额",
        f"已有：{'、'.join(known)}",
        "请改正或补登金额",
    )
    nobody = at_cells(
        members[members["person_id"].fillna("") == ""],
        "no_person",
        lambda row: "这一行没有人员标识，无法去重",
        "每行须能认出是谁",
        "请补填身份证号后重新读入",
    )
    stop_on(repeated + unknown + nobody)
    paid = members.merge(amounts, on="group", validate="many_to_one")
    order = ["amount_fen", "group", "township", "category"]
    once = paid.sort_values(order, ascending=[False, True, True, True]).drop_duplicates("person_id")
    grouped = once.groupby(["township", "category", "group"], as_index=False)
    return grouped.agg(persons=("person_id", "size"), classified_fen=("amount_fen", "sum"))


def last_month_at_old_rate(payments: pd.DataFrame) -> str:
    """The last month that was paid at the old rate, "" where none was.

    Args:
        payments: month, rate (old | new), source_file, source_sheet, source_cell; one row a month already paid.

    Raises:
        ProblemsFound: months left out, or a month paid at the old rate after one paid at the new.
    """
    ordered = payments.sort_values("month", ignore_index=True)
    is_old = ordered["rate"] == "old"
    late = at_cells(
        ordered[is_old & ~is_old.cummin()],
        "old_after_new",
        lambda row: f"{row.month} 按旧标准发放，而更早的月份已按新标准发放",
        "改按新标准以后不再按旧标准",
        "请核对",
    )
    numbers = ordered["month"].map({month: parse_period(month).number for month in ordered["month"].unique()})
    left_out = at_cells(
        ordered[numbers != ordered.index + 1].head(1),
        "month_left_out",
        lambda row: f"{row.month} 以前有月份没有列",
        "已发放的月份从 1 月起逐月列",
        "请补上",
    )
    stop_on(late + left_out)
    return str(ordered.loc[is_old, "month"].max()) if is_old.any() else ""


def split_arrears(costs: pd.DataFrame, last_paid_month: str, amount: str, by: Sequence[str]) -> pd.DataFrame:
    """What is owed for months already paid at the old rate, a line of its own beside the months still to come.

    One row a combination of ``by``. arrears = Σ increase of the months up to ``last_paid_month``.

    Args:
        costs: month, the columns of ``by``, and an increase a month (int64 fen, 0 where the new standard was not yet in
            force).
        last_paid_month: the last month that was paid at the old rate, such as "2023-03"; "" where none was.
        amount: the column of the increase.
        by: such as ``["township", "category"]``.

    Returns:
        The columns of ``by``, arrears_fen, current_fen, total_fen (int64).

    Source: 凤政函〔2023〕43号 二: in force from 2023-01-01, issued 2023-03-24.
    """
    require_fen(costs, amount)
    is_owed = costs["month"] <= last_paid_month  # months are written so that their order is that of their texts
    parts = costs[list(by)].assign(
        arrears_fen=costs[amount].where(is_owed, 0),
        current_fen=costs[amount].where(~is_owed, 0),
        total_fen=costs[amount],
    )
    return parts.groupby(list(by), as_index=False).sum()


def increase_steps(compared: pd.DataFrame, classified_fen: int = 0) -> pd.DataFrame:
    """The way from what was paid at the old standards to what is needed at the new ones, for a waterfall.

    One row a step: before · one raise a category (families already paid) · newly_eligible · classified (a fixed amount,
    the same before and after) · after, which is the sum of the others. Family by family (method 2).

    Args:
        compared: see ``side_by_side``.
        classified_fen: classified aid over the same months.

    Returns:
        step (before | raise | newly_eligible | classified | after), category (of a raise, else ""), amount_fen (int64).
    """
    rise = compared["increase_by_household_fen"] - compared["newly_eligible_fen"]
    raises = rise.groupby(compared["category"]).sum()
    sums = compared[["paid_before_fen", "newly_eligible_fen", "need_by_household_fen"]].sum()
    before, newly, after = (int(amount) for amount in sums)
    rows = [("before", "", before)]
    rows += [("raise", str(category), int(amount)) for category, amount in raises.items()]
    rows += [("newly_eligible", "", newly), ("classified", "", classified_fen), ("after", "", after + classified_fen)]
    return pd.DataFrame(rows, columns=["step", "category", "amount_fen"]).astype({"amount_fen": "int64"})
