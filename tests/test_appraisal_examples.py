"""The worked examples of the appraisal agree with the suite, to the last 0.0001 point and the last fen."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_appraisal_frames import scheme

from fhdata.appraisal.single import CALLS
from fhdata.problems import ProblemsFound

EXAMPLES = [
    example
    for file in sorted(Path(__file__).with_name("examples").glob("appraisal_*.toml"))
    for example in tomllib.loads(file.read_text(encoding="utf-8"))["example"]
]


def plain(value: object) -> object:
    """Exact money as the number an example writes."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_example(example: dict[str, Any]) -> None:
    answer = CALLS[example["call"]](scheme(**example.get("reading", {})), **example["given"])
    assert {name: plain(answer[name]) for name in example["expect"]} == example["expect"]


def test_a_mark_that_is_neither_a_score_nor_a_known_word_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="得分写的是“缺考”，应为数或未涉及、未交"):
        CALLS["month_ranking"](scheme(), series="乡镇", weights={"A": 100}, scores={"甲": {"A": "缺考"}})


def test_a_reading_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ProblemsFound, match="没有读法“tie”，最接近的是“ties”"):
        scheme(tie="dense")
    with pytest.raises(ProblemsFound, match="没有“densely”这种读法，可选：competition"):
        scheme(ties="densely")
