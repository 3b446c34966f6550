"""Gives the service the keys that sign checkpoints, or stops the process with what is wrong.

Embedded, a first start makes the key. Trap: a data folder that came back from a backup without its key must not get a new one, with which
nobody could check what the old one signed; so the ids of the keys that signed something are kept, and each of them must be there.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import select

from services.audit.checkpoint import VARIABLE, TrailKeys
from services.audit.models import SigningKey
from services.chassis.database import open_engine
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings

SERVICE = "audit"


class Host:
    """What looking through and leaving need of this installation."""

    def __init__(self, settings: Settings, keys: TrailKeys):
        self.settings, self.keys = settings, keys


class KeysAtStart(DependencyProvider):
    """`host = KeysAtStart()` in the service class."""

    host: Host

    def setup(self) -> None:
        settings: Settings = self.container.config["settings"]
        self.host = Host(settings, opened(settings, used_ids(settings)))

    def get_dependency(self, worker_ctx: Any) -> Host:
        return self.host


def used_ids(settings: Settings) -> set[str]:
    """Read with a connection of its own: the service's is set up at the same time as this."""
    engine = open_engine(settings.database_for(SERVICE), SERVICE)
    try:
        with engine.connect() as connection:
            return set(connection.scalars(select(SigningKey.id)))
    finally:
        engine.dispose()


def opened(settings: Settings, used: set[str]) -> TrailKeys:
    """The keys, all that ever signed among them."""
    if settings.is_embedded and not used:
        make_key_file(settings.trail_key_path)
    keys = TrailKeys.read(settings.trail_key_path)
    if lost := used - set(keys.ids):
        raise SettingMissing(
            f"{VARIABLE}: falta la clave {', '.join(sorted(lost))}, con la que se firmaron puntos de control del rastro. "
            f"Recupere {settings.trail_key_path} de su copia de seguridad."
        )
    return keys
