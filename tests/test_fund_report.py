"""The fund's reports and charts: every finished table has its place, money to the fen, marks and refusals are told."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from fund_cases import ONE, by_month, terms, year
from openpyxl import load_workbook

from fhdata.funds import fund_briefing, fund_month, fund_month_tables, fund_tables
from fhdata.funds.fund_forecast import Forecast, forecast
from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_standing import budget_so_far
from fhdata.funds.settlement import Settlement, settle
from fhdata.funds.waterfall import LINE_COLUMNS
from fhdata.money import in_yuan
from fhdata.problems import ProblemsFound, problem
from fhdata.publish import fund_charts
from fhdata.publish.canvas import texts_of
from fhdata.publish.fund_report import Words, confirmation_sheets
from fhdata.publish.workbook import write_workbook

WAN = 1_000_000  # fen
DAY = date(2024, 1, 31)


def words(refusals: tuple[str, ...] = ()) -> Words:
    return Words("示例县决算", "2023年", DAY, True, "总的情况。", refusals, "对账。", ("口径。",))


@pytest.fixture(scope="module")
def settled() -> Settlement:
    return settle(year(), terms())


def test_lines_carry_their_marks_and_readings_in_words(settled: Settlement) -> None:
    lines = fund_tables.marked(settled.waterfall, terms())
    assert set(LINE_COLUMNS) <= set(lines.columns)
    assert lines.set_index("step").loc["reserve", "readings_text"] == "10% 按哪个收入算：与预算管控总额用同一个收入"
    early = settled.waterfall.assign(is_provisional=True, is_unverified=settled.waterfall["step"] == "reserve")
    marks = fund_tables.marked(early, terms()).drop_duplicates("step").set_index("step")["mark"]
    assert (marks["reserve"], marks["budget"]) == ("待核实、暂定", "暂定")
    assert set(fund_tables.marked(settled.waterfall, terms())["mark"]) == {""}


def test_lines_and_parts_together_are_all_lines(settled: Settlement) -> None:
    lines = fund_tables.marked(settled.waterfall, terms())
    whole, parts = fund_tables.without_parts(lines), fund_tables.only_parts(lines)
    assert len(whole) + len(parts) == len(lines)
    shared = parts[parts["label"].str.startswith("分配给")]
    # the first worked example: S = 700 万元, 280 to the county hospital, 420 to the townships
    assert shared["amount_fen"].sum() == -700 * WAN
    assert -shared.loc[shared["label"] == "分配给县二级医院", "amount_fen"].sum() == 280 * WAN


def test_waterfall_bars_begin_where_the_one_above_ends(settled: Settlement) -> None:
    rows = fund_tables.chart_lines(settled.waterfall)
    spans = fund_charts._spans(rows)
    assert spans[0][:2] == (0, 36_000)
    for row, (start, end, _) in enumerate(spans[1:], 1):
        if rows["kind"].iloc[row] == "change":
            assert start == pytest.approx(spans[row - 1][1])
        else:
            assert (start, end) == (0, pytest.approx(spans[row - 1][1]))
    assert spans[-1][1] == pytest.approx(0)
    assert "closing" not in set(rows["step"])


def test_charts_name_the_finding_and_refuse_nothing(settled: Settlement, tmp_path: Path) -> None:
    rows = fund_tables.chart_lines(settled.waterfall)
    for size in ("a4_half", "a4_full", "slide"):
        assert fund_charts.waterfall(rows, "预算管控总额9,800.00万元", "示例", size=size).get_axes()
    with pytest.raises(ProblemsFound, match="没有可画的数"):
        fund_charts.waterfall(rows.iloc[:0], "空", "示例")
    with pytest.raises(ProblemsFound, match="没有可画的数"):
        fund_charts.amounts(pd.DataFrame({"label": [], "amount_fen": []}), "空", "示例", head="万元")
    gains = pd.DataFrame({"label": ["甲", "乙"], "amount_fen": [120 * WAN, -80 * WAN]})
    texts = [text.get_text() for text in texts_of(fund_charts.amounts(gains, "多少", "示例", head="万元"))]
    assert {"+120.00", "−80.00", "多得", "少得"} <= set(texts)


def test_confirmation_sheets_are_one_an_institution_and_add_up(settled: Settlement, tmp_path: Path) -> None:
    lines = fund_tables.confirmation_lines(settled.transfers, terms())
    transfers, shares = fund_tables.named_transfers(settled.transfers), fund_tables.named_shares(settled.shares)
    for _, own in lines.groupby("institution"):
        amounts = own["amount_fen"].tolist()
        assert sum(amounts[:4]) == amounts[4]  # the parts are what is due
        assert amounts[4] - amounts[6] == amounts[8]  # due less prepaid is what is still to pay
    report = confirmation_sheets(lines, transfers, shares, words())
    assert len(report.tables) == len(settled.transfers) == len(transfers) - 1
    write_workbook(report, tmp_path / "confirmations.xlsx")
    notes = [str(cell.value) for row in load_workbook(tmp_path / "confirmations.xlsx").worksheets[0] for cell in row]
    assert any(note.startswith("医疗机构（盖章）") for note in notes)
    refused = confirmation_sheets(lines, transfers, shares, words(("还没有报齐。",)))
    assert refused.title.startswith("示例县决算（试算）")
    assert "试算，不作为确认和拨付的依据。" in refused.tables[0].footnotes


def test_transfer_list_ends_with_its_sum(settled: Settlement) -> None:
    transfers = fund_tables.named_transfers(settled.transfers)
    last = transfers.iloc[-1]
    assert (last["name"], last["institution"]) == ("合计", "")
    assert last["due_fen"] == settled.transfers["due_fen"].sum()
    assert fund_briefing.transfers_line(settled.transfers).startswith(f"{len(settled.transfers)}个机构应拨")


def first_months(count: int) -> FundInputs:
    """One hospital's costs by the month, 300, 200, 100 万元; everybody else's year stands in January."""
    return by_month(year(), ONE, [300, 200, 100][:count])


@pytest.fixture(scope="module")
def quarter() -> tuple[pd.DataFrame, pd.DataFrame, Forecast]:
    inputs, on, month = first_months(3), terms(month=3), "2023-03"
    return (
        fund_month.account(inputs, on, month),
        fund_month.progress(inputs, on, month),
        forecast(inputs, on, month),
    )


def test_costs_inside_and_outside_add_up_to_all(quarter: tuple[pd.DataFrame, pd.DataFrame, Forecast]) -> None:
    accounted = quarter[0]
    counted = pd.DataFrame({"month": ["2023-03"], "place": ["member"], "category": ["outpatient"], "persons": [7]})
    table = fund_month_tables.in_and_out(accounted, counted, "2023-03")
    whole = table[(table["place"] == "") & (table["category"] == "")].iloc[0]
    of_places = table[(table["place"] != "") & (table["category"] == "")]
    for name in fund_month_tables.MEASURES:
        assert of_places[name].sum() == whole[name] == accounted[name].sum()
    assert of_places["year_ratio"].sum() == pytest.approx(1)
    assert pd.isna(whole["persons"])  # a person may have been in both places
    people = table.set_index(["place", "category"])["persons"]
    assert people["member", "outpatient"] == 7
    listed = fund_month_tables.by_institution(accounted, first_months(3).institutions)
    assert listed["year_fen"].sum() == accounted["year_hifp_fen"].sum()
    assert (listed["year_fen"] == listed["year_dip_fen"] + listed["year_other_fen"]).all()


def test_path_of_the_budget_has_twelve_months_and_the_forecast_in_december(
    quarter: tuple[pd.DataFrame, pd.DataFrame, Forecast],
) -> None:
    _, progress, outlook = quarter
    path = fund_month_tables.year_path(progress, outlook)
    available = int(progress["available_fen"].iloc[-1])
    assert path["month"].tolist() == list(range(1, 13))
    assert path["cost_fen"].notna().tolist() == [True] * 3 + [False] * 9
    assert path["planned_fen"].iloc[-1] == available
    assert path["planned_fen"].iloc[2] == (2 * 3 * available + 12) // 24  # 3/12, half up
    assert path["central_fen"].notna().sum() == 1
    assert path["central_fen"].iloc[-1] == outlook.table.set_index("case").loc["central", "charges_fen"]
    figure = fund_charts.budget_path(path, "时间过了25.0%", "示例", budget_fen=available)
    assert "按时间应支出" in [text.get_text() for text in texts_of(figure)]
    with pytest.raises(ProblemsFound, match="没有可画的数"):
        fund_charts.budget_path(path.assign(cost_fen=pd.NA), "空", "示例", budget_fen=available)


def test_budget_of_a_year_in_progress_is_provisional() -> None:
    lines = budget_so_far(first_months(3), terms(month=3), "2023-03")
    assert lines["step"].iloc[-1] == "budget"
    moving = lines["kind"].isin(["start", "change"])
    assert lines.loc[moving, "amount_fen"].sum() == lines["amount_fen"].iloc[-1]


def test_outlook_says_how_sure_it_is(quarter: tuple[pd.DataFrame, pd.DataFrame, Forecast]) -> None:
    said = "".join(fund_briefing.outlook_lines(quarter[2]))
    assert "按已有3个月推算" in said
    assert "90%的可能" in said
    alone = forecast(first_months(1), terms(month=1), "2023-01")
    assert fund_briefing.outlook_lines(alone)[1] == "只有一个月的数，不说区间和可能性。"


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0004, "不到0.1%"), (0.9996, "超过99.9%"), (0.0035, "0.4%"), (0.5, "50.0%")]
)
def test_a_chance_is_never_told_as_certain(chance: float, said: str) -> None:
    assert fund_briefing._percent(chance) == said


def test_many_refusals_are_counted() -> None:
    many = [problem("preliminary", f"第{number}项还是初步数") for number in range(7)]
    lines = fund_tables.refusal_lines(many)
    assert (len(lines), lines[-1]) == (6, "另有同类 2 条。")
    assert fund_tables.refusal_lines(many[:2]) == ("第0项还是初步数。", "第1项还是初步数。")


def test_published_tables_keep_fen_exactly(settled: Settlement) -> None:
    lines = fund_tables.published_lines(fund_tables.marked(settled.waterfall, terms()))
    assert lines["code"].is_unique
    assert (lines["rule_source"] != "").all()
    assert all(isinstance(one, Decimal) for one in in_yuan(lines)["amount_yuan"])
    transfers = fund_tables.published_transfers(settled.transfers, terms())
    assert set(transfers["rule_source"]) == {
        "凤政办发〔2023〕1号 第十条（二）；凤政办发〔2023〕1号 第十条（三）；凤政办发〔2023〕1号 第十一条"
    }


def test_figures_that_are_not_there_are_named_by_what_stands_in_their_cells() -> None:
    rows = [("empty", f"E{number}") for number in range(4, 11)] + [("not_due", "D4")]
    blanks = pd.DataFrame(rows, columns=["status", "source_cell"]).assign(source_file="预付.xlsx", source_sheet="表")
    assert fund_briefing.blank_lines(blanks) == [
        f"空着没有填的，不当作 0：{'、'.join(f'预付.xlsx「表」E{number}' for number in range(4, 9))}等7处。",
        "填“未发布”的，不当作 0：预付.xlsx「表」D4。",
    ]
    assert fund_briefing.blank_lines(blanks.iloc[:0]) == []
