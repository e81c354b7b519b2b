"""Lays the example county's medical fund sheets out: income, roster, platform totals, penalties, prepayments."""

import random
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.funds.claim_sums import costs
from fhdata.intake.claims import read_claims
from fhdata.intake.fund_cells import SCORE_UNITS, word
from fhdata.intake.fund_rows import item_list
from fhdata.money import FEN_PER_YUAN, apportion, divided_half_up, fen_of
from fhdata.periods import Period
from fhdata.problems import stop_on
from fhdata.sampledata.appraisal_forms import Row, sheet
from fhdata.sampledata.claims import example_institutions, write_claims
from fhdata.sampledata.drawing import draw
from fhdata.sampledata.forms import Table
from fhdata.sampledata.plan import Plan
from fhdata.sampledata.reading import FOLDER

MONEY_DIGITS = 2
NONE = "none"
LAYOUTS = {
    "items": ("基金收支", {"序号": 6.0, "项目": 34.0, "时段": 8.0, "金额": 18.0, "状态": 10.0, "说明": 24.0}),
    "institutions": (
        "名册",
        {
            "序号": 6.0, "机构编码": 12.0, "机构名称": 22.0, "类别": 14.0, "级别": 10.0, "医共体成员": 12.0,
            "DIP机构": 10.0, "参加考评": 10.0, "考评得分": 10.0, "起始月": 10.0, "终止月": 10.0, "说明": 16.0,
        },
    ),
    "platform": (
        "平台合计",
        {
            "序号": 6.0, "机构编码": 12.0, "机构名称": 22.0, "结算类别": 12.0, "结算笔数": 10.0, "医疗费总额": 18.0,
            "基本医保统筹基金支付": 22.0, "说明": 14.0,
        },
    ),
    "penalties": (
        "违规扣款",
        {"序号": 6.0, "机构编码": 12.0, "机构名称": 22.0, "文号": 26.0, "扣减金额": 16.0, "事由": 24.0},
    ),
    "prepayments": (
        "预付申报",
        {"序号": 6.0, "机构编码": 12.0, "机构名称": 22.0, "申报金额": 18.0, "预付金额": 18.0, "说明": 14.0},
    ),
}  # fmt: skip
# institution, category → records, medfee_fen, hifp_fen, and hifp_fen without DIP
Totals = Mapping[tuple[str, str], tuple[int, int, int, int]]
Books = dict[str, list[Table]]


@dataclass(frozen=True)
class FundPlan:
    """Everything the fund's sheets are drawn from: ``fund.toml``, the roster and the county's marks."""

    settings: dict[str, Any]
    institutions: pd.DataFrame
    county: Plan
    seed: int

    @property
    def names(self) -> dict[str, str]:
        """Names by code."""
        return dict(zip(self.institutions["institution"], self.institutions["name"], strict=True))


def read_fund_plan(county: Plan, seed: int, folder: Path = FOLDER) -> FundPlan:
    """Read the data files of the example county's fund."""
    settings = tomllib.loads((folder / "fund.toml").read_text(encoding="utf-8"))
    return FundPlan(settings, example_institutions(), county, seed)


def write_fund(folder: Path, periods: Iterable[Period], seed: int, county: Plan) -> list[Path]:
    """Write the fund's workbooks and claims of the periods to ``folder/<period>/<topic>/``.

    A month has claims, income, platform totals and prepayments, the roster where it is handed in, penalties where there
    are any; the plan's year has all its months, and the final figures with the year's roster. Quarters have none.

    Args:
        folder: a place's ``data/raw``.
        periods: as ``generator.generate`` takes them.
        seed: same seed, same bytes; a month does not depend on what else is made.
        county: the county's year and the marks on its sheets.

    Returns:
        The files written, in order.
    """
    plan = read_fund_plan(county, seed)
    asked = [period for period in periods if period.year == county.year]
    years = [period for period in asked if period.cadence == "year"]
    months = {period for period in asked if period.cadence == "month"}
    months |= {Period(county.year, "month", number) for number in range(1, 13) if years}
    ordered = sorted(months)
    written = write_claims(folder, list(map(str, ordered)), seed, plan.institutions, plan.settings["records_per_month"])
    totals = _claim_totals(folder, plan, ordered)
    books = {
        f"{month}/{plan.settings['topic']}/{name}": tables
        for month in ordered
        for name, tables in _month_books(plan, month, totals[str(month)]).items()
    }
    for year in years:
        books[f"{year}/{plan.settings['topic']}/年终决算数.xlsx"] = [_items(plan, year), _institutions(plan, year)]
    for name, tables in books.items():
        draw(folder / name, tables)
        written.append(folder / name)
    return written


