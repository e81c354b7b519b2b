"""One report from its checks to its published folder, and several of them side by side."""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs import checks, wiring
from fhdata.runs.catalogue import Report
from fhdata.runs.codes import BAD_INPUTS, DONE, FAILED, LOCKED, SOME_FAILED
from fhdata.runs.engine import Execution, Progress, execute
from fhdata.runs.executed import DATA_PROBLEM, cell_problems, trace_problems, without_traces
from fhdata.runs.locks import Locked, hold
from fhdata.runs.manifest import (
    Manifest,
    changes,
    complete,
    damage,
    fingerprint,
    is_same_run,
    read_manifest,
    write_manifest,
)
from fhdata.runs.notebooks import find_notebook, parameter_cell_problems, read_notebook
from fhdata.runs.outputs import files_of, output_problems
from fhdata.runs.parameters import Parameters
from fhdata.runs.processes import cores
from fhdata.runs.staging import Staging, open_staging, publish, recover
from fhdata.runs.traces import known_folders
from fhdata.runs.warm import WarmProcess, warm_process

State = Literal["done", "unchanged", "failed", "inputs", "locked"]
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Helper = tuple[WarmProcess | None, int]  # the process that others are forked from, and whose turn it is there
Preflight = Callable[[Place, Report, Parameters], list[Problem]]

_CODES: dict[State, int] = {"done": DONE, "unchanged": DONE, "failed": FAILED, "inputs": BAD_INPUTS, "locked": LOCKED}
NEEDED_BYTES = 200_000_000
WAITING = 3


@dataclass(frozen=True)
class Outcome:
    """How one report's run ended, for the summary; ``kept`` is where a failed notebook can be looked at."""

    report: Report
    parameters: Parameters
    state: State
    problems: tuple[Problem, ...] = ()
    files: int = 0
    changed: tuple[str, ...] = ()
    kept: str = ""
    seconds: float = 0.0


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """One exit code for all: 0 all done, the common code where all failed alike, 5 some of several, 1 otherwise."""
    codes = {_CODES[one.state] for one in outcomes}
    if DONE in codes:
        return SOME_FAILED if len(codes) > 1 else DONE
    return codes.pop() if len(codes) == 1 else FAILED


def target_folder(place: Place, report: Report, parameters: Parameters) -> Path:
    """Where a report is published: ``reports/<period>/<report>/``."""
    return place.reports / str(parameters.period) / report.name


def run_report(
    place: Place,
    report: Report,
    parameters: Parameters,
    *,
    is_forced: bool = False,
    preflight: Preflight | None = None,
    warm: WarmProcess | None = None,
    turn: int = 0,
    on_progress: Progress | None = None,
) -> Outcome:
    """Make and publish one report; until its last step the report that was there before stays as it is.

    Args:
        place: the place.
        report: which report.
        parameters: checked parameters.
        is_forced: make it again though nothing changed.
        preflight: tells everything wrong with rules and inputs; None for ``checks.preflight``.
        warm: the process that forks the notebook's; None runs the notebook in a kernel.
        turn: where several reports wait for the same, the lowest comes first.
        on_progress: called with the number of the cell that starts and the number of cells.
    """
    started = time.monotonic()
    name = f"{parameters.period}-{report.name}"

    helper = warm, turn

    def check(*given: *tuple[Place, Report, Parameters]) -> list[Problem]:
        return preflight(*given) if preflight else _ask(helper, checks.preflight, *given)

    try:
        with hold(place.reports, name):
            recover(place.reports, name, target_folder(place, report, parameters))
            job = _job(place, report, parameters)
            if _is_up_to_date(job) and not is_forced:
                outcome = replace(job.ended("unchanged"), files=len(files_of(job.target)))
            elif problems := _own_preflight(job) + check(place, report, parameters):
                outcome = job.ended("inputs", problems)
            else:
                staging = open_staging(place.reports, name)
                try:
                    outcome = _make(job, staging, helper, on_progress)
                finally:
                    staging.discard()
    except Locked as locked:
        outcome = Outcome(report, parameters, "locked", (locked.problem,))
    except ProblemsFound as found:
        outcome = Outcome(report, parameters, "inputs", found.problems)
    return replace(outcome, seconds=time.monotonic() - started)


