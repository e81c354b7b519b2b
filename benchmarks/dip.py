"""How long a prefecture's year of DIP cases takes, from the file to each hospital's balance.

Run it from the repository: ``python benchmarks/dip.py``. Made-up cases (示例数据), 100,000 to 800,000 on DuckDB
and 400,000 on Spark where it is there, everything in one run; the same totals on both engines.
"""

import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from fhdata.engines import DuckDb, Engine
from fhdata.funds.dip_cases import case_points, standards
from fhdata.funds.dip_inputs import DipInputs, case_problems, table_problems
from fhdata.funds.dip_readings import alternatives
from fhdata.funds.dip_settlement import settle_dip
from fhdata.funds.dip_terms import DipTerms, dip_terms_on
from fhdata.funds.dip_weights import weigh
from fhdata.intake.dip_cases import define_cases
from fhdata.problems import stop_on
from fhdata.rules.dip import load_dip
from fhdata.sampledata.dip import example_groups, example_history, example_hospitals, write_cases
from fhdata.spark_engine import Spark, spark_missing

SIZES = (100_000, 200_000, 400_000, 800_000)
SHOWN = 400_000
HOSPITALS, GROUPS, SEED, YEAR = 60, 300, 2023, 2023
FUND_FEN = 180_000_000_000
DAY = date(YEAR, 12, 31)
RULES = load_dip(Path(__file__).parents[1] / "fhdata" / "rules" / "fenghuang")


def inputs_of(terms: DipTerms) -> tuple[DipInputs, pd.DataFrame]:
    groups, hospitals = example_groups(SEED, GROUPS), example_hospitals(HOSPITALS, SEED)
    history = example_history(groups, YEAR)
    weights = weigh(history.groupby(["group_code", "year"], as_index=False)[["cases", "cost_fen"]].sum(), YEAR, terms)
    directory = groups.drop(columns="mean_fen").merge(weights.groups[["group_code", "points"]], on="group_code")
    means = history.loc[history["year"] == YEAR - 1, ["level", "group_code", "cases", "cost_fen"]]
    return DipInputs(FUND_FEN, directory, hospitals, means, weights.budget_value_fen), groups


def settled(engine: Engine, path: Path, inputs: DipInputs, terms: DipTerms) -> tuple[pd.DataFrame, float]:
    started = time.perf_counter()
    (path.parent / engine.name).mkdir(exist_ok=True)
    engine.register_parquet("dip_file", [path])
    stop_on(define_cases(engine, "dip_file", "dip_cases", path.name, path.parent / engine.name))
    stop_on([*table_problems(inputs), *case_problems(engine, "dip_cases", inputs)])
    hospitals = settle_dip(
        case_points(engine, "dip_cases", standards(engine, "dip_cases", inputs, terms), terms), inputs, terms
    ).hospitals
    return hospitals, time.perf_counter() - started


def main() -> None:
    terms = dip_terms_on(RULES, DAY)
    inputs, groups = inputs_of(terms)
    with tempfile.TemporaryDirectory() as folder:
        files = {size: Path(folder) / f"{size}.parquet" for size in SIZES}
        for size, path in files.items():
            write_cases(path, size, groups, inputs.hospitals, seed=SEED)
        for size, path in files.items():
            with DuckDb() as engine:
                here, seconds = settled(engine, path, inputs, terms)
                print(f"DuckDB, {size:,} cases: {seconds:.2f} s, {seconds / size * 1e6:.1f} s a million")
                if size == SHOWN:
                    started = time.perf_counter()
                    table = alternatives(engine, "dip_cases", inputs, RULES, DAY)
                    print(f"  every other reading: {time.perf_counter() - started:.2f} s, {len(table)} rows")
                    shown = here
        if spark_missing():
            sys.exit(f"Spark: {spark_missing()}")
        with Spark() as engine:
            there, seconds = settled(engine, files[SHOWN], inputs, terms)
        print(f"Spark, {SHOWN:,} cases: {seconds:.2f} s; the same to the fen and the point: {there.equals(shown)}")
        closed = replace(terms, readings=replace(terms.readings, patient_share="ratio"))
        with DuckDb() as engine:
            due = settled(engine, files[SHOWN], inputs, closed)[0]["due_fen"]
        print(f"Σ due where patients bear the complement: {int(due.sum()):,} fen before audit and assessment are added")


if __name__ == "__main__":
    main()
