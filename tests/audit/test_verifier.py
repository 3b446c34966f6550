"""Whatever is done to an exported trail, the verifier finds it. It is run as it is shipped: one file, with nothing of ours to import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy import audit_verifier
from services.audit.entry import as_json, digest
from services.audit.exporting import entry_line
from tests.audit.written import DETAILS, checkpoint, entries_of, entry, export, kept, verify

WHOLE = [entry(seq) for seq in range(1, 12)]
LINES = export(WHOLE, signed_at=(3, 8))
POSITIONS = entries_of(LINES)
spoiling = settings(max_examples=100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exports")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257])
def test_an_export_as_it_was_written_is_right(folder, size):
    entries = [entry(seq) for seq in range(1, size + 1)]
    assert verify(folder, export(entries, signed_at=(1, size // 2)), "--checkpoint", kept(folder, checkpoint(entries, size))) == 0


@spoiling
@given(st.lists(DETAILS, min_size=1, max_size=5))
def test_whatever_a_detail_holds_the_export_is_right(folder, details):
    assert verify(folder, export([entry(seq, detail=detail) for seq, detail in enumerate(details, 1)])) == 0


@spoiling
@given(st.data())
def test_any_byte_of_any_line_that_is_changed_is_found(folder, data):
    at = data.draw(st.integers(0, len(LINES) - 1))
    where = data.draw(st.integers(0, len(LINES[at]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != LINES[at][where]))
    spoiled = LINES[at][:where] + bytes([other]) + LINES[at][where + 1 :]
    assert verify(folder, [*LINES[:at], spoiled, *LINES[at + 1 :]]) != 0


@pytest.mark.full
@pytest.mark.parametrize("at", [0, POSITIONS[0], len(LINES) - 1], ids=["header", "entry", "checkpoint"])
def test_no_place_of_a_line_may_be_another(folder, at):
    """Each place in turn, where the test above looks at a hundred by chance."""
    unfound = []
    for where, byte in enumerate(LINES[at]):
        spoiled = LINES[at][:where] + bytes([byte ^ (1 << where % 7)]) + LINES[at][where + 1 :]
        if verify(folder, [*LINES[:at], spoiled, *LINES[at + 1 :]]) == 0:
            unfound.append(where)
    assert not unfound


@pytest.mark.parametrize("at", [0, len(LINES) - 1], ids=["header", "checkpoint"])
def test_base64_that_says_the_same_in_other_letters_is_found(folder, at):
    """The last letter of a signature holds four bits that say nothing."""
    line = LINES[at].decode()
    last = line.index('=="') - 1
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spoiled = line[:last] + letters[letters.index(line[last]) + 1] + line[last + 1 :]
    assert verify(folder, [*LINES[:at], spoiled.encode(), *LINES[at + 1 :]]) != 0


@spoiling
@given(st.data())
def test_a_field_that_is_changed_is_found_even_with_its_digest_made_anew(folder, data):
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    field = data.draw(st.sampled_from(["id", "act", "user_id", "subject", "tenant_id", "detail", "seq"]))
    value = data.draw(DETAILS if field == "detail" else st.integers(1) if field == "seq" else st.text(max_size=10))
    changed = WHOLE[at] | {field: value}
    if changed != WHOLE[at]:
        line = entry_line(changed | {"digest": digest(changed)})
        assert verify(folder, [*LINES[: POSITIONS[at]], line, *LINES[POSITIONS[at] + 1 :]]) == 1


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_an_entry_that_is_taken_out_is_found_even_when_the_rest_is_numbered_anew(folder, at):
    plain = LINES[: POSITIONS[at]] + LINES[POSITIONS[at] + 1 :]
    assert verify(folder, plain) == 1
    again = export([one | {"seq": seq} for seq, one in enumerate(WHOLE[:at] + WHOLE[at + 1 :], 1)])
    signed_before = [line for line in LINES if line.startswith(b'{"checkpoint"')]
    header = json.loads(LINES[0]) | {"size": len(WHOLE) - 1}
    assert verify(folder, [as_json(header), *again[1:-1], *signed_before]) == 1


@pytest.mark.parametrize("at", range(len(WHOLE) + 1))
def test_an_entry_that_is_put_in_is_found_even_when_the_rest_is_numbered_anew(folder, at):
    more = [one | {"seq": seq} for seq, one in enumerate([*WHOLE[:at], entry(0), *WHOLE[at:]], 1)]
    lines = [entry_line(one | {"digest": digest(one)}) for one in more]
    assert verify(folder, [LINES[0], *lines, LINES[-1]]) == 1
    assert verify(folder, [as_json(json.loads(LINES[0]) | {"size": len(more)}), *lines]) == 1


@spoiling
@given(st.permutations(range(len(WHOLE))))
def test_entries_in_another_order_are_found_even_when_they_are_numbered_anew(folder, order):
    if order == sorted(order):
        return
    moved = [LINES[POSITIONS[at]] for at in order]
    assert verify(folder, [LINES[0], *moved, LINES[-1]]) == 1
    renumbered = [WHOLE[at] | {"seq": seq} for seq, at in enumerate(order, 1)]
    assert verify(folder, [LINES[0], *(entry_line(one | {"digest": digest(one)}) for one in renumbered), LINES[-1]]) == 1


@pytest.mark.parametrize("left", range(POSITIONS[-1] + 1))
def test_an_export_that_is_cut_is_found_by_its_header(folder, left):
    assert verify(folder, LINES[:left]) != 0


@pytest.mark.parametrize("size", [3, 8])
def test_an_older_export_in_place_of_the_newest_is_found_by_a_checkpoint_kept_elsewhere(folder, size):
    older = export(WHOLE[:size])
    assert verify(folder, older) == 0
    assert verify(folder, older, "--checkpoint", kept(folder, checkpoint(WHOLE, len(WHOLE)))) == 1


def test_a_history_signed_anew_is_found_by_a_checkpoint_kept_elsewhere(folder):
    other = export([WHOLE[0] | {"user_id": "somebody else"}, *WHOLE[1:]])
    assert verify(folder, other) == 0
    assert verify(folder, other, "--checkpoint", kept(folder, checkpoint(WHOLE, 3))) == 1


def test_the_signature_of_another_installation_is_found(folder, capsys):
    file = folder / "export.jsonl"
    verify(folder, LINES)
    capsys.readouterr()
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert audit_verifier.main([str(file), "--public-key", audit_verifier.base64.b64encode(stranger).decode()]) == 1
    assert "no lo firmó esta instalación" in capsys.readouterr().out


def test_what_is_wrong_is_said_with_the_number_of_the_entry(folder, capsys):
    spoiled = LINES[POSITIONS[4]].replace(b'"user_id":"u"', b'"user_id":"x"')
    verify(folder, [*LINES[: POSITIONS[4]], spoiled, *LINES[POSITIONS[4] + 1 :]])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Asiento 5: su contenido no corresponde a su resumen; se ha cambiado."
    assert said[1].startswith("Los asientos 4 a 8 no son los que se firmaron el 2026-11-24T16:00:00.123456Z")
    assert said[-1].startswith("INCORRECTO")


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b'{"audit_export":2}\n', b"\xff\xfe\n"])
def test_what_is_no_export_is_told_apart_from_one_that_is_wrong(folder, content):
    (folder / "none.jsonl").write_bytes(content)
    assert audit_verifier.main([str(folder / "none.jsonl")]) == 2
    assert audit_verifier.main([str(folder / "there is none")]) == 2


def test_it_runs_alone_with_nothing_but_the_standard_library(folder, tmp_path):
    alone = tmp_path / "audit_verifier.py"
    alone.write_bytes(Path(audit_verifier.__file__).read_bytes())
    verify(folder, LINES)
    ran = subprocess.run([sys.executable, "-I", "-S", alone, folder / "export.jsonl"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.partition(":")[0]) == (0, "Correcto"), ran.stderr
    imported = {name.name for node in ast.walk(ast.parse(alone.read_text())) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names


@settings(max_examples=60)
@given(st.binary(max_size=40), st.integers(0, 63), st.integers(0, 7))
def test_ed25519_agrees_with_the_library_that_signs(message, byte, bit):
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    spoiled = bytearray(signature)
    spoiled[byte] ^= 1 << bit
    assert audit_verifier.is_signed(public, message, signature)
    assert not audit_verifier.is_signed(public, message, bytes(spoiled))
    assert not audit_verifier.is_signed(public, message + b"x", signature)


def test_ed25519_accepts_the_first_vectors_of_rfc_8032():
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert audit_verifier.is_signed(public, b"", signature)


def test_a_number_that_is_too_large_makes_no_signature():
    message, key = b"m", Ed25519PrivateKey.generate()
    signature = key.sign(message)
    number = int.from_bytes(signature[32:], "little") + audit_verifier.ORDER
    malleable = signature[:32] + number.to_bytes(32, "little")
    assert not audit_verifier.is_signed(key.public_key().public_bytes_raw(), message, malleable)