def run_reports(
    place: Place,
    tasks: Iterable[tuple[Report, Parameters]],
    *,
    is_forced: bool = False,
    preflight: Preflight | None = None,
    rebuild_index: Callable[[Place], list[Problem]] | None = None,
    on_start: Callable[[Report, Parameters], Progress | None] | None = None,
    on_end: Callable[[Outcome], None] | None = None,
    executor: Executor | None = None,
) -> tuple[list[Outcome], list[Problem]]:
    """Make several reports side by side, each whatever becomes of the others, then the index of all reports.

    Args:
        place: the place.
        tasks: the reports and their checked parameters.
        is_forced: make them again though nothing changed.
        preflight: as for ``run_report``.
        rebuild_index: writes the index; gives back its problems. None for ``wiring.rebuild_index``.
        on_start: told what begins; gives back what is to be told of the progress.
        on_end: told how each report ended.
        executor: where the reports are made, each in a kernel and without telling its progress: several machines that
            share the place's folder, say. None: here, forked from one warm process, as many at once as there are cores.

    Returns:
        How each report ended, in the order of the tasks, and the problems of the index.
    """
    tasks = list(tasks)
    with warm_process() as warm:
        if executor is not None:
            waiting = [
                executor.submit(run_report, place, *task, is_forced=is_forced, preflight=preflight) for task in tasks
            ]
            outcomes = [one.result() for one in waiting]
        else:
            if warm and (is_forced or not all(target_folder(place, *task).is_dir() for task in tasks)):
                warm.start()  # there will be something to make; meanwhile it is found out what

            def make(turn: int, task: tuple[Report, Parameters]) -> Outcome:
                progress = on_start(*task) if on_start else None
                outcome = run_report(
                    place, *task, is_forced=is_forced, preflight=preflight, warm=warm, turn=turn, on_progress=progress
                )
                if on_end:
                    on_end(outcome)
                return outcome

            # More than there are cores: while some reports run, the next are checked and the last are published.
            with ThreadPoolExecutor(max_workers=min(cores() + WAITING * (warm is not None), len(tasks) or 1)) as pool:
                outcomes = list(pool.map(make, range(len(tasks)), tasks))
        if any(one.state == "done" for one in outcomes) or not (place.reports / wiring.INDEX).is_file():
            return outcomes, rebuild_index(place) if rebuild_index else _ask((warm, 0), wiring.rebuild_index, place)
        return outcomes, []


