"""Argon2id, in native threads, a few at a time.

Traps: one hash takes 64 MiB and tens of milliseconds, so it would stop every green thread of the process, and many at once would fill the
memory. An unknown email must cost as much as a known one, so there is a hash of nobody's password to verify against.

Parameters: RFC 9106, section 4, second recommended option; the memory is a setting, so that tests, in which people sign in all the time,
pay little. Passwords are compared in NFKC form (NIST SP 800-63B, section 5.1.1.2), so that
the keyboard of another system types the same one.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool
from nameko.extensions import DependencyProvider

from services.chassis.database import outside_units
from services.contracts.errors import Away, Invalid
from services.contracts.sentences import said
from services.sign_in.rules import LONGEST, ORDINARY, Rules, normal, reasons_against

PATIENCE_S = 10
PARAMETERS = profiles.RFC_9106_LOW_MEMORY
hasher = PasswordHasher.from_parameters(PARAMETERS)
turn = threading.BoundedSemaphore(2)


class Hashing(DependencyProvider):
    """`hashing = Hashing()` in the service class: what a hash costs from here on is what the settings say."""

    def setup(self) -> None:
        global hasher
        memory_kib = self.container.config["settings"].password_memory_kib
        hasher = PasswordHasher.from_parameters(replace(PARAMETERS, memory_cost=memory_kib))
        nobodys.cache_clear()


@cache
def nobodys() -> str:
    """The hash of a password that nobody knows; made when first needed, since every process of the system imports this module."""
    return hasher.hash(secrets.token_hex(32))


def require_good(password: str, about: list[str], rules: Rules = ORDINARY) -> None:
    """Raises Invalid naming `password`."""
    reasons = list(reasons_against(normal(password), about, rules))
    if reasons:
        raise Invalid(said("Elija otra contraseña."), {"password": reasons})


def hashed(password: str) -> str:
    """PHC text with salt and parameters; raises Away when too many people are signing in."""
    return in_turn(hasher.hash, normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; False, after the same work, when there is none."""
    is_right = in_turn(verified, password_hash or nobodys(), normal(password[:LONGEST]))
    return is_right and password_hash is not None


def verified(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def in_turn(work: Callable[..., Any], *args: str) -> Any:
    outside_units("hashing a password")
    if not turn.acquire(timeout=PATIENCE_S):
        raise Away(said("Hay demasiadas personas entrando a la vez. Inténtelo de nuevo dentro de unos segundos."))
    try:
        return tpool.execute(work, *args)
    finally:
        turn.release()
