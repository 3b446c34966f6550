"""Signing in at a firm's own provider: OpenID Connect, authorization code with PKCE.

    start    the browser gets a secret to keep and is sent to the provider; state, nonce and verifier are drawn from the secret
    finish   the browser comes back with the secret and a code; the code is redeemed, the token verified, the person found

Traps: a browser that did not start here (another's code put into it): state and secret must fit, and each is good once. Somebody of
another firm whom the provider vouches for: only the firm's own users count, and only with an email that the provider says is verified.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.chassis.foreign_hosts import HostAway, HostRefused
from services.contracts.errors import Away, Conflict, Invalid, NotFound, NotSignedIn
from services.contracts.rpc import INTERNAL, Json
from services.contracts.sentences import said
from services.sign_in import challenges, limits, provider_rows, sessions
from services.sign_in.admitting import Admitting
from services.sign_in.carried import drawn_from, new_secret
from services.sign_in.id_tokens import BadToken
from services.sign_in.providers import BadProvider, Client, CodeRefused

METHOD: Final = "oidc"
NO_PROVIDER: Final = said("Ese despacho no tiene proveedor propio. Entre con su correo y su contraseña.")
NOT_BY_PROVIDER: Final = said("Con este correo no se entra por un proveedor. Entre con su contraseña.")
TOO_LATE: Final = said("Pasó demasiado tiempo, ya se usó o empezó en otro navegador. Empiece de nuevo.")
REFUSED: Final = said("Su proveedor no le ha dejado entrar. Empiece de nuevo, o hable con quien lo administra.")
UNPROVED: Final = said("Lo que dice su proveedor no se puede comprobar. Empiece de nuevo y, si se repite, avise a quien lo administra.")
NOT_VERIFIED: Final = said("Su proveedor no confirma que ese correo sea suyo. Confírmelo allí, o hable con quien lo administra.")
NO_USER: Final = said("Su despacho no tiene ningún usuario con ese correo. Pídaselo a quien administra los usuarios.")


@contextmanager
def in_words() -> Iterator[None]:
    """What goes wrong at a provider, as a refusal."""
    try:
        yield
    except HostAway as error:
        raise Away(said("El proveedor de su despacho no responde. Inténtelo dentro de unos minutos.")) from error
    except (HostRefused, BadProvider) as error:
        raise Conflict(said("El proveedor de su despacho está mal configurado. Avise a quien lo administra: {why}", why=error)) from error
    except CodeRefused as error:
        raise NotSignedIn(REFUSED) from error


class Oidc(Admitting):
    @rpc(needs=INTERNAL, unit=False)
    def oidc_start(self, asking: Asking, tenant_id: str, origin: str, address: str) -> Json:
        """`{redirect, secret}`; the browser keeps the secret."""
        return self._started(tenant_id, origin, address, NotFound(NO_PROVIDER))

    @rpc(needs=INTERNAL, unit=False)
    def oidc_start_by_email(self, asking: Asking, email: str, origin: str, address: str) -> Json:
        """The same, for who does not know their firm's link."""
        limits.try_once(self.db, limits.SIGN_IN, email, address)
        person = self.access.person(email)
        with self.db.begin() as db:
            tenant_id = person["tenant_id"] if person else provider_rows.firm_of_domain(db, email)
        return self._started(tenant_id or "", origin, address, Invalid.field("email", NOT_BY_PROVIDER))

    def _started(self, tenant_id: str, origin: str, address: str, none: Exception) -> Json:
        house, secret = self.doorway.address(origin), new_secret()
        client = self._client(tenant_id, house)
        if client is None:
            raise none
        with in_words():
            redirect = self.doorway.providers.sign_in_url(client, secret)
        with self.db.begin() as db:
            challenges.keep(db, METHOD, drawn_from(secret, "state").encode(), address, Asking(tenant_id=tenant_id))
        return {"redirect": redirect, "secret": secret}

    @rpc(needs=INTERNAL, unit=False)
    def oidc_finish(self, asking: Asking, answer: Json, origin: str, address: str) -> Json:
        """`answer`: state, code, iss and error of the provider's, and the secret that the browser kept."""
        house, state = self.doorway.address(origin), drawn_from(answer["secret"], "state")
        with self.db.begin() as db:
            started = challenges.use_up(db, METHOD, state.encode()) if same(state, answer["state"]) else None
        firm = replace(asking, tenant_id=started.tenant_id) if started else None
        client = self._client(firm.tenant_id, house) if firm else None
        if firm is None or client is None:
            raise NotSignedIn(TOO_LATE)
        if answer["error"] or answer["iss"] not in ("", client.issuer):
            raise NotSignedIn(REFUSED)
        known = self._person(firm, self._claims(firm, client, answer, address), address)
        self.admit(known, METHOD, address)
        with self.db.begin(known) as db:
            return sessions.begin(db, known.tenant_id, known.user_id)

    def _client(self, tenant_id: str, house: str) -> Client | None:
        with self.db.begin() as db:
            provider = provider_rows.of_firm(db, tenant_id)
            return provider_rows.client_of(db, provider, house) if provider else None

    def _claims(self, firm: Asking, client: Client, answer: Json, address: str) -> Json:
        try:
            with in_words():
                return self.doorway.providers.claims(client, answer["code"], answer["secret"])
        except BadToken as error:
            self.turn_away(firm, METHOD, address)
            raise NotSignedIn(UNPROVED) from error

    def _person(self, firm: Asking, claims: Json, address: str) -> Asking:
        """The active user of this firm that the claims are about. Raises NotSignedIn."""
        email = verified_email(claims)
        if email is None:
            self.turn_away(firm, METHOD, address)
            raise NotSignedIn(NOT_VERIFIED)
        with self.db.begin() as db:
            provider = provider_rows.of_firm(db, firm.tenant_id)
        person = None
        if provider is not None and provider_rows.takes(provider, email):
            person = self.access.person(email)
            if person is None and provider.new_users_role:
                person = self._new_user(firm, {"email": email, "name": name_in(claims), "role": provider.new_users_role})
        if person is None or person["tenant_id"] != firm.tenant_id:
            self.turn_away(firm, METHOD, address)
            raise NotSignedIn(NO_USER)
        return replace(firm, user_id=person["user_id"])

    def _new_user(self, firm: Asking, new_user: Json) -> Json | None:
        """None when the role is not there any more, or the email is not one."""
        try:
            made = self.access.asking(firm).join(new_user)
        except Invalid:
            return None
        return {"tenant_id": firm.tenant_id, "user_id": made["id"]}


def same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())


def verified_email(claims: Json) -> str | None:
    email = claims.get("email")
    return email if isinstance(email, str) and 3 <= len(email) <= 254 and claims.get("email_verified") is True else None


def name_in(claims: Json) -> str:
    name = claims.get("name")
    return name.strip()[:200] if isinstance(name, str) and name.strip() else claims["email"]
