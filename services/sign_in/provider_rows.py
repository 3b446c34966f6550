"""A firm's provider in the tables: found by firm or by an email's domain, kept with its secret sealed.

Trap: a firm names its domains itself, so naming one proves nothing. Who is a user already goes to their own firm's provider, whatever
other firms name; the domain decides for strangers only, and only when no two firms name it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import delete, select

from services.chassis.database import UnitOfWork
from services.contracts.rpc import Json
from services.sign_in.models import Provider, ProviderDomain
from services.sign_in.providers import Client

SEALED_FOR: Final = "oidc client secret"
CALLBACK: Final = "/api/session/oidc/callback"
START: Final = "/api/session/oidc/start"


def of_firm(db: UnitOfWork, tenant_id: str) -> Provider | None:
    """The unit of work acts for this firm from here on."""
    db.act_for(replace(db.asking, tenant_id=tenant_id))
    return db.scalars(select(Provider)).one_or_none()


def firm_of_domain(db: UnitOfWork, email: str) -> str | None:
    """The one firm whose provider takes such emails."""
    firms = db.scalars(
        select(ProviderDomain.tenant_id).where(ProviderDomain.domain_hash == domain_hash(db, domain_of(email))).limit(2)
    ).all()
    return firms[0] if len(firms) == 1 else None


def takes(provider: Provider, email: str) -> bool:
    return not provider.email_domains or domain_of(email) in provider.email_domains


def domain_of(email: str) -> str:
    return email.strip().rpartition("@")[2].casefold()


def domain_hash(db: UnitOfWork, domain: str) -> str:
    return db.store.seals.keyed_hash("provider domain", domain)


def keep(db: UnitOfWork, new: Json, secret: str) -> Provider:
    tenant_id = db.asking.tenant_id
    forget(db)
    fields = {name: new[name] for name in ("issuer", "client_id", "email_domains", "new_users_role", "is_required", "emergency_user_id")}
    provider = Provider(tenant_id=tenant_id, **fields)
    provider.sealed_secret = db.store.seals.seal(tenant_id, SEALED_FOR, secret.encode())
    db.add(provider)
    domains = dict.fromkeys(new["email_domains"])
    db.add_all(ProviderDomain(domain_hash=domain_hash(db, domain), tenant_id=tenant_id) for domain in domains)
    return provider


def forget(db: UnitOfWork) -> None:
    db.execute(delete(ProviderDomain).where(ProviderDomain.tenant_id == db.asking.tenant_id))
    db.execute(delete(Provider))
    db.expire_all()


def secret_of(db: UnitOfWork, provider: Provider) -> str:
    return db.store.seals.open(provider.tenant_id, SEALED_FOR, provider.sealed_secret).decode()


def client_of(db: UnitOfWork, provider: Provider, house: str) -> Client:
    return Client(provider.issuer, provider.client_id, secret_of(db, provider), house + CALLBACK)


def described(provider: Provider, house: str) -> Json:
    """As `schemas.oidc.Provider`."""
    shown = ("issuer", "client_id", "email_domains", "new_users_role", "is_required", "emergency_user_id")
    addresses = {"redirect_uri": house + CALLBACK, "start_url": f"{house}{START}?tenant={provider.tenant_id}"}
    return {name: getattr(provider, name) for name in shown} | addresses
