"""Medical fund sheets in: money in whole fen, five kinds of nothing, every slip told with its cell, nothing lost."""

from datetime import date
from pathlib import Path

import pytest
from intake_books import write_xlsx

from fhdata.intake.fund_sheets import FundSheets, read_fund_sheets
from fhdata.intake.topics import FUND, is_for_indicators, topics_of
from fhdata.periods import parse_period

DAY = "报出日期：2023-02-08"
Rows = list[list[object]]
ROSTER_HEAD = [
    "序号", "机构编码", "机构名称", "类别", "级别", "医共体成员", "DIP机构", "参加考评", "考评得分", "起始月", "终止月",
]  # fmt: skip
HOSPITAL = [1, "SL1", "示例一医院", "县级医院", "县级", "是", "是", "是", 91.25, "2023-01"]
CLINIC = [2, "SL2", "示例一卫生院", "乡镇卫生院", "乡镇级", "是", "否", "是", 90, "2023-01"]
PHARMACY = [3, "SL3", "示例一药店", "定点药店", "—", "否", "否", "否", "", "2023-01"]


def sheet(kind: str, head: list[object], *rows: list[object], unit: str = "单位：元", released: str = DAY) -> Rows:
    return [[f"2023年1月{kind}表（示例数据）"], ["填报部门：县医保局", unit], head, *rows, [released]]


def income(*rows: list[object], unit: str = "单位：元") -> Rows:
    return sheet("城乡居民医保基金收支", ["序号", "项目", "时段", "金额", "状态", "说明"], *rows, unit=unit)


def roster(*rows: list[object]) -> Rows:
    return sheet("医疗机构名册", ROSTER_HEAD, *rows)


def platform(*rows: list[object], unit: str = "单位：元") -> Rows:
    head: list[object] = ["序号", "机构编码", "机构名称", "结算类别", "结算笔数", "医疗费总额", "统筹基金支付"]
    return sheet("平台合计", head, *rows, unit=unit)


PLAIN_INCOME = income([1, "基金实际收入", "本月", 1234567.89, "决算数"])
PLAIN_PLATFORM = platform([1, "SL1", "示例一医院", "住院", 12, "1,234.50", 800.5])


def place(home: Path, name: str, rows: Rows, period: str = "2023-01") -> None:
    write_xlsx(home / "data" / "raw" / period / "医保" / f"{name}.xlsx", rows)


def read(home: Path, period: str = "2023-01", as_of: date = date(2023, 2, 28)) -> FundSheets:
    return read_fund_sheets(home / "data" / "raw", home=home, period=parse_period(period), as_of=as_of)


def said(home: Path, period: str = "2023-01", as_of: date = date(2023, 2, 28)) -> list[str]:
    problems = read(home, period, as_of).problems
    return [one.sentence.removeprefix("data/raw/2023-01/医保/") for one in problems]


@pytest.fixture
def fund(tmp_path: Path) -> Path:
    place(tmp_path, "名册", roster(HOSPITAL, CLINIC, PHARMACY))
    place(tmp_path, "收支", PLAIN_INCOME)
    place(tmp_path, "平台", PLAIN_PLATFORM)
    return tmp_path


def test_topic_belongs_to_this_reader_and_not_to_indicators() -> None:
    assert topics_of(FUND) == {"医保"}
    assert not is_for_indicators("医保")


def test_sheets_become_frames_with_fen_and_cells(fund: Path) -> None:
    sheets = read(fund)
    assert sheets.problems == ()
    first = sheets.items.iloc[0]
    assert (first["item"], first["month"], first["status"]) == ("income_received", "2023-01", "final")
    assert first["amount_fen"] == 123_456_789
    assert first["source_file"] == "data/raw/2023-01/医保/收支.xlsx"
    assert (first["source_sheet"], first["source_cell"], first["released"]) == ("表", "D4", "2023-02-08")
    row = sheets.platform.iloc[0]
    assert (row["records"], row["medfee_fen"], row["hifp_fen"]) == (12, 123_450, 80_050)
    hospital, clinic, pharmacy = sheets.institutions.to_dict("records")
    assert (hospital["kind"], hospital["level"], hospital["score"]) == ("hospital", "county", 912_500)
    assert (clinic["is_member"], clinic["is_dip"], clinic["is_scored"]) == (True, False, True)
    assert (pharmacy["level"], pharmacy["score"], pharmacy["score_status"]) == ("", 0, "not_handed_in")
    assert sheets.is_example
    for frame in (sheets.items, sheets.platform, sheets.penalties, sheets.prepayments, sheets.institutions):
        assert not [name for name in frame.columns if frame[name].dtype.kind == "f"]


