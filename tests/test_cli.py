"""The command line: what it refuses, what it says, and one report from the command to the index."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyterlab.labapp import LabApp
from runs_place import make_notebook, march

from fhdata import cli
from fhdata.periods import FORMS
from fhdata.places import open_place
from fhdata.problems import problem
from fhdata.runs import catalogue
from fhdata.runs.console import Screen, bar, problem_lines, table
from fhdata.runs.lab import KEPT, SETTINGS

ROOT = Path(__file__).parents[1]
HEAVY = {"pandas", "numpy", "matplotlib", "papermill", "nbformat", "openpyxl", "jinja2", "filelock", "asyncio"}
REPORTS = """
[groups.monthly]
title = "月报"
cadence = "month"

[reports.small]
title = "示例报告"
notebook = "small.ipynb"
cadences = ["month"]
groups = ["monthly"]
inputs = ["**/*"]
promised = ["small.html"]
timeout_minutes = 2
"""
PAGE = '(output / "small.html").write_text(f"<p>{period} {as_of} 示例数据</p>", encoding="utf-8")'
Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(capsys: pytest.CaptureFixture[str]) -> Main:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A place with the shipped rules, no workbook and one small notebook, and a catalogue of that one report."""
    (tmp_path / "home" / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "fhdata" / "rules" / "fenghuang", tmp_path / "home" / "rules")
    (tmp_path / "home" / "data" / "raw" / "2023-03" / "示例").mkdir(parents=True)
    (tmp_path / "home" / "data" / "raw" / "2023-03" / "示例" / "说明.txt").write_text("示例数据", encoding="utf-8")
    (tmp_path / "home" / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    (tmp_path / "reports.toml").write_text(REPORTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "CATALOGUE", tmp_path / "reports.toml")
        catalogue.load_catalogue.cache_clear()
        yield tmp_path / "home"
    catalogue.load_catalogue.cache_clear()


def test_help_is_chinese_and_lists_commands_and_reports(main: Main) -> None:
    code, out, err = main("--help")
    assert (code, err) == (0, "")
    for text in ("用法：", "run", "verify", "targets（目标调度）", "退出码"):
        assert text in out
    for name in cli.COMMANDS:
        code, out, _ = main(name, "--help")
        assert code == 0
        assert f"用法：fhdata {name}" in out


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["run", "monthly", "--peroid", "2023-03"], ["list"]])
def test_nothing_heavy_is_imported_before_it_is_needed(words: list[str]) -> None:
    check = f"import sys; from fhdata.cli import main; main({words}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    allowed = set() if "--help" in words else {"filelock", "asyncio"}
    assert (HEAVY - allowed) & set(done.stderr.split()) == set()


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (["run", "monthly", "--peroid", "2023-03"], ["没有参数 --peroid，最接近的是 --period。"]),
        (["run", "monthly", "--peroid=2023-03"], ["没有参数 --peroid，最接近的是 --period。"]),
        (["rnu", "monthly", "2023-03"], ["没有命令 rnu，最接近的是 run。"]),
        (["--peroid", "2023-03"], ["没有参数 --peroid，最接近的是 --period。"]),
        (["run", "montly", "2023-03"], ["没有报告 montly，最接近的是 monthly。"]),
        (
            ["run", "monthly", "2023-13"],
            [f"期间写的是“2023-13”，应写成 {FORMS}，请改正后重新运行。"],
        ),
        (["run"], ["没有写报告，请看 fhdata run --help。", "没有写期间，请看 fhdata run --help。"]),
        (["run", "montly"], ["没有写期间，请看 fhdata run --help。", "没有报告 montly，最接近的是 monthly。"]),
        (
            ["run", "monthly", "2023-03", "--period"],
            ["参数 --period 后面没有写值，或者写了不该写的值，请看 fhdata run --help。"],
        ),
        (
            ["run", "monthly", "2023-03", "--period", "2023-04"],
            ["期间写了两个：2023-03 和 2023-04，只能写一个，请去掉一个。"],
        ),
        (
            ["run", "montly", "2023Q1", "more", "--forse", "--as-of", "2023-4-1", "--home", "nowhere"],
            [
                "没有参数 --forse，最接近的是 --force。",
                "多写了“more”，请看 fhdata run --help。",
                "“nowhere”文件夹里没有 place.toml，请到项目文件夹里运行，或用 --home 指明地方的文件夹。",
                "没有报告 montly，最接近的是 monthly。",
                "参数 as_of 写的是“2023-4-1”，应为一个日期，如 2023-04-30，请改正后重新运行。",
            ],
        ),
    ],
)  # fmt: skip
def test_wrong_words_are_all_told_at_once(main: Main, words: list[str], sentences: list[str]) -> None:
    code, out, err = main(*words)
    assert (code, out) == (2, "")
    numbered = [f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)]
    assert err.splitlines() == [*numbered, f"共 {len(sentences)} 个问题，什么也没有运行，原有报告未动。"]


