"""Where a run meets the parts it does not know: calendar, intake, index page. Each imports only when it is called."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fhdata.periods import Period, parse_period
from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.catalogue import Report
from fhdata.runs.locks import Locked, hold
from fhdata.runs.manifest import input_files
from fhdata.runs.outputs import files_of, texts_of
from fhdata.runs.parameters import Parameters, cut_off_date
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


def preflight(place: Place, report: Report, parameters: Parameters) -> list[Problem]:
    """Everything wrong with the rules and the inputs of a run, before anything is run."""
    if report.reads == "scores":
        return score_problems(place, parameters)
    if report.reads == "assistance":
        return assistance_problems(place, parameters)
    if report.reads == "fund":
        return fund_problems(place, parameters)
    if report.reads == "dip":
        return dip_problems(place, parameters)
    if report.tolerates_problems:
        return own_problems(place, report, parameters)
    return [*own_problems(place, report, parameters), *input_problems(place, parameters.as_of)]


def own_problems(place: Place, report: Report, parameters: Parameters) -> list[Problem]:
    """What is wrong for this report and this period: targets of another year, nothing handed in."""
    period = parameters.period
    found = target_year_problems(place, period)
    folders = {path.relative_to(place.raw).parts[0] for path in input_files(place, report)}
    if not any(_closes(folder, period) for folder in folders):
        action = f"请把工作簿放进 data/raw/{period}/<专题>/"
        found.append(problem("no_inputs", f"没有 {period} 的原始数据", "", action))
    return found


def _closes(folder: str, period: Period) -> bool:
    """Whether a folder of ``data/raw`` holds a period that ends in the same month."""
    try:
        held = parse_period(folder)
    except ProblemsFound:
        return False
    return (held.year, held.month) == (period.year, period.month)


def score_problems(place: Place, parameters: Parameters) -> list[Problem]:
    """Everything wrong with what has been handed in for the appraisal, or with the rules that it is read by."""
    from fhdata.intake.scores import read_scores  # noqa: PLC0415 - heavy
    from fhdata.rules.appraisal import load_appraisal  # noqa: PLC0415 - heavy
    from fhdata.rules.registry import load_registry  # noqa: PLC0415 - heavy

    try:
        registry, rules = load_registry(place.rules), load_appraisal(place.rules)
    except ProblemsFound as found:
        return list(found.problems)
    names = registry.units, registry.unit_aliases, rules.items, rules.points
    period, as_of = parameters.period, parameters.as_of
    intake = read_scores(place.raw, *names, home=place.home, period=period, as_of=as_of, county=place.name)
    return list(intake.problems)


def assistance_problems(place: Place, parameters: Parameters) -> list[Problem]:
    """Everything wrong with the assistance sheets: what cannot be read first, then what does not hold together."""
    from fhdata.funds.assistance_inputs import AssistanceInputs  # noqa: PLC0415 - heavy
    from fhdata.funds.assistance_year import check, measure, year_terms  # noqa: PLC0415 - heavy
    from fhdata.intake.assistance_sheets import read_assistance  # noqa: PLC0415 - heavy
    from fhdata.rules.registry import load_registry  # noqa: PLC0415 - heavy
    from fhdata.rules.rulebook import load_rules  # noqa: PLC0415 - heavy

    period, as_of = parameters.period, parameters.as_of
    try:
        registry, book = load_registry(place.rules), load_rules(place.rules / "assistance.toml")
        terms = year_terms(book, registry.units, registry.unit_aliases, period)
        names = terms.townships, terms.categories
        read = read_assistance(place.raw, *names, home=place.home, period=period, as_of=as_of)
        inputs = AssistanceInputs(*read.tables)
        problems = read.problems or check(inputs, terms).problems
        if not problems:
            measure(inputs, terms)  # what stops the computation is told before it is begun
        return list(problems)
    except ProblemsFound as found:
        return list(found.problems)


def fund_problems(place: Place, parameters: Parameters) -> list[Problem]:
    """Everything wrong with the medical fund's sheets and claims, or with the rules that they are settled by."""
    from fhdata.funds import claim_sums  # noqa: PLC0415 - heavy
    from fhdata.funds.fund_inputs import FundInputs  # noqa: PLC0415 - heavy
    from fhdata.funds.fund_terms import terms_on  # noqa: PLC0415 - heavy
    from fhdata.funds.fund_trial import trial_problems  # noqa: PLC0415 - heavy
    from fhdata.intake.claims import read_claims  # noqa: PLC0415 - heavy
    from fhdata.intake.fund_sheets import read_fund_sheets  # noqa: PLC0415 - heavy
    from fhdata.rules.fund import load_fund  # noqa: PLC0415 - heavy
    from fhdata.rules.fund_signatures import signed_rules  # noqa: PLC0415 - heavy

    period, as_of = parameters.period, parameters.as_of
    try:
        rules = load_fund(place.rules)
        terms_on(rules, period.end)
        signed_rules(place.rules, rules, as_of)
    except ProblemsFound as found:
        return list(found.problems)
    sheets = read_fund_sheets(place.raw, home=place.home, period=period, as_of=as_of)
    if sheets.institutions.empty or sheets.last_month == 0:
        return list(sheets.problems)
    claims = read_claims(
        place.raw, sheets.institutions, home=place.home, year=period.year, until_month=sheets.last_month, as_of=as_of
    )
    wrong = [*sheets.problems, *claims.problems]
    if not wrong:
        sums = [claim_sums.costs(claims.engine, view) for view in (claims.view, claims.discharge_view)]
        frames = (sheets.penalties, sheets.prepayments)
        inputs = FundInputs(sheets.items, sheets.institutions, sums[0], *frames, sums[1])
        wrong = trial_problems(inputs, sheets.platform, rules, period, sheets.missing_months)
    claims.engine.close()
    return wrong


