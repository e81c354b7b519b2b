"""Worked examples written as data: all that ship agree; what is written wrong is named with the nearest right key."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhdata.agreement import differences
from fhdata.appraisal import single as appraisal
from fhdata.examples import CALLS, HEADER, Example, Supplies, answered, given_fields, read_examples, run
from fhdata.funds import assistance_single as assistance
from fhdata.funds import dip_single as dip
from fhdata.funds import fund_single as fund
from fhdata.places import Place, open_place
from fhdata.plain_types import misfits
from fhdata.problems import ProblemsFound
from fhdata.targets import single as targets

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "examples"
FILES = sorted(FOLDER.glob("*.toml"))
LIST_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", flags=re.MULTILINE)
AND_MORE = ", and the other columns of the targets table"
RIGHT = """
[[example]]
name = "对的"
call = "growth"
source = "示例数据"
given = { current = 3, base = 2 }
expect = { growth_pct = 50 }
"""


def place() -> Place:
    return open_place(ROOT)


def written(folder: Path, text: str, name: str = "case.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sentences(path: Path) -> list[str]:
    with pytest.raises(ProblemsFound) as stopped:
        run([path], place())
    return [one.sentence for one in stopped.value.problems]


# ── the project's own examples ──


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_example_agrees(path: Path) -> None:
    rows, code = run([path], place())
    assert [row for row in rows if row[2] != "一致"] == [HEADER]
    assert (len(rows) > 1, code) == (True, 0)


def test_no_two_calls_share_a_name() -> None:
    assert len(CALLS) == len(targets.CALLS) + len(assistance.CALLS) + len(fund.CALLS) + len(dip.CALLS) + len(
        appraisal.CALLS
    )


def test_the_published_list_names_every_call_with_its_fields() -> None:
    """Given fields as in the signatures; expected ones as the call answers its first shipped example."""
    listed = {
        call: (fields.split(", "), expects.removesuffix(AND_MORE).split(", "), expects.endswith(AND_MORE))
        for call, fields, expects in LIST_ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    }
    assert {call: fields for call, (fields, *_) in listed.items()} == {
        call: [name if is_needed else f"[{name}]" for name, is_needed in given_fields(call).items()] for call in CALLS
    }
    first = {example.content["call"]: example for example in reversed(read_examples([FOLDER], place()))}
    supplies = Supplies(place())
    answers = {call: set(answered(first[call], supplies)) for call in CALLS}
    for call, (_, expects, has_more) in listed.items():
        assert set(expects) - answers[call] == set(), call
        assert has_more or answers[call] == set(expects), call


# ── the table ──


def test_a_difference_shows_both_values_and_fails(tmp_path: Path) -> None:
    path = written(tmp_path, RIGHT + RIGHT.replace("对的", "错的").replace("= 50", "= 49"))
    rows, code = run([path], place())
    assert rows == [
        HEADER,
        ("case.toml", "对的", "一致", "growth_pct = 50", "growth_pct = 50.0"),
        ("case.toml", "错的", "不一致", "growth_pct = 49", "growth_pct = 50.0"),
    ]
    assert code == 1


def test_a_folder_is_every_toml_file_below_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    written(tmp_path, RIGHT, "a.toml")
    written(tmp_path / "inner", RIGHT, "b.toml")
    written(tmp_path, "not an example", "c.txt")
    rows, _ = run([tmp_path], place())
    assert [row[0] for row in rows[1:]] == ["a.toml", "b.toml"]


# ── what is written wrong ──


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[[example]]", "[[exampel]]", "：不认识“exampel”，最接近的是“example”，请改正。"),
        ("source", "sourec", "「对的」：不认识“sourec”，最接近的是“source”“tolerance”，请改正。"),
        ("source =", "# ", "「对的」：没有写 source，此项必填，请补上。"),
        ('"growth"', '"grwth"', "「对的」 call：没有算法“grwth”，最接近的是“growth”“required_growth”，请改正。"),
        ("current", "curent", "「对的」 given：不认识“curent”，最接近的是“current”，请改正。"),
        (", base = 2", "", "「对的」 given：没有写 base，growth 要有它，请补上。"),
        ("growth_pct", "growth_pc", "「对的」 expect：不认识“growth_pc”，最接近的是“growth_pct”，请改正。"),
        ("base = 2", 'base = "2"', "「对的」 given.base：写的是“2”，应为数，请改正。"),
        ("growth_pct = 50 ", "", "「对的」 expect：expect 是空的，至少写一个应得数，请补上。"),
        ('"示例数据"', "5", "「对的」 source：写的是“5”，应为文字（加引号），请改正。"),
        ("expect", "tolerance = true\nexpect", "「对的」 tolerance：写的是“true”，应为数，请改正。"),
        ("expect", "reading = {}\nexpect", "「对的」 reading：growth 不用有读法的规则，没有可选的读法，请去掉。"),
    ],
)
def test_a_misspelt_or_missing_key_is_named_with_the_nearest_right_one(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in RIGHT
    assert f"case.toml{said}" in sentences(written(tmp_path, RIGHT.replace(right, wrong)))


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, RIGHT.replace("source", "sourec") + RIGHT.replace("growth_pct", "pct"), "a.toml")
    written(tmp_path, RIGHT.replace("current", "curent"), "b.toml")
    written(tmp_path, "name = ", "c.toml")
    told = sentences(tmp_path)
    assert [sentence.split("：")[0] for sentence in told] == [
        "c.toml",
        *["a.toml「对的」"] * 2,  # a key too many, a key missing
        "a.toml「对的」 expect",
        *["b.toml「对的」 given"] * 2,
    ]


TARGET = '{ target = { drection = "at_most" }, figures = [], period = "2023-03", as_of = 2023-04-01 }'


@pytest.mark.parametrize(
    ("call", "given_text", "said"),
    [
        ("state", TARGET, ["target 里没有“drection”这一项，最接近的是“direction”"]),
        ("bonus", '{ events = [{ unit = "甲", kind = "praise" }] }', ["events 里有一条没有写 level"]),
        (
            "bonus",
            '{ events = [{ unit = "甲", kind = "praise", levle = "省" }] }',
            ["events 里没有“levle”这一项，最接近的是“level”", "events 里有一条没有写 level"],
        ),
        ("standard", '{ category = "subsistence_urbn", on = 2023-01-01 }', ["没有“subsistence_urbn”，最接近的是"]),
        ("nursing_allowance", '{ wage_yuan = 1550, share = "a sixth" }', ["算不出来：ValueError"]),
        ("funding", "{ cost_yuan = 0.1, shares = {}, appropriated_yuan = {} }", ["应为文字（加引号）或整数"]),
        ("pace", '{ target = 1, to_date = 1, month = 1, step_month = "a" }', ["写的是“a”，应为整数"]),
    ],
)
def test_what_a_call_refuses_carries_the_file_and_the_example(
    tmp_path: Path, call: str, given_text: str, said: list[str]
) -> None:
    text = (
        f'[[example]]\nname = "甲"\ncall = "{call}"\nsource = "示例数据"\ngiven = {given_text}\nexpect = {{ a = 1 }}\n'
    )
    told = sentences(written(tmp_path, text))
    assert len(told) == len(said)
    for sentence, part in zip(told, said, strict=True):
        assert sentence.startswith("case.toml「甲」")
        assert part in sentence


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "none.toml", "none.toml：没有这个文件或文件夹，请核对名称。"),
        (lambda folder: folder, "文件夹里没有 .toml 文件，请核对。"),
        (lambda folder: written(folder, ""), "case.toml：没有算例，应有 [[example]]，请补上。"),
    ],
)
def test_nothing_to_run_is_said(tmp_path: Path, make: Any, said: str) -> None:
    (told,) = sentences(make(tmp_path))
    assert told.endswith(said)


def test_another_reading_changes_the_answer(tmp_path: Path) -> None:
    """95, 93, 93, 90 are ranked 1, 2, 2, 4; with dense ranks 1, 2, 2, 3."""
    case = """
