"""The worked examples of target tracking agree with the suite."""

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhdata.problems import ProblemsFound
from fhdata.targets import single

CALLS: dict[str, Callable[..., dict[str, Any]]] = {
    "required_growth": single.required_growth,
    "growth": single.growth,
    "pace": single.pace,
    "forecast": single.forecast,
    "state": single.state,
}
EXAMPLES = [
    example
    for file in sorted(Path(__file__).with_name("examples").glob("targets_*.toml"))
    for example in tomllib.loads(file.read_text(encoding="utf-8"))["example"]
]
NOISE = 1e-9  # binary noise of numbers of everyday size; an example that allows more says so


def agrees(got: object, expected: object, tolerance: float) -> bool:
    if isinstance(expected, bool | str):
        return got == expected
    if math.isnan(float(expected)):  # type: ignore[arg-type]
        return math.isnan(float(got))  # type: ignore[arg-type]
    return got == expected or abs(float(got) - float(expected)) <= tolerance  # type: ignore[arg-type]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_example(example: dict[str, Any]) -> None:
    answer = CALLS[example["call"]](**example["given"])
    expected = example["expect"]
    got = {name: answer[name] for name in expected}
    wrong = {
        name: (value, got[name])
        for name, value in expected.items()
        if not agrees(got[name], value, example.get("tolerance", NOISE))
    }
    assert wrong == {}


def test_a_misspelt_column_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ProblemsFound, match=r"drection.*direction"):
        single.state(target={"drection": "at_most"}, figures=[], period="2023-03", as_of=None)  # type: ignore[arg-type]
