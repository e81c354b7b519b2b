"""How fast a big workbook is read, tidied and checked, against pandas with openpyxl merely reading the same file.

    python benchmarks/intake.py            200,000 rows x 8, and 10, 100, 1,000 small workbooks

Every measurement runs in a process of its own, which tells its time and its peak memory; the figures are made up.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd
import xlsxwriter

from fhdata.intake.observations import read_observations

ROWS = 200_000
MONTHS = range(2, 9)
REGISTRY = {
    "indicator": "alpha", "name": "甲指标", "unit": "万元", "aggregation": "cumulative", "frequency": "month",
    "has_january": True, "observable_from": 1, "publisher": "甲局", "due_day": 20, "price_basis": "current", "note": "",
}  # fmt: skip
NAMES = {"name": "甲指标", "indicator": "alpha", "span": "", "measure": "", "unit": "", "note": ""}


def write_workbook(path: Path, rows: int, seed: int) -> None:
    """A made-up table of firms by month."""
    rng = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("表")
    page.write_row(0, 0, ["2023年甲指标（示例数据）"])
    page.write_row(1, 0, ["单位：万元"])
    page.write_row(2, 0, ["企业名称", *(f"1-{month}月" for month in MONTHS)])
    for row in range(rows):
        base = rng.uniform(1, 900)
        page.write_row(3 + row, 0, [f"示例企业{seed}之{row}", *(round(base * month, 2) for month in MONTHS)])
    page.write_row(3 + rows, 0, ["报出日期：2023-09-08"])
    book.close()


def by_fhdata(home: Path) -> tuple[int, int]:
    """Read, tidy and check every workbook of a place; gives the number of facts and the bytes of their frame."""
    indicators, names = pd.DataFrame([REGISTRY]), pd.DataFrame([NAMES])
    intake = read_observations(home / "data" / "raw", indicators, names, home, date(2023, 12, 31), area="示例县")
    if intake.problems:
        raise SystemExit(intake.problems[0].sentence)
    return len(intake.observations), int(intake.observations.memory_usage(deep=True).sum())


def by_pandas(home: Path) -> tuple[int, int]:
    """Merely read every workbook with openpyxl; gives the number of cells and the bytes of the frames."""
    frames = [pd.read_excel(path, engine="openpyxl", header=None) for path in sorted(home.rglob("*.xlsx"))]
    return sum(one.size for one in frames), sum(int(one.memory_usage(deep=True).sum()) for one in frames)


def written(home: Path, rows: int, count: int) -> None:
    """Write ``count`` workbooks of so many rows in a process of its own: a child is charged its parent's memory."""
    command = [sys.executable, __file__, "--write", str(count), "--home", str(home), "--rows", str(rows)]
    subprocess.run(command, check=True)


WAYS = {"fhdata": by_fhdata, "pandas": by_pandas}


def measured(way: str, home: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def one_way(way: str, home: Path) -> None:
    """What the process of its own does; memory before the reading is what the libraries take."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, busy = time.perf_counter(), time.process_time()
    count, size = WAYS[way](home)
    told = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - busy}
    told |= {"count": count, "frame_mb": size / 1024**2}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(told | {"peak_mb": peak / 1024, "before_mb": before / 1024}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--way", choices=WAYS)
    options.add_argument("--write", type=int)
    options.add_argument("--home", type=Path)
    options.add_argument("--rows", type=int, default=ROWS)
    given = options.parse_args()
    if given.write:
        for number in range(given.write):
            write_workbook(given.home / "data" / "raw" / "2023-08" / "甲" / f"{number}.xlsx", given.rows, number)
        return
    if given.way:
        one_way(given.way, given.home)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "big"
        written(home, given.rows, 1)
        results = {way: measured(way, home) for way in WAYS}
        for way, told in results.items():
            print(f"{way:8}{given.rows:,} x 8: " + ", ".join(f"{key} {value:,.1f}" for key, value in told.items()))
        faster = {key: results["pandas"][key] / results["fhdata"][key] for key in ("seconds", "cpu_seconds")}
        print(f"fhdata is {faster['seconds']:.1f} times faster ({faster['cpu_seconds']:.1f} by processor time)")
        own = results["fhdata"]
        memory = (own["peak_mb"] - own["before_mb"]) / own["frame_mb"]
        print(f"its memory is {memory:.2f} times that of the frame it makes")
        for count in (10, 100, 1_000):
            home = Path(folder) / str(count)
            written(home, 20, count)
            told = measured("fhdata", home)
            each = 1_000 * told["seconds"] / count
            print(f"{count:5,} small workbooks: {told['seconds']:.2f} s, {each:.1f} ms each, {told['peak_mb']:.0f} MB")


if __name__ == "__main__":
    main()
