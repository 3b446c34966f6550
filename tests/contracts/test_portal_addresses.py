"""Which addresses and hosts a portal may have."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from services.contracts.schemas.portals import address_of, host_of

NO_PUBLIC_HOST = (
    "localhost",
    "sede.localhost",
    "impresora",
    "router.lan",
    "nas.local",
    "db.internal",
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "0x7f.1",
    "::1",
    "[::1]",
    "gob.es",
    "es",
    "",
    ".",
    "sede..es",
    "-sede.es",
    "se_de.es",
    "*.gob.es",
    "sede.es:443",
    f"{'a' * 64}.es",
    f"{'a.' * 130}es",
)
NO_ADDRESS = (
    "http://sede.gob.es",
    "ftp://sede.gob.es",
    "javascript:alert(1)",
    "https://",
    "https://ana@sede.dgt.gob.es/",
    "https://ana:clave@sede.dgt.gob.es/",
    "https://sede.dgt.gob.es:0/",
    "https://sede.dgt.gob.es:65536/",
    "https://sede.dgt.gob.es:x/",
    "https://sede.dgt.gob.es/a b",
    "https://sede.dgt.gob.es/\u202e",
    "https://10.0.0.1/",
    "https://[::1]/",
    "//sede.dgt.gob.es",
    "sede.dgt.gob.es",
)


@pytest.mark.parametrize("text", NO_PUBLIC_HOST)
def test_what_is_no_name_of_a_public_host_is_refused(text):
    with pytest.raises(ValidationError):
        host_of(text)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_https_address_of_a_public_host_is_refused(text):
    with pytest.raises(ValidationError):
        address_of(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("SEDE.dgt.gob.es.", "sede.dgt.gob.es"), ("clave.gob.es", "clave.gob.es"), ("coruña.gal", "xn--corua-rta.gal")],
)
def test_a_host_is_kept_as_the_dns_has_it(written, kept):
    assert host_of(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Sede.DGT.gob.es", "https://sede.dgt.gob.es/"),
        ("https://sede.dgt.gob.es:443/x", "https://sede.dgt.gob.es/x"),
        ("https://sede.dgt.gob.es:9443/x?idioma=es#y", "https://sede.dgt.gob.es:9443/x?idioma=es#y"),
    ],
)
def test_an_address_is_kept_with_its_port_and_path(written, kept):
    assert address_of(written) == kept
