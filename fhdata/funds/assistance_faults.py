"""Faults that assistance sheets really have, each found with its cell; nothing is mended.

Every function takes rows as read, with source_file, source_sheet, source_cell and, where the sheet has them, the exact
cells households_cell, persons_cell, mean_supplement_cell, spending_cell. A row whose sheet lacks a figure is left out
by the caller: not reported is not 0.
"""

from fractions import Fraction
from typing import Any

import pandas as pd

from fhdata.funds.assistance_inputs import KEYS, at_cells, category_problems
from fhdata.money import money_text, require_fen
from fhdata.problems import Problem, stop_on

POWERS = (1, -1, 4, -4, 3, -3, 2, -2, 8, -8)  # a slipped decimal first, then 元 for 万元, 千元, 百元, 亿元


def more_households_than_persons(headcounts: pd.DataFrame) -> list[Problem]:
    """Rows with more households than persons.

    Args:
        headcounts: township, category, month, households, persons (int64) and the source columns.
    """
    require_fen(headcounts, "households", "persons")
    return at_cells(
        headcounts[headcounts["households"] > headcounts["persons"]],
        "households_above_persons",
        lambda row: f"{row.township} {row.category} {row.households} 户多于 {row.persons} 人",
        "户数不得多于人数",
        "请核对两列是否填反",
        cell="households_cell",
    )


def mean_above_standard(headcounts: pd.DataFrame, rates: pd.DataFrame) -> list[Problem]:
    """Rows whose mean supplement a person is above the month's standard, which nobody can get more than.

    A standard that is only a floor (不低于) bounds nothing from above, so its categories are not looked at.

    Args:
        headcounts: township, category, month, mean_supplement_fen (int64) and the source columns.
        rates: see ``rules.standards.rates``; rows of other months are not looked at.
    """
    require_fen(headcounts, "mean_supplement_fen")
    stop_on(category_problems(headcounts, rates))
    limits = rates.loc[~rates["is_floor"], ["category", "month", "new_fen"]]
    rated = headcounts.merge(limits, on=["category", "month"], validate="many_to_one")
    return at_cells(
        rated[rated["mean_supplement_fen"] > rated["new_fen"]],
        "mean_above_standard",
        lambda row: (
            f"{row.township} {row.category} {row.month} 人均补差 {money_text(row.mean_supplement_fen)} 元"
            f"高于标准 {money_text(row.new_fen)} 元"
        ),
        "人均补差不得高于当月标准",
        "请核对是否混入分类施保或补发",
        cell="mean_supplement_cell",
    )


def mixed_means(headcounts: pd.DataFrame, step_fen: int) -> list[Problem]:
    """Rows whose mean supplement was computed with classified aid in it, or from neither amount.

    mean = supplements ÷ persons, within half of the last digit printed.

    Args:
        headcounts: township, category, month, persons, mean_supplement_fen, supplement_fen, classified_fen (int64: paid
            in the month) and the source columns.
        step_fen: the last digit of a printed mean: 100 where it is whole yuan, 1 where it has two decimals.
    """
    require_fen(headcounts, "persons", "mean_supplement_fen", "supplement_fen", "classified_fen")
    printed = headcounts["mean_supplement_fen"] * headcounts["persons"]
    room = step_fen * headcounts["persons"]
    total = headcounts["supplement_fen"] + headcounts["classified_fen"]
    is_right = 2 * (printed - headcounts["supplement_fen"]).abs() <= room
    is_mixed = 2 * (printed - total).abs() <= room
    mixed = at_cells(
        headcounts[~is_right & is_mixed],
        "mean_mixes_classified_aid",
        lambda row: f"{_row_name(row)}把分类施保 {money_text(row.classified_fen)} 元也除进了 {row.persons} 人的人均数",
        "人均补差只含补差",
        f"请按补差合计除以人数重算（保留到 {money_text(step_fen)} 元）",
        cell="mean_supplement_cell",
    )
    return mixed + at_cells(
        headcounts[~is_right & ~is_mixed],
        "mean_differs",
        lambda row: f"{_row_name(row)}与补差合计 {money_text(row.supplement_fen)} 元除以 {row.persons} 人不符",
        "人均补差等于补差合计除以人数",
        "请核对三个数",
        cell="mean_supplement_cell",
    )


