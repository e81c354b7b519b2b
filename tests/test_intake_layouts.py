"""Each family of sheets is recognised and read whole; whatever differs is named with its cell."""

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_books import csv_file, grid, sign_off, write_xlsx

from fhdata.intake.grids import Grid, Marks
from fhdata.intake.layouts import load_layouts
from fhdata.intake.raw_cells import COLUMNS, read_raw_cells, read_sheet
from fhdata.periods import Period
from fhdata.problems import ProblemsFound

LAYOUTS = load_layouts()
MARCH = Period(2023, "month", 3)
SOURCE = "数据来源：示例数据"


def _read(sheet: Grid, context: Period | None = None) -> pd.DataFrame:
    cells, problems = read_sheet(sheet, LAYOUTS, context)
    assert [one.sentence for one in problems] == []
    return cells


def _facts(cells: pd.DataFrame, *names: str) -> list[tuple]:
    return list(cells[["source_cell", *names]].itertuples(index=False, name=None))


EXPORT = [
    ["数据库：月度数据"],
    ["时间：最近3个月"],
    ["指标", "2020年3月", "2020年2月", "2019年12月"],
    ["甲增加值同比增长(%)", -1.1, "", 6.9],
    ["甲增加值累计增长(%)", -8.4, -13.5, 5.7],
    ["注：1.第一条说明。"],
    ["　　　2.第二条说明，接着上一行。"],
    [SOURCE],
]


def test_export_with_preamble_newest_first_blank_february_and_footnotes_over_lines() -> None:
    cells = _read(grid(EXPORT))
    assert set(cells["layout"]) == {"nbs_export"}
    assert _facts(cells, "period", "value", "nothing")[:3] == [
        ("B4", "2020-03", -1.1, ""),
        ("C4", "2020-02", pytest.approx(float("nan"), nan_ok=True), "empty"),
        ("D4", "2019-12", 6.9, ""),
    ]
    assert _facts(cells, "period", "value")[4] == ("C5", "2020-02", -13.5)
    assert set(cells["unit_text"]) == {"%"}
    assert "2020-01" not in set(cells["period"])
    assert len(cells) == 6  # 2 rows × 3 months, no footnote among them


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("甲销售价格(元/平方米)", "元/平方米"),
        ("甲价格指数(上年同月=100)", "上年同月=100"),
        ("甲指数(上年同期=100)当季值", "上年同期=100"),
        ("国内甲(不变价)当季值(亿元)", "亿元"),
        ("烟(粉)尘排放量(万吨)", "万吨"),
        ("甲（万人次）", "万人次"),
        ("国内甲(不变价)", ""),
        ("甲(规模以上)", ""),
    ],
)
def test_unit_stands_in_the_last_brackets(label: str, unit: str) -> None:
    cells = _read(grid([["指标", "2023年"], [label, 1.0]]))
    assert set(cells["layout"]) == {"nbs_bare"}
    assert cells["unit_text"].tolist() == [unit]


def test_export_with_a_line_for_the_area() -> None:
    rows = [
        ["数据库：主要城市年度数据"],
        ["地区：甲市"],
        ["时间：最近2年"],
        ["指标", "2019年", "2018年"],
        ["乙(亿元)", 2.5, 2.25],
    ]
    cells = _read(grid(rows))
    assert _facts(cells, "area", "period", "span", "unit_text", "value") == [
        ("B5", "甲市", "2019", "year", "亿元", 2.5),
        ("C5", "甲市", "2018", "year", "亿元", 2.25),
    ]


def test_export_by_area_takes_the_indicator_from_the_preamble(tmp_path: Path) -> None:
    head = "数据库：分省月度数据\n指标：甲指数(上年同月=100)\n时间：2020\n地区,2020年2月,2020年1月\n"
    text = head + '甲省,109.8,110.3\n"注：一，\n二"\n'
    cells, problems = read_raw_cells(csv_file(tmp_path / "甲.csv", text), LAYOUTS)
    assert problems == []
    assert _facts(cells, "series_label", "area", "period", "unit_text", "value") == [
        ("B5", "甲指数(上年同月=100)", "甲省", "2020-02", "上年同月=100", 109.8),
        ("C5", "甲指数(上年同月=100)", "甲省", "2020-01", "上年同月=100", 110.3),
    ]