def test_options_may_stand_anywhere(main: Main, home: Path) -> None:
    make_notebook_of(home, [])
    orders = [
        ["--home", str(home), "2023-03"],
        ["2023-03", "--home", str(home)],
        [f"--home={home}", "--period", "2023-03"],
    ]
    for words in orders:
        code, out, err = main("check", *words)
        assert (code, err) == (0, "")
        assert "2023-03 的原始数据和规则没有问题（数据截至 2023-04-30）。" in out


def make_notebook_of(home: Path, cells: list[str]) -> None:

    make_notebook(open_place(home), "small", cells)


def test_report_is_made_listed_verified_and_kept_through_bad_data(main: Main, home: Path) -> None:
    make_notebook_of(home, [PAGE])
    at_home = ["--home", str(home)]
    code, out, err = main("run", "monthly", "2023-03", *at_home)
    assert code == 0, err
    assert "small 示例报告  2023-03  2023-04-30  已发布" in out
    assert err.splitlines()[0] == "2023-03 small 示例报告：开始"
    folder = home / "reports" / "2023-03" / "small"
    assert (folder / "small.html").read_text(encoding="utf-8") == "<p>2023-03 2023-04-30 示例数据</p>"
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["place"] == "示例县"
    assert "2023-03/small/small.html" in (home / "reports" / "index.html").read_text(encoding="utf-8")

    code, out, _ = main("run", "small", "2023-03", *at_home)
    assert code == 0
    assert "没有变化" in out
    assert "2023-03  small         2023-04-30" in main("list", *at_home)[1]
    assert main("verify", *at_home) == (0, "查了 1 份报告，全部与清单一致。\n", "")

    published = {path.name: path.read_bytes() for path in folder.iterdir()}
    (home / "data" / "raw" / "2023-03" / "工业").mkdir(parents=True)
    (home / "data" / "raw" / "2023-03" / "工业" / "坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    code, out, err = main("run", "monthly", "2023-03", *at_home)
    assert code == 3
    assert "数据有误" in out
    assert "data/raw/2023-03/工业/坏.xlsx" in err
    assert "Traceback" not in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == published
    assert main("check", "2023-03", *at_home)[0] == 3

    (folder / "small.html").write_text("changed", encoding="utf-8")
    code, _, err = main("verify", "2023-03", *at_home)
    assert code == 1
    assert "2023-03/small：small.html 已被改动，应与清单一致" in err


def test_missing_calendar_is_an_input_problem(main: Main, home: Path) -> None:
    (home / "rules" / "calendar.toml").unlink()
    code, _, err = main("run", "monthly", "2023-03", "--home", str(home))
    assert code == 3
    assert "calendar.toml" in err


def test_cells_of_an_unknown_sheet_are_shown_and_saved(main: Main, tmp_path: Path) -> None:
    path = tmp_path / "示例.csv"
    path.write_text("事项,说明\n示例数据,12.5\n", encoding="utf-8")
    code, out, _ = main("cells", str(path))
    assert code == 0
    assert out.splitlines()[0].split() == [
        "工作表",
        "单元格",
        "行标题",
        "列标题",
        "单位",
        "期间",
        "时段",
        "原文",
        "数值",
    ]
    assert out.splitlines()[1].split() == ["B2", "示例数据", "说明", "12.5", "12.5"]
    saved = tmp_path / "cells.csv"
    assert main("cells", str(path), "--csv", str(saved))[0] == 0
    assert saved.read_bytes().startswith(b"\xef\xbb\xbfsource_file,")
    assert main("cells", str(path), "--sheet", "没有")[2].startswith("1. 没有工作表“没有”")
    assert main("cells", str(tmp_path / "nowhere.xlsx"))[0] == 3


def test_sample_is_written_into_a_new_folder_only(main: Main, tmp_path: Path) -> None:
    words = ["sample", "2023-03", "--home", str(ROOT), "--to", str(tmp_path / "raw")]
    code, out, _ = main(*words)
    written = [path for path in (tmp_path / "raw" / "2023-03").rglob("*") if path.is_file()]
    assert code == 0
    assert written
    assert out.startswith(f"{len(written)} 个示例文件已写入")
    code, _, err = main(*words)
    assert code == 2
    assert "文件夹“raw”里已有文件，请另写一个新文件夹" in err
    assert "没有写 --to" in main("sample", "2023-03", "--home", str(ROOT))[2]


def test_lab_opens_the_notebooks_of_the_place(main: Main, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[list[str], Path]] = []
    told: dict[str, str] = {}

    def run(command: list[str], cwd: Path, env: dict[str, str], check: bool) -> subprocess.CompletedProcess[str]:
        called.append((command[1:], cwd))
        told.update(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "own")
    assert main("lab", "--home", str(home))[0] == 0
    assert called == [(["-m", "jupyterlab", "notebooks"], home)]
    assert told["PATH"] == os.environ["PATH"]
    assert told["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(SETTINGS), "own"]
    kept = {name: Path(told[name]) for name in KEPT}
    assert {path.parent for path in kept.values()} == {(home / "data" / "processed" / "jupyterlab").resolve()}


def test_lab_is_chinese_and_asks_nothing_of_the_network() -> None:
    """The defaults shipped are ones that this JupyterLab knows, and its Chinese is installed."""
    assert importlib.util.find_spec("jupyterlab_language_pack_zh_CN")
    defaults = json.loads((SETTINGS / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8"))
    assert {name.split("/")[1]: values for name, values in defaults.items()} == {
        "translation-extension:plugin": {"locale": "zh_CN"},
        "apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
        "extensionmanager-extension:plugin": {"enabled": False},
    }
    for name, values in defaults.items():
        package, plugin = name.split(":")
        schema = Path(sys.prefix, "share", "jupyter", "lab", "schemas", package, f"{plugin}.json")
        known = json.loads(schema.read_text(encoding="utf-8"))["properties"]
        assert set(values) <= set(known)
    server = json.loads((SETTINGS / "jupyter_lab_config.json").read_text(encoding="utf-8"))
    assert server["LabApp"]["news_url"] is None
    assert set(server["LabApp"]) <= set(LabApp.class_trait_names())


def test_bar_fills_in_proportion() -> None:
    assert bar(3, 12) == "█████···············"  # 3/12 of 20
    assert bar(0, 0) == "·" * 20


def test_terminal_gets_a_bar_and_a_log_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(sys.stderr)
    assert not screen.has_bar
    report = catalogue.load_catalogue().report("targets")

    assert screen.start(report, march(report)) is None
    screen.has_bar = True
    progress = screen.start(report, march(report))
    assert progress is not None
    progress(6, 12)
    assert "\r2023-03 targets 目标调度 [██████████··········] 6/12" in capsys.readouterr().err


def test_same_problem_of_two_reports_is_told_once() -> None:

    told = problem("x", "坏了")
    assert problem_lines([told, told], "未动") == "1. 坏了。\n共 1 个问题，未动。\n"


def test_table_lines_up_chinese_text() -> None:
    assert table([("报告", "a"), ("x", "b\nc")]) == "报告  a\nx     b c\n"


def test_examples_are_compared_and_what_is_written_wrong_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        '[[example]]\nname = "甲"\ncall = "growth"\nsource = "示例数据"\n'
        "given = { current = 3, base = 2 }\nexpect = { growth_pct = 50 }\n",
        encoding="utf-8",
    )
    home = ["--home", str(ROOT)]
    assert cli.main(["examples", str(case), str(case), *home]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["case.toml  甲    一致  growth_pct = 50  growth_pct = 50.0"] * 2
    case.write_text(case.read_text("utf-8").replace("= 50", "= 51"), encoding="utf-8")
    assert cli.main(["examples", str(case), *home]) == 1
    case.write_text(case.read_text("utf-8").replace("base", "bse"), encoding="utf-8")
    assert cli.main(["examples", str(case), *home]) == 3
    assert "不认识“bse”，最接近的是“base”" in capsys.readouterr().err
    assert cli.main(["examples", *home]) == 2
