"""The command line: ``fhdata run monthly 2023-03`` and what goes with it.

Nothing heavier than the standard library is imported before a command needs it: the help answers at once.
"""

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fhdata.periods import Period, parse_period
from fhdata.places import Place, open_place
from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.runs.catalogue import ALL, CADENCE_NAMES, load_catalogue
from fhdata.runs.codes import BAD_INPUTS, BAD_PARAMETERS, DONE, FAILED, INTERRUPTED
from fhdata.runs.command_line import HELP, PERIOD_WORD, REPORT_WORD, Command, Option, command_help, overview, parse
from fhdata.runs.parameters import Parameters, attempt, read_day
from fhdata.runs.tasks import Task, offered, plan

if TYPE_CHECKING:
    from fhdata.runs.due import Due
    from fhdata.runs.published import Published

Value = TypeVar("Value")
CELL_COLUMNS = {
    "source_sheet": "工作表",
    "source_cell": "单元格",
    "series_label": "行标题",
    "column_label": "列标题",
    "unit_text": "单位",
    "period": "期间",
    "span": "时段",
    "raw_text": "原文",
}


class BadInputs(Exception):  # noqa: N818 - names what happened
    """The parameters are right, but the place's files are not."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(one.sentence for one in problems))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the process's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character must not stop a run
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except ProblemsFound as found:
        return _refuse(found.problems, BAD_PARAMETERS)
    except BadInputs as found:
        return _refuse(found.problems, BAD_INPUTS)
    except PermissionError as error:
        said = f"没有权限读写“{Path(error.filename or '').name}”"
        return _refuse([problem("no_permission", said, "", "请检查权限，或关闭打开它的程序")], BAD_INPUTS)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has enough
        return DONE
    except KeyboardInterrupt:
        print("\n已中断，原有报告未动。", file=sys.stderr)
        return INTERRUPTED


def _dispatch(given: list[str]) -> int:
    if not given or given[0] in ("-h", HELP.flag):
        print(overview(COMMANDS))
        return DONE
    command, arguments = parse(given, COMMANDS)
    if arguments.help:
        print(command_help(given[0], command))
        return DONE
    return command.run(arguments)


def _refuse(problems: Sequence[Problem], code: int, closing: str = "什么也没有运行，原有报告未动") -> int:
    from fhdata.runs.console import problem_lines  # noqa: PLC0415 - only when there is something to say

    print(problem_lines(problems, closing), end="", file=sys.stderr)
    return code


def _open(arguments: argparse.Namespace) -> Place:
    return open_place(Path(arguments.home) if arguments.home else None)


def _tasks(arguments: argparse.Namespace, wanted: str, period: str) -> tuple[Place, list[Task]]:
    """The place and the reports that are meant, once every word is right."""
    problems: list[Problem] = list(arguments.problems)
    if period and arguments.period and period != arguments.period:
        said = f"期间写了两个：{period} 和 {arguments.period}"
        problems.append(problem("two_periods", said, "只能写一个", "请去掉一个"))
    place = attempt(problems, _open, arguments)
    period = period or arguments.period
    tasks = None
    if not period:
        attempt(problems, load_catalogue().select, wanted or ALL)
    elif wanted:
        tasks = attempt(problems, plan, wanted, period, arguments.as_of, lambda known: _cutoff(place, known, problems))
    stop_on(problems)
    return _found(place), offered(_found(tasks), _found(place).rules, wanted)


def _found(value: Value | None) -> Value:
    """What is there for certain once all problems have stopped the command."""
    if value is None:
        raise AssertionError("a problem has not been told")
    return value


def _cutoff(place: Place | None, period: Period, problems: Sequence[Problem]) -> date:
    if place is None or problems:
        return period.end  # nothing will run: any day does to check the other words
    from fhdata.runs.wiring import calendar_cutoff  # noqa: PLC0415 - reads rules

    try:
        return calendar_cutoff(place, period)
    except ProblemsFound as found:
        raise BadInputs(found.problems) from found


# What is done


def _run(arguments: argparse.Namespace) -> int:
    try:
        if arguments.due:
            return _run_due(arguments)
        wanted, period = (*arguments.words, "", "")[:2]
        return _make(*_tasks(arguments, wanted, period), arguments.force)
    except BadInputs as found:
        _notify("报告没有运行", found.problems)
        raise


def _notify(subject: str, problems: Sequence[Problem]) -> None:
    """Tell whoever the environment names that a run failed; a schedule has nobody before its screen."""
    from fhdata.runs.console import problem_lines  # noqa: PLC0415 - heavier than the help may be
    from fhdata.runs.notices import send_notices  # noqa: PLC0415 - the same

    unsent = send_notices(subject, problems, os.environ)
    if unsent:
        print(problem_lines(unsent, "报告不受影响"), end="", file=sys.stderr)


def _make(place: Place, tasks: Sequence[Task], is_forced: bool) -> int:
    from fhdata.runs.console import Screen, problem_lines, summary  # noqa: PLC0415 - heavy
    from fhdata.runs.run import exit_code, run_reports  # noqa: PLC0415 - heavy

    screen = Screen(sys.stderr)
    outcomes, unlisted = run_reports(place, tasks, is_forced=is_forced, on_start=screen.start, on_end=screen.end)
    print(summary(outcomes), end="")
    problems = [one for outcome in outcomes for one in outcome.problems]
    if problems:
        print(problem_lines(problems, "有问题的报告没有发布，原有报告未动"), end="", file=sys.stderr)
    if unlisted:
        print(problem_lines(unlisted, "报告目录没有更新"), end="", file=sys.stderr)
    waiting = [one for outcome in outcomes if outcome.state == "locked" for one in outcome.problems]
    if failures := [one for one in [*problems, *unlisted] if one not in waiting]:  # the run that holds the lock tells
        _notify(f"{place.name}有报告没有发布", failures)
    return exit_code(outcomes) or (FAILED if unlisted else DONE)


def _due_rows(arguments: argparse.Namespace) -> "tuple[Place, date, list[Due]]":
    problems: list[Problem] = list(arguments.problems)
    place = attempt(problems, _open, arguments)
    as_of = attempt(problems, read_day, arguments.as_of) or datetime.now(UTC).astimezone().date()
    stop_on(problems)
    from fhdata.runs.due import due_at  # noqa: PLC0415 - heavier than the help may be

    try:
        return _found(place), as_of, due_at(_found(place), as_of)
    except ProblemsFound as found:
        raise BadInputs(found.problems) from found


def _run_due(arguments: argparse.Namespace) -> int:
    if arguments.words or arguments.period:
        arguments.problems.append(problem("extra_word", "--due 不能与报告和期间同写", "", "请去掉其一"))
    place, as_of, rows = _due_rows(arguments)
    from fhdata.runs.due import missing  # noqa: PLC0415 - imported by now

    tasks = [(one.report, Parameters(one.period, one.cut_off)) for one in missing(rows)]
    if not tasks:
        print(f"截至 {as_of} 应出的报告都已发布。")
        return DONE
    return _make(place, tasks, arguments.force)


def _due(arguments: argparse.Namespace) -> int:
    _, as_of, rows = _due_rows(arguments)
    from fhdata.runs.console import due_table  # noqa: PLC0415 - heavier than the help may be

    print(due_table(rows, as_of), end="")
    return DONE


def _check(arguments: argparse.Namespace) -> int:
    place, tasks = _tasks(arguments, ALL, (*arguments.words, "")[0])
    from fhdata.runs.checks import preflight  # noqa: PLC0415 - heavy

    problems = [one for report, parameters in tasks for one in preflight(place, report, parameters)]
    if problems:
        return _refuse(problems, BAD_INPUTS, "没有写任何文件")
    print(f"{tasks[0][1].period} 的原始数据和规则没有问题（数据截至 {tasks[0][1].as_of}）。")
    return DONE


def _list(arguments: argparse.Namespace) -> int:
    stop_on(arguments.problems)
    place = _open(arguments) if arguments.home else _here()
    from fhdata.runs.console import table  # noqa: PLC0415 - heavier than the help may be
    from fhdata.runs.published import published_reports  # noqa: PLC0415 - the same

    catalogue = load_catalogue()
    rows = [("名称", "报告", "周期", "成组")]
    rows += [(one.name, one.title, one.cadence_text, " ".join(one.groups)) for one in catalogue.reports.values()]
    rows += [(one.name, f"全部{one.title}", CADENCE_NAMES[one.cadence], "") for one in catalogue.groups.values()]
    print(table([*rows, (ALL, "该期间能出的全部报告", "", "")]))
    made = published_reports(place) if place else []
    dates = [one.manifest["parameters"]["as_of"] if one.manifest else "清单读不懂" for one in made]
    lines = [(str(one.period), one.name, day) for one, day in zip(made, dates, strict=True)]
    print(table([("期间", "已发布的报告", "数据截至"), *lines]) if made else "还没有发布过报告。\n", end="")
    return DONE


def _here() -> Place | None:
    try:
        return open_place()
    except ProblemsFound:
        return None  # the list of reports needs no place


def _verify(arguments: argparse.Namespace) -> int:
    problems: list[Problem] = list(arguments.problems)
    period = attempt(problems, parse_period, arguments.words[0]) if arguments.words else None
    place = attempt(problems, _open, arguments)
    stop_on(problems)
    from fhdata.runs.published import published_reports, verify  # noqa: PLC0415 - heavier than the help may be

    published = published_reports(_found(place), period)
    damaged = [one for report in published for one in verify(report)]
    if arguments.rerun and not damaged:
        from fhdata.runs.rerun import rerun  # noqa: PLC0415 - heavy
        from fhdata.runs.warm import warm_process  # noqa: PLC0415 - heavier than the help may be

        with warm_process() as warm:
            for report in published:
                damaged += rerun(_found(place), report, load_catalogue().report(report.name), warm=warm)
    if damaged:
        return _refuse(damaged, FAILED, f"查了 {len(published)} 份报告")
    again = "，重新生成的每个文件逐字节相同" if arguments.rerun else ""
    print(f"查了 {len(published)} 份报告，全部与清单一致{again}。")
    return DONE


def _trace(arguments: argparse.Namespace) -> int:
    name, written, row, column = (*arguments.words, "", "", "")[:4]
    place, made = _published(arguments, name, written)
    from fhdata.runs.origins import answer  # noqa: PLC0415 - heavy

    text, is_whole = answer(place, made, row, column, is_json=arguments.json)
    print(text, end="")
    return DONE if is_whole else FAILED


def _pdf(arguments: argparse.Namespace) -> int:
    place, made = _published(arguments, *(*arguments.words, "")[:2])
    from fhdata.runs.locks import Locked  # noqa: PLC0415 - heavier than the help may be
    from fhdata.runs.pdfs import add_pdfs  # noqa: PLC0415 - heavy
    from fhdata.runs.wiring import rebuild_index  # noqa: PLC0415 - heavy

    try:
        files = add_pdfs(place, made)
    except Locked as locked:
        return _refuse([locked.problem], FAILED)
    print(f"{'、'.join(files)} 已放进 {place.relative(made.folder)}/。")
    unlisted = rebuild_index(place)
    return _refuse(unlisted, FAILED, "报告目录没有更新") if unlisted else DONE


def _published(arguments: argparse.Namespace, name: str, written: str) -> "tuple[Place, Published]":
    """The place, and the published report of this name and period."""
    problems: list[Problem] = list(arguments.problems)
    place = attempt(problems, _open, arguments)
    report = attempt(problems, load_catalogue().report, name)
    period = attempt(problems, parse_period, written)
    stop_on(problems)
    from fhdata.runs.published import published_reports  # noqa: PLC0415 - heavier than the help may be
    from fhdata.runs.trace import not_published  # noqa: PLC0415 - heavy

    made = [one for one in published_reports(_found(place), period) if one.name == _found(report).name]
    if not made or made[0].manifest is None:
        raise BadInputs([not_published(name, _found(period))])
    return _found(place), made[0]


def _cells(arguments: argparse.Namespace) -> int:
    stop_on(arguments.problems)
    path = Path(arguments.words[0])
    from fhdata.intake.assistance_rosters import roster_problems  # noqa: PLC0415 - heavy
    from fhdata.intake.layouts import load_layouts  # noqa: PLC0415 - heavy
    from fhdata.intake.raw_cells import read_raw_cells  # noqa: PLC0415 - heavy
    from fhdata.runs.console import table  # noqa: PLC0415 - heavier than the help may be

    if not path.is_file():
        raise BadInputs([problem("no_file", f"没有文件“{path.name}”", "", "请核对文件名和所在文件夹")])
    if personal := roster_problems(path):
        raise BadInputs(personal)
    cells, problems = read_raw_cells(path, load_layouts(), shown=path.name)
    if arguments.sheet:
        sheets = list(dict.fromkeys(cells["source_sheet"]))
        if arguments.sheet not in sheets:
            raise BadInputs([problem("no_sheet", f"没有工作表“{arguments.sheet}”", f"有{'、'.join(sheets)}", "请改正")])
        cells = cells[cells["source_sheet"] == arguments.sheet]
    if arguments.csv:
        cells.to_csv(arguments.csv, index=False, encoding="utf-8-sig", lineterminator="\n")
        print(f"{len(cells)} 个单元格已写入 {arguments.csv}。")
    else:
        numbers = ["" if value != value else format(value, ".12g") for value in cells["value"]]  # noqa: PLR0124 - NaN
        texts = [cells[column].astype(str) for column in CELL_COLUMNS]
        print(table([(*CELL_COLUMNS.values(), "数值"), *zip(*texts, numbers, strict=True)]), end="")
    if problems:
        _refuse(problems, BAD_INPUTS, "能读的单元格已照原样列出")
    return DONE if len(cells) else BAD_INPUTS


def _examples(arguments: argparse.Namespace) -> int:
    stop_on(arguments.problems)
    place = _open(arguments)
    from fhdata.examples import run  # noqa: PLC0415 - heavy
    from fhdata.runs.console import table  # noqa: PLC0415 - heavier than the help may be

    try:
        rows, code = run([Path(word) for word in arguments.words], place)
    except ProblemsFound as found:
        raise BadInputs(found.problems) from found
    print(table(rows), end="")
    return code


def _sample(arguments: argparse.Namespace) -> int:
    place, period, folder = _into_new_folder(arguments, "示例数据")
    from fhdata.sampledata import SEED, generate  # noqa: PLC0415 - heavy

    written = generate(folder, [period], SEED, place.rules)
    print(f"{len(written)} 个示例文件已写入 {arguments.to}。")
    return DONE


def _template(arguments: argparse.Namespace) -> int:
    place, period, folder = _into_new_folder(arguments, "空白表")
    from fhdata.runs.templates import write_templates  # noqa: PLC0415 - heavy

    try:
        written, problems = write_templates(place, period, folder)
    except ProblemsFound as found:
        raise BadInputs(found.problems) from found
    if written:
        print(f"{len(written)} 张空白表已写入 {arguments.to}。")
    return _refuse(problems, BAD_INPUTS, "有关的空白表没有写") if problems else DONE


def _into_new_folder(arguments: argparse.Namespace, what: str) -> tuple[Place, Period, Path]:
    """The place, the period and the new folder that files are to be written to."""
    problems: list[Problem] = list(arguments.problems)
    period = attempt(problems, parse_period, (*arguments.words, "")[0]) if arguments.words else None
    place = attempt(problems, _open, arguments)
    folder = Path(arguments.to)
    if not arguments.to:
        problems.append(problem("missing_word", "没有写 --to", f"{what}要写进一个新文件夹", "请补上"))
    elif folder.exists() and any(folder.iterdir()):
        problems.append(problem("folder_not_empty", f"文件夹“{folder.name}”里已有文件", "", "请另写一个新文件夹"))
    stop_on(problems)
    return _found(place), _found(period), folder


def _lab(arguments: argparse.Namespace) -> int:
    stop_on(arguments.problems)
    place = _open(arguments)
    from fhdata.runs.lab import lab_environment  # noqa: PLC0415 - only here

    command = [sys.executable, "-m", "jupyterlab", "notebooks"]
    return subprocess.run(command, cwd=place.home, env=lab_environment(place, os.environ), check=False).returncode


# What can be asked for

HOME = Option("--home", "地方的文件夹（里面有 place.toml）；不写就用当前文件夹或其上级", "文件夹")
PERIOD = Option("--period", "期间，与直接写在后面一样", PERIOD_WORD)
AS_OF = Option("--as-of", "数据截至哪一天，如 2023-04-30；不写就用日历的截数日", "日期")
DUE = Option("--due", "补出日历上到期而没有出的全部报告，按先后顺序")
TODAY = Option("--as-of", "今天是哪一天，如 2023-05-05；不写就用系统日期", "日期")
RERUN = Option("--rerun", "在副本里重新生成，逐字节比较")
JSON = Option("--json", "写成 JSON")
FORCE = Option("--force", "没有变化也重新做")
SHEET = Option("--sheet", "只看这一张工作表", "工作表")
CSV = Option("--csv", "写成这个 CSV 文件，不显示在屏幕上", "文件")
TO = Option("--to", "写到这个新文件夹", "文件夹")

COMMANDS = {
    "run": Command("做出并发布报告", (REPORT_WORD, PERIOD_WORD), 2, (PERIOD, AS_OF, HOME, FORCE, DUE), _run),
    "due": Command("列出到今天为止应出、已出和还缺的报告", (), 0, (TODAY, HOME), _due),
    "list": Command("列出有哪些报告、已发布哪些", (), 0, (HOME,), _list),
    "check": Command("只检查原始数据和规则，列出全部问题", (PERIOD_WORD,), 1, (PERIOD, AS_OF, HOME), _check),
    "cells": Command("列出任一工作簿的原始单元格和地址", ("文件",), 1, (SHEET, CSV), _cells),
    "verify": Command("核对已发布的报告与清单是否一致", (PERIOD_WORD,), 0, (RERUN, HOME), _verify),
    "trace": Command(
        "从报告里的一个数查到单元格、条款和算法；不写编号就清点全部",
        (REPORT_WORD, PERIOD_WORD, "编号", "列"),
        2,
        (JSON, HOME),
        _trace,
    ),
    "pdf": Command("把一份已发布的报告和它的图印成 PDF，放在报告旁边", (REPORT_WORD, PERIOD_WORD), 2, (HOME,), _pdf),
    "sample": Command("写出一套示例数据", (PERIOD_WORD,), 1, (TO, HOME), _sample),
    "template": Command(
        "写出一个月的空白表（得分、工作进度等），发给各部门填", (PERIOD_WORD,), 1, (TO, HOME), _template
    ),
    "examples": Command("核对写成文本的算例，逐例列出是否一致", ("文件或文件夹…",), 1, (HOME,), _examples),
    "lab": Command("打开中文的 JupyterLab", (), 0, (HOME,), _lab),
}


if __name__ == "__main__":
    sys.exit(main())