def test_four_row_header_with_periods_down() -> None:
    rows = [
        ["指标", "甲_累计", "乙指数(上年同期＝100)_当期"],
        ["地区", "全国", "全国"],
        ["频度", "季", "季"],
        ["单位", "亿元", "-"],
        ["2020-02", "", ""],
        ["2020-03", 206504.0, 93.2],
    ]
    cells = _read(grid(rows))
    assert set(cells["layout"]) == {"nbs_four_row_header"}
    assert _facts(cells, "series_label", "area", "period", "unit_text", "value")[2:] == [
        ("B6", "甲_累计", "全国", "2020-03", "亿元", 206504.0),
        ("C6", "乙指数(上年同期＝100)_当期", "全国", "2020-03", "", 93.2),
    ]


def test_periods_down_with_october_written_2016_1() -> None:
    rows = [["时间", "出口（亿美元）"], ["2016.01", "1771.8571"], ["2016.1", "1778.6703 "], ["2016.11", "1935.4645"]]
    cells = _read(grid(rows))
    assert _facts(cells, "period", "unit_text", "value") == [
        ("B2", "2016-01", "亿美元", 1771.8571),
        ("B3", "2016-10", "亿美元", 1778.6703),
        ("B4", "2016-11", "亿美元", 1935.4645),
    ]


def test_provinces_across_take_the_indicator_from_the_sheet() -> None:
    cells = _read(grid([["年份", "北京", "天津"], [1949, 2.77, 4.07], [1950, "", 5.0]], name="甲值"))
    assert set(cells["layout"]) == {"provinces_across"}
    assert _facts(cells, "series_label", "area", "period", "value")[1] == ("C2", "甲值", "天津", "1949", 4.07)


def test_block_table_names_the_indicator_only_on_the_first_row() -> None:
    rows = [["", "", "北京", "天津"], ["甲", "2012", 1.0, 2.0], ["", "2013", 3.0, 4.0], ["乙", "2012", 5.0, 6.0]]
    cells = _read(grid(rows))
    assert set(cells["layout"]) == {"province_blocks"}
    assert _facts(cells, "series_label", "area", "period", "value")[3:5] == [
        ("D3", "甲", "天津", "2013", 4.0),
        ("C4", "乙", "北京", "2012", 5.0),
    ]


def test_provinces_down_with_a_row_of_years_under_the_indicators() -> None:
    cells = _read(grid([["", "甲", "乙"], ["", 2014, 2014], ["北京", 1.5, 2.5]]))
    assert set(cells["layout"]) == {"province_rows"}
    assert _facts(cells, "series_label", "area", "period", "value") == [
        ("B3", "甲", "北京", "2014", 1.5),
        ("C3", "乙", "北京", "2014", 2.5),
    ]


COUNTY = [
    ["示例县2023年3月统计月报"],
    ["填报单位：甲局", "", "单位：万元"],
    ["指标名称", "计量单位", "1-3月完成数", "", "", "3月"],
    ["", "", "绝对值", "增速\n（％）", "进度(%)", "绝对值"],
    ["一、投资", "", "", "", "", ""],
    ["固定资产投资", "万元", "124,769", "下降1.6%", 15.8, 67083],
    ["（一）其中", "", "", "", "", ""],
    ["工业投资", "亿元", 2.5, "持平", "—", ""],
    ["二、旅游", "", "", "", "", ""],
    ["接待游客", "万人次", "363.63*", 17.3, "", "未统计"],
    ["注：1.一条说明。"],
    ["　　2.又一条说明。"],
    [SOURCE],
    ["填报人：（示例）　审核人：（示例）　报出日期：2023年4月8日"],
]
COUNTY_MERGES = ((0, 0, 0, 5), (2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 2, 4))


def test_county_monthly_sheet_with_two_row_merged_header_sections_notes_and_sign_off() -> None:
    cells = _read(grid(COUNTY, marks=Marks(merges=COUNTY_MERGES)))
    assert set(cells["layout"]) == {"county_monthly"}
    assert _facts(cells, "series_label", "unit_text", "period", "span", "measure", "value")[:4] == [
        ("C6", "固定资产投资", "万元", "2023-03", "ytd", "value", 124769.0),
        ("D6", "固定资产投资", "%", "2023-03", "ytd", "growth", -1.6),
        ("E6", "固定资产投资", "%", "2023-03", "ytd", "progress", 15.8),
        ("F6", "固定资产投资", "万元", "2023-03", "", "value", 67083.0),
    ]
    by_cell = cells.set_index("source_cell")
    assert by_cell.loc["D8", "value"] == 0.0  # 持平
    assert by_cell.loc[["E8", "F8", "E10", "F10"], "nothing"].tolist() == ["nil", "empty", "empty", "not_reported"]
    assert (by_cell.loc["C10", "value"], by_cell.loc["C10", "mark"]) == (363.63, "*")
    assert set(cells["released"]) == {"2023-04-08"}
    assert len(cells) == 12  # 3 indicators × 4 columns: sections, notes and signatures are none


