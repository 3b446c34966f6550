"""Argon2id, in native threads, a few at a time.

Traps: one hash takes 64 MiB and tens of milliseconds, so it would stop every green thread of the process, and many at once would fill the
memory. An unknown email must cost as much as a known one, so there is a hash of nobody's password to verify against.

Parameters: RFC 9106, section 4, second recommended option. Passwords are compared in NFKC form (NIST SP 800-63B, section 5.1.1.2), so that
the keyboard of another system types the same one.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool

from services.chassis.database import outside_units
from services.contracts.errors import Away, Invalid

SHORTEST, LONGEST, DIFFERENT = 10, 1024, 5
WELL_KNOWN = {
    *("1234567890", "0123456789", "0987654321", "12345678910", "123456789a", "qwertyuiop", "qwerty12345", "abcdefghij"),
    *("password12", "password123", "contraseña", "contraseña1", "contraseña123", "contrasena", "contrasena1", "contrasena123"),
    *("administrador", "bienvenido1", "casillero1", "casillero123"),
}
PATIENCE_S = 10
hasher = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
turn = threading.BoundedSemaphore(2)


@cache
def nobodys() -> str:
    """The hash of a password that nobody knows; made when first needed, since every process of the system imports this module."""
    return hasher.hash(secrets.token_hex(32))


def normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def reasons_against(password: str) -> Iterator[str]:
    """Why a password may not be chosen, each as a sentence."""
    if len(password) < SHORTEST:
        yield f"Use al menos {SHORTEST} caracteres; una frase corta sirve."
    if len(password) > LONGEST:
        yield f"No pase de {LONGEST} caracteres."
    if len(password) >= SHORTEST and len(set(password)) < DIFFERENT:
        yield f"Use al menos {DIFFERENT} caracteres distintos."
    if password.casefold() in WELL_KNOWN:
        yield "Es una de las contraseñas que antes se prueban. Elija otra."


def require_good(password: str) -> None:
    """Raises Invalid naming `password`."""
    reasons = list(reasons_against(normal(password)))
    if reasons:
        raise Invalid("Elija otra contraseña.", {"password": reasons})


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
        raise Away("Hay demasiadas personas entrando a la vez. Inténtelo de nuevo dentro de unos segundos.")
    try:
        return tpool.execute(work, *args)
    finally:
        turn.release()
