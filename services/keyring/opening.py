"""Gives the service its master keys at start, or stops the process with what is wrong.

Embedded, a first start makes the master key. Trap: a data folder that came back from a backup without its master key must not get a new
one, which would open nothing; so the ids of the master keys that sealed something are kept, and each of them must be there.
"""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import select

from services.chassis.database import Store
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings
from services.keyring.master import VARIABLE, MasterKeys, master_keys
from services.keyring.models import UsedMasterKey
from services.keyring.pkcs12 import self_test


class MasterKeysAtStart(DependencyProvider):
    """`master = MasterKeysAtStart()` in the service class."""

    keys: MasterKeys

    def start(self) -> None:
        store = next(dependency.store for dependency in self.container.dependencies if hasattr(dependency, "store"))
        self_test()
        self.keys = opened(self.container.config["settings"], used_ids(store))

    def get_dependency(self, worker_ctx: Any) -> MasterKeys:
        return self.keys


def used_ids(store: Store) -> set[str]:
    with store.begin() as db:
        return set(db.scalars(select(UsedMasterKey.id)))


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
