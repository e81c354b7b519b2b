"""The risk watch: ratios by unverified rules, counts by the same months; what is missing has no light."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from rule_files import copied_rules, set_cell
from test_targets_frames import make_indicators, make_observations, months

from fhdata.periods import parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.rules.register import load_register
from fhdata.rules.riskwatch import load_debt_ratios, load_risk_counts
from fhdata.targets.riskwatch import count_pairs, debt_ratios

RULES = open_place(Path(__file__).parents[1]).rules
JUNE, AFTER = parse_period("2023-06"), date(2023, 7, 20)
COUNTS = pd.DataFrame(
    [("示例事故", "起数", "a", "示例〔2023〕1号", "一"), ("示例事故", "死亡人数", "b", "示例〔2023〕1号", "一")],
    columns=["topic", "role", "indicator", "document", "section"],
)
COUNTED = make_indicators(
    {"indicator": "a", "unit": "起", "aggregation": "count_event"}, {"indicator": "b", "unit": "人"}
)
RATIOS = pd.DataFrame(
    [("r", "示例率", "owed", "means", "上年", (120.0, 200.0, 300.0), "示例（待核实）"),
     ("s", "无线率", "owed", "owed", "上年", (), "示例（待核实）"),
     ("t", "本期率", "late", "owed", "本期", (), "示例（待核实）")],
    columns=["ratio", "title", "numerator", "denominator", "time", "lines", "source"],
)  # fmt: skip
MONEY = make_indicators(
    {"indicator": "owed", "name": "债", "unit": "万元", "aggregation": "stock"},
    {"indicator": "means", "name": "财力", "unit": "亿元", "frequency": "year", "observable_from": 12},
    {"indicator": "late", "name": "逾期", "unit": "万元", "aggregation": "stock"},
)


def pairs(as_of: date = AFTER, **values: tuple[float | None, float | None]) -> pd.DataFrame:
    rows = [
        row
        for name, (now, before) in values.items()
        for period, value in (("2023-06", now), ("2022-06", before))
        if value is not None
        for row in months({period: value}, indicator=name, unit="起" if name == "a" else "人")
    ]
    return count_pairs(COUNTS, make_observations(*rows), COUNTED, period=JUNE, as_of=as_of)


def test_counts_are_compared_with_the_same_months_as_counts() -> None:
    found = pairs(a=(2.0, 3.0), b=(1.0, 1.0))
    assert found[["now", "before", "change"]].to_numpy().tolist() == [[2.0, 3.0, -1.0], [1.0, 1.0, 0.0]]
    assert list(found["word"]) == ["下降", "持平"]
    assert list(found["light"]) == ["green", "amber"]
    assert list(found["source_cell"]) == ["B1", "B3"]
    assert list(found["before_cell"]) == ["B2", "B4"]
    assert list(pairs(a=(4.0, 3.0), b=(0.0, 0.0))["light"]) == ["red", "green"]  # none both times: nothing left to fall


def test_what_is_not_there_is_said_and_has_no_light() -> None:
    found = pairs(a=(2.0, None))
    assert list(found["word"]) == ["不适用", "缺报"]  # no last year to compare with; not handed in by July 10
    assert list(found["light"]) == ["none", "none"]
    assert list(pairs(date(2023, 7, 1))["word"]) == ["未到发布期", "未到发布期"]
    assert list(pairs()["source_cell"]) == ["", ""]


def debt(values: dict[tuple[str, str], float], areas: tuple[str, ...] = ("示例县",)) -> pd.DataFrame:
    units = {"owed": "万元", "means": "亿元", "late": "万元"}
    spans = {"owed": "stock", "means": "ytd", "late": "stock"}
    rows = [
        row
        for (name, period), value in values.items()
        for row in months({period: value}, indicator=name, unit=units[name], span=spans[name])
    ]
    return debt_ratios(RATIOS, make_observations(*rows), MONEY, period=JUNE, as_of=AFTER, areas=areas)


def test_ratios_in_percent_across_units_with_band_and_headroom() -> None:
    """260,000 万元 ÷ 20 亿元 = 26 ÷ 20 = 130%, 200 − 130 = 70; 260 ÷ 200 = 130%; 13 ÷ 260 = 5%."""
    found = debt(
        {("owed", "2023-06"): 260_000.0, ("means", "2022-12"): 20.0, ("owed", "2022-12"): 200_000.0,
         ("late", "2023-06"): 13_000.0}
    )  # fmt: skip
    assert found["value_pct"].to_list() == pytest.approx([130.0, 130.0, 5.0])
    assert found["headroom_pp"].iloc[0] == pytest.approx(70.0)
    assert list(found["word"]) == ["达到120%", "未定警戒线", "未定警戒线"]
    assert list(found["light"]) == ["amber", "none", "none"]
    assert list(found["source_cell"]) == ["B1", "B1", "B4"]


@pytest.mark.parametrize(
    ("owed", "word", "light"),
    [(239_999.0, "低于警戒线", "green"), (240_000.0, "达到120%", "amber"), (400_000.0, "达到200%", "red"),
     (700_000.0, "达到300%", "red")],
)  # fmt: skip
def test_a_line_is_reached_where_the_ratio_equals_it(owed: float, word: str, light: str) -> None:
    """Lines of 20 亿元: 120% is 24, 200% is 40, 300% is 60 亿元."""
    first = debt({("owed", "2023-06"): owed, ("means", "2022-12"): 20.0}).iloc[0]
    assert (first["word"], first["light"]) == (word, light)


def test_zero_denominator_is_not_applicable_and_missing_is_missing() -> None:
    zero = debt({("owed", "2023-06"): 5.0, ("means", "2022-12"): 0.0}).iloc[0]
    assert (zero["word"], zero["light"]) == ("不适用", "none")
    assert pd.isna(zero["value_pct"])
    nothing = debt({("owed", "2023-06"): 5.0})
    assert list(nothing["word"]) == ["缺报", "缺报", "缺报"]
    assert list(nothing["missing"]) == ["财力", "债", "逾期"]
    assert set(nothing["light"]) == {"none"}


def test_each_debt_unit_by_itself() -> None:
    rows = [
        *months({"2023-06": 10.0, "2022-12": 5.0}, indicator="owed", unit="万元", span="stock"),
        *months({"2023-06": 3.0, "2022-12": 4.0}, indicator="owed", unit="万元", span="stock", area="甲公司"),
    ]
    found = debt_ratios(
        RATIOS, make_observations(*rows), MONEY, period=JUNE, as_of=AFTER, areas=("示例县", "甲公司")
    ).set_index(["area", "ratio"])  # fmt: skip
    assert found.loc[("示例县", "s"), "value_pct"] == 200.0
    assert found.loc[("甲公司", "s"), "value_pct"] == 75.0


def test_the_first_place_watches_six_unverified_ratios_and_three_pairs() -> None:
    ratios = load_debt_ratios(RULES, date(2023, 4, 30))
    assert len(ratios) == 6
    assert ratios["source"].str.contains("（待核实）").all()
    assert [len(lines) for lines in ratios["lines"]] == [0, 3, 0, 0, 0, 0]
    counts = load_risk_counts(RULES)
    assert counts.groupby("topic").size().to_list() == [2, 2, 2]
    indicators = load_register(RULES).registry.indicators
    none = debt_ratios(
        ratios, make_observations(), indicators, period=JUNE, as_of=AFTER, areas=("示例县",)
    )  # fmt: skip
    assert set(none["word"]) == {"缺报"}


def test_wrong_definitions_are_told(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    rules = folder / "risk_rules.toml"
    text = rules.read_text(encoding="utf-8")
    text = text.replace('"overdue_debt", "debt_balance", "本期"', '"overdue_dept", "debt_balance", "今年"')
    rules.write_text(text.replace('["new_debt", "debt_balance", "上年"]', '["new_debt"]'), encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        load_debt_ratios(folder, date(2023, 4, 30))
    assert [one.code for one in found.value.problems] == ["bad_rule", "unknown_indicator", "bad_rule"]
    assert "overdue_debt" in found.value.problems[1].sentence  # the nearest right name
    set_cell(folder / "risk_counts.csv", "全县安全事故", "indicator", "no_such")
    with pytest.raises(ProblemsFound, match="no_such"):
        load_risk_counts(folder)
