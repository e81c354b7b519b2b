"""The month's pack three ways: a shell loop of papermill, ``fhdata run``, and the same cells in one warm process.

    python benchmarks/runs.py [PERIOD] [GROUP] [TIMES]
    python benchmarks/runs.py periods [MONTHS …]

Works in a copy of the place, prints seconds and ratios of one run, and compares every file that the three ways made.
The warm process has all libraries imported and has run the pack once before it is timed. ``fhdata run`` finds nothing
of an earlier run: no report, nothing in ``data/processed``. Python's bytecode lies in a folder of the benchmark's own
that one run of each way has filled before, as an installed package has its bytecode; with FHDATA_BENCHMARK_BYTECODE=no
the environment is left as it is.

``periods`` makes the month's pack of 1, 12 and 36 months (a year of example data; a year in three places) in one run.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fhdata.places import Place, open_place
from fhdata.runs.catalogue import Report
from fhdata.runs.notebooks import find_notebook
from fhdata.runs.processes import cores
from fhdata.runs.run import run_reports
from fhdata.runs.tasks import Task, plan
from fhdata.runs.wiring import calendar_cutoff

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TOLD_BY_RUN = {"manifest.json"}
WARM = """
import json, os, sys, time
from pathlib import Path

jobs = json.loads(sys.argv[1])
seconds = 0.0
for round in range(2):
    for notebook, output, parameters in jobs:
        os.environ["FHDATA_OUTPUT"] = output
        cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        names = {}
        started = time.perf_counter()
        for number, source in enumerate(sources):
            exec(compile(source, "cell", "exec"), names)
            if number == 0:
                names.update(parameters)
        seconds += (time.perf_counter() - started) * round
print(seconds)
"""


def copy_of_place(folder: Path, name: str = "place", more: Path | None = None) -> Path:
    """A place of its own with the rules and the raw data of this one, and more raw data."""
    home = folder / name
    home.mkdir()
    place = open_place(ROOT)
    shutil.copyfile(ROOT / "place.toml", home / "place.toml")
    shutil.copytree(place.rules, home / place.rules.relative_to(ROOT))
    for raw in (place.raw, more) if more else (place.raw,):
        shutil.copytree(raw, home / place.raw.relative_to(ROOT), dirs_exist_ok=True)
    return home


def tasks_of(place: Place, period: str, group: str) -> list[Task]:
    return plan(group, period, "", lambda known: calendar_cutoff(place, known))


def keep_bytecode(folder: Path) -> bool:
    """Let every process from here on find and leave its bytecode in one folder, unless that is not wanted."""
    if os.environ.get("FHDATA_BENCHMARK_BYTECODE") == "no":
        return False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    return True


def shell_loop(home: Path, tasks: list[Task], folder: Path) -> float:
    started = time.perf_counter()
    for report, parameters in tasks:
        output = folder / report.name
        output.mkdir(parents=True)
        words = [word for name, value in parameters.values().items() for word in ("-r", name, value)]
        notebook = find_notebook(open_place(home), report)
        command = [BIN / "papermill", notebook, output / report.notebook, *words, "--cwd", home, "-k", "python3"]
        environment = {**os.environ, "FHDATA_OUTPUT": str(output)}
        subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def suite(home: Path, period: str, group: str) -> float:
    place = open_place(home)
    for old in (place.reports, place.processed):
        shutil.rmtree(old, ignore_errors=True)
    started = time.perf_counter()
    command = [BIN / "fhdata", "run", group, period, "--home", home]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - started


def warm_cells(home: Path, tasks: list[Task], folder: Path) -> float:
    place = open_place(home)
    jobs = [
        (str(find_notebook(place, report)), str(folder / report.name), parameters.values())
        for report, parameters in tasks
    ]
    command = [sys.executable, "-c", WARM, json.dumps(jobs)]
    return float(subprocess.run(command, cwd=home, capture_output=True, text=True, check=True).stdout)


def files_of(folder: Path, report: Report) -> dict[str, str]:
    """The report's files without the executed notebook, whose times and paths papermill writes anew each time."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in TOLD_BY_RUN | {report.notebook}
    }


def values_of(notebook: Path) -> list[str]:
    """What the cells of an executed notebook show."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [json.dumps(one.get("data"), sort_keys=True) for cell in cells for one in cell.get("outputs", [])]


def processor_seconds() -> float:
    """What the processes that have ended so far took of all cores: it tells more than a clock on a busy machine."""
    spent = os.times()
    return spent.children_user + spent.children_system


def compare(period: str, group: str, times: int, folder: Path) -> None:
    home = copy_of_place(folder)
    place = open_place(home)
    tasks = tasks_of(place, period, group)
    bytecode = "cached" if keep_bytecode(folder) else "not cached"
    print(f"{group} {period}: {len(tasks)} reports, {cores()} cores, Python bytecode {bytecode}", flush=True)
    if bytecode == "cached":
        shell_loop(home, tasks[:1], folder / "untimed")
        suite(home, period, group)
    for number in range(times):
        made = folder / str(number)
        before = processor_seconds()
        loop = shell_loop(home, tasks, made / "loop")
        between = processor_seconds()
        ours = suite(home, period, group)
        used = between - before, processor_seconds() - between
        warm = warm_cells(home, tasks, made / "warm")
        print(f"papermill loop {loop:.1f} s, fhdata run {ours:.1f} s, warm process {warm:.1f} s: ", end="")
        print(f"{loop / ours:.2f} times faster than the loop, {ours / warm:.2f} times the warm process")
        print(f"  processor time of all processes: loop {used[0]:.1f} s, fhdata run {used[1]:.1f} s")
        for report, parameters in tasks:
            published = place.reports / str(parameters.period) / report.name
            wanted = files_of(published, report)
            same = [files_of(made / way / report.name, report) == wanted for way in ("loop", "warm")]
            shown = values_of(made / "loop" / report.name / report.notebook) == values_of(published / report.notebook)
            files = f"{len(wanted)} files, same in all three: {all(same)}"
            print(f"  {report.name}: {files}; cells show the same: {shown}", flush=True)


def many_periods(counts: Sequence[int], folder: Path) -> None:
    """Time the month's pack of many months, twelve a place, one place after the other."""
    keep_bytecode(folder)
    command = [BIN / "fhdata", "sample", "2023", "--to", folder / "sample", "--home", ROOT]
    subprocess.run(command, check=True, capture_output=True)
    for count in counts:
        started = time.perf_counter()
        states: list[str] = []
        for number, first in enumerate(range(0, count, 12)):
            place = open_place(copy_of_place(folder, f"{count}-{number}", folder / "sample"))
            months = range(1, min(12, count - first) + 1)
            tasks = [task for month in months for task in tasks_of(place, f"2023-{month:02}", "monthly")]
            outcomes, _ = run_reports(place, tasks)
            states += [outcome.state for outcome in outcomes]
        seconds = time.perf_counter() - started
        told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        print(f"{count} months: {seconds:.1f} s, {seconds / count:.1f} s a month; reports: {told}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        if sys.argv[1:2] == ["periods"]:
            many_periods([int(word) for word in sys.argv[2:]] or [1, 12, 36], Path(name))
            return
        period, group, times = (*sys.argv[1:], *("2023-03", "monthly", "1")[len(sys.argv) - 1 :])
        compare(period, group, int(times), Path(name))


if __name__ == "__main__":
    main()
