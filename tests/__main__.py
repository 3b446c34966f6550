"""`python -m tests …` is `pytest …` over everything, in two processes at once: alone, one leaves half of a machine idle.

Each process has servers and folders of its own, so the halves know nothing of each other. What the first says is shown as it comes, what
the second says when it is over. The folders are dealt out by how long their tests take; a new one goes to the second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
FIRST = frozenset({"access", "browser", "chassis", "clients", "contracts", "erasure", "gateway", "keyring", "mailbox_sync", "sign_in"})
NOTHING_TO_DO = 5  # What pytest answers when no test of a half was wanted.


def halves() -> tuple[list[str], list[str]]:
    folders = sorted({path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("test_*.py")})
    first = [f"tests/{name}" for name in folders if name in FIRST]
    return first, [f"tests/{name}" for name in folders if name not in FIRST]


def main(options: list[str]) -> int:
    commands = [[sys.executable, "-m", "pytest", *half, *options] for half in halves()]
    with tempfile.TemporaryFile("w+") as said:
        second = subprocess.Popen(commands[1], stdout=said, stderr=subprocess.STDOUT)
        statuses = [subprocess.call(commands[0]), second.wait()]
        said.seek(0)
        sys.stdout.write(said.read())
    wanted = [status for status in statuses if status != NOTHING_TO_DO]
    return max(wanted, default=NOTHING_TO_DO)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
