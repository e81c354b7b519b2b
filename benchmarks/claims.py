"""How long settlement records take at the door and in the sums, beside pandas, the engine's own bare query, and Spark.

Run it from the repository: ``python benchmarks/claims.py`` (about 12 GB of disk in a temporary folder, removed at the
end; ``--small`` leaves out what is beyond 0.8 M records). Every figure comes from a process of its own, which tells its
time and its peak memory (``ru_maxrss``); figures are compared only within one run:

- the door (``read_claims``) over made-up records as the platform exports them, 0.8 M and 6 M;
- the sums (``claim_sums.costs``) over the checked records, against the same sums in pandas, 0.8 M and 6 M;
- the sums over 60 M records (the checked 6 M ten times over, in ten files) with time a row and peak memory;
- the sums against the engine's bare scan and group by the same columns of the same files;
- the door and the sums on Spark in local mode, 0.8 M, equal to the fen.
"""

# ruff: noqa: PLC0415 - each part is a process of its own and pays only for what it imports

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

MONTHS = [f"2023-{number:02d}" for number in range(1, 13)]
SMALL, MIDDLE, COPIES = 800_000, 6_000_000, 10
REPEATS = 3
KEYS = ["institution", "month", "category", "is_dip", "is_psychiatric", "is_four_disease"]
SUMS = ["records", "medfee_fen", "hifp_fen", "fund_fen"]
BARE = (
    f"SELECT {', '.join(KEYS)}, {', '.join(f'SUM({name})' for name in SUMS)}"
    f" FROM read_parquet($1) GROUP BY {', '.join(KEYS)}"
)


def main() -> None:
    """Make records, run every part, print the figures and the ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="0.8 M records only")
    is_small = options.parse_args().small
    folder = Path(tempfile.mkdtemp(prefix="fhdata-benchmark-"))
    try:
        for rows in (SMALL,) if is_small else (SMALL, MIDDLE):
            compare(folder / str(rows), rows)
        if not is_small:
            scale(folder / str(MIDDLE))
        on_spark(folder / str(SMALL))
    finally:
        shutil.rmtree(folder)


def compare(folder: Path, rows: int) -> None:
    """The door, then the sums with DuckDB and with pandas."""
    made = run("make", folder, rows)
    told(f"{rows:,} records made", made, rows)
    told("  door, DuckDB", run("door", folder), rows)
    ours, theirs = run("sums", folder), run("pandas", folder)
    same_figures(ours, theirs)
    told("  sums, DuckDB", ours, rows)
    told("  sums, pandas", theirs, rows)
    empty = run("imports", folder)
    print(f"  imports alone                 {'':10}   {empty['peak_mb']:7.0f} MB")
    print(f"  pandas / DuckDB               {theirs['seconds'] / ours['seconds']:8.1f} x time", end="")
    print(f" {theirs['peak_mb'] / ours['peak_mb']:8.1f} x memory")


def scale(folder: Path) -> None:
    """The sums over ten times the records, and beside the bare query."""
    rows = MIDDLE * COPIES
    for number in range(1, COPIES):
        shutil.copyfile(folder / "checked" / "0.parquet", folder / "checked" / f"{number}.parquet")
    many = run("sums", folder)
    told(f"{rows:,} records, sums", many, rows)
    beside = run("bare", folder)
    told("  bare scan and group", beside, rows)
    print(f"  sums / bare                   {beside['ours'] / beside['seconds']:8.2f} x time, in one process")


def on_spark(folder: Path) -> None:
    """The door and the sums on Spark, equal to DuckDB's."""
    from fhdata.spark_engine import spark_missing

    if spark_missing():
        print(f"Spark left out: {spark_missing()}")
        return
    theirs = run("spark", folder)
    same_figures(run("sums", folder), theirs)
    told(f"{SMALL:,} records, door and sums, Spark", theirs, SMALL)
    print(f"  {len(theirs['figures'])} rows of sums equal to the fen")


def run(part: str, folder: Path, rows: int = 0) -> dict[str, Any]:
    """Run one part in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--part", part, str(folder), str(rows)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def told(what: str, answer: dict[str, Any], rows: int) -> None:
    """One line of figures."""
    each = answer["seconds"] / rows * 1e6
    print(f"{what:<40}{answer['seconds']:8.2f} s {each:7.3f} µs/row {answer['peak_mb']:7.0f} MB", flush=True)


def same_figures(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Stop where two ways differ in a single fen.

    Raises:
        AssertionError: they differ.
    """
    if ours["figures"] != theirs["figures"] or not ours["figures"]:
        raise AssertionError("the two do not give the same sums")


