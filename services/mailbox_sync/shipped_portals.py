"""The portals that every firm begins with, in the order of the list. Data: a firm changes its own copy, never this.

Registering has no address of its own at DEHú and at the Seguridad Social: it begins on the page where one enters. The Agencia Tributaria
publishes no address for trying a signature; VALIDe, of the State's administration, takes that place. Addresses that a firm finds changed
are corrected on the page *Portales*, without waiting for us.
"""

from __future__ import annotations

from typing import Any, Final

CLAVE: Final = "clave.gob.es"


def action(kind: str, url: str, label: str = "") -> dict[str, str]:
    return {"kind": kind, "url": url, "label": label}


def portal(name: str, *actions: dict[str, str], login_hosts: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "actions": list(actions), "login_hosts": list(login_hosts)}


SHIPPED: Final[dict[str, dict[str, Any]]] = {
    "dehu": portal(
        "Dirección electrónica habilitada (DEHú, ex 060)",
        action("access", "https://dehu.redsara.es/"),
        action("register", "https://dehu.redsara.es/"),
        login_hosts=(CLAVE,),
    ),
    "dgt": portal(
        "Dirección Electrónica Vial – DGT",
        action("access", "https://sedeapl.dgt.gob.es:9443/WEB_NTRA_CONSULTA/listadoNotificacionesIdiomaPostback.faces?idioma=es"),
        login_hosts=("dgt.gob.es", CLAVE),
    ),
    "tgss": portal(
        "Seguridad Social – Sede electrónica",
        action("access", "https://sede.seg-social.gob.es/wps/portal/sede/sede/Inicio/NotificacionesTelematicas"),
        action("register", "https://sede.seg-social.gob.es/wps/portal/sede/sede/Inicio/NotificacionesTelematicas"),
        login_hosts=("seg-social.gob.es", "seg-social.es", CLAVE),
    ),
    "aeat": portal(
        "Agencia Tributaria – Sede electrónica",
        action("access", "https://sede.agenciatributaria.gob.es/"),
        action("sign_test", "https://valide.redsara.es/"),
        login_hosts=("agenciatributaria.gob.es", CLAVE),
    ),
    "minetur": portal("MINETUR", action("access", "https://sede.serviciosmin.gob.es/"), login_hosts=("serviciosmin.gob.es", CLAVE)),
    "gencat": portal(
        "GENCAT – Oficina Virtual de Tràmits",
        action("access", "https://ovt.gencat.cat/"),
        login_hosts=("gencat.cat", "aoc.cat", "enotum.cat"),
    ),
    "lexnet": portal(
        "Administración de Justicia – LexNET", action("access", "https://lexnet.justicia.es/"), login_hosts=("justicia.es", CLAVE)
    ),
    "bizkaia": portal(
        "Bizkaia – Oficina virtual de Hacienda",
        action("access", "https://www.ebizkaia.eus/"),
        login_hosts=("ebizkaia.eus", "bizkaia.eus", "izenpe.com"),
    ),
    "foral": portal(
        "Sede electrónica de la Diputación Foral (Gipuzkoa; Araba)",
        action("access", "https://egoitza.gipuzkoa.eus/", "Gipuzkoa"),
        action("access", "https://www.araba.eus/", "Araba"),
        login_hosts=("gipuzkoa.eus", "araba.eus", "izenpe.com"),
    ),
    "justizianet": portal(
        "JustiziaNet – Administración de Justicia vasca",
        action("access", "https://www.justizia.eus/"),
        login_hosts=("justizia.eus", "euskadi.eus", "izenpe.com"),
    ),
}
