"""Manifests: what a report was made from and what was made; the same things give the same manifest."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from runs_place import make_notebook, make_place, make_report, march

from fhdata.periods import parse_period
from fhdata.places import Place
from fhdata.runs.manifest import (
    FINGERPRINT,
    Manifest,
    changes,
    complete,
    damage,
    fingerprint,
    input_files,
    is_same_run,
    read_manifest,
    write_manifest,
)
from fhdata.runs.published import published_reports, verify
from fhdata.runs.wiring import corrections_of, readings_of, rebuild_index

REPORT = make_report("a", "a.csv")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = make_place(tmp_path / "home")
    make_notebook(place, "a", [])
    return place


def made_from(place: Place) -> Manifest:
    return fingerprint(place, REPORT, march(REPORT), place.home / "notebooks" / "a.ipynb")


def publish_by_hand(place: Place) -> Path:
    folder = place.reports / "2023-03" / "a"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("1\n", encoding="utf-8")
    (folder / "a.html").write_text("<p>示例数据</p>", encoding="utf-8")
    write_manifest(complete(made_from(place), folder, {}, None), folder)
    return folder


def test_manifest_names_inputs_and_rules_relative_to_the_place(place: Place) -> None:
    manifest = made_from(place)
    assert [one["file"] for one in manifest["inputs"]] == ["data/raw/2023-03/工业/月报.csv"]
    assert [one["file"] for one in manifest["rules"]] == ["rules/units.csv"]
    assert manifest["parameters"] == {"period": "2023-03", "as_of": "2023-04-30"}
    assert set(manifest) == set(FINGERPRINT)
    assert {"pandas", "papermill"} <= set(manifest["libraries"])


def test_hidden_and_lock_files_are_no_inputs(place: Place) -> None:
    folder = place.raw / "2023-03" / "工业"
    for name in ("~$月报.xlsx", ".DS_Store"):
        (folder / name).touch()
    assert [path.name for path in input_files(place, REPORT)] == ["月报.csv"]


def test_pattern_with_a_mark_leaves_files_out(place: Place) -> None:
    other = place.raw / "2023-03" / "月考核"
    other.mkdir()
    (other / "得分.csv").write_text("示例数据,1\n", encoding="utf-8")
    assert [path.name for path in input_files(place, REPORT)] == ["月报.csv", "得分.csv"]
    assert [path.name for path in input_files(place, replace(REPORT, inputs=("**/*", "!*/月考核/*")))] == ["月报.csv"]


def test_every_kind_of_change_is_told(place: Place) -> None:
    before = made_from(place)
    folder = place.raw / "2023-03" / "工业"
    (folder / "月报.csv").write_text("示例数据,2\n", encoding="utf-8")
    (folder / "季报.csv").write_text("示例数据,3\n", encoding="utf-8")
    (place.rules / "units.csv").unlink()
    make_notebook(place, "a", ["1"])
    now = made_from(place)
    assert not is_same_run(before, now)
    assert changes(before, now) == [
        "笔记本：sha256",
        "原始数据：data/raw/2023-03/工业/月报.csv 已改",
        "原始数据：data/raw/2023-03/工业/季报.csv 新增",
        "规则：rules/units.csv 已去掉",
    ]


def test_same_things_same_manifest_whatever_came_before(place: Place, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / "a.csv").write_text("1\n", encoding="utf-8")
    first = complete(made_from(place), output, {"x": "passed"}, None)
    write_manifest({**first, "timings": {"made": "2023-05-03T01:00:00+00:00"}}, output)
    second = complete(made_from(place), output, {"x": "passed"}, read_manifest(output))
    assert second["id"] == first["id"]
    assert second["previous"] == {"id": first["id"], "changed": []}
    assert second["outputs"] == [
        # sha256 of the two bytes "1\n"
        {"file": "a.csv", "bytes": 2, "sha256": "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"}
    ]
    (output / "a.csv").write_text("2\n", encoding="utf-8")
    assert complete(made_from(place), output, {"x": "passed"}, None)["id"] != first["id"]


def test_damage_is_found(place: Place) -> None:
    folder = publish_by_hand(place)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert damage(manifest, folder) == []
    (folder / "a.csv").write_text("2\n", encoding="utf-8")
    (folder / "a.html").unlink()
    (folder / "more.txt").touch()
    assert damage(manifest, folder) == ["a.html 不见了", "a.csv 已被改动", "more.txt 是多出来的"]


def test_manifest_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    assert read_manifest(tmp_path) is None


def test_published_reports_are_listed_and_verified(place: Place) -> None:
    folder = publish_by_hand(place)
    (place.reports / "notes").mkdir()
    (published,) = published_reports(place)
    assert (str(published.period), published.name, verify(published)) == ("2023-03", "a", [])
    (folder / "manifest.json").unlink()
    (published,) = published_reports(place)
    assert [one.sentence for one in verify(published)] == [
        "2023-03/a：清单 manifest.json 不见了或读不懂，请用 fhdata run … --force 重新生成。"
    ]


def test_index_lists_what_is_published_and_says_where_data_is_an_example(place: Place) -> None:
    folder = publish_by_hand(place)
    assert rebuild_index(place) == []
    page = (place.reports / "index.html").read_text(encoding="utf-8")
    for text in ("示例县", "示例报告a", "2023年3月", "2023-03/a/a.csv", "已发布", "示例数据"):
        assert text in page
    (folder / "a.csv").write_text("2\n", encoding="utf-8")
    assert rebuild_index(place) == []
    assert "与清单不符" in (place.reports / "index.html").read_text(encoding="utf-8")


def test_index_that_is_open_elsewhere_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_by_hand(place)

    def refuse(self: Path, to: Path) -> Path:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    assert [one.sentence for one in rebuild_index(place)] == [
        "reports/index.html 正被别的程序打开，没有更新，请关闭后再运行一次。"
    ]


def test_manifest_lists_the_corrections_and_readings_behind_a_report(place: Place) -> None:
    report = replace(REPORT, inputs=("**/*",), rules=("scheme.toml", "units.csv"))
    folder = place.raw / "2023-03" / "工业"
    (folder / "corrections.toml").write_text(
        '[[correction]]\nfile = "月报.csv"\nsheet = ""\ncell = "B1"\nsays = "1"\nshould = "2"\n'
        'why = "示例：抄错"\nwho = "示例科"\nwhen = 2023-04-10\n',
        encoding="utf-8",
    )
    values = 'problem = "没有写明"\nalternatives = [{ value = "a", meaning = "甲" }, { value = "b", meaning = "乙" }]\n'
    dated = 'value = "{}"\nsource = "示例〔2023〕1号"\nstatus = "inferred"\n'
    (place.rules / "scheme.toml").write_text(
        f'[reading.ties]\ntitle = "并列"\n{values}'
        f"[[reading.ties.values]]\nfrom = 2022-01-01\nuntil = 2022-12-31\n{dated.format('b')}"
        f"[[reading.ties.values]]\nfrom = 2023-01-01\n{dated.format('a')}",
        encoding="utf-8",
    )
    assert corrections_of(place, report) == [
        {"file": "data/raw/2023-03/工业/月报.csv", "sheet": "", "cell": "B1", "kind": "correction",
         "says": "1", "should": "2", "why": "示例：抄错", "when": "2023-04-10"}
    ]  # fmt: skip
    assert readings_of(place, report, parse_period("2023-03")) == [
        {"file": "rules/scheme.toml", "key": "reading.ties", "title": "并列", "value": "a"}
    ]
