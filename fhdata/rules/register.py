"""The register of targets: one row a target with the article that sets it, and every place that states it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, problem, stop_on
from fhdata.quantities import is_convertible
from fhdata.rules import registry
from fhdata.rules.tables import (
    LIST_MARK,
    YES_NO,
    Table,
    as_dates,
    as_numbers,
    is_date,
    known,
    matching,
    numbers,
    one_of,
    read_tables,
    required,
    unique,
    whole_numbers,
)

TARGET_COLUMNS = (
    "code",
    "battle",
    "title",
    "indicator",
    "measure",
    "kind",
    "flow_or_stock",
    "direction",
    "is_strict",
    "value",
    "unit",
    "modality",
    "lead_units",
    "supporting_units",
    "is_lead_inferred",
    "document",
    "section",
    "quote",
    "path",
    "step_month",
    "frequency",
    "observable_from",
    "publisher",
    "base_value",
    "base_unit",
    "base_period",
    "base_source",
    "parent",
    "same_as",
    "reference_indicator",
    "status",
    "pending_issuer",
    "note",
)
MENTION_COLUMNS = ("code", "document", "section", "wording", "quote", "value", "unit")
RULING_COLUMNS = ("id", "holds", "decided_by", "document", "decided", "note")
PLAN_COLUMNS = ("code", "month", "planned", "source")
GRADE_COLUMNS = ("code", "far_pp", "source")
LAYOUTS = {
    **registry.LAYOUTS,
    "targets.csv": TARGET_COLUMNS,
    "target_mentions.csv": MENTION_COLUMNS,
    "rulings.csv": RULING_COLUMNS,
    "target_plans.csv": PLAN_COLUMNS,
    "target_grades.csv": GRADE_COLUMNS,
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "measure": ("value", "growth"),
    "kind": ("growth_rate", "level", "increment", "rate", "ceiling", "decline", "relative", "binary"),
    "flow_or_stock": ("flow", "stock"),
    "direction": ("at_least", "at_most", "equal"),
    "is_strict": tuple(YES_NO),
    "is_lead_inferred": tuple(YES_NO),
    "path": ("linear", "history", "flat", "step", "per_quarter", "none"),
    "frequency": registry.FREQUENCIES,
    "status": ("final", "pending"),
}
REQUIRED = (
    "code", "battle", "title", "indicator", "measure", "kind", "direction", "is_strict", "unit", "lead_units",
    "is_lead_inferred", "document", "section", "quote", "path", "frequency", "observable_from", "status",
)  # fmt: skip
SUM_MARK = "+"


@dataclass(frozen=True)
class Register:
    """Targets, mentions and rulings on contradictions, checked against the registry they belong to."""

    targets: pd.DataFrame
    mentions: pd.DataFrame
    rulings: pd.DataFrame
    plans: pd.DataFrame
    registry: registry.Registry


def load_register(folder: Path) -> Register:
    """Load and check targets, mentions and the registry behind them.

    Args:
        folder: a place's rules folder.

    Returns:
        targets: one row a target. ``value``, ``base_value`` as float64 (NaN where empty), ``observable_from`` as int64,
        ``step_month`` as float64 (NaN where empty), ``is_strict`` and ``is_lead_inferred`` as bool, the rest as text.
        mentions: one row per place in the documents that states a target again; ``code`` is a target's code or several
        joined by "+" whose values add up to the value stated.
        rulings: one row per contradiction that somebody has decided; ``decided`` as dates.
        plans: targets' own plans, one row a target and month, ``planned`` cumulative in the target's unit; they stand
        in for the path. A target's own grade of 欠序时(重) is ``far_pp`` of targets (NaN where it has none).

    Raises:
        ProblemsFound: every cell that is wrong, in all files at once.
    """
    tables = read_tables(folder, LAYOUTS)
    targets, mentions = tables["targets.csv"], tables["target_mentions.csv"]
    stop_on(
        [
            *registry.registry_problems(tables),
            *_target_problems(targets, tables),
            *_mention_problems(mentions, tables),
            *_ruling_problems(tables["rulings.csv"]),
            *_own_rule_problems(tables["target_plans.csv"], tables["target_grades.csv"], targets.cells["code"]),
        ]
    )
    frame = targets.frame()
    repeated = mentions.frame()
    rulings, plans = tables["rulings.csv"].frame(), tables["target_plans.csv"].frame()
    grades = tables["target_grades.csv"].frame()
    return Register(
        targets=frame.assign(
            value=as_numbers(frame["value"]),
            base_value=as_numbers(frame["base_value"]),
            step_month=as_numbers(frame["step_month"]),
            observable_from=frame["observable_from"].astype("int64"),
            is_strict=frame["is_strict"].map(YES_NO).astype("bool"),
            is_lead_inferred=frame["is_lead_inferred"].map(YES_NO).astype("bool"),
            far_pp=frame["code"]
            .map(dict(zip(grades["code"], as_numbers(grades["far_pp"]), strict=True)))
            .astype("float64"),
        ),
        mentions=repeated.assign(value=as_numbers(repeated["value"])),
        rulings=rulings.assign(decided=as_dates(rulings["decided"])),
        plans=plans.assign(month=plans["month"].astype("int64"), planned=as_numbers(plans["planned"])),
        registry=registry.build_registry(tables),
    )


def units_of_targets(targets: pd.DataFrame, units: pd.DataFrame, aliases: pd.DataFrame) -> pd.DataFrame:
    """Who leads and who supports each target, aliases resolved: one row per target, unit and role.

    A unit named both ways in one target (by itself and within 各乡镇, say) is listed once, as lead where it leads.

    Args:
        targets: ``code``, ``lead_units``, ``supporting_units`` (names joined by ";").
        units: ``code``, ``name``.
        aliases: ``alias``, ``unit``, one row per alias and unit.

    Returns:
        Columns ``code`` (the target's), ``unit`` (the unit's code), ``unit_name``, ``role`` (lead | support).
    """
    own_names = units[["name", "code"]].rename(columns={"name": "called", "code": "unit"})
    called = pd.concat([own_names, aliases[["alias", "unit"]].rename(columns={"alias": "called"})])
    roles = pd.concat(
        [
            targets[["code", column]].rename(columns={column: "called"}).assign(role=role)
            for column, role in (("lead_units", "lead"), ("supporting_units", "support"))
        ]
    )
    names = units[["code", "name"]].rename(columns={"code": "unit", "name": "unit_name"})
    return (
        roles.assign(called=roles["called"].str.split(LIST_MARK))
        .explode("called")
        .merge(called, on="called")
        .merge(names, on="unit")
        .drop_duplicates(["code", "unit"])[["code", "unit", "unit_name", "role"]]
        .reset_index(drop=True)
    )


def _target_problems(targets: Table, tables: dict[str, Table]) -> list[Problem]:
    names = registry.unit_names(tables)
    indicators = tables["indicators.csv"].cells["indicator"]
    codes = frozenset(targets.cells["code"])
    found = [*required(targets, *REQUIRED), *unique(targets, "code"), *numbers(targets, "value")]
    for column, allowed in CHOICES.items():
        found += one_of(targets, column, allowed)
    for column in ("lead_units", "supporting_units", "publisher"):
        found += known(targets, column, names, "单位及其别名", mark=LIST_MARK, code="unknown_unit")
    for column in ("parent", "same_as"):
        found += known(targets, column, codes, "targets.csv ", mark=LIST_MARK, code="unknown_target")
    for column in ("indicator", "reference_indicator"):
        found += known(targets, column, indicators, "indicators.csv ", code="unknown_indicator")
    return [
        *found,
        *numbers(targets, "base_value"),
        *whole_numbers(targets, "observable_from", 1, 12),
        *whole_numbers(targets, "step_month", 1, 12),
        *known(targets, "document", tables["documents.csv"].cells["doc_no"], "documents.csv ", code="unknown_document"),
        *_row_problems(targets, _indicator_units(tables)),
    ]


def _indicator_units(tables: dict[str, Table]) -> dict[str, str]:
    cells = tables["indicators.csv"].cells
    return dict(zip(cells["indicator"], cells["unit"], strict=True))


def _row_problems(targets: Table, units: Mapping[str, str]) -> list[Problem]:
    """What is wrong between the cells of one row, each cell being right by itself."""
    found = []
    for index, cells in enumerate(targets.rows):
        row = dict(zip(targets.columns, cells, strict=True))
        for column, code, said, allowed in _row_complaints(row, units.get(row["indicator"])):
            found.append(problem(code, said, allowed, "请改正", **targets.where(index, column)))
    return found


def _row_complaints(row: Mapping[str, str], indicator_unit: str | None) -> list[tuple[str, str, str, str]]:
    """One row's (column, problem code, what was found, what is allowed)."""
    is_pending = row["status"] == "pending"
    base = (row["base_value"], row["base_unit"], row["base_period"], row["base_source"])
    found = []
    if row["value"] and is_pending:
        found.append(("value", "value_pending", "目标待定却有数值", "pending 不得有数值"))
    if not row["value"] and not is_pending:
        found.append(("value", "no_value", "目标已定而没有数值", "final 须有数值"))
    if is_pending and not row["pending_issuer"]:
        found.append(("pending_issuer", "empty_cell", "没有写待谁下达", "pending 须写明"))
    if row["kind"] == "binary" and row["value"] not in {"", "1"}:
        found.append(("value", "bad_number", f"是非类目标的值是“{row['value']}”", "只能是 1"))
    if row["kind"] == "relative" and not is_pending and not row["reference_indicator"]:
        found.append(("reference_indicator", "empty_cell", "没有写与哪个指标比", "relative 须写明"))
    if row["path"] == "step" and not row["step_month"]:
        found.append(("step_month", "empty_cell", "没有写阶梯的月份", "step 须写明"))
    if any(base) != all(base):
        found.append(("base_value", "half_base", "基数的值、单位、期间、依据没有填全", "四项都填或都不填"))
    if row["code"] in {row["parent"], *row["same_as"].split(LIST_MARK)}:
        found.append(("parent", "refers_to_itself", "目标引用了自己", "应引用别的目标"))
    if indicator_unit and row["measure"] == "value" and not is_convertible(row["unit"], indicator_unit):
        said = f"单位“{row['unit']}”不能换算成指标的“{indicator_unit}”"
        found.append(("unit", "bad_unit", said, "两者须是同一种量"))
    return found