def test_county_header_without_merges_reads_the_same() -> None:
    merged = _read(grid(COUNTY, marks=Marks(merges=COUNTY_MERGES)))
    pd.testing.assert_frame_equal(merged, _read(grid(COUNTY)))


def test_county_sheet_read_from_a_file(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "月报.xlsx", COUNTY, merges=["A3:A4", "B3:B4", "C3:E3"])
    cells, problems = read_raw_cells(path, LAYOUTS)
    assert problems == []
    assert cells.drop(columns=["source_file"]).equals(_read(grid(COUNTY)).drop(columns=["source_file"]))


@pytest.mark.parametrize(
    ("upper", "lower", "period", "span", "measure"),
    [
        ("1-2月完成数", "绝对值", "2023-02", "ytd", "value"),
        ("1—3月完成投资", "绝对额", "2023-03", "ytd", "value"),
        ("2022年1-3月完成情况", "绝对数", "2022-03", "ytd", "value"),
        ("上半年完成额", "绝对值", "2023-06", "ytd", "value"),
        ("一季度完成数", "增速(%)", "2023Q1", "", "growth"),
        ("1-3月", "同比增长（%）", "2023-03", "ytd", "growth"),
        ("1-3月", "比上年同期±%", "2023-03", "ytd", "growth"),
        ("1-3月完成投资", "单月完成数", "2023-03", "month", "value"),
        ("1-4月完成投资", "4月完成数", "2023-04", "", "value"),
        ("1-3月", "进度（%）", "2023-03", "ytd", "progress"),
        ("1-3月", "占年度目标%", "2023-03", "ytd", "plan"),
        ("2023年预期", "绝对值", "2023", "year", "plan"),
        ("2023年1-7月预期", "增速（%）", "2023-07", "ytd", "plan"),
        ("2022年", "绝对值", "2022", "year", "value"),
        ("3月末", "余额（亿元）", "2023-03", "stock", "value"),
    ],
)
def test_drifting_header_wording(upper: str, lower: str, period: str, span: str, measure: str) -> None:
    rows = [["示例县2023年统计月报"], ["项目", upper], ["", lower], ["甲(亿元)", 1.5]]
    cells = _read(grid(rows), MARCH)
    assert _facts(cells, "period", "span", "measure") == [("B4", period, span, measure)]


def test_one_row_header_with_this_month_and_the_year_so_far() -> None:
    rows = [
        ["示例县2023年3月主要指标"],
        ["指标", "单位", "本月", "增速（%）", "本月止累计", "累计增长（%）", "上年同期"],
        ["甲", "万元", 10, 1.5, 30, 2.5, 29],
    ]
    cells = _read(grid(rows))
    assert set(cells["layout"]) == {"county_single"}
    assert _facts(cells, "period", "span", "measure", "unit_text") == [
        ("C3", "2023-03", "month", "", "万元"),
        ("D3", "2023-03", "month", "growth", "%"),
        ("E3", "2023-03", "ytd", "", "万元"),
        ("F3", "2023-03", "ytd", "growth", "%"),
        ("G3", "2022-03", "ytd", "", "万元"),
    ]


def test_table_by_town_takes_its_subject_from_the_title() -> None:
    rows = [
        ["2022年乡镇投资完成情况"],
        ["单位：亿元"],
        ["乡镇", "2022年1-2月完成数", ""],
        ["", "绝对值", "增速（%）"],
        ["合计", 3.5, 10.0],
        ["甲镇", 1.5, -2.0],
    ]
    cells = _read(grid(rows))
    assert set(cells["layout"]) == {"county_areas"}
    assert _facts(cells, "series_label", "area", "period", "unit_text", "measure", "value")[2:] == [
        ("B6", "乡镇投资完成情况", "甲镇", "2022-02", "亿元", "value", 1.5),
        ("C6", "乡镇投资完成情况", "甲镇", "2022-02", "%", "growth", -2.0),
    ]


def test_year_missing_in_the_header_comes_from_the_title_before_the_folder() -> None:
    rows = [["示例县2022年统计月报"], ["指标", "1-3月"], ["甲(亿元)", 1.5]]
    assert _read(grid(rows), MARCH)["period"].tolist() == ["2022-03"]
    rows[0] = ["示例县统计月报"]
    assert _read(grid(rows), MARCH)["period"].tolist() == ["2023-03"]