@pytest.mark.parametrize(
    ("unit", "written", "fen"),
    [
        ("单位：万元", 36000, 36_000_000_000),  # 36,000 万元 = 360,000,000 元
        ("单位：万元", "3,612.512345", 3_612_512_345),  # 3,612.512345 万元 = 36,125,123.45 元
        ("单位：元", "１,２３４.５", 123_450),
        ("单位：元", "12万元", 12_000_000),  # the cell's own unit counts: 120,000 元
        ("单位：元", 0.1 + 0.2, 30),  # what a formula left in the sheet: 0.30000000000000004 is 0.30 元
        ("单位：元", 0, 0),
    ],
)
def test_an_amount_is_exact_in_the_unit_that_is_written(fund: Path, unit: str, written: object, fen: int) -> None:
    place(fund, "收支", income([1, "基金实际收入", "本月", written, "决算数"], unit=unit))
    assert said(fund) == []
    assert read(fund).items["amount_fen"].tolist() == [fen]


def test_blank_and_four_words_for_nothing_stay_apart_from_zero(fund: Path) -> None:
    words = ["", "无", "未报", "未发布", "不适用"]
    items = ["精神病人治疗费用", "大病保险上解", "精神病治疗专项结余退回", "DIP基金预算", "分配额度"]
    spans = ["本月", "本月", "本月", "全年", "全年"]
    rows = [[2, item, span, word, "决算数"] for item, span, word in zip(items, spans, words, strict=True)]
    place(fund, "收支", income([1, "基金实际收入", "本月", 0, "决算数"], *rows))
    sheets = read(fund)
    assert sheets.problems == ()
    assert sheets.items["amount_fen"].tolist() == [0]
    assert sheets.blanks["status"].tolist() == ["empty", "nil", "not_reported", "not_due", "not_applicable"]
    assert sheets.blanks["source_cell"].tolist() == ["D5", "D6", "D7", "D8", "D9"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["基金实际收入", "本月", -5, "决算数"], "D4：金额是 -5.00 元，不得为负，请改正。"),
        (["基金实际收入", "本月", 1.005, "决算数"], "D4：金额写的是“1.005”（元），应为数字，最细到分，请改正。"),
        (["基金实际收入", "本月", "约五万", "决算数"], "D4：金额写的是“约五万”，应为数字，最细到分，请改正。"),
        (["基金实际收入", "本月", "5 吨", "决算数"], "D4："),
        (["基金收入", "本月", 5, "决算数"], "B4：没有项目“基金收入”，最接近的是"),
        (["基金收入预算", "本月", 5, "预算数"], "C4：“基金收入预算”的时段写的是“本月”，只能是全年，请改正。"),
        (["基金实际收入", "本季", 5, "决算数"], "C4：时段写的是“本季”，只能是本月、全年，请改正。"),
        (["基金实际收入", "本月", 5, "快报"], "E4：状态写的是“快报”，只能是决算数、初步数，请改正。"),
    ],
)  # fmt: skip
def test_one_sentence_for_each_slip_of_income(fund: Path, rows: list[object], sentence: str) -> None:
    place(fund, "收支", income([1, *rows]))
    found = said(fund)
    assert len(found) == 1
    assert found[0].startswith(f"收支.xlsx「表」 {sentence}")


