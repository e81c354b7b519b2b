"""Who pays for the assistance standards: shares by table, what has come in, what is missing."""

from fractions import Fraction

import pandas as pd

from fhdata.funds.assistance_inputs import at_cells
from fhdata.money import apportion, require_fen
from fhdata.problems import Problem, problem, stop_on


def funding_due(costs: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """What each payer (central, province, prefecture, county …) has to bear, to the fen.

    One row a category and payer. due = cost × share, largest remainder within a category.

    Args:
        costs: category, cost_fen (int64, not negative).
        shares: category, payer, share (text: "3/5", "60%" or "0.6"), source_file, source_sheet, source_cell.

    Returns:
        category, payer, share (text, exact), due_fen (int64); the payers of a category add up to its cost.

    Raises:
        ProblemsFound: shares that are no numbers or do not add up to one, categories without shares, negative costs.
    """
    require_fen(costs, "cost_fen")
    read = {text: _share(text) for text in shares["share"].unique()}
    exact = {text: share for text, share in read.items() if share is not None}
    is_read = shares["share"].isin(list(exact))
    found = at_cells(
        shares[~is_read], "bad_share", lambda row: f"分担比例写的是“{row.share}”", "应为 3/5、60% 或 0.6", "请改正"
    )
    stop_on(found or _share_problems(shares, costs, exact))
    cost_of = costs.groupby("category")["cost_fen"].sum()
    parts = [
        rows.assign(
            due_fen=apportion(int(cost_of[category]), [exact[text] for text in rows["share"]], list(rows["payer"]))
        )
        for category, rows in shares[shares["category"].isin(cost_of.index)].groupby("category", sort=False)
    ]
    due = pd.concat(parts, ignore_index=True).astype({"due_fen": "int64"})
    texts = due["share"].map({text: str(share) for text, share in exact.items()})
    return due.assign(share=texts)[["category", "payer", "share", "due_fen"]]


def funding_gap(due: pd.DataFrame, appropriated: pd.DataFrame) -> pd.DataFrame:
    """What each payer has to bear, what has come in, and what is missing.

    One row a payer. gap = due − appropriated; negative where more came in than is due.

    Args:
        due: see ``funding_due``.
        appropriated: payer, appropriated_fen (int64), source_file, source_sheet, source_cell; any number of rows.

    Returns:
        payer, due_fen, appropriated_fen, gap_fen (int64), in the order of ``due``.

    Raises:
        ProblemsFound: money from somebody who has no share.
    """
    require_fen(due, "due_fen")
    require_fen(appropriated, "appropriated_fen")
    payers = due["payer"].unique()
    stop_on(
        at_cells(
            appropriated[~appropriated["payer"].isin(payers)],
            "unknown_payer",
            lambda row: f"到位资金的来源“{row.payer}”没有分担比例",
            f"已有：{'、'.join(payers)}",
            "请核对来源",
        )
    )
    owed = due.groupby("payer", sort=False)["due_fen"].sum()
    received = appropriated.groupby("payer")["appropriated_fen"].sum().reindex(owed.index, fill_value=0)
    table = pd.DataFrame({"due_fen": owed, "appropriated_fen": received, "gap_fen": owed - received})
    return table.rename_axis("payer").reset_index()


def _share(text: str) -> Fraction | None:
    digits = text.strip().removesuffix("%")
    try:
        share = Fraction(digits)
    except (ValueError, ZeroDivisionError):
        return None
    share = share / 100 if digits != text.strip() else share
    return share if 0 <= share <= 1 else None


def _share_problems(shares: pd.DataFrame, costs: pd.DataFrame, exact: dict[str, Fraction]) -> list[Problem]:
    sums = {
        category: sum((exact[text] for text in rows["share"]), Fraction(0))
        for category, rows in shares.groupby("category", sort=False)
    }
    wrong = [category for category, total in sums.items() if total != 1]
    found = at_cells(
        shares[shares["category"].isin(wrong)].drop_duplicates("category"),
        "shares_not_one",
        lambda row: f"“{row.category}”各级分担比例合计为 {sums[row.category]}",
        "合计须等于 1",
        "请核对分担比例表",
    )
    lacking = sorted(set(costs["category"]) - set(shares["category"]))
    return found + [
        problem("no_share", f"“{category}”没有分担比例", "每个类别都须有", "请补报分担比例表") for category in lacking
    ]