def _ask(
    helper: Helper, function: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Answer:
    """Call a function of ``wiring``, where it can be in a process that has the libraries it needs."""
    warm, turn = helper
    return warm.ask(turn, function, *args, **kwargs) if warm else function(*args, **kwargs)


@dataclass(frozen=True)
class _Job:
    """One report's run, and all that it is made from."""

    place: Place
    report: Report
    parameters: Parameters
    notebook: Path
    made_from: Manifest
    previous: Manifest | None

    @property
    def target(self) -> Path:
        return target_folder(self.place, self.report, self.parameters)

    def ended(self, state: State, problems: Sequence[Problem] = ()) -> Outcome:
        return Outcome(self.report, self.parameters, state, tuple(problems))


def _job(place: Place, report: Report, parameters: Parameters) -> _Job:
    notebook = find_notebook(place, report)
    made_from = fingerprint(place, report, parameters, notebook)
    previous = read_manifest(target_folder(place, report, parameters))
    return _Job(place, report, parameters, notebook, made_from, previous)


def _is_up_to_date(job: _Job) -> bool:
    return (
        job.previous is not None and is_same_run(job.previous, job.made_from) and not damage(job.previous, job.target)
    )


def _make(job: _Job, staging: Staging, helper: Helper, on_progress: Progress | None) -> Outcome:
    warm, turn = helper
    execution = execute(
        job.notebook,
        job.parameters.values(),
        staging,
        cwd=job.place.home,
        timeout_seconds=job.report.timeout_seconds,
        memory_bytes=job.report.memory_bytes,
        warm=warm,
        turn=turn,
        on_progress=on_progress,
    )
    problems = _execution_problems(execution, job.report) or _finish(job, execution, staging, helper)
    problems += _changed_meanwhile(job)
    if problems:
        is_data = all(one.code == DATA_PROBLEM for one in problems)
        failed = job.ended("inputs" if is_data else "failed", problems)
        return replace(failed, kept=_keep(job, execution))
    manifest = complete(
        job.made_from, staging.output, _checks(job.report), job.previous,
        corrections=_ask(helper, wiring.corrections_of, job.place, job.report),
        readings=wiring.readings_of(job.place, job.report, job.parameters.period),
    )  # fmt: skip
    write_manifest({**manifest, "timings": _timings(execution)}, staging.output)
    count = len(files_of(staging.output))
    publish(staging, job.target)
    changed = tuple(changes(job.previous, job.made_from)) if job.previous else ()
    return replace(job.ended("done"), files=count, changed=changed)


def _own_preflight(job: _Job) -> list[Problem]:
    found = parameter_cell_problems(read_notebook(job.notebook), f"notebooks/{job.notebook.name}")
    if shutil.disk_usage(job.place.home).free < NEEDED_BYTES:
        found.append(problem("disk_full", f"磁盘剩余不足 {NEEDED_BYTES // 1_000_000} MB", "", "请先清理磁盘"))
    return found


def _execution_problems(execution: Execution, report: Report) -> list[Problem]:
    if execution.state == "timeout":
        said = f"运行超过 {report.timeout_seconds / 60:g} 分钟，已停止"
        return [problem("timeout", said, "", "请检查笔记本是否在等待或死循环", file=report.notebook)]
    if execution.state == "died":
        said = "笔记本中途断掉，没有运行完"
        return [problem("kernel_died", said, "", "可能是内存不够，请查看保留的日志", file=report.notebook)]
    return cell_problems(read_notebook(execution.executed), report.notebook)


def _changed_meanwhile(job: _Job) -> list[Problem]:
    """A report whose inputs, rules or notebook changed while it was made would not be what its manifest says."""
    now = fingerprint(job.place, job.report, job.parameters, job.notebook)
    watched = {**job.made_from, **{key: now[key] for key in ("inputs", "rules", "notebook")}}
    return [
        problem("inputs_changed", f"运行期间被改动：{change}", "", "请等文件放好后重新运行")
        for change in changes(job.made_from, watched)
    ]


def _finish(job: _Job, execution: Execution, staging: Staging, helper: Helper) -> list[Problem]:
    """Put the executed notebook among the outputs and check them all."""
    folders = known_folders(job.place.home, staging.folder)
    source_ids = {cell["id"] for cell in read_notebook(job.notebook)["cells"] if "id" in cell}
    published = without_traces(read_notebook(execution.executed), source_ids)
    text = json.dumps(published, ensure_ascii=False, indent=1) + "\n"
    found = trace_problems(published, job.report.notebook, folders)
    found += output_problems(staging.output, job.report.promised, folders)
    found += _ask(helper, wiring.personal_data, staging.output)
    (staging.output / job.report.notebook).write_text(text, encoding="utf-8", newline="\n")
    return found


def _keep(job: _Job, execution: Execution) -> str:
    """Keep what a failed run left for whoever looks into it; only the last failure of each report is kept."""
    folder = job.place.processed / "failed" / str(job.parameters.period) / job.report.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in ((execution.executed, job.report.notebook), (execution.log, execution.log.name)):
        if source.is_file():
            shutil.copyfile(source, folder / name)
    return job.place.relative(folder)


def _checks(report: Report) -> dict[str, str]:
    """The checks that every published report has passed."""
    return {
        "preflight": "passed",
        "every_cell_ran_without_error_or_warning": "passed",
        "no_missing_glyph": "passed",
        "no_outside_link": "passed",
        "no_machine_path": "passed",
        "no_personal_identifier": "passed",
        "promised_files": "；".join((*report.promised, report.notebook)),
    }


def _timings(execution: Execution) -> dict[str, str | float]:
    return {"made": datetime.now(UTC).isoformat(timespec="seconds"), "notebook_seconds": round(execution.seconds, 2)}
