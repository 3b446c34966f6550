"""The gateway's own files: what a browser may keep, and what it is told to fetch ahead."""

from __future__ import annotations

import pytest

from gateway.app import create_app
from gateway.rpc import Pool
from gateway.static_files import FOLDER, modules
from services.chassis.settings import Settings

SCREEN = "vendor/novnc-novnc-1.7.0/core/rfb.js"


@pytest.fixture(scope="module")
def browser():
    return create_app(Pool(Settings(broker_url="embedded://nobody/", rpc_timeout_s=1))).test_client()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (SCREEN, "public, max-age=31536000, immutable"),
        ("casillero.js?v=1", "public, max-age=31536000, immutable"),
        ("casillero.js", "no-cache"),
    ],
)
def test_what_has_its_version_in_its_address_is_kept_and_anything_else_asked_for_again(browser, address, kept):
    assert browser.get(f"/static/{address}").headers["Cache-Control"] == kept


def test_a_script_is_fetched_with_everything_that_it_imports():
    names = modules(SCREEN)
    assert names[0] == SCREEN and all((FOLDER / name).is_file() for name in names)
    # One of the first depth, and one that only an imported one imports.
    assert {"vendor/novnc-novnc-1.7.0/core/websock.js", "vendor/novnc-novnc-1.7.0/core/crypto/bigint.js"} <= set(names)