def test_percent_format_is_read_as_the_sheet_shows_it() -> None:
    rows = [["指标", "2023年"], ["甲增速(%)", 0.087]]
    cells = _read(grid(rows, marks=Marks(percents=frozenset({(1, 1)}))))
    assert _facts(cells, "value", "unit_text", "raw_text") == [("B2", 8.7, "%", "8.7%")]


def _codes(sheet: Grid, context: Period | None = None) -> list[tuple[str, str]]:
    _, problems = read_sheet(sheet, LAYOUTS, context)
    return [(one.code, one.cell) for one in problems]


def test_sheet_that_fits_no_layout_names_the_nearest_and_the_cells_that_differ() -> None:
    rows = [["数据库：月度数据"], ["名称", "2020年3月", "2020年2月"], ["甲(%)", 1.0, 2.0]]
    cells, (one,) = read_sheet(grid(rows), LAYOUTS)
    assert one.code == "no_layout"
    assert "国家统计局数据库导出表" in one.found
    assert "A2 写的是“名称”" in one.found
    assert "“指标”" in one.found
    assert set(cells["layout"]) == {""}  # still listed, but never an observation


def test_unknown_sheet_is_listed_by_the_nearest_texts() -> None:
    rows = [["收支表", "", ""], ["", "四月", "五月"], ["现金", 12.5, "—"], ["", 3, ""]]
    cells, _ = read_sheet(grid(rows), LAYOUTS)
    assert _facts(cells, "series_label", "column_label", "value", "nothing") == [
        ("B3", "现金", "四月", 12.5, ""),
        ("C3", "现金", "五月", pytest.approx(float("nan"), nan_ok=True), "nil"),
        ("B4", "", "四月", 3.0, ""),
    ]


def test_sheet_that_fits_two_layouts_is_refused() -> None:
    twice = (*LAYOUTS, *(one for one in LAYOUTS if one.name == "nbs_export"))
    _, (one,) = read_sheet(grid(EXPORT), twice)
    assert one.code == "two_layouts"


def test_second_table_below_is_read_with_its_own_header() -> None:
    rows = [*EXPORT, [], ["指标", "2019Q4"], ["甲(亿元)", 197123.0]]
    cells = _read(grid(rows))
    assert _facts(cells, "series_label", "period", "value")[6:] == [("B11", "甲(亿元)", "2019Q4", 197123.0)]
    assert len(cells) == 7


def test_second_county_table_right_below_keeps_the_titles_period_and_its_own_title_is_no_row() -> None:
    rows = [
        ["示例县2023年3月月报"], ["指标", "计量单位", "1-3月"], ["收入", "亿元", 5.0],
        ["表二"], ["指标", "计量单位", "1-2月", "1-3月"], ["支出", "亿元", 4.0, 7.0],
    ]  # fmt: skip
    cells = _read(grid(rows))
    assert _facts(cells, "series_label", "period", "value") == [
        ("C3", "收入", "2023-03", 5.0),
        ("C6", "支出", "2023-02", 4.0),
        ("D6", "支出", "2023-03", 7.0),
    ]


def test_second_table_beside_is_read_with_the_titles_period() -> None:
    rows = [
        ["示例县2023年3月月报"],
        ["指标", "计量单位", "1-3月", "", "指标", "计量单位", "1-3月"],
        ["收入", "亿元", 5.0, "", "支出", "亿元", 7.0],
    ]
    cells = _read(grid(rows))
    assert _facts(cells, "series_label", "period", "value") == [
        ("C3", "收入", "2023-03", 5.0),
        ("G3", "支出", "2023-03", 7.0),
    ]


def test_what_is_no_table_below_or_beside_is_told_and_not_taken() -> None:
    rows = [*EXPORT, [], ["另有", "甲数"], ["乙", 197123.0]]
    cells, (one,) = read_sheet(grid(rows), LAYOUTS)
    assert (one.code, "第 10、11 行" in one.found) == ("leftover_cells", True)
    assert cells.loc[cells["layout"] == "", ["source_cell", "value"]].values.tolist() == [["B11", 197123.0]]
    beside = [["指标", "2020年", "", "乙"], ["甲(%)", 1.0, "", 5.0]]
    cells, (one,) = read_sheet(grid(beside), LAYOUTS)
    assert (one.code, "第 D 列" in one.found) == ("leftover_cells", True)
    assert cells["layout"].tolist() == ["nbs_bare", ""]