def total_row_faults(details: pd.DataFrame, totals: pd.DataFrame, step_fen: int) -> list[Problem]:
    """Total rows (合计) that are not the total: counts that do not add up, and means that were added or averaged.

    The mean of all = Σ persons × mean ÷ Σ persons, within one last digit (the rows' own means are rounded already).

    Args:
        details: category, month, households, persons, mean_supplement_fen (int64), one row a township.
        totals: the same columns, one row a category and month, and the source columns.
        step_fen: the last digit of a printed mean, as for ``mixed_means``.
    """
    counted = ["households", "persons", "mean_supplement_fen"]
    require_fen(details, *counted)
    require_fen(totals, *counted)
    parts = details.assign(paid_fen=details["persons"] * details["mean_supplement_fen"])
    grouped = parts.groupby(["category", "month"], as_index=False)
    sums = grouped.agg(
        rows=("persons", "size"),
        households_sum=("households", "sum"),
        persons_sum=("persons", "sum"),
        means_sum=("mean_supplement_fen", "sum"),
        paid_fen=("paid_fen", "sum"),
    )
    keys = ["category", "month"]
    has_rows = pd.MultiIndex.from_frame(totals[keys]).isin(pd.MultiIndex.from_frame(sums[keys]))
    alone = at_cells(
        totals[~has_rows],
        "total_without_rows",
        lambda row: f"{row.category} {row.month} 有合计行而没有明细行",
        "合计须有明细可核对",
        "请补报明细",
    )
    both = totals.merge(sums, on=keys, validate="one_to_one")
    counts = _count_faults(both, "households", "户数") + _count_faults(both, "persons", "人数")
    return alone + counts + _mean_faults(both, step_fen)


def spending_faults(rows: pd.DataFrame, tolerance: Fraction) -> list[Problem]:
    """Rows whose printed spending is not persons × mean × months, and those that are off by a power of ten.

    Args:
        rows: category, persons, mean_supplement_fen, months, spending_fen (int64) and the source columns.
        tolerance: how far apart the two may lie, as a part of the product (printed means and counts are rounded).
    """
    require_fen(rows, "persons", "mean_supplement_fen", "months", "spending_fen")
    expected = rows["persons"] * rows["mean_supplement_fen"] * rows["months"]
    gap = (rows["spending_fen"] - expected).abs()
    is_off = gap * tolerance.denominator > expected * tolerance.numerator
    off = rows.assign(expected_fen=expected)[is_off]
    pairs = zip(off["spending_fen"], off["expected_fen"], strict=True)
    powers = [_power(int(printed), int(product), tolerance) for printed, product in pairs]
    off = off.assign(power=pd.Series(powers, index=off.index, dtype="int64"))
    by_ten = at_cells(
        off[off["power"] != 0],
        "off_by_power_of_ten",
        lambda row: f"{_product(row)}，印出的约为它的 {_times(row.power)}",
        "支出应约等于人数×人均×月数",
        "请核对小数点和单位",
        cell="spending_cell",
    )
    return by_ten + at_cells(
        off[off["power"] == 0],
        "spending_differs",
        _product,
        f"两者相差不应超过 {tolerance}",
        "请核对人数、人均、月数和支出",
        cell="spending_cell",
    )


def roster_differs(headcounts: pd.DataFrame, by_household: pd.DataFrame) -> list[Problem]:
    """Rows whose persons are not the persons of the roster's families that were already paid.

    Args:
        headcounts: township, category, month, persons (int64) and the source columns.
        by_household: see ``assistance_methods.by_household``; townships without a roster are not looked at.
    """
    require_fen(headcounts, "persons")
    paid = by_household.assign(already=by_household["roster_persons"] - by_household["newly_eligible_persons"])
    both = headcounts.merge(paid[[*KEYS, "already"]], on=KEYS, validate="one_to_one")
    return at_cells(
        both[both["persons"] != both["already"]],
        "roster_differs",
        lambda row: (
            f"{row.township} {row.category} {row.month} 人数表为 {row.persons} 人，名册中原已享受的为 {row.already} 人"
        ),
        "两者应一致",
        "请核对人数表和名册",
        cell="persons_cell",
    )


