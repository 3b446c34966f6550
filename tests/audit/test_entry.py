"""The form that is hashed does not depend on how an entry came."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.entry import FIELDS, canonical, digest

AT = datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC)
ENTRY = {"act": "a", "at": AT, "detail": {"b": 1, "a": "ñ"}, "id": "i", "seq": 1, "subject": "s", "tenant_id": "t", "user_id": "u"}
WRITTEN = (
    '{"act":"a","at":"2026-01-02T03:04:05.000060Z","detail":{"a":"ñ","b":1},"id":"i","seq":1,"subject":"s","tenant_id":"t","user_id":"u"}'
)


def test_the_canonical_form_is_this_text_and_no_other():
    assert canonical(ENTRY) == WRITTEN.encode()


def test_the_digest_is_the_leaf_hash_of_rfc_6962():
    assert digest(ENTRY) == hashlib.sha256(b"\x00" + WRITTEN.encode()).hexdigest()


def test_the_zone_of_the_instant_makes_no_difference():
    assert digest(ENTRY | {"at": AT.astimezone(timezone(timedelta(hours=2)))}) == digest(ENTRY)


@given(st.dictionaries(st.text(), st.integers() | st.booleans() | st.text() | st.none()))
def test_the_order_of_a_detail_makes_no_difference(detail):
    backwards = dict(reversed(detail.items()))
    assert digest(ENTRY | {"detail": detail}) == digest(ENTRY | {"detail": backwards})


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "at"])
def test_a_change_of_any_field_changes_the_digest(field):
    assert digest(ENTRY | {field: "changed"}) != digest(ENTRY)
