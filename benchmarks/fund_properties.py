"""The laws of the fund's settlement over many random cases: ``python benchmarks/fund_properties.py [cases]``.

Ten thousand unless told otherwise, every law on each; a case that breaks one is shrunk and shown, and the run fails.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fund_laws import LAWS, Case, better_scores_never_cost, cases
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CASES = 10_000


def main(number: int) -> None:
    seen = 0

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(case=cases(), gain=st.integers(0, 500_000))
    def every_law_holds(case: Case, gain: int) -> None:
        nonlocal seen
        for law in LAWS.values():
            law(case)
        better_scores_never_cost(case, gain)
        seen += 1

    start = time.perf_counter()
    every_law_holds()
    print(f"{seen} cases, {len(LAWS) + 1} laws each, {time.perf_counter() - start:.0f} s: all hold")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
