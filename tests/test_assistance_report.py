"""The assistance report: the sheets' own faults, a whole run, what it says, and that nobody of the rosters is in it."""

import csv
import re
import shutil
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from assistance_county import (
    COUNTS,
    LAST_YEAR,
    PERIODS,
    ROOT,
    ROSTER,
    accept,
    book_of,
    copied_county,
    edit,
    inputs_of,
    read,
    rosters,
    terms,
)
from rule_files import copied_rules

from fhdata.cli import main
from fhdata.funds import assistance_briefing as briefing
from fhdata.funds.assistance_year import check, finished_tables, measure
from fhdata.intake.workbooks import read_grid
from fhdata.periods import parse_period
from fhdata.places import Place
from fhdata.publish.assistance_charts import increase_waterfall
from fhdata.publish.assistance_report import AssistanceTables
from fhdata.publish.canvas import texts_of
from fhdata.publish.submission import write_forms
from fhdata.runs.assistance_templates import forms_of_assistance
from fhdata.runs.catalogue import load_catalogue
from fhdata.runs.checks import assistance_problems
from fhdata.runs.parameters import check_parameters

SHIPPED = read(ROOT)
INPUTS = inputs_of(SHIPPED)
CHECKS = check(INPUTS, terms())
YEAR = measure(INPUTS, terms())
TABLES = AssistanceTables(**finished_tables(YEAR, terms(), CHECKS))


# ── faults of the sheets, in one set of workbooks ──


def means_of(category: str) -> list[float]:
    """Column G (人均补差) of the townships' rows of a category in March's table of persons, as printed."""
    rows = read_grid(book_of(ROOT, COUNTS)).grids[0].rows[3:76]
    return [float(str(row[6])) for row in rows if row[2] == category]


FAULTY: list[tuple[str, str, str, dict[str, object]]] = [
    # the total row of 城市低保 as the sum of its townships' means
    ("2023-03", COUNTS, "人数表", {"G77": round(sum(means_of("城市低保")), 2)}),
    # 廖家桥镇 农村低保: (6,008 + 740) ÷ 37 = 182.378… instead of 6,008 ÷ 37 = 162.38
    ("2023-03", COUNTS, "人数表", {"G14": 182.38}),
    # 廖家桥镇 农村分散特困: 12 households of 11 persons; the total row is mended with it
    ("2023-03", COUNTS, "人数表", {"D15": 12, "D80": 155}),
    # 廖家桥镇 散居孤儿: 2 × 1,101 = 2,202 above the standard of 1,100; total (9 × 950 + 2,202) ÷ 11 = 977.4545…
    ("2023-03", COUNTS, "人数表", {"G16": 1101, "F16": 2202, "G82": 977.45, "F82": 10752}),
    # 集中供养特困: 27 persons add up, 28 are printed; 28 × 800 = 22,400
    ("2023-03", COUNTS, "人数表", {"E81": 28, "D81": 28, "F81": 22400}),
    # 1,459 × 191 × 12 = 3,344,028 元 = 334.40 万元, printed as 3,345
    ("2022", LAST_YEAR, "人均补差", {"D5": 1459, "E5": 191, "F5": 12, "G5": 3345}),
    # 1 × 780 × 12 = 9,360 元 = 0.94 万元, printed as 2.5
    ("2022", LAST_YEAR, "人均补差", {"G6": 2.5}),
    # 沱江镇 城市低保: a family of one with 900 元 a month was not paid at 600 元: 67 of 68 persons were
    ("2023-03", ROSTER, "家庭名册", {"I4": 900}),
    # a person of 沱江镇 with two groups stands in another township with one of them
    ("2023-03", ROSTER, "分类施保名册", {"B6": "阿拉营镇"}),
]  # fmt: skip
FOUND = {
    ("total_sums_means", COUNTS, "G77"), ("mean_differs", COUNTS, "G77"), ("mean_above_standard", COUNTS, "G77"),
    ("mean_mixes_classified_aid", COUNTS, "G14"), ("total_mean_differs", COUNTS, "G78"),
    ("households_above_persons", COUNTS, "D15"), ("households_above_persons", COUNTS, "D80"),
    ("mean_above_standard", COUNTS, "G16"),
    ("total_differs", COUNTS, "E81"), ("total_differs", COUNTS, "D81"),
    ("off_by_power_of_ten", LAST_YEAR, "G5"), ("spending_differs", LAST_YEAR, "G6"),
    ("roster_differs", COUNTS, "E4"), ("person_in_two_places", ROSTER, "E6"),
}  # fmt: skip


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = copied_county(tmp_path_factory.mktemp("faults"))
    for period, name, sheet in dict.fromkeys((period, name, sheet) for period, name, sheet, _ in FAULTY):
        own = [cells for *where, cells in FAULTY if where == [period, name, sheet]]
        edit(home, name, sheet, {cell: value for cells in own for cell, value in cells.items()}, period)
    return home


