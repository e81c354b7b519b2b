"""The example county's assistance sheets copied into a temporary place, cell by cell as a test wants them."""

import shutil
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
from rule_files import RULES

from fhdata.funds.assistance_inputs import AssistanceInputs
from fhdata.funds.assistance_year import YearTerms, year_terms
from fhdata.intake.assistance_sheets import AssistanceSheets, read_assistance
from fhdata.periods import parse_period
from fhdata.rules.registry import load_registry
from fhdata.rules.rulebook import load_rules

ROOT = Path(__file__).parents[1]
PERIODS = ("2022", "2023-01", "2023-02", "2023-03")
TOPIC = "救助"
COUNTS, ROSTER, MONEY, LAST_YEAR = "人数表.xlsx", "低保名册.xlsx", "资金.xlsx", "人均补差.xlsx"
Cells = dict[str, object]


def copied_county(home: Path) -> Path:
    """The committed assistance sheets below ``home/data/raw``; gives home back."""
    for period in PERIODS:
        shutil.copytree(ROOT / "data" / "raw" / period / TOPIC, home / "data" / "raw" / period / TOPIC)
    return home


def book_of(home: Path, name: str, period: str = "2023-03") -> Path:
    return home / "data" / "raw" / period / TOPIC / name


def edit(home: Path, name: str, sheet: str, cells: Cells, period: str = "2023-03") -> None:
    """Write other values into some cells of a workbook."""
    path = book_of(home, name, period)
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book[sheet][cell] = value
    book.save(path)


@cache
def terms(period: str = "2023-03") -> YearTerms:
    registry = load_registry(RULES)
    book = load_rules(RULES / "assistance.toml")
    return year_terms(book, registry.units, registry.unit_aliases, parse_period(period))


def read(home: Path, period: str = "2023-03", as_of: date = date(2023, 4, 30)) -> AssistanceSheets:
    of = terms(period)
    return read_assistance(home / "data" / "raw", of.townships, of.categories, home=home, period=of.period, as_of=as_of)


def inputs_of(sheets: AssistanceSheets) -> AssistanceInputs:
    return AssistanceInputs(*sheets.tables)


def rosters(home: Path) -> tuple[set[str], set[str]]:
    """Every name and every ID number of the rosters, read from the workbooks themselves."""
    names: set[str] = set()
    numbers: set[str] = set()
    for path in (home / "data" / "raw").glob(f"*/{TOPIC}/{ROSTER}"):
        for frame in pd.read_excel(path, sheet_name=None, header=2, dtype=str, engine="calamine").values():
            listed = frame[frame["身份证号"].notna()]
            names |= set(listed["姓名"])
            numbers |= set(listed["身份证号"])
    return names, numbers


ACCEPT = """
[[accept]]
file = "{file}"
sheet = "{sheet}"
cell = "{cell}"
says = "{says}"
why = "已核实"
who = "县民政局"
when = 2023-04-10
"""


def accept(home: Path, period: str, **at: str) -> None:
    """Write a corrections.toml that takes one cell as it is."""
    path = book_of(home, "corrections.toml", period)
    path.write_text(ACCEPT.format(**at), encoding="utf-8")
