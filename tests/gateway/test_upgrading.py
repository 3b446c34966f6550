"""A viewer's connection, under the server of the one process: whoever leaves first, nobody goes on waiting for what has been closed.

A descriptor that is closed while a green thread waits on it keeps that thread; whoever gets the same number next, be it the pipe of a
process about to start, is then told that two read at once.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import eventlet
import pytest
from eventlet import hubs, wsgi
from flask import Flask
from simple_websocket import Client, ConnectionClosed, Server
from simple_websocket.ws import Base
from wsproto.events import CloseConnection

from gateway.upgrading import hang_up, upgraded
from gateway.web.viewer import PROTOCOL, Judge, carry, connected, downwards
from tests.worlds import until

MORE_THAN_FITS = 1 << 24


@pytest.fixture
def screen(tmp_path):
    """Where the screen listens."""
    path = tmp_path / "screen"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        yield listening


@pytest.fixture
def viewer(screen):
    """The address of a gateway that carries whoever comes to the screen."""
    path = screen.getsockname()
    with served(lambda wire: carry(wire, connected(path), Judge(None, ""))) as address:
        yield address


@contextmanager
def served(talk: Callable[[Server], None]) -> Iterator[str]:
    """The address of a gateway that talks so to whoever comes."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: upgraded(PROTOCOL, talk), websocket=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = eventlet.spawn(wsgi.server, listening, app, log_output=False)
        try:
            yield "ws://{}:{}/".format(*listening.getsockname())
        finally:
            server.kill()


def left_waiting() -> set[int]:
    """The descriptors that are closed, and that somebody in this process waits to read or to write."""
    return {number for waiting in hubs.get_hub().listeners.values() for number in waiting if not is_open(number)}


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@pytest.fixture
def before(viewer):
    return left_waiting()


def leave(wire: Client) -> None:
    """As a browser does: it says so, and closes when the other side has (`Client.close` closes what its own thread still reads)."""
    Base.close(wire)
    wire.thread.join()


def test_what_is_said_comes_through_both_ways(viewer, screen):
    wire = Client(viewer, subprotocols=[PROTOCOL])
    there, _ = screen.accept()
    wire.send(b"a key")
    assert there.recv(100) == b"a key"
    there.sendall(b"a picture")
    assert wire.receive() == b"a picture"
    leave(wire)
    there.close()


def test_a_connection_whose_screen_fails_is_ended(viewer, screen):
    """No answer of ours is written into it."""
    screen.close()
    wire = Client(viewer, subprotocols=[PROTOCOL])
    with pytest.raises(ConnectionClosed):
        wire.receive()


def test_nobody_waits_after_the_person_has_left(viewer, screen, before):
    wire = Client(viewer, subprotocols=[PROTOCOL])
    there, _ = screen.accept()
    leave(wire)
    assert there.recv(100) == b""
    there.close()
    until(lambda: left_waiting() <= before, "nobody waits")


def test_nobody_waits_after_the_screen_has_gone(viewer, screen, before):
    wire = Client(viewer, subprotocols=[PROTOCOL])
    there, _ = screen.accept()
    there.close()
    with pytest.raises(ConnectionClosed):
        wire.receive()
    wire.thread.join()
    until(lambda: left_waiting() <= before, "nobody waits")


def test_nobody_waits_after_one_who_never_read_has_left(viewer, screen, before):
    """What the screen shows is stuck on its way by then."""
    address = viewer.removeprefix("ws://").rstrip("/").split(":")
    wire = socket.create_connection((address[0], int(address[1])))
    wire.sendall(
        b"GET / HTTP/1.1\r\nHost: casillero\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: binary\r\n\r\n"
    )
    there, _ = screen.accept()
    showing = eventlet.spawn(shown, there)
    eventlet.sleep(0)
    until(lambda: there.fileno() in hubs.get_hub().listeners["write"], "no more fits")
    wire.close()
    showing.wait()
    there.close()
    until(lambda: left_waiting() <= before, "nobody waits")


def shown(there: socket.socket) -> None:
    try:
        there.sendall(bytes(MORE_THAN_FITS))
    except OSError:
        return


def show(wire: Server) -> None:
    screen, there = socket.socketpair()
    with screen, there:
        screen.sendall(b"a picture")
        downwards(there, wire)


@pytest.mark.parametrize("act", [hang_up, show])
def test_whoever_meets_another_one_that_is_hanging_up_is_left_at_that(act):
    left = []

    def talk(wire: Server) -> None:
        wire.ws.send(CloseConnection(1000))  # The other one has this to send, and has not sent it yet.
        act(wire)
        left.append(act)

    with served(talk) as address:
        wire = Client(address, subprotocols=[PROTOCOL])
        wire.thread.join()
    assert left == [act]
