"""The house keeps its own rules: one source of dependencies, one-way imports, clean formatting, thin notebooks."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = {
    requirement.name: requirement
    for requirement in map(Requirement, [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]])
}
REQUIRED_BY_THE_USER = {"pandas", "numpy", "matplotlib", "jupyterlab", "papermill", "openpyxl", "nbval"}
# under another name on conda, or not there: conda's pip fetches them
NOT_SURE_ON_CONDA = {"duckdb", "jupyterlab-language-pack-zh-cn", "zhplot"}
SETTLED_FOLDERS = ["notebooks", "fhdata", "data/raw", "data/processed", "reports", "tests"]


def test_required_packages_and_folders_are_there() -> None:
    assert set(DECLARED) >= REQUIRED_BY_THE_USER
    assert [folder for folder in SETTLED_FOLDERS if not (ROOT / folder).is_dir()] == []
    assert (ROOT / "environment.yml").is_file()


def test_conda_environment_asks_for_what_pyproject_asks_for() -> None:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip_lines = next(line["pip"] for line in lines if isinstance(line, dict))
    conda = {line for line in lines if isinstance(line, str)} - {"pip"}
    python = f"python{PYPROJECT['project']['requires-python']}"
    from_pip = {line for line in pip_lines if not line.endswith("-e .")}
    assert conda | from_pip == {python, *map(str, DECLARED.values())}
    assert {Requirement(line).name for line in from_pip} == NOT_SURE_ON_CONDA


def test_lock_pins_every_dependency_within_its_range_with_a_hash_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, flags=re.MULTILINE))
    loose = [
        str(requirement)
        for name, requirement in DECLARED.items()
        if name not in pins or not requirement.specifier.contains(pins[name])
    ]
    assert loose == []
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["importlinter.cli", "lint"],
        ["mypy"],
    ],
    ids=["lint", "format", "imports", "types"],
)
def test_checker_finds_nothing(command: list[str]) -> None:
    entry = (
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
        if command[0] == "importlinter.cli"
        else [sys.executable, "-m", *command]
    )
    done = subprocess.run(entry, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", _notebooks(), ids=lambda path: path.stem)
def test_notebook_is_thin(path: Path) -> None:
    """No function, no loop, no filtering, no reading of workbooks: a notebook is the procedure."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.comprehension)
    found = [
        type(node).__name__ for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, forbidden)
    ]
    assert found == []
    assert [source for source in sources if "read_excel" in source or "read_csv" in source] == []
    assert sum("parameters" in cell.get("metadata", {}).get("tags", []) for cell in cells) == 1


def test_no_committed_text_names_a_registry_or_a_machine() -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    text_files = [
        ROOT / name
        for name in files
        if name.endswith((".toml", ".lock", ".yml", ".yaml", ".md", ".py", ".ipynb", ".csv"))
    ]
    words = [
        "py" + "pi.org",
        "python" + "hosted",
        "anaconda" + ".org",
        "npm" + "js",
        "/ro" + "ot/",
        "/wo" + "rk/",
        "/ho" + "me/",
    ]
    found = [
        (path.name, word) for path in text_files if path.is_file() for word in words if word in path.read_text("utf-8")
    ]
    assert found == []