def test_text_in_a_number_cell_is_named_with_what_is_allowed() -> None:
    rows = [["指标", "2020年", "2019年"], ["甲(%)", "约5", 1.0], ["乙(%)", "12 34", 2.0]]
    _, problems = read_sheet(grid(rows), LAYOUTS)
    assert [(one.code, one.cell) for one in problems] == [("unreadable_number", "B2"), ("unreadable_number", "B3")]
    assert problems[0].sentence.startswith("示例.xlsx「表」 B2：写的是“约5”，应是数字")


def test_errors_and_uncached_formulas_are_problems_and_no_blanks() -> None:
    rows = [["指标", "2020年", "2019年"], ["甲(%)", "", ""], ["乙(%)", 1.0, 2.0]]
    marks = Marks(errors={(1, 1): "#REF!"}, uncached=frozenset({(1, 2)}))
    cells, problems = read_sheet(grid(rows, marks=marks), LAYOUTS)
    assert [(one.code, one.cell) for one in problems] == [("error_cell", "B2"), ("uncached_formula", "C2")]
    assert cells.loc[cells["nothing"] == "empty"].empty
    assert cells["raw_text"].tolist() == ["#REF!", "（公式未计算）", "1", "2"]


def test_header_that_could_be_two_months_is_refused_with_its_cell() -> None:
    assert ("unclear_header", "B1") in _codes(grid([["指标", "2016.1", "2017.2", "2017.3"], ["甲(%)", 1, 2, 3]]))


def test_figure_without_a_name_and_merged_figures_are_refused() -> None:
    rows = [["指标", "2020年", "2019年"], ["甲(%)", 1, 2], ["", 3, 4]]
    assert _codes(grid(rows)) == [("unclear_header", "A3"), ("leftover_cells", "")]
    rows = [["指标", "2020年", "2019年"], ["甲(%)", 1, ""]]
    assert _codes(grid(rows, marks=Marks(merges=((1, 1, 1, 2),)))) == [("merged_data", "B2:C2")]


def test_hidden_sheet_with_a_table_is_told_and_a_sheet_of_words_is_not() -> None:
    assert _codes(grid(EXPORT, hidden=True)) == [("hidden_sheet", "")]
    assert _codes(grid([["填表说明"], ["一、按月填报"], ["二、保留一位小数"]])) == []


def test_numbers_before_the_names_are_passed_over() -> None:
    rows = [
        ["甲县2023年3月月报"],
        ["序号", "指标", "计量单位", "1-3月"],
        ["一", "工业", "", ""],
        [1, "甲", "亿元", 5],
        [2, "乙", "户", 7],
        ["填表说明：填累计数。"],
    ]
    cells = _read(grid(rows))
    assert _facts(cells, "series_label", "unit_text", "period", "value") == [
        ("D4", "甲", "亿元", "2023-03", 5.0),
        ("D5", "乙", "户", "2023-03", 7.0),
    ]


BLOCKS = ["2021年1-5月完成数", "", "2021年1-6月完成数", "", "", "", "2021年1-8月完成数", ""]


def test_heading_merged_over_several_periods_is_refused_with_all_its_columns_and_the_others_are_read() -> None:
    """绝对值 stands twice under 1-6月, and 7月完成数 cannot be part of it: D to G are refused, B, C, H, I are read."""
    below = ["绝对值", "增速（%）", "绝对值", "6月完成数", "绝对值", "7月完成数", "绝对值", "增速（%）"]
    rows = [["2022年投资"], ["单位：亿元"], ["乡镇", *BLOCKS], ["", *below], ["甲镇", *range(1, 9)]]
    merges = ((2, 1, 2, 2), (2, 3, 2, 6), (2, 7, 2, 8), (2, 0, 3, 0))
    cells, problems = read_sheet(grid(rows, marks=Marks(merges=merges)), LAYOUTS)
    assert [(one.code, one.cell) for one in problems] == [("unclear_header", "D3"), ("leftover_cells", "")]
    assert "2021年1-6月完成数（D 至 G 列）" in problems[0].found
    read = cells[cells["layout"] != ""]
    assert _facts(read, "period", "measure", "value") == [
        ("B5", "2021-05", "value", 1.0),
        ("C5", "2021-05", "growth", 2.0),
        ("H5", "2021-08", "value", 7.0),
        ("I5", "2021-08", "growth", 8.0),
    ]


