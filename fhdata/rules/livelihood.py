"""The lists of 民生实事 and the targets each item stands for, and who of the leaders is in charge of which unit."""

from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, problem, stop_on
from fhdata.rules.register import LAYOUTS as REGISTER_LAYOUTS
from fhdata.rules.register import SUM_MARK
from fhdata.rules.registry import unit_names
from fhdata.rules.tables import LIST_MARK, Table, known, one_of, read_tables, required, unique, whole_numbers

LIST_COLUMNS = (
    "list", "number", "title", "codes", "list_target", "status", "pending_issuer", "document", "section", "quote",
    "note",
)  # fmt: skip
PORTFOLIO_COLUMNS = ("unit", "portfolio", "document", "section", "note")
LISTS, PORTFOLIOS = "livelihood.csv", "portfolios.csv"
LONGEST_LIST = 99


def load_livelihood(folder: Path) -> pd.DataFrame:
    """The items of the lists of 民生实事.

    Grain: one row per list and number. One thing in two lists is two rows that name the same target.

    Args:
        folder: a place's rules folder.

    Returns:
        LIST_COLUMNS; ``number`` as int64; ``codes`` the targets of the item (joined by ";", may be empty while its
        figures are still to be issued); ``list_target`` the target that asks for the whole list.

    Raises:
        ProblemsFound: every cell that is wrong, at once; numbers of a list that do not run from 1.
    """
    wanted = {name: REGISTER_LAYOUTS[name] for name in ("targets.csv", "documents.csv")}
    tables = read_tables(folder, {**wanted, LISTS: LIST_COLUMNS})
    items = tables[LISTS]
    stop_on(_list_problems(items, tables))
    frame = items.frame()
    return frame.assign(number=frame["number"].astype("int64"))


def load_portfolios(folder: Path) -> pd.DataFrame:
    """Which leader (分管) looks after which unit: ``unit`` (as named), ``portfolio``; no row where nobody has said.

    Raises:
        ProblemsFound: every cell that is wrong, at once.
    """
    wanted = {name: REGISTER_LAYOUTS[name] for name in ("units.csv", "unit_aliases.csv", "documents.csv")}
    tables = read_tables(folder, {**wanted, PORTFOLIOS: PORTFOLIO_COLUMNS})
    table = tables[PORTFOLIOS]
    stop_on(
        [
            *required(table, "unit", "portfolio", "document"),
            *unique(table, "unit"),
            *known(table, "unit", unit_names(tables), "单位及其别名", code="unknown_unit"),
        ]
    )
    return table.frame()


def _list_problems(items: Table, tables: dict[str, Table]) -> list[Problem]:
    codes, documents = tables["targets.csv"].cells["code"], tables["documents.csv"].cells["doc_no"]
    found = [
        *required(items, "list", "number", "title", "list_target", "status", "document", "section", "quote"),
        *whole_numbers(items, "number", 1, LONGEST_LIST),
        *one_of(items, "status", ("final", "pending")),
        *known(items, "codes", codes, "targets.csv ", mark=LIST_MARK, code="unknown_target"),
        *known(items, "list_target", codes, "targets.csv ", code="unknown_target"),
        *known(items, "document", documents, "documents.csv ", code="unknown_document"),
    ]
    return found or [*_order_problems(items), *_status_problems(items)]


def _order_problems(items: Table) -> list[Problem]:
    """Lists whose numbers do not run 1, 2, 3 …: an item would be missing or there twice."""
    found, last = [], dict.fromkeys(items.cells["list"], 0)
    for index, (name, number) in enumerate(zip(items.cells["list"], items.cells["number"], strict=True)):
        if int(number) != last[name] + 1:
            said, allowed = f"“{name}”的序号是 {number}", f"应为 {last[name] + 1}"
            found.append(problem("bad_order", said, allowed, "请改正或补上缺的一项", **items.where(index, "number")))
        last[name] = int(number)
    return found


def _status_problems(items: Table) -> list[Problem]:
    found = []
    for index, status in enumerate(items.cells["status"]):
        if status == "final" and not items.cells["codes"][index]:
            said, allowed = "目标已定而没有写目标编号", "final 须写明"
            found.append(problem("no_codes", said, allowed, "请补上", **items.where(index, "codes")))
        if status == "pending" and not items.cells["pending_issuer"][index]:
            said, allowed = "没有写待谁下达", "pending 须写明"
            found.append(problem("empty_cell", said, allowed, "请补上", **items.where(index, "pending_issuer")))
    return found


def item_names(items: pd.DataFrame) -> pd.DataFrame:
    """By which name each list calls a target: one row per item that stands for exactly one target.

    Returns:
        ``code``, ``name``, ``document``, ``section``; for ``find_contradictions``, which looks for one thing under
        several names.
    """
    single = items.loc[(items["codes"] != "") & ~items["codes"].str.contains(f"[{LIST_MARK}{SUM_MARK}]")]
    named = single.rename(columns={"codes": "code", "title": "name"})
    return named[["code", "name", "document", "section"]].reset_index(drop=True)
