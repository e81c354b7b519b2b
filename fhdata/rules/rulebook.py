"""Dated, cited rules in TOML: the value in force on a day, with the article that sets it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from fhdata.problems import Problem, ProblemsFound, file_label, hint, problem, stop_on

STATUSES = ("quoted", "inferred", "unverified")
RULE_KEYS = ("title", "unit", "problem", "alternatives", "values")
VALUE_KEYS = ("from", "until", "value", "source", "status")
ALTERNATIVE_KEYS = ("value", "meaning")
RATIO = "ratio"  # the unit of a share of one
READING = "reading."  # how the keys of readings begin


@dataclass(frozen=True)
class Alternative:
    """One way an unclear article can be read."""

    value: Any
    meaning: str


@dataclass(frozen=True)
class Rule:
    """One value of one rule and the days it is in force; ``until`` is the last such day, None where none is set.

    A reading of an unclear article also has the article's ``problem`` in a sentence and its ``alternatives``; its
    ``value`` is the reading used, ``is_default`` tells whether that is the rule file's own.
    """

    key: str
    title: str
    unit: str
    value: Any  # what TOML can say: a Decimal or int, a text, yes or no, a date, a list of these
    source: str
    status: str
    file: str
    start: date
    until: date | None = None
    problem: str = ""
    alternatives: tuple[Alternative, ...] = ()
    is_default: bool = True

    @property
    def citation(self) -> str:
        """Source and, unless the source says it in so many words, how sure the value is."""
        return self.source + {"quoted": "", "inferred": "（推定）", "unverified": "（待核实）"}[self.status]

    @property
    def printed(self) -> tuple[str, str]:
        """Value and unit as an office writes them: 否 for False, 60% for a ratio of 0.6, 国家、省 for a list."""
        if self.unit == RATIO:
            return f"{_printed(self.value * 100)}%", ""
        return _printed(self.value), self.unit


@dataclass(frozen=True)
class RuleBook:
    """All rules of one file; made by ``load_rules``."""

    file: str
    rules: dict[str, tuple[Rule, ...]]

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """The keys that begin with ``prefix``, in the order of the file."""
        return tuple(key for key in self.rules if key.startswith(prefix))

    def value(self, key: str, on: date) -> Rule:
        """The rule in force on a day.

        Raises:
            ProblemsFound: no such key, or no value in force that day.
        """
        if key not in self.rules:
            raise ProblemsFound(
                [problem("unknown_rule", f"没有规则“{key}”", hint(key, self.rules), "请核对规则名", file=self.file)]
            )
        for rule in self.rules[key]:
            if rule.start <= on and (rule.until is None or on <= rule.until):
                return rule
        spans = "；".join(f"{_span(rule)}，依据{rule.source}" for rule in self.rules[key])
        raise ProblemsFound(
            [
                problem(
                    "no_rule_in_force", f"{on.isoformat()} 没有有效的值", f"已有：{spans}", "请补上当日有效的值和依据",
                    file=self.file, cell=key,
                )
            ]
        )  # fmt: skip

    def reading(self, key: str, on: date, chosen: object = None) -> Rule:
        """The reading of an unclear article to use: the file's default, or the alternative a run asks for.

        Args:
            key: the reading's key, such as ``reading.rounded_comparison``.
            on: the day.
            chosen: the value of one of its alternatives; None for the default.

        Raises:
            ProblemsFound: as for ``value``, or ``chosen`` is none of the alternatives.
        """
        rule = self.value(key, on)
        if chosen is None or (chosen == rule.value and type(chosen) is type(rule.value)):
            return rule
        for one in rule.alternatives:
            if one.value == chosen and type(one.value) is type(chosen):
                return replace(rule, value=chosen, is_default=False)
        allowed = "可选：" + "；".join(f"{_text(one.value)}（{one.meaning}）" for one in rule.alternatives)
        raise ProblemsFound(
            [
                problem(
                    "bad_reading", f"没有“{_text(chosen)}”这种读法", allowed, "请改正", file=self.file, cell=key
                )
            ]
        )  # fmt: skip

    def readings(self, on: date) -> list[Rule]:
        """The readings of unclear articles in force on a day, as the file has them."""
        return [self.value(key, on) for key in self.keys(READING)]

    def in_force(self, on: date) -> dict[str, Rule]:
        """Every rule of a day that is no reading, by key.

        Raises:
            ProblemsFound: one of them has no value in force that day.
        """
        return {key: self.value(key, on) for key in self.rules if not key.startswith(READING)}

    def read_as(self, names: Sequence[str], on: date, chosen: Mapping[str, str] | None = None) -> dict[str, Rule]:
        """The readings a computation uses, by key: those asked for, else the file's own.

        Args:
            names: the readings the computation knows, without ``reading.``.
            on: the day.
            chosen: name → alternative: ``{"ties": "dense"}``.

        Raises:
            ProblemsFound: names that are no reading, all of them; or as for ``reading``.
        """
        asked = dict(chosen or {})
        stop_on(
            problem("unknown_reading", f"没有读法“{key}”", hint(key, names), "请改正", file=self.file)
            for key in asked
            if key not in names
        )
        return {READING + name: self.reading(READING + name, on, asked.get(name)) for name in names}

    def last_day(self) -> date:
        """The last day any rule is laid down for: the latest ``until``, or where there is none the latest ``from``."""
        return max(rule.until or rule.start for rules in self.rules.values() for rule in rules)

    def missing(self, keys: Iterable[str]) -> list[Problem]:
        """What is wrong where rules that must be there are not."""
        return [
            problem("unknown_rule", f"没有规则“{key}”", hint(key, self.rules), "请补上", file=self.file)
            for key in keys
            if key not in self.rules
        ]


def load_rules(path: Path) -> RuleBook:
    """Read a rule file: every value dated and cited, never two in force on one day.

    A table with ``values`` is a rule; a table without is a group, and its name becomes part of the key:
    ``[light.level.green]`` is the rule ``light.level.green``.

    Raises:
        ProblemsFound: everything that is wrong with the file, at once.

    Example:
        >>> load_rules(Path("fhdata/rules/fenghuang/calendar.toml")).value("cutoff.tenday", on=date(2023, 3, 1)).value
        5
    """
    label = file_label(path)
    if not path.is_file():
        raise ProblemsFound([problem("no_rule_file", "没有这个文件", "规则文件夹里应有它", "请补上", file=label)])
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProblemsFound(
            [problem("bad_rule_file", f"读不懂：{error}", "应为 TOML 文本", "请改正", file=label)]
        ) from error
    rules: dict[str, tuple[Rule, ...]] = {}
    problems: list[Problem] = []
    for key, entry in _entries("", content):
        wrong = _rule_problems(label, key, entry)
        if not wrong:
            rules[key] = _rules(label, key, cast("dict[str, Any]", entry))
            wrong = _overlaps(rules[key])
        problems += wrong
    stop_on(problems)
    return RuleBook(label, rules)


def _entries(prefix: str, group: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Every rule below a group; whatever is neither a rule nor a group of tables comes out for complaint."""
    for name, entry in group.items():
        key = f"{prefix}{name}"
        is_group = isinstance(entry, dict) and "values" not in entry and entry
        if is_group and all(isinstance(one, dict) for one in entry.values()):
            yield from _entries(f"{key}.", entry)
        else:
            yield key, entry


