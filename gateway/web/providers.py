"""The way to a firm's own sign-in provider for who does not have its link: by email.

Trap: no page may send a form to another host, nor to one of ours that answers with a redirect there. So the form leads to a page with a
link, which goes there by itself at once.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request

from gateway.api.oidc import begin_by_email, sent_there
from gateway.web.doors import shown_again
from services.contracts.errors import Refusal


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/entrar/proveedor", view_func=sign_in_at_provider, methods=["GET", "POST"])


def sign_in_at_provider() -> Any:
    if request.method == "GET":
        return render_template("session/provider.html", typed={}, refusal=None)
    try:
        begun = begin_by_email({"email": request.form.get("email", "")})
    except Refusal as refusal:
        return shown_again("session/provider.html", refusal)
    return sent_there(make_response(render_template("session/provider_leaving.html", address=begun["redirect"])), begun)
