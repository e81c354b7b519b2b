"""Failure notices: off by default, sent to a local server here, credentials from the environment only."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from runs_place import make_place

from fhdata.cli import main
from fhdata.problems import problem
from fhdata.runs.notices import MAIL_TO, MOST_SENTENCES, PASSWORD, SMTP, USER, WEBHOOK, notice_text, send_notices

MISSING = problem("missing", "没有这一列", "应有“单位”列", "请补上", file="data/raw/2023-03/示例/月报.xlsx")


@contextmanager
def robot(answer: bytes = b'{"errcode": 0}', status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    """A group robot on this machine: its address, and what it was sent."""
    taken: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/robot?key=geheim", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def mail_server() -> Iterator[tuple[str, list[str]]]:
    """A mail server that takes one mail and knows neither encryption nor log-in: its address, the lines it was told."""
    told: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as stream:
            is_text = False
            stream.write(b"220 ready\r\n")
            stream.flush()
            for line in stream:
                told.append(line.decode("utf-8").rstrip("\r\n"))
                if is_text and told[-1] != ".":
                    continue
                is_text = told[-1].upper() == "DATA"
                stream.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(told[-1].upper(), b"250 fine\r\n"))
                stream.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}", told
    finally:
        thread.join()
        listening.close()


def test_nothing_is_sent_unless_the_environment_asks() -> None:
    assert send_notices("甲", [MISSING], {}) == []


def test_webhook_gets_every_sentence_once() -> None:
    with robot() as (address, taken):
        assert send_notices("示例县有报告没有发布", [MISSING, MISSING], {WEBHOOK: address}) == []
    body = json.loads(taken[0])
    said = "示例县有报告没有发布\n1. data/raw/2023-03/示例/月报.xlsx：没有这一列，应有“单位”列，请补上。"
    assert (len(taken), body) == (1, {"msgtype": "text", "text": {"content": said}})


def test_long_lists_are_cut_and_say_so() -> None:
    many = [problem("x", f"第{number}处") for number in range(MOST_SENTENCES + 3)]
    lines = notice_text("甲", many).splitlines()
    assert len(lines) == 1 + MOST_SENTENCES + 1
    assert lines[-1] == "另有 3 个问题，见运行记录。"


@pytest.mark.parametrize(
    ("answer", "status"), [(b'{"errcode": 93000, "errmsg": "invalid"}', 200), (b"gone", 410), (b"{not json", 200)]
)
def test_a_robot_that_refuses_is_told_without_its_address(answer: bytes, status: int) -> None:
    with robot(answer, status) as (address, _):
        unsent = send_notices("甲", [MISSING], {WEBHOOK: address})
    assert [one.code for one in unsent] == ["notice_not_sent"]
    assert WEBHOOK in unsent[0].sentence
    assert "geheim" not in unsent[0].sentence
    assert "127.0.0.1" not in unsent[0].sentence


def test_an_address_that_is_no_web_address_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{}", encoding="utf-8")
    unsent = send_notices("甲", [MISSING], {WEBHOOK: (tmp_path / "a").as_uri()})
    assert [one.code for one in unsent] == ["notice_not_sent"]


def test_mail_has_subject_recipients_and_text() -> None:
    with mail_server() as (address, told):
        where = {MAIL_TO: "office@example.invalid, desk@example.invalid", SMTP: address}
        assert send_notices("示例县有报告没有发布", [MISSING], where) == []
    assert "rcpt TO:<office@example.invalid>" in told
    assert "rcpt TO:<desk@example.invalid>" in told
    sent = message_from_string("\n".join(told[told.index("data") + 1 : told.index(".")]), policy=default)
    assert (sent["Subject"], sent["To"]) == ("示例县有报告没有发布", where[MAIL_TO])
    assert sent.get_content().splitlines() == ["示例县有报告没有发布", f"1. {MISSING.sentence}"]
    assert all(line.isascii() for line in told)


def test_credentials_never_go_over_an_open_connection() -> None:
    with mail_server() as (address, told):
        where = {MAIL_TO: "office@example.invalid", SMTP: address, USER: "desk", PASSWORD: "geheim"}
        unsent = send_notices("甲", [MISSING], where)
    assert [one.code for one in unsent] == ["notice_not_sent"]
    assert not any("geheim" in line or line.upper().startswith(("AUTH", "MAIL")) for line in told)
    assert "geheim" not in unsent[0].sentence


@pytest.mark.parametrize("where", [{MAIL_TO: "a@example.invalid"}, {SMTP: "127.0.0.1"}, {SMTP: "a:b", MAIL_TO: "c@d"}])
def test_half_a_mail_address_is_told(where: dict[str, str]) -> None:
    assert [one.code for one in send_notices("甲", [MISSING], where)] == ["notice_not_sent"]


def test_a_failed_run_sends_a_notice_and_keeps_its_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make_place(tmp_path / "示例县")  # its rules have no calendar
    with robot() as (address, taken):
        monkeypatch.setenv(WEBHOOK, address)
        code = main(["run", "targets", "2023-03", "--home", str(place.home)])
    assert code == 3
    content = json.loads(taken[0])["text"]["content"]
    assert content.startswith("报告没有运行\n1. ")
    assert str(tmp_path) not in content
    assert content.splitlines()[1] in capsys.readouterr().err