def _ruling_problems(rulings: Table) -> list[Problem]:
    return [
        *required(rulings, "id", "holds", "decided_by", "document", "decided"),
        *unique(rulings, "id"),
        *matching(rulings, "decided", is_date, "应写成 2023-02-27", code="bad_date"),
    ]


def _own_rule_problems(plans: Table, grades: Table, codes: tuple[str, ...]) -> list[Problem]:
    """Plans and grades that one target has of its own: each with its source, for a target that is there."""
    return [
        *required(plans, *PLAN_COLUMNS),
        *known(plans, "code", codes, "targets.csv ", code="unknown_target"),
        *whole_numbers(plans, "month", 1, 12),
        *numbers(plans, "planned"),
        *required(grades, *GRADE_COLUMNS),
        *unique(grades, "code"),
        *known(grades, "code", codes, "targets.csv ", code="unknown_target"),
        *numbers(grades, "far_pp"),
    ]


def _mention_problems(mentions: Table, tables: dict[str, Table]) -> list[Problem]:
    targets = tables["targets.csv"].cells
    units = dict(zip(targets["code"], targets["unit"], strict=True))
    documents = tables["documents.csv"].cells["doc_no"]
    unlike = []
    for index, (codes, unit) in enumerate(zip(mentions.cells["code"], mentions.cells["unit"], strict=True)):
        for code in codes.split(SUM_MARK):
            if code in units and not is_convertible(unit, units[code]):
                said = f"单位“{unit}”不能换算成 {code} 的“{units[code]}”"
                allowed = "两者须是同一种量"
                unlike.append(problem("bad_unit", said, allowed, "请改正", **mentions.where(index, "unit")))
    return [
        *required(mentions, *MENTION_COLUMNS),
        *known(mentions, "code", units, "targets.csv ", mark=SUM_MARK, code="unknown_target"),
        *known(mentions, "document", documents, "documents.csv ", code="unknown_document"),
        *numbers(mentions, "value"),
        *unlike,
    ]
