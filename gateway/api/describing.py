"""A call is registered and described in one place: the route, what it reads, what it answers.

`@describes` parses the query with the schema of the list (unknown parameters are refused), and keeps what `/api/openapi.json` is made from,
so that the description cannot fall behind the code. The bodies themselves are validated by the services, with the same schemas. Who is not
signed in is told so before anything of the request is looked at, unless the description says `signed_in=False`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import jsonify, request
from marshmallow import Schema

from gateway import session
from services.contracts.errors import Invalid
from services.contracts.schemas import checked
from services.contracts.sentences import said

UNSAFE = {"POST", "PATCH", "PUT", "DELETE"}


@dataclass(frozen=True)
class Description:
    """`status` and `answer` are those of success; every call may also be refused, as `refusals` lists.

    `enrolling`: also for whoever has to set up a second factor before anything else. `also`: other answers of success, status → media type.
    `largest`: bytes that may be sent, when it is not what every other call may be sent.
    """

    summary: str
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    answer: type[Schema] | None = None
    many: bool = False
    status: int = 200
    refusals: tuple[int, ...] = (401, 403, 404, 422, 429, 503)
    multipart: dict[str, Any] = field(default_factory=dict)
    signed_in: bool = True
    enrolling: bool = False
    produces: str = "application/json"
    also: dict[int, str] = field(default_factory=dict)
    largest: int | None = None


def describes(summary: str, **details: Any) -> Callable:
    """Decorate a view below its route. With `query`, the view is given the parsed page after its path; with `body`, the JSON object."""
    description = Description(summary, **details)

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def answer(**path: Any) -> Any:
            if description.largest:
                request.max_content_length = description.largest
            if description.signed_in:
                session.signed_in(enrolling=description.enrolling)
            arguments = [parsed_query(description.query)] if description.query else no_query()
            if description.body is not None:
                arguments.append(json_body())
            result = view(*path.values(), *arguments)
            if isinstance(result, dict | list):
                return jsonify(result), description.status
            return ("", 204) if result is None else result

        return described(answer, description)

    return decorate


def described(view: Any, description: Description) -> Callable:
    view.description = description
    return view


def parsed_query(schema: type[Schema]) -> dict[str, Any]:
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise Invalid(said("Hay parámetros que no son válidos."), {name: [said("Está repetido.")] for name in repeated})
    return schema().dump(checked(schema, request.args.to_dict()))


def no_query() -> list:
    if request.args:
        raise Invalid(said("Hay parámetros que no son válidos."), {name: [said("Esta llamada no lo admite.")] for name in request.args})
    return []


def json_body() -> dict[str, Any]:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # Nested some hundred deep: nobody's data, and a fault of ours if it were let through.
        body = None
    if isinstance(body, dict) and not is_text(body):
        raise Invalid(said("El cuerpo tiene caracteres que no son texto (mitades sueltas de un par sustituto)."))
    if not isinstance(body, dict):
        raise Invalid(said("El cuerpo debe ser un objeto JSON con Content-Type: application/json."))
    return body


def is_text(body: dict[str, Any]) -> bool:
    """Whether all of it can be written down: JSON can spell halves of a surrogate pair, which no text has."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
