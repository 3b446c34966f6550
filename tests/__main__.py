"""`python -m tests …` is `pytest …` over everything, in shares that run four at once: alone, one leaves half of a machine idle.

Each share is a process with servers and folders of its own, so they know nothing of each other. While they run, their dots are shown; what
else a share says comes when it is over. The longest begin; a new folder goes to the last share. The browser's tests are a share of their
own: they need a process that eventlet has not patched (tests/patched.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = Path(__file__).parent
SHARES = (
    ("deploy", "faults"),
    ("journeys",),
    ("mailbox_sync", "teu_watcher", "notifications", "sign_in"),
    ("browser",),
    ("browser_service", "web"),
    ("access", "audit", "chassis", "clients", "contracts"),
)
AT_ONCE = 4
DOTS = re.compile(r"[.FEsxX]+ *\[ *\d+%\]\n")
NOTHING_TO_DO, INTERRUPTED = 5, 2  # What pytest answers when no test of a share was wanted, and after Ctrl-C.


def shares() -> list[list[str]]:
    folders = {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("test_*.py")}
    rest = sorted(folders.difference(*SHARES))
    return [[f"tests/{name}" for name in share if name in folders] for share in (*SHARES, rest)]


class Run:
    """All shares, of which a few run at once. Ctrl-C reaches those too: they are waited for, because they have servers to stop."""

    def __init__(self, options: list[str]):
        self.options, self.over, self.printing = options, threading.Event(), threading.Lock()

    def all(self) -> int:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [pool.submit(self.one, share) for share in shares()]
            for one in asked:
                while not one.done():
                    try:
                        one.exception()
                    except KeyboardInterrupt:
                        self.over.set()
        wanted = [status for one in asked if (status := one.result()) != NOTHING_TO_DO]
        return max(wanted, default=NOTHING_TO_DO)

    def one(self, share: list[str]) -> int:
        if self.over.is_set():
            return INTERRUPTED
        command = [sys.executable, "-u", "-m", "pytest", *share, *self.options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as child:
            said = list(self.shown(share[0], child.stdout or ()))
        self.print("".join(said))
        return child.returncode

    def shown(self, name: str, lines: Iterable[str]) -> Iterable[str]:
        """Those that are for later; the dots are printed as they come."""
        for line in lines:
            if DOTS.fullmatch(line):
                self.print(f"{name.removeprefix('tests/'):>16} {line}")
            else:
                yield line

    def print(self, text: str) -> None:
        with self.printing:
            sys.stdout.write(text)
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(Run(sys.argv[1:]).all())
