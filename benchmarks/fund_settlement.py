"""Times of the fund's settlement: one settlement after aggregation, a thousand scenarios, the readings table.

Run ``python benchmarks/fund_settlement.py``. One county: 74 made-up institutions, 12 months, 3 categories.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fund_cases import ITEMS, RULES_OF_THE_FUND, YEAR, terms

from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_readings import alternatives
from fhdata.funds.fund_single import plain_inputs
from fhdata.funds.scenarios import grid
from fhdata.funds.settlement import settle

RUNS = 20
PERCENTS = [f"{number}%" for number in range(-12, 13)]


def county() -> FundInputs:
    """2 county hospitals, 24 township clinics, 20 pharmacies, 20 institutions elsewhere, 8 private ones."""
    hospitals = [
        {"code": f"H{number}", "level": "county", "score": 80 + number, "cost_wan_yuan": 1800, "dip_wan_yuan": 3000}
        for number in range(2)
    ]
    clinics = [
        {
            "code": f"T{number}",
            "kind": "clinic",
            "level": "township",
            "score": 70 + number,
            "cost_wan_yuan": 100 + number,
        }
        for number in range(24)
    ]
    others = [
        {"code": f"{kind}{number}", "kind": kind, "cost_wan_yuan": 12}
        for kind, many in {"pharmacy": 20, "outside": 20, "private": 8}.items()
        for number in range(many)
    ]
    plain = plain_inputs(YEAR, ITEMS, [*hospitals, *clinics, *others])
    more = [plain.costs.assign(category=one) for one in ("inpatient", "dual_channel")]
    return replace(plain, costs=pd.concat([plain.costs, *more], ignore_index=True))


def best_seconds(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    times = []
    for _ in range(RUNS):
        start = clock()
        run()
        times.append(clock() - start)
    return min(times)


def main() -> None:
    inputs, used = county(), terms()
    print(f"{len(inputs.institutions)} institutions, {len(inputs.costs)} sums of claims")
    once = 1000 * best_seconds(lambda: settle(inputs, used))
    busy = 1000 * best_seconds(lambda: settle(inputs, used), time.process_time)
    print(f"settlement after aggregation, checks and tables included: {once:.0f} ms, {busy:.0f} ms of CPU (goal 50)")
    levers = {"income_received": PERCENTS, "costs": PERCENTS[:20], "penalty": ["both", "budget"]}
    rows = grid(inputs, used, levers)
    print(f"{len(rows)} scenarios: {best_seconds(lambda: grid(inputs, used, levers)):.2f} s (goal 5)")
    table = alternatives(RULES_OF_THE_FUND, used.on, inputs)
    seconds = best_seconds(lambda: alternatives(RULES_OF_THE_FUND, used.on, inputs))
    single, pairs = (table.loc[table["is_pair"] == one, "alternative"].nunique() for one in (False, True))
    print(f"readings table, {single} alternatives and {pairs} pairs shown: {seconds:.2f} s")


if __name__ == "__main__":
    main()
