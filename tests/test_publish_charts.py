"""Charts: every character drawn, nothing cut off or overlapping, same input same bytes, text never a formula."""

import math
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from fhdata.problems import ProblemsFound
from fhdata.publish import fonts
from fhdata.publish.canvas import SIZES, house_style, save, texts_of
from fhdata.publish.charts import completion_bullets, growth_against_target, states_by_battle
from fhdata.publish.lettering import wrap
from fhdata.publish.paths import path_against_last_year

FORKED_READERS = """
import os
from fhdata.publish import fonts

characters = sorted(one for one in fonts.covered_characters() if one.isalpha())[:6_000]
measure = fonts.advance.__wrapped__
expected = [measure(one) for one in characters]
children = []
for turn in range(4):
    children.append(os.fork())
    if children[-1] == 0:
        code = 1
        try:
            order = characters[turn * 1_000 :] + characters[: turn * 1_000]
            read = {one: measure(one) for _ in range(3) for one in order}
            code = int([read[one] for one in characters] != expected)
        finally:
            os._exit(code)
print([os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children])
"""

TITLE = "示例数据：三项目标中一项达序时，两项落后"
FOOTNOTE = "来源：示例数据，截至2023年5月，为初步数。"
HARD = "筸子坪镇①新建≥1万㎡（−5%）"


def levels(names: list[str], ratios: list[float]) -> pd.DataFrame:
    planned = 5 / 12
    gaps = [100 * (ratio - planned) for ratio in ratios]
    return pd.DataFrame(
        {
            "title": names,
            "completion_ratio": ratios,
            "planned_ratio": planned,
            "gap_pp": gaps,
            "state": ["达序时" if gap >= 0 else "欠序时(重)" for gap in gaps],
            "progress_light": ["green" if gap >= 0 else "red" for gap in gaps],
        }
    )


def growths() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "title": ["甲", HARD, "丙"],
            "growth_pct": [8.0, -8.7, 6.2],
            "target_value": [7.0, 9.0, 7.0],
            "gap_pp": [1.0, -17.7, -0.8],
            "required_growth_pct": [6.1, 290.5, math.nan],
            "is_required_approximate": [True, False, False],
            "state": ["达序时", "欠序时(重)", "欠序时(轻)"],
            "progress_light": ["green", "red", "amber"],
        }
    )


def counts() -> pd.DataFrame:
    rows = [("甲", "达序时", "green", 3), ("甲", "欠序时(轻)", "amber", 1), (HARD, "缺报", "none", 2)]
    return pd.DataFrame(rows, columns=["battle", "state", "light", "count"])


def year() -> pd.DataFrame:
    months = range(1, 13)
    ahead = [math.nan] * 5 + [100.0 * month for month in range(6, 13)]
    return pd.DataFrame(
        {
            "month": months,
            "value": [math.nan, 190.0, 300.0, 410.0, 500.0] + [math.nan] * 7,
            "last_year": [95.0 * month for month in months],
            "forecast_low": [value * 0.9 for value in ahead],
            "forecast_central": ahead,
            "forecast_high": [value * 1.1 for value in ahead],
        }
    )


def every_chart(size: str) -> dict[str, Figure]:
    return {
        "completion": completion_bullets(levels(["甲", HARD, "丙"], [0.5, 2.9, 0.0]), TITLE, FOOTNOTE, size),
        "growth": growth_against_target(growths(), TITLE, FOOTNOTE, size),
        "states": states_by_battle(counts(), TITLE, FOOTNOTE, size),
        "path": path_against_last_year(year(), TITLE, FOOTNOTE, unit="万㎡", target=1150.0, size=size),
    }


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts_of(figure)]


def faults(figure: Figure) -> list[str]:
    """Texts that leave the picture or lie on one another, by their drawn boxes."""
    with house_style():
        figure.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    outside = [
        word
        for word, box in boxes
        if min(box.x0, box.y0) < -1 or box.x1 > figure.bbox.x1 + 1 or box.y1 > figure.bbox.y1 + 1
    ]
    # A line's box includes the room of ascenders; two lines touch in earnest when boxes share more than 3 pixels.
    together = [
        f"{one} × {other}"
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 3 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3
    ]
    return outside + together


@pytest.mark.parametrize("size", SIZES)
def test_no_label_leaves_the_picture_or_lies_on_another(size: str) -> None:
    assert {name: faults(figure) for name, figure in every_chart(size).items()} == {
        "completion": [],
        "growth": [],
        "states": [],
        "path": [],
    }