[[example]]
name = "甲"
call = "ranking"
source = "示例数据"
given = { series = "乡镇", totals = { A = 95, B = 93, C = 93, D = 90 } }
expect = { ranks = { A = 1, B = 2, C = 2, D = 3 } }
"""
    rows, _ = run([written(tmp_path, case)], place())
    assert rows[1][2:] == ("不一致", "ranks.D = 3", "ranks.D = 4")
    rows, _ = run([written(tmp_path, case + 'reading = { ties = "dense" }\n')], place())
    assert rows[1][2] == "一致"


def test_a_place_without_the_rules_says_so() -> None:
    examples = [Example("case.toml", one.content) for one in read_examples([FOLDER / "appraisal_points.toml"], place())]
    with pytest.raises(ProblemsFound, match=r"appraisal"):
        answered(examples[0], Supplies(open_place(ROOT / "places" / "quanguo-2019")))


# ── agreement ──


@pytest.mark.parametrize(
    ("expected", "got", "tolerance", "paths"),
    [
        ({"a": 0.3}, {"a": 0.1 + 0.2}, None, []),  # binary noise
        ({"a": 0.3}, {"a": 0.3001}, None, ["a"]),
        ({"a": 0.3}, {"a": 0.3001}, 0.001, []),
        ({"a": "650.00"}, {"a": "650.0"}, None, ["a"]),
        ({"a": 1}, {"a": True}, None, ["a"]),
        ({"a": float("nan")}, {"a": float("nan")}, None, []),
        ({"a": float("inf")}, {"a": float("inf")}, None, []),
        ({"a": float("nan")}, {"a": 0.0}, 1.0, ["a"]),
        ({"a": {"甲": 1}}, {"a": {"甲": 1, "乙": 2}}, None, ["a.乙"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, None, ["a[1]"]),
        ({"a": {}}, {"a": {"甲": 1}}, None, ["a", "a.甲"]),
    ],
)
def test_agreement_is_exact_but_for_noise_and_a_written_tolerance(
    expected: Mapping[str, Any], got: Mapping[str, Any], tolerance: float | None, paths: list[str]
) -> None:
    assert [one.path for one in differences(expected, got, tolerance)] == paths


PLAIN = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=2), inside, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(PLAIN, PLAIN)
def test_an_answer_agrees_with_itself_and_a_difference_is_seen_from_both_sides(one: object, other: object) -> None:
    assert differences({"a": one}, {"a": one}) == []
    assert bool(differences({"a": one}, {"a": other})) == bool(differences({"a": other}, {"a": one}))


@pytest.mark.parametrize(
    ("value", "kind", "paths"),
    [
        (1, float, []),
        (True, float, ["x"]),
        (1.0, int, ["x"]),
        (None, int | None, ["x"]),  # TOML has no nothing: it is left out
        ([1, "2"], list[int], ["x[1]"]),
        ({"a": {"b": 1.5}}, dict[str, dict[str, int]], ["x.a.b"]),
        ("text", list[int], ["x"]),
        ([1], dict[str, int], ["x"]),
        (["1", 1], list[str | int], []),
    ],
)
def test_values_of_a_wrong_kind_are_found_by_their_path(value: object, kind: Any, paths: list[str]) -> None:
    assert [path for path, _, _ in misfits("x", value, kind)] == paths
