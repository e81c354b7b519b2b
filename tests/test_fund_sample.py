"""The example county's medical fund: committed data is what the generator makes; its whole year can be settled."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from rule_files import RULES, copied_rules

from fhdata.funds import claim_sums
from fhdata.funds.fund_briefing import year_overview
from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_trial import YearOutcome, projected, settle_what_is_known
from fhdata.funds.reconciliation import reconcile
from fhdata.intake.claims import read_claims
from fhdata.intake.fund_sheets import FundSheets, read_fund_sheets
from fhdata.money import require_fen
from fhdata.periods import parse_period
from fhdata.problems import ProblemsFound
from fhdata.rules.fund import load_fund
from fhdata.rules.fund_signatures import COLUMNS, signed_rules
from fhdata.rules.rulebook import RuleBook
from fhdata.sampledata import SEED
from fhdata.sampledata.fund import month_amounts, read_fund_plan, write_fund
from fhdata.sampledata.reading import read_plan

ROOT = Path(__file__).parents[1]
MONTHS = ("2023-01", "2023-02", "2023-03")
COUNTY = read_plan(RULES)
YEAR_END = date(2023, 12, 31)
TRANSFERS = ["controlled_fen", "psychiatric_fen", "penalty_fen", "share_fen"]


def make(folder: Path, *periods: str) -> list[Path]:
    return write_fund(folder, [parse_period(one) for one in periods], SEED, COUNTY)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    make(folder, *MONTHS)
    return folder


@pytest.fixture(scope="module")
def whole_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("year")
    make(home, "2023")
    return home


def sheets_of(raw: Path, period: str, as_of: date) -> FundSheets:
    return read_fund_sheets(raw, home=raw, period=parse_period(period), as_of=as_of)


def inputs_of(raw: Path, period: str, as_of: date) -> tuple[FundInputs, FundSheets]:
    sheets = sheets_of(raw, period, as_of)
    assert [one.sentence for one in sheets.problems] == []
    claims = read_claims(raw, sheets.institutions, home=raw, year=2023, until_month=sheets.last_month, as_of=as_of)
    assert [one.sentence for one in claims.problems] == []
    costs = [claim_sums.costs(claims.engine, view) for view in (claims.view, claims.discharge_view)]
    claims.engine.close()
    frames = (sheets.penalties, sheets.prepayments)
    return FundInputs(sheets.items, sheets.institutions, costs[0], *frames, costs[1]), sheets


@pytest.fixture(scope="module")
def year(whole_year: Path) -> FundInputs:
    return inputs_of(whole_year, "2023", date(2024, 1, 31))[0]


def contents(path: Path) -> object:
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return table.to_pydict(), table.schema.metadata
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_committed_data_is_what_the_generator_makes(made: Path) -> None:
    committed = {
        path.relative_to(ROOT / "data" / "raw") for path in (ROOT / "data" / "raw").glob("*/医保/*") if path.is_file()
    }
    assert {path.relative_to(made) for path in made.rglob("*") if path.is_file()} == committed
    differing = [name for name in committed if contents(made / name) != contents(ROOT / "data" / "raw" / name)]
    assert differing == []
    assert sum((ROOT / "data" / "raw" / name).stat().st_size for name in committed) < 3_000_000


def test_a_month_does_not_depend_on_what_else_is_made(made: Path, tmp_path: Path) -> None:
    again = make(tmp_path, "2023-02")
    assert len(again) == 4
    assert [path.name for path in again if path.read_bytes() != (made / path.relative_to(tmp_path)).read_bytes()] == []


def test_every_file_says_that_it_is_made_up(made: Path) -> None:
    for path in made.rglob("*"):
        if path.suffix == ".parquet":
            assert "示例数据" in path.name
        elif path.is_file():
            book = CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                assert "（示例数据）" in str(book.get_sheet_by_name(name).to_python()[0][0])


def test_quarters_and_other_years_have_none(tmp_path: Path) -> None:
    assert make(tmp_path, "2022", "2023Q1", "2021") == []


def test_months_of_an_item_add_up_to_its_year() -> None:
    plan = read_fund_plan(COUNTY, SEED)
    received = next(one for one in plan.settings["month_items"] if one["item"] == "income_received")
    assert sum(month_amounts(received, SEED)) == received["total"] * 100
    assert len(month_amounts(received, SEED)) == 12


def test_platform_agrees_but_for_the_one_planned_difference_which_is_corrected_later(made: Path) -> None:
    early, sheets = inputs_of(made, "2023-03", date(2023, 4, 30))
    unmatched, problems = reconcile(early.costs, sheets.platform, 1)
    assert unmatched[["institution", "month", "category"]].to_numpy().tolist() == [["C004", "2023-03", "outpatient"]]
    row = unmatched.iloc[0]
    # the platform was told one record, 36.50 and 21.90 元 more
    assert (row["difference_records"], row["difference_medfee_fen"], row["difference_hifp_fen"]) == (-1, -3650, -2190)
    assert len(problems) == 1
    late, corrected = inputs_of(made, "2023-03", date(2023, 5, 31))
    assert reconcile(late.costs, corrected.platform, 1)[0].empty


def test_the_whole_year_is_settled_finally_and_adds_up(year: FundInputs) -> None:
    outcome = settle_what_is_known(year, load_fund(RULES), YEAR_END, ())
    settled = outcome.settlement
    assert (settled.is_final, outcome.refusals, dict(outcome.choices)) == (True, (), {})
    # 37,125,000 − 10% − 16,800,000 − 2,998,260 − 600,000 − 500,000 = 12,514,240 元
    assert settled.budget_fen == 1_251_424_000
    assert not settled.waterfall["is_provisional"].any()
    moving = settled.waterfall["kind"].isin(["start", "change"])
    assert settled.waterfall.loc[moving, "amount_fen"].sum() == 0
    transfers = settled.transfers
    assert (transfers[TRANSFERS].sum(axis=1) == transfers["due_fen"]).all()
    assert (transfers["due_fen"] - transfers["prepaid_fen"] == transfers["balance_fen"]).all()
    for frame in (settled.waterfall, settled.shares, transfers, settled.parties):
        require_fen(frame)
        assert not [name for name in frame.columns if frame[name].dtype.kind == "f"]


@pytest.fixture(scope="module")
def trial(made: Path) -> YearOutcome:
    inputs, sheets = inputs_of(made, "2023", date(2024, 1, 31))
    return settle_what_is_known(inputs, load_fund(RULES), YEAR_END, sheets.missing_months)


def test_a_year_in_progress_is_tried_with_the_mean_of_its_months(trial: YearOutcome) -> None:
    assert not trial.settlement.is_final
    assert [one.code for one in trial.refusals] == ["missing_months"]
    assert trial.income_item == "income_budgeted"
    assert trial.settlement.waterfall["is_provisional"].all()
    costs = trial.inputs.costs
    one = costs[(costs["institution"] == "C001") & (costs["category"] == "inpatient") & ~costs["is_dip"]]
    one = one[~one["is_psychiatric"] & ~one["is_four_disease"]].set_index("month")["hifp_fen"]
    known = [int(one[month]) for month in MONTHS]
    assert {int(one[f"2023-{month:02d}"]) for month in range(4, 13)} == {(2 * sum(known) + 3) // 6}  # ÷ 3, half up


def test_a_missing_month_of_a_reported_item_is_its_mean_and_income_is_left_alone(made: Path) -> None:
    inputs, sheets = inputs_of(made, "2023", date(2024, 1, 31))
    of_month = inputs.items.iloc[[0]].assign(item="psychiatric_actual", status="final")
    rows = [of_month.assign(month=month, amount_fen=fen) for month, fen in zip(MONTHS, (100, 200, 201), strict=True)]
    given = replace(inputs, items=pd.concat([inputs.items, *rows], ignore_index=True))
    items = projected(given, 2023, sheets.missing_months).items
    filled = items[(items["item"] == "psychiatric_actual") & (items["month"] > "2023-03")]
    assert filled["amount_fen"].tolist() == [167] * 9  # 501 ÷ 3
    assert set(filled["status"]) == {"preliminary"}
    assert items[items["item"] == "income_received"]["month"].tolist() == list(MONTHS)
    assert items[items["item"] == "reserve_balance"]["month"].tolist() == list(MONTHS)


def overrun(inputs: FundInputs) -> FundInputs:
    """The same year with DIP taking 10,000,000 元 more: B is 2,514,240 元, far less than what was spent."""
    items = inputs.items
    more = items["amount_fen"].mask(items["item"] == "dip_budget", 2_680_000_000)
    return replace(inputs, items=items.assign(amount_fen=more))


def rules_with_bands(folder: Path) -> RuleBook:
    """The rules with an overrun shared by bands, which nobody has seen in a document."""
    rules = copied_rules(folder)
    text = (rules / "fund.toml").read_text(encoding="utf-8")
    at = text.index("[[reading.overrun.values]]")
    changed = text[:at] + text[at:].replace('value = "all"', 'value = "bands"', 1)
    (rules / "fund.toml").write_text(changed, encoding="utf-8")
    return load_fund(rules)


def test_a_settlement_on_an_unverified_rule_is_not_final_until_somebody_signs(year: FundInputs, tmp_path: Path) -> None:
    rules, inputs = rules_with_bands(tmp_path), overrun(year)
    refused = settle_what_is_known(inputs, rules, YEAR_END, ())
    assert not refused.settlement.is_final
    assert refused.settlement.unverified == ("overrun.bands",)
    assert [one.code for one in refused.refusals] == ["unverified_rule"]
    assert "待核实，却动了钱" in refused.refusals[0].sentence
    assert "动了钱而依据待核实的：“超支分档" in year_overview(refused, "2023年")
    marked = refused.settlement.waterfall.set_index("step")["is_unverified"]
    assert bool(marked["members"].all())
    signed = settle_what_is_known(inputs, rules, YEAR_END, (), signed=("overrun.bands",))
    assert signed.settlement.is_final
    assert signed.settlement.parties.equals(refused.settlement.parties)


def test_preliminary_figures_keep_a_year_from_being_final(year: FundInputs) -> None:
    items = year.items.assign(status=year.items["status"].mask(year.items["item"] == "dip_budget", "preliminary"))
    outcome = settle_what_is_known(replace(year, items=items), load_fund(RULES), YEAR_END, ())
    assert not outcome.settlement.is_final
    assert [one.code for one in outcome.refusals] == ["preliminary"]


def test_what_is_wrong_is_not_taken_for_a_refusal(year: FundInputs) -> None:
    items = year.items[year.items["item"] != "dip_budget"]
    with pytest.raises(ProblemsFound, match="没有“纳入DIP支付方式改革的基金预算总额”"):
        settle_what_is_known(replace(year, items=items), load_fund(RULES), YEAR_END, ())


def test_signatures_count_from_their_day_on(tmp_path: Path) -> None:
    row = "overrun.bands,2024-01-20,分管副局长,示例签〔2024〕1号,"
    folder = copied_rules(tmp_path)
    (folder / "fund_signatures.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n", encoding="utf-8")
    rules = load_fund(folder)
    assert signed_rules(folder, rules, date(2024, 1, 19)) == ()
    assert signed_rules(folder, rules, date(2024, 1, 20)) == ("overrun.bands",)
    (folder / "fund_signatures.csv").write_text(f"{','.join(COLUMNS)}\noverrun.band,20日,,,\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as refused:
        signed_rules(folder, rules, date(2024, 1, 20))
    assert [one.code for one in refused.value.problems] == ["empty_cell", "empty_cell", "unknown_name", "bad_date"]
