"""Claims against the platform's totals, before any settlement: differences are listed, large ones stop it."""

import pandas as pd

from fhdata.money import money_text, require_fen
from fhdata.problems import Problem, problem

KEYS = ["institution", "month", "category"]
COMPARED = ["records", "medfee_fen", "hifp_fen"]
EXPLAINING = ["refunds", "refund_medfee_fen", "refund_hifp_fen", "late", "late_medfee_fen", "late_hifp_fen"]
BOTH, ONLY_CLAIMS, ONLY_PLATFORM = "differs", "only_claims", "only_platform"
_STATES = {"both": BOTH, "left_only": ONLY_CLAIMS, "right_only": ONLY_PLATFORM}
_SAID = {ONLY_CLAIMS: "只有结算明细，平台合计里没有", ONLY_PLATFORM: "只有平台合计，结算明细里没有"}
CATEGORY_NAMES = {"outpatient": "门诊", "inpatient": "住院", "dual_channel": "双通道药", "pharmacy": "药店"}


def reconcile(
    costs: pd.DataFrame, platform: pd.DataFrame, tolerance_fen: int, reversals: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Compare sums of claims with the platform's own, institution by institution, month by month, category by category.

    Grain of the answer: one row an institution, month and category that does not agree in records, bill or fund, within
    tolerance or not. difference = claims − platform.

    Args:
        costs: as ``claim_sums.costs`` gives them (KEYS, COMPARED, further keys are summed over).
        platform: KEYS, COMPARED (int64), source_file, source_sheet, source_cell; one row a key.
        tolerance_fen: the largest difference of an amount that is let pass, a rule; records must agree exactly.
        reversals: as ``claim_sums.reversals`` gives them, shown beside as what may explain a difference.

    Returns:
        Unmatched: KEYS, state (differs | only_claims | only_platform), for each of COMPARED the claims' and the
        platform's figure and the difference (``claims_…``, ``platform_…``, ``difference_…``; 0 where there is none),
        is_within (bool), EXPLAINING; by size of the fund's difference, largest first. And a problem for each row
        beyond tolerance, which stops the settlement, and for each row the platform states twice.

    Source: the platform's totals are what the bureau pays by; 凤政办发〔2023〕1号 第八条 (按月核算，年底统一决算).
    """
    require_fen(costs, *COMPARED)
    require_fen(platform, *COMPARED)
    repeated = platform[platform.duplicated(KEYS)]
    ours = costs.groupby(KEYS, as_index=False)[COMPARED].sum()
    theirs = platform.drop_duplicates(KEYS)
    both = ours.merge(theirs, on=KEYS, how="outer", suffixes=("", "_platform"), indicator=True)
    table = both[KEYS].assign(state=both["_merge"].astype("str").map(_STATES))
    for name in COMPARED:
        claims, stated = both[name].fillna(0).astype("int64"), both[f"{name}_platform"].fillna(0).astype("int64")
        added = {f"claims_{name}": claims, f"platform_{name}": stated, f"difference_{name}": claims - stated}
        table = table.assign(**added)
    source = [name for name in ("source_file", "source_sheet", "source_cell") if name in both.columns]
    table = pd.concat([table, both[source].fillna("")], axis=1)
    is_same = (table[[f"difference_{name}" for name in COMPARED]] == 0).all(axis=1)
    unmatched = _explained(table[~is_same], reversals)
    amounts = unmatched[["difference_medfee_fen", "difference_hifp_fen"]].abs()
    is_within = (amounts <= tolerance_fen).all(axis=1) & (unmatched["difference_records"] == 0)
    size = unmatched["difference_hifp_fen"].abs()
    unmatched = unmatched.assign(is_within=is_within, size=size).sort_values(
        ["size", *KEYS], ascending=[False, True, True, True], ignore_index=True
    )
    problems = [_row_problem(row, tolerance_fen) for row in _rows(unmatched[~unmatched["is_within"]])]
    problems += [_twice(row) for row in _rows(repeated)]
    return unmatched.drop(columns="size"), problems


def _explained(table: pd.DataFrame, reversals: pd.DataFrame | None) -> pd.DataFrame:
    if reversals is None:
        return table.assign(**dict.fromkeys(EXPLAINING, 0))
    joined = table.merge(reversals[[*KEYS, *EXPLAINING]], on=KEYS, how="left")
    return joined.assign(**{name: joined[name].fillna(0).astype("int64") for name in EXPLAINING})


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _row_problem(row: dict[str, object], tolerance_fen: int) -> Problem:
    said = _SAID.get(str(row["state"])) or _compared(row)
    explained = _explanation(row)
    return problem(
        "does_not_reconcile",
        f"{_place(row)}{said}" + (f"（{explained}）" if explained else ""),
        f"人次须相同，金额相差不超过 {money_text(tolerance_fen)} 元",
        "请与平台核对，对平之前不能决算",
        **_source(row),
    )


def _compared(row: dict[str, object]) -> str:
    parts = []
    if row["difference_records"]:
        parts.append(f"人次 {row['claims_records']}，平台 {row['platform_records']}")
    for name, words in (("medfee_fen", "医疗费总额"), ("hifp_fen", "统筹基金支付")):
        if row[f"difference_{name}"]:
            ours, theirs = (money_text(int(str(row[f"{side}_{name}"]))) for side in ("claims", "platform"))
            apart = money_text(int(str(row[f"difference_{name}"])))
            parts.append(f"{words}明细 {ours} 元，平台 {theirs} 元，相差 {apart} 元")
    return "，".join(parts)


def _explanation(row: dict[str, object]) -> str:
    told = [f"退费 {row['refunds']} 条"] if row["refunds"] else []
    told += [f"跨年迟报 {row['late']} 条"] if row["late"] else []
    return "其中" + "、".join(told) if told else ""


def _place(row: dict[str, object]) -> str:
    return f"{row['institution']} {row['month']} {CATEGORY_NAMES.get(str(row['category']), row['category'])}："


def _twice(row: dict[str, object]) -> Problem:
    return problem("duplicate", f"{_place(row)}平台合计出现不止一次", "只能有一行", "请删去重复的行", **_source(row))


def _source(row: dict[str, object]) -> dict[str, str]:
    """Where the platform's figure stands; nothing for a row that only the claims have."""
    return {name: str(row.get(f"source_{name}") or "") for name in ("file", "sheet", "cell")}
