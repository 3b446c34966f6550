"""Vendors the browser libraries from npm into the gateway, with their licence texts and a list of hashes that a test checks again.

`python -m deploy.vendor_static` needs npm. Nothing is built and nothing is fetched when the product runs.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path("gateway/web/static/vendor")
WANTED = {"swagger-ui-dist@5.35.0": ("LICENSE", "NOTICE", "swagger-ui-bundle.js", "swagger-ui.css")}


def vendor() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    for package, files in WANTED.items():
        name, _, version = package.rpartition("@")
        with tempfile.TemporaryDirectory() as temporary:
            subprocess.run(["npm", "pack", "--silent", package], cwd=temporary, check=True, stdout=subprocess.DEVNULL)
            with tarfile.open(next(Path(temporary).glob("*.tgz"))) as archive:
                archive.extractall(temporary, filter="data")
            target = FOLDER / f"{name}-{version}"
            target.mkdir(parents=True)
            for file in files:
                shutil.copyfile(Path(temporary, "package", file), target / file)
    (FOLDER / "vendor.json").write_text(json.dumps(hashes(), indent=1, sort_keys=True) + "\n")


def hashes() -> dict[str, str]:
    """Path below the folder → SHA-256, in hex."""
    files = (path for path in FOLDER.rglob("*") if path.is_file() and path.name != "vendor.json")
    return {str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    vendor()
