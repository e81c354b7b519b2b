"""The leaders in charge, who are rewarded and penalised with the units they look after; only posts, no names."""

import numpy as np
import pandas as pd

from fhdata.appraisal.awards import BOTTOM, TOP, WITHHELD

UNKNOWN_POST = "没有登记"


def with_posts(units: pd.DataFrame, portfolios: pd.DataFrame) -> pd.DataFrame:
    """Units with the post of the leader in charge: as a document assigns them, else as the sheet handed in says.

    Args:
        units: unit_name and leader_post ("" where the sheet does not say), and any other columns.
        portfolios: unit (its name), portfolio, document; several rows a unit for several leaders, none where no
            document says.

    Returns:
        The same rows with leader_post, leader_source (the document; "" where the post comes from the sheet or is
        unknown) and sheet_post (what the sheet says where it differs from the document, else "").
    """
    assigned = portfolios.groupby("unit", sort=False)[["portfolio", "document"]].agg(_joined)
    known = assigned.reindex(units["unit_name"]).fillna("").reset_index(drop=True)
    post, document = known["portfolio"].to_numpy(dtype=object), known["document"].to_numpy(dtype=object)
    sheet = units["leader_post"].to_numpy(dtype=object)
    is_assigned = post != ""
    return units.assign(
        leader_post=np.where(is_assigned, post, sheet),
        leader_source=np.where(is_assigned, document, ""),
        sheet_post=np.where(is_assigned & (sheet != "") & (sheet != post), sheet, ""),
    )


def by_leader(execution: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """What an execution list means for the leaders in charge: one row a post.

    Args:
        execution: a period's execution list; see ``awards.execution_list``.
        units: unit, leader_post.

    Returns:
        leader_post, rewarded and penalised (units joined by 、), rewards_fen (≥ 0) and deductions_fen (≤ 0) of those
        units; units whose leader nobody has told stand under 没有登记.

    Source: 凤政办函〔2023〕6号 附件3·三(一).
    """
    posts = dict(zip(units["unit"], units["leader_post"], strict=True))
    listed = execution.assign(leader_post=execution["unit"].map(posts).replace("", UNKNOWN_POST))
    rows = []
    for post, own in listed.groupby("leader_post", sort=True):
        rows.append(
            {
                "leader_post": post,
                "rewarded": _units(own[(own["side"] == TOP) & (own["kind"] != WITHHELD)]),
                "penalised": _units(own[own["side"] == BOTTOM]),
                "rewards_fen": int(own["amount_fen"].clip(lower=0).sum()),
                "deductions_fen": int(own["amount_fen"].clip(upper=0).sum()),
            }
        )
    return pd.DataFrame(rows, columns=["leader_post", "rewarded", "penalised", "rewards_fen", "deductions_fen"])


def _units(rows: pd.DataFrame) -> str:
    return "、".join(rows["unit_name"].drop_duplicates())


def _joined(texts: "pd.Series[str]") -> str:
    return "、".join(dict.fromkeys(texts))
