"""Asking a firm's own sign-in provider: where it is (OpenID Connect Discovery 1.0), which keys it signs with, who a code stands for.

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
from urllib.parse import quote, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet
from werkzeug.urls import iri_to_uri

from services.chassis.foreign_hosts import ForeignHosts
from services.contracts.rpc import Json
from services.sign_in.id_tokens import BadToken, Expected, UnknownKey, claims_of, keys_in

KEPT_S: Final = 600
MOST_KEPT: Final = 500
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SCOPE: Final = "openid email profile"


class BadProvider(Exception):
    """What it publishes is not what a provider publishes; the text is a plain sentence."""
