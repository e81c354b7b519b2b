"""PDF files beside a published report: it stays as it was, agrees with its manifest, and is listed with them."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from runs_place import make_notebook, make_place, make_report, march
from test_publish_documents import report

from fhdata import cli
from fhdata.places import Place
from fhdata.problems import ProblemsFound
from fhdata.publish.page import write_page
from fhdata.publish.pdf import MAKER
from fhdata.runs import catalogue, rerun
from fhdata.runs.catalogue import Report
from fhdata.runs.locks import Locked, hold
from fhdata.runs.manifest import complete, fingerprint, is_same_run, read_manifest, write_manifest
from fhdata.runs.parameters import Parameters
from fhdata.runs.pdfs import add_pdfs, has_pdfs
from fhdata.runs.published import Published, published_reports, verify
from fhdata.runs.run import Outcome
from fhdata.runs.staging import STAGING

REPORT = make_report("a", "a.html")
CATALOGUE = """
[groups]

[reports.a]
title = "示例报告"
notebook = "a.ipynb"
cadences = ["month"]
groups = []
inputs = ["**/*"]
promised = ["a.html"]
timeout_minutes = 1
"""
needs_maker = pytest.mark.skipif(importlib.util.find_spec(MAKER) is None, reason="没有装 PDF 组件 typst")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place with one published report of one page and one chart."""
    place = make_place(tmp_path / "home")
    make_notebook(place, "a", [])
    folder = place.reports / "2023-03" / "a"
    write_page(report(folder / "charts"), folder / "a.html")
    made_from = fingerprint(place, REPORT, march(REPORT), place.home / "notebooks" / "a.ipynb")
    manifest = complete(made_from, folder, {"preflight": "passed"}, {"id": "before"})
    write_manifest({**manifest, "timings": {"notebook_seconds": 1.0}}, folder)
    return place


def published(place: Place) -> Published:
    (found,) = published_reports(place)
    return found


def files(place: Place) -> dict[str, bytes]:
    folder = published(place).folder
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_maker
def test_pdfs_are_added_and_nothing_else_changes(place: Place) -> None:
    before, manifest = files(place), published(place).manifest
    assert manifest is not None
    assert not has_pdfs(manifest)
    assert add_pdfs(place, published(place)) == ["a.pdf", "charts.pdf"]
    after = files(place)
    assert {name for name in after if name not in before} == {"a.pdf", "charts.pdf"}
    assert [name for name in before if before[name] != after[name]] == ["manifest.json"]
    assert verify(published(place)) == []
    now = read_manifest(published(place).folder)
    assert now is not None
    assert has_pdfs(now)
    assert is_same_run(now, manifest)  # the report need not be made again
    assert (now["previous"], now["timings"]) == (manifest["previous"], manifest["timings"])
    assert now["id"] != manifest["id"]
    assert now["pdf_made_by"].startswith("typst ")
    assert [path.name for path in (place.reports / STAGING).iterdir() if path.suffix != ".lock"] == []


@needs_maker
def test_pdfs_made_again_are_the_same(place: Place) -> None:
    add_pdfs(place, published(place))
    before = files(place)
    add_pdfs(place, published(place))
    assert files(place) == before


@needs_maker
def test_report_made_again_has_its_pdfs_again(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(published(place).folder, tmp_path / "without")
    add_pdfs(place, published(place))

    def run_report(copy: Place, report: Report, parameters: Parameters, **given: object) -> Outcome:
        shutil.copytree(tmp_path / "without", rerun.target_folder(copy, report, parameters))
        return Outcome(report, parameters, "done")

    monkeypatch.setattr(rerun, "run_report", run_report)
    assert rerun.rerun(place, published(place), REPORT) == []
    (tmp_path / "without" / "charts" / "状态.svg").unlink()
    with pytest.raises(ProblemsFound, match="不见了"):
        rerun.rerun(place, published(place), REPORT)


@needs_maker
def test_a_damaged_or_locked_report_gets_none(place: Place) -> None:
    with hold(place.reports, "2023-03-a"), pytest.raises(Locked):
        add_pdfs(place, published(place))
    (published(place).folder / "a.html").write_text("changed", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="html 已被改动"):
        add_pdfs(place, published(place))
    assert not (published(place).folder / "a.pdf").exists()


@pytest.fixture
def catalogue_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reports.toml").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path / "reports.toml")
    monkeypatch.setattr(catalogue, "load_catalogue", catalogue.load_catalogue.__wrapped__)
    monkeypatch.setattr(cli, "load_catalogue", catalogue.load_catalogue)


@pytest.mark.usefixtures("catalogue_of_one")
def test_command_says_what_it_made_or_what_is_missing(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(place.home)
    if importlib.util.find_spec(MAKER):
        assert cli.main(["pdf", "a", "2023-03", "--home", home]) == 0
        assert capsys.readouterr().out == "a.pdf、charts.pdf 已放进 reports/2023-03/a/。\n"
        index = (place.reports / "index.html").read_text(encoding="utf-8")
        assert "PDF（a）" in index
        assert "PDF（charts）" in index
    assert cli.main(["pdf", "a", "2023-04", "--home", home]) != 0
    assert "2023-04 的 a 还没有发布，请先运行 fhdata run a 2023-04" in capsys.readouterr().err
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert cli.main(["pdf", "a", "2023-03", "--home", home]) != 0
    assert "请在项目文件夹运行 uv sync --extra pdf" in capsys.readouterr().err
