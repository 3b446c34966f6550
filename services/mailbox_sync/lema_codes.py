"""The codes with which LEMA refuses a listing, and what a person does about each.

LEMA specification v3.0, section 4, as far as it names `localiza`; 2001 is not in it and was seen by other clients. Trap: the
same refusal has another cure with the client's own certificate than with the firm's, so the words depend on `via`.
Invariant: no message repeats the body's words beyond the name of a field, because they may hold a tax id or a server trace.
"""

from __future__ import annotations

import re

from services.contracts.sentences import said

from .connecting import Fault, ListChanged, OurFault, RateLimited, TryLater, UnexpectedAnswer, Unreadable

FIELD_REFUSED = "field_refused"
FIELD_NAMED = said("La DEHú no acepta un dato de la petición («{field}»). Avise al soporte.")
FIELD = re.compile(r"[\"“]([^\d\"”]{1,40})[\"”]")
REGISTER = {
    "own_certificate": said(
        "El cliente debe darse de alta como Gran Destinatario en la DEHú, con su declaración responsable y este "
        "mismo certificado; si no, su buzón ha de leerse con el certificado del despacho."
    ),
    "firm_certificate": said(
        "El despacho debe darse de alta como Gran Destinatario en la DEHú, con su declaración responsable y este mismo certificado."
    ),
}
EMPOWER = {
    "own_certificate": said("Suba un certificado que identifique al propio cliente, o lea el buzón con el certificado del despacho."),
    "firm_certificate": said(
        "El cliente debe autorizar al despacho como Gran Destinatario en la DEHú o apoderarlo para la DEHú en el "
        "Registro Electrónico de Apoderamientos (REA)."
    ),
    "power": said(
        "El apoderamiento del cliente para la DEHú debe estar inscrito y vigente en el Registro Electrónico de Apoderamientos (REA)."
    ),
}
REFUSALS: dict[str, tuple[type[Fault], str, str]] = (
    {
        "1001": (OurFault, "malformed_request", said("La DEHú no reconoce la estructura de la petición. Avise al soporte.")),
        "1005": (OurFault, "security_headers", said("La DEHú no reconoce las cabeceras de seguridad de la petición. Avise al soporte.")),
        "1006": (OurFault, "clock_wrong", said("La DEHú da por caducada la petición. Compruebe la hora del servidor.")),
        "1007": (TryLater, "body_failed", said("La DEHú no pudo obtener la respuesta de un origen. Se repetirá más tarde.")),
        "1008": (TryLater, "body_failed", said("La DEHú no pudo conectar con un origen. Se repetirá más tarde.")),
        "1101": (Unreadable, "signature_refused", said("La DEHú da por incorrecta la firma. Compruebe que el certificado esté completo.")),
        "1102": (Unreadable, "certificate_type", said("La DEHú no admite este tipo de certificado. Use uno de representante o un sello.")),
        "1103": (
            Unreadable,
            "certificate_not_the_registered",
            said(
                "El certificado no es el que se dio de alta en la DEHú. Actualice el "
                "alta de Gran Destinatario con este certificado o use el dado de alta."
            ),
        ),
        "1104": (Unreadable, "certificate_revoked", said("El certificado está revocado. Suba uno vigente y actualice el alta en la DEHú.")),
        "1105": (Unreadable, "certificate_expired", said("El certificado está caducado. Suba uno vigente y actualice el alta en la DEHú.")),
        "1106": (Unreadable, "not_identified", said("La DEHú no obtiene la identificación del certificado. {register}")),
        "1107": (Unreadable, "no_permission", said("La DEHú no da permiso para consultar este buzón. {empower}")),
        "1215": (ListChanged, "list_changed", said("La DEHú no reconoce la página pedida. Se leerá de nuevo desde el principio.")),
        "1216": (ListChanged, "list_changed", said("La lista de la DEHú tiene menos páginas. Se leerá de nuevo desde el principio.")),
        "2001": (TryLater, "body_failed", said("La DEHú tuvo un error interno. Se repetirá más tarde.")),
        "3004": (Unreadable, "certificate_not_authorised", said("La DEHú no autoriza este certificado. {register}")),
        "3016": (
            Unreadable,
            "no_access_control",
            said("La DEHú no conoce ninguna autorización de este certificado para este buzón. {empower}"),
        ),
        "4101": (Unreadable, "certificate_of_another", said("El NIF del certificado no es el del buzón y la DEHú no lo acepta. {empower}")),
        "4102": (Unreadable, "certificate_not_registered", said("El titular del certificado no está dado de alta en la DEHú. {register}")),
        "4103": (Unreadable, "certificate_not_registered", said("La DEHú no autoriza este certificado a usar el servicio. {register}")),
    }
    | {
        code: (RateLimited, "too_many_requests", said("La DEHú pide menos consultas con este certificado. Se esperará."))
        for code in ("3005", "3006", "4303", "4304")
    }
    | {
        code: (OurFault, FIELD_REFUSED, said("La DEHú no acepta un dato de la petición. Avise al soporte."))
        for code in ("1201", "1202", "1205", "1208", "1210", "4202", "4203", "4205", "4206", "4207", "4211")
    }
)
PAUSES_S = {"3005": 900.0, "3006": 60.0, "4303": 3600.0, "4304": 60.0}


def refusal(code: str | None, words: str, via: str) -> Fault:
    """The fault for a code of LEMA's catalogue (section 4), in words for people. `words` are the body's, never shown whole."""
    if code is None:
        return TryLater("body_failed", said("La DEHú tuvo un error que no explica. Se repetirá más tarde."))
    if code not in REFUSALS:
        return UnexpectedAnswer("unknown_code", said("La DEHú respondió con un código que no consta en su guía ({code}).", code=code), code)
    kind, ours, message = REFUSALS[code]
    field = FIELD.search(words)
    message = FIELD_NAMED if ours == FIELD_REFUSED and field else message
    cures = {"register": REGISTER.get(via, REGISTER["firm_certificate"]), "empower": EMPOWER[via]}
    message = message.format(**cures, field=field.group(1) if field else "")
    return RateLimited(ours, message, code, PAUSES_S[code]) if kind is RateLimited else kind(ours, message, code)
