"""Every message of the intake has a broken workbook that brings it about, and says where, what and what to do."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from broken_books import BUILDERS, INDICATORS, NAMES, OLD_WORKBOOKS, sheet

import fhdata.intake
from fhdata.intake.observations import Intake, read_observations
from fhdata.intake.workbooks import read_grid

FOLDER = Path(fhdata.intake.__file__).parent
# A layout file is broken by an engineer, not by a workbook. Two layouts fit one sheet only where a layout file is
# wrong, and a file that the system does not hand out is none of ours.
NOT_OF_WORKBOOKS = {"topics.py", "layouts.py"}
NOT_OF_ONE_BOOK = {"two_layouts", "unreadable_file"}


def _read(home: Path) -> Intake:
    return read_observations(home / "data" / "raw", INDICATORS, NAMES, home, date(2023, 12, 31), area="示例县")


def test_a_clean_workbook_has_no_problem(tmp_path: Path) -> None:
    sheet(tmp_path / "data" / "raw" / "2023-03" / "统计", ["收入", "亿元", 5], ["检测", "次", 7])
    assert _read(tmp_path).problems == ()


@pytest.mark.parametrize("code", sorted(BUILDERS))
def test_broken_workbook_brings_its_message(code: str, tmp_path: Path) -> None:
    BUILDERS[code](tmp_path / "data" / "raw" / "2023-03" / "统计")
    found = [one for one in _read(tmp_path).problems if one.code == code]
    assert found
    for one in found:
        assert one.file.startswith("data/raw/2023-03/统计/")
        assert one.found
        assert one.allowed or one.action
        assert one.sentence.endswith("。")
        assert str(tmp_path) not in one.sentence


@pytest.mark.parametrize("code", sorted(OLD_WORKBOOKS))
def test_old_workbooks_hide_nothing_either(code: str, tmp_path: Path) -> None:
    path = tmp_path / "月报.xls"
    path.write_bytes(OLD_WORKBOOKS[code]())
    (grid,) = read_grid(path).grids
    assert grid.broken((1, 0)) != ""


def test_no_message_is_without_its_workbook() -> None:
    codes = set()
    for tree in _reader().values():
        codes |= _codes(tree)
    assert codes - NOT_OF_ONE_BOOK - set(BUILDERS) == set()
    assert set(BUILDERS) - codes == set()


def _reader() -> dict[str, ast.Module]:
    """The modules that read indicator sheets: all that ``observations`` imports, directly or not."""
    found: dict[str, ast.Module] = {}
    waiting = ["observations.py"]
    while waiting:
        name = waiting.pop()
        if name in found or name in NOT_OF_WORKBOOKS or not (FOLDER / name).is_file():
            continue
        found[name] = ast.parse((FOLDER / name).read_text(encoding="utf-8"))
        for node in ast.walk(found[name]):
            if isinstance(node, ast.ImportFrom) and node.module == fhdata.intake.__name__:
                waiting += [f"{one.name}.py" for one in node.names]
            elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{fhdata.intake.__name__}."):
                waiting.append(f"{str(node.module).rsplit('.', 1)[1]}.py")
    return found


def _codes(tree: ast.AST) -> set[str]:
    """The first text handed to whatever makes a problem, keys of tables of reasons, and the first of ``wrong=(…)``."""
    makers = {"problem", "_Refused", "PartsRefused", "RecordsRefused", "_Meaning"}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[1] if name == "_at" else node.args[0] if name in makers and node.args else None
            wrong = next((word.value for word in node.keywords if word.arg == "wrong"), None)
            first = wrong.elts[0] if isinstance(wrong, ast.Tuple) else first
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"wrong", "code"}:
            first = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
        else:
            continue
        found |= {one.value for one in ast.walk(first) if isinstance(one, ast.Constant)} if first else set()
    return {one for one in found if isinstance(one, str) and re.fullmatch("[a-z]+(_[a-z]+)+|password", one)}
