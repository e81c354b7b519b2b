"""PDF files of a published report: each of its pages, and its charts in one pack, put beside them in one step."""

import shutil
from collections.abc import Iterator
from datetime import date
from importlib import metadata
from pathlib import Path

from fhdata.places import Place
from fhdata.problems import stop_on
from fhdata.publish.pdf import MAKER, maker_problems, pack_pdf, page_pdf
from fhdata.publish.report import EXAMPLE_LINE
from fhdata.runs.locks import hold
from fhdata.runs.manifest import FINGERPRINT, Manifest, complete, write_manifest
from fhdata.runs.published import Published, verify
from fhdata.runs.staging import open_staging, publish, recover

CHARTS = "charts"
PACK = "charts.pdf"


def has_pdfs(manifest: Manifest) -> bool:
    """Whether a published report has PDF files."""
    return any(one["file"].endswith(".pdf") for one in manifest["outputs"])


def add_pdfs(place: Place, published: Published) -> list[str]:
    """Make the PDF files of a published report and publish it again with them; the rest of it stays as it is.

    Args:
        place: the place.
        published: the report.

    Returns:
        The names of the PDF files.

    Raises:
        ProblemsFound: the extra is missing, the report is damaged, a page cannot be printed.
        Locked: the report is being made.
    """
    stop_on(maker_problems())
    name = f"{published.period}-{published.name}"
    with hold(place.reports, name):
        recover(place.reports, name, published.folder)
        stop_on(verify(published))
        manifest = published.manifest or {}
        made = dict(_made(published.folder, date.fromisoformat(manifest["parameters"]["as_of"]), manifest))
        staging = open_staging(place.reports, name)
        shutil.copytree(published.folder, staging.output, dirs_exist_ok=True)
        for file, content in made.items():
            (staging.output / file).write_bytes(content)
        made_from = {key: manifest[key] for key in FINGERPRINT}
        used = {name: manifest.get(name, ()) for name in ("corrections", "readings")}
        renewed = complete(made_from, staging.output, manifest["checks"], None, **used)
        told = {"previous": manifest["previous"], "pdf_made_by": f"{MAKER} {metadata.version(MAKER)}"}
        write_manifest({**manifest, **renewed, **told}, staging.output)
        publish(staging, published.folder)
    return list(made)


def _made(folder: Path, day: date, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    for path, html in pages.items():
        yield f"{path.stem}.pdf", page_pdf(html, folder / CHARTS, day)
    if (folder / CHARTS).is_dir():
        title = manifest["place"] + manifest["report"]["title"]
        is_example = any(EXAMPLE_LINE in html for html in pages.values())
        yield PACK, pack_pdf(title, folder / CHARTS, day, is_example=is_example)
