"""Whole runs of small notebooks, forked and in kernels: published whole, or told apart and not published at all.

Starting takes seconds, so all that can run side by side is run once, for the whole module.
"""

import getpass
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from runs_place import make_notebook, make_place, make_report, march, nothing_wrong

from fhdata.places import Place, open_place
from fhdata.problems import Problem, problem
from fhdata.runs.catalogue import Report
from fhdata.runs.locks import hold
from fhdata.runs.published import published_reports
from fhdata.runs.rerun import rerun
from fhdata.runs.run import Outcome, exit_code, run_report, run_reports, target_folder
from fhdata.runs.staging import STAGING
from fhdata.runs.warm import WarmProcess, warm_process

GOOD = ['(output / "a.csv").write_text(f"{period} {as_of}\\n", encoding="utf-8", newline="\\n")', "period"]
NOTEBOOKS = {
    "good": GOOD,
    "error": [*GOOD, "1 / 0", "period"],
    "exit": [*GOOD, "import sys\nsys.exit(0)", "period"],
    "dies": [*GOOD, "os._exit(0)", "period"],
    "hangs": [*GOOD, "import time\ntime.sleep(600)"],
    "forgets": ["period"],
    "tells": [*GOOD, "str(output)"],
    "meddles": [*GOOD, 'Path("data/raw/new.txt").write_text("示例数据")'],
    "eats": [*GOOD, "eaten = []\nwhile True:\n    eaten.append(bytearray(10_000_000))"],
    "child": [
        *GOOD,
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(6)'], check=True).returncode",
    ],
    "rich": [
        *GOOD,
        "import pandas as pd\ntable = pd.DataFrame({f'第{one}列': ['示例数据' * 3] * 70 for one in range(25)})\ntable",
        "print('一'); print('二', end='')\nfrom IPython.display import HTML, clear_output, display",
        "display(HTML('<b>三</b>')); shown = display('四', display_id='x')",
        "print('gone'); clear_output(wait=True); print('kept'); shown.update('五')",
        "import asyncio\nawait asyncio.sleep(0, '七')",
        "from matplotlib.figure import Figure\nfigure = Figure(figsize=(1, 1)); figure",
        "%precision 2\n1 / 3",
        "period;",
        "import sys\n'' in sys.path, __name__, _",
    ],
}
# Kernels are what systems without a fork use; they take seconds to start, so they run these only.
IN_KERNELS = ("good", "error", "exit", "dies", "rich")
# The hanging notebook is given its time; the others have plenty even on a busy machine.
HANGING_SECONDS = 4.5
EATING_BYTES = 300_000_000
OLD = "last good report\n"

RUN_TO_BE_KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from runs_place import make_report, march, nothing_wrong
from fhdata.places import open_place
from fhdata.runs.run import run_reports

