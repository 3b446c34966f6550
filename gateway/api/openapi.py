"""`/api/openapi.json`, made from the descriptions of the views, and `/api/docs`, the page to read and try it."""

from __future__ import annotations

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, current_app, jsonify, render_template
from marshmallow import Schema, fields

from gateway.api.describing import UNSAFE, Description
from gateway.errors import SENTENCES, STATUS

blueprint = Blueprint("openapi", __name__)
VERSION = "1"


class ErrorSchema(Schema):
    code = fields.String(required=True)
    message = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    request_id = fields.String(required=True)


@blueprint.get("/api/openapi.json")
def openapi() -> Any:
    return jsonify(specification(current_app))


@blueprint.get("/api/docs")
def docs() -> str:
    return render_template("docs.html")


def specification(app: Flask) -> dict[str, Any]:
    spec = APISpec(title="Casillero", version=VERSION, openapi_version="3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "casillero_session"})
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for rule in app.url_map.iter_rules():
        description = getattr(app.view_functions[rule.endpoint], "description", None)
        if description is not None:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            operations = {
                method.lower(): operation(description, rule.arguments, method, rule.endpoint)
                for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            }
            spec.path(path=path, operations=operations)
    return spec.to_dict()


def operation(description: Description, path_names: set[str], method: str, endpoint: str) -> dict[str, Any]:
    parameters: list[Any] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(path_names)]
    if description.query:
        parameters.append({"in": "query", "schema": description.query})
    if method == "POST" and description.signed_in:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}})
    described: dict[str, Any] = {
        "summary": description.summary,
        "operationId": f"{endpoint.replace('.', '_')}_{method.lower()}",
        "tags": [endpoint.partition(".")[0]],
        "parameters": parameters,
        "responses": responses(description, method),
        "security": [{"session": []}, {"token": []}] if description.signed_in else [],
    }
    if description.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": description.body}}}
    if description.multipart:
        needed = [name for name, shape in description.multipart.items() if "default" not in shape]
        form = {"type": "object", "properties": description.multipart, "required": sorted(needed)}
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return described


def responses(description: Description, method: str) -> dict[str, Any]:
    refusals = {*description.refusals, 422} | ({409} if method in UNSAFE else set())
    refusals |= {413} if description.body or description.multipart else set()
    found: dict[str, Any] = {
        str(status): {"description": sentence(status), "content": {"application/json": {"schema": ErrorSchema}}}
        for status in sorted(refusals)
    }
    for status in {429, 503} & refusals:
        found[str(status)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    if description.query:
        # Said by the web server, which reads no longer address, and so without a body.
        found["414"] = {"description": "address_too_long"}
    success: dict[str, Any] = {"description": description.summary}
    if description.answer is not None:
        success["content"] = {description.produces: {"schema": shape_of_answer(description.answer, description)}}
    elif description.produces != "application/json":
        success["content"] = {description.produces: {"schema": {"type": "string"}}}
    found[str(description.status)] = success
    for status, produced in description.also.items():
        found[str(status)] = {"description": description.summary, "content": {produced: {}}}
    return found


def shape_of_answer(answer: type[Schema], description: Description) -> Any:
    """Of server-sent events it is the shape of one event, whose data is as JSON what another call answers, which describes it."""
    if description.produces != "text/event-stream":
        return answer(many=description.many)
    shape = {"$ref": f"#/components/schemas/{answer.__name__}"}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": shape}
    return {"type": "object", "properties": {"event": {"type": "string"}, "data": data}, "required": ["data"]}


def sentence(status: int) -> str:
    kinds = {code: kind.code for kind, code in STATUS.items()}
    return kinds.get(status) or SENTENCES[status][0]
