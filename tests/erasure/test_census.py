"""Every table is gone through: none can hold something of a client or a firm that no erasure knows of."""

from __future__ import annotations

import inspect

import pytest

from services.catalogue import databases, service_class
from services.chassis.firm_copy import described, handed_over
from services.chassis.holdings import tables_of_firms
from services.chassis.migrations import model_of
from services.chassis.service import Service
from services.contracts import erasing
from services.contracts.message import REGISTRY

NOBODYS = {
    "handled", "leases", "outbox", "parked", "erased",  # ids; what the envelopes hold is blanked
    "tickets", "master_keys", "signing_keys",  # ids
    "breakers", "attempts",  # bodies, certificates by id, keyed hashes of minutes
    "edicts", "mentions", "days", "source",  # the bulletin, read once for everybody
}  # fmt: skip
NO_CLIENTS = {("sign_in", "providers")}
"""Where `client_id` is what OpenID Connect calls by that name."""


@pytest.mark.parametrize("service", databases())
def test_every_table_says_whose_its_rows_are_or_holds_nothing_of_a_firm(service):
    model = model_of(service)
    of_firms = {table.name for table in tables_of_firms(model)}
    assert {table.name for table in model.metadata.sorted_tables} - of_firms <= NOBODYS


@pytest.mark.parametrize("service", databases())
def test_what_outlives_a_firm_is_the_trail_alone(service):
    stays = service_class(service).stays
    assert (service == "audit" and stays == {"entries", "trails", "nodes", "checkpoints"}) or not stays


@pytest.mark.parametrize("service", databases())
def test_every_column_that_names_a_client_is_erased_by(service):
    kind = service_class(service)
    columns = [(table.name, "client_id") for table in model_of(service).metadata.sorted_tables if "client_id" in table.c]
    named = {table for table, _ in columns} - {table for owner, table in NO_CLIENTS if owner == service}
    module = inspect.getmodule(kind.forget_clients)
    erased = {column.class_.__tablename__ for column in getattr(module, "BY_CLIENT", ())}
    assert named <= erased
    assert not named or kind.forget_clients is not Service.forget_clients


@pytest.mark.parametrize("service", databases())
def test_what_a_firm_is_not_handed_is_secret(service):
    kind = service_class(service)
    kind = type("Looked", (kind,), {"db": type("Db", (), {"model": model_of(service)})()})
    left_out = {f"{table.name}.{name}" for table, model in handed_over(kind).items() for name in described(kind, table, model)["left_out"]}
    assert {f"{service}.{name}" for name in left_out - {"job_parts.sealed"}} <= LEFT_OUT


LEFT_OUT = {
    "sign_in.credentials.password_hash",
    "sign_in.former.password_hash",
    "sign_in.totp.sealed",
    "sign_in.recovery_codes.code_hash",
    "sign_in.providers.sealed_secret",
    "audit.nodes.hash",
    "browser.sessions.token_hash",
}


@pytest.mark.parametrize("topic", sorted(REGISTRY))
def test_a_blanked_fact_is_still_one_and_holds_no_text_of_anybody(topic):
    kind = REGISTRY[topic]
    assert erasing.holds_texts(kind) == bool(texts_of(kind.schema))


def texts_of(schema) -> set[str]:
    """The fields that may hold a text about somebody, by the event's own wire schema."""
    found = set()
    for name, field in schema.fields.items():
        field = getattr(field, "inner", field)
        if hasattr(field, "schema"):
            found |= texts_of(field.schema)
        elif type(field).__name__ == "String" and not erasing.names_nobody(name):
            found.add(name)
    return found
