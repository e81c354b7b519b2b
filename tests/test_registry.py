"""The registry: the gazette's own counts, and one sentence for each way a table can be wrong."""

from datetime import date
from pathlib import Path

import pytest
from rule_files import RULES, copied_rules, lines_of, set_cell, write_lines

from fhdata.problems import ProblemsFound
from fhdata.rules.registry import load_registry


def sentences(folder: Path) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        load_registry(folder)
    return [one.sentence for one in caught.value.problems]


def test_appraised_units_are_the_81_of_the_document() -> None:
    units = load_registry(RULES).units
    appraised = units[units["monthly_series"] != ""]
    # 凤政办函〔2023〕6号 附件1: 县政府系统单位（45个）= 13 + 32; 乡镇（17个）; 垂直管理单位（19个）
    assert appraised.groupby("annual_series").size().to_dict() == {
        "经济指标": 13,
        "要素保障": 32,
        "乡镇": 17,
        "垂直管理": 19,
    }
    assert appraised.groupby("monthly_series").size().to_dict() == {"县政府系统": 45, "乡镇": 17, "垂直管理": 19}
    assert len(appraised) == 13 + 32 + 17 + 19 == 81
    assert appraised["code"].tolist() == [f"U{number:03d}" for number in range(1, 82)]
    assert set(appraised["document"]) == {"凤政办函〔2023〕6号"}


def test_every_appraised_unit_stands_in_its_series_as_the_document_orders_them() -> None:
    units = load_registry(RULES).units.set_index("code")["name"]
    # the first and the last name of each of the four lists
    assert units[["U001", "U013"]].tolist() == ["县财政局", "凤凰产业开发区管委会"]
    assert units[["U014", "U045"]].tolist() == ["县政府办", "县职中"]
    assert units[["U046", "U062"]].tolist() == ["沱江镇", "筸子坪镇"]
    assert units[["U063", "U081"]].tolist() == ["州生态环境局凤凰分局", "湘运凤凰公司"]


def test_an_alias_of_several_units_has_a_row_for_each() -> None:
    aliases = load_registry(RULES).unit_aliases
    townships = aliases.loc[aliases["alias"] == "各乡镇", "unit"].tolist()
    assert townships == [f"U{number:03d}" for number in range(46, 46 + 17)]
    assert aliases.loc[aliases["alias"] == "县住房保障服务中心", "unit"].tolist() == ["U012"]


def test_documents_carry_their_dates() -> None:
    issued = load_registry(RULES).documents.set_index("doc_no")["issued"]
    assert issued["凤政办发〔2023〕2号"] == date(2023, 2, 27)
    assert issued["凤政函〔2023〕43号"] == date(2023, 3, 24)


def test_columns_that_are_not_text_have_their_types() -> None:
    indicators = load_registry(RULES).indicators
    assert indicators["has_january"].dtype == bool
    assert indicators["observable_from"].dtype == "int64"
    assert indicators["due_day"].dtype == "int64"
    assert load_registry(RULES).indicator_names.isna().sum().sum() == 0


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (("units.csv", "U002", "code"), "U001", "“U001”与第2行重复，不得重复，请改正。"),
        (("units.csv", "U002", "annual_series"), "", "月考核与年考核的序列只填了一个，两个都填或都不填，请补上。"),
        (("indicators.csv", "rd_spending", "unit"), "", "没有填写，此格必填，请补上。"),
        (
            ("indicators.csv", "rd_spending", "aggregation"),
            "sum",
            "写的是“sum”，只能是cumulative、stock、rate、count_event、growth_only、index，请改正。",
        ),
        (("indicators.csv", "rd_spending", "has_january"), "是", "写的是“是”，只能是yes、no，请改正。"),
        (("indicators.csv", "rd_spending", "observable_from"), "13", "写的是“13”，应为 1 至 12 的整数，请改正。"),
        (("indicators.csv", "rd_spending", "due_day"), "-1", "写的是“-1”，应为 0 至 400 的整数，请改正。"),
        (
            ("indicators.csv", "rd_spending", "publisher"),
            "县统记局",
            None,
        ),
        (("indicators.csv", "rd_spending", "indicator"), "RD spending", None),
        (
            ("documents.csv", "凤政发〔2023〕1号", "issued"),
            "2023.2.27",
            "写的是“2023.2.27”，应写成 2023-02-27，请改正。",
        ),
        (
            ("unit_aliases.csv", "县住房保障服务中心", "alias"),
            "县财政局",
            "写的是“县财政局”，它已是单位的正式名称，请改正。",
        ),
        (("unit_aliases.csv", "县住房保障服务中心", "unit"), "U912", None),
    ],
)
def test_one_sentence_for_each_slip(tmp_path: Path, place: tuple[str, str, str], text: str, said: str | None) -> None:
    file, key, column = place
    folder = copied_rules(tmp_path)
    row = set_cell(folder / file, key, column, text)
    found = sentences(folder)
    assert f"rules/{file} {row} {column}：" in found[0]
    if said:
        assert found[0] == f"rules/{file} {row} {column}：{said}"


def test_name_of_an_unknown_indicator_and_unit_that_cannot_be_converted(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    path = folder / "indicator_names.csv"
    lines = lines_of(path)
    write_lines(path, [*lines, ["甲", "no_such", "", "", "", ""], ["乙", "rd_spending", "", "value", "人", ""]])
    found = sentences(folder)
    assert f"rules/indicator_names.csv 第{len(lines) + 1}行 indicator：indicators.csv 里没有“no_such”" in found[0]
    assert f"rules/indicator_names.csv 第{len(lines) + 2}行 unit：单位“人”不能换算成“万元”" in found[1]
    assert len(found) == 2


def test_growth_may_be_stated_in_percent_whatever_the_indicator_is_measured_in(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    path = folder / "indicator_names.csv"
    write_lines(path, [*lines_of(path), ["丙", "rd_spending", "", "growth", "%", ""]])
    assert load_registry(folder).indicator_names["name"].iloc[-1] == "丙"


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    set_cell(folder / "units.csv", "U001", "name", "")
    set_cell(folder / "indicators.csv", "rd_spending", "frequency", "weekly")
    files = {sentence.split(" ")[0] for sentence in sentences(folder)}
    assert {"rules/units.csv", "rules/indicators.csv"} <= files


def test_missing_file_and_other_columns_are_told_before_any_cell(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    (folder / "documents.csv").unlink()
    path = folder / "unit_aliases.csv"
    write_lines(path, [["alias", "units", "note"], *lines_of(path)[1:]])
    set_cell(folder / "units.csv", "U001", "name", "")
    found = sentences(folder)
    assert found[:2] == [
        "rules/documents.csv：没有这个文件，规则文件夹里应有它，请补上。",
        "rules/unit_aliases.csv 第1行：缺少列“unit”，请补上。",
    ]
    assert found[2].startswith("rules/unit_aliases.csv 第1行：不认识列“units”，最接近的是“unit”")
    assert len(found) == 3


def test_row_with_a_lost_comma_and_file_in_another_encoding(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    lines = lines_of(folder / "units.csv")
    write_lines(folder / "units.csv", [lines[0], lines[1][:-1], *lines[2:]])
    (folder / "documents.csv").write_bytes("文号,标题".encode("gb18030"))
    found = sentences(folder)
    assert found[0].startswith("rules/documents.csv：读不懂：")
    assert found[1] == "rules/units.csv 第2行：有 6 格，应有 7 格，请核对逗号和引号。"
