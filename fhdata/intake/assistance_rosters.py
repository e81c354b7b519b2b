"""The rows of the personal rosters → families and persons without names: everybody is a keyed digest from here on.

The key is drawn anew at every reading and kept nowhere, so a digest says that two rows are about the same person and
nothing else; no sentence, table or file has a name or an ID number in it.
"""

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

from fhdata.intake.assistance_rows import FORMS_FILE, Names, home_of
from fhdata.intake.forms import Form, Line, read_form, vocabulary
from fhdata.intake.fund_cells import Read, amount, count, refuse, source_of
from fhdata.intake.grids import is_blank
from fhdata.intake.identifiers import personal_kind
from fhdata.intake.wording import fold
from fhdata.intake.workbooks import read_grid
from fhdata.problems import Problem, ProblemsFound

ID_KIND = "身份证号"
PERSONAL = ("households", "members")  # the forms that are rosters
_ID = re.compile(r"\d{17}[\dX]")
Records = tuple[list[dict[str, Any]], list[Problem]]


def household_rows(form: Form, names: Names, key: bytes, seen: dict[str, str]) -> Records:
    """One record a family: its digest, township, category, persons listed, and the whole family's income a month.

    Args:
        form: one row a member, the rows of a family with the same 户编号 within a township.
        names: townships and categories.
        key: of the digests.
        seen: where each person of any roster was met first; added to. Nobody may stand in two families.
    """
    read = Read()
    families: dict[tuple[str, str, str], list[Line]] = {}
    for line in map(form.line, form.rows):
        home = home_of(line, names, read)
        number = fold(line.text("household"))
        if not number:
            refuse(line, "household", read, "没有写户编号", "一户的各行写同一编号", "empty_cell")
        person = _person(line, key, read)
        if person:
            _met_once(line, person, seen, read)
        if home and number:
            families.setdefault((*home, number), []).append(line)
    for (township, category, _), lines in families.items():
        family = _family(lines, key, read)
        if family:
            read.rows.append({"township": township, "category": category} | family)
    return read.rows, read.problems


def member_rows(form: Form, names: Names, key: bytes) -> Records:
    """One record a person and group of classified aid."""
    read = Read()
    for line in map(form.line, form.rows):
        home, person = home_of(line, names, read), _person(line, key, read)
        group = fold(line.text("group"))
        if not group:
            refuse(line, "group", read, "没有写施保对象", "", "empty_cell")
        if home and person and group:
            told = {"person_id": person, "township": home[0], "category": home[1], "group": group}
            read.rows.append(told | source_of(line, "id_number"))
    return read.rows, read.problems


def roster_problems(path: Path) -> list[Problem]:
    """A problem for every roster in a workbook that is about to be shown or copied as it is; none where it is none."""
    try:
        grids = read_grid(path).grids
    except ProblemsFound:
        return []  # whoever reads it next says why it cannot be read
    forms = [form for form, _ in (read_form(grid, FORMS_FILE) for grid in grids if not grid.is_empty) if form]
    allowed, action = "名册只用于查重，不显示也不另存", "请用 WPS 或 Excel 直接打开"
    return [
        form.grid.problem("personal_data", "是个人名册", allowed, action) for form in forms if form.kind in PERSONAL
    ]


def _family(lines: list[Line], key: bytes, read: Read) -> dict[str, Any] | None:
    """A family from its members' rows: one head, one income, and as many persons as are told to live there."""
    heads = [line for line in lines if _is_head(line)]
    if len(heads) != 1:
        said = "这一户没有户主" if not heads else f"这一户有 {len(heads)} 个户主"
        refuse(lines[0], "relation", read, said, "一户有且只有一个户主", "bad_head")
        return None
    head = heads[0]
    told = [line for line in lines if not is_blank(line.cell("income"))]
    incomes = {amount(line, "income", "元", read, about={}) for line in told}
    if len(incomes) != 1:
        said = "这一户没有写家庭月收入" if not incomes else "这一户写了不止一个家庭月收入"
        refuse(head, "income", read, said, "一户一个数，没有收入的写 0", "bad_income")
        return None
    income = incomes.pop()
    if "persons" in head.form.columns and not is_blank(head.cell("persons")):
        persons = count(head, "persons", read, {})
        if persons is not None and persons != len(lines):
            said = f"家庭人口写的是 {persons}，名册列了 {len(lines)} 人"
            refuse(head, "persons", read, said, "两者应一致", "members_differ")
    if income is None:
        return None
    where = {"persons_cell": source_of(head, _persons_field(head))["source_cell"]}
    where |= {"income_cell": source_of(told[0], "income")["source_cell"]}
    digest = _digest(_id_text(head), key)
    facts: dict[str, Any] = {"household_id": digest, "persons": len(lines), "income_fen": income}
    return facts | source_of(head, "household") | where


def _persons_field(line: Line) -> str:
    return "persons" if "persons" in line.form.columns else "household"


def _is_head(line: Line) -> bool:
    return vocabulary(FORMS_FILE).words.get(fold(line.text("relation")), "") == "head"


def _person(line: Line, key: bytes, read: Read) -> str:
    """The digest of a row's ID number; "" where it cannot be one. The cell is told, never what stands in it."""
    text = _id_text(line)
    if not line.text("name"):
        refuse(line, "name", read, "没有写姓名", "", "empty_cell")
    if not text:
        refuse(line, "id_number", read, "没有写身份证号", "没有就无法查重", "empty_cell")
        return ""
    is_valid = bool(_ID.fullmatch(text)) and (line.form.is_example or personal_kind(text) == ID_KIND)
    if not is_valid:
        allowed = "应为 18 位，以文本格式填写，出生日期和校验位须对得上"
        refuse(line, "id_number", read, "身份证号不对", allowed, "bad_id_number")
        return ""
    return _digest(text, key)


def _id_text(line: Line) -> str:
    return fold(line.text("id_number")).upper()


def _met_once(line: Line, person: str, seen: dict[str, str], read: Read) -> None:
    at = source_of(line, "id_number")
    where = f"{at['source_file']}「{at['source_sheet']}」{at['source_cell']}"
    before = seen.setdefault(person, where)
    if before != where:
        refuse(line, "id_number", read, f"此人与 {before} 是同一人", "一人只能在一户里", "person_twice")


def _digest(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
