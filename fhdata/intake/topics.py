"""Which reader a topic's folder belongs to, by ``topics.toml``; a topic that is not listed holds indicator sheets."""

import tomllib
from functools import cache
from pathlib import Path

SCORES = "scores"
ASSISTANCE = "assistance"
FUND = "fund"
DIP = "dip"


@cache
def _listed() -> dict[str, frozenset[str]]:
    data = tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))
    return {reader: frozenset(entry["topics"]) for reader, entry in data.items()}


def topics_of(reader: str) -> frozenset[str]:
    """The topic folders that a reader of its own reads, such as ``scores``."""
    return _listed()[reader]


def is_for_indicators(topic: str) -> bool:
    """Whether a topic's folder holds indicator sheets."""
    return not any(topic in topics for topics in _listed().values())
