"""The PKCS#11 module in front of SoftHSM (`inside/token.c`): compiled when Casillero is installed, not when somebody opens a browser.

It is named after its source, so that one made from an older source is never used.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "inside" / "token.c"
FOLDER: Final = Path(sys.prefix) / "lib" / "casillero"
FLAGS: Final = ("-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I/usr/include/p11-kit-1")


class CannotBuild(RuntimeError):
    """The compiler, or the headers that it needs, are missing; the text is what it said."""


def path(folder: Path = FOLDER) -> Path:
    """Where the module is once it is built."""
    return folder / f"token-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"


def build(folder: Path = FOLDER) -> Path:
    """Compile it unless it is there. Raises CannotBuild."""
    target = path(folder)
    if target.exists():
        return target
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    half = target.with_suffix(f".{os.getpid()}")
    try:
        ran = subprocess.run(["cc", *FLAGS, "-o", half, SOURCE, "-ldl"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CannotBuild("there is no C compiler (gcc)") from error
    if ran.returncode:
        raise CannotBuild(ran.stderr)
    half.chmod(0o755)
    half.replace(target)
    return target
