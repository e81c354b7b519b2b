"""Outputs before they are published: promised files, outside links, paths of the machine, personal identifiers."""

import zipfile
from pathlib import Path

import pytest

from fhdata.runs.outputs import output_problems, outside_links
from fhdata.runs.traces import known_folders, machine_traces
from fhdata.runs.wiring import personal_data


def told(folder: Path, *promised: str, known: tuple[Path, ...] = ()) -> list[str]:
    return [one.sentence for one in output_problems(folder, promised, known)]


def test_promised_file_must_be_there_and_not_empty(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "a.csv").touch()
    assert told(tmp_path, "charts/*.png", "charts/*.svg", "a.csv") == [
        "没有做出承诺的文件 charts/*.svg，请检查笔记本的保存步骤。",
        "没有做出承诺的文件 a.csv，请检查笔记本的保存步骤。",
    ]


@pytest.mark.parametrize(
    ("page", "links"),
    [
        ('<a href="#note">1</a><img src="data:image/png;base64,AAAA"><a href="targets.xlsx">x</a>', []),
        ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"></svg>', []),
        ("<p>https://example.org 只是文字</p>", []),
        ('<script src="//cdn.example.org/x.js"></script>', ["//cdn.example.org/x.js"]),
        ('<IMG SRC="HTTP://example.org/a.png">', ["HTTP://example.org/a.png"]),
        ('<a href="https://example.org/">x</a>', ["https://example.org/"]),
        ("<style>@import 'https://example.org/a.css';</style>", ["@import 'https://example.org/a.css"]),
        ("<style>p{background:url(//example.org/a.png)}</style>", ["url(//example.org/a.png"]),
        ("<script>fetch('https://example.org/x')</script>", ["https://example.org/x"]),
        ('<meta http-equiv="refresh" content="0; url=https://example.org">', ["0; url=https://example.org"]),
        ('<image xlink:href="https://example.org/a.png"/>', ["https://example.org/a.png"]),
        ('<a href="https&colon;&sol;&sol;example.org">x</a>', ["https://example.org"]),  # written so that no // is seen
        ('<a href="&#47;&#x2f;example.org">x</a>', ["//example.org"]),
        ("<p>甲 &amp; 乙 &lt; 丙 &gt; 丁 &quot;戊&#34;&#39;&nbsp;</p>", []),
        ('<a xmlns="http://www.w3.org/2000/svg" href="http://www.w3.org/a">x</a>', ["http://www.w3.org/a"]),
    ],
)
def test_outside_links(page: str, links: list[str]) -> None:
    assert outside_links(page) == links


def test_outside_link_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<link href="https://example.org/a.css">', encoding="utf-8")
    assert told(tmp_path) == ["a.html：有外部链接“https://example.org/a.css”，报告要能离线打开，请把内容放进页面。"]


def test_machine_paths_are_found_in_texts_and_packed_files(tmp_path: Path) -> None:
    home = Path("/data/office")
    (tmp_path / "a.csv").write_text("来源\n/data/office/raw.xlsx\n", encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as packed:
        packed.writestr("docProps/app.xml", "<x>/data/office</x>")
    (tmp_path / "c.html").write_text("<p>/data/officers</p>", encoding="utf-8")
    assert told(tmp_path, known=(home,)) == [
        "a.csv：含有本机路径“/data/office”，报告里不能有本机路径。",
        "b.xlsx docProps/app.xml：含有本机路径“/data/office”，报告里不能有本机路径。",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("见 data/raw/2023-03/工业/月报.xlsx", []),
        ("（1/2）3/opt/4", []),
        ("file:///x/y.xlsx", ["file:///x/y.xlsx"]),
        ("在 /opt/someone/a.csv 里", ["/opt/someone/a.csv"]),
        (r"C:\Users\someone\a.csv", [r"C:\Users\someone\a.csv"]),
        ("data:image/png;base64,AAAA /tmp/AAAA", []),
    ],
)
def test_machine_traces_without_any_known_folder(text: str, found: list[str]) -> None:
    assert machine_traces(text, ()) == found


def test_folder_is_not_told_beside_a_path_below_it() -> None:
    assert machine_traces("“/data/a/b”", (Path("/data/a"), Path("/data/a/b"))) == ["/data/a/b"]


def test_own_folders_are_known_and_a_root_is_none(tmp_path: Path) -> None:
    folders = known_folders(tmp_path, Path("/"))
    assert {tmp_path, Path.home()} <= set(folders)
    assert Path("/") not in folders


def test_id_number_in_a_page_is_told(tmp_path: Path) -> None:
    # Made up: area 110101, born 1949-12-31, order 002; weighted digit sum 151 = 13·11 + 8, so the check digit is 4.
    (tmp_path / "a.html").write_text("<td>110101194912310024</td>", encoding="utf-8")
    (tmp_path / "b.csv").write_text("0.11010119491231002\n", encoding="utf-8-sig")
    assert [one.sentence for one in personal_data(tmp_path)] == [
        "a.html：有身份证号，报告里不能有个人信息，请在原始数据里删去。"
    ]