def dip_problems(place: Place, parameters: Parameters) -> list[Problem]:
    """Everything wrong with the sheets and cases of DIP points, or with the rules that they are settled by."""
    from fhdata.engines import DuckDb  # noqa: PLC0415 - heavy
    from fhdata.funds import dip_year  # noqa: PLC0415 - heavy
    from fhdata.funds.dip_terms import dip_terms_on  # noqa: PLC0415 - heavy
    from fhdata.intake.dip_sheets import read_dip_cases, read_dip_sheets  # noqa: PLC0415 - heavy
    from fhdata.rules.dip import load_dip  # noqa: PLC0415 - heavy

    period, as_of = parameters.period, parameters.as_of
    try:
        terms = dip_terms_on(load_dip(place.rules), period.end)
        sheets = read_dip_sheets(place.raw, home=place.home, year=period, as_of=as_of)
        with DuckDb() as engine:
            cases = read_dip_cases(engine, "dip_cases", place.raw, home=place.home, year=period, as_of=as_of)
            wrong = [*sheets.problems, *cases.problems]
            if not wrong:
                fund_fen = int(sheets.fund["fund_fen"].iloc[0])
                inputs = dip_year.year_inputs(sheets.groups, sheets.hospitals, sheets.history, fund_fen, terms)
                wrong = dip_year.year_problems(engine, "dip_cases", inputs)
                if not wrong:
                    dip_year.settle_year(engine, "dip_cases", inputs, terms)  # what stops it is told beforehand
            return wrong
    except ProblemsFound as found:
        return list(found.problems)


def input_problems(place: Place, as_of: date) -> list[Problem]:
    """Everything wrong with what has been handed in up to a day, or with the registry that it is read by."""
    from fhdata.intake.observations import read_observations  # noqa: PLC0415 - heavy
    from fhdata.rules import ranges  # noqa: PLC0415 - heavy
    from fhdata.rules.registry import load_registry  # noqa: PLC0415 - heavy

    try:
        registry = load_registry(place.rules)
        limits = ranges.load_ranges(place.rules)
    except ProblemsFound as found:
        return list(found.problems)
    intake = read_observations(
        place.raw, registry.indicators, registry.indicator_names,
        home=place.home, as_of=as_of, area=place.name, ranges=limits,
    )  # fmt: skip
    return list(intake.problems)


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
