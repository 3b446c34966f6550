"""Vendors the browser libraries from npm into the gateway, with their licence texts and a list of hashes that a test checks again.

`python -m deploy.vendor_static` needs npm. Nothing is built and nothing is fetched when the product runs. The icons that the pages use are
put together in one sprite, so that a page asks for them once. axe-core, which only the tests of pages use, goes to the tests.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path("gateway/web/static/vendor")
FOR_TESTS = Path("tests/browser/vendor")
WANTED = {
    "swagger-ui-dist@5.35.0": ("LICENSE", "NOTICE", "swagger-ui-bundle.js", "swagger-ui.css"),
    "htmx.org@4.0.1": ("LICENSE", "dist/htmx.min.js"),
    "@novnc/novnc@1.7.0": ("LICENSE.txt", "core/", "vendor/"),
    "@tabler/core@1.6.1": ("package.json", "dist/css/tabler.min.css", "dist/js/tabler.min.js"),
}
WANTED_FOR_TESTS = {"axe-core@4.14.1": ("LICENSE", "axe.min.js")}
ICONS = "@tabler/icons@3.52.0"
DRAWN = (
    "alert-triangle archive arrow-back-up bell building-bank calendar certificate check chevron-down chevron-left chevron-right "
    "chevron-up circle-check circle-x clock download edit eye file-certificate file-text filter heartbeat help history info-circle key "
    "language list-check lock logout mail mailbox menu-2 moon news note password paperclip player-pause player-play plus refresh restore "
    "search send settings shield-check square-x sun trash upload user user-check user-plus users users-group world x"
)


def vendor() -> None:
    for folder, wanted in ((FOLDER, WANTED), (FOR_TESTS, WANTED_FOR_TESTS)):
        shutil.rmtree(folder, ignore_errors=True)
        for package, files in wanted.items():
            take(package, files, folder)
    sprite(ICONS, FOLDER)
    for folder in (FOLDER, FOR_TESTS):
        (folder / "vendor.json").write_text(json.dumps(hashes(folder), indent=1, sort_keys=True) + "\n")


def take(package: str, files: tuple[str, ...], folder: Path) -> None:
    """The files, without their folders, into one named like package and version; a folder (`core/`) stays as it is."""
    target = folder / package.removeprefix("@").replace("/", "-").replace("@", "-")
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        unpacked = unpack(package, Path(temporary))
        for file in files:
            if file.endswith("/"):
                shutil.copytree(unpacked / file, target / file)
            else:
                shutil.copyfile(unpacked / file, target / Path(file).name)


def unpack(package: str, folder: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def sprite(package: str, folder: Path) -> None:
    """One file of symbols: `<use href="…/icons.svg#search">`."""
    target = folder / package.removeprefix("@").replace("/", "-").replace("@", "-")
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        unpacked = unpack(package, Path(temporary))
        symbols = [symbol(name, (unpacked / "icons" / "outline" / f"{name}.svg").read_text()) for name in DRAWN.split()]
        shutil.copyfile(unpacked / "LICENSE", target / "LICENSE")
    lines = "\n".join(symbols)
    (target / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n')


def symbol(name: str, drawing: str) -> str:
    shapes = " ".join(re.findall(r"<(?!svg|/svg|!)[^>]+>", drawing))
    pen = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {pen}>{shapes}</symbol>'


def hashes(folder: Path = FOLDER) -> dict[str, str]:
    """Path below the folder → SHA-256, in hex."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "vendor.json")
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    vendor()
