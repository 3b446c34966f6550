"""Asking a firm's own sign-in provider: where it is (OpenID Connect Discovery 1.0), which keys it signs with, whom a code stands for.

What a provider publishes is kept a while in the process, so that a sign-in costs it one question. Keys are asked for anew when a token is
signed with one that is not known: a provider may change them at any moment.

Invariant: the client secret goes to the token address of the issuer's own document, and nowhere else.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from services.chassis.foreign_hosts import Answer, ForeignHosts, checked_url
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.sign_in.carried import drawn_from
from services.sign_in.id_tokens import Expected, UnknownKey, claims_of, keys_in

KEPT_S: Final = 600
MOST_KEPT: Final = 500
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class BadProvider(Exception):
    """What it publishes or answers is not what a provider does, or it does not know us; the text is a plain sentence."""


class CodeRefused(Exception):
    """It does not take the code that it gave."""


@dataclass(frozen=True)
class Client:
    """What a firm registered us as at its provider. `redirect_uri` is where it sends browsers back to."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


class Providers:
    """One a process. Everything here asks the network, and raises HostRefused and HostAway (chassis/foreign_hosts.py), and BadProvider."""

    def __init__(self, hosts: ForeignHosts):
        self.hosts = hosts
        self.kept: dict[str, tuple[float, Any]] = {}

    def published(self, issuer: str, *, fresh: bool = False) -> Json:
        """Its own document, checked."""
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        return self._kept(url, lambda document: checked_document(document, issuer), fresh)

    def check(self, issuer: str) -> None:
        """That it is a provider, just now, whose keys can be read. Raises BadToken too."""
        self._keys(self.published(issuer, fresh=True), fresh=True)

    def sign_in_url(self, client: Client, secret: str) -> str:
        """Where to send the browser that keeps this secret."""
        wanted = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": "openid email profile",
            "state": drawn_from(secret, "state"),
            "nonce": drawn_from(secret, "nonce"),
            "code_challenge": create_s256_code_challenge(drawn_from(secret, "verifier")),
            "code_challenge_method": "S256",
        }
        address = self.published(client.issuer)["authorization_endpoint"]
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(wanted)}"

    def claims(self, client: Client, code: str, secret: str) -> Json:
        """What the provider says of whoever it gave the code to. Raises CodeRefused and BadToken too."""
        document = self.published(client.issuer)
        tokens = self._redeemed(client, document, code, drawn_from(secret, "verifier"))
        expected = Expected(client.issuer, client.client_id, drawn_from(secret, "nonce"), tokens.get("access_token"))
        try:
            return claims_of(tokens.get("id_token"), self._keys(document), expected)
        except UnknownKey:
            return claims_of(tokens.get("id_token"), self._keys(document, fresh=True), expected)

    def _keys(self, document: Json, *, fresh: bool = False) -> KeySet:
        return self._kept(document["jwks_uri"], keys_in, fresh)

    def _redeemed(self, client: Client, document: Json, code: str, verifier: str) -> Json:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri, "code_verifier": verifier}
        ways = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers = {}
        if "client_secret_basic" in ways:
            headers["Authorization"] = f"Basic {basic(client)}"
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        return tokens_in(self.hosts.post(document["token_endpoint"], form, headers))

    def _kept(self, url: str, understood: Callable[[Any], Any], fresh: bool) -> Any:
        until, known = self.kept.get(url, (0.0, None))
        if fresh or until < time.monotonic():
            answer = self.hosts.get(url)
            if answer.status != 200:
                raise BadProvider(said("{host} no publica lo que un proveedor publica en {url}.", host=urlsplit(url).hostname, url=url))
            known = understood(json_in(answer))
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[url] = (time.monotonic() + KEPT_S, known)
        return known


def json_in(answer: Answer) -> Json:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadProvider(said("El proveedor no responde con un objeto JSON."))
    return document


def checked_document(document: Json, issuer: str) -> Json:
    """Of this issuer and no other, with https addresses (Discovery 1.0, section 4.3). Raises BadProvider and HostRefused."""
    if document.get("issuer") != issuer:
        raise BadProvider(said("El proveedor se llama a sí mismo de otro modo. Escriba su dirección como él la escribe en «issuer»."))
    missing = [name for name in ENDPOINTS if not isinstance(document.get(name), str)]
    if missing:
        raise BadProvider(said("El proveedor no dice su {what}.", what=missing[0]))
    for name in ENDPOINTS:
        checked_url(document[name])
    ways = document.get("token_endpoint_auth_methods_supported")
    if ways is not None and not isinstance(ways, list):
        raise BadProvider(said("El proveedor no dice cómo identificarse ante él."))
    return document


def basic(client: Client) -> str:
    """RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined."""
    return base64.b64encode(f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}".encode()).decode()


def tokens_in(answer: Answer) -> Json:
    document = json_in(answer)
    if document.get("error") in ("invalid_client", "unauthorized_client") or answer.status == 401:
        raise BadProvider(said("El proveedor no reconoce a Casillero: el identificador o el secreto de cliente no son los suyos."))
    if answer.status != 200 or not isinstance(document.get("id_token"), str):
        raise CodeRefused
    access_token = document.get("access_token")
    return {"id_token": document["id_token"], "access_token": access_token if isinstance(access_token, str) else None}
