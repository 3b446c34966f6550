"""Envelopes: master key → tenant key → data key → private key and chain. AES-256-GCM at each step; pure.

    tenant key     bound to its tenant and its own id
    data key       one a certificate; bound, like what it seals, to tenant, client, certificate, purpose, key version and tenant key

So nothing sealed opens in another row, tenant, client or column. What is opened lies in bytearrays that are overwritten when the
`OpenKeys` that opened it ends; nothing unsealed outlives one call.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.boxes import wipe
from services.chassis.sealing import CannotOpen
from services.keyring.master import NONCE, TAG, MasterKeys

KEY_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What a sealed key belongs to; every part of it is authenticated."""

    tenant_id: str
    client_id: str
    certificate_id: str
    tenant_key_id: str
    version: int = KEY_VERSION

    def of(self, purpose: str) -> bytes:
        parts = [self.tenant_id, self.client_id, self.certificate_id, self.tenant_key_id, self.version]
        return json.dumps(["casillero/keyring/1", purpose, *parts]).encode()


@dataclass(frozen=True)
class WrappedTenantKey:
    """A tenant key as stored."""

    id: str
    tenant_id: str
    master_key_id: str
    wrapped: bytes

    @staticmethod
    def bound_to(tenant_id: str, key_id: str) -> bytes:
        return json.dumps(["casillero/keyring/1", "tenant key", tenant_id, key_id]).encode()


@dataclass(frozen=True)
class SealedKey:
    """A private key and its chain as stored."""

    data_key: bytes
    private_key: bytes
    chain: bytes


class OpenKeys:
    """What is open during one call: `with OpenKeys(master) as keys:`. Leaving overwrites it all."""

    def __init__(self, master: MasterKeys):
        self._master = master
        self._open: dict[Any, bytearray] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        for secret in self._open.values():
            wipe(secret)
        self._open.clear()

    def new_tenant_key(self, tenant_id: str, key_id: str) -> WrappedTenantKey:
        key = self._open[key_id] = random_key()
        return WrappedTenantKey(key_id, tenant_id, *self._master.wrap(key, WrappedTenantKey.bound_to(tenant_id, key_id)))

    def seal(self, tenant_key: WrappedTenantKey, binding: Binding, private_key: bytearray, chain: bytes) -> SealedKey:
        """The private key (PKCS#8, DER) and the chain (PEM) under a new data key."""
        data_key = self._open[binding] = random_key()
        return SealedKey(
            data_key=seal(self._tenant_key(tenant_key), data_key, binding.of("data key")),
            private_key=seal(data_key, private_key, binding.of("private key")),
            chain=seal(data_key, chain, binding.of("chain")),
        )

    def open(self, tenant_key: WrappedTenantKey, binding: Binding, sealed: SealedKey) -> tuple[bytearray, bytearray]:
        """Private key and chain, until this ends. Raises CannotOpen when anything was changed or is not of this binding."""
        if binding not in self._open:
            self._open[binding] = open_sealed(self._tenant_key(tenant_key), sealed.data_key, binding.of("data key"))
        return self._opened(binding, "private key", sealed.private_key), self._opened(binding, "chain", sealed.chain)

    def _opened(self, binding: Binding, purpose: str, body: bytes) -> bytearray:
        if (binding, purpose) not in self._open:
            self._open[binding, purpose] = open_sealed(self._open[binding], body, binding.of(purpose))
        return self._open[binding, purpose]

    def _tenant_key(self, key: WrappedTenantKey) -> bytearray:
        if key.id not in self._open:
            bound_to = WrappedTenantKey.bound_to(key.tenant_id, key.id)
            self._open[key.id] = self._master.unwrap(key.master_key_id, key.wrapped, bound_to)
        return self._open[key.id]


def random_key() -> bytearray:
    return bytearray(os.urandom(32))


def seal(key: bytearray, plain: bytes | bytearray, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def open_sealed(key: bytearray, sealed: bytes, bound_to: bytes) -> bytearray:
    opened = bytearray(max(len(sealed) - NONCE - TAG, 0))
    try:
        AESGCM(key).decrypt_into(sealed[:NONCE], sealed[NONCE:], bound_to, opened)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("a sealed key was changed or belongs to somebody else") from error
    return opened