def test_an_item_twice_a_missing_unit_and_a_missing_day_are_told_together(fund: Path) -> None:
    row = [1, "基金实际收入", "本月", 5, "决算数"]
    rows = income(row, row, unit="")
    place(fund, "收支", [*rows[:-1], ["填报人：（示例）"]])
    assert said(fund) == [
        "收支.xlsx「表」：不知道何时报出，表内写“报出日期：2023-04-02”，或记在 received.csv 里，请补上。",
        "收支.xlsx「表」：没有写金额单位，表头以上应写“单位：元”或“单位：万元”，请补上。",
        "收支.xlsx「表」 B5：与 B4 是同一内容，只能有一行，请改正。",
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["SL9", "示例九医院", "住院", 1, 2, 1], "B4：名册里没有机构“SL9”（示例九医院），最接近的是"),
        (["SL1", "示例二医院", "住院", 1, 2, 1], "C4：编码“SL1”的名称写的是“示例二医院”，名册上是“示例一医院”，"),
        (["SL1", "示例一医院", "急诊", 1, 2, 1], "D4：结算类别写的是“急诊”，只能是门诊、住院、双通道药、定点药店，"),
        (["SL1", "示例一医院", "住院", 1.5, 2, 1], "E4：写的是“1.5”，应为不小于 0 的整数，请改正。"),
    ],
)  # fmt: skip
def test_one_sentence_for_each_slip_of_the_platform(fund: Path, row: list[object], sentence: str) -> None:
    place(fund, "平台", platform([1, *row]))
    found = said(fund)
    assert len(found) == 1
    assert found[0].startswith(f"平台.xlsx「表」 {sentence}")


@pytest.mark.parametrize(
    ("column", "written", "sentence"),
    [
        (3, "诊所", "名册.xlsx「表」 D4：类别写的是“诊所”，只能是"),
        (4, "三级", "名册.xlsx「表」 E4：级别写的是“三级”，只能是县级、乡镇级、—，请改正。"),
        (5, "", "名册.xlsx「表」 F4：医共体成员写的是“”，只能是是、否，请改正。"),
        (8, 100.5, "名册.xlsx「表」 I4：考评得分写的是“100.5”，应为 0 至 100 的数，最多四位小数，没有的空着，请改正。"),
        (8, 91.12345, "名册.xlsx「表」 I4：考评得分写的是“91.12345”，"),
        (9, "2023年1月", "名册.xlsx「表」 J4：月份写的是“2023年1月”，应写成 2023-01，请改正。"),
    ],
)
def test_one_sentence_for_each_slip_of_the_roster(fund: Path, column: int, written: object, sentence: str) -> None:
    row: list[object] = [*HOSPITAL[:column], written, *HOSPITAL[column + 1 :]]
    place(fund, "名册", roster(row, CLINIC))
    assert any(one.startswith(sentence) for one in said(fund))


def test_an_institution_that_changes_its_level_within_the_year_is_told_with_both_cells(fund: Path) -> None:
    raised: list[object] = [*CLINIC[:4], "县级", *CLINIC[5:]]
    place(
        fund, "名册", sheet("医疗机构名册", ROSTER_HEAD, HOSPITAL, raised, released="报出日期：2023-03-08"), "2023-02"
    )
    title = fund / "data" / "raw" / "2023-02" / "医保" / "名册.xlsx"
    rows = sheet("医疗机构名册", ROSTER_HEAD, HOSPITAL, raised, released="报出日期：2023-03-08")
    write_xlsx(title, [["2023年2月医疗机构名册表（示例数据）"], *rows[1:]])
    place(fund, "收支", [["2023年2月基金收支表"], *PLAIN_INCOME[1:]], "2023-02")
    place(fund, "平台", [["2023年2月平台合计表"], *PLAIN_PLATFORM[1:]], "2023-02")
    found = read(fund, "2023-02", date(2023, 3, 31)).problems
    assert [one.code for one in found] == ["level_changed"]
    assert found[0].sentence.startswith(
        "data/raw/2023-02/医保/名册.xlsx「表」 B5：“示例一卫生院”（SL2）的级别与 "
        "data/raw/2023-01/医保/名册.xlsx「表」B5 不同，年中变了级别"
    )


def test_an_institution_outside_its_months_and_one_listed_twice(fund: Path) -> None:
    place(fund, "名册", roster([*HOSPITAL[:9], "2023-02"], CLINIC, [*CLINIC, "2023-06"]))
    assert said(fund) == [
        "名册.xlsx「表」 B6：机构“SL2”与 B5 的月份重叠，同一月份只能有一行，请改正起止月。",
        "平台.xlsx「表」 B4：机构“SL1”（示例一医院）2023-01 不在名册的起止月份之内，请核对名册。",
    ]