def _claim_totals(folder: Path, plan: FundPlan, months: Sequence[Period]) -> dict[str, Totals]:
    """What the claims just written add up to, by month: what the platform would say."""
    if not months:
        return {}
    claims = read_claims(
        folder, plan.institutions, home=folder, year=plan.county.year, until_month=months[-1].month, as_of=date.max
    )
    stop_on(one for one in claims.problems if one.code != "missing_month")  # months that were not asked for
    sums = costs(claims.engine, claims.view)
    claims.engine.close()
    sums = sums.assign(controlled_fen=sums["hifp_fen"].where(~sums["is_dip"], 0))
    names = ["records", "medfee_fen", "hifp_fen", "controlled_fen"]
    added = sums.groupby(["month", "institution", "category"])[names].sum()
    found: dict[str, Totals] = {}
    for month in map(str, months):
        own = added.loc[month]
        amounts = own.itertuples(index=False, name=None)
        found[month] = dict(zip(own.index.to_list(), amounts, strict=True))
    return found


def _month_books(plan: FundPlan, month: Period, totals: Totals) -> Books:
    books = {"基金收支.xlsx": [_items(plan, month)], "平台合计.xlsx": [_platform(plan, month, totals)]}
    books["预付申报.xlsx"] = [_prepayments(plan, month, totals)]
    for day in {one["corrected"] for one in plan.settings["differences"] if one["month"] == month.month}:
        books["平台合计（更正）.xlsx"] = [_platform(plan, month, totals, corrected=date.fromisoformat(day))]
    if month.month in {1, plan.settings["scored_from"]}:
        books["医疗机构名册.xlsx"] = [_institutions(plan, month)]
    if any(one["month"] == month.month for one in plan.settings["penalties"]):
        books["违规扣款.xlsx"] = [_penalties(plan, month)]
    return books


def _items(plan: FundPlan, period: Period) -> Table:
    """The month's own figures; the year's, as budgeted in January and as final at the end."""
    is_final = period.cadence == "year"
    rows = []
    for one in plan.settings["year_items"] if is_final or period.month == 1 else ():
        fen = int(one["final" if is_final else "yuan"]) * FEN_PER_YUAN
        status = "final" if is_final else "preliminary"
        rows.append((_item_name(one["item"]), word("year"), fen, word(status)))
    for one in () if is_final else plan.settings["month_items"]:
        fen = month_amounts(one, plan.seed)[period.month - 1]
        rows.append((_item_name(one["item"]), word("month"), fen, word("final")))
    lines = [(*names, _yuan(fen), status, None) for *names, fen, status in rows]
    return _sheet(plan, period, "items", lines)


def month_amounts(one: Mapping[str, Any], seed: int) -> list[int]:
    """The twelve months of one item in fen: levels as they are listed, or parts that add up to its year."""
    if "levels" in one:
        return [int(level) * FEN_PER_YUAN for level in one["levels"]]
    stream = random.Random(f"{seed}:fund:{one['item']}")
    wobble = int(one["wobble"])
    weights = [share * (100 + stream.randint(-wobble, wobble)) for share in one["shares"]]
    return apportion(int(one["total"]) * FEN_PER_YUAN, weights, [f"{month:02d}" for month in range(1, 13)])


