"""Where a run meets the parts it does not know: calendar, intake, index page. Each imports only when it is called."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fhdata.periods import Period
from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.catalogue import Report
from fhdata.runs.locks import Locked, hold
from fhdata.runs.manifest import input_files
from fhdata.runs.outputs import files_of, texts_of
from fhdata.runs.parameters import cut_off_date
from fhdata.runs.published import Published, published_reports, verify
from fhdata.runs.staging import STAGING

INDEX = "index.html"
INDEX_PATIENCE_SECONDS = 30.0
LABELS = {
    ".html": "网页",
    ".xlsx": "Excel 表",
    ".docx": "Word 通报",
    ".pdf": "PDF",
    ".csv": "数据",
    ".ipynb": "计算过程",
}
_TAG = re.compile(r"<[^>]*>")
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{15,18}[\dXx](?!\w)")


def calendar_cutoff(place: Place, period: Period) -> date:
    """The day up to which data counts for a period's report, by the place's ``calendar.toml``."""
    from fhdata.rules.rulebook import load_rules  # noqa: PLC0415 - heavy

    rule = load_rules(place.rules / "calendar.toml").value(f"cutoff.{period.cadence}", on=period.end)
    return cut_off_date(period, int(rule.value), rule.unit)


def target_year_problems(place: Place, period: Period) -> list[Problem]:
    """Whether the place's targets are for the period's year: next year's need next year's rules."""
    from fhdata.rules.rulebook import load_rules  # noqa: PLC0415 - heavy

    try:
        rule = load_rules(place.rules / "target_rules.toml").value("target_year", on=period.end)
    except ProblemsFound as found:
        return list(found.problems)
    if period.year == rule.value:
        return []
    said = f"登记的目标是{rule.value}年的（{rule.source}）"
    return [problem("wrong_year", f"期间 {period} 不能出目标报告", said, "请改期间，或换上该年的规则文件夹")]


def corrections_of(place: Place, report: Report) -> list[dict[str, str]]:
    """The corrections in force in a report's inputs: which cell, what it says, what it should say, why, since when."""
    from fhdata.intake import corrections  # noqa: PLC0415 - heavy

    found = []
    for path in input_files(place, report):
        if path.name == corrections.FILE:
            listed, _ = corrections.load(path.parent, place.relative(path))
            found += [
                {"file": place.relative(path.parent / one.file), "sheet": one.sheet, "cell": one.cell,
                 "kind": one.kind, "says": one.says, "should": one.should, "why": one.why, "when": one.when.isoformat()}
                for one in listed
            ]  # fmt: skip
    return found


def readings_of(place: Place, report: Report, period: Period) -> list[dict[str, str]]:
    """How the report's rule files read the articles that leave something open, on the period's last day."""
    from fhdata.rules.rulebook import load_rules  # noqa: PLC0415 - heavy

    books = [load_rules(place.rules / name) for name in report.rules if name.endswith(".toml")]
    return [
        {"file": book.file, "key": rule.key, "title": rule.title, "value": "".join(rule.printed)}
        for book in books
        for key in book.keys("reading.")
        for rule in book.rules[key]
        if rule.start <= period.end and (rule.until is None or period.end <= rule.until)
    ]


def personal_data(folder: Path) -> list[Problem]:
    """Personal identifiers that a person would read in finished outputs; digits behind a decimal point are none."""
    from fhdata.intake.identifiers import personal_kind  # noqa: PLC0415 - heavy

    found = []
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        for inner, text in texts_of(path):
            kinds = {personal_kind(one) for one in _LONG_NUMBER.findall(_TAG.sub(" ", text))} - {""}
            found += [
                problem(
                    "personal_data", f"有{kind}", "报告里不能有个人信息", "请在原始数据里删去", file=name, cell=inner
                )
                for kind in sorted(kinds)
            ]
    return found


def rebuild_index(place: Place) -> list[Problem]:
    """Write ``reports/index.html`` anew from the manifests, in one step; gives back what kept it from being written."""
    from fhdata.publish.index import write_index  # noqa: PLC0415 - heavy

    try:
        with hold(place.reports, "index", wait_seconds=INDEX_PATIENCE_SECONDS):
            ready = place.reports / STAGING / INDEX
            write_index([_entry(place, one) for one in published_reports(place)], f"{place.name}报告目录", ready)
            ready.replace(place.reports / INDEX)
    except ProblemsFound as found:
        return list(found.problems)
    except Locked as locked:
        return [locked.problem]
    except PermissionError:
        said = f"reports/{INDEX} 正被别的程序打开，没有更新"
        return [problem("index_in_use", said, "", "请关闭后再运行一次")]
    return []


def _entry(place: Place, published: Published) -> dict[str, Any]:
    from fhdata.publish.report import EXAMPLE_MARK  # noqa: PLC0415 - heavy

    manifest = published.manifest or {}
    files = files_of(published.folder)
    pages = [path for path in files if path.suffix == ".html"]
    is_damaged = bool(verify(published))
    return {
        "period": str(published.period),
        "period_label": published.period.label,
        "title": manifest.get("report", {}).get("title", published.name),
        "state": "与清单不符" if is_damaged else "已发布",
        "light": "red" if is_damaged else "green",
        "as_of": manifest.get("parameters", {}).get("as_of", ""),
        "files": [(label, path.relative_to(place.reports).as_posix()) for label, path in _labelled(files, published)],
        # A page made from example data says so; the list says it again.
        "is_example": any(EXAMPLE_MARK in page.read_text(encoding="utf-8") for page in pages),
    }


def _labelled(files: Sequence[Path], published: Published) -> list[tuple[str, Path]]:
    """The files a reader opens, kind by kind; several of one kind are told apart by their names."""
    own = [path for path in files if path.parent == published.folder]
    kinds = {kind: [path for path in own if path.suffix == kind] for kind in LABELS}
    return [
        (f"{LABELS[kind]}（{path.stem}）" if len(paths) > 1 else LABELS[kind], path)
        for kind, paths in kinds.items()
        for path in paths
    ]
