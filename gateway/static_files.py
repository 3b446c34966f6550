"""The gateway's own files, compressed once and kept by browsers for as long as their name and content are the same.

The library of `vendor/` has its version in its path; ours have the digest in their address, as have the icons, which we choose.

Only these are compressed: a page carries the session's CSRF token beside what the visitor typed, and the length of a compressed page would
tell a listener about it (the BREACH attack).
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from flask import Flask, Response, request, send_from_directory, url_for

FOLDER = Path(__file__).parent / "web" / "static"
TEXTS = (".css", ".js", ".svg")
VENDOR = "vendor/"
FOR_EVER = "public, max-age=31536000, immutable"
IMPORTS = re.compile(r"""^import\b[^;]*?["'](\.[^"']+)["'];""", re.MULTILINE)


def register(app: Flask) -> None:
    app.view_functions["static"] = static_file
    app.jinja_env.globals |= {"static": static, "modules": modules}


def static(name: str) -> str:
    """The address of a file, with the digest of its content, so that a new version is another address."""
    return url_for("static", filename=name, v=digest(name))


def static_file(filename: str) -> Response:
    if filename.endswith(TEXTS) and "gzip" in request.headers.get("Accept-Encoding", "") and (FOLDER / filename).is_file():
        plain = send_from_directory(FOLDER, filename)
        plain.direct_passthrough = False
        response = Response(compressed(filename), mimetype=plain.mimetype, headers={"Content-Encoding": "gzip"})
    else:
        response = send_from_directory(FOLDER, filename)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") or filename.startswith(VENDOR) else "no-cache"
    return response


@cache
def modules(name: str) -> tuple[str, ...]:
    """This script of `vendor/` and all that it imports, so that a browser fetches them at once instead of finding one behind the other."""
    found, next_ones = {name: None}, [name]
    while next_ones:
        above = PurePosixPath(one := next_ones.pop()).parent
        new = {normpath(above / said) for said in IMPORTS.findall((FOLDER / one).read_text())} - found.keys()
        found |= dict.fromkeys(sorted(new))
        next_ones += sorted(new)
    return tuple(found)


@cache
def digest(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


@cache
def compressed(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), 9, mtime=0)
