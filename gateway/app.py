"""The Flask application: blueprints, headers, health."""

from __future__ import annotations

from flask import Flask, Response, g
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import api, errors, health, session, static_files, web
from gateway.rpc import Pool

MAX_BODY_BYTES = 16 * 1024 * 1024
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class PlainJson(DefaultJSONProvider):
    """Fields in the order in which they are described, Spanish letters as they are."""

    sort_keys = False
    ensure_ascii = False


def create_app(pool: Pool, proxies: int = 0) -> Flask:
    """`proxies`: how many stand before it, whose word on who asks, for which host and over which scheme is taken."""
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.extensions["pool"] = pool
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json = PlainJson(app)
    app.url_map.strict_slashes = False
    app.before_request(session.begin_request)
    app.after_request(add_headers)
    errors.register(app)
    static_files.register(app)
    for blueprint in (*api.blueprints(), health.blueprint):
        app.register_blueprint(blueprint)
    web.register(app)
    return app


def add_headers(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype in ("application/json", "text/html"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
