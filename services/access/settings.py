"""What a firm decides for all its people: its settings and its logo.

Trap: the kind of a picture is read off its first bytes; what its sender says of it is never believed, because it is shown to others.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.access.models import Logo, Tenant
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import Invalid, NotFound, StaleVersion, TooLarge
from services.contracts.events import DefaultMailbox, TenantSettingsChanged
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.settings import LARGEST_LOGO, SettingsChanges
from services.contracts.sentences import said

FIELDS: Final = ("name", "certificate_warning_days", "strict_passwords", "requires_second_factor", "language", "default_mailboxes")
OF_THE_DOOR: Final = frozenset({"strict_passwords", "requires_second_factor"})
KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def tenant_of(db: Session) -> Tenant:
    """The firm that is acted for, while nobody else changes it; raises NotFound."""
    tenant = db.scalars(select(Tenant).with_for_update()).one_or_none()
    if tenant is None:
        raise NotFound()
    return tenant


def shown(db: Session) -> Json:
    """As `schemas.settings.Settings`; raises NotFound."""
    tenant = db.scalars(select(Tenant)).one_or_none()
    if tenant is None:
        raise NotFound()
    has_logo = db.scalar(select(Logo.tenant_id)) is not None
    return {name: getattr(tenant, name) for name in FIELDS} | {"has_logo": has_logo, "version": tenant.version}


def change(db: UnitOfWork, changes: Json) -> None:
    """Raises StaleVersion."""
    tenant = tenant_of(db)
    if changes["version"] != tenant.version:
        raise StaleVersion()
    for name in FIELDS:
        setattr(tenant, name, changes.get(name, getattr(tenant, name)))
    announce(db, tenant)


def announce(db: UnitOfWork, tenant: Tenant) -> None:
    tenant.version += 1
    now: dict[str, Any] = {name: getattr(tenant, name) for name in FIELDS}
    mailboxes = tuple(DefaultMailbox(**mailbox) for mailbox in now.pop("default_mailboxes"))
    db.publish(TenantSettingsChanged(**now, default_mailboxes=mailboxes, version=tenant.version))


def picture(content_base64: str) -> Json:
    """{media_type, content} of a PNG or JPEG; raises TooLarge, or Invalid naming `file`."""
    if len(content_base64) > LARGEST_LOGO * 4 / 3 + 4:
        raise TooLarge(said("El logotipo no puede pasar de {most} kB. Redúzcalo y vuelva a subirlo.", most=LARGEST_LOGO // 1000))
    try:
        content = base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    for beginning, media_type in KINDS.items():
        if content.startswith(beginning):
            return {"media_type": media_type, "content": content}
    raise Invalid.field("file", said("Solo se admite una imagen PNG o JPEG."))


class Settings:
    """What may be asked of a firm's settings."""

    @rpc(needs=SIGNED_IN)
    def settings(self, db: UnitOfWork, asking: Asking) -> Json:
        return shown(db)

    @rpc(needs=INTERNAL)
    def settings_of(self, db: UnitOfWork, asking: Asking, tenant_id: str) -> Json:
        db.act_for(replace(asking, tenant_id=tenant_id))
        return shown(db)

    @rpc(needs="settings.manage")
    def change_settings(self, db: UnitOfWork, asking: Asking, changes: Json) -> Json:
        new = checked(SettingsChanges, changes)
        if OF_THE_DOOR & new.keys():
            asking.require_person()
        change(db, new)
        return shown(db)

    @rpc(needs=SIGNED_IN)
    def logo(self, db: UnitOfWork, asking: Asking) -> Json:
        found = db.scalars(select(Logo)).one_or_none()
        if found is None:
            raise NotFound()
        return {"media_type": found.media_type, "content_base64": base64.b64encode(found.content).decode()}

    @rpc(needs="settings.manage")
    def set_logo(self, db: UnitOfWork, asking: Asking, content_base64: str) -> Json:
        new = picture(content_base64)
        tenant = tenant_of(db)
        db.merge(Logo(tenant_id=tenant.tenant_id, **new))
        announce(db, tenant)
        return shown(db)

    @rpc(needs="settings.manage")
    def remove_logo(self, db: UnitOfWork, asking: Asking) -> Json:
        tenant = tenant_of(db)
        db.execute(delete(Logo))
        announce(db, tenant)
        return shown(db)
