"""The fund's reports as whole runs: bad inputs stop them before anything changes, good ones publish and leak nobody."""

import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rule_files import RULES

from fhdata.cli import main
from fhdata.places import open_place
from fhdata.runs.catalogue import load_catalogue
from fhdata.runs.codes import BAD_INPUTS
from fhdata.runs.outputs import files_of, texts_of
from fhdata.runs.parameters import check_parameters
from fhdata.runs.run import exit_code, run_report
from fhdata.runs.wiring import calendar_cutoff

ROOT = Path(__file__).parents[1]
MONTHS = ("2023-01", "2023-02", "2023-03")
CLAIMS = "结算明细（示例数据）.parquet"
OLD = "上一次的好报告"
HEADER = "rule,signed_on,post,document,note"
Break = Callable[[Path], object]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A place of its own with the fund's example data and an earlier report."""
    for month in MONTHS:
        shutil.copytree(ROOT / "data" / "raw" / month / "医保", tmp_path / "data" / "raw" / month / "医保")
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    for report in ("2023-03/fund_monthly", "2023/fund_annual"):
        folder = tmp_path / "reports" / report
        folder.mkdir(parents=True)
        (folder / "old.txt").write_text(OLD, encoding="utf-8")
    return tmp_path


def topic(home: Path, month: str = "2023-03") -> Path:
    return home / "data" / "raw" / month / "医保"


def edit(path: Path, cells: dict[str, object]) -> None:
    """Change cells of a workbook's first sheet."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book.worksheets[0][cell].value = value
    book.save(path)


def cell_of(path: Path, column: int, text: str, wanted: str) -> str:
    """The address in column ``wanted`` of the row whose ``column`` holds the text."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return next(f"{wanted}{row[0].row}" for row in sheet.iter_rows() if row[column].value == text)


