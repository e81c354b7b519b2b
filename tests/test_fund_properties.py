"""What must hold of the fund's settlement whatever the figures; the laws and their cases are in ``fund_laws``."""

from collections.abc import Callable

import pytest
from fund_laws import LAWS, Case, better_scores_never_cost, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Ten thousand cases and more: python benchmarks/fund_properties.py
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_a_law_of_the_settlement(law: Callable[[Case], None]) -> None:
    FEW(given(cases())(law))()


@FEW
@given(case=cases(), gain=st.integers(0, 500_000))
def test_better_never_costs(case: Case, gain: int) -> None:
    better_scores_never_cost(case, gain)
