"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
in_data = click.option("--data", type=FOLDER, default=None, help="Carpeta de datos de `casillero run`, si se usa.")
a_firm = click.argument("who", metavar="NOMBRE|NÚMERO")
