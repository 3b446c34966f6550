"""A person in front of the viewer, as far as a test needs one: the Remote Framebuffer Protocol (RFC 6143) with raw pixels.

It sees (a picture, and whether it has changed), points and types; pages are told apart by their colours, because there is nobody to read.
"""

from __future__ import annotations

import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.worlds import until

KEYS = {"ctrl": 0xFFE3, "shift": 0xFFE1, "alt": 0xFFE9, "enter": 0xFF0D, "tab": 0xFF09, "escape": 0xFF1B, "delete": 0xFFFF}
KEYS |= {f"f{number}": 0xFFBD + number for number in range(1, 13)}
BUTTONS_AT, ADDRESS_AT, PAGE_FROM = 1095, (700, 62), 130
PIXELS = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


class Closed(Exception):
    """The other side hung up."""


class Screen:
    """`send` and `receive` carry bytes; receive answers b"" at the end."""

    def __init__(self, send: Callable[[bytes], Any], receive: Callable[[], bytes]):
        self.send, self.receive, self.kept = send, receive, bytearray()
        self.take(12)
        send(b"RFB 003.008\n")
        self.take(self.take(1)[0])
        send(b"\x01")
        assert self.take(4) == bytes(4)
        send(b"\x01")
        self.width, self.height = struct.unpack(">HH", self.take(4))
        self.take(16)
        self.name = self.take(struct.unpack(">I", self.take(4))[0]).decode()
        send(b"\x00\x00\x00\x00" + PIXELS)
        send(struct.pack(">BxHi", 2, 1, 0))
        self.pixels = bytearray(self.width * self.height * 4)

    def take(self, count: int) -> bytes:
        while len(self.kept) < count:
            chunk = self.receive()
            if not chunk:
                raise Closed
            self.kept += chunk
        taken = bytes(self.kept[:count])
        del self.kept[:count]
        return taken

    def look(self) -> bytes:
        """The whole picture as it is now: rows of blue, green, red, nothing."""
        self.send(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        missing = self.width * self.height
        while missing > 0:
            kind = self.take(1)[0]
            if kind == 0:
                (count,) = struct.unpack(">xH", self.take(3))
                missing -= sum(self._rectangle() for _ in range(count))
            elif kind == 3:
                self.take(struct.unpack(">3xI", self.take(7))[0])
        return bytes(self.pixels)

    def _rectangle(self) -> int:
        left, top, width, height, _ = struct.unpack(">HHHHi", self.take(12))
        for row in range(top, top + height):
            at = (row * self.width + left) * 4
            self.pixels[at : at + width * 4] = self.take(width * 4)
        return width * height

    def share_of(self, red: int, green: int, blue: int) -> float:
        """Which part of the picture has exactly this colour."""
        picture, wanted = self.look(), bytes((blue, green, red))
        return sum(picture[at : at + 3] == wanted for at in range(0, len(picture), 64)) / (len(picture) / 64)

    def page(self) -> bytes:
        """The picture below the bars of the browser."""
        return self.look()[PAGE_FROM * self.width * 4 :]

    def buttons(self) -> list[int]:
        """How far down the buttons *Acceder al portal* of the start page are, once it is shown."""
        picture, blue = self.look(), bytes((0xD1, 0x6F, 0x06))
        filled = [top for top in range(self.height) if picture[(top * self.width + BUTTONS_AT) * 4 :][:3] == blue]
        return [top for top in filled if top - 1 not in filled]

    def press_button(self, number: int) -> None:
        until(lambda: len(self.buttons()) > number, "the list of portals is shown")
        self.click(BUTTONS_AT, self.buttons()[number] + 10)

    def press(self, *keys: str) -> None:
        """All at once, as `press("ctrl", "l")`."""
        codes = [KEYS.get(key) or ord(key) for key in keys]
        self.send(b"".join(struct.pack(">BBxxI", 4, 1, code) for code in codes))
        self.send(b"".join(struct.pack(">BBxxI", 4, 0, code) for code in reversed(codes)))

    def type(self, text: str) -> None:
        for character in text:
            self.press(*(("shift", character) if character.isupper() else (character,)))

    def click(self, left: int, top: int) -> None:
        for buttons in (0, 1, 0):
            self.send(struct.pack(">BBHH", 5, buttons, left, top))

    def go_to(self, address: str) -> None:
        """By a click and not by Ctrl-L, which the page sees before the browser: what is typed meanwhile is the page's."""
        self.click(*ADDRESS_AT)
        self.press("ctrl", "a")
        self.type(address)
        self.press("enter")

    def save(self, path: Path) -> None:
        """As PNG (RFC 2083)."""
        picture, rows = self.look(), bytearray()
        for row in range(self.height):
            line = picture[row * self.width * 4 : (row + 1) * self.width * 4]
            colours = bytearray(self.width * 3)
            colours[0::3], colours[1::3], colours[2::3] = line[2::4], line[1::4], line[0::4]
            rows += b"\0" + colours
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b""))
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + b"".join(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts)
        )


def at_socket(path: str) -> Screen:
    """Straight at the screen's socket, without the gateway."""
    there = socket.socket(socket.AF_UNIX)
    there.connect(path)
    return Screen(there.sendall, lambda: there.recv(1 << 16))
