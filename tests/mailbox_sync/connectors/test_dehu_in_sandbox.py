"""The connector against the sandbox, which shares no line with it: an independent reading of the same specification."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from deploy.sandbox.client import Sandbox, started_sandbox
from deploy.sandbox.people import Party, invent_company
from services.mailbox_sync.connecting import (
    BodySettings,
    Fault,
    ListChanged,
    Mailbox,
    Page,
    RateLimited,
    TryLater,
    UnexpectedAnswer,
    Unreadable,
)
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.identity import Identity

CLIENT, OTHER, FIRM = (invent_company(Random(seed)) for seed in (11, 12, 13))


@pytest.fixture(scope="module")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with started_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox: Sandbox) -> Sandbox:
    _sandbox.reset()
    return _sandbox


@pytest.fixture(scope="module")
def client(_sandbox: Sandbox) -> Identity:
    return identity_of(_sandbox, CLIENT)


@pytest.fixture(scope="module")
def firm(_sandbox: Sandbox) -> Identity:
    return identity_of(_sandbox, FIRM)


def identity_of(sandbox: Sandbox, party: Party) -> Identity:
    opened = load_pkcs12(sandbox.certificate(str(party.tax_id), party.name, "clave"), b"clave")
    return Identity(opened.key, [opened.cert.certificate], sandbox.ca_file)


def read(sandbox: Sandbox, identity: Identity, via: str = "own_certificate", party: Party = CLIENT) -> list[Page]:
    settings = BodySettings(sandbox.url, timeout_s=5)
    return list(connector_for("dehu", settings).pages(Mailbox("dehu", via, str(party.tax_id), party.name), identity))


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (101, 3)])
def test_every_notice_of_every_page_is_listed_once(sandbox: Sandbox, client: Identity, count: int, pages: int) -> None:
    planted = sandbox.many([str(CLIENT.tax_id)], count) if count else []
    listed = read(sandbox, client)
    assert len(listed) == pages
    assert sorted(notice.reference for page in listed for notice in page.notices) == sorted(one["reference"] for one in planted)


def test_a_notice_says_what_was_planted(sandbox: Sandbox, client: Identity) -> None:
    moment = datetime(2026, 9, 29, 8, 15, tzinfo=UTC)
    reference = sandbox.notice(str(CLIENT.tax_id), CLIENT.name, " Acta &  nº 1 ", available_at=moment, kind="communication")
    notice = read(sandbox, client)[0].notices[0]
    assert (notice.reference, notice.subject, notice.kind, notice.link) == (reference, " Acta &  nº 1 ", "communication", "holder")
    assert (notice.available_at, notice.expires_at, notice.holder_tax_id) == (moment, None, str(CLIENT.tax_id))
    assert notice.issuer.code == "E00127504" and notice.issuer_root.name == "Ministerio de Hacienda"


def test_listing_opens_nothing(sandbox: Sandbox, client: Identity) -> None:
    sandbox.many([str(CLIENT.tax_id)], 3)
    read(sandbox, client)
    assert sandbox.acts() == [] and {one["operation"] for one in sandbox.requests(by="operation")} == {"Localiza"}


@pytest.mark.parametrize("via", ["firm_certificate", "power"])
def test_the_firms_certificate_reads_the_mailboxes_that_named_it(sandbox: Sandbox, firm: Identity, via: str) -> None:
    sandbox.registration(str(FIRM.tax_id), [str(CLIENT.tax_id), str(OTHER.tax_id)])
    sandbox.many([str(CLIENT.tax_id), str(OTHER.tax_id)], 2)
    for party in (CLIENT, OTHER):
        [page] = read(sandbox, firm, via, party)
        assert [(one.holder_tax_id, one.link) for one in page.notices] == [(str(party.tax_id), "attorney")] * 2


def test_a_holder_that_did_not_name_the_firm_is_not_read(sandbox: Sandbox, firm: Identity) -> None:
    sandbox.registration(str(FIRM.tax_id), [str(OTHER.tax_id)])
    with pytest.raises(Unreadable, match="REA") as refused:
        read(sandbox, firm, "firm_certificate")
    assert refused.value.body_code == "4101"


@pytest.mark.parametrize(("environment", "code"), [("pro", "4102"), ("se", "4103")])
def test_a_certificate_that_is_not_registered_is_told_so(sandbox: Sandbox, client: Identity, environment: str, code: str) -> None:
    sandbox.settings(environment=environment)
    sandbox.registration(str(CLIENT.tax_id), registered=False)
    with pytest.raises(Unreadable, match="Gran Destinatario") as refused:
        read(sandbox, client)
    assert (refused.value.code, refused.value.body_code) == ("certificate_not_registered", code)


FAULTS: list[tuple[dict[str, object], type[Fault]]] = [
    ({"kind": "error_500"}, TryLater),
    ({"kind": "maintenance"}, TryLater),
    ({"kind": "reset"}, TryLater),
    ({"kind": "truncated"}, TryLater),
    ({"kind": "certificate_refused"}, Unreadable),
    ({"kind": "revoked_power"}, Unreadable),
    ({"kind": "rate_limit"}, RateLimited),
    ({"kind": "repeat_row", "times": 1}, UnexpectedAnswer),
    ({"kind": "lose_row", "times": 1}, ListChanged),
    ({"kind": "changed_page"}, ListChanged),
    ({"kind": "shifted_page"}, ListChanged),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=[str(fault["kind"]) for fault, _ in FAULTS])
def test_a_body_that_is_not_well_never_gives_a_whole_listing(
    sandbox: Sandbox, client: Identity, fault: dict[str, object], kind: type[Fault]
) -> None:
    sandbox.many([str(CLIENT.tax_id)], 60)
    sandbox.fault(**fault)  # type: ignore[arg-type]
    with pytest.raises(Fault) as refused:
        read(sandbox, client)
    assert isinstance(refused.value, kind | UnexpectedAnswer if kind is TryLater else kind)


def test_rows_in_another_order_are_the_same_listing(sandbox: Sandbox, client: Identity) -> None:
    planted = sandbox.many([str(CLIENT.tax_id)], 60)
    sandbox.fault("reorder")
    assert {one.reference for page in read(sandbox, client) for one in page.notices} == {one["reference"] for one in planted}


def test_answers_that_digest_with_sha1_are_read(sandbox: Sandbox, client: Identity) -> None:
    sandbox.settings(answer_digest="sha1")
    assert read(sandbox, client)[0].total_results == 0


def test_a_signature_with_sha1_is_refused_by_a_body_that_does_not_take_it(sandbox: Sandbox, client: Identity) -> None:
    settings = BodySettings(sandbox.url, signature="rsa-sha1", digest="sha1")
    with pytest.raises(Unreadable) as refused:
        list(connector_for("dehu", settings).pages(Mailbox("dehu", "own_certificate", str(CLIENT.tax_id), CLIENT.name), client))
    assert refused.value.code == "signature_refused"


def test_without_the_client_certificate_in_tls_the_door_stays_shut(sandbox: Sandbox, client: Identity) -> None:
    settings = BodySettings(sandbox.url, send_client_certificate=False)
    with pytest.raises(Unreadable) as refused:
        list(connector_for("dehu", settings).pages(Mailbox("dehu", "own_certificate", str(CLIENT.tax_id), CLIENT.name), client))
    assert refused.value.code == "certificate_refused"