def test_single_month_under_a_plan_is_planned_too() -> None:
    rows = [
        ["2022年投资"],
        ["单位：亿元"],
        ["乡镇", "2022年1-7月预期", ""],
        ["", "绝对值", "7月完成数"],
        ["甲镇", 5, 2],
    ]
    cells = _read(grid(rows, marks=Marks(merges=((2, 1, 2, 2), (2, 0, 3, 0)))))
    assert _facts(cells, "period", "measure") == [("B5", "2022-07", "plan"), ("C5", "2022-07", "plan")]


def test_table_of_the_same_figures_the_other_way_round_below_is_read_too() -> None:
    rows = [
        ["指标", "2019Q1", "2019Q2"],
        ["甲(亿元)", 1, 2],
        ["乙(亿元)", 3, 4],
        [],
        ["指标", "甲(亿元)", "乙(亿元)"],
        ["2019Q1", 1, 3],
        ["2019Q2", 2, 4],
    ]
    cells = _read(grid(rows))
    assert dict(cells["layout"].value_counts()) == {"nbs_bare": 4, "series_across": 4}
    first, second = (
        cells.iloc[part].set_index(["series_label", "period"])["value"] for part in (range(4), range(4, 8))
    )
    assert first.to_dict() == second.to_dict()


SIDE_BY_SIDE = [
    ["", "", "", "", "指标", "甲(亿元)", "乙(亿元)"],
    ["指标", "2019Q1", "2019Q2", "", "2019Q1", 1, 3],
    ["甲(亿元)", 1, 2, "", "2019Q2", 2, 4],
    ["乙(亿元)", 3, 4, "", "", "", ""],
]


def test_tables_side_by_side_that_begin_in_different_rows_are_read() -> None:
    cells = _read(grid(SIDE_BY_SIDE))
    assert _facts(cells, "series_label", "period", "value") == [
        ("B3", "甲(亿元)", "2019Q1", 1.0),
        ("C3", "甲(亿元)", "2019Q2", 2.0),
        ("B4", "乙(亿元)", "2019Q1", 3.0),
        ("C4", "乙(亿元)", "2019Q2", 4.0),
        ("F2", "甲(亿元)", "2019Q1", 1.0),
        ("G2", "乙(亿元)", "2019Q1", 3.0),
        ("F3", "甲(亿元)", "2019Q2", 2.0),
        ("G3", "乙(亿元)", "2019Q2", 4.0),
    ]


def test_tables_side_by_side_of_which_one_is_unknown_are_refused_whole() -> None:
    rows = [[*row[:4], "丁" if row[4] else "", *row[5:]] if at else row for at, row in enumerate(SIDE_BY_SIDE)]
    cells, problems = read_sheet(grid(rows), LAYOUTS)
    assert [one.code for one in problems] == ["no_layout"]
    assert set(cells["layout"]) == {""}


def test_sheet_that_nothing_is_like_is_refused_without_a_nearest_layout() -> None:
    _, (one,) = read_sheet(grid([["品名", "单价"], ["充电头", 0.08]]), LAYOUTS)
    assert one.found == "不合于任何版式，也没有哪一种接近：第 1 行写的是“品名、单价”"


def test_nearest_layout_is_named_with_the_cell_that_differs() -> None:
    rows = [["指标名称", "地区", "开始时间"], ["甲", "全国", 12], ["乙", "全国", 13]]
    _, (one,) = read_sheet(grid(rows), LAYOUTS)
    assert one.found.startswith("不合于任何版式，最接近的是“县级月报（")
    assert "A2 写的是“甲”，表头的这一行应为空白" in one.found


def _id_number() -> str:
    """A made-up number whose check digit is right: the weighted sum modulo 11 chooses it."""
    body = "11010119900307001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("电话 13800138000", "手机号"),
        (_id_number(), "身份证号"),
        ("卡号：4111111111111111", "银行卡号"),  # doubled every second digit: 8 + 7×2 + 8×1 = 30, a multiple of 10
    ],
)
def test_personal_identifiers_are_refused_and_not_copied(text: str, kind: str) -> None:
    cells, problems = read_sheet(grid([*EXPORT, [text]]), LAYOUTS)
    assert [(one.code, one.cell) for one in problems] == [("personal_data", "A9")]
    assert kind in problems[0].found
    digits = "".join(character for character in text if character.isdigit())
    assert digits not in problems[0].sentence
    assert not cells.astype("str").apply(lambda column: column.str.contains(digits)).to_numpy().any()


@pytest.mark.parametrize(
    "text", ["110101199013070012", "11010119900307001A", "4111111111111112", "12345678901", "023-12345678"]
)
def test_other_long_numbers_are_no_identifiers(text: str) -> None:
    assert _codes(grid([*EXPORT, [text]])) == []


