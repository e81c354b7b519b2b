"""Checks across figures: sums, months against cumulatives, growth against levels, magnitudes, limits, duplicates."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from broken_books import HEAD, INDICATORS, NAMES, SIGNED, TITLE, sheet
from intake_books import Rows, names, sign_off, write_xlsx

from fhdata.intake.checks import check
from fhdata.intake.limits import limits_of, no_ranges
from fhdata.intake.numbers import finest_digit, last_digit
from fhdata.intake.observations import Intake, read_observations
from fhdata.intake.timeline import timeline

LATER = date(2023, 12, 31)
TOWNS = (["2023年3月收入（示例数据）"], ["单位：亿元"], ["乡镇", "1-3月"])
ACCEPT = (
    '[[accept]]\nfile = "月报.xlsx"\nsheet = "表"\ncell = "{cell}"\nsays = "{says}"\n'
    'why = "示例"\nwho = "甲"\nwhen = 2023-04-09\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "raw" / "2023-03" / "统计"


def _read(folder: Path, as_of: date = LATER, ranges: pd.DataFrame | None = None) -> Intake:
    home = folder.parents[3]
    return read_observations(home / "data" / "raw", INDICATORS, NAMES, home, as_of, area="示例县", ranges=ranges)


def _codes(intake: Intake) -> list[tuple[str, str]]:
    return [(one.code, one.cell) for one in intake.problems]


def _notes(intake: Intake) -> list[tuple[str, str]]:
    return list(intake.notes[["kind", "cell"]].itertuples(index=False, name=None))


def _two_columns(folder: Path, name: str, values: list[object], columns: list[str]) -> Intake:
    sheet(folder, [name, "亿元", *values], header=(TITLE, ["指标", "计量单位", *columns]))
    return _read(folder)


def test_total_row_stands_for_the_whole_place_and_equals_its_parts(folder: Path) -> None:
    sheet(folder, ["甲镇", 1.5], ["乙镇", 2.5], ["合 计", 4.0], header=TOWNS)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == ([], [])
    assert dict(zip(intake.observations["area"], intake.observations["value"], strict=True)) == {
        "甲镇": 1.5,
        "乙镇": 2.5,
        "示例县": 4.0,
    }


@pytest.mark.parametrize(
    ("total", "problems", "notes"),
    [
        (4.0, [], []),  # 1.5 + 2.5
        (4.1, [], [("rounding", "B6")]),  # one step of the last digit apart
        (3.9, [], [("rounding", "B6")]),
        (4.2, [("sum_differs", "B6")], []),
        (40.0, [("sum_differs", "B6")], []),
    ],
)
def test_one_last_digit_between_total_and_parts_is_told_and_more_stops(
    folder: Path, total: float, problems: list, notes: list
) -> None:
    sheet(folder, ["甲镇", 1.5], ["乙镇", 2.5], ["合计", total], header=TOWNS)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == (problems, notes)


def test_subtotals_stand_above_or_below_their_parts_and_are_left_out(folder: Path) -> None:
    """东部 2 + 3 = 5 stands below its parts, 西部 4 + 6 = 10 below its own; 合计 15 counts each part once."""
    rows = [["甲镇", 2], ["乙镇", 3], ["东部小计", 5], ["丙镇", 4], ["丁镇", 6], ["西部小计", 10], ["合计", 15]]
    sheet(folder, *rows, header=TOWNS)
    intake = _read(folder)
    assert _codes(intake) == []
    assert sorted(intake.observations["area"]) == ["丁镇", "丙镇", "乙镇", "甲镇", "示例县"]
    assert dict(zip(intake.excluded["reason"], intake.excluded["cells"], strict=True)) == {"小计行，只用来核对": 2}
    above = [["合计", 15], ["东部小计", 5], ["甲镇", 2], ["乙镇", 3], ["西部小计", 10], ["丙镇", 4], ["丁镇", 6]]
    sheet(folder, *above, header=TOWNS)
    assert _codes(_read(folder)) == []
    wrong = [row if row[0] != "西部小计" else ["西部小计", 12] for row in above]
    sheet(folder, *wrong, header=TOWNS)
    assert _codes(_read(folder)) == [("sum_differs", "B8")]


def test_part_without_a_number_leaves_the_total_unchecked_and_rows_of_which_are_no_parts(folder: Path) -> None:
    sheet(folder, ["甲镇", 1.5], ["乙镇", "未报"], ["合计", 4.0], header=TOWNS)
    assert _notes(_read(folder)) == [("unchecked_total", "B6")]
    sheet(folder, ["甲镇", 1.5], ["其中：园区", 1.0], ["乙镇", 2.5], ["合计", 4.0], header=TOWNS)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == ([], [])


FUNDS = ["收入", "亿元", 3], ["零售额", "亿元", 2]


@pytest.mark.parametrize(
    ("rows", "problems", "notes"),
    [
        ([*FUNDS, ["合计", "亿元", 5]], [], []),  # 3 + 2
        ([["合计", "亿元", 5], *FUNDS], [], []),
        ([*FUNDS, ["合计（亿元）", "", 5]], [], []),
        ([*FUNDS, ["合计", "亿元", 7]], [("sum_differs", "C5")], []),
        ([*FUNDS, ["合计", "亿元", 0]], [("sum_differs", "C5")], []),
        ([*FUNDS, ["合计", "亿元", 5.1]], [], [("rounding", "C5")]),
        ([*FUNDS, ["合计", "万元", 5]], [], [("unchecked_total", "C5")]),  # no part in 万元
        ([["收入", "亿元", 3], ["小计", "亿元", 3], ["零售额", "亿元", 2], ["小计", "亿元", 2]], [], []),
        ([["收入", "亿元", 3], ["零售额", "亿元", "未统计"], ["合计", "亿元", 3]], [], [("unchecked_total", "C5")]),
    ],
)
def test_total_among_indicators_is_held_against_them_and_is_none(
    folder: Path, rows: list, problems: list, notes: list
) -> None:
    sheet(folder, *rows)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == (problems, notes)
    assert set(intake.observations["indicator"]) <= {"revenue", "retail"}
    assert set(intake.excluded["reason"]) == {"合计、小计行，只用来核对"}


def test_label_that_the_registry_knows_is_an_indicator_whatever_it_ends_with(folder: Path) -> None:
    sheet(folder, ["零售额", "亿元", 2], ["贷款合计", "亿元", 9])
    home = folder.parents[3]
    known = pd.concat([NAMES, names(("贷款合计", "loans"))], ignore_index=True)
    intake = read_observations(home / "data" / "raw", INDICATORS, known, home, LATER, area="示例县")
    assert _codes(intake) == []
    assert intake.observations.set_index("indicator")["value"].to_dict() == {"retail": 2.0, "loans": 9.0}
    assert intake.excluded.empty


def test_total_that_differs_can_be_accepted(folder: Path) -> None:
    sheet(folder, ["甲镇", 1.5], ["乙镇", 2.5], ["合计", 5.0], header=TOWNS)
    (folder / "corrections.toml").write_text(ACCEPT.format(cell="B6", says="5"), encoding="utf-8")
    assert _codes(_read(folder)) == []


@pytest.mark.parametrize(
    ("values", "problems", "notes"),
    [
        ([3.0, 2.0, 5.0], [], []),  # 1-2月 3 + 3月 2 = 5
        ([3.25, 2.0, 5.26], [], [("rounding", "E3")]),
        ([3.0, 2.0, 7.0], [("months_do_not_add", "E3")], []),
    ],
)
def test_single_months_add_to_the_cumulative(folder: Path, values: list, problems: list, notes: list) -> None:
    intake = _two_columns(folder, "收入", values, ["1-2月", "3月", "1-3月"])
    assert (_codes(intake), _notes(intake)) == (problems, notes)


def test_quarters_add_to_the_cumulative_and_the_first_is_the_cumulative(folder: Path) -> None:
    header = (["示例县2023年季度表"], ["指标", "2023年第一季度", "2023年第二季度"])
    sheet(folder, ["总值当季值(亿元)", 2.0, 3.0], ["总值累计值(亿元)", 2.0, 7.0], header=header)
    both = pd.concat([NAMES, NAMES[NAMES["name"] == "总值当季值"].assign(name="总值累计值", span="ytd")])
    home = folder.parents[3]
    intake = read_observations(home / "data" / "raw", INDICATORS, both, home, LATER, area="示例县")
    assert _codes(intake) == [("months_do_not_add", "C4")]  # 2 + 3 is 5, not 7


def test_months_of_different_releases_may_differ_by_a_revision_which_is_told(folder: Path) -> None:
    sheet(folder, ["收入", "亿元", 3.0], header=(TITLE, ["指标", "计量单位", "1-2月"]))
    lines = [TITLE, ["指标", "计量单位", "3月", "1-3月"], ["收入", "亿元", 2.0, 5.5], sign_off(date(2023, 4, 20))]
    write_xlsx(folder / "另报.xlsx", lines)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == ([], [("revised_since", "D3")])


GROWTH = (
    ["示例县2023年3月月报"],
    ["指标", "计量单位", "1-3月完成数", "", "上年同期"],
    ["", "", "绝对值", "增速（%）", ""],
)


@pytest.mark.parametrize(
    ("growth", "notes"),
    [
        (10.0, []),  # 110 / 100 - 1
        (10.9, []),  # levels printed to 1: (110.5 / 99.5 - 1) x 100 = 11.06 is the most
        (12.5, [("growth_gap", "D4")]),
        (-10.0, [("growth_gap", "D4")]),
    ],
)
def test_growth_that_two_levels_do_not_give_is_another_reckoning_and_no_error(
    folder: Path, growth: float, notes: list
) -> None:
    sheet(folder, ["收入", "亿元", 110, growth, 100], header=GROWTH)
    intake = _read(folder)
    assert (_codes(intake), _notes(intake)) == ([], notes)
    assert sorted(intake.observations["value"]) == sorted([110.0, growth, 100.0])  # both facts stay as published


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ([5.0, 5.5], []),
        ([5.0, 39.0], []),  # 7.8 times
        ([5.0, 50.0], [("magnitude_jump", "D3")]),  # the decimal point
        ([5.0, 50_000.0], [("magnitude_jump", "D3")]),  # 万元 for 亿元
        ([50_000.0, 5.0], [("magnitude_jump", "D3")]),
        ([0.0, 5.0], []),  # nothing can be said of a first figure after zero
    ],
)
def test_jump_of_magnitude_is_flagged_unless_accepted(folder: Path, values: list, problems: list) -> None:
    assert _codes(_two_columns(folder, "贷款余额", values, ["2月末", "3月末"])) == problems
    says = str(int(values[1])) if values[1] == int(values[1]) else str(values[1])
    (folder / "corrections.toml").write_text(ACCEPT.format(cell="D3", says=says), encoding="utf-8")
    assert _codes(_read(folder)) == []


def test_cumulative_is_compared_by_its_pace_and_seasons_are_known_from_the_year_before(folder: Path) -> None:
    """1 in January and 9 by June is a pace of 1 and 1.5; 1 and 60 is a jump, but not where last year did the same."""
    columns = ["2023年1月", "2023年1-6月"]
    assert _codes(_two_columns(folder, "收入", [1.0, 9.0], columns)) == []
    assert _codes(_two_columns(folder, "收入", [1.0, 60.0], columns)) == [("magnitude_jump", "D3")]
    both = ["2022年1月", "2022年1-6月", *columns]
    assert _codes(_two_columns(folder, "收入", [1.0, 48.0, 1.0, 60.0], both)) == [("magnitude_jump", "D3")]
    (one,) = _read(folder).problems
    assert "8.0 倍" in one.sentence  # 48 / 6 against 1: the year before has nothing before it to excuse it


def test_revision_by_a_magnitude_is_flagged(folder: Path) -> None:
    sheet(folder, ["收入", "亿元", 5.0])
    write_xlsx(folder / "另报.xlsx", [TITLE, HEAD, ["收入", "亿元", 50.0], sign_off(date(2023, 6, 1))])
    assert _codes(_read(folder)) == [("magnitude_jump", "C3")]
    assert _codes(_read(folder, date(2023, 5, 1))) == []


def test_limits_general_and_the_places_own(folder: Path) -> None:
    sheet(folder, ["收入", "亿元", 110, -120], header=(TITLE, ["指标", "计量单位", "1-3月", "1-3月增速（%）"]))
    assert _codes(_read(folder)) == [("out_of_range", "D3")]  # nothing can fall by more than all of it
    sheet(folder, ["比例", "%", 104.5], ["检测", "次", 3])
    assert _codes(_read(folder)) == []
    own = pd.DataFrame({"indicator": ["rate"], "measure": ["value"], "low": [0.0], "high": [100.0]})
    (one,) = _read(folder, ranges=own).problems
    assert (one.code, one.cell) == ("out_of_range", "C3")
    assert "比例 104.5 %，应不低于 0、不高于 100" in one.sentence


def test_the_places_own_limit_comes_before_the_general_one() -> None:
    own = pd.DataFrame({"indicator": ["tests"], "measure": ["value"], "low": [-5.0], "high": [float("nan")]})
    limits = limits_of(INDICATORS, own).set_index(["indicator", "measure"])
    assert limits.loc[("tests", "value"), "low"] == -5.0
    assert limits.loc[("tests", "value"), "high"] == float("inf")
    assert limits.loc[("tests", "growth"), "low"] == -100.0
    assert limits_of(INDICATORS, no_ranges()).set_index(["indicator", "measure"]).loc[("tests", "value"), "low"] == 0.0


def test_same_number_in_two_sheets_is_one_fact_and_told(folder: Path) -> None:
    sheet(folder, ["收入", "亿元", 5.0], ["检测", "次", 7])
    write_xlsx(folder / "另报.xlsx", [TITLE, HEAD, ["收入", "万元", 50_000], ["检测", "次", 7], SIGNED])
    intake = _read(folder)
    assert len(intake.observations) == 2
    (row,) = intake.notes.to_dict("records")
    assert row["kind"] == "duplicate"
    assert "有 2 个数" in row["text"]


def test_last_digit_in_the_value_s_own_unit() -> None:
    assert last_digit("12,500", 1.25) == pytest.approx(0.0001)  # 1 万元 in 亿元
    assert last_digit("下降8.75%", -8.75) == pytest.approx(0.01)
    assert last_digit("0", 0.0) == 0.0
    assert finest_digit([{"raw_text": "1.25", "value": 1.25}, {"raw_text": "5", "value": 5.0}]) == pytest.approx(0.01)


def test_timeline_orders_series_times_and_releases() -> None:
    rows = [
        ("a", "2023-02", "2023-03-10", 2.0),
        ("a", "2023-01", "2023-04-10", 1.1),
        ("a", "2023-01", "2023-02-10", 1.0),
        ("a", "2023-01-中旬", "2023-02-10", 0.5),
    ]
    frame = pd.DataFrame(rows, columns=["indicator", "period", "released", "value"])
    line = timeline(frame.assign(area="甲", span="ytd", measure="value"))
    ordered = frame["value"].to_numpy()[line.rows].tolist()
    assert [one for one in ordered if one != 0.5] == [1.0, 1.1, 2.0]
    newest = dict(zip(ordered, line.is_newest.tolist(), strict=True))
    assert newest == {1.0: False, 1.1: True, 2.0: True, 0.5: True}
    clock = dict(zip(ordered, line.when.tolist(), strict=True))
    assert clock[2.0] - clock[1.0] == 3  # a month is three 旬
    assert clock[1.0] - clock[0.5] == 1  # 中旬 ends one 旬 before the month


def test_no_observations_are_checked_without_an_accident() -> None:
    empty = _empty_observations()
    checked = check(empty, INDICATORS, pd.DataFrame({"kind": [], "file": [], "sheet": [], "cell": []}))
    assert (checked.problems, checked.notes) == ([], [])


def _empty_observations() -> pd.DataFrame:
    return pd.DataFrame({"indicator": [], "value": []})


def test_hidden_rows_and_columns_are_read_and_told(folder: Path) -> None:
    rows: Rows = [
        TITLE,
        ["指标", "计量单位", "1-2月", "1-3月"],
        ["收入", "亿元", 3.0, 5.0],
        ["检测", "次", 1, 2],
        SIGNED,
    ]
    path = write_xlsx(folder / "月报.xlsx", rows, hidden_rows=(3,), hidden_columns=(2,))
    intake = _read(folder)
    assert path.is_file()
    assert len(intake.observations) == 4
    (row,) = intake.notes.to_dict("records")
    assert (row["kind"], row["text"]) == ("hidden_cells", "表里有隐藏的第 4 行和第 C 列，照样读入")
