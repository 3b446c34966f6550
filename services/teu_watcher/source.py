"""Whether the bulletin may be read at all. It is the host's to say, not a firm's: one address, one reading, for every tenant.

Off until an operator says otherwise (`casillero teu on --reason …`), because the bulletin's rules for programs shut the pages of
notifications; docs/teu.md tells what must be settled first. `CASILLERO_TEU_SOURCE=on` keeps it on, as the demo does with its stand-in.
"""

from __future__ import annotations

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, Invalid
from services.contracts.events import TeuSourceSwitched
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.teu_watcher.models import Source

ONLY = "boe"
BY_SETTINGS = said("La instalación tiene activada la lectura del tablón en su configuración.")
NOT_SETTLED = said(
    "El tablón no se lee: las normas de boe.es para programas (robots.txt) excluyen las páginas de notificaciones. Antes hace falta una "
    "decisión jurídica o un acuerdo con la Agencia Estatal BOE; después, quien administra la instalación lo activa con «casillero teu on»."
)


def source_row(db: UnitOfWork) -> Source:
    """The only row, made when it is not there yet."""
    insert_new(db, Source, [{"id": ONLY, "is_on": False, "reason": ""}], Source.id)
    return db.get_one(Source, ONLY, with_for_update=True)


def is_on(db: UnitOfWork, setting: str) -> bool:
    known = db.get(Source, ONLY)
    return setting == "on" or (known is not None and known.is_on)


def described(db: UnitOfWork, setting: str) -> Json:
    known = db.get(Source, ONLY)
    if setting == "on":
        return {"is_on": True, "reason": BY_SETTINGS}
    return {"is_on": bool(known and known.is_on), "reason": known.reason if known and known.reason else NOT_SETTLED}


def switch(db: UnitOfWork, setting: str, wanted: bool, reason: str) -> None:
    """Raises Invalid without a reason, Conflict when the settings keep it on."""
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid(said("Diga por qué."), {"reason": [said("Falta este dato.")]})
    if setting == "on" and not wanted:
        raise Conflict(said("La configuración (CASILLERO_TEU_SOURCE=on) mantiene activada la lectura. Quítela y reinicie el servicio."))
    known = source_row(db)
    known.is_on, known.reason, known.switched_at = bool(wanted), reason.strip(), utc_now()
    db.publish(TeuSourceSwitched(is_on=known.is_on, reason=known.reason))
