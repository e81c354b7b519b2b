"""Worked examples written as data: whether the suite agrees with cases that officials or another engine worked out.

An example is a table ``[[example]]`` of a TOML file: name, call, source, given, expect, and where needed tolerance,
reading (key → alternative of an unclear article) and on (the day whose rules apply). README.md lists the calls.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, get_type_hints

from fhdata.agreement import differences, shown
from fhdata.appraisal import single as appraisal
from fhdata.appraisal.scheme import Scheme, scheme_on
from fhdata.funds import assistance_single as assistance
from fhdata.funds import dip_single as dip
from fhdata.funds import fund_single as fund
from fhdata.funds.dip_terms import DipTerms, dip_terms_on
from fhdata.funds.fund_terms import Terms, terms_on
from fhdata.places import Place
from fhdata.plain_types import misfits
from fhdata.problems import Problem, ProblemsFound, hint, problem, stop_on
from fhdata.rules.appraisal import AppraisalRules, load_appraisal
from fhdata.rules.dip import load_dip
from fhdata.rules.fund import load_fund
from fhdata.rules.rulebook import RuleBook, load_rules
from fhdata.targets import single as targets

CALLS: Mapping[str, Callable[..., dict[str, Any]]] = {
    **targets.CALLS,
    **assistance.CALLS,
    **fund.CALLS,
    **dip.CALLS,
    **appraisal.CALLS,
}
HEADER = ("文件", "算例", "结果", "应得", "算得")
NEEDED = {"name": str, "call": str, "source": str, "given": dict[str, Any], "expect": dict[str, Any]}
ALLOWED = NEEDED | {"tolerance": float, "reading": dict[str, str], "on": date}
READ = "reading"
BOOK, SCHEME, TERMS, DIP_TERMS = (
    "book",
    "scheme",
    "terms",
    "dip_terms",
)  # parameters that the place's rules fill, not the example
SUPPLIED = (BOOK, SCHEME, TERMS, DIP_TERMS)
WITH_READINGS = (SCHEME, TERMS, DIP_TERMS)


@dataclass(frozen=True)
class Example:
    """One example as written, with the file it stands in."""

    file: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the table calls it."""
        return str(self.content["name"])

    def problem(self, code: str, found: str, allowed: str, action: str = "请改正", key: str = "") -> Problem:
        """Something wrong with a key of this example."""
        return problem(code, found, allowed, action, file=self.file, sheet=str(self.content.get("name", "")), cell=key)


@dataclass(frozen=True)
class Supplies:
    """What calls need of a place's rules, each file read once and only when a call asks for it."""

    place: Place

    @cached_property
    def assistance(self) -> RuleBook:
        """Standards of assistance, all dates."""
        return load_rules(self.place.rules / "assistance.toml")

    @cached_property
    def appraisal(self) -> AppraisalRules:
        """The appraisal scheme, all dates."""
        return load_appraisal(self.place.rules)

    @cached_property
    def fund(self) -> RuleBook:
        """The medical fund's rules, all dates."""
        return load_fund(self.place.rules)

    def terms(self, on: date | None, reading: Mapping[str, str]) -> Terms:
        """The fund's terms on a day, or on the last day a rule is laid down for, with the readings asked for."""
        return terms_on(self.fund, on or self.fund.last_day(), reading)

    @cached_property
    def dip(self) -> RuleBook:
        """The rules of DIP points, all dates."""
        return load_dip(self.place.rules)

    def dip_terms(self, on: date | None, reading: Mapping[str, str]) -> DipTerms:
        """The terms of DIP points on a day, or on the last day a rule is laid down for, with the readings asked for."""
        return dip_terms_on(self.dip, on or self.dip.last_day(), reading)

    def scheme(self, on: date | None, reading: Mapping[str, str]) -> Scheme:
        """The scheme of a day, or of the last day it is laid down for, with the readings an example asks for."""
        return scheme_on(self.appraisal, on or self.appraisal.book.last_day(), reading)


def run(paths: Sequence[Path], place: Place) -> tuple[list[tuple[str, ...]], int]:
    """Work out every example of the files and folders and compare.

    Args:
        paths: TOML files, or folders of them.
        place: whose rules the calls use that need any.

    Returns:
        The rows of a table (file, name, agree or differ, expected, got; the first row is the header), and the exit
        status: 0 when all agree, 1 otherwise.

    Raises:
        ProblemsFound: files that cannot be read, misspelt keys, values of a wrong kind, what a call refuses; all.
    """
    problems: list[Problem] = []
    supplies = Supplies(place)
    examples = list(_examples(paths, place, problems))
    rows: list[tuple[str, ...]] = [HEADER]
    for example in examples:
        wrong = written_wrong(example)
        try:
            answer = None if wrong else answered(example, supplies)
        except ProblemsFound as refused:
            wrong = [
                one if one.file else replace(one, file=example.file, sheet=example.name) for one in refused.problems
            ]
            answer = None
        if answer is not None:
            wrong = _unknown(example, "expect", example.content["expect"], answer)
            rows += [] if wrong else [_row(example, answer)]
        problems += wrong
    stop_on(problems)
    return rows, 0 if all(row[2] == "一致" for row in rows[1:]) else 1


