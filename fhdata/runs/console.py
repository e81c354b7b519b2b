"""What a run shows on the screen: progress, problems, a summary."""

import sys
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TextIO

from fhdata.problems import Problem
from fhdata.runs.catalogue import Report
from fhdata.runs.due import STATE_WORDS as DUE_WORDS
from fhdata.runs.due import Due, missing
from fhdata.runs.engine import Progress
from fhdata.runs.parameters import Parameters
from fhdata.runs.run import Outcome

STATE_WORDS = {"done": "已发布", "unchanged": "没有变化", "failed": "失败", "inputs": "数据有误", "locked": "正在运行"}
_BAR_WIDTH = 20
MOST_CHANGES = 5  # told on the screen; the manifest has all


class Screen:
    """Progress of reports made side by side: the bar of whichever moved last on a terminal, plain lines elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.has_bar = self.stream.isatty()
        self._lock = threading.Lock()

    def start(self, report: Report, parameters: Parameters) -> Progress | None:
        """Say which report begins; on a terminal give back what moves its bar."""
        title = f"{parameters.period} {report.name} {report.title}"
        if not self.has_bar:
            self._write(f"{title}：开始\n")
            return None
        self._write(f"\r{title} [{'·' * _BAR_WIDTH}] 检查")
        return lambda cell, total: self._write(f"\r{title} [{bar(cell, total)}] {cell}/{total}  ")

    def end(self, outcome: Outcome) -> None:
        """Say how a report ended."""
        title = f"{outcome.parameters.period} {outcome.report.name} {outcome.report.title}"
        end = "\x1b[K\n" if self.has_bar else "\n"
        clear = "\r" if self.has_bar else ""
        self._write(f"{clear}{title}：{STATE_WORDS[outcome.state]}，用时 {outcome.seconds:.1f} 秒{end}")

    def _write(self, text: str) -> None:
        with self._lock:
            self.stream.write(text)
            self.stream.flush()


def bar(done: int, total: int) -> str:
    """A bar of fixed width: 3 of 12 fills a quarter."""
    filled = _BAR_WIDTH * done // max(total, 1)
    return "█" * filled + "·" * (_BAR_WIDTH - filled)


def problem_lines(problems: Iterable[Problem], closing: str) -> str:
    """Every problem once, numbered, one a line, and a closing line with their number."""
    sentences = list(dict.fromkeys(one.sentence for one in problems))
    lines = [f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)]
    return "\n".join([*lines, f"共 {len(sentences)} 个问题，{closing}。"]) + "\n"


def summary(outcomes: Sequence[Outcome]) -> str:
    """A table of what was made: report, period, as-of day, result, files, time, and below it what changed."""
    rows = [("报告", "期间", "数据截至", "结果", "文件", "用时")]
    rows += [
        (
            f"{one.report.name} {one.report.title}",
            str(one.parameters.period),
            one.parameters.as_of.isoformat(),
            STATE_WORDS[one.state],
            str(one.files) if one.files else "—",
            f"{one.seconds:.1f} 秒",
        )
        for one in outcomes
    ]
    lines = [table(rows)]
    for one in outcomes:
        if one.state == "done":
            lines.append(f"{one.report.name}：reports/{one.parameters.period}/{one.report.name}/\n")
        if one.changed:
            more = f"；等{len(one.changed)}处，全文在 manifest.json" if len(one.changed) > MOST_CHANGES else ""
            lines.append(f"{one.report.name} 与上次相比：{'；'.join(one.changed[:MOST_CHANGES])}{more}\n")
        if one.kept:
            lines.append(f"{one.report.name}：没有做成的笔记本和日志留在 {one.kept}/\n")
    return "".join(lines)


def due_table(rows: Sequence[Due], as_of: date) -> str:
    """What is due, made and missing, one row a report and period, and a closing line."""
    lines = [(one.report.name, str(one.period), one.cut_off.isoformat(), DUE_WORDS[one.state]) for one in rows]
    wanting = len(missing(rows))
    told = f"截至 {as_of}：应出 {len(rows)} 份，已出 {len(rows) - wanting} 份，还缺 {wanting} 份。"
    action = "用 fhdata run --due 按顺序补出。" if wanting else ""
    return table([("报告", "期间", "截数日", "情况"), *lines]) + told + action + "\n"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns that line up where Chinese characters are two columns wide; a line break becomes a blank."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
