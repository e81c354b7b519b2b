"""Kill −9 at random moments of a run: the published folder must be wholly the old or wholly the new report.

    python benchmarks/kill_runs.py [TIMES] [SEED]

Each round changes an input, starts a run and kills it somewhere between its start and its usual end; then the
published report is compared with its manifest, the lock is taken, and no process of the run may be left. At the end one
run is let through. Exit status 1 as soon as a round fails.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from runs_place import make_notebook, make_place

from fhdata.places import Place, open_place
from fhdata.runs.locks import hold
from fhdata.runs.manifest import read_manifest
from fhdata.runs.published import published_reports, verify

FILES = 30
INPUT = "data/raw/2023-03/工业/月报.csv"
CELLS = [
    f'text = Path("{INPUT}").read_text(encoding="utf-8")',
    f'for number in range({FILES}):\n    (output / f"{{number}}.csv").write_text(text, encoding="utf-8")',
    "import time\ntime.sleep(0.3)",
]
RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from runs_place import make_report, march, nothing_wrong
from fhdata.places import open_place
from fhdata.runs.run import run_reports

report = make_report("killed", "0.csv")
outcomes, _ = run_reports(open_place(Path(sys.argv[1])), [(report, march(report))], preflight=nothing_wrong)
sys.exit(outcomes[0].state != "done")
"""


def start(place: Place) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", RUN, str(place.home), str(Path(__file__).parents[1] / "tests")])


def change_input(place: Place, number: int) -> None:
    (place.home / INPUT).write_text(f"示例数据,{number}\n", encoding="utf-8")


def faults(place: Place) -> list[str]:
    """What is wrong with what is published, and with the lock."""
    found = [one.sentence for published in published_reports(place) for one in verify(published)]
    folder = place.reports / "2023-03" / "killed"
    texts = {(folder / f"{number}.csv").read_text(encoding="utf-8") for number in range(FILES)}
    found += [] if len(texts) == 1 and read_manifest(folder) else [f"parts of {len(texts)} reports"]
    with hold(place.reports, "2023-03-killed"):
        return found


def left_over(place: Place) -> list[int]:
    """Processes still at work in the place's folder."""
    home = place.home.resolve()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                is_inside = (entry / "cwd").resolve().is_relative_to(home)
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                continue
            found += [int(entry.name)] if is_inside else []
    return found


def main() -> None:
    times, seed = (int(word) for word in (*sys.argv[1:], *("100", "20230331")[len(sys.argv) - 1 :]))
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        place = make_place(Path(name) / "home")
        make_notebook(place, "killed", CELLS)
        started = time.monotonic()
        start(place).wait()
        usual = time.monotonic() - started
        before, new = read_manifest(place.reports / "2023-03" / "killed") or {}, 0
        for number in range(times):
            change_input(place, number)
            run = start(place)
            first, last = (0.0, 1.0) if number % 2 else (0.8, 1.1)  # half of them about the time of publishing
            time.sleep(chance.uniform(first * usual, last * usual))
            run.kill()
            run.wait()
            time.sleep(0.3)
            found = [*faults(open_place(place.home)), *(f"process {one} is left" for one in left_over(place))]
            if found:
                sys.exit(f"round {number}: {'; '.join(found)}")
            now = read_manifest(place.reports / "2023-03" / "killed") or {}
            new += now.get("id") != before.get("id")
            before = now
        change_input(place, -1)
        code = start(place).wait()
        print(
            f"{times} kills within {usual:.1f} s each: {times - new} left the old report, {new} the new one,", end=" "
        )
        print(f"none a part of one; the next run ended with {code}")
        sys.exit(code)


if __name__ == "__main__":
    main()