def test_every_fault_is_found_with_its_cell_and_nothing_else(faulty: Path) -> None:
    sheets = read(faulty)
    assert sheets.problems == ()
    found = check(inputs_of(sheets), terms()).problems
    assert {(one.code, one.file.rsplit("/", 1)[1], one.cell) for one in found} == FOUND
    assert not any(re.search("[a-z]_[a-z]", one.found) for one in found)  # categories by their names
    names, numbers = rosters(faulty)
    assert not any(word in one.sentence for word in names | numbers for one in found)


def test_the_fault_by_ten_says_so(faulty: Path) -> None:
    found = check(inputs_of(read(faulty)), terms()).problems
    (sentence,) = [one.sentence for one in found if one.code == "off_by_power_of_ten"]
    assert sentence.startswith("data/raw/2022/救助/人均补差.xlsx「人均补差」 G5：")
    assert (
        "农村低保 1459 人 × 191.00 元 × 12 个月为 334.40 万元，印出的支出为 3,345.00 万元，印出的约为它的 10 倍"
        in sentence
    )


def test_a_run_stops_on_them_and_tells_them_all(faulty: Path, tmp_path: Path) -> None:
    place = Place(faulty, "示例县", copied_rules(tmp_path))
    report = load_catalogue().report("assistance")
    parameters = check_parameters(report, period="2023-03", as_of="2023-04-30")
    assert len(assistance_problems(place, parameters)) == len(FOUND)


def test_an_accepted_fault_is_listed_with_its_reason(tmp_path: Path) -> None:
    home = copied_county(tmp_path)
    edit(home, LAST_YEAR, "人均补差", {"G6": 2.5}, "2022")
    accept(home, "2022", file=LAST_YEAR, sheet="人均补差", cell="G6", says="2.5")
    checks = check(inputs_of(read(home)), terms())
    assert checks.problems == ()
    assert checks.counts[["faults", "accepted"]].sum().tolist() == [1, 1]
    assert checks.accepted[["where", "why", "who"]].to_numpy().tolist() == [
        ["data/raw/2022/救助/人均补差.xlsx「人均补差」G6", "已核实", "县民政局"]
    ]
    assert "发现1处差错，其中1处经核实按原表采用" in briefing.checks_sentence(checks)


# ── the tables ──


def test_shipped_sheets_have_no_fault_and_every_row_was_looked_at() -> None:
    assert CHECKS.problems == ()
    rows, totals = len(SHIPPED.headcounts), len(SHIPPED.totals)
    assert CHECKS.counts["rows"].tolist()[:4] == [rows + totals] * 3 + [totals]
    assert CHECKS.counts["faults"].sum() == 0


def test_sums_of_every_table_are_those_of_the_single_rows() -> None:
    """Township × category × month is the ground; category, township, month, arrears and steps add up to it."""
    single = YEAR.compared
    raised = int(single["increase_by_household_fen"].sum())
    assert len(single) == 12 * single[["township", "category"]].drop_duplicates().shape[0]
    for table in (TABLES.by_category.iloc[:-1], TABLES.by_township, TABLES.by_month.iloc[:-1], TABLES.every_row):
        assert table["increase_by_household_fen"].sum() == raised
        assert table["need_by_mean_fen"].sum() == single["need_by_mean_fen"].sum()
    assert TABLES.by_category.iloc[-1]["increase_by_household_fen"] == raised
    whole = TABLES.arrears.iloc[-1]
    assert whole["arrears_household_fen"] + whole["current_household_fen"] == whole["total_household_fen"] == raised
    steps = TABLES.steps.set_index("step")["amount_fen"]
    assert steps["raise"].sum() + steps["newly_eligible"] == raised
    assert steps["before"] + raised + steps["classified"] == steps["after"]


def test_the_raise_by_heads_is_persons_times_the_raise() -> None:
    rates = terms().rates.set_index(["category", "month"])["delta_fen"]
    rows = YEAR.counts.set_index(["category", "month"])
    # March's persons stand for April to December
    assert TABLES.by_category.iloc[-1]["increase_by_headcount_fen"] == (rows["persons"] * rates.loc[rows.index]).sum()


