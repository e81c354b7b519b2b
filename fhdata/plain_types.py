"""Whether plain values, as TOML gives them, are of the kind a function asks for in its annotations."""

import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Union, get_args, get_origin

WORDS = {
    str: "文字（加引号）",
    int: "整数",
    float: "数",
    bool: "true 或 false",
    date: "日期（如 2023-03-01，不加引号）",
}


def misfits(path: str, value: object, kind: Any) -> Iterator[tuple[str, object, str]]:  # noqa: ANN401 - an annotation
    """Every value inside that is of a wrong kind: its path, the value, the kinds allowed in words.

    Args:
        path: where the value stands, such as ``given.weights``.
        value: text, number, yes or no, date, list or table.
        kind: an annotation made of these, Any, unions, Sequence, list, Mapping and dict.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if origin in (Union, types.UnionType):
        kinds = [one for one in inside if one is not type(None)]  # a file has no nothing: a value is left out
        if all(any(misfits(path, value, one)) for one in kinds):
            yield path, value, "或".join(WORDS.get(one, "列表或表") for one in kinds)
    elif kind in WORDS:
        if not _is_a(value, kind):
            yield path, value, WORDS[kind]
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            yield path, value, "表（{ 名称 = 值 }）"
            return
        for key, one in value.items():
            yield from misfits(f"{path}.{key}", one, inside[1])
    elif isinstance(origin, type) and issubclass(origin, Sequence):
        if not isinstance(value, list):
            yield path, value, "列表（[ ]）"
            return
        for number, one in enumerate(value):
            yield from misfits(f"{path}[{number}]", one, inside[0])
    else:
        raise TypeError(f"an example cannot give {kind}")


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind
