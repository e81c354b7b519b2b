"""The examples in the docstrings of target tracking come out as written."""

import doctest

import pytest

from fhdata.targets import growth, pace, sentences


@pytest.mark.parametrize("module", [growth, pace, sentences])
def test_docstring_examples(module) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
