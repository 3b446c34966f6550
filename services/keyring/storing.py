"""Rows of the keyring inside a unit of work: storing a certificate with its sealed key, and wiping one out."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, select, update

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.events import CertificateImported
from services.contracts.message import new_id, utc_now
from services.keyring.envelopes import Binding, OpenKeys, SealedKey, WrappedTenantKey
from services.keyring.models import Certificate, Key, TenantKey, UsedMasterKey
from services.keyring.pkcs12 import Opened
from services.keyring.subjects import Reading


def store(db: UnitOfWork, keys: OpenKeys, client_id: str, opened: Opened, reading: Reading) -> tuple[Certificate, bool]:
    """The certificate, and whether it is new: the same one twice for a client is kept once."""
    row = asdict(reading) | {
        "id": new_id(),
        "tenant_id": db.asking.tenant_id,
        "client_id": client_id,
        "uploaded_by": db.asking.user_id,
        "uploaded_at": utc_now(),
        "uses": 0,
    }
    is_new = bool(insert_new(db, Certificate, [row], Certificate.id))
    same = select(Certificate).where(Certificate.client_id == client_id, Certificate.fingerprint == reading.fingerprint)
    certificate = db.scalars(same.where(Certificate.removed_at.is_(None))).one()
    if is_new:
        seal_key(db, keys, certificate, opened)
    return certificate, is_new


def keep(db: UnitOfWork, keys: OpenKeys, client_id: str, opened: Opened, reading: Reading) -> tuple[Certificate, bool]:
    """The same, and told to others."""
    certificate, is_new = store(db, keys, client_id, opened, reading)
    if is_new:
        said = {name: getattr(certificate, name) for name in ("tax_id", "subject", "issuer", "serial", "not_before", "not_after")}
        db.publish(CertificateImported(certificate_id=certificate.id, client_id=client_id, **said))
    return certificate, is_new


def seal_key(db: UnitOfWork, keys: OpenKeys, certificate: Certificate, opened: Opened) -> None:
    tenant_key = newest_tenant_key(db, keys)
    binding = binding_of(certificate, tenant_key.id)
    sealed = keys.seal(tenant_key, binding, opened.private_key, opened.chain_pem)
    db.add(Key(certificate_id=certificate.id, tenant_key_id=tenant_key.id, version=binding.version, **asdict(sealed)))


def newest_tenant_key(db: UnitOfWork, keys: OpenKeys) -> WrappedTenantKey:
    """The tenant's key; its first certificate makes it. Two made at once are both good: each sealed key names its own."""
    row = db.scalars(select(TenantKey).order_by(TenantKey.id.desc()).limit(1)).first()
    if row is not None:
        return wrapped(row)
    made = keys.new_tenant_key(db.asking.tenant_id, new_id())
    db.add(TenantKey(id=made.id, master_key_id=made.master_key_id, wrapped=made.wrapped))
    insert_new(db, UsedMasterKey, [{"id": made.master_key_id}], UsedMasterKey.id)
    return made


def destroy(db: UnitOfWork, certificate: Certificate) -> None:
    """The key material is overwritten and removed; what the certificate was stays for the history."""
    of_it = Key.certificate_id == certificate.id
    db.execute(update(Key).where(of_it).values(data_key=b"", private_key=b"", chain=b""))
    db.execute(delete(Key).where(of_it))
    certificate.removed_at = utc_now()


def binding_of(certificate: Certificate, tenant_key_id: str, version: int = 1) -> Binding:
    return Binding(
        tenant_id=certificate.tenant_id,
        client_id=certificate.client_id,
        certificate_id=certificate.id,
        tenant_key_id=tenant_key_id,
        version=version,
    )


def wrapped(row: TenantKey) -> WrappedTenantKey:
    return WrappedTenantKey(row.id, row.tenant_id, row.master_key_id, row.wrapped)


def sealed_of(row: Key) -> SealedKey:
    return SealedKey(row.data_key, row.private_key, row.chain)
