"""`python -m deploy.sandbox`: runs the stand-ins for the public bodies until it is told to end.

The ready file appears, whole, when both doors are open. With `--until-stdin-closes` the program also ends when the process that
started it does, so that a killed demo or test leaves nothing behind.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from . import control
from .authority import Authority
from .server import Door, bodies_door, data_folder
from .world import World


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s sandbox %(levelname)s %(message)s", stream=sys.stderr)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    authority, world = Authority(data_folder(asked.data)), World()
    doors = [bodies_door(asked.port, world, authority), Door(asked.control_port, control.SideDoor(world, authority).answer)]
    for door in doors:
        door.open()
    _announce(asked.ready_file, doors, authority)
    if asked.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, args=(ending,), daemon=True).start()
    ending.wait()
    for door in doors:
        door.close()
    return 0


def _end_with_stdin(ending: threading.Event) -> None:
    # Read below Python's buffers: their lock, held by a waiting thread, would abort the interpreter's exit.
    while os.read(0, 4096):
        pass
    ending.set()


def _announce(ready_file: str | None, doors: list[Door], authority: Authority) -> None:
    ready = {
        "url": f"https://127.0.0.1:{doors[0].port}",
        "control_url": f"http://127.0.0.1:{doors[1].port}",
        "ca_file": str(authority.ca_file),
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    if ready_file:
        scratch = Path(f"{ready_file}.{os.getpid()}")
        scratch.write_text(json.dumps(ready))
        scratch.replace(ready_file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.sandbox",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Stand-ins for the public bodies, over TLS on loopback.",
        epilog=control.__doc__,
    )
    parser.add_argument("--data", required=True, help="folder of the certificate authority; made when it is not there")
    parser.add_argument("--port", type=int, default=0, help="the bodies' TLS port; 0 (the default) takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="the side door's port; 0 (the default) takes a free one")
    parser.add_argument("--ready-file", help='written when up: {"url", "control_url", "ca_file"}; also printed')
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does: a child never outlives its parent")
    return parser


if __name__ == "__main__":
    sys.exit(main())
