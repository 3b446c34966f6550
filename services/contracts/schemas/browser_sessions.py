"""A browser session on the wire: a browser, seen through a viewer or on the person's own screen, that shows a client's certificate.

`state`: starting, open, closing, ended. `mode`: hosted (a remote browser in a sandbox, looked at under `viewer_url`) or own (the person's
own Firefox on this machine; there is nothing to look at, and `viewer_url` is empty). `ended_because` is a code of ENDINGS.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text
from services.contracts.sentences import said

BROWSERS: Final = ("chromium", "firefox")
MODES: Final = ("hosted", "own")
STATES: Final = ("starting", "open", "closing", "ended")
LARGEST_FILE: Final = 10 * 1024 * 1024
ENDINGS: Final = {
    "closed": said("La cerró quien la abrió."),
    "closed_by_administrator": said("La cerró quien administra los usuarios."),
    "browser_closed": said("Se cerró el navegador."),
    "viewer_away": said("Nadie la miraba."),
    "permission_lost": said("Quien la abrió perdió el permiso."),
    "client_archived": said("El cliente se archivó."),
    "certificate_replaced": said("El certificado se cambió o se retiró."),
    "client_erased": said("El cliente se borró."),
    "cannot_judge": said("No se pudo comprobar el permiso."),
    "too_much_memory": said("Necesitaba demasiada memoria."),
    "too_many_files": said("Guardó demasiados ficheros."),
    "too_many_hosts": said("Visitó demasiados servidores."),
    "could_not_start": said("El navegador no arrancó."),
    "not_released": said("No se obtuvo la clave del certificado."),
    "sandbox_ended": said("El aislamiento terminó."),
    "service_gone": said("El servicio de navegadores se interrumpió."),
}


class NewBrowserSession(Shape):
    """The body of POST /api/clients/{id}/browser. The reason goes to the trail, with the use of the certificate. `browser`: as set up."""

    reason = Text(300, 3, required=True)
    browser = fields.String(
        load_default="", validate=validate.OneOf(("", *BROWSERS), error=said("Solo existen: {known}.", known=", ".join(BROWSERS)))
    )


class FileName(Shape):
    """A file of the session, by its name."""

    name = fields.String(required=True, validate=validate.Length(1, 255))


class NewUpload(FileName):
    """A file for the browser's folder *Subidas*: at most 10 MiB."""

    content_base64 = fields.String(required=True, validate=validate.Length(max=LARGEST_FILE * 4 // 3 + 4))


class SessionFile(Schema):
    """A file that was downloaded in the session; `size` in bytes."""

    name = fields.String()
    size = fields.Integer()


class BrowserSession(Schema):
    """A session as answered. `hosts`: those that its browser reached. `lasts_s`: seconds so far, or until it ended."""

    id = fields.String()
    client_id = fields.String()
    user_id = fields.String()
    certificate_id = fields.String()
    reason = fields.String()
    browser = fields.String(validate=validate.OneOf(BROWSERS))
    mode = fields.String(validate=validate.OneOf(MODES))
    state = fields.String(validate=validate.OneOf(STATES))
    viewer_url = fields.String()
    opened_at = fields.AwareDateTime(format="iso")
    ended_at = fields.AwareDateTime(format="iso", allow_none=True)
    ended_because = fields.String()
    hosts = fields.List(fields.String())
    uploads = fields.Integer()
    downloads = fields.List(fields.Nested(SessionFile))
