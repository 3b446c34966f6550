"""The public bodies: what each is, how its mailboxes can be entered and what a person must have ready. Pure.

`vias` in the order in which the window offers them. Whether we read a body already is not said here: a connector in `connectors/` says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.contracts.sentences import said

ANY_VIA: Final = ("own_certificate", "power", "firm_certificate")
OWN_OR_POWER: Final = ("own_certificate", "power")
OWN: Final = ("own_certificate",)

CERTIFICATE: Final = said("Un certificado digital vigente del cliente, o el del despacho si este lo representa.")
OWN_CERTIFICATE: Final = said("Un certificado digital vigente del propio cliente.")


@dataclass(frozen=True)
class Body:
    """A public body. `kind`: platform (carries other bodies' notices), sede, court or bulletin. `needs`: Spanish sentences for people."""

    id: str
    name: str
    kind: str
    vias: tuple[str, ...]
    needs: tuple[str, ...]


DEHU_NEEDS: Final = (
    CERTIFICATE,
    said("El alta como Gran Destinatario en la DEHú de quien sea titular del certificado, con su declaración responsable."),
    said("Con el certificado del despacho: la autorización del cliente en la DEHú o su apoderamiento inscrito en el REA."),
)
TGSS_NEEDS: Final = (CERTIFICATE, said("Los códigos de cuenta de cotización (CCC) o los números de afiliación (NAF) del cliente."))

CATALOGUE: Final = {
    body.id: body
    for body in (
        Body("dehu", "Dirección Electrónica Habilitada única (DEHú)", "platform", ANY_VIA, DEHU_NEEDS),
        Body("tgss", "Seguridad Social", "sede", ANY_VIA, TGSS_NEEDS),
        Body("aeat", "Agencia Tributaria", "sede", ANY_VIA, (CERTIFICATE,)),
        Body("enotum", "e-NOTUM (Administració Oberta de Catalunya)", "platform", OWN_OR_POWER, (CERTIFICATE,)),
        Body("dgt", "Dirección Electrónica Vial (DGT)", "sede", OWN_OR_POWER, (CERTIFICATE,)),
        Body("lexnet", "LexNET (Administración de Justicia)", "court", OWN, (OWN_CERTIFICATE, said("El alta del profesional en LexNET."))),
        Body("justizianet", "JustiziaNet (Administración de Justicia vasca)", "court", OWN, (OWN_CERTIFICATE,)),
        Body("bizkaia", "Hacienda Foral de Bizkaia", "sede", OWN_OR_POWER, (CERTIFICATE,)),
        Body("gipuzkoa", "Hacienda Foral de Gipuzkoa", "sede", OWN_OR_POWER, (CERTIFICATE,)),
        Body("araba", "Diputación Foral de Álava", "sede", OWN_OR_POWER, (CERTIFICATE,)),
        Body("navarra", "Hacienda Foral de Navarra", "sede", OWN_OR_POWER, (CERTIFICATE,)),
        Body("minetur", "Ministerio de Industria y Turismo", "sede", OWN, (OWN_CERTIFICATE,)),
        Body(
            "teu", "Tablón Edictal Único del BOE", "bulletin", (), (said("Nada: es público y se vigila para quien lo tenga habilitado."),)
        ),
    )
}


def name_of(body: str) -> str:
    """The body's name for people; its id when it is not of the catalogue."""
    return CATALOGUE[body].name if body in CATALOGUE else body