def _rule_problems(label: str, key: str, entry: object) -> list[Problem]:
    place = {"file": label, "cell": key}
    if not isinstance(entry, dict) or not isinstance(entry.get("values"), list) or not entry["values"]:
        nearly = hint("values", entry) if isinstance(entry, dict) else ""
        return [problem("no_values", "没有 values", nearly, f"请写 [[{key}.values]] 及其日期、值和依据", **place)]
    found = _key_problems(entry, RULE_KEYS, place)
    found += [
        problem("bad_rule", f"{name} 没有写成一句话", "应为带引号的文字", "请补上", **place)
        for name in ("title", "unit", "problem")
        if (name == "title" or name in entry) and not _is_text(entry.get(name))
    ]
    for number, value in enumerate(entry["values"], 1):
        found += _value_problems(value, {"file": label, "cell": f"{key} 第{number}个值"})
    alternatives = entry.get("alternatives", [])
    if not isinstance(alternatives, list):
        return [*found, problem("bad_rule", "alternatives 不是列表", "应写成 [[…]]", "请改正", **place)]
    for one in alternatives:
        found += _key_problems(one, ALTERNATIVE_KEYS, place, required=ALTERNATIVE_KEYS)
    if alternatives and not found:
        found += _unlisted_defaults(entry, place)
    return found