def part(name: str, folder: Path, rows: int) -> None:
    """What a process of its own does: work, then its figures as one line of JSON."""
    started = time.perf_counter()
    answer = {"make": make, "door": door, "sums": sums, "pandas": in_pandas, "bare": bare, "spark": spark}.get(name)
    extra = answer(folder, rows) if answer else imports()
    seconds = extra.pop("seconds", time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB on Linux
    print(json.dumps({"seconds": seconds, "peak_mb": peak, **extra}))


def timed(work: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """The shortest of several runs, and what the last one gave."""
    best, made = float("inf"), None
    for _ in range(repeats):
        started = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - started)
    return best, made


def imports() -> dict[str, Any]:
    """What the modules weigh before any work."""
    from fhdata.engines import DuckDb

    DuckDb().close()
    return {}


def make(folder: Path, rows: int) -> dict[str, Any]:
    """A year of made-up settlements."""
    from fhdata.sampledata.claims import example_institutions, write_claims

    write_claims(folder / "raw", MONTHS, 2023, example_institutions(), rows // len(MONTHS))
    return {}


def read(folder: Path, engine: Any) -> Any:  # noqa: ANN401 - imported only in the process that needs it
    """The door."""
    from fhdata.intake.claims import read_claims
    from fhdata.sampledata.claims import example_institutions

    claims = read_claims(
        folder / "raw",
        example_institutions(),
        home=folder,
        year=2023,
        until_month=12,
        as_of=date(2024, 3, 31),
        engine=engine,
    )
    if claims.problems:
        raise AssertionError(claims.problems[0].sentence)
    return claims


def door(folder: Path, _: int) -> dict[str, Any]:
    """Through the door with DuckDB; the checked records are kept for the other parts."""
    from fhdata.engines import DuckDb

    with DuckDb() as engine:
        seconds, claims = timed(lambda: read(folder, engine), 1)
        (folder / "checked").mkdir()
        engine.write_parquet(f"SELECT * FROM {claims.view}", folder / "checked" / "0.parquet")
    return {"seconds": seconds}


def sums(folder: Path, _: int) -> dict[str, Any]:
    """The suite's sums over the checked records."""
    from fhdata.engines import DuckDb
    from fhdata.funds.claim_sums import costs

    with DuckDb() as engine:
        engine.register_parquet("claims", sorted((folder / "checked").iterdir()))
        seconds, frame = timed(lambda: costs(engine))
    return {"seconds": seconds, "figures": frame.to_numpy().tolist()}


def in_pandas(folder: Path, _: int) -> dict[str, Any]:
    """The same sums as one would write them in pandas."""
    import pandas as pd

    def work() -> pd.DataFrame:
        rows = pd.read_parquet(folder / "checked" / "0.parquet", columns=[*KEYS, *SUMS])
        return rows.groupby(KEYS, as_index=False)[SUMS].sum()

    seconds, frame = timed(work)
    return {"seconds": seconds, "figures": frame.to_numpy().tolist()}


def bare(folder: Path, _: int) -> dict[str, Any]:
    """The engine alone: scan and group, no view, no cast, no order; the suite's sums take turns with it."""
    import duckdb

    from fhdata.engines import DuckDb
    from fhdata.funds.claim_sums import costs

    files = sorted((folder / "checked").iterdir())
    alone = duckdb.connect(config={"memory_limit": "1GB"})
    names = [str(path) for path in files]
    with DuckDb() as engine:
        engine.register_parquet("claims", files)
        turns = [
            (timed(lambda: alone.execute(BARE, [names]).fetchall(), 1)[0], timed(lambda: costs(engine), 1)[0])
            for _ in range(REPEATS)
        ]
    return {"seconds": min(one for one, _ in turns), "ours": min(one for _, one in turns)}


def spark(folder: Path, _: int) -> dict[str, Any]:
    """The same door and sums on Spark; Java's memory is not counted."""
    from fhdata.funds.claim_sums import costs
    from fhdata.spark_engine import Spark

    with Spark() as engine:
        frame = costs(engine, read(folder, engine).view)
    return {"figures": frame.to_numpy().tolist()}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        part(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