def test_eleven_digits_in_a_number_cell_are_a_figure() -> None:
    assert _read(grid([["指标", "2020年"], ["甲(元)", "13800138000"]]))["value"].tolist() == [13800138000.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "读不懂"),
        ('name = "甲"\ntitle = "甲"\nheader = []\nlabels = []\nextra = 1\n', "extra"),
        ('name = "甲"\ntitle = "甲"\n[[header]]\nrole = "periods"\ncorner = "x"\n', "periods"),
        ('name = "甲"\ntitle = "甲"\n[[header]]\nrole = "period"\ncorner = "("\n', "甲.toml"),
    ],
)
def test_broken_layout_file_is_one_clear_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "甲.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as caught:
        load_layouts(tmp_path)
    (one,) = caught.value.problems
    assert one.code == "bad_layout"
    assert words in one.sentence


NUMBERS = st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=4, max_size=4)
WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
SPELLINGS = {
    "number": float,
    "text": "{:.2f}".format,
    "thousands": "{:,.2f}".format,
    "wide": lambda number: f"{number:,.2f}".translate(WIDE),
    "true minus": lambda number: f"{number:.2f}".replace("-", "−"),
    "accounting": lambda number: f"({-number:,.2f})" if number < 0 else f"{number:,.2f}",
    "footnote": "{:.2f}①".format,
    "unit": "{:.2f}亿元".format,
    "blanks": lambda number: f" {number:.2f}　",
}
MARCH_SPELT = (
    "2023年3月",
    "2023-03",
    "2023.03",
    "202303",
    "2023年03月",
    "２０２３年３月",
    "2023/3",
    "三月",
    "3月",
    "3月份",
)
FEBRUARY_SPELT = (
    "2023年2月",
    "2023-02",
    "2023.02",
    "202302",
    "2023年02月",
    "２０２３年２月",
    "2023/2",
    "二月",
    "2月",
    "2月份",
)
PERIODS = list(zip(MARCH_SPELT, FEBRUARY_SPELT, strict=True))
PLACES = ("北京", "天津")


def _sheets(values: list[object], march: str, february: str) -> dict[str, list[list[object]]]:
    """Two series (甲, 乙, or two provinces) by two months in every layout; the values are 甲 3月, 2月, 乙 3月, 2月."""
    a, b, c, d = values
    north, south = PLACES
    return {
        "nbs_export": [["数据库：月度数据"], ["指标", march, february], ["甲(亿元)", a, b], ["乙(亿元)", c, d],
                       [SOURCE]],
        "nbs_bare": [["指标", march, february], ["甲(亿元)", a, b], ["乙(亿元)", c, d]],
        "nbs_export_areas": [["数据库：分省月度数据"], ["指标：丙(亿元)"], ["地区", march, february],
                             ["甲", a, b], ["乙", c, d]],
        "nbs_four_row_header": [["指标", "甲", "乙"], ["地区", "丙", "丙"], ["频度", "月", "月"],
                                ["单位", "亿元", "亿元"], [march, a, c], [february, b, d]],
        "series_across": [["时间", "甲(亿元)", "乙(亿元)"], [march, a, c], [february, b, d]],
        "county_monthly": [["月报"], ["项目", "计量单位", march, february], ["", "", "绝对值", "绝对值"],
                           ["甲", "亿元", a, b], ["乙", "亿元", c, d], ["填报人："]],
        "county_single": [["月报"], ["单位：亿元"], ["指标", march, february], ["甲", a, b], ["乙", c, d]],
        "county_areas": [["丙完成情况"], ["单位：亿元"], ["乡镇", march, february], ["", "绝对值", "绝对值"],
                         ["甲", a, b], ["乙", c, d]],
        "county_areas_single": [["丙完成情况"], ["单位：亿元"], ["乡镇", march, february], ["甲", a, b], ["乙", c, d]],
        "county_yearbook": [["地区", "", "年份", "大类", "大类"], ["", "", "", "中类", "中类"],
                            ["", "", "", "甲", "乙"], ["市州", "区县", "", "亿元", "亿元"],
                            ["丁", "丙", march, a, c], ["丁", "丙", february, b, d]],
        "provinces_across": [["年份", north, south], [march, a, c], [february, b, d]],
        "province_blocks": [["", "", north, south], ["丙(亿元)", march, a, c], ["", february, b, d]],
        "province_rows": [["", "丙(亿元)", "丙(亿元)"], ["", march, february], [north, a, b], [south, c, d]],
    }  # fmt: skip


