"""A ZIP of certificates is taken apart, hostile or not: every file has its password or says what is wrong with it."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import certificate_zips
from gateway.certificate_zips import entries_of
from services.contracts.errors import Invalid, Refusal, TooLarge


def zipped(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def passwords(entries) -> dict[str, str]:
    return {entry.name: entry.password for entry in entries}


def test_one_password_opens_all():
    entries = entries_of(zipped({"a.p12": b"A", "sub/b.PFX": b"B"}), "clave", None)
    assert [(entry.name, entry.content, entry.password, entry.fault) for entry in entries] == [
        ("a.p12", b"A", "clave", {}),
        ("sub/b.PFX", b"B", "clave", {}),
    ]


@pytest.mark.parametrize("header", ["file,password", "Fichero;Contraseña"])
def test_a_list_inside_says_each_password_to_the_letter(header):
    between = header[len(header.replace(";", ",").split(",")[0])]
    rows = f"{header}\nA.P12{between} con blancos \nb.p12{between}ñ\n".encode("cp1252")
    entries = entries_of(zipped({"a.p12": b"A", "sub/b.p12": b"B", "claves.csv": rows}), "", None)
    assert passwords(entries) == {"a.p12": " con blancos ", "sub/b.p12": "ñ"}


def test_a_list_beside_goes_before_one_inside_and_the_one_password_is_for_the_rest():
    content = zipped({"a.p12": b"A", "b.p12": b"B", "claves.csv": "file,password\na.p12,inside"})
    assert passwords(entries_of(content, "resto", b"file,password\na.p12,beside")) == {"a.p12": "beside", "b.p12": "resto"}


def test_what_is_wrong_with_a_file_is_said_of_it_alone():
    content = zipped(
        {"a.p12": b"A", "big.p12": b"x" * 200_000, "notes.txt": b"n", "none.p12": b"N", "claves.csv": "file,password\na.p12,x\nbig.p12,x"}
    )
    entries = entries_of(content, "", None)
    assert {entry.name: sorted(entry.fault) for entry in entries} == {
        "a.p12": [],
        "big.p12": ["file"],
        "notes.txt": ["file"],
        "none.p12": ["password"],
    }
    assert all(not entry.content for entry in entries if entry.fault)


def test_what_systems_put_into_a_zip_by_themselves_is_left_out():
    assert len(entries_of(zipped({"a.p12": b"A", "__MACOSX/a.p12": b"x", "dir/": b""}), "x", None)) == 1


def test_what_has_no_name_is_left_out():
    """A name ends at its first NUL."""
    nameless = zipped({"a.p12": b"A", "zq": b"x"}).replace(b"zq", b"\0q")
    assert [entry.name for entry in entries_of(nameless, "x", None)] == ["a.p12"]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", zipped({}), zipped({"a.txt": b"x"}), zipped({"a.p12": b"A"})[:-10]])
def test_what_is_no_zip_of_certificates_is_refused_with_the_cure(content):
    with pytest.raises(Invalid) as refused:
        entries_of(content, "x", None)
    assert refused.value.errors["file"][0]


def test_a_list_that_cannot_be_read_is_refused_by_name():
    with pytest.raises(Invalid) as refused:
        entries_of(zipped({"a.p12": b"A"}), "", b"a;b\n1;2")
    assert "passwords" in refused.value.errors


def test_a_zip_that_unfolds_into_more_than_a_zip_may_have_is_refused(monkeypatch):
    monkeypatch.setattr(certificate_zips, "MOST_BYTES", 250_000)
    with pytest.raises(TooLarge):
        entries_of(zipped({"a.p12": b"0" * 5_000_000, "b.p12": b"0" * 5_000_000, "c.p12": b"0" * 5_000_000}), "x", None)
    monkeypatch.setattr(certificate_zips, "MOST_AT_ONCE", 1)
    with pytest.raises(TooLarge):
        entries_of(zipped({"a.p12": b"A", "b.p12": b"B"}), "x", None)


@given(st.data())
def test_whatever_is_changed_in_a_zip_it_is_taken_apart_or_refused(data):
    content = bytearray(zipped({"a.p12": b"A" * 50, "claves.csv": "file,password\na.p12,x"}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert entries_of(bytes(content), "x", None)
    except Refusal as refusal:
        assert refusal.message
