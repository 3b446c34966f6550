"""Tables of `sign_in`. Passwords, sessions, tokens and codes are stored as hashes only, what must be read again as sealed text.

    credentials       a user's password, argon2id
    former            their passwords before it, where they may not come back
    totp              a user's second factor, its secret sealed
    recovery_codes    what opens in its place, once each
    tokens            a program's token, as its owner sees it
    passkeys          a person's authenticators, with their public keys
    providers         a firm's own sign-in provider, its secret sealed
    token_hashes      which token a hash is             ┐
    passkey_hashes    which passkey a hash is           │
    sessions          a person's signed-in browser      │
    invitations       one-time codes to set a password  │ read before anybody knows whose tenant it is
    attempts          sign-ins tried lately             │
    letters           what is mailed, sealed            │
    challenges        what a browser has to bring back  │
    provider_domains  who signs in with which provider  ┘

Catalogued exceptions to row-level security: the last eight. They hold SHA-256 or keyed hashes, ids and instants, and sealed text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import new_id, utc_now

Model: Any = model_base("sign_in")


class Credential(Tenanted, Model):
    __tablename__ = "credentials"
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class FormerPassword(Tenanted, Model):
    """Kept for firms whose passwords may not come back, and no longer than they may not."""

    __tablename__ = "former"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))


class Totp(Tenanted, Model):
    """`confirmed_at` null: shown, but no code was typed yet, so it is not asked for."""

    __tablename__ = "totp"
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCode(Tenanted, Model):
    __tablename__ = "recovery_codes"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(36), index=True)


class Token(Tenanted, Model):
    """`capabilities` null: all of its owner's."""

    __tablename__ = "tokens"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str] = mapped_column(String(200))
    capabilities: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class TokenHash(Model):
    __tablename__ = "token_hashes"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(String(36))


class Session(Model):
    """Ends at `expires_at`, which use moves on, and never later than `ends_at`. `id` is for its owner's list. With `is_enrolling` one can
    only set up the second factor that the firm requires."""

    __tablename__ = "sessions"
    session_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    is_enrolling: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class Invitation(Model):
    __tablename__ = "invitations"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Attempt(Model):
    """Who (by email or user) and from where, at one kind of door, as keyed hashes."""

    __tablename__ = "attempts"
    id: Mapped[str] = id_column()
    who_hash: Mapped[str] = mapped_column(String(64), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True, default=utc_now)


class Letter(Model):
    """`state`: pending, sent or failed. `sealed` holds {code} while it is pending; before it is known whose the email is, it holds {email}
    and `tenant_id` and `user_id` are empty."""

    __tablename__ = "letters"
    id: Mapped[str] = id_column()
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="pending")
    reason: Mapped[str] = mapped_column(String(200), default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Instant, index=True, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class Passkey(Tenanted, Model):
    """`credential_id` and `public_key` (COSE) are base64url; `sign_count` stays 0 with authenticators that do not count."""

    __tablename__ = "passkeys"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str] = mapped_column(String(200))
    credential_id: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class PasskeyHash(Model):
    """SHA-256 of a credential's id."""

    __tablename__ = "passkey_hashes"
    credential_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    passkey_id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(String(36), index=True)


class Challenge(Model):
    """What a browser has to bring back, once: `purpose` is passkey, enrolment or oidc. Whose it is, as far as that is known by then."""

    __tablename__ = "challenges"
    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36))
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Provider(Tenanted, Model):
    """A firm's own sign-in provider. `sealed_secret` opens for this tenant only; `new_users_role` null: nobody becomes a user by it.

    With `is_required` nobody has a password, but for the person who is let in should the provider fail.
    """

    __tablename__ = "providers"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(300))
    sealed_secret: Mapped[str] = mapped_column(Text)
    email_domains: Mapped[list[str]] = mapped_column(JSON)
    new_users_role: Mapped[str | None] = mapped_column(String(100))
    is_required: Mapped[bool] = mapped_column(default=False)
    emergency_user_id: Mapped[str | None] = mapped_column(String(36))


class ProviderDomain(Model):
    """Which firms' providers take emails of a domain, as keyed hashes."""

    __tablename__ = "provider_domains"
    domain_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
