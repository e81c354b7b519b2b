"""The appraisal's rule tables: one sentence for each way a file can be wrong."""

from pathlib import Path

import pytest
from rule_files import copied_rules, lines_of, write_lines

from fhdata.problems import ProblemsFound
from fhdata.rules.appraisal import load_appraisal

POINTS, AWARDS, ITEMS = "appraisal_points.csv", "appraisal_awards.csv", "appraisal_items.csv"


def sentences(folder: Path) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        load_appraisal(folder)
    return [one.sentence for one in caught.value.problems]


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ((POINTS, 2, "level"), "", "“通报表扬”有分值没有层级，分值与层级须一一对应，请写明层级，或标为 no。"),
        ((POINTS, 3, "level"), "国家", "“通报表扬”的层级“国家”有两个分值，分值与层级须一一对应，请改正。"),
        ((POINTS, 2, "points"), "两分", "写的是“两分”，应为数字，请改正。"),
        ((POINTS, 2, "status"), "sure", "写的是“sure”，只能是quoted、inferred、unverified，请改正。"),
        ((AWARDS, 2, "amount_yuan"), "", "金额与种类不符，measure 不写金额，其余必须写整元，请改正。"),
        ((AWARDS, 2, "amount_yuan"), "3万", "写的是“3万”，应为整元，请改正。"),
        ((AWARDS, 2, "from_place"), "3", "名次从 3 到 1，起止名次不得颠倒，请改正。"),
        ((AWARDS, 2, "side"), "first", "写的是“first”，只能是top、bottom，请改正。"),
        ((AWARDS, 2, "starts"), "2023年", "写的是“2023年”，应写成 2023-01-01，请改正。"),
        ((ITEMS, 3, "item"), "economic_indicators", "“economic_indicators”与第2行重复，不得重复，请改正。"),
    ],
)
def test_one_sentence_for_each_slip(tmp_path: Path, place: tuple[str, int, str], text: str, said: str) -> None:
    name, row, column = place
    folder = copied_rules(tmp_path)
    lines = lines_of(folder / name)
    lines[row - 1][lines[0].index(column)] = text
    write_lines(folder / name, lines)
    found = sentences(folder)
    assert len(found) == 1
    assert found[0].startswith(f"rules/{name} 第{row}行 ")
    assert found[0].endswith(said)


def test_value_printed_without_a_level_must_not_pass_as_quoted(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    lines = lines_of(folder / POINTS)
    number = next(number for number, line in enumerate(lines) if line[lines[0].index("is_paired")] == "no")
    lines[number][lines[0].index("status")] = "quoted"
    write_lines(folder / POINTS, lines)
    assert [one.endswith("层级应空着，status 用 unverified，请改正。") for one in sentences(folder)] == [True]