def test_the_spread_is_that_of_the_sums() -> None:
    row = TABLES.by_category.iloc[-1]
    needs = [row[f"need_by_{method}_fen"] for method in ("headcount", "household", "mean")]
    assert row["need_spread_fen"] == max(needs) - min(needs)


def test_payers_bear_the_year_with_classified_aid_to_the_fen() -> None:
    need = TABLES.by_category.iloc[-1]["need_by_household_fen"]
    aid = TABLES.classified.iloc[-1]["year_fen"]
    assert TABLES.gap.iloc[-1]["due_fen"] == need + aid == TABLES.funding["total_fen"].sum()
    # 120 + 70 + 12.5 + 45 = 247.5 万元 by the end of March
    assert TABLES.gap.iloc[-1]["appropriated_fen"] == 2_475_000_00
    assert TABLES.gap.iloc[-1]["gap_fen"] == need + aid - 2_475_000_00
    assert set(TABLES.funding["中央_share"]) == {Decimal("0.55")}


def test_months_paid_at_the_old_rate_are_owed() -> None:
    assert YEAR.last_old_month == "2023-03"
    assert TABLES.by_month["state"].tolist() == ["须补发"] * 3 + ["按新标准"] * 9 + [""]
    owed = TABLES.by_month.iloc[:3]["increase_by_household_fen"].sum()
    assert owed == TABLES.arrears.iloc[-1]["arrears_household_fen"]


def test_standards_carry_both_years_and_both_citations() -> None:
    row = TABLES.standards.set_index("title").loc["农村低保"]
    assert row[["old_fen", "new_fen", "delta_fen", "how"]].tolist() == [38500, 42000, 3500, "按户补差"]
    assert (row["old_source"], row["new_source"]) == (
        "凤政函〔2023〕43号 一（一）所载2022年标准", "凤政函〔2023〕43号 一（一）",
    )  # fmt: skip
    assert TABLES.findings.loc[TABLES.findings["outcome"] != "agrees", ["on", "word"]].to_numpy().tolist() == [
        ["2023-01-01", "不符"],  # 集中供养 800 below 城市分散 845
        ["2022-12-31", "取整后相符"],  # 385 × 1.3 = 500.5, printed 500
    ]


def test_a_payment_list_that_differs_from_the_rule_is_told() -> None:
    told = briefing.notes(terms().book, terms().rates, SHIPPED.excluded, "2023-02", terms().period.end)
    assert [one for one in told if "发到 2023-02，规则推定为 2023-03" in one] != []
    same = briefing.notes(terms().book, terms().rates, SHIPPED.excluded, "2023-03", terms().period.end)
    assert len(same) == len(told) - 1
    early = briefing.notes(terms().book, terms().rates, SHIPPED.excluded, "2023-02", parse_period("2023-02").end)
    assert [one for one in early if "还没有印发" in one] != []  # the document is of March 24


def test_the_waterfall_ends_where_the_steps_end() -> None:
    figure = increase_waterfall(TABLES.steps, "示例", "示例")
    bars = [(bar.get_x(), bar.get_width()) for bar in figure.axes[0].patches]
    ends = [left + width for left, width in bars]
    assert [left for left, _ in bars[1:-1]] == pytest.approx(ends[:-2])  # each begins where the one before ends
    assert bars[-1] == pytest.approx((0, ends[-2]))
    texts = [text.get_text() for text in texts_of(figure)]
    assert {"农村低保提标", "新纳入家庭", "全年增支合计"} <= set(texts)