def _institutions(plan: FundPlan, period: Period) -> Table:
    has_scores = period.month >= plan.settings["scored_from"]
    lines = [
        (
            one.institution,
            one.name,
            word(str(one.kind)),
            word(str(one.level) or NONE),
            *(word("yes" if flag else "no") for flag in (one.is_member, one.is_dip, one.is_scored)),
            int(str(one.score)) / SCORE_UNITS if has_scores and one.is_scored else None,
            f"{plan.county.year}-01",
            None,
            None,
        )
        for one in plan.institutions.itertuples()
    ]
    return _sheet(plan, period, "institutions", lines)


def _platform(plan: FundPlan, month: Period, totals: Totals, corrected: date | None = None) -> Table:
    """The platform's totals: what the claims add up to, but for the differences planned to be found.

    ``corrected`` is the day on which the platform hands its totals in again without them.
    """
    planned = {
        (one["institution"], one["category"]): (
            int(one["records"]), fen_of(str(one["medfee_yuan"])), fen_of(str(one["hifp_yuan"]))
        )
        for one in plan.settings["differences"]
        if one["month"] == month.month and corrected is None
    }  # fmt: skip
    lines = []
    for key in sorted(totals):
        told = planned.get(key, (0, 0, 0))
        records, medfee, hifp = (own + more for own, more in zip(totals[key][:3], told, strict=True))
        lines.append((key[0], plan.names[key[0]], word(key[1]), float(records), _yuan(medfee), _yuan(hifp), None))
    return _sheet(plan, month, "platform", lines, corrected)


def _prepayments(plan: FundPlan, month: Period, totals: Totals) -> Table:
    """What each member declared (its controlled costs rounded up) and what was prepaid of it, less the deposit."""
    step = int(plan.settings["declared_step"]) * FEN_PER_YUAN
    kept = 100 - int(plan.settings["deposit_percent"])
    lines = []
    for code in plan.institutions.loc[plan.institutions["is_member"], "institution"]:
        cost = sum(amounts[-1] for (where, _), amounts in totals.items() if where == code)
        declared = -(-cost // step) * step
        paid = divided_half_up(declared * kept, 100)
        lines.append((code, plan.names[code], _yuan(declared), _yuan(paid), None))
    return _sheet(plan, month, "prepayments", lines)


def _penalties(plan: FundPlan, month: Period) -> Table:
    lines = [
        (one["institution"], plan.names[one["institution"]], one["document"], float(one["yuan"]), one["note"])
        for one in plan.settings["penalties"]
        if one["month"] == month.month
    ]
    return _sheet(plan, month, "penalties", lines)


def _sheet(
    plan: FundPlan, period: Period, kind: str, lines: Sequence[tuple[Any, ...]], corrected: date | None = None
) -> Table:
    tab, columns = LAYOUTS[kind]
    settings = plan.settings
    is_year = period.cadence == "year"
    due = date.fromisoformat(settings["year_released"]) if is_year else _month_end(period, settings["released_days"])
    whole = {"结算笔数"}
    decimals = tuple(0 if heading in {"序号", *whole} else MONEY_DIGITS for heading in columns)
    rows = [Row((float(number), *line), decimals) for number, line in enumerate(lines, 1)]
    return sheet(
        tab,
        settings["titles"][kind].replace("{period}", period.label),
        (f"填报部门：{settings['reporter']}", f"单位：{settings['unit']}"),
        tuple(columns),
        rows=rows,
        marks=plan.county.marks,
        released=corrected or due,
        widths=tuple(columns.values()),
    )


def _month_end(month: Period, days: int) -> date:
    return month.end + timedelta(days=days)


def _item_name(item: str) -> str:
    return next(one.name for one in item_list() if one.item == item)


def _yuan(fen: int) -> float:
    """Fen as the number a spreadsheet holds; its two decimals are exact to fifteen digits."""
    return float(Decimal(fen) / FEN_PER_YUAN)
