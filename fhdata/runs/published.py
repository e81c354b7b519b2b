"""What has been published at a place, as its manifests tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fhdata.periods import Period, parse_period
from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.manifest import Manifest, damage, read_manifest


@dataclass(frozen=True)
class Published:
    """One published report; the manifest is None where it is missing or cannot be read."""

    period: Period
    name: str
    folder: Path
    manifest: Manifest | None


def published_reports(place: Place, period: Period | None = None) -> list[Published]:
    """The published reports, of one period or of all, in the order of their folders' names."""
    return [
        Published(one, folder.name, folder, read_manifest(folder))
        for one, above in _periods(place)
        if period is None or one == period
        for folder in sorted(above.iterdir())
        if folder.is_dir()
    ]


def verify(published: Published) -> list[Problem]:
    """What no longer agrees with a report's manifest."""
    file, action = f"{published.period}/{published.name}", "请用 fhdata run … --force 重新生成"
    if published.manifest is None:
        return [problem("no_manifest", "清单 manifest.json 不见了或读不懂", "", action, file=file)]
    return [
        problem("damaged_report", found, "应与清单一致", action, file=file)
        for found in damage(published.manifest, published.folder)
    ]


def _periods(place: Place) -> Iterator[tuple[Period, Path]]:
    if not place.reports.is_dir():
        return
    for folder in sorted(place.reports.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            try:
                yield parse_period(folder.name), folder
            except ProblemsFound:
                continue  # not a period's folder: nothing this suite has published