# ── a whole run ──


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = copied_county(tmp_path_factory.mktemp("place"))
    copied_rules(home)
    (home / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    assert main(["run", "assistance", "2023-03", "--home", str(home)]) == 0
    return home


def texts_in(path: Path) -> list[str]:
    """The text of a file, or of every part of a packed one, as it stands and without its tags."""
    raw = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            raw += [packed.read(name) for name in packed.namelist()]
    texts = [one.decode("utf-8", errors="ignore") for one in raw]
    return [*texts, *(re.sub(r"<[^>]*>", "", text) for text in texts)]


def test_nobody_of_the_rosters_is_in_any_output(published: Path) -> None:
    names, numbers = rosters(published)
    words = re.compile("|".join(map(re.escape, sorted(names | numbers))))
    files = [path for folder in ("reports", "data/processed") for path in (published / folder).rglob("*")]
    files = [path for path in files if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".xlsx", ".docx", ".csv", ".ipynb", ".json", ".png", ".svg"}
    assert [(path.name, found[0]) for path in files for text in texts_in(path) if (found := words.search(text))] == []


def test_the_search_would_find_somebody(published: Path) -> None:
    names, numbers = rosters(published)
    books = [book_of(published, ROSTER, period) for period in PERIODS[1:]]
    text = "".join(text for book in books for text in texts_in(book))
    assert all(word in text for word in names | numbers)


def test_every_row_of_the_csv_leads_to_a_cell_and_both_articles(published: Path) -> None:
    folder = published / "reports" / "2023-03" / "assistance"
    with (folder / "assistance.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(YEAR.compared)
    assert {bool(row["source_cell"]) for row in rows} == {True}
    assert all("新标准：" in row["rule_source"] and "旧标准：" in row["rule_source"] for row in rows)
    total = sum(Decimal(row["increase_by_household_yuan"]) for row in rows)
    assert total * 100 == int(YEAR.compared["increase_by_household_fen"].sum())


def test_workbooks_hold_every_table_and_every_row(published: Path) -> None:
    folder = published / "reports" / "2023-03" / "assistance"
    tabs = {grid.name for grid in read_grid(folder / "assistance.xlsx").grids}
    assert {"分类别全年", "须补发和以后各月", "到位和缺口", "救助保障标准", "文件自身核对", "逐项核对"} <= tabs
    detail = read_grid(folder / "detail.xlsx").grids[0]
    assert len([row for row in detail.rows if re.fullmatch(r"2023-\d\d", str(row[2]))]) == len(YEAR.compared)


def test_the_committed_notebook_shows_nobody() -> None:
    names, numbers = rosters(ROOT)
    text = (ROOT / "notebooks" / "assistance.ipynb").read_text(encoding="utf-8")
    assert not any(word in text for word in names | numbers)


# ── blank sheets ──


def test_blank_sheets_filled_in_are_read_without_a_question(published: Path, tmp_path: Path) -> None:
    """The committed March workbooks' figures, entered into blank sheets, give the same tables."""
    place = Place(published, "示例县", published / "rules")
    (forms,) = forms_of_assistance(place, parse_period("2023-03")).values()
    home = copied_county(tmp_path)
    folder = book_of(home, COUNTS).parent
    blank = {path.name: path for path in write_forms(forms, tmp_path / "blank")}
    assert set(blank) == {COUNTS, ROSTER, "资金.xlsx"}
    for name, path in blank.items():
        fill(path, ROOT / folder.relative_to(home) / name)
        shutil.copy(path, folder / name)
    filled = read(home)
    assert [one.sentence for one in filled.problems] == []
    again = finished_tables(measure(inputs_of(filled), terms()), terms(), check(inputs_of(filled), terms()))
    pd.testing.assert_frame_equal(again["by_township"], TABLES.by_township)
    pd.testing.assert_frame_equal(again["gap"], TABLES.gap)


def fill(path: Path, original: Path) -> None:
    """Enter an original's rows into a blank workbook, column by heading, and mark it as made up."""
    book = openpyxl.load_workbook(path)
    for page, grid in zip(book.worksheets, read_sheets(original, book.sheetnames), strict=True):
        top = next(row[0].row for row in page.iter_rows() if row[0].value == grid[0][0] or row[1].value == grid[0][1])
        columns = {page.cell(top, at).value: at for at in range(1, page.max_column + 1)}
        for place, row in enumerate(grid[1:], top + 1):
            for heading, value in zip(grid[0], row, strict=True):
                if heading in columns:
                    page.cell(place, columns[heading]).value = value
        day = next(cell for row in page.iter_rows() for cell in row if cell.value == "报出日期：")
        page.cell(day.row, day.column + 1).value = "2023-04-05"
        page["A1"].value = f"{page['A1'].value}（示例数据）"
    book.save(path)


def read_sheets(original: Path, titles: list[str]) -> list[list[list[object]]]:
    """Headings (as the blank sheet writes them) and rows of an original's sheets, in the order of the titles."""
    grids = {str(grid.rows[0][0]): grid for grid in read_grid(original).grids}
    found = []
    for title in titles:
        (grid,) = [grid for words, grid in grids.items() if title in words]
        headings = [str(cell).replace("（", "(").replace("）", ")") for cell in grid.rows[2]]
        body = [row for row in grid.rows[3:] if isinstance(row[0], float)]
        found.append([headings[1:], *[row[1:] for row in body]])
    return found


def test_periods_of_the_county_are_committed() -> None:
    assert [(ROOT / "data" / "raw" / period / "救助").is_dir() for period in PERIODS] == [True] * 4
    assert terms().tolerance == Fraction(1, 20)
