"""How long a year of target tracking takes after intake, beside a plain per-row pandas loop of the same formulae.

Run it from the repository: ``python benchmarks/targets.py``. It writes a whole example year of workbooks into a
temporary folder, reads them once, and then tracks every target of the register at the end of each month: with the
suite, and with a loop that takes one target at a time and looks its figures up in the observations, as one would write
it in a first notebook. Both must give the same figures; the last line is the ratio of the two.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from fhdata.intake.observations import Intake, read_observations
from fhdata.periods import Period, parse_period
from fhdata.places import open_place
from fhdata.quantities import conversion_factor, is_convertible
from fhdata.rules.register import Register, load_register
from fhdata.rules.rulebook import load_rules
from fhdata.sampledata import SEED, generate
from fhdata.targets.progress import track
from fhdata.targets.thresholds import read_thresholds

ROOT = Path(__file__).resolve().parents[1]
YEAR = 2023
AS_OF = date(YEAR + 1, 3, 31)
REPEATS = 5
COMPARED = ("observed_value", "completion_ratio", "growth_pct", "required_growth_pct")
STEPS = {"month": 1, "quarter": 3, "halfyear": 6, "year": 12}
FLOWS = ("level", "increment", "binary")


def main() -> None:
    """Read a year, time both ways, compare their figures, print the times and their ratio."""
    place = open_place(ROOT)
    register = load_register(place.rules)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "data" / "raw"
        years = [parse_period(str(year)) for year in (YEAR - 2, YEAR - 1, YEAR)]
        generate(raw, years, SEED, place.rules)
        registry = register.registry
        intake = read_observations(
            raw, registry.indicators, registry.indicator_names, home=Path(folder), as_of=AS_OF, area=place.name
        )
    months = [Period(YEAR, "month", number) for number in range(1, 13)]
    thresholds = read_thresholds(load_rules(place.rules / "target_rules.toml"), AS_OF)

    def suite() -> list[pd.DataFrame]:
        return [
            track(
                register.targets, intake.observations, registry.indicators, month, AS_OF, thresholds=thresholds,
                blanks=intake.blanks, area=place.name,
            )
            for month in months
        ]  # fmt: skip

    def loop() -> list[pd.DataFrame]:
        return [by_rows(register, intake, month) for month in months]

    fast, tracked = timed(suite, REPEATS)
    slow, looped = timed(loop, 1)
    same = sum(agreeing(one, other) for one, other in zip(tracked, looped, strict=True))
    print(f"{len(register.targets)} targets x {len(months)} months, {len(intake.observations)} observations")
    print(f"fhdata.targets.progress.track  {fast:8.3f} s (best of {REPEATS})")
    print(f"per-row pandas loop            {slow:8.3f} s")
    print(f"figures compared and equal     {same:8d}")
    print(f"ratio                          {slow / fast:8.0f}")


def timed(work: Callable[[], list[pd.DataFrame]], repeats: int) -> tuple[float, list[pd.DataFrame]]:
    """The shortest of several runs, and what the last one gave."""
    best, made = float("inf"), []
    for _ in range(repeats):
        started = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - started)
    return best, made


def agreeing(tracked: pd.DataFrame, looped: pd.DataFrame) -> int:
    """How many figures were compared; every figure the loop has must be the suite's own.

    Raises:
        AssertionError: a figure differs.
    """
    count = 0
    for name in COMPARED:
        own, other = tracked[name].to_numpy(dtype=float), looped[name].to_numpy(dtype=float)
        has = ~np.isnan(other)
        np.testing.assert_allclose(own[has], other[has], rtol=1e-9, atol=1e-9, err_msg=name)
        count += int(has.sum())
    return count


def by_rows(register: Register, intake: Intake, month: Period) -> pd.DataFrame:
    """The plain way: a loop over the targets, each looking up its figures and applying its formula."""
    indicators = register.registry.indicators.set_index("indicator")
    rows = []
    for _, target in register.targets.iterrows():
        indicator = indicators.loc[target["indicator"]]
        step = STEPS[target["frequency"] or indicator["frequency"]]
        last = month.month // step * step
        first = target["observable_from"] or indicator["observable_from"]
        rows.append(one_row(target, indicator, intake.observations, last if last >= first else 0))
    return pd.DataFrame(rows, columns=list(COMPARED))


def one_row(target: pd.Series, indicator: pd.Series, observations: pd.DataFrame, month: int) -> dict[str, float]:
    """Value, completion, growth and required growth of one target; NaN where there is none."""
    answer = dict.fromkeys(COMPARED, float("nan"))
    if month == 0 or target["kind"] in ("rate", "relative", "ceiling"):
        return answer
    unit = target["unit"] if is_convertible(target["unit"], indicator["unit"]) else indicator["unit"]
    factor = float(conversion_factor(indicator["unit"], unit))
    now = figure(observations, indicator, YEAR, month, "value") * factor
    before = figure(observations, indicator, YEAR - 1, month, "value") * factor
    published = figure(observations, indicator, YEAR, month, "growth")
    computes = indicator["price_basis"] not in ("constant", "comparable") and before > 0
    growth = published if not np.isnan(published) else 100 * (now / before - 1) if computes else float("nan")
    if target["kind"] == "growth_rate":
        answer |= {"observed_value": growth, "growth_pct": growth}
        total = figure(observations, indicator, YEAR - 1, 12, "value") * factor
        share = before / total if indicator["aggregation"] in ("cumulative", "count_event") else float("nan")
        if target["direction"] == "at_least" and share < 1:
            answer["required_growth_pct"] = (target["value"] - share * growth) / (1 - share)
    elif target["kind"] in FLOWS and target["flow_or_stock"] != "stock" and indicator["aggregation"] != "stock":
        answer["observed_value"] = now
        if target["path"] != "per_quarter":
            answer["completion_ratio"] = now / target["value"]
    return answer


def figure(observations: pd.DataFrame, indicator: pd.Series, year: int, month: int, measure: str) -> float:
    """The last released cumulative figure (or balance) of a month, looked up among all observations."""
    names = [f"{year}-{month:02d}"]
    names += [f"{year}Q{month // 3}"] if month % 3 == 0 else []
    names += [str(year)] if month == 12 else []
    spans = ["stock"] if indicator["aggregation"] == "stock" else ["ytd", "year"]
    found = observations.loc[
        (observations["indicator"] == indicator.name)
        & observations["period"].isin(names)
        & (observations["measure"] == measure)
        & observations["span"].isin([*spans, *(["month"] if month == 1 else [])])
    ]
    return float("nan") if found.empty else float(found.sort_values("released")["value"].iloc[-1])


if __name__ == "__main__":
    main()
