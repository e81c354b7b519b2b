"""A report as a Word notice (通报) laid out after GB/T 9704—2012: a draft to print; what needs judgement is left open.

Every sentence is the report's own; nothing here decides a number. Number, seal and red head are for the office.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docx.document import Document as WordDocument

from fhdata.problems import problem, stop_on
from fhdata.publish.report import (
    EXAMPLE_LINE,
    TO_BE_WRITTEN,
    Chart,
    Report,
    Section,
    chinese_number,
    report_problems,
)
from fhdata.publish.tables import Table, is_missing
from fhdata.publish.word_annexes import PICTURES, Annex, annexes_of
from fhdata.publish.word_package import add_sections, empty_document, picture, save
from fhdata.publish.word_profile import TWIPS_PER_POINT, Profile, load_profile, twips
from fhdata.publish.word_tables import gap, table_lead, table_note, units, word_table
from fhdata.publish.word_xml import Attributes, Look, characters, exact_lines, marked_runs, paragraph

TO_BE_NUMBERED = "【待编号】"
MARKS = (TO_BE_NUMBERED, TO_BE_WRITTEN)
ANNEX = "附"
SECOND_LEVEL = "（"
SECTION_SLOT = "<!--section-->"
MOST_TOLD = 10
MOST_DOCUMENTS = 3
PICTURE_ROOM_MM = 182.0  # of 225, the four lines of the annex's name and title (40.9) taken off


@dataclass(frozen=True)
class _Writer:
    """A notice being written: its document, its page layout, where the saved charts lie."""

    document: WordDocument
    profile: Profile
    charts: Path

    @property
    def body(self) -> Look:
        """The type of everything that is not said otherwise."""
        return Look(self.profile.fonts.body, self.profile.body_points, self.profile.spacing_twips)

    def line(self, text: str, look: Look | None = None, **properties: Attributes | str) -> str:
        """One paragraph on the grid; what is to be written by hand is highlighted."""
        look = look or self.body
        spaced = {
            "autoSpaceDE": {"val": 0},
            "autoSpaceDN": {"val": 0},
            "spacing": exact_lines(self.profile.pitch_twips),
        }
        return paragraph(marked_runs(text, look, MARKS), look, {**spaced, **properties})

    def text(self, text: str, look: Look | None = None, **properties: Attributes | str) -> str:
        """A paragraph with its first line two characters in."""
        indent: Attributes = {"firstLine": characters(self.profile.paragraph_characters, self.body)}
        return self.line(text, look, ind=indent, jc={"val": "both"}, **properties)

    def heading(self, text: str, level: int) -> str:
        """A heading of the first (一、) or second level (（一））."""
        font = self.profile.fonts.first if level == 1 else self.profile.fonts.second
        look = replace(self.body, font=font)
        return self.text(text, look, pStyle={"val": f"Heading{level}"}, keepNext={"val": 1})

    def title(self, lines: Sequence[str]) -> str:
        """The title in the middle, one paragraph a line."""
        look = Look(self.profile.fonts.title, self.profile.title_points)
        return "".join(
            self.line(one, look, pStyle={"val": "Title"}, keepNext={"val": 1}, jc={"val": "center"}) for one in lines
        )

    def hairline(self, **properties: str) -> str:
        """An empty paragraph of one point: Word wants one behind a table and at the end of a section."""
        tiny = Look(self.profile.fonts.body, 1)
        return paragraph("", tiny, {"snapToGrid": {"val": 0}, "spacing": exact_lines(TWIPS_PER_POINT), **properties})

    def picture(self, chart: Chart, number: int) -> str:
        """A chart in a paragraph of its own whose line is as high as the picture."""
        room = (self.profile.text_width_mm, PICTURE_ROOM_MM)
        path = self.charts / png_of(chart)
        drawn = picture(self.document, path, chart.alt_text, look=self.body, number=number, most_mm=room)
        single: Attributes = {"before": 0, "after": 0, "line": 240, "lineRule": "auto"}
        return paragraph(drawn, self.body, {"snapToGrid": {"val": 0}, "spacing": single, "jc": {"val": "center"}})


def write_notice(
    report: Report, path: Path, *, charts: Path, title: str = "", addressees: str = "", fonts: str = "standard"
) -> None:
    """Write the report as a Word notice; same report, same bytes.

    In this order: 【待编号】, title, addressees, on what it rests, the report's sections with their sentences, list of
    annexes, signature and date to be filled in, then each annex on a new page: the tables of a section, turned where
    they are wide; the charts; 口径说明.

    Args:
        report: finished words, tables and charts; 【待补】 in it stays and is highlighted.
        path: the .docx file.
        charts: the folder the charts were saved in.
        title: the notice's title; left out, 关于…情况的通报 from the report's period and title.
        addressees: 主送机关; left out, 【待补】.
        fonts: ``standard`` (方正小标宋、仿宋_GB2312 …) or ``windows`` (those every Windows has); named, never shipped.

    Raises:
        ProblemsFound: a table lacks a column, a figure leads to no source note, a chart was not saved as PNG.
    """
    problems = report_problems(report)
    problems += [
        problem("no_picture", f"没有图“{chart.name}”的 PNG 文件", "", "请先画图，再出 Word 文件")
        for chart in _charts(report)
        if not (charts / png_of(chart)).is_file()
    ]
    stop_on(problems)
    profile = load_profile(fonts)
    writer = _Writer(empty_document(profile), profile, charts)
    joints = (f"关于{report.period_label}", report.title, "情况的通报")
    lines = title_lines([title] if title else joints, _title_room(profile))
    annexes = annexes_of(report)
    example = EXAMPLE_LINE if report.is_example else ""
    parts = [_opening(writer, report, lines, addressees), *_sections(writer, report, annexes)]
    parts += [_annex_list(writer, annexes), _signature(writer)]
    text, turns = _with_annexes(writer, "".join(parts), annexes)
    for end in add_sections(writer.document, profile, turns, example):
        text = text.replace(SECTION_SLOT, end, 1)
    save(writer.document, text, path, title="".join(lines), comment=example, day=report.as_of)


def png_of(chart: Chart) -> str:
    """The name of the chart's PNG file."""
    return next((name for name in chart.files if name.endswith(".png")), f"{chart.name}.png")


def title_lines(pieces: Sequence[str], room: int) -> list[str]:
    """A title as lines of at most ``room`` half characters, broken between its pieces, or evenly inside a long one."""
    lines: list[str] = []
    for piece in pieces:
        if lines and units(lines[-1] + piece) <= room:
            lines[-1] += piece
            continue
        parts = -(-units(piece) // room)
        step = -(-len(piece) // parts)
        lines += [piece[start : start + step] for start in range(0, len(piece), step)]
    return lines


def _charts(report: Report) -> list[Chart]:
    return [one.chart for one in report.sections if one.chart is not None]


def _title_room(profile: Profile) -> int:
    """Half characters in a line of the title, less one character: digits of some fonts are wider than half."""
    return int(profile.text_width_mm / 25.4 * 72 / profile.title_points * 2) - 2


def _opening(writer: _Writer, report: Report, lines: Sequence[str], addressees: str) -> str:
    parts = [
        writer.line(TO_BE_NUMBERED, jc={"val": "center"}),
        writer.line(""),
        writer.title(lines),
        writer.line(""),
        writer.line(f"{addressees or TO_BE_WRITTEN}："),
        writer.text(_basis(report)),
    ]
    return "".join(parts)


def _basis(report: Report) -> str:
    """On what the notice rests: the documents its figures are measured by, and the day of its figures."""
    named = dict.fromkeys(source.document.split(" ")[0] for source in report.sources if source.document)
    documents = "、".join(list(named)[:MOST_DOCUMENTS]) + ("等文件" if len(named) > MOST_DOCUMENTS else "")
    day = f"{report.as_of.year}年{report.as_of.month}月{report.as_of.day}日"
    return f"根据{documents or TO_BE_WRITTEN}，现将{report.period_label}有关情况通报如下（数据截至{day}）。"


def _sections(writer: _Writer, report: Report, annexes: Sequence[Annex]) -> list[str]:
    """Headings and sentences of the report; its tables are told of, and stand in the annexes."""
    numbers = {annex.heading: (number, annex) for number, annex in enumerate(annexes, 1) if annex.heading}
    pictures = next((number for number, annex in enumerate(annexes, 1) if annex.charts), 0)
    parts = []
    for one in report.sections:
        if not one.heading or one.heading.startswith(ANNEX):
            continue
        parts.append(writer.heading(one.heading, 2 if one.heading.startswith(SECOND_LEVEL) else 1))
        parts += [_sentence(writer, text) for text in one.paragraphs]
        parts += _told(writer, one, numbers.get(one.heading), pictures if one.chart else 0)
    return parts


def _sentence(writer: _Writer, text: str) -> str:
    return writer.heading(text, 2) if text.startswith(SECOND_LEVEL) and len(text) < 28 else writer.text(text)


def _told(writer: _Writer, one: Section, led: tuple[int, Annex] | None, pictures: int) -> list[str]:
    """The sentences of a section's table, the first ten of them, and where the rest and its chart are."""
    seen = [f"附件{led[0]}《{led[1].title}》"] if led else []
    seen += [f"附件{pictures}《{PICTURES}》"] if pictures else []
    if not seen:
        return []
    where = f"详见{'、'.join(seen)}。"
    told = one.table.told if one.table is not None else ""
    if one.table is None or not told:
        return [writer.text(where)]
    sentences = [str(text) for text in one.table.frame[told] if not is_missing(text) and text]
    parts = [writer.text(f"{place}. {text}") for place, text in enumerate(sentences[:MOST_TOLD], 1)]
    rest = len(one.table.frame) - len(parts)
    return [*parts, writer.text(f"其余{rest}项{where}" if rest else where)]


def _annex_list(writer: _Writer, annexes: Sequence[Annex]) -> str:
    """附件：1. … as 7.3.4 has it: a line below the text, two characters in, the names under each other."""
    start = characters(writer.profile.paragraph_characters, writer.body)
    names = start + characters(3, writer.body)
    text = names + characters(1.5, writer.body)
    parts = [writer.line("")] if annexes else []
    for number, annex in enumerate(annexes, 1):
        first = start if number == 1 else names
        lead = f"{ANNEX}件：{number}.\t" if number == 1 else f"{number}.\t"
        stop = f'<w:tabs><w:tab w:val="left" w:pos="{text}"/></w:tabs>'
        indent: Attributes = {"left": text, "hanging": text - first}
        parts.append(writer.line(lead + annex.title, tabs=stop, ind=indent))
    return "".join(parts)


def _signature(writer: _Writer) -> str:
    indent: Attributes = {"right": characters(writer.profile.date_characters, writer.body)}
    lines = [f"{TO_BE_WRITTEN}（发文机关）", f"{TO_BE_WRITTEN}（成文日期）"]
    return writer.line("") * 2 + "".join(writer.line(one, ind=indent, jc={"val": "right"}) for one in lines)


def _with_annexes(writer: _Writer, body: str, annexes: Sequence[Annex]) -> tuple[str, list[bool]]:
    """The text with its annexes, a slot where each section ends, and for each whether its pages are turned."""
    parts, turns = [body], [False]
    picture_number = 1
    for number, annex in enumerate(annexes, 1):
        is_turn = annex.is_wide != turns[-1]
        if is_turn:
            parts.append(writer.hairline(sectPr=SECTION_SLOT))
            turns.append(annex.is_wide)
        parts.append(_annex(writer, annex, number, picture_number, is_new_page=not is_turn))
        picture_number += len(annex.charts)
    return "".join(parts) + SECTION_SLOT, turns


def _annex(writer: _Writer, annex: Annex, number: int, picture_number: int, *, is_new_page: bool) -> str:
    profile = writer.profile
    look = replace(writer.body, font=profile.fonts.first)
    new_page: dict[str, Attributes] = {"pageBreakBefore": {"val": 1}} if is_new_page else {}
    parts = [
        writer.line(f"{ANNEX}件{number}", look, keepNext={"val": 1}, **new_page),
        writer.line("", keepNext={"val": 1}),
    ]
    parts.append(writer.title(title_lines([annex.title], _title_room(profile))))
    parts.append(writer.line("", keepNext={"val": 1}))
    for place, table in enumerate(annex.tables):
        parts += [writer.heading(f"（{chinese_number(place + 1)}）{table.title}", 2)] if len(annex.tables) > 1 else []
        parts.append(_table(writer, table, is_wide=annex.is_wide))
        parts.append(gap(writer.body) if table is not annex.tables[-1] else writer.hairline())
    parts += [writer.picture(chart, picture_number + place) for place, chart in enumerate(annex.charts)]
    parts += [writer.text(f"{place}. {text}") for place, text in enumerate(annex.paragraphs, 1)]
    return "".join(parts)


def _table(writer: _Writer, table: Table, *, is_wide: bool) -> str:
    profile = writer.profile
    width = profile.text_height_mm if is_wide else profile.text_width_mm
    look = Look(profile.fonts.body, profile.wide_table_points if is_wide else profile.table_points)
    lead = table_lead(table.note_line, look) if table.note_line else ""
    notes = "".join(table_note(note, look) for note in table.footnotes)
    return lead + word_table(table, profile, twips(width), is_wide=is_wide) + notes
