"""A small OpenID provider over TLS on loopback: discovery, keys, authorization, tokens. It redeems a code once, with PKCE and the secret.

One server for the run; a test takes an issuer of its own from it (`house.provider()`), so that what a process keeps of one is not
another's. What a test wants wrong it says in `claims` (over the right ones), `signed` (another way to sign) or `answers` (path → answer).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.authenticator import base64url

SHA256 = hashes.SHA256()
Signing = Callable[[Any, bytes], bytes]


@cache
def rsa_key(number: int = 1) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def es256(key: Any, content: bytes) -> bytes:
    return b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(key.sign(content, ec.ECDSA(SHA256))))


SIGNINGS: dict[str, Signing] = {
    "RS256": lambda key, content: key.sign(content, padding.PKCS1v15(), SHA256),
    "PS256": lambda key, content: key.sign(content, padding.PSS(padding.MGF1(SHA256), 32), SHA256),
    "ES256": es256,
    "RS512": lambda key, content: key.sign(content, padding.PKCS1v15(), hashes.SHA512()),
    "none": lambda key, content: b"",
    "HS256": lambda key, content: hmac.digest(public_pem(key), content, "sha256"),
}


def jwk(key: Any, kid: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        values = {"kty": "RSA", "n": numbers.n.to_bytes(256, "big"), "e": b"\1\0\1"}
    else:
        values = {"kty": "EC", "crv": "P-256", "x": numbers.x.to_bytes(32, "big"), "y": numbers.y.to_bytes(32, "big")}
    shown = {name: base64url(value) if isinstance(value, bytes) else value for name, value in values.items()}
    return shown | {"kid": kid, "use": "sig"}


@dataclass
class IdentityProvider:
    issuer: str
    client_id: str = "casillero"
    client_secret: str = "s3creto / con : signos"
    key: Any = field(default_factory=rsa_key)
    kid: str = "primera"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def settings(self, **more: Any) -> dict[str, Any]:
        """The body of PUT /api/settings/oidc."""
        return {"issuer": self.issuer, "client_id": self.client_id, "client_secret": self.client_secret} | more

    def visit(self, address: str, who: str, **said: Any) -> dict[str, str]:
        """Somebody signs in here, having been sent to `address`; the query with which their browser is sent back."""
        query = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", self.client_id, "S256")
        code = secrets.token_urlsafe(16)
        person = {"sub": who, "email": who, "email_verified": True, "name": "Persona", **said}
        self.codes[code] = {"person": json.dumps(person), **query}
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def id_token(self, nonce: str, person: dict[str, Any]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 300, "nonce": nonce, **person, **self.claims}
        header = {"alg": self.algorithm, "kid": self.kid, **self.header}
        content = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)).encode()
        return f"{content.decode()}.{base64url(SIGNINGS[self.algorithm](self.key, content))}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == ".well-known/openid-configuration":
            return as_json(200, self.published())
        if path == "keys":
            return as_json(200, {"keys": [{"kty": "desconocido"}, jwk(self.key, self.kid)]})
        return self.redeemed(form, authorization) if path == "token" else as_json(404, {})

    def published(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()} | self.document

    def redeemed(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, str], bytes]:
        if not self.knows(form, authorization):
            return as_json(401, {"error": "invalid_client"})
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or (verifier, form.get("redirect_uri")) != (asked["code_challenge"], asked["redirect_uri"]):
            return as_json(400, {"error": "invalid_grant"})
        token = self.id_token(asked["nonce"], json.loads(asked["person"]))
        return as_json(200, {"id_token": token, "access_token": "opaco", "token_type": "Bearer"})

    def knows(self, form: dict[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (self.client_id, self.client_secret)
        return (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.client_secret)


def as_json(status: int, content: Any) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


class House:
    """The server: its address, and the providers in it."""

    def __init__(self, url: str):
        self.url, self.providers = url, {}

    def provider(self, **different: Any) -> IdentityProvider:
        name = secrets.token_hex(4)
        self.providers[name] = IdentityProvider(f"{self.url}/{name}", **different)
        return self.providers[name]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, _, path = urlsplit(self.path).path.strip("/").partition("/")
        provider = self.server.house.providers[name]
        if path == "authorize":
            back = provider.visit(self.path, self.headers["X-Person"])
            to = dict(parse_qsl(urlsplit(self.path).query))["redirect_uri"]
            self.send(302, {"Location": f"{to}?{urlencode(back | {'session_state': 'x'})}"}, b"")
        else:
            self.send(*provider.answer(path, {}, ""))

    def do_POST(self) -> None:
        name, _, path = self.path.strip("/").partition("/")
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send(*self.server.house.providers[name].answer(path, form, self.headers.get("Authorization", "")))

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextlib.contextmanager
def started_house(authority_folder: Path) -> Iterator[House]:
    """With the certificate that the sandbox's authority made for servers on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority_folder / "server.key.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.house = House(f"https://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.house
    finally:
        server.shutdown()
        server.server_close()
