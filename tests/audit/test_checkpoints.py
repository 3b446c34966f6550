"""Trails are signed as they are, shown with their proofs, and not signed when they are not what was written."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy import audit_verifier
from services.audit import tree
from services.audit.checkpoint import Signed, TrailKeys
from services.audit.keys import opened
from services.audit.leaving import leave
from services.audit.looking import look_through
from services.chassis.asking import Asking
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from services.contracts.message import new_id, utc_now
from tests.audit import tampering
from tests.worlds import until

EVERY = timedelta(hours=1)
BEYOND_A_BLOCK = 300


class Desk:
    """A firm whose trail has some entries, and what a look through it says."""

    def __init__(self, world, firm):
        self.world, self.firm, self.tenant_id = world, firm, firm.tenant_id
        self.store = world.store("audit")
        self.keys = TrailKeys.read(world.settings.trail_key_path)
        until(lambda: firm.admin.audit.entries({"act": "access.user_changed"})["total"])

    def record(self, count: int = 1) -> list[str]:
        entry = {"tenant_id": self.tenant_id, "act": "test.acted", "user_id": "u", "subject": "s", "detail": {"count": 1}}
        return self.world.nobody.audit.record([entry] * count)

    def look(self) -> dict:
        look_through(self.store, self.keys, self.tenant_id, EVERY)
        return self.firm.admin.audit.checkpoint()

    def change(self, statement: str, **values) -> None:
        tampering.do(self.store, self.world.settings, f"{statement} AND tenant_id = :tenant", tenant=self.tenant_id, **values)

    def digest_anew(self, seq: int) -> None:
        tampering.digest_anew(self.store, self.world.settings, self.tenant_id, seq)

    def export(self) -> list[str]:
        begun = self.firm.admin.audit.export()
        lines, after = [begun["line"]], 0
        while after < begun["size"]:
            page = self.firm.admin.audit.exported(after, begun["size"])
            lines, after = lines + page["lines"], page["after"]
        return lines


@pytest.fixture
def desk(world):
    made = Desk(world, world.firm())
    made.record(BEYOND_A_BLOCK)
    return made


def signed(checkpoint: dict, public_key: str) -> bool:
    form = b"casillero/checkpoint/1\n" + audit_verifier.canonical({name: checkpoint[name] for name in audit_verifier.SIGNED_FIELDS})
    return audit_verifier.is_signed(base64.b64decode(public_key), form, base64.b64decode(checkpoint["signature"]))


def hashes(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in path]


def verified(folder, lines: list[str], *words: str) -> int:
    (folder / "export.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return audit_verifier.main([str(folder / "export.jsonl"), *words])


def test_a_trail_that_grew_is_signed_and_one_that_did_not_is_not_signed_again(desk):
    first = desk.look()
    assert (first["size"], first["fault"], first["tenant_id"]) == (first["entries"], None, desk.tenant_id)
    assert signed(first, desk.keys.public(desk.keys.newest)) and signed(first, first["public_key"])
    assert desk.look() == first
    desk.record(2)
    assert desk.look()["size"] == first["size"] + 2


def test_an_entry_is_proved_to_be_in_the_trail_of_a_checkpoint(desk):
    (entry_id,) = desk.record()
    old = desk.look()
    desk.record(40)
    latest = desk.look()
    for size in (0, old["size"]):
        proof = desk.firm.admin.audit.proof(entry_id, size)
        root, number = bytes.fromhex(proof["checkpoint"]["root"]), proof["entry"]["seq"] - 1
        leaf = bytes.fromhex(proof["digest"])
        assert tree.proves_inclusion(leaf, number, proof["checkpoint"]["size"], hashes(proof["path"]), root)
    assert latest["size"] == old["size"] + 40


def test_one_checkpoint_is_proved_to_be_the_beginning_of_another(desk):
    old = desk.look()
    desk.record(40)
    new = desk.look()
    proof = desk.firm.admin.audit.consistency(old["size"], 0)
    before, after = (old["size"], bytes.fromhex(old["root"])), (new["size"], bytes.fromhex(new["root"]))
    assert tree.proves_consistency(before, after, hashes(proof["path"]))
    with pytest.raises(Invalid) as refused:
        desk.firm.admin.audit.consistency(new["size"], old["size"])
    assert "first" in refused.value.errors


def test_what_no_checkpoint_covers_yet_is_told_so_and_what_is_not_there_is_not_found(desk, world):
    desk.look()
    (entry_id,) = desk.record()
    with pytest.raises(Conflict, match="exporte"):
        desk.firm.admin.audit.proof(entry_id)
    stranger = world.firm()
    for ask in (lambda: stranger.admin.audit.proof(entry_id), lambda: desk.firm.admin.audit.checkpoint(5)):
        with pytest.raises(NotFound):
            ask()


def test_an_export_holds_everything_and_itself_and_is_right(desk, tmp_path):
    desk.look()
    desk.record(250)
    lines = desk.export()
    last = json.loads(lines[-2])["entry"]
    assert (last["act"], last["user_id"], last["seq"]) == ("export_trail", desk.firm.admin_id, json.loads(lines[0])["size"])
    assert verified(tmp_path, lines) == 0
    assert verified(tmp_path, lines[:-3] + lines[-1:]) == 1


def test_only_who_may_read_the_trail_may_export_it(desk):
    operator = desk.firm.as_user(desk.firm.user("operator"))
    for ask in (operator.audit.export, operator.audit.checkpoint, lambda: operator.audit.exported(0, 5)):
        with pytest.raises(NotAllowed):
            ask()
    assert desk.firm.admin.audit.entries({"act": "export_trail"})["total"] == 0


def test_an_operator_exports_the_trail_of_a_firm_that_exists(desk):
    begun = desk.world.nobody.audit.export_of(desk.tenant_id)
    assert len(desk.world.nobody.audit.exported_of(desk.tenant_id, begun["size"] - 1, begun["size"])["lines"]) == 2
    with pytest.raises(NotFound):
        desk.world.nobody.audit.export_of(new_id())


SPOILED = {
    "a detail": "UPDATE entries SET detail = '{\"count\": 2}' WHERE seq = :seq",
    "who acted": "UPDATE entries SET user_id = 'somebody' WHERE seq = :seq",
    "what was done": "UPDATE entries SET act = 'test.slept' WHERE seq = :seq",
    "to what": "UPDATE entries SET subject = 'nothing' WHERE seq = :seq",
    "when": "UPDATE entries SET at = '2026-01-01 00:00:00.000000' WHERE seq = :seq",
    "the id": "UPDATE entries SET id = 'another' || substr(tenant_id, 8) WHERE seq = :seq",
    "a digest": "UPDATE entries SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE seq = :seq",
    "removed": "DELETE FROM entries WHERE seq = :seq",
    "no json": "UPDATE entries SET detail = '\"text\"' WHERE seq = :seq",
}


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("seq", [7, 290])
def test_an_entry_that_is_changed_in_the_database_is_found_and_nothing_is_signed(desk, tmp_path, spoiled, seq):
    before = desk.look()
    desk.change(SPOILED[spoiled], seq=seq)
    desk.record(3)
    after = desk.look()
    assert (after["size"], after["root"]) == (before["size"], before["root"])
    assert after["fault"]["first"] <= seq <= after["fault"]["last"]
    assert verified(tmp_path, desk.export()) == 1


@pytest.mark.parametrize("seq", [7, 290])
@pytest.mark.parametrize("spoiled", ["a detail", "who acted", "when"])
def test_an_entry_that_is_changed_with_its_digest_is_found(desk, tmp_path, spoiled, seq):
    before = desk.look()
    desk.change(SPOILED[spoiled], seq=seq)
    desk.digest_anew(seq)
    after = desk.look()
    assert after["size"] == before["size"] and after["fault"]["first"] <= seq <= after["fault"]["last"]
    assert verified(tmp_path, desk.export()) == 1


def test_a_trail_that_is_mended_is_signed_again(desk):
    before = desk.look()
    desk.change("UPDATE entries SET user_id = 'x' WHERE seq = 7")
    assert desk.look()["fault"]["first"] == 7
    desk.change("UPDATE entries SET user_id = :right WHERE seq = 7", right="u")
    desk.record()
    after = desk.look()
    assert (after["fault"], after["size"]) == (None, before["size"] + 1)


def test_a_trail_that_is_cut_is_found_whether_or_not_its_number_is_cut_too(desk, tmp_path):
    before = desk.look()
    desk.change("DELETE FROM entries WHERE seq > :left", left=before["size"] - 5)
    assert desk.look()["fault"]["reason"] == "cut"
    desk.change("UPDATE trails SET size = :left WHERE size > 0", left=before["size"] - 5)
    assert desk.look()["fault"]["reason"] == "cut"
    assert verified(tmp_path, desk.export()) == 1


@pytest.mark.parametrize("first, second", [(3, 4), (290, 291), (10, 280)])
def test_entries_that_changed_places_are_found(desk, first, second):
    desk.look()
    for old, new in ((first, 100_000), (second, first), (100_000, second)):
        desk.change("UPDATE entries SET seq = :new WHERE seq = :old", old=old, new=new)
    for seq in (first, second):
        desk.digest_anew(seq)
    assert desk.look()["fault"] is not None


def test_an_entry_that_is_put_in_is_found(desk):
    size = desk.look()["size"]
    copied = "INSERT INTO entries SELECT 'put in' || substr(id, 7), :seq, at, act, user_id, subject, detail, digest, tenant_id FROM entries"
    desk.change(f"{copied} WHERE seq = 5", seq=size + 1)
    assert desk.look()["fault"]["reason"] == "extra"


def test_a_stored_node_or_a_checkpoint_that_is_changed_is_found(desk):
    before = desk.look()
    desk.change("UPDATE nodes SET hash = :zeros WHERE level = 8", zeros="0" * 64)
    assert desk.look()["fault"]["last"] == 256
    desk.change("UPDATE nodes SET hash = 'no hash' WHERE level = 8")
    assert desk.look()["fault"]["reason"] == "missing"
    desk.change("DELETE FROM nodes WHERE level = 8")
    desk.change("UPDATE checkpoints SET root = :zeros WHERE size > 0", zeros="0" * 64)
    assert (desk.look()["fault"]["reason"], desk.look()["size"]) == ("signature", before["size"])


def test_the_database_refuses_to_change_or_remove_a_checkpoint(desk):
    desk.look()
    for change in ("UPDATE checkpoints SET size = 1", "DELETE FROM checkpoints"):
        with pytest.raises(DBAPIError, match="append-only"), desk.store.begin(Asking(tenant_id=desk.tenant_id)) as db:
            db.execute(text(change))


def test_a_checkpoint_leaves_the_host_as_a_line_that_the_verifier_reads(desk, tmp_path):
    shown = desk.look()
    names = ("tenant_id", "size", "root", "key_id", "signature")
    leave(Signed(**{name: shown[name] for name in names}, at=datetime.fromisoformat(shown["at"])), tmp_path / "elsewhere")
    file = tmp_path / "elsewhere" / f"{desk.tenant_id}.jsonl"
    assert json.loads(file.read_text()) == {name: shown[name] for name in (*names, "at")}
    lines = desk.export()
    assert verified(tmp_path, lines, "--checkpoint", str(file)) == 0
    file.write_text(file.read_text().replace(shown["root"], shown["root"][::-1]))
    assert verified(tmp_path, lines, "--checkpoint", str(file)) == 1


def test_a_folder_that_takes_no_line_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").touch()
    leave(Signed(new_id(), 1, "0" * 64, utc_now()), tmp_path / "file" / "folder")


def test_a_lost_key_is_not_replaced(tmp_path):
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(SettingMissing, match="CASILLERO_TRAIL_KEY_FILE.*casillero keys new"):
        opened(settings, {"kgone"})
    make_key_file(settings.trail_key_path)
    with pytest.raises(SettingMissing, match=r"kgone.*copia de seguridad"):
        opened(settings, {"kgone"})


def test_a_first_start_makes_a_key_for_its_owner_only(tmp_path):
    settings = Settings(data_dir=tmp_path)
    assert len(opened(settings, set()).ids) == 1
    assert settings.trail_key_path.stat().st_mode & 0o777 == 0o600
    settings.trail_key_path.chmod(0o640)
    with pytest.raises(SettingMissing, match="chmod 600"):
        opened(settings, set())
