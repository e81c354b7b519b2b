"""The child of the warm process that checks rules and inputs, and rebuilds the index; see ``fhdata.runs.warm_process``.

It takes one request at a time and answers it; what it has read for the answer it tells the warm process first, so that
no report reads it again.
"""

import pickle
import socket
from typing import Any

from fhdata.problems import ProblemsFound
from fhdata.remembered import keep, newly_remembered

LENGTH_BYTES = 8


def serve_checks(checks: socket.socket, telling: socket.socket) -> None:
    """Call what is asked for, a function with its arguments, until the other end is closed."""
    while request := receive(checks):
        function, arguments, named = request
        try:
            answer = function(*arguments, **named)
        except ProblemsFound as found:
            answer = found
        if results := newly_remembered():
            send(telling, (results,))
        send(checks, (answer,))


def receive_remembered(news: socket.socket) -> bool:
    """Remember what the reader tells; False once it has ended."""
    told = receive(news)
    for results in told:
        keep(results)
    return bool(told)


def send(channel: socket.socket, message: tuple[object, ...]) -> None:
    """Send objects to another process of this run."""
    written = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    channel.sendall(len(written).to_bytes(LENGTH_BYTES, "big") + written)


def receive(channel: socket.socket) -> tuple[Any, ...]:
    """The next objects that another process of this run sends; none once it has ended."""
    length = int.from_bytes(channel.recv(LENGTH_BYTES, socket.MSG_WAITALL), "big")
    written = channel.recv(length, socket.MSG_WAITALL) if length else b""
    whole: tuple[Any, ...] = pickle.loads(written) if written and len(written) == length else ()
    return whole
