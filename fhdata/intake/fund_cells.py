"""The cells of a medical fund form: money in whole fen, counts, scores, months, words; what cannot stand is told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhdata.intake.forms import Form, Line, vocabulary
from fhdata.intake.grids import address, is_blank
from fhdata.intake.numbers import percent_text, read_number
from fhdata.intake.wording import fold, narrow
from fhdata.money import fen_of, money_text
from fhdata.periods import parse_period
from fhdata.problems import Problem, ProblemsFound
from fhdata.quantities import is_convertible
from fhdata.rounding import exact

FORMS_FILE = Path(__file__).with_name("fund_forms.toml")
SOURCE = ["source_file", "source_sheet", "source_cell"]
SCORED, NOT_CONCERNED, NOT_HANDED_IN = "scored", "not_concerned", "not_handed_in"
SCORE_UNITS = 10_000  # scores are kept as whole numbers of 0.0001
MOST_FEN = 10**15  # a spreadsheet keeps fifteen digits
MOST_TEXT = 30


@dataclass
class Read:
    """What the rows of one sheet gave: records, figures that are not there, problems."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    blanks: list[dict[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def unit_of(form: Form, read: Read) -> str:
    """The unit that the sheet's amounts are in; said above the header."""
    if form.unit and is_convertible(form.unit, "元"):
        return form.unit
    said = f"金额单位写的是“{form.unit}”" if form.unit else "没有写金额单位"
    read.problems.append(form.grid.problem("no_unit", said, "表头以上应写“单位：元”或“单位：万元”", "请补上"))
    return ""


def amount(
    line: Line, name: str, unit: str, read: Read, *, about: Mapping[str, str], is_signed: bool = False
) -> int | None:
    """A cell's money in whole fen; None, with the reason, where there is none."""
    raw = line.cell(name)
    number = read_number(raw)
    is_percent = (line.row, line.form.columns[name]) in line.form.grid.marks.percents
    if number is None or is_percent:
        shown = percent_text(raw) if is_percent else line.text(name)
        refuse(line, name, read, f"金额写的是“{shown[:MOST_TEXT]}”", "应为数字，最细到分")
    elif number.value is None:
        blank(line, name, number.nothing, read, about)
    elif unit:
        return _fen(line, name, number.unit or unit, read, is_signed=is_signed)
    return None


def _fen(line: Line, name: str, unit: str, read: Read, *, is_signed: bool) -> int | None:
    try:
        fen = fen_of(_digits(line.cell(name), unit), unit)
    except ProblemsFound as found:
        refuse(line, name, read, found.problems[0].found, found.problems[0].allowed)
        return None
    if abs(fen) < MOST_FEN and (fen >= 0 or is_signed):
        return fen
    allowed = "不得为负" if abs(fen) < MOST_FEN else "超过表格能保留的十五位数字"
    refuse(line, name, read, f"金额是 {money_text(fen)} 元", allowed)
    return None


def _digits(raw: object, unit: str) -> str:
    """The digits of an amount as text: a text without its unit, a number with the fifteen digits a sheet keeps."""
    if isinstance(raw, str):
        return narrow(raw).strip().removesuffix(unit).strip()
    return format(float(str(raw)), ".15g")


def count(line: Line, name: str, read: Read, about: Mapping[str, str]) -> int | None:
    """A cell's whole number; None, with the reason, where there is none."""
    number = read_number(line.cell(name))
    if number is not None and number.value is None:
        blank(line, name, number.nothing, read, about)
        return None
    if number is None or number.value is None or number.unit or number.value < 0 or not number.value.is_integer():
        refuse(line, name, read, f"写的是“{line.text(name)[:MOST_TEXT]}”", "应为不小于 0 的整数")
        return None
    return int(number.value)


def score(line: Line, read: Read) -> tuple[int, str]:
    """A score in units of 0.0001 and its status; a blank has not been handed in, which is not 0."""
    words, raw = vocabulary(FORMS_FILE), line.cell("score")
    marked = words.statuses.get(fold(raw), "") if isinstance(raw, str) else ""
    if is_blank(raw) or marked in {NOT_CONCERNED, NOT_HANDED_IN}:
        return 0, marked or NOT_HANDED_IN
    number = read_number(raw)
    value = math.nan if number is None or number.value is None or number.unit else number.value
    units = exact(value) * SCORE_UNITS if math.isfinite(value) else None
    if units is None or not words.least <= value <= words.most or units != int(units):
        allowed = f"应为 {words.least:g} 至 {words.most:g} 的数，最多四位小数，没有的空着"
        refuse(line, "score", read, f"考评得分写的是“{line.text('score')[:MOST_TEXT]}”", allowed)
        return 0, NOT_HANDED_IN
    return int(units), SCORED


def month_of(line: Line, name: str, read: Read) -> str:
    """A month written 2023-01; "" where there is none."""
    text = line.text(name)
    if not text:
        return ""
    try:
        period = parse_period(text)
    except ProblemsFound:
        period = None
    if period is None or period.cadence != "month":
        refuse(line, name, read, f"月份写的是“{text}”", "应写成 2023-01")
        return ""
    return str(period)


def choice(line: Line, name: str, codes: Sequence[str], what: str, read: Read) -> str:
    """The code among ``codes`` that a cell's word stands for; "" where it is none of them."""
    code = vocabulary(FORMS_FILE).words.get(fold(line.text(name)), "")
    if code in codes:
        return code
    allowed = f"只能是{'、'.join(word(one) for one in codes)}"
    refuse(line, name, read, f"{what}写的是“{line.text(name)}”", allowed, "bad_choice")
    return ""


def word(code: str) -> str:
    """How a code is written, in the first of its ways."""
    return next(word for word, known in vocabulary(FORMS_FILE).words.items() if known == code)


def once(line: Line, name: str, key: tuple[str, str], first: dict[tuple[str, str], Line], read: Read) -> None:
    """Refuse a row whose key has been there before."""
    before = first.setdefault(key, line)
    if before is not line:
        where = address(before.row, before.form.columns[name])
        refuse(line, name, read, f"与 {where} 是同一内容", "只能有一行", "duplicate")


def refuse(  # noqa: PLR0917 - the parts of a problem in their order
    line: Line, name: str, read: Read, said: str, allowed: str, code: str = "bad_amount"
) -> None:
    """Keep a problem of one cell."""
    read.problems.append(line.problem(code, said, allowed, "请改正", name))


def blank(line: Line, name: str, nothing: str, read: Read, about: Mapping[str, str]) -> None:
    """Keep what kind of nothing a cell is: blank, 无, 未报, 未发布, 不适用 are five things."""
    own = {"form": line.form.kind, "field": name, "status": nothing, "institution": ""}
    read.blanks.append(own | dict(about) | source_of(line, name))


def source_of(line: Line, name: str) -> dict[str, str]:
    """The origin columns of a cell."""
    where = (line.form.grid.file, line.form.grid.name, address(line.row, line.form.columns[name]))
    return dict(zip(SOURCE, where, strict=True))
