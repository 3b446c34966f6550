"""A bulletin on a plain HTTP port, and a switch that makes it answer anything else."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from deploy.sandbox.teu import Bulletin


class StandIn:
    """`bulletin` answers, unless `instead` holds (status, headers, body) for the path; `asked` lists the paths."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bulletin = Bulletin()
        self.instead: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []

    def answer(self, target: str) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(target)
        self.asked.append(parts.path)
        if parts.path in self.instead:
            return self.instead[parts.path]
        status, content_type, body = self.bulletin.answer(parts.path, parts.query) or (404, "text/plain", b"")
        return status, {"Content-Type": content_type, "Content-Length": str(len(body))}, body


@contextmanager
def serving():
    """A StandIn that answers until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = stand_in.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stand_in = StandIn(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield stand_in
        server.shutdown()
