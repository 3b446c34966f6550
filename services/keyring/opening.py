"""Gives the service its master keys at start, or stops the process with what is wrong.

Embedded, a first start makes the master key. Trap: a data folder that came back from a backup without its master key must not get a new
one, which would open nothing; so the ids of the master keys that sealed something are kept, and each of them must be there.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import select

from services.chassis.database import open_engine
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings
from services.keyring.master import VARIABLE, MasterKeys, master_keys
from services.keyring.models import UsedMasterKey
from services.keyring.pkcs12 import self_test

SERVICE = "keyring"


class MasterKeysAtStart(DependencyProvider):
    """`master = MasterKeysAtStart()` in the service class."""

    keys: MasterKeys

    def setup(self) -> None:
        settings: Settings = self.container.config["settings"]
        self_test()
        self.keys = opened(settings, used_ids(settings))

    def get_dependency(self, worker_ctx: Any) -> MasterKeys:
        return self.keys


def used_ids(settings: Settings) -> set[str]:
    """Read with a connection of its own: the service's is set up at the same time as this."""
    engine = open_engine(settings.database_for(SERVICE), SERVICE)
    try:
        with engine.connect() as connection:
            return set(connection.scalars(select(UsedMasterKey.id)))
    finally:
        engine.dispose()


def opened(settings: Settings, used: set[str]) -> MasterKeys:
    """The master keys, all that were ever used among them."""
    if settings.is_embedded and not used:
        make_key_file(settings.master_key_path)
    keys = master_keys(settings)
    if lost := used - set(keys.ids):
        raise SettingMissing(
            f"{VARIABLE}: falta la clave {', '.join(sorted(lost))}, con la que se guardaron certificados. "
            f"Recupere {settings.master_key_path} de su copia de seguridad: sin ella no se pueden abrir."
        )
    return keys
