"""民生实事 is a view of the register: lists reconciled, each thing counted once and shown in every list."""

from pathlib import Path

import pandas as pd
import pytest
from rule_files import copied_rules, lines_of, set_cell, write_lines
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.rules.livelihood import item_names, load_livelihood, load_portfolios
from fhdata.rules.register import load_register
from fhdata.targets.livelihood import TOTAL, list_counts, livelihood_items, livelihood_table, same_things
from fhdata.targets.progress import track

ROOT = Path(__file__).parents[1]
RULES = open_place(ROOT).rules
JUNE = parse_period("2023-06")
# 60 of 100 is ahead of half a year, 45 behind, 30 far behind; T4 waits for its figure.
TARGETS = make_targets(
    {"indicator": "a"}, {"indicator": "b"}, {"indicator": "c", "path": "step", "step_month": 9.0}, {"status": "pending"}
)
INDICATORS = make_indicators(*({"indicator": name} for name in ("a", "b", "c", "sample")))


def lists(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    columns = ["list", "number", "title", "codes"]
    frame = pd.DataFrame(rows, columns=columns)
    status = ["final" if codes else "pending" for codes in frame["codes"]]
    return frame.assign(status=status, list_target="T1", document="示例〔2023〕1号", section="二", quote="示例")


LISTS = lists(("县", 1, "甲事", "T1"), ("州", 1, "乙事", "T2;T3"), ("州", 2, "甲事项目", "T1"), ("省", 1, "丙事", ""))


def progress(**values: float) -> pd.DataFrame:
    rows = [row for name, value in values.items() for row in months({"2023-06": value}, indicator=name)]
    return track(TARGETS, make_observations(*rows), INDICATORS, JUNE, parse_period("2023-07").end)


def test_items_that_share_a_target_are_one_thing() -> None:
    assert list(same_things(LISTS)) == [1, 2, 1, 3]
    chained = lists(("县", 1, "一", "T1"), ("县", 2, "二", "T2"), ("州", 1, "三", "T1;T2"), ("州", 2, "四", "T3"))
    assert same_things(chained).nunique() == 2  # the third joins the first two
    assert (
        len(set(same_things(lists(("省", 1, "一", ""), ("省", 2, "二", ""))))) == 2
    )  # nothing shared is not one thing


def test_an_item_stands_where_its_furthest_behind_target_stands() -> None:
    items = livelihood_items(LISTS, progress(a=60.0, b=45.0, c=0.0))
    assert list(items["state"]) == ["达序时", "欠序时(轻)", "达序时", "目标待定"]
    missing = livelihood_items(LISTS, progress(b=45.0))
    assert list(missing["state"]) == ["缺报", "欠序时(轻)", "缺报", "目标待定"]
    assert list(missing["progress_light"]) == ["none", "amber", "none", "none"]  # missing is not red


def test_each_thing_counts_once_in_all_and_in_every_list_that_has_it() -> None:
    counts = list_counts(livelihood_items(LISTS, progress(a=60.0, b=45.0, c=0.0))).set_index("list")
    assert counts["total"].to_dict() == {"县": 1, "州": 2, "省": 1, TOTAL: 3}
    assert counts.loc[TOTAL, ["达序时", "欠序时(轻)", "目标待定"]].to_list() == [1, 1, 1]


def test_the_table_has_every_target_of_a_thing_once_with_all_its_lists() -> None:
    now = progress(a=60.0, b=45.0, c=0.0)
    table = livelihood_table(livelihood_items(LISTS, now), now, TARGETS, JUNE).set_index("code")
    assert table["lists"].to_dict() == {"T1": "县1;州2", "T2": "州1", "T3": "州1", "": "省1"}
    assert table["name"].to_dict() == {"T1": "甲事项目", "T2": "乙事", "T3": "乙事", "": "丙事"}
    assert table.loc["T3", "deadline"] == "2023-09-30"
    assert (table.loc["T2", "observed_value"], table.loc["T2", "source_cell"]) == (45.0, "B2")
    assert (table.loc["", "state"], table.loc["", "progress_light"]) == ("目标待定", "none")
    assert pd.isna(table.loc["", "observed_value"])


def test_the_first_place_has_10_15_and_14_items_and_29_things() -> None:
    """10 of the county are all among the 15 of the prefecture; 10 + 4 of the province: 15 + 14 = 29."""
    items = load_livelihood(RULES)
    assert items.groupby("list", sort=False).size().to_list() == [10, 15, 10, 4]
    county, prefecture, *provincial = items["list"].drop_duplicates()
    thing = same_things(items)
    assert thing.nunique() == 29
    assert set(thing[items["list"] == county]) <= set(thing[items["list"] == prefecture])
    assert set(items.loc[items["list"].isin(provincial), "status"]) == {"pending"}


def test_the_lists_of_the_first_place_name_every_livelihood_target_of_the_register_once() -> None:
    items, targets = load_livelihood(RULES), load_register(RULES).targets
    battle = targets.set_index("code").loc[items["list_target"].iloc[0], "battle"]
    asked = set(targets.loc[targets["battle"] == battle, "code"])
    named = items.assign(code=items["codes"].str.split(";")).explode("code").query("code != ''")
    assert asked == set(named["code"]) | set(items["list_target"])
    assert set(named["code"]) & set(items["list_target"]) == set()
    assert not named.duplicated(["list", "code"]).any()  # within a list every target belongs to one item


def test_names_by_which_lists_call_a_single_target() -> None:
    assert item_names(LISTS)[["code", "name"]].to_numpy().tolist() == [["T1", "甲事"], ["T1", "甲事项目"]]


def test_what_is_wrong_with_a_list_is_told_with_its_cell(tmp_path: Path) -> None:
    path = copied_rules(tmp_path) / "livelihood.csv"
    lines = lines_of(path)
    lines[1][lines[0].index("codes")] = "M911"
    lines[2][lines[0].index("status")] = "open"
    write_lines(path, lines)
    with pytest.raises(ProblemsFound) as found:
        load_livelihood(path.parent)
    said = [one.sentence for one in found.value.problems]
    assert len(said) == 2
    assert "livelihood.csv 第3行 status：写的是“open”，只能是final、pending，请改正。" in said[0]
    assert "livelihood.csv 第2行 codes：targets.csv 里没有“M911”" in said[1]


def test_a_missing_number_and_an_item_without_targets_are_told(tmp_path: Path) -> None:
    path = copied_rules(tmp_path) / "livelihood.csv"
    lines = lines_of(path)
    del lines[3]  # the third item of the first list
    lines[4][lines[0].index("codes")] = ""
    lines[-1][lines[0].index("pending_issuer")] = ""
    write_lines(path, lines)
    with pytest.raises(ProblemsFound) as found:
        load_livelihood(path.parent)
    assert [one.code for one in found.value.problems] == ["bad_order", "no_codes", "empty_cell"]
    assert "的序号是 4，应为 3，请改正或补上缺的一项。" in found.value.problems[0].sentence


def test_portfolios_name_known_units_once(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    assert load_portfolios(folder).empty
    lines = lines_of(folder / "portfolios.csv")
    unit = lines_of(folder / "units.csv")[1][1]
    write_lines(folder / "portfolios.csv", [*lines, [unit, "甲", "示例", "", ""], ["没有的局", "乙", "示例", "", ""]])
    with pytest.raises(ProblemsFound, match="没有的局"):
        load_portfolios(folder)
    write_lines(folder / "portfolios.csv", [*lines, [unit, "甲", "示例", "", ""]])
    assert load_portfolios(folder)["portfolio"].to_list() == ["甲"]
    assert set_cell(folder / "portfolios.csv", unit, "portfolio", "乙") == "第2行"
    assert load_portfolios(folder)["portfolio"].to_list() == ["乙"]
