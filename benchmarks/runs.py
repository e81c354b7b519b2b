"""The month's pack three ways: a shell loop of papermill, ``fhdata run``, and the same cells in one warm process.

    python benchmarks/runs.py [PERIOD] [GROUP] [TIMES]

Works in a copy of the place, prints seconds and ratios of one run, and compares every file that the three ways made.
The warm process has all libraries imported and has run the pack once before it is timed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fhdata.places import open_place
from fhdata.runs.catalogue import Report
from fhdata.runs.notebooks import find_notebook
from fhdata.runs.processes import cores
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


def copy_of_place(folder: Path) -> Path:
    home = folder / "place"
    home.mkdir()
    place = open_place(ROOT)
    shutil.copyfile(ROOT / "place.toml", home / "place.toml")
    for part in (place.raw, place.rules):
        shutil.copytree(part, home / part.relative_to(ROOT))
    return home


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
    started = time.perf_counter()
    command = [BIN / "fhdata", "run", group, period, "--home", home, "--force"]
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


def main() -> None:
    period, group, times = (*sys.argv[1:], *("2023-03", "monthly", "1")[len(sys.argv) - 1 :])
    bytecode = "not cached" if sys.dont_write_bytecode else "cached"
    with tempfile.TemporaryDirectory() as name:
        home = copy_of_place(Path(name))
        place = open_place(home)
        tasks = plan(group, period, "", lambda known: calendar_cutoff(place, known))
        print(f"{group} {period}: {len(tasks)} reports, {cores()} cores, Python bytecode {bytecode}")
        for number in range(int(times)):
            folder = Path(name) / str(number)
            loop = shell_loop(home, tasks, folder / "loop")
            ours = suite(home, period, group)
            warm = warm_cells(home, tasks, folder / "warm")
            print(f"papermill loop {loop:.1f} s, fhdata run {ours:.1f} s, warm process {warm:.1f} s: ", end="")
            print(f"{loop / ours:.2f} times faster than the loop, {ours / warm:.2f} times the warm process")
            for report, parameters in tasks:
                published = place.reports / str(parameters.period) / report.name
                wanted = files_of(published, report)
                same = [files_of(folder / way / report.name, report) == wanted for way in ("loop", "warm")]
                shown = values_of(folder / "loop" / report.name / report.notebook) == values_of(
                    published / report.notebook
                )
                files = f"{len(wanted)} files, same in all three: {all(same)}"
                print(f"  {report.name}: {files}; cells show the same: {shown}")


if __name__ == "__main__":
    main()
