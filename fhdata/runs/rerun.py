"""A published report made again from the same things, in a copy of its place, and compared byte by byte."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from fhdata.places import MARKER, Place, open_place
from fhdata.problems import Problem, problem
from fhdata.runs.catalogue import Report
from fhdata.runs.manifest import Manifest, changes, read_manifest
from fhdata.runs.parameters import Parameters
from fhdata.runs.pdfs import add_pdfs, has_pdfs
from fhdata.runs.published import Published, verify
from fhdata.runs.run import Preflight, run_report, target_folder
from fhdata.runs.warm import WarmProcess


def rerun(
    place: Place,
    published: Published,
    report: Report,
    *,
    warm: WarmProcess | None = None,
    preflight: Preflight | None = None,
) -> list[Problem]:
    """Make a published report again and tell every file that comes out different; nothing published is touched.

    Args:
        place: the place.
        published: the report as published.
        report: its entry in the catalogue.
        warm: as for ``run_report``.
        preflight: as for ``run_report``.
    """
    damaged = verify(published)
    if damaged or published.manifest is None:
        return damaged
    as_of = date.fromisoformat(published.manifest["parameters"]["as_of"])
    parameters = Parameters(published.period, as_of)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = _copy(place, Path(folder) / "place")
        outcome = run_report(copy, report, parameters, warm=warm, preflight=preflight)
        if outcome.state != "done":
            return list(outcome.problems)
        made = target_folder(copy, report, parameters)
        if has_pdfs(published.manifest):
            add_pdfs(copy, Published(published.period, published.name, made, read_manifest(made)))
        again = read_manifest(made)
    return _differences(published, published.manifest, again or {})


def _copy(place: Place, home: Path) -> Place:
    """All that a report of a place is made from, elsewhere."""
    home.mkdir()
    shutil.copyfile(place.home / MARKER, home / MARKER)
    for folder in (place.raw, place.rules, place.home / "notebooks"):
        if folder.is_dir():
            shutil.copytree(folder, home / folder.resolve().relative_to(place.home.resolve()))
    return open_place(home)


def _differences(published: Published, before: Manifest, now: Manifest) -> list[Problem]:
    where = f"{published.period}/{published.name}"
    old = {one["file"]: one["sha256"] for one in before["outputs"]}
    new = {one["file"]: one["sha256"] for one in now["outputs"]}
    files = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    why = "；".join(changes(before, now)) if files else ""
    action = f"此后有变化：{why}" if why else "依据没有变化，请查找不确定的计算"
    return [problem("not_reproduced", f"重新生成的 {name} 与发布的不一致", "", action, file=where) for name in files]
