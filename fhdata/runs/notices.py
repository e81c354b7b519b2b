"""Tells somebody that a run failed, by mail or webhook: off until the environment says where to.

The environment alone says where and with which credentials; no file, manifest or report ever holds them.

- ``FHDATA_NOTICE_WEBHOOK``: an address that takes ``{"msgtype": "text", "text": {"content": …}}`` and answers with an
  ``errcode``, as the group robots of WeCom (企业微信) and DingTalk (钉钉) do.
- ``FHDATA_NOTICE_MAIL_TO``, ``FHDATA_NOTICE_SMTP`` (host or host:port); with ``FHDATA_NOTICE_SMTP_USER`` and
  ``FHDATA_NOTICE_SMTP_PASSWORD`` the connection must be encrypted, or nothing is sent.
"""

import http.client
import json
import smtplib
import ssl
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP as MAIL_FORM

from fhdata.problems import Problem, problem

WEBHOOK = "FHDATA_NOTICE_WEBHOOK"
MAIL_TO = "FHDATA_NOTICE_MAIL_TO"
SMTP = "FHDATA_NOTICE_SMTP"
USER = "FHDATA_NOTICE_SMTP_USER"
PASSWORD = "FHDATA_NOTICE_SMTP_PASSWORD"
SEVEN_BITS = MAIL_FORM.clone(cte_type="7bit")  # every mail server passes it on unchanged
PATIENCE_SECONDS = 10.0
MOST_SENTENCES = 20  # group robots cut long messages; the screen and the log have all
LONGEST_ANSWER = 100_000
SUBMISSION_PORT, ENCRYPTED_PORT = 587, 465
_FAILURES = (OSError, http.client.HTTPException, smtplib.SMTPException, ValueError)


def notice_text(subject: str, problems: Sequence[Problem]) -> str:
    """What is sent: the subject and the sentences the screen showed, each once."""
    sentences = list(dict.fromkeys(one.sentence for one in problems))
    lines = [f"{number}. {said}" for number, said in enumerate(sentences[:MOST_SENTENCES], 1)]
    more = len(sentences) - len(lines)
    return "\n".join([subject, *lines, *([f"另有 {more} 个问题，见运行记录。"] if more else [])])


def send_notices(subject: str, problems: Sequence[Problem], environment: Mapping[str, str]) -> list[Problem]:
    """Send a failure notice everywhere the environment asks for.

    Args:
        subject: one line: which place and which run.
        problems: what the run said is wrong.
        environment: where to, see the module.

    Returns:
        What kept a notice from being sent; the run's own exit status does not depend on it. Never an address or a
        password: the sentence goes to logs.
    """
    text = notice_text(subject, problems)
    return [one for way, send in _ways(environment) for one in _attempt(way, send, text, subject)]


_Send = Callable[[str, str], None]


def _ways(environment: Mapping[str, str]) -> Iterator[tuple[str, _Send]]:
    if webhook := environment.get(WEBHOOK, ""):
        yield WEBHOOK, lambda text, _: _post(webhook, text)
    if environment.get(MAIL_TO, "") or environment.get(SMTP, ""):
        yield f"{MAIL_TO}、{SMTP}", lambda text, subject: _mail(environment, text, subject)


def _attempt(way: str, send: _Send, text: str, subject: str) -> list[Problem]:
    try:
        send(text, subject)
    except _FAILURES as error:
        said = f"失败通知没有发出（{type(error).__name__}）"
        return [problem("notice_not_sent", said, "", f"请核对环境变量 {way} 和网络")]
    return []


def _post(address: str, text: str) -> None:
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("a webhook is an http or https address")
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        said = answer.read(LONGEST_ANSWER)
    if said.startswith(b"{") and json.loads(said).get("errcode", 0) != 0:
        raise ValueError("the robot took the notice and refused it")


def _mail(environment: Mapping[str, str], text: str, subject: str) -> None:
    recipients, server = environment.get(MAIL_TO, ""), environment.get(SMTP, "")
    if not recipients or not server:
        raise ValueError("a mail needs recipients and a server")
    message = EmailMessage(policy=SEVEN_BITS)
    message["Subject"], message["To"] = subject, recipients
    message["From"] = environment.get(USER) or recipients.split(",")[0].strip()
    message.set_content(text)
    host, _, port = server.partition(":")
    with _connection(host, int(port or SUBMISSION_PORT)) as opened:
        if environment.get(USER):
            if not isinstance(opened.sock, ssl.SSLSocket):
                raise smtplib.SMTPNotSupportedError("credentials go over an encrypted connection only")
            opened.login(environment[USER], environment.get(PASSWORD, ""))
        opened.send_message(message)


def _connection(host: str, port: int) -> smtplib.SMTP:
    """A connection that is encrypted where the server can."""
    if port == ENCRYPTED_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=ssl.create_default_context())
    opened = smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS)
    opened.ehlo()
    if opened.has_extn("starttls"):
        opened.starttls(context=ssl.create_default_context())
    return opened