def test_the_same_penalty_in_two_months_is_told_and_prepayments_keep_their_blanks(fund: Path) -> None:
    head: list[object] = ["序号", "机构编码", "机构名称", "文号", "扣减金额", "事由"]
    row: list[object] = [1, "SL1", "示例一医院", "示例处〔2023〕1号", 15000, "示例"]
    place(fund, "扣款", sheet("违规扣款", head, row))
    paid: list[object] = ["序号", "机构编码", "机构名称", "申报金额", "预付金额"]
    place(
        fund, "预付", sheet("预付申报", paid, [1, "SL1", "示例一医院", 1000, 950], [2, "SL2", "示例一卫生院", 100, ""])
    )
    sheets = read(fund)
    assert sheets.problems == ()
    assert sheets.penalties[["institution", "amount_fen"]].to_numpy().tolist() == [["SL1", 1_500_000]]
    assert sheets.prepayments[["declared_fen", "paid_fen"]].to_numpy().tolist() == [[100_000, 95_000], [10_000, 0]]
    assert sheets.blanks[["institution", "what", "status"]].to_numpy().tolist() == [["SL2", "paid", "empty"]]
    again = sheet("违规扣款", head, row)
    place(fund, "扣款", [["2023年2月违规扣款表"], *again[1:]], "2023-02")
    place(fund, "收支", [["2023年2月基金收支表"], *PLAIN_INCOME[1:]], "2023-02")
    place(fund, "平台", [["2023年2月平台合计表"], *PLAIN_PLATFORM[1:]], "2023-02")
    found = read(fund, "2023-02", date(2023, 3, 31)).problems
    assert [one.code for one in found] == ["duplicate"]
    assert "“示例处〔2023〕1号”对机构“SL1”的扣款已列在 data/raw/2023-01/医保/扣款.xlsx「表」E4" in found[0].sentence


def test_a_correction_counts_from_its_day_on(fund: Path) -> None:
    corrected = income([1, "基金实际收入", "本月", 7, "决算数"])
    place(fund, "收支（更正）", [*corrected[:-1], ["报出日期：2023-03-15"]])
    before, after = read(fund), read(fund, as_of=date(2023, 3, 31))
    assert (before.items["amount_fen"].tolist(), after.items["amount_fen"].tolist()) == ([123_456_789], [700])
    assert before.excluded["reason"].tolist() == ["报出日期晚于 2023-02-28"]
    assert after.excluded["file"].tolist() == ["data/raw/2023-01/医保/收支.xlsx"]


def test_a_missing_month_and_a_missing_roster_are_told(tmp_path: Path) -> None:
    place(tmp_path, "收支", [["2023年2月基金收支表"], *PLAIN_INCOME[1:]], "2023-02")
    assert said(tmp_path, "2023-02", date(2023, 3, 31)) == [
        "2023-01 没有基金收支表，请放进 data/raw/2023-01/医保/。",
        "2023-01 没有平台合计表，请放进 data/raw/2023-01/医保/。",
        "2023-02 没有平台合计表，请放进 data/raw/2023-02/医保/。",
        "2023 年没有医疗机构名册，请放进 data/raw/2023-02/医保/。",
    ]


def test_a_year_in_progress_names_the_months_to_come_and_asks_for_scores(fund: Path) -> None:
    assert read(fund, "2023").missing_months == tuple(f"2023-{month:02d}" for month in range(2, 13))
    assert said(fund, "2023") == []
    place(fund, "名册", roster([*HOSPITAL[:8], "", "2023-01"], CLINIC, PHARMACY))
    assert said(fund) == []
    assert said(fund, "2023") == [
        "名册.xlsx「表」 B4：“示例一医院”（SL1）参加考评而没有考评得分，空着不当 0 分，请补报得分，或改为不参加考评。"
    ]


def test_claims_are_left_to_their_reader_and_strange_files_are_told(fund: Path) -> None:
    folder = fund / "data" / "raw" / "2023-01" / "医保"
    (folder / "结算明细.csv").write_text("setl_id\n", encoding="utf-8")
    (folder / "结算明细.parquet").write_bytes(b"PAR1")
    (folder / "说明.docx").write_bytes(b"PK")
    assert said(fund) == [
        "说明.docx：文件类型是“.docx”，没有读，医保文件夹里只放 .xlsx、.xls、.csv、.parquet，请另存或移走。"
    ]
