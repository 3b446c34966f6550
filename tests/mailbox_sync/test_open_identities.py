"""Checks that read at the same time with one certificate share its key; nothing stays open after the last of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from deploy.sandbox.authority import Authority
from services.chassis.boxes import WorkerKey, seal_to
from services.contracts.message import new_id, utc_now
from services.contracts.schemas.certificates import release_context
from services.mailbox_sync.connecting import TryLater, Unreadable
from services.mailbox_sync.identity import IdentityWiped
from services.mailbox_sync.keys import OpenIdentities

from .conftest import HOLDER

WORKER = WorkerKey.new()
LATER = timedelta(minutes=5)


@pytest.fixture
def opened(authority: Authority) -> OpenIdentities:
    return OpenIdentities(WORKER, str(authority.ca_file))


@pytest.fixture
def release(authority: Authority):
    """What the keyring answers for a ticket: `release(certificate_id)`."""
    key, certificate = authority.issue(HOLDER, "EMPRESA SL", key="shared")
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def answer(certificate_id: str, good_for: timedelta = LATER) -> dict[str, str]:
        named = {"ticket_id": new_id(), "certificate_id": certificate_id, "mailbox_id": new_id()}
        named["expires_at"] = (utc_now() + good_for).isoformat()
        return named | {"sealed": seal_to(WORKER.public, private, release_context(named, WORKER.public)), "chain_pem": chain}

    return answer


def test_checks_with_one_certificate_share_its_key_and_its_connections(opened, release):
    with opened.reading(release("own")) as one, opened.reading(release("own")) as other:
        assert one is other


def test_the_key_stays_open_until_the_last_of_them_ends(opened, release):
    with opened.reading(release("own")) as identity:
        with opened.reading(release("own")):
            pass
        assert identity.sign(b"still", "sha256")


def test_the_last_of_them_wipes_the_key_also_when_its_check_failed(opened, release):
    with pytest.raises(TryLater), opened.reading(release("own")) as identity:
        raise TryLater("timeout", "")
    with pytest.raises(IdentityWiped):
        identity.sign(b"", "sha256")


def test_checks_with_different_certificates_share_nothing(opened, release):
    with opened.reading(release("one")) as one, opened.reading(release("other")) as other:
        assert one is not other


def test_a_key_that_came_too_late_is_not_used_even_when_it_is_open(opened, release):
    with opened.reading(release("own")), pytest.raises(TryLater), opened.reading(release("own", -LATER)):
        pass


def test_a_box_that_does_not_open_makes_its_check_unreadable(opened, release):
    with pytest.raises(Unreadable), opened.reading(release("own") | {"certificate_id": "another"}):
        pass
