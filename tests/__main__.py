"""`python -m tests …` is `pytest …` over everything, in four processes at once: alone, one leaves half of a machine idle.

Each process has servers and folders of its own, so they know nothing of each other. What the first says is shown as it comes, what the
others say when they are over. The folders are dealt out by how long their tests take; a new one goes to the first. The browser's tests are
the last: they need a process that eventlet has not patched (tests/patched.py).
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
OTHERS = (frozenset({"deploy", "faults", "journeys"}), frozenset({"browser_service", "web"}), frozenset({"browser"}))
NOTHING_TO_DO = 5  # What pytest answers when no test of a share was wanted.


def shares() -> list[list[str]]:
    folders = {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("test_*.py")}
    first = folders.difference(*OTHERS)
    return [[f"tests/{name}" for name in sorted(share & folders)] for share in (first, *OTHERS)]


def main(options: list[str]) -> int:
    first, *others = [[sys.executable, "-m", "pytest", *share, *options] for share in shares()]
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number, command in enumerate(others):
            said = Path(folder) / str(number)
            with said.open("w") as out:
                running.append((subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT), said))
        statuses = [ended(subprocess.Popen(first))]
        for child, said in running:
            statuses.append(ended(child))
            sys.stdout.write(said.read_text())
    wanted = [status for status in statuses if status != NOTHING_TO_DO]
    return max(wanted, default=NOTHING_TO_DO)


def ended(child: subprocess.Popen) -> int:
    """Its status. Ctrl-C reaches it too, and it still has servers to stop: so it is waited for whatever happens."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
