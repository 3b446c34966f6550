"""The bridge of a remote browser's viewer connects to the socket that the sandbox made, and to nothing that it points at."""

from __future__ import annotations

import socket

import pytest

from gateway.web import viewer


@pytest.fixture
def listening(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "elsewhere.sock"))
        server.listen()
        yield server


def test_the_socket_of_a_screen_is_connected_to(listening, tmp_path):
    with viewer.connected(str(tmp_path / "elsewhere.sock")) as there:
        there.sendall(b"RFB")
        assert listening.accept()[0].recv(3) == b"RFB"


@pytest.mark.parametrize("kind", ["a link to a socket", "a file", "nothing"])
def test_what_is_no_socket_is_not(listening, tmp_path, kind):
    path = tmp_path / "rfb.sock"
    if kind == "a link to a socket":
        path.symlink_to(tmp_path / "elsewhere.sock")
    elif kind == "a file":
        path.write_bytes(b"")
    with pytest.raises(OSError):
        viewer.connected(str(path))
