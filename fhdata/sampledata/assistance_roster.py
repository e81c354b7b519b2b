"""The example county's families on social assistance: drawn one by one, named so that nobody can be meant."""

import csv
import random
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fhdata.rules.registry import load_registry
from fhdata.rules.rulebook import load_rules
from fhdata.rules.standards import rates
from fhdata.sampledata.reading import FOLDER

DIGITS = "〇一二三四五六七八九"
STEMS = "甲乙丙丁戊"
NO_REGION_NO_BIRTHDAY = "000000" + "00000000"  # an ID number that nobody can have: no such region, no such day


@dataclass(frozen=True)
class Family:
    """One family: when it is on the roll (months of the year), what it has, who of it gets classified aid for what.

    ``is_near`` marks one that was only visited, its income being above the old standard.
    """

    number: int
    township: str
    category: str
    income_yuan: int
    groups: tuple[tuple[str, ...], ...]
    first_month: int
    last_month: int
    is_near: bool

    @property
    def size(self) -> int:
        """Persons."""
        return len(self.groups)

    def is_paid(self, month: int) -> bool:
        """Whether it is on the roll in a month."""
        return not self.is_near and self.first_month <= month <= self.last_month

    def is_listed(self, month: int) -> bool:
        """Whether it stands in the month's roster."""
        return self.is_near or self.is_paid(month)

    def name(self, member: int) -> str:
        """示例 and the family's number in Chinese digits and a stem: 示例〇一七乙."""
        return "示例" + "".join(DIGITS[int(digit)] for digit in f"{self.number:03d}") + STEMS[member]

    def id_number(self, member: int) -> str:
        """Eighteen digits of the right length and nothing else right."""
        return f"{NO_REGION_NO_BIRTHDAY}{self.number * 10 + member:04d}"


@dataclass(frozen=True)
class AssistancePlan:
    """What the county's assistance is drawn from.

    Attributes:
        settings: ``assistance.toml``.
        townships: names in the registry's order.
        titles: names of the categories by code, in the order of the rules.
        old_yuan: last year's monthly standard by category.
        new_yuan: this year's.
        full: persons of the categories paid as they stand, by township and category.
        families: every family of the categories that are topped up.
    """

    settings: dict[str, Any]
    townships: tuple[str, ...]
    titles: dict[str, str]
    old_yuan: dict[str, int]
    new_yuan: dict[str, int]
    full: dict[tuple[str, str], int]
    families: tuple[Family, ...]


def read_assistance_plan(rules: Path, year: int, seed: int, folder: Path = FOLDER) -> AssistancePlan:
    """Read the data files, take standards and names from the rules, and draw the families; same seed, same families."""
    settings = tomllib.loads((folder / "assistance.toml").read_text(encoding="utf-8"))
    with (folder / "assistance_townships.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    units = load_registry(rules).units
    names = dict(zip(units["code"], units["name"], strict=True))
    standards = rates(load_rules(rules / "assistance.toml"), [f"{year}-01"], date(year - 1, 12, 31))
    codes = list(standards["category"])
    topped_up = settings["households"]["topped_up"]
    counts = {(names[row["unit"]], code): int(row.get(code) or 0) for row in rows for code in codes}
    old = dict(zip(codes, (standards["old_fen"] // 100).tolist(), strict=True))
    new = dict(zip(codes, (standards["new_fen"] // 100).tolist(), strict=True))
    asked = [key for key, count in counts.items() if key[1] in topped_up for _ in range(count)]
    places = Counter[tuple[str, str]]()
    families = []
    for number, (township, category) in enumerate(asked, 1):
        draw = random.Random(f"{seed}:{township}:{category}:{places[township, category]}")
        places[township, category] += 1
        families.append(_family(draw, number, (township, category), (old[category], new[category]), settings))
    return AssistancePlan(
        settings=settings,
        townships=tuple(names[row["unit"]] for row in rows),
        titles=dict(zip(codes, standards["title"], strict=True)),
        old_yuan=old,
        new_yuan=new,
        full={key: count for key, count in counts.items() if key[1] not in topped_up and count},
        families=tuple(families),
    )


def _family(
    draw: random.Random, number: int, home: tuple[str, str], standards: tuple[int, int], settings: Mapping[str, Any]
) -> Family:
    old, new = standards
    how = settings["households"]
    size = draw.choices(range(1, len(how["sizes"]) + 1), how["sizes"])[0]
    is_near = draw.random() < how["near_share"]
    each = old * draw.triangular(how["income_low"], how["income_high"], how["income_mode"])
    if is_near:
        each = draw.uniform(old, new * how["near_most"])
    least = old * size if is_near else 0
    first = draw.randint(2, 12) if draw.random() < how["joins_later"] else 1
    last = draw.randint(1, 11) if draw.random() < how["leaves_early"] else 12
    groups = tuple(_groups(draw, member, size, settings) for member in range(size))
    return Family(
        number=number,
        township=home[0],
        category=home[1],
        income_yuan=max(least, round(each * size)),
        groups=tuple(() for _ in groups) if is_near else groups,
        first_month=first,
        last_month=max(first, last),
        is_near=is_near,
    )


def _groups(draw: random.Random, member: int, size: int, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What a member gets classified aid for; only the last of a larger family may be a minor."""
    drawn = [one["group"] for one in settings["groups"] if draw.random() * 100 < one["share"]]
    minor = settings["groups"][-1]["group"]
    may_be_minor = size >= 3 and member >= 2
    return tuple(one for one in drawn if one != minor or may_be_minor)