def repeated_members(members: pd.DataFrame) -> list[Problem]:
    """Persons who stand in the classified-aid rosters of two townships or categories, or twice in one group.

    Several groups of one person are no fault: the highest counts. No sentence shows who it is about.

    Args:
        members: person_id (hashed), township, category, group and the source columns.
    """
    homes = members.drop_duplicates(["person_id", "township", "category"])
    found = at_cells(
        homes[homes.duplicated("person_id")],
        "person_in_two_places",
        lambda row: f"此人在 {row.township} {row.category} 之外的名册中也有登记",
        "每人只在一个乡镇、一个类别享受",
        "请核对后删去一处",
    )
    return found + at_cells(
        members[members.duplicated(["person_id", "township", "category", "group"])],
        "person_twice",
        lambda row: f"此人在 {row.township} {row.category}“{row.group}”名册中重复登记",
        "每人每类只登记一次",
        "请删去重复的行",
    )


def _count_faults(both: pd.DataFrame, column: str, name: str) -> list[Problem]:
    said = both.assign(printed=both[column], added=both[f"{column}_sum"])
    return at_cells(
        said[said["printed"] != said["added"]],
        "total_differs",
        lambda row: f"{row.category} {row.month} 合计{name}为 {row.printed}，各行相加为 {row.added}",
        "合计应等于各行之和",
        "请核对合计行",
        cell=f"{column}_cell",
    )


def _mean_faults(both: pd.DataFrame, step_fen: int) -> list[Problem]:
    printed = both["mean_supplement_fen"]
    is_wrong = (printed * both["persons_sum"] - both["paid_fen"]).abs() > step_fen * both["persons_sum"]
    is_sum = is_wrong & (printed == both["means_sum"])
    is_plain = is_wrong & ~is_sum & ((printed * both["rows"] - both["means_sum"]).abs() <= step_fen * both["rows"])
    return (
        _mean_fault(both[is_sum], "total_sums_means", "把各行人均数相加了")
        + _mean_fault(both[is_plain], "total_averages_means", "是各行人均数的简单平均，没有按人数加权")
        + _mean_fault(both[is_wrong & ~is_sum & ~is_plain], "total_mean_differs", "与各行不符")
    )


def _mean_fault(rows: pd.DataFrame, code: str, said: str) -> list[Problem]:
    return at_cells(
        rows,
        code,
        lambda row: f"{row.category} {row.month} 合计行人均补差 {money_text(row.mean_supplement_fen)} 元{said}",
        "合计的人均补差等于各行补差之和除以总人数",
        "请改为加权平均",
        cell="mean_supplement_cell",
    )


def _row_name(row: Any) -> str:  # noqa: ANN401 - a named tuple whose fields are the frame's columns
    return f"{row.township} {row.category} {row.month} 人均补差 {money_text(row.mean_supplement_fen)} 元"


def _product(row: Any) -> str:  # noqa: ANN401 - as above
    return (
        f"{row.category} {row.persons} 人 × {money_text(row.mean_supplement_fen)} 元 × {row.months} 个月"
        f"为 {money_text(row.expected_fen, '万元')} 万元，印出的支出为 {money_text(row.spending_fen, '万元')} 万元"
    )


def _power(printed: int, expected: int, tolerance: Fraction) -> int:
    """The power of ten by which a printed amount is off, 0 where none brings it within the tolerance."""
    for power in POWERS:
        shifted = expected * Fraction(10) ** power
        if shifted and abs(printed - shifted) <= shifted * tolerance:
            return power
    return 0


def _times(power: int) -> str:
    return f"{10**power:,} 倍" if power > 0 else f"1/{10**-power:,}"
