"""What the office records beside a ranking, as a reader sees it: approval, objections, leaders, corrections."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from fhdata.appraisal.leaders import by_leader
from fhdata.appraisal.objections import (
    APPROVAL,
    OUTCOMES,
    SIGN_OFF,
    STAGES,
    log_problems,
    steps_reached,
)
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.tables import EXECUTION_WORDS, by_rank, item_names
from fhdata.money import in_yuan
from fhdata.problems import Problem
from fhdata.rules.appraisal import MEASURE, AppraisalRules
from fhdata.rules.printed import rules_table

WHOLE_TABLE = "全表"
SHOWN_HASH = 12  # characters of a fingerprint in a table; the notes have it whole


def steps_table(log: pd.DataFrame, prints: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """How far each item and the whole table have come from 征求意见 to 审定; see ``objections.steps_reached``.

    Returns:
        item_name, table_hash (shortened), stage_name, on, document, objections, open, state, light.
    """
    names = item_names(scheme) | {"": WHOLE_TABLE}
    order = {item: number for number, item in enumerate(names)}
    ordered = prints.iloc[np.argsort(prints["item"].map(order).to_numpy(), kind="stable")]
    steps = steps_reached(log, ordered)
    told = [_state(*row) for row in steps[["item", "stage", "open", "is_of_this_table"]].itertuples(index=False)]
    return steps.assign(
        item_name=steps["item"].map(names),
        table_hash=steps["table_hash"].str.slice(0, SHOWN_HASH),
        stage_name=steps["stage"].map(STAGES).fillna(""),
        on=[day.isoformat() if isinstance(day, date) else "" for day in steps["on"]],
        state=[words for words, _ in told],
        light=[light for _, light in told],
    )


def _state(item: str, stage: str, unanswered: int, is_of_this_table: bool) -> tuple[str, str]:
    """Where an item, or the whole table, stands, and its light."""
    if not stage:
        return "没有登记", "none"
    if not is_of_this_table:
        return f"{STAGES[stage]}以后表有改动，须重新{STAGES[stage]}", "red"
    if unanswered:
        return f"有{unanswered}条意见待答复", "amber"
    if stage == APPROVAL:
        return "已审定", "green"
    if stage == SIGN_OFF:
        return "已签批" if item else "待审定", "green" if item else "amber"
    return "待签批" if item else "待审定", "amber"


def approval_state(steps: pd.DataFrame) -> tuple[str, str]:
    """The whole table's state and light; "" as long as it has not been approved."""
    whole = steps[steps["item"] == ""]
    is_approved = (whole["stage"] == APPROVAL).any()
    return (str(whole["state"].iloc[0]), str(whole["light"].iloc[0])) if is_approved else ("", "")


def objections_table(log: pd.DataFrame, units: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """What units objected to and what became of it: one row a row of the log that names a unit."""
    raised = log[log["unit"] != ""].reset_index(drop=True)
    names = dict(zip(units["unit"], units["unit_name"], strict=True))
    return raised.assign(
        item_name=raised["item"].map(item_names(scheme) | {"": WHOLE_TABLE}),
        unit_name=raised["unit"].map(names),
        stage_name=raised["stage"].map(STAGES),
        outcome_name=raised["outcome"].map(OUTCOMES),
        on=[day.isoformat() if isinstance(day, date) else "" for day in raised["on"]],
    )


def announced_lines(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Announced ranks that do not follow from the announced totals; what was announced stays as it was."""
    return tuple(one.sentence for one in problems)


def log_lines(log: pd.DataFrame) -> tuple[str, ...]:
    """What is wrong with the log, to be printed above it: it changes no figure, so that it stops no report."""
    return tuple(f"登记有误：{one.sentence}" for one in log_problems(log))


def leaders_table(due: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """What an execution list means for the leaders in charge, in yuan; see ``leaders.by_leader``."""
    return in_yuan(by_leader(due, units))


def post_lines(units: pd.DataFrame) -> tuple[str, ...]:
    """Units whose sheet names another leader than the document that assigns them."""
    other = units[units["sheet_post"] != ""]
    return tuple(
        f"{row.unit_name}的分管领导，{row.leader_source}写“{row.leader_post}”，报来的表写“{row.sheet_post}”，按文件。"
        for row in other.itertuples()
    )


def money_table(moved: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    """Rewards and penalties that corrections change, in yuan; see ``restatement.restated_money``."""
    words = np.where(moved["is_due"], np.where(moved["was_due"], "金额变动", "新增"), "撤销")
    listed = in_yuan(by_rank(moved.assign(word=words, rank=0), series))
    yuan = ["old_yuan", "new_yuan", "change_yuan"]
    is_money = listed["kind"] != MEASURE
    shown = listed.assign(**{name: listed[name].where(is_money, None) for name in yuan})
    told = shown.assign(kind_name=shown["kind"].map(EXECUTION_WORDS))
    return told.sort_values("period", kind="stable", ignore_index=True)


def used_rules(rules: AppraisalRules, on: date) -> pd.DataFrame:
    """The percentages, deadlines and limits in force with their articles; readings stand in the notes."""
    return rules_table(rules.book.in_force(on).values())
