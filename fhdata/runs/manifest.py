"""The manifest of a report: what it was made from and what was made, without a name of the machine or its user."""

import hashlib
import json
import platform
import re
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import fhdata
from fhdata.places import Place
from fhdata.runs.catalogue import Report
from fhdata.runs.outputs import files_of
from fhdata.runs.parameters import Parameters

Manifest = dict[str, Any]
MANIFEST = "manifest.json"
PACKAGE = Path(fhdata.__file__).parent
# What decides whether a report has to be made again, in the words a summary uses.
FINGERPRINT = {
    "report": "报告",
    "place": "地方",
    "parameters": "参数",
    "notebook": "笔记本",
    "package": "程序",
    "requirements_lock": "依赖锁定文件",
    "python": "Python 版本",
    "libraries": "库版本",
    "inputs": "原始数据",
    "rules": "规则",
}


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(place: Place, report: Report, parameters: Parameters, notebook: Path) -> Manifest:
    """Everything a report is made from, with its hash: parameters, notebook, program, libraries, inputs, rules."""
    lock = PACKAGE.parent / "requirements.lock"
    return {
        "report": {"name": report.name, "title": report.title},
        "place": place.name,
        "parameters": parameters.values(),
        "notebook": {"file": f"notebooks/{notebook.name}", "sha256": sha256_of(notebook)},
        "package": {"name": PACKAGE.name, "version": metadata.version(PACKAGE.name), "sha256": _package_hash()},
        "requirements_lock": {"sha256": sha256_of(lock)} if lock.is_file() else None,
        "python": platform.python_version(),
        "libraries": _libraries(),
        "inputs": _hashed(place, input_files(place, report)),
        "rules": _hashed(place, files_of(place.rules)),
    }


def input_files(place: Place, report: Report) -> list[Path]:
    """The files below ``data/raw`` that a report reads; no spreadsheet program's lock file, no hidden one.

    A pattern that begins with ``!`` leaves files out again.
    """
    wanted = [pattern for pattern in report.inputs if not pattern.startswith("!")]
    unwanted = {path for pattern in report.inputs if pattern.startswith("!") for path in place.raw.glob(pattern[1:])}
    found = {path for pattern in wanted for path in place.raw.glob(pattern) if path.is_file()} - unwanted
    kept = [
        path for path in found if not any(part.startswith(("~$", ".")) for part in path.relative_to(place.raw).parts)
    ]
    return sorted(kept, key=lambda path: path.as_posix())


def complete(
    made_from: Manifest,
    output: Path,
    checks: dict[str, str],
    previous: Manifest | None,
    *,
    corrections: Sequence[Manifest] = (),
    readings: Sequence[Manifest] = (),
) -> Manifest:
    """The manifest of finished outputs.

    Its ``id`` is the hash of all that is the same whenever the same report is made from the same things; the previous
    report and the timings are not part of it.

    Args:
        made_from: the run's ``fingerprint``.
        output: the finished outputs; a manifest among them is left out.
        checks: the name of each check that was made and its result.
        previous: the manifest of the report that this one replaces.
        corrections: the corrections of its inputs.
        readings: how its rule files read the unclear articles.
    """
    used = {"corrections": list(corrections), "readings": list(readings)}
    manifest = {**made_from, **used, "checks": checks, "outputs": _outputs(output)}
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
    before = None
    if previous is not None:
        before = {"id": previous.get("id", ""), "changed": changes(previous, made_from)}
    return {"id": hashlib.sha256(text.encode()).hexdigest(), **manifest, "previous": before}


def changes(previous: Manifest, made_from: Manifest) -> list[str]:
    """What differs between two runs, in Chinese: "原始数据：data/raw/2023-03/工业/月报.xlsx 已改"."""
    found = []
    for key, label in FINGERPRINT.items():
        before, now = previous.get(key), made_from[key]
        if before == now:
            continue
        if key in ("inputs", "rules"):
            found += [f"{label}：{one}" for one in _file_changes(before or [], now)]
        elif isinstance(before, dict) and isinstance(now, dict):
            names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
            found.append(f"{label}：{'、'.join(names)}")
        else:
            found.append(label)
    return found


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a published report; None where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return None
    return content if isinstance(content, dict) else None


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write a manifest into a report's folder."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def is_same_run(manifest: Manifest, made_from: Manifest) -> bool:
    """Whether a report was made from the very same things."""
    return all(manifest.get(key) == made_from[key] for key in FINGERPRINT)


def damage(manifest: Manifest, folder: Path) -> list[str]:
    """What no longer agrees with the manifest: "targets.xlsx 已被改动", "charts/a.png 不见了", "x.txt 是多出来的"."""
    expected = {one["file"]: one["sha256"] for one in manifest["outputs"]}
    there = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    there.pop(MANIFEST, None)
    found = [f"{name} 不见了" for name in expected if name not in there]
    found += [f"{name} 已被改动" for name in expected if name in there and sha256_of(there[name]) != expected[name]]
    found += [f"{name} 是多出来的" for name in there if name not in expected]
    return found


def _outputs(folder: Path) -> list[dict[str, Any]]:
    return [
        {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in files_of(folder)
        if path != folder / MANIFEST
    ]


def _hashed(place: Place, files: list[Path]) -> list[dict[str, str]]:
    return [{"file": place.relative(path), "sha256": sha256_of(path)} for path in files]


@cache
def _package_hash() -> str:
    """One hash over the program's files, taken once a process.

    The folders below ``rules`` hold places' data and are hashed as rules.
    """
    total = hashlib.sha256()
    for path in files_of(PACKAGE):
        parts = path.relative_to(PACKAGE).parts
        if "__pycache__" not in parts and not (parts[0] == "rules" and len(parts) > 2):
            total.update(f"{'/'.join(parts)} {sha256_of(path)}\n".encode())
    return total.hexdigest()


def _libraries() -> dict[str, str]:
    names = (re.match(r"[\w.-]+", line) for line in metadata.requires(PACKAGE.name) or [] if "extra ==" not in line)
    return {name[0]: metadata.version(name[0]) for name in sorted(filter(None, names), key=lambda name: name[0])}


def _file_changes(before: list[dict[str, str]], now: list[dict[str, str]]) -> list[str]:
    old = {one["file"]: one["sha256"] for one in before}
    new = {one["file"]: one["sha256"] for one in now}
    found = [f"{name} 已改" for name in new if name in old and old[name] != new[name]]
    found += [f"{name} 新增" for name in new if name not in old]
    return found + [f"{name} 已去掉" for name in old if name not in new]
