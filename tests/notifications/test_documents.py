"""Documents that people keep with a client: part by part, sealed, for who sees the client."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from services.contracts.message import utc_now
from services.contracts.schemas.documents import PART_BYTES
from services.notifications.models import Document, DocumentPart
from tests import people
from tests.worlds import until

CONTENT = bytes(range(256)) * 4096 + b"el final"


@pytest.fixture
def firm(world):
    firm = world.firm()
    firm.client_id = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Con papeles"})["id"]
    return firm


def send(person, document_id: str, content: bytes) -> None:
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        person.notifications.add_part(document_id, number, base64.b64encode(content[start : start + PART_BYTES]).decode())


def whole(content: bytes) -> dict:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def added(person, client_id: str, content: bytes = CONTENT, name: str = "Poder notarial.pdf") -> dict:
    begun = person.notifications.add_document(client_id, {"name": name})
    send(person, begun["id"], content)
    return person.notifications.finish_document(begun["id"], whole(content))


def read(person, document_id: str) -> bytes:
    parts = person.notifications.read_document(document_id)["parts"]
    return b"".join(base64.b64decode(person.notifications.document_part(document_id, number)) for number in range(parts))


def test_a_document_of_several_parts_comes_back_as_it_was(firm):
    made = added(firm.admin, firm.client_id)
    assert (made["name"], made["size"], made["parts"], made["added_by"]) == ("Poder notarial.pdf", len(CONTENT), 3, firm.admin_id)
    assert firm.admin.notifications.documents(firm.client_id) == [made]
    assert read(firm.admin, made["id"]) == CONTENT


def test_the_newest_document_comes_first(firm):
    names = [added(firm.admin, firm.client_id, b"x", name)["name"] for name in ("uno", "dos", "tres")]
    assert [one["name"] for one in firm.admin.notifications.documents(firm.client_id)] == names[::-1]


def test_what_is_stored_does_not_show_what_it_says(world, firm):
    made = added(firm.admin, firm.client_id, b"secreto de la familia " * 9)
    store = world.store("notifications")
    with store.begin(Asking(tenant_id=firm.tenant_id)) as db:
        (part,) = db.scalars(select(DocumentPart).where(DocumentPart.document_id == made["id"]))
    assert "secreto" not in part.sealed and base64.b64encode(b"secreto de la").decode()[:12] not in part.sealed
    assert store.seals.open(firm.tenant_id, "document", part.sealed).startswith(b"secreto")


def test_a_document_that_has_not_arrived_whole_is_not_there(firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "medio"})
    send(firm.admin, begun["id"], CONTENT[:PART_BYTES])
    with pytest.raises(Conflict, match="no ha llegado entero"):
        firm.admin.notifications.finish_document(begun["id"], whole(CONTENT))
    assert firm.admin.notifications.documents(firm.client_id) == []
    with pytest.raises(NotFound):
        firm.admin.notifications.read_document(begun["id"])


def test_a_hole_in_the_middle_is_noticed(firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "medio"})
    for number in (0, 2):
        firm.admin.notifications.add_part(begun["id"], number, base64.b64encode(b"abc").decode())
    with pytest.raises(Conflict):
        firm.admin.notifications.finish_document(begun["id"], whole(b"abcabc"))


def test_a_part_that_is_sent_again_is_the_same_part(firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "dos veces"})
    for _ in range(2):
        send(firm.admin, begun["id"], CONTENT)
    first, second = (firm.admin.notifications.finish_document(begun["id"], whole(CONTENT)) for _ in range(2))
    assert first == second and read(firm.admin, begun["id"]) == CONTENT


def test_nothing_is_added_to_a_document_that_is_whole(firm):
    made = added(firm.admin, firm.client_id, b"todo")
    with pytest.raises(Conflict):
        firm.admin.notifications.add_part(made["id"], 1, base64.b64encode(b"y mas").decode())
    assert read(firm.admin, made["id"]) == b"todo"


def test_more_than_the_limit_is_refused_with_the_limit(firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "enorme"})
    with pytest.raises(TooLarge, match="50 MB"):
        firm.admin.notifications.add_part(begun["id"], 50_000_000 // PART_BYTES + 1, base64.b64encode(b"x").decode())
    for part in ("", "no es base64", base64.b64encode(bytes(PART_BYTES + 1)).decode()):
        with pytest.raises(Invalid):
            firm.admin.notifications.add_part(begun["id"], 0, part)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "a\nb", "x" * 201])
def test_what_is_no_name_of_a_file_is_refused(firm, name):
    with pytest.raises(Invalid) as refused:
        firm.admin.notifications.add_document(firm.client_id, {"name": name})
    assert set(refused.value.errors) == {"name"}


def test_who_does_not_see_the_client_finds_no_document(world, firm):
    made = added(firm.admin, firm.client_id)
    for stranger in (firm.as_user(firm.user("operator")), world.firm().admin):
        for ask in (
            lambda ask: ask.documents(firm.client_id),
            lambda ask: ask.read_document(made["id"]),
            lambda ask: ask.document_part(made["id"], 0),
            lambda ask: ask.add_document(firm.client_id, {"name": "x"}),
            lambda ask: ask.add_part(made["id"], 0, "eA=="),
        ):
            with pytest.raises(NotFound):
                ask(stranger.notifications)


def test_who_only_reads_downloads_and_adds_nothing(firm):
    group = firm.admin.access.create_group({"name": "Todos"})
    reader_id = firm.user("reader")
    firm.admin.access.change_group(group["id"], {"version": group["version"], "member_ids": [reader_id]})
    firm.admin.clients.set_groups(firm.client_id, [group["id"]])
    made, reader = added(firm.admin, firm.client_id, b"para leer"), firm.as_user(reader_id)
    until(lambda: [one for one in visible(reader, firm.client_id) if one["id"] == made["id"]])
    assert read(reader, made["id"]) == b"para leer"
    with pytest.raises(NotAllowed):
        reader.notifications.add_document(firm.client_id, {"name": "x"})


def visible(person, client_id: str) -> list[dict]:
    try:
        return person.notifications.documents(client_id)
    except NotFound:
        return []


def test_only_whoever_began_a_document_goes_on_with_it(firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "mío"})
    manager = firm.as_user(firm.user("manager"))
    with pytest.raises(NotFound):
        manager.notifications.add_part(begun["id"], 0, "eA==")


def test_what_was_left_half_done_is_destroyed_when_the_next_begins(world, firm):
    begun = firm.admin.notifications.add_document(firm.client_id, {"name": "medio"})
    send(firm.admin, begun["id"], b"medio")
    with world.store("notifications").begin(Asking(tenant_id=firm.tenant_id)) as db:
        db.execute(update(Document).values(added_at=utc_now() - timedelta(days=2)))
    added(firm.admin, firm.client_id, b"entero")
    with world.store("notifications").begin(Asking(tenant_id=firm.tenant_id)) as db:
        assert [row.is_whole for row in db.scalars(select(Document))] == [True]
        assert len(list(db.scalars(select(DocumentPart)))) == 1


def test_the_trail_says_who_added_and_who_read_and_no_name(firm):
    made = added(firm.admin, firm.client_id)
    read(firm.admin, made["id"])
    until(lambda: firm.admin.audit.entries({"subject": made["id"]})["total"] == 2)
    entries = firm.admin.audit.entries({"subject": made["id"]})["items"]
    details = {entry["act"]: entry["detail"] for entry in entries}
    assert details["notifications.document_added"] == {"client_id": firm.client_id, "origin": "upload", "size": len(CONTENT)}
    assert details["read_document"] == {"client_id": firm.client_id, "size": len(CONTENT)}
    assert "Poder" not in str(entries)


def test_a_firm_is_handed_its_documents_in_clear(world, firm):
    made = added(firm.admin, firm.client_id)
    rows, after = [], None
    while True:
        page = world.nobody.notifications.holdings_page(firm.tenant_id, "document_parts", after)
        rows, after = rows + page["rows"], page["after"]
        if after is None:
            break
    assert all(before["number"] < row["number"] for before, row in pairwise(rows))
    assert b"".join(base64.b64decode(row["sealed"]) for row in rows) == CONTENT
    (row,) = world.nobody.notifications.holdings_page(firm.tenant_id, "documents", None)["rows"]
    assert (row["id"], row["name"]) == (made["id"], made["name"])