report = make_report("killed", "a.csv")
run_reports(open_place(Path(sys.argv[1])), [(report, march(report))], preflight=nothing_wrong)
"""


def report_named(name: str) -> Report:
    report = make_report(name, "a.csv", timeout_seconds=HANGING_SECONDS if name == "hangs" else 120.0)
    memory = EATING_BYTES if name == "eats" else report.memory_bytes
    return replace(report, inputs=("*.txt",) if name == "meddles" else ("**/*.csv",), memory_bytes=memory)


def run(place: Place, name: str, warm: WarmProcess | None = None) -> Outcome:
    report = report_named(name)
    return run_report(place, report, march(report), preflight=nothing_wrong, warm=warm)


def put_old_report(place: Place, name: str) -> Path:
    folder = target_folder(place, report_named(name), march(report_named(name)))
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(OLD, encoding="utf-8")
    return folder


def place_with_notebooks(home: Path) -> Place:
    place = make_place(home)
    for name, cells in NOTEBOOKS.items():
        make_notebook(place, name, cells)
        put_old_report(place, name)
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return place_with_notebooks(tmp_path_factory.mktemp("runs") / "home {of} 示例县")


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmProcess | None]:
    """One process to fork from for all tests; None where the system cannot, and all of them run in kernels."""
    with warm_process() as process:
        yield process


@pytest.fixture(scope="module")
def outcomes(place: Place, warm: WarmProcess | None) -> dict[str, Outcome]:
    with ThreadPoolExecutor(max_workers=3) as pool:
        return dict(zip(NOTEBOOKS, pool.map(lambda name: run(place, name, warm), NOTEBOOKS), strict=True))


@pytest.fixture(scope="module")
def kernel_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return place_with_notebooks(tmp_path_factory.mktemp("kernels") / "home")


@pytest.fixture(scope="module")
def kernel_outcomes(kernel_place: Place) -> dict[str, Outcome]:
    with ThreadPoolExecutor(max_workers=3) as pool:
        return dict(zip(IN_KERNELS, pool.map(lambda name: run(kernel_place, name), IN_KERNELS), strict=True))


def published(place: Place, name: str) -> Path:
    return place.reports / "2023-03" / name


def test_good_notebook_is_published_with_its_parameters(place: Place, outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["good"].state, outcomes["good"].problems) == ("done", ())
    folder = published(place, "good")
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "good.ipynb", "manifest.json"]
    assert (folder / "a.csv").read_text(encoding="utf-8") == "2023-03 2023-04-30\n"
    cells = json.loads((folder / "good.ipynb").read_text(encoding="utf-8"))["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == ["'2023-03'"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("error", ["error.ipynb 第 6 个代码单元：出错，ZeroDivisionError: division by zero。"]),
        ("exit", ["exit.ipynb 第 6 个代码单元：用 exit 提前结束了笔记本，每个单元都要运行完，请去掉这一句。"]),
        ("dies", ["dies.ipynb：笔记本中途断掉，没有运行完，可能是内存不够，请查看保留的日志。"]),
        ("hangs", ["hangs.ipynb：运行超过 0.075 分钟，已停止，请检查笔记本是否在等待或死循环。"]),
        ("eats", ["eats.ipynb 第 6 个代码单元：用的内存超过了给一份报告的上限，请检查是否读入了过大的表。"]),
        ("forgets", ["没有做出承诺的文件 a.csv，请检查笔记本的保存步骤。"]),
        ("meddles", ["运行期间被改动：原始数据：data/raw/new.txt 新增，请等文件放好后重新运行。"]),
    ],
)
def test_bad_notebook_is_told_apart_and_the_old_report_stays(
    place: Place, outcomes: dict[str, Outcome], name: str, said: list[str]
) -> None:
    outcome = outcomes[name]
    assert outcome.state == "failed"
    assert [one.sentence for one in outcome.problems] == said
    assert [path.name for path in published(place, name).iterdir()] == ["a.csv"]
    assert (published(place, name) / "a.csv").read_text(encoding="utf-8") == OLD
    assert (place.home / outcome.kept / f"{name}.ipynb").is_file()


def test_notebook_that_shows_a_path_of_the_machine_is_refused(place: Place, outcomes: dict[str, Outcome]) -> None:
    assert outcomes["tells"].state == "failed"
    assert all("含有本机路径" in one.sentence for one in outcomes["tells"].problems)
    assert (published(place, "tells") / "a.csv").read_text(encoding="utf-8") == OLD


def test_hanging_notebook_ends_at_its_limit(outcomes: dict[str, Outcome]) -> None:
    assert (
        HANGING_SECONDS <= outcomes["hangs"].seconds < HANGING_SECONDS + 20
    )  # the process to fork from may be starting


@pytest.mark.parametrize("name", IN_KERNELS)
def test_kernel_and_fork_say_and_show_the_same(
    place: Place, kernel_place: Place, outcomes: dict[str, Outcome], kernel_outcomes: dict[str, Outcome], name: str
) -> None:
    forked, in_kernel = outcomes[name], kernel_outcomes[name]
    assert (forked.state, forked.problems) == (in_kernel.state, in_kernel.problems)
    if forked.state == "done":
        executed = [
            (published(where, name) / f"{name}.ipynb").read_text(encoding="utf-8") for where in (place, kernel_place)
        ]
        assert executed[0] == executed[1]
    else:
        assert (published(kernel_place, name) / "a.csv").read_text(encoding="utf-8") == OLD


def test_what_a_child_process_prints_is_shown(
    place: Place, warm: WarmProcess | None, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes["child"].state == "done"
    cells = json.loads((published(place, "child") / "child.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [output.get("text", []) for output in cells[-1]["outputs"]]
    assert [] in shown  # the exit status
    assert ["6\n"] in shown or warm is None  # a kernel may end the cell before the words have come


def test_one_report_leaves_nothing_behind_for_the_next(
    place: Place, warm: WarmProcess | None, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes["rich"].state == "done"
    make_notebook(place, "next", [*GOOD, "'table' in globals(), 'pd' in globals(), 'period' in globals()"])
    assert run(place, "next", warm).state == "done"
    cells = json.loads((published(place, "next") / "next.ipynb").read_text(encoding="utf-8"))["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == ["(False, False, True)"]


def test_report_made_again_in_a_copy_is_the_same_or_told(
    place: Place, warm: WarmProcess | None, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes["good"].state == "done"
    make_notebook(place, "clock", [*GOOD, "import time", '(output / "b.txt").write_text(str(time.perf_counter())) > 0'])
    assert run(place, "clock", warm).state == "done"
    reports = {one.name: one for one in published_reports(place) if one.manifest is not None}
    before = sorted(path.name for path in place.reports.rglob("*"))
    assert rerun(place, reports["good"], report_named("good"), warm=warm, preflight=nothing_wrong) == []
    told = rerun(place, reports["clock"], report_named("clock"), warm=warm, preflight=nothing_wrong)
    assert [one.sentence for one in told] == [
        "2023-03/clock：重新生成的 b.txt 与发布的不一致，依据没有变化，请查找不确定的计算。",
    ]
    (published(place, "clock") / "b.txt").write_text("changed", encoding="utf-8")
    damaged = rerun(place, reports["clock"], report_named("clock"), warm=warm, preflight=nothing_wrong)
    assert [one.code for one in damaged] == ["damaged_report"]
    assert sorted(path.name for path in place.reports.rglob("*")) == before


def test_nothing_is_left_of_any_run(place: Place, outcomes: dict[str, Outcome]) -> None:
    assert len(outcomes) == len(NOTEBOOKS)
    assert [path.name for path in (place.reports / STAGING).iterdir() if path.suffix != ".lock"] == []


def test_no_published_file_names_machine_user_or_folder(place: Place, outcomes: dict[str, Outcome]) -> None:
    assert outcomes["good"].state == "done"
    for path in published(place, "good").iterdir():
        text = path.read_text(encoding="utf-8")
        assert str(place.home) not in text
        assert str(Path.home()) not in text
        for name in (socket.gethostname(), getpass.getuser()):
            assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is None


def test_unchanged_report_is_not_made_again_unless_forced_and_is_the_same_then(
    place: Place, warm: WarmProcess | None, outcomes: dict[str, Outcome]
) -> None:
    folder = published(place, "good")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert outcomes["good"].state == "done"
    assert run(place, "good").state == "unchanged"
    report = report_named("good")
    forced = run_report(place, report, march(report), is_forced=True, preflight=nothing_wrong, warm=warm)
    assert (forced.state, forced.changed) == ("done", ())
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    first, second = (json.loads(files.pop("manifest.json")) for files in (before, after))
    assert after == before  # the executed notebook, too, byte for byte
    assert second["id"] == first["id"]
    assert second["previous"] == {"id": first["id"], "changed": []}


def test_damaged_or_outdated_report_is_not_taken_for_unchanged(place: Place, outcomes: dict[str, Outcome]) -> None:
    assert outcomes["good"].state == "done"
    report = report_named("good")
    told = problem("made_up", "检查到了")

    def stops(*_: object) -> list:
        return [told]

    (published(place, "good") / "extra.txt").touch()
    assert run_report(place, report, march(report), preflight=stops).problems == (told,)
    (published(place, "good") / "extra.txt").unlink()
    assert run_report(place, report, march(report), preflight=stops).state == "unchanged"
    later = replace(march(report), as_of=march(report).as_of.replace(month=5))
    assert run_report(place, report, later, preflight=stops).state == "inputs"


def test_second_run_at_once_is_locked(place: Place) -> None:
    with hold(place.reports, "2023-03-good"):
        outcome = run(place, "good")
    assert outcome.state == "locked"
    assert "正由进程" in outcome.problems[0].sentence


def test_misspelt_parameter_in_a_notebook_runs_nothing(tmp_path: Path) -> None:
    place = make_place(tmp_path / "home")
    make_notebook(place, "good", GOOD, parameters='peroid = "2023-03"\nas_of = ""')
    outcome = run(place, "good")
    assert outcome.state == "inputs"
    assert [one.sentence for one in outcome.problems] == [
        "没有参数 peroid，最接近的是 period。",
        "notebooks/good.ipynb：参数单元没有写 period，请补上。",
    ]
    assert not place.processed.exists()


def test_missing_notebook_is_told(tmp_path: Path) -> None:
    outcome = run(make_place(tmp_path / "home"), "good")
    assert [one.sentence for one in outcome.problems] == ["notebooks/good.ipynb：没有这个笔记本，请放回。"]


def test_killed_run_leaves_the_old_report_and_no_process(tmp_path: Path) -> None:
    place = make_place(tmp_path / "home")
    beat = tmp_path / "beat"
    for_ever = (
        f"import itertools, time\nfor number in itertools.count():\n    Path({str(beat)!r}).write_text(str(number))"
    )
    make_notebook(place, "killed", [*GOOD, f"{for_ever}\n    time.sleep(0.02)"])
    old = put_old_report(place, "killed")
    command = [sys.executable, "-c", RUN_TO_BE_KILLED, str(place.home), str(Path(__file__).parent)]
    with subprocess.Popen(command) as runner:
        wait_until(beat.is_file)
        runner.kill()
    wait_until(lambda: not is_beating(beat))
    assert (old / "a.csv").read_text(encoding="utf-8") == OLD
    assert [path.name for path in old.iterdir()] == ["a.csv"]
    stops = problem("made_up", "到此为止")
    report = report_named("killed")
    outcome = run_report(open_place(place.home), report, march(report), preflight=lambda *_: [stops])
    assert outcome.problems == (stops,)  # the lock is free again
    assert [path for path in (place.reports / STAGING).iterdir() if path.is_dir()] == []


def wait_until(is_so, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def is_beating(beat: Path) -> bool:
    before = beat.read_text(encoding="utf-8")
    time.sleep(0.5)
    return beat.read_text(encoding="utf-8") != before


def test_index_is_made_after_the_reports_and_its_problems_are_told(tmp_path: Path) -> None:
    place = make_place(tmp_path / "home")
    report = report_named("good")
    told = problem("made_up", "目录有误")
    tasks = [(report, march(report))]
    outcomes, problems = run_reports(place, tasks, preflight=nothing_wrong, rebuild_index=lambda _: [told])
    assert [one.state for one in outcomes] == ["inputs"]  # there is no notebook
    assert problems == [told]  # and no index was there before


def test_any_executor_makes_reports_of_several_places(tmp_path: Path) -> None:
    """Two counties in two processes that know nothing of this one, as workers on other machines would be."""
    counties = [make_place(tmp_path / name) for name in ("甲", "乙")]
    tasks = [(report_named("good"), march(report_named("good")))]
    for county in counties:
        make_notebook(county, "good", GOOD)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers, ThreadPoolExecutor(2) as pool:

        def make(county: Place) -> tuple[list[Outcome], list[Problem]]:
            return run_reports(county, tasks, preflight=nothing_wrong, rebuild_index=lambda _: [], executor=workers)

        made = list(pool.map(make, counties))
    assert [([one.state for one in outcomes], problems) for outcomes, problems in made] == [(["done"], [])] * 2
    for county in counties:
        assert (published(county, "good") / "a.csv").read_text(encoding="utf-8") == "2023-03 2023-04-30\n"


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["done"], 0),
        (["done", "unchanged"], 0),
        (["failed"], 1),
        (["inputs"], 3),
        (["inputs", "inputs"], 3),
        (["locked"], 4),
        (["done", "failed"], 5),
        (["unchanged", "locked", "inputs"], 5),
        (["failed", "inputs"], 1),
    ],
)
def test_exit_code(states: list, code: int) -> None:
    report = report_named("good")
    assert exit_code([Outcome(report, march(report), state) for state in states]) == code