YEARBOOK_MERGES = ((0, 0, 2, 1), (0, 2, 3, 2))
BY_AREA = {
    "nbs_export_areas", "county_areas", "county_areas_single", "provinces_across", "province_blocks", "province_rows",
}  # fmt: skip
UNTOLD_UNIT = {"provinces_across"}


@settings(max_examples=200)
@given(
    NUMBERS,
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from(PERIODS),
    st.sampled_from([layout.name for layout in LAYOUTS]),
)
def test_a_clean_table_comes_back_the_same_in_every_layout(
    numbers: list, spelling: str, months: tuple[str, str], family: str
) -> None:
    """Whatever the layout and the spelling of numbers and months, each value comes back at its series and period."""
    values = [SPELLINGS[spelling](number) for number in numbers]
    merges = YEARBOOK_MERGES if family == "county_yearbook" else ()
    cells = _read(grid(_sheets(values, *months)[family], marks=Marks(merges=merges)), MARCH)
    assert set(cells["layout"]) == {family}
    first, second = PLACES if family.startswith("province") else ("甲", "乙")
    who = cells["area"] if family in BY_AREA else cells["series_label"].str.removesuffix("(亿元)")
    found = dict(zip(zip(who, cells["period"], strict=True), cells["value"], strict=True))
    keys = ((first, "2023-03"), (first, "2023-02"), (second, "2023-03"), (second, "2023-02"))
    assert [found[key] for key in keys] == [float(number) for number in numbers]
    assert set(cells["unit_text"]) == ({"亿元"} if family not in UNTOLD_UNIT or spelling == "unit" else {""})
    assert tuple(cells.columns) == COLUMNS


@settings(max_examples=60)
@given(NUMBERS, NUMBERS, st.sampled_from(["below", "far below", "beside"]), st.booleans())
def test_two_clean_tables_on_one_sheet_both_come_back(ones: list, others: list, where: str, has_title: bool) -> None:
    first = _sheets([float(number) for number in ones], "1-3月", "1-2月")["county_single"]
    second = [
        ["指标", "计量单位", "1-3月", "1-2月"],
        ["丙", "万元", *map(float, others[:2])],
        ["丁", "万元", *map(float, others[2:])],
    ]
    second = [["表二"], *second] if has_title and where != "beside" else second
    if where == "beside":
        width = max(len(row) for row in first)
        blank: list[list[object]] = [[], []]
        rows = [[*one, *[""] * (width + 1 - len(one)), *two] for one, two in zip(first, [*blank, *second], strict=True)]
    else:
        rows = [*first, *([[], [], []] if where == "far below" else []), *second]
    cells = _read(grid(rows), MARCH)
    found = dict(zip(zip(cells["series_label"], cells["period"], strict=True), cells["value"], strict=True))
    keys = [(name, period) for name in "甲乙丙丁" for period in ("2023-03", "2023-02")]
    assert [found[key] for key in keys] == [float(number) for number in [*ones, *others]]
    assert len(cells) == 8


def test_yearbook_with_four_header_rows_groups_and_units() -> None:
    rows = _sheets([1.0, 2.0, 3.0, 4.0], "2023", "2022")["county_yearbook"]
    cells = _read(grid(rows, marks=Marks(merges=YEARBOOK_MERGES)))
    assert _facts(cells, "series_label", "column_label", "area", "row_label", "period")[0] == (
        "D5", "甲", "大类 / 中类 / 甲 / 亿元", "丙", "丁 丙", "2023",
    )  # fmt: skip


CELL = st.one_of(
    st.text(max_size=6),
    st.floats(-1e9, 1e9),
    st.just(float("nan")),
    st.booleans(),
    st.sampled_from(["指标", "2023年", "注：", "1-3月"]),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_sheet_is_read_or_refused_without_an_accident(rows: list[list[object]]) -> None:
    """No number typed into a cell of any sheet is lost or changed without a problem being told."""
    cells, problems = read_sheet(grid(rows), LAYOUTS, MARCH)
    listed = cells[cells["value"].notna()]
    numbers = sum(type(cell) is float and math.isfinite(cell) for row in rows for cell in row)
    if not problems:
        assert "" not in set(listed["layout"])
    elif "" in set(cells["layout"]) and len(set(cells["layout"])) == 1:
        assert len(listed) >= numbers


def test_sign_off_line_without_a_readable_date_is_a_problem() -> None:
    rows = [*COUNTY[:-1], ["报出日期：四月上旬"]]
    assert _codes(grid(rows)) == [("bad_released", "A14")]
    assert sign_off(MARCH.end)[0].endswith("报出日期：2023-03-31")
