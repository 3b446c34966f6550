"""`make bench`: runs every module here that has `run()`, one after the other, and prints what each measured. Names choose some."""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", "(?s).*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402  (what it says of itself is known, and it must patch before anything else is imported)
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402


def main(names: list[str]) -> None:
    console = Console()
    for name in names or sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")):
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "run"):
            began = time.perf_counter()
            console.print(table(name, module.run()))
            console.print(f"{name}: {time.perf_counter() - began:.0f} s")


def table(name: str, figures: dict[str, object]) -> Table:
    shown = Table("measured", "figure", title=name, title_justify="left")
    for what, figure in figures.items():
        shown.add_row(what, f"{figure:,}" if isinstance(figure, int | float) else str(figure))
    return shown


if __name__ == "__main__":
    main(sys.argv[1:])
