"""Refusals as HTTP answers: `{code, message, errors?, request_id}`, never a stack trace."""

from __future__ import annotations

from typing import Any, TypeVar

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request
from nameko.exceptions import RemoteError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from gateway.returning import to_the_door
from gateway.sentences import told
from services.chassis.logs import what_failed
from services.contracts import errors
from services.contracts.sentences import said

log = structlog.get_logger()
Answer = TypeVar("Answer", bound=AnyResponse)
STATUS: dict[type[errors.Refusal], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleVersion: 409,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Away: 503,
}
RETRY_AFTER_S = "5"
SENTENCES = {
    404: ("not_found", errors.NotFound().message),
    405: ("method_not_allowed", said("Esta dirección no admite ese método. Mire en /api/docs los que admite.")),
    413: ("too_large", said("Lo enviado es demasiado grande.")),
    400: ("invalid", said("La petición no se entiende.")),
    415: ("invalid", said("El cuerpo debe ser JSON.")),
}


def register(app: Flask) -> None:
    app.register_error_handler(errors.Refusal, on_refusal)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(RemoteError, on_fault)
    app.register_error_handler(Exception, on_fault)


def on_refusal(refusal: errors.Refusal) -> Any:
    status = status_of(refusal)
    if status == 401 and not wants_json():
        return to_the_door()
    if isinstance(refusal, errors.SecondFactorNeeded) and not wants_json():
        return redirect("/segundo-factor")
    fields = {} if isinstance(refusal, errors.TooMany) else refusal.errors
    return refused(answer(status, refusal.code, refusal.message, fields), refusal)


def refused(response: Answer, refusal: errors.Refusal) -> Answer:
    """With the refusal's status, and with the pause after which the same may be tried again."""
    response.status_code = status_of(refusal)
    if isinstance(refusal, errors.TooMany):
        response.headers["Retry-After"] = refusal.retry_after_s
    if response.status_code == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    return response


def status_of(refusal: errors.Refusal) -> int:
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def on_http_error(error: HTTPException) -> Any:
    code, message = SENTENCES.get(error.code or 500, ("refused", error.description or ""))
    if error.code == 413:
        message = said("Lo enviado no puede pasar de {most} MB.", most=(request.max_content_length or 0) // 1000000)
    response = answer(error.code or 500, code, message, {})
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def on_fault(error: Exception) -> Any:
    """Something of ours broke: the log says what and where, the person gets the number to quote."""
    log.error(
        "request_failed", request_id=g.request_id, path=request.endpoint, error=getattr(error, "exc_type", None) or what_failed(error)
    )
    return answer(
        500,
        "fault",
        said("Algo ha fallado por nuestra parte. Si se repite, indique esta referencia: {reference}.", reference=g.request_id),
        {},
    )


def wants_json() -> bool:
    return f"{request.path}/".startswith("/api/")


def answer(status: int, code: str, message: str, fields: dict[str, list[str]]) -> Response:
    """In the reader's language; a program that names none is answered in Spanish."""
    message, fields = told(message), {name: [told(reason) for reason in reasons] for name, reasons in fields.items()}
    if wants_json():
        body = {"code": code, "message": message, "request_id": g.request_id} | ({"errors": fields} if fields else {})
        response = jsonify(body)
    else:
        response = Response(render_template("error.html", message=message, fields=fields, request_id=g.request_id), mimetype="text/html")
    response.status_code = status
    return response
