"""An authority, identities with RSA and EC keys, and a stand-in for a body's server, one each a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.sandbox.authority import Authority
from services.mailbox_sync.connecting import BodySettings, Mailbox
from services.mailbox_sync.identity import Identity

from .stand_in import StandIn

HOLDER = "B12345674"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def identity(authority: Authority) -> Identity:
    key, certificate = authority.issue(HOLDER, "EMPRESA SL")
    return Identity(key, [certificate], str(authority.ca_file))


@pytest.fixture(scope="session")
def ec_identity(authority: Authority) -> Identity:
    key, certificate = authority.issue(HOLDER, "EMPRESA SL", key="ec")
    return Identity(key, [certificate], str(authority.ca_file))


@pytest.fixture(scope="session")
def _stand_in(authority: Authority) -> Iterator[StandIn]:
    server = StandIn(authority)
    yield server
    server.close()


@pytest.fixture
def stand_in(_stand_in: StandIn) -> StandIn:
    _stand_in.received.clear()
    return _stand_in


@pytest.fixture
def settings(stand_in: StandIn) -> BodySettings:
    return BodySettings(stand_in.base_url)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox("dehu", "own_certificate", HOLDER, "EMPRESA SL")