@settings(max_examples=8, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    ratio=st.floats(-0.5, 40),
    size=st.sampled_from(sorted(SIZES)),
)
def test_any_names_and_values_keep_their_places(lengths: list[int], ratio: float, size: str) -> None:
    names = [f"{number}" + "县" * length for number, length in enumerate(lengths)]
    frame = levels(names, [ratio / (number + 1) for number in range(len(names))])
    assert faults(completion_bullets(frame, "题" * 40, FOOTNOTE, size)) == []


@pytest.mark.parametrize("size", ["a4_half", "a4_full"])
def test_same_table_same_bytes(tmp_path: Path, size: str) -> None:
    for run in ("one", "two"):
        for name, figure in every_chart(size).items():
            save(figure, tmp_path / run, name, counts(), "说明")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 4 * 4  # four charts, each as png, svg, csv and txt
    different = [
        name for name in files if (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()
    ]
    assert different == []


def test_png_has_200_dots_an_inch_and_the_width_of_the_text_block(tmp_path: Path) -> None:
    save(every_chart("a4_full")["states"], tmp_path, "图", counts(), "说明")
    head = (tmp_path / "图.png").read_bytes()[:24]
    assert int.from_bytes(head[16:20]) == int(156 / 25.4 * 200)


def test_svg_carries_outlines_not_fonts_and_no_outside_address(tmp_path: Path) -> None:
    svg = save(every_chart("a4_full")["completion"], tmp_path, "图", counts(), "说明").svg
    assert "<text" not in svg
    assert "font-family" not in svg
    assert "<metadata" not in svg
    assert {one.split('"')[1] for one in svg.split("xmlns")[1:]} == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


LACKING = "\U00030000"  # a rare character of the last extension of Unicode


def test_missing_glyph_stops_the_chart_and_names_every_character() -> None:
    frame = levels([f"甲{LACKING}面", "乙\u0378"], [0.5, 0.2])
    with pytest.raises(ProblemsFound) as caught:
        completion_bullets(frame, TITLE, FOOTNOTE)
    assert [one.code for one in caught.value.problems] == ["missing_glyph", "missing_glyph"]
    assert f"“甲{LACKING}面”里的字符“{LACKING}”（U+30000）" in str(caught.value)
    assert "U+0378" in str(caught.value)
    for make in (states_by_battle, growth_against_target):
        with pytest.raises(ProblemsFound, match="U\\+30000"):
            make(counts() if make is states_by_battle else growths(), LACKING, FOOTNOTE)
    with pytest.raises(ProblemsFound, match="U\\+30000"):
        path_against_last_year(year(), TITLE, FOOTNOTE, unit=LACKING)


def test_missing_glyph_in_any_figure_is_not_saved(tmp_path: Path) -> None:
    figure = every_chart("a4_half")["states"]
    with house_style():
        figure.text(0.1, 0.5, LACKING)
    with pytest.raises(ProblemsFound, match="图“状态”"):
        save(figure, tmp_path, "状态", counts(), "说明")
    assert list(tmp_path.iterdir()) == []


def test_characters_of_the_gazette_are_covered() -> None:
    assert fonts.missing_characters(["筸子坪镇①≥㎡−‰“”—〔2023〕●▲■○◇◆"]) == {}
    assert fonts.missing_characters(["a\ud7ff"]) == {"\ud7ff": "a\ud7ff"}


def test_font_package_is_never_imported_and_settings_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    every_chart("a4_half")
    assert dict(mpl.rcParams) == before
    assert fonts.CARRIER not in sys.modules


def test_missing_font_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "CARRIER", "no_such_package_here")
    with pytest.raises(ProblemsFound, match="没有找到图表用的中文字体"):
        fonts.font_file.__wrapped__()


def test_text_outside_the_picture_stops_the_chart(tmp_path: Path) -> None:
    figure = every_chart("a4_half")["states"]
    with house_style():
        figure.text(0.9, 0.5, "伸出图外的长长的一行字")
    with pytest.raises(ProblemsFound, match="超出图幅"):
        save(figure, tmp_path, "图", counts(), "说明")


def test_chart_without_alt_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="没有替代文字"):
        save(every_chart("a4_half")["states"], tmp_path, "图", counts(), " ")


