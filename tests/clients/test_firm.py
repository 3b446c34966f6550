"""When a firm wants to hear that a certificate ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.events import CertificateImported, TenantSettingsChanged
from services.contracts.message import new_id, utc_now
from tests import people
from tests.facts import publish
from tests.worlds import until


@pytest.fixture
def firm(world):
    """With one client, whose certificate ends in 20 days."""
    firm = world.firm()
    tax_id, now = people.tax_id(), utc_now()
    client_id = firm.admin.clients.register({"tax_id": tax_id, "name": "Ana"})["id"]
    until_then = {"not_before": now, "not_after": now + timedelta(days=20)}
    publish(world, firm.tenant_id, CertificateImported(certificate_id=new_id(), client_id=client_id, tax_id=tax_id, **until_then))
    until(lambda: firm.admin.clients.client(client_id)["certificate"])
    firm.state = lambda: firm.admin.clients.client(client_id)["certificate"]["state"]
    firm.codes = lambda: [warning["code"] for warning in firm.admin.clients.client(client_id)["warnings"]]
    return firm


def test_a_certificate_is_warned_of_only_as_early_as_the_firm_has_set(firm):
    assert (firm.state(), firm.codes()) == ("expiring", ["certificate_expires_in_30"])
    firm.admin.access.change_settings({"version": 1, "certificate_warning_days": 15})
    until(lambda: firm.state() == "valid")
    assert firm.codes() == []
    firm.admin.access.change_settings({"version": 2, "certificate_warning_days": 25})
    until(lambda: firm.codes() == ["certificate_expires_in_30"])


def test_the_filters_find_what_is_shown(firm):
    def totals():
        wanted = ({"certificate": "expiring"}, {"certificate": "valid"}, {"warning": "certificate_expires_in_30"})
        return [firm.admin.clients.clients(page)["total"] for page in wanted]

    assert totals() == [1, 0, 1]
    firm.admin.access.change_settings({"version": 1, "certificate_warning_days": 15})
    until(lambda: totals() == [0, 1, 0])


def test_older_settings_that_come_late_change_nothing(firm, world):
    firm.admin.access.change_settings({"version": 1, "certificate_warning_days": 15})
    until(lambda: firm.state() == "valid")
    told = {"name": "", "strict_passwords": False, "language": "es", "default_mailboxes": ()}
    publish(world, firm.tenant_id, TenantSettingsChanged(certificate_warning_days=60, version=1, **told))
    publish(world, firm.tenant_id, TenantSettingsChanged(certificate_warning_days=19, version=3, **told))
    firm.admin.access.change_settings({"version": 2, "certificate_warning_days": 18})
    publish(world, firm.tenant_id, TenantSettingsChanged(certificate_warning_days=30, version=4, **told))
    until(lambda: firm.state() == "expiring")