def read_examples(paths: Sequence[Path], place: Place) -> list[Example]:
    """Every example of the files and folders, in order.

    Raises:
        ProblemsFound: files that are not there, cannot be read or hold no example.
    """
    problems: list[Problem] = []
    examples = list(_examples(paths, place, problems))
    stop_on(problems)
    return examples


def given_fields(call: str) -> dict[str, bool]:
    """The fields a call takes from an example, and whether each must be given."""
    found = signature(CALLS[call]).parameters.values()
    return {one.name: one.default is Parameter.empty for one in found if one.name not in SUPPLIED}


def written_wrong(example: Example) -> list[Problem]:
    """Misspelt or missing keys, values of a wrong kind; what ``expect`` may name is known once there is an answer."""
    content = example.content
    found = _unknown(example, "", content, ALLOWED)
    found += [
        example.problem("missing_key", f"没有写 {key}", "此项必填", "请补上") for key in NEEDED if key not in content
    ]
    for key in ALLOWED.keys() & content.keys():
        found += [
            example.problem("bad_value", f"写的是“{shown(value)}”", f"应为{allowed}", key=where)
            for where, value, allowed in misfits(key, content[key], ALLOWED[key])
        ]
    call = content.get("call")
    if isinstance(call, str) and call not in CALLS:
        found.append(example.problem("unknown_call", f"没有算法“{call}”", hint(call, CALLS), key="call"))
    elif isinstance(call, str) and isinstance(content.get("given"), dict):
        found += _given_wrong(example, call, content["given"])
    if content.get("expect") == {}:
        found.append(example.problem("nothing_expected", "expect 是空的", "至少写一个应得数", "请补上", "expect"))
    return found


def answered(example: Example, supplies: Supplies) -> dict[str, Any]:
    """What the suite makes of an example.

    Raises:
        ProblemsFound: the call refuses what is given, or cannot do with it.
    """
    call, content = CALLS[example.content["call"]], example.content
    supplied: dict[str, object] = {}
    if BOOK in signature(call).parameters:
        supplied[BOOK] = supplies.assistance
    if SCHEME in signature(call).parameters:
        supplied[SCHEME] = supplies.scheme(content.get("on"), content.get(READ, {}))
    if TERMS in signature(call).parameters:
        supplied[TERMS] = supplies.terms(content.get("on"), content.get(READ, {}))
    if DIP_TERMS in signature(call).parameters:
        supplied[DIP_TERMS] = supplies.dip_terms(content.get("on"), content.get(READ, {}))
    try:
        return call(**supplied, **content["given"])
    except (ArithmeticError, LookupError, ValueError) as error:
        said = f"算不出来：{type(error).__name__} {error}"
        raise ProblemsFound([example.problem("bad_given", said, "", "请核对 given 里的数", "given")]) from error


def _examples(paths: Sequence[Path], place: Place, problems: list[Problem]) -> Iterator[Example]:
    """Every example of every file; what is wrong with files goes to ``problems``."""
    for path in paths:
        files = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
        if not files:
            problems.append(problem("no_examples", "文件夹里没有 .toml 文件", "", "请核对", file=place.relative(path)))
        for file in files:
            label = place.relative(file)
            try:
                content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
            except FileNotFoundError:
                problems.append(problem("no_file", "没有这个文件或文件夹", "", "请核对名称", file=label))
                continue
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                problems.append(problem("bad_file", f"读不懂：{error}", "应为 TOML 文本", "请改正", file=label))
                continue
            problems += _unknown(Example(label, {}), "", content, ["example"])
            tables = content.get("example", [])
            if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables) or not tables:
                problems.append(problem("no_examples", "没有算例", "应有 [[example]]", "请补上", file=label))
                continue
            yield from (Example(label, one) for one in tables)


def _given_wrong(example: Example, call: str, given: Mapping[str, Any]) -> list[Problem]:
    fields, kinds = given_fields(call), get_type_hints(CALLS[call])
    found = _unknown(example, "given", given, fields)
    found += [
        example.problem("missing_key", f"没有写 {name}", f"{call} 要有它", "请补上", "given")
        for name, is_needed in fields.items()
        if is_needed and name not in given
    ]
    for name in fields.keys() & given.keys():
        found += [
            example.problem("bad_value", f"写的是“{shown(value)}”", f"应为{allowed}", key=where)
            for where, value, allowed in misfits(f"given.{name}", given[name], kinds[name])
        ]
    if READ in example.content and not any(name in signature(CALLS[call]).parameters for name in WITH_READINGS):
        found.append(example.problem("no_readings", f"{call} 不用有读法的规则，没有可选的读法", "", "请去掉", READ))
    return found


def _unknown(
    example: Example, where: str, content: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any]
) -> list[Problem]:
    return [
        example.problem("unknown_key", f"不认识“{key}”", hint(key, known) or f"可写 {'、'.join(known)}", key=where)
        for key in content
        if key not in known
    ]


def _row(example: Example, answer: Mapping[str, Any]) -> tuple[str, ...]:
    expected: Mapping[str, Any] = example.content["expect"]
    got = {name: answer[name] for name in expected}
    found = differences(expected, got, example.content.get("tolerance"))
    if not found:
        return example.file, example.name, "一致", shown(expected), shown(got)
    wanted, made = ("；".join(f"{one.path} = {text}" for one, text in zip(found, texts, strict=True)) for texts in (
        [one.expected for one in found], [one.got for one in found],
    ))  # fmt: skip
    return example.file, example.name, "不一致", wanted, made