def test_data_beside_the_chart_is_inert_and_opens_with_its_mark(tmp_path: Path) -> None:
    data = pd.DataFrame({"=名": ["=1+1", "-甲", "@乙", "丙"], "数": [-1.5, 2.0, math.nan, 0.0]})
    save(every_chart("a4_half")["states"], tmp_path, "图", data, "说明")
    content = (tmp_path / "图.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == "'=名,数\n'=1+1,-1.5\n'-甲,2.0\n'@乙,\n丙,0.0\n"
    assert (tmp_path / "图.txt").read_text("utf-8") == "说明\n"


def test_rows_are_sorted_and_bars_start_at_zero() -> None:
    figure = completion_bullets(levels(["低", "高", "中"], [0.1, 0.9, 0.5]), TITLE, FOOTNOTE)
    words = words_of(figure)
    assert sorted(["低", "高", "中"], key=words.index) == ["高", "中", "低"]
    assert {bar.get_x() for bar in figure.axes[0].patches} == {0.0}
    assert figure.axes[0].get_xlim()[0] == 0.0


def test_figures_stand_beside_the_bars_as_they_are() -> None:
    # 0.29 − 5/12 = −12.666… percentage points; 2.9 of the target is drawn cut but printed whole.
    words = words_of(completion_bullets(levels(["甲", "乙"], [0.29, 2.9]), TITLE, FOOTNOTE))
    assert {"29.0%", "−12.7", "290.0%", "+248.3", "欠序时(重)", "达序时", "●", "■"} <= set(words)
    assert "超过120%的条形截断" in "".join(words)


def test_rows_without_a_number_are_left_out_and_no_row_is_an_error() -> None:
    frame = levels(["有", "无"], [0.5, math.nan])
    words = words_of(completion_bullets(frame, TITLE, FOOTNOTE))
    assert "有" in words
    assert "无" not in words
    with pytest.raises(ProblemsFound, match="没有可画的数"):
        completion_bullets(frame[frame["title"] == "无"], TITLE, FOOTNOTE)


def test_too_many_rows_keep_the_worst_and_say_so() -> None:
    names = [f"第{number}项" for number in range(80)]
    words = words_of(completion_bullets(levels(names, [number / 80 for number in range(80)]), TITLE, FOOTNOTE))
    drawn = [name for name in names if name in words]
    assert drawn == names[: len(drawn)]
    assert 20 < len(drawn) < 80
    assert f"本图只列进度最靠后的{len(drawn)}项，共80项" in "".join(words)


def test_growth_chart_marks_what_is_approximate() -> None:
    words = words_of(growth_against_target(growths(), TITLE, FOOTNOTE))
    assert {"6.1*", "290.5", "—", "−8.7"} <= set(words)
    assert "* 为近似值" in "".join(words)


def test_counts_by_light_and_their_words() -> None:
    words = words_of(states_by_battle(counts(), TITLE, FOOTNOTE))
    # 甲: 3 green, 1 amber, 0 without a light, 4 in all; the other group: 2 without a light, 2 in all.
    # The counts come column by column from the right: all, no light, amber, green; the axis has the ticks 0 to 4.
    assert [word for word in words if word.isdigit()] == [*"42", *"02", *"10", *"30", *"01234"]
    assert {"达序时", "欠序时(轻)", "缺报", "合计"} <= set(words)
    assert "■" not in words  # nothing is red, so there is no red key


def test_path_starts_where_the_first_month_is_known() -> None:
    figure = path_against_last_year(year(), TITLE, FOOTNOTE, unit="万元", target=1150.0)
    words = words_of(figure)
    assert {"本年累计（1—5月 500 万元）", "目标 1,150", "预计 1,200"} <= set(words)
    actual = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert list(actual.get_xdata()) == [2, 3, 4, 5]
    assert figure.axes[0].get_ylim()[0] == 0.0


def test_wrap_keeps_numbers_whole_and_closing_marks_off_the_start() -> None:
    lines = wrap("增长12,345.6%，其中甲增长8.7%。", 10, 0.9)
    assert "".join(lines) == "增长12,345.6%，其中甲增长8.7%。"
    assert [line for line in lines if line[0] in "，。"] == []
    assert sum("12,345.6%" in line for line in lines) == 1


def test_charts_leave_their_tables_alone() -> None:
    frame = growths()
    growth_against_target(frame, TITLE, FOOTNOTE)
    pd.testing.assert_frame_equal(frame, growths())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="没有 fork 的系统，进程之间不共用打开的文件")
def test_processes_forked_from_one_that_knows_the_fonts_read_glyphs_side_by_side() -> None:
    """A forked process shares the place in every file its parent has open; fonts must not be read through one."""
    done = subprocess.run([sys.executable, "-c", FORKED_READERS], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("[0, 0, 0, 0]\n", "", 0)
