"""What is planted, the same every time: people, clients, notices and edicts as plain data.

Twelve clients, each with a certificate and a DEHú mailbox; three of them are read with the firm's own certificate (Gran Destinatario), the
others with their own. Subjects and amounts are invented, tax ids valid by construction and not in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from deploy.sandbox.people import Party, generate_ccc, generate_naf, invent_company, invent_parties, invent_person
from services.contracts.message import utc_now

SEED = 20
CLIENTS = 12
BY_FIRM = 3
PEOPLE = (
    ("administracion@demo.example", "Arantxa Díez", "administrator", ()),
    ("gestion@demo.example", "Miquel Serra", "manager", ("Sociedades", "Autónomos")),
    ("operacion@demo.example", "Noa Castro", "operator", ("Sociedades",)),
    ("lectura@demo.example", "Iker Ruiz", "reader", ("Autónomos",)),
)
GROUPS = {"Sociedades": "Empresas y entidades", "Autónomos": "Personas físicas"}
AEAT = {"code": "EA0028512", "name": "Agencia Estatal de Administración Tributaria"}
TGSS = {"code": "EA0042108", "name": "Tesorería General de la Seguridad Social"}
DGT = {"code": "E00130502", "name": "Dirección General de Tráfico"}
TOWN = {"code": "L01280796", "name": "Ayuntamiento de Villaejemplo"}
STATE = {"code": "EA9999999", "name": "Administración General del Estado"}
SUBJECTS = (
    ("notification", AEAT, "Requerimiento de documentación. IVA 2025"),
    ("notification", TGSS, "Providencia de apremio por cuotas del mes de julio"),
    ("notification", AEAT, "Propuesta de liquidación provisional.  Impuesto sobre Sociedades"),
    ("communication", TGSS, "Comunicación de alta en el Registro Electrónico de Apoderamientos"),
    ("notification", DGT, "Incoación de procedimiento sancionador en materia de tráfico"),
    ("notification", TOWN, "Liquidación de la tasa por ocupación de la vía pública"),
    ("communication", AEAT, "Información sobre la campaña de la renta"),
    ("notification", AEAT, "Diligencia de embargo de créditos"),
)


@dataclass(frozen=True)
class PlannedClient:
    party: Party
    group: str
    via: str
    ccc: tuple[str, ...]
    naf: tuple[str, ...]


@dataclass(frozen=True)
class PlannedNotice:
    holder: Party
    kind: str
    issuer: dict[str, str]
    subject: str
    available_at: datetime


@dataclass(frozen=True)
class Plan:
    firm: Party
    clients: tuple[PlannedClient, ...]
    notices: tuple[PlannedNotice, ...]
    teu_day: date
    edicts: tuple[dict[str, Any], ...]
    edict_holders: tuple[tuple[str, str], ...]
    """(title of the edict, tax id of the client that it names)"""


def plan(now: datetime | None = None) -> Plan:
    random = Random(SEED)
    firm = invent_company(random)
    parties = [invent_company(random) for _ in range(CLIENTS // 2)] + [invent_person(random) for _ in range(CLIENTS // 2)]
    clients = tuple(planned_client(random, party, number) for number, party in enumerate(parties))
    day = last_teu_day((now or utc_now()).date())
    edicts, holders = planned_edicts(random, parties)
    return Plan(firm, clients, tuple(planned_notices(random, parties, now or utc_now())), day, edicts, holders)


def planned_client(random: Random, party: Party, number: int) -> PlannedClient:
    is_company = number < CLIENTS // 2
    ccc = (str(generate_ccc(random)),) if is_company else ()
    naf = () if is_company else (str(generate_naf(random)),)
    via = "firm_certificate" if number % (CLIENTS // BY_FIRM) == 1 else "own_certificate"
    return PlannedClient(party, "Sociedades" if is_company else "Autónomos", via, ccc, naf)


def planned_notices(random: Random, parties: list[Party], now: datetime) -> list[PlannedNotice]:
    """Two or so a client, none for one of them, the oldest eight days old: an empty mailbox is a case too."""
    found = []
    for party in parties[1:]:
        for kind, issuer, subject in random.sample(SUBJECTS, random.choice((1, 2, 2, 3))):
            available_at = now - timedelta(days=random.randrange(0, 9), hours=random.randrange(0, 12))
            found.append(PlannedNotice(party, kind, issuer, subject, available_at.replace(microsecond=0)))
    return found


def planned_edicts(random: Random, parties: list[Party]) -> tuple[tuple[dict[str, Any], ...], tuple[tuple[str, str], ...]]:
    """Three edicts that name clients, each in another regime and another way of printing a tax id, among others that name strangers."""
    strangers = [party.tax_id for party in invent_parties(random, 40)]
    tax, general, traffic = parties[2].tax_id, parties[4].tax_id, parties[9].tax_id
    rows = [[f"70016{number:05}", stranger, "MÉRIDA", "01/09/2026", "100"] for number, stranger in enumerate(strangers[:30])]
    rows.insert(17, ["7001699999", traffic, "BADAJOZ", "02/09/2026", "200"])
    headers = ["EXPEDIENTE", "IDENTIF", "LOCALIDAD", "FECHA", "CUANTÍA"]
    sanction = {
        "issuer": "Ministerio del Interior",
        "title": "Anuncio de notificación en procedimiento sancionador de tráfico.",
        "regime": "traffic",
        "text": "Conforme al artículo 91 del texto refundido aprobado por Real Decreto Legislativo 6/2015.",
        "table": {"headers": headers, "rows": rows},
    }
    summons = {
        "issuer": AEAT["name"],
        "title": "Anuncio de citación para comparecencia.",
        "regime": "tax",
        "text": f"En virtud del artículo 112 de la Ley 58/2003 se cita a {tax[0]}-{tax[1:]} en el procedimiento de recaudación.",
    }
    decision = {
        "issuer": TGSS["name"],
        "title": "Anuncio de notificación de resolución.",
        "regime": "general",
        "text": f"Conforme al artículo 44 de la Ley 39/2015 se notifica al titular con NIF {general}.",
    }
    others = {
        "issuer": TOWN["name"],
        "title": "Anuncio de notificación de liquidaciones.",
        "regime": "general",
        "text": f"Se notifica a los titulares {', '.join(strangers[30:])}.",
    }
    planted: tuple[dict[str, Any], ...] = (sanction, summons, decision, others)
    return planted, ((planted[0]["title"], traffic), (planted[1]["title"], tax), (planted[2]["title"], general))


def last_teu_day(today: date) -> date:
    """The last day on which the bulletin came out: it does not on Sundays."""
    return today - timedelta(days=1) if today.weekday() == 6 else today
