"""What is wrong with the rules and inputs of a report, told before it is run; each check imports only when called."""

from collections.abc import Callable
from datetime import date

from fhdata.periods import Period, parse_period
from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.catalogue import Report
from fhdata.runs.manifest import input_files
from fhdata.runs.parameters import Parameters
from fhdata.runs.wiring import target_year_problems


def preflight(place: Place, report: Report, parameters: Parameters) -> list[Problem]:
    """Everything wrong with the rules and the inputs of a run, before anything is run."""
    if report.reads in _CHECKS:
        return _CHECKS[report.reads](place, parameters)
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


_CHECKS: dict[str, Callable[[Place, Parameters], list[Problem]]] = {  # what a report reads, by reports.toml
    "scores": score_problems,
    "assistance": assistance_problems,
    "fund": fund_problems,
    "dip": dip_problems,
}
