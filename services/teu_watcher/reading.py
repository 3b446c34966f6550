"""PDF bytes → text, by children that may die: whatever a document does, the caller gets pages or `UnreadablePdf`.

A child reads document after document (starting one costs more than reading one) and is replaced when it dies, hangs, or has read
its share. Talks over a socket pair, because a socket's timeout works alike under native threads and under eventlet.
Traps: memory and processor time are limited by the child itself (`pdf_child`), the wall clock by us, because a child that sleeps
uses neither. A document of pictures has no text to search: that is an error, or its edict would count as naming nobody.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import BoundedSemaphore, Lock

from services.teu_watcher.pdf_child import LENGTH, READY

_ROOT = Path(__file__).parents[2]
_START_S = 20.0
_LARGEST_ANSWER = 128 << 20


class UnreadablePdf(Exception):
    """This document cannot be read; the next one can. The message says why."""


class ReaderBroken(RuntimeError):
    """No child starts: the fault is the installation's, not the document's."""


class _Gone(Exception):
    """The child hung up or took too long."""


class PdfReader:
    """A few children that read PDFs. Safe to share between threads and between green threads; close it at the end."""

    def __init__(self, children: int = 2, memory_mib: int = 256, cpu_s: int = 20, wall_s: float = 40.0, share: int = 500) -> None:
        """At most `children` at once, each with `memory_mib` of address space, `cpu_s` and `wall_s` a document, `share` documents."""
        self._limits = (str(memory_mib), str(cpu_s))
        self._wall_s, self._share = wall_s, share
        self._turns = BoundedSemaphore(children)
        self._idle: list[_Child] = []
        self._lock = Lock()

    def read(self, pdf: bytes) -> list[str]:
        """The text of each page, in the form of `layout`. UnreadablePdf: damaged, too costly, or without any text."""
        with self._turns:
            child = self._take()
            try:
                answer = child.ask(pdf, self._wall_s)
            except _Gone as error:
                raise UnreadablePdf(str(error)) from error
            finally:
                self._give_back(child)
        if "error" in answer:
            raise UnreadablePdf(answer["error"])
        if not any(page.strip() for page in answer["pages"]):
            raise UnreadablePdf("no text at all: pictures of pages?")
        return answer["pages"]

    def close(self) -> None:
        """Ends the children that wait for work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _take(self) -> _Child:
        while child := self._an_idle_one():
            if child.is_alive():
                return child
            child.end()  # It died while it had nothing to do: no document is to blame.
        return _Child(self._limits)

    def _an_idle_one(self) -> _Child | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, child: _Child) -> None:
        if child.is_healthy and child.documents < self._share:
            with self._lock:
                self._idle.append(child)
        else:
            child.end()


class _Child:
    """One process. Healthy between two documents; whatever goes wrong within one leaves it unhealthy, to be ended."""

    def __init__(self, limits: tuple[str, str]) -> None:
        ours, theirs = socket.socketpair()
        self._socket, self.documents, self.is_healthy = ours, 0, False
        with theirs:
            # No environment: nothing that the parent knows is worth stealing from a hijacked reader.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "services.teu_watcher.pdf_child", *limits],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", env={"PYTHONPATH": str(_ROOT)},
            )  # fmt: skip
        try:
            self.is_healthy = self._receive(len(READY), time.monotonic() + _START_S) == READY
        except _Gone as error:
            self.end()
            raise ReaderBroken(f"the PDF reader does not start: `{sys.executable} -m services.teu_watcher.pdf_child` {error}") from error

    def ask(self, pdf: bytes, wall_s: float) -> dict:
        """What the child answers to a document. _Gone: it died or was still at it after wall_s seconds."""
        self.is_healthy = False
        self.documents += 1
        deadline = time.monotonic() + wall_s
        self._send(LENGTH.pack(len(pdf)) + pdf, deadline)
        (length,) = LENGTH.unpack(self._receive(LENGTH.size, deadline))
        if length > _LARGEST_ANSWER:
            raise _Gone("answered with more text than any edict has")
        answer = json.loads(self._receive(length, deadline))
        self.is_healthy = True
        return answer

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """Kills and reaps the process."""
        self.is_healthy = False
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _send(self, content: bytes, deadline: float) -> None:
        try:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            self._socket.sendall(content)
        except OSError as error:
            raise _Gone("died or stopped listening") from error

    def _receive(self, length: int, deadline: float) -> bytearray:
        received = bytearray()
        while len(received) < length:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                part = self._socket.recv(min(1 << 20, length - len(received)))
            except TimeoutError as error:
                raise _Gone("took too long") from error
            except OSError as error:
                raise _Gone("died") from error
            if not part:
                raise _Gone("died: it crashed, or met its limit of memory or processor time")
            received += part
        return received
