"""Mutated workbooks against the intake: no traceback, no silent change of a value, bounded time and memory.

    python benchmarks/fuzz_intake.py --minutes 3            mutations of the shipped example workbooks
    python benchmarks/fuzz_intake.py --seeds FOLDER         mutations of other workbooks

Bytes are flipped, cut out, put in or cut off; in half of the .xlsx cases that happens inside one part, which is then
packed again, so that the container's checksums do not give it away. A case fails where anything but a problem comes
out, where it takes longer than a minute or more than 3 GB, and where a number read differs from what an independent
reader finds in the same cell.
"""

import argparse
import io
import math
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl

from fhdata.intake.layouts import Layout, load_layouts
from fhdata.intake.raw_cells import read_raw_cells

ROOT = Path(__file__).parents[1]
SEEDS = (ROOT / "data" / "raw", *sorted((ROOT / "places").glob("*/data/raw")))
SUFFIXES = (".xlsx", ".xls", ".csv")
MOST_SECONDS = 60
MOST_BYTES = 3_000_000_000


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The bytes with one to twenty places flipped, a piece removed, doubled or zeroed, or the end cut off."""
    data = bytearray(content)
    kind = rng.choice(["flip", "flip", "flip", "cut", "double", "zero", "truncate"])
    at = rng.randrange(max(len(data), 1))
    length = rng.randrange(1, 64)
    if kind == "flip":
        for _ in range(rng.randrange(1, 21)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del data[at : at + length]
    elif kind == "double":
        data[at:at] = data[at : at + length]
    elif kind == "zero":
        data[at : at + length] = bytes(len(data[at : at + length]))
    else:
        del data[at:]
    return bytes(data)


def repacked(content: bytes, rng: random.Random) -> bytes:
    """An .xlsx with one of its parts mutated, sheets more often than others."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = [name for name in parts if "worksheets/sheet" in name or "sharedStrings" in name]
    name = rng.choice(sheets if sheets and rng.random() < 0.8 else sorted(parts))
    parts[name] = mutated(parts[name], rng) if parts[name] else parts[name]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return stream.getvalue()


def independent(content: bytes) -> dict[tuple[str, str], float] | None:
    """Every number of an .xlsx as openpyxl reads it; None where it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            return {
                (page.title, cell.coordinate): float(cell.value)
                for page in book.worksheets
                for row in page.iter_rows()
                for cell in row
                if isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
            }
    except Exception:  # noqa: BLE001 - whatever it stumbles over, it is no judge of this file then
        return None


def one_case(path: Path, content: bytes, layouts: tuple[Layout, ...]) -> tuple[str, str]:
    """Read one mutated workbook: what came of it, and what is wrong with that."""
    path.write_bytes(content)
    cells, problems = read_raw_cells(path, layouts)
    if cells.empty:
        return ("refused", "") if problems else ("nothing", "neither a cell nor a problem")
    if path.suffix != ".xlsx":
        return "read with problems" if problems else "read", ""
    numbers = independent(content)
    if numbers is None:
        return "read, no second opinion", ""
    listed = cells[cells["value"].notna()]
    for row in listed[["source_sheet", "source_cell", "raw_text", "value"]].itertuples(index=False):
        other = numbers.get((row.source_sheet, row.source_cell))
        if other is None:
            continue  # a number written as text
        as_shown = other * 100 if row.raw_text.endswith("%") else other
        if not math.isclose(row.value, as_shown, rel_tol=1e-9, abs_tol=1e-12):
            return "read", f"{row.source_sheet}!{row.source_cell}: {row.value} instead of {other}"
    return "read with problems" if problems else "read", ""


def _too_long(*_: object) -> None:
    raise TimeoutError(f"longer than {MOST_SECONDS} s")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=3.0)
    options.add_argument("--cases", type=int, default=10**9)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seeds", type=Path, action="append")
    given = options.parse_args()
    folders = given.seeds or SEEDS
    books = [path for one in folders for path in sorted(one.rglob("*")) if path.suffix.lower() in SUFFIXES]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    signal.signal(signal.SIGALRM, _too_long)
    layouts, counts, failures, slowest = load_layouts(), Counter[str](), [], 0.0
    start, number = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        while number < given.cases and time.monotonic() - start < 60 * given.minutes:
            number += 1
            rng = random.Random(f"{given.seed} {number}")
            seed = rng.choice(books)
            content = seed.read_bytes()
            is_inside = seed.suffix == ".xlsx" and rng.random() < 0.5
            content = repacked(content, rng) if is_inside else mutated(content, rng)
            begun = time.monotonic()
            signal.alarm(MOST_SECONDS)
            try:
                outcome, wrong = one_case(Path(folder) / f"case{seed.suffix.lower()}", content, layouts)
            except BaseException as error:  # every accident is what is looked for
                if isinstance(error, KeyboardInterrupt):
                    raise
                outcome, wrong = "accident", f"{type(error).__name__}: {error}"
            signal.alarm(0)
            slowest = max(slowest, time.monotonic() - begun)
            counts[outcome] += 1
            if wrong:
                failures.append(f"case {number} of seed {given.seed} ({seed.name}): {wrong}")
    spent = time.monotonic() - start
    told = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    print(f"{number:,} cases of {len(books)} workbooks in {spent:.0f} s, slowest {slowest:.1f} s: {told}")
    print("\n".join(failures) if failures else "no accident, no silent change of a value")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