def _value_problems(value: dict[str, Any], place: dict[str, str]) -> list[Problem]:
    found = _key_problems(value, VALUE_KEYS, place, required=("from", "value", "source", "status"))
    if found:
        return found
    if not _is_text(value["source"]):
        found.append(problem("no_source", "source 是空的", "每个值都要有依据", "请补上文号和条款", **place))
    if value["status"] not in STATUSES:
        said = f"status 写的是“{value['status']}”"
        found.append(problem("bad_status", said, f"只能是{'、'.join(STATUSES)}", "请改正", **place))
    dates = [name for name in ("from", "until") if name in value and type(value[name]) is not date]
    found += [
        problem("bad_date", f"{name} 不是日期", "应写成 2023-01-06，不加引号", "请改正", **place) for name in dates
    ]
    if not dates and "until" in value and value["until"] < value["from"]:
        found.append(problem("bad_date", "until 早于 from", "until 是有效的最后一天", "请改正", **place))
    return found


def _key_problems(
    entry: object, allowed: tuple[str, ...], place: dict[str, str], required: tuple[str, ...] = ()
) -> list[Problem]:
    if not isinstance(entry, dict):
        return [problem("bad_rule", "写的不是表", f"应含 {'、'.join(allowed)}", "请改正", **place)]
    strange = [name for name in entry if name not in allowed]
    found = [problem("unknown_key", f"不认识“{name}”", hint(name, allowed), "请改正", **place) for name in strange]
    missing = [name for name in required if name not in entry]
    codes = {"source": "no_source"}
    found += [
        problem(codes.get(name, "missing_key"), f"没有写 {name}", "此项必填", "请补上", **place) for name in missing
    ]
    return found


def _unlisted_defaults(entry: dict[str, Any], place: dict[str, str]) -> list[Problem]:
    listed = [one["value"] for one in entry["alternatives"]]
    return [
        problem("bad_reading", f"采用的读法“{_text(one['value'])}”不在 alternatives 里", "", "请补上或改正", **place)
        for one in entry["values"]
        if one["value"] not in listed
    ]


def _rules(label: str, key: str, entry: dict[str, Any]) -> tuple[Rule, ...]:
    alternatives = tuple(Alternative(one["value"], one["meaning"]) for one in entry.get("alternatives", []))
    return tuple(
        Rule(
            key=key,
            title=entry["title"],
            unit=entry.get("unit", ""),
            value=one["value"],
            source=one["source"],
            status=one["status"],
            file=label,
            start=one["from"],
            until=one.get("until"),
            problem=entry.get("problem", ""),
            alternatives=alternatives,
        )
        for one in sorted(entry["values"], key=lambda one: one["from"])
    )


def _overlaps(rules: tuple[Rule, ...]) -> list[Problem]:
    found = []
    for number, later in enumerate(rules):
        for earlier in rules[:number]:
            if earlier.until is None or earlier.until >= later.start:
                both = f"{_span(earlier)}（依据{earlier.source}）与{_span(later)}（依据{later.source}）"
                said = f"{later.start.isoformat()} 有两个值同时有效：{both}"
                allowed = "同一天只能有一个值"
                action = "请给前一个写上 until"
                found.append(problem("two_in_force", said, allowed, action, file=later.file, cell=later.key))
    return found


def _span(rule: Rule) -> str:
    end = f"至 {rule.until.isoformat()}" if rule.until else "起"
    return f"“{_text(rule.value)}”自 {rule.start.isoformat()} {end}"


def _text(value: object) -> str:
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def _printed(value: object) -> str:
    """A value on paper: 是 or 否, the members of a list joined, no zeros at a number's end (60, not 60.00)."""
    if isinstance(value, list):
        return "、".join(map(_printed, value))
    return format(value.normalize(), "f") if isinstance(value, Decimal) else _text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