def first_claim(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """Change the claims of March as a frame, amounts exact; metadata and types are kept."""

    def broken(home: Path) -> None:
        path = topic(home) / CLAIMS
        table = pq.read_table(path)
        changed = pa.Table.from_pandas(change(table.to_pandas()), schema=table.schema, preserve_index=False)
        pq.write_table(changed.replace_schema_metadata(table.schema.metadata), path)

    return broken


def one(column: str, value: object) -> Break:
    """One plain settlement (the first that is neither refunded nor void) with another value."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        at = rows.index[(rows["refd_setl_flag"] == "0") & (rows["vali_flag"] == "1")][0]
        rows[column] = rows[column].where(rows.index != at, value)
        return rows

    return first_claim(change)


def no_county_hospital(home: Path) -> None:
    path = topic(home) / "医疗机构名册.xlsx"
    edit(path, {cell_of(path, 1, code, "H"): "否" for code in ("H001", "H002")})


def other_level(home: Path) -> None:
    path = topic(home) / "医疗机构名册.xlsx"
    edit(path, {cell_of(path, 1, "C003", "E"): "县级"})


BROKEN: dict[str, tuple[str, Break, str]] = {
    "negative income": (
        "fund_monthly 2023-03",
        lambda home: edit(topic(home) / "基金收支.xlsx", {"D4": -1}),
        "基金收支.xlsx「基金收支」 D4：金额是 -1.00 元，不得为负",
    ),
    # 37,000,000 − 3,700,000 − 33,000,000 − 3,000,000 − 600,000 − 500,000 = −3,800,000 元
    "no budget left": (
        "fund_monthly 2023-03",
        lambda home: edit(
            topic(home, "2023-01") / "基金收支.xlsx",
            {cell_of(topic(home, "2023-01") / "基金收支.xlsx", 1, "纳入DIP支付方式改革的基金预算", "D"): 33_000_000},
        ),
        "预算管控总额为 -3,800,000.00 元，须大于零才能核算和决算",
    ),
    "nobody in a level": ("fund_annual 2023", no_county_hospital, "“分配给县二级医院”有 992,000.00 元，但"),
    "duplicate settlements": (
        "fund_monthly 2023-03",
        first_claim(lambda rows: pd.concat([rows, rows.iloc[[5]]])),
        "：有 2 条记录结算编号重复：示例2023-03-000000005",
    ),
    "claim of another year": ("fund_monthly 2023-03", one("setl_time", datetime(2022, 5, 1)), "2022-05"),  # noqa: DTZ001
    "another insurance": ("fund_monthly 2023-03", one("insutype", "310"), "310"),
    "unbalanced record": ("fund_monthly 2023-03", one("medfee_sumamt", Decimal("999999.00")), "合计与各项之和不平"),
    "missing month": (
        "fund_monthly 2023-03",
        lambda home: shutil.rmtree(topic(home, "2023-02")),
        "2023-02 没有基金收支表，请放进 data/raw/2023-02/医保/",
    ),
    "unknown institution": ("fund_monthly 2023-03", one("fixmedins_code", "X999"), "X999"),
    "level changed in mid-year": (
        "fund_monthly 2023-03",
        other_level,
        "“示例三乡镇卫生院”（C003）的级别与 data/raw/2023-01/医保/医疗机构名册.xlsx「名册」",
    ),
    "a sheet that was never released": (
        "fund_annual 2023",
        lambda home: (topic(home) / "平台合计（更正）.xlsx").unlink(),
        "C004 2023-03 门诊：人次",
    ),
    "a signature for no rule": (
        "fund_annual 2023",
        lambda home: (home / "rules" / "fund_signatures.csv").write_text(
            f"{HEADER}\noverrun.band,2024-01-20,分管副局长,示例签〔2024〕1号,\n", encoding="utf-8"
        ),
        "fund_signatures.csv 第2行 rule：rules/fund.toml里没有“overrun.band”",
    ),
}  # fmt: skip


def old_report_is_there(home: Path, report: str, period: str) -> bool:
    files = files_of(home / "reports" / period / report)
    return [(path.name, path.read_text(encoding="utf-8")) for path in files] == [("old.txt", OLD)]


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_input_is_a_sentence_and_the_old_report_stays(name: str, county: Path) -> None:
    asked, spoil, sentence = BROKEN[name]
    spoil(county)
    report, period = asked.split()
    wanted = load_catalogue().report(report)
    place = open_place(county)
    parameters = check_parameters(report, cutoff=lambda of: calendar_cutoff(place, of), period=period, as_of="")
    outcome = run_report(place, wanted, parameters)
    assert (outcome.state, exit_code([outcome])) == ("inputs", BAD_INPUTS)
    assert [one.sentence for one in outcome.problems if sentence in one.sentence]
    assert old_report_is_there(county, report, period)


def test_the_command_line_says_it_and_ends_with_3(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(topic(county) / "基金收支.xlsx", {"D4": -1})
    shutil.rmtree(topic(county, "2023-02"))
    assert main(["run", "fund_monthly", "2023-03", "--home", str(county)]) == BAD_INPUTS
    said = capsys.readouterr().err
    assert "D4：金额是 -1.00 元，不得为负" in said
    assert "2023-02 没有基金收支表" in said
    assert "Traceback" not in said
    assert old_report_is_there(county, "fund_monthly", "2023-03")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both reports made once from the example data."""
    home = tmp_path_factory.mktemp("county")
    for month in MONTHS:
        shutil.copytree(ROOT / "data" / "raw" / month / "医保", home / "data" / "raw" / month / "医保")
    shutil.copytree(RULES, home / "rules")
    (home / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    assert main(["run", "fund_monthly", "2023-03", "--home", str(home)]) == 0
    assert main(["run", "fund_annual", "2023", "--home", str(home)]) == 0
    return home


def test_two_runs_give_the_same_bytes(published: Path) -> None:
    assert main(["verify", "--rerun", "--home", str(published)]) == 0


def test_no_output_holds_a_person_or_a_settlement(published: Path) -> None:
    numbers = pd.concat([pq.read_table(topic(published, month) / CLAIMS).to_pandas() for month in MONTHS])
    people, settlements = set(numbers["psn_no"]), set(numbers["setl_id"])
    assert len(people) > 5_000
    assert all(one.startswith("示例参保人") for one in people)
    searched = 0
    for path in files_of(published / "reports"):
        for inner, text in texts_of(path):
            searched += 1
            assert "示例参保人" not in text, (path.name, inner)
            assert not any(one in text for one in list(settlements)[:200]), (path.name, inner)
            assert "示例2023-0" not in text, (path.name, inner)  # how every settlement number begins
    assert searched > 40


def test_the_transfer_list_adds_up_to_what_the_lines_say(published: Path) -> None:
    folder = published / "reports" / "2023" / "fund_annual"
    lines = pd.read_csv(folder / "fund_lines.csv", encoding="utf-8-sig", dtype="str").set_index("code")["amount_yuan"]
    transfers = pd.read_csv(folder / "fund_transfers.csv", encoding="utf-8-sig", dtype="str")

    def total(column: str) -> Decimal:
        return sum((Decimal(one) for one in transfers[column]), Decimal(0))

    shared = -Decimal(lines["level.county"]) - Decimal(lines["level.township"])
    assert total("share_yuan") == shared
    assert shared == Decimal("2480000")  # 20% of 12,400,000, as S is above it
    assert total("balance_yuan") == total("due_yuan") - total("prepaid_yuan")
    assert Decimal(lines["level.county"]) == Decimal("-992000")  # 40% of 2,480,000
    assert Decimal(lines["surplus"]) == shared - Decimal(lines["returned"])


def test_a_trial_says_so_everywhere(published: Path) -> None:
    page = (published / "reports" / "2023" / "fund_annual" / "settlement.html").read_text(encoding="utf-8")
    assert "示例县城乡居民医保基金年终决算（试算）" in page
    assert "2023-04 至 2023-12 还没有报来" in page
    assert "凤政办发〔2023〕1号 第十条（二）" in page
    book = openpyxl.load_workbook(published / "reports" / "2023" / "fund_annual" / "confirmations.xlsx")
    notes = [str(cell.value) for row in book["示例一医院结算确认单"].iter_rows() for cell in row]
    assert "试算，不作为确认和拨付的依据。" in notes


def test_every_number_published_leads_to_an_article(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for report, period in (("fund_monthly", "2023-03"), ("fund_annual", "2023")):
        assert main(["trace", report, period, "--home", str(published)]) == 0
        assert "没有来源的 0 个" in capsys.readouterr().out
