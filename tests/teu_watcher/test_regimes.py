"""The law that an edict is notified under, told from its words."""

from __future__ import annotations

import pytest

from deploy.sandbox.teu_pdf import LAW
from services.teu_watcher.regimes import regime_of


@pytest.mark.parametrize("regime", LAW)
def test_the_citation_of_each_law_decides(regime):
    assert regime_of("Anuncio de notificación", LAW[regime]) == regime


@pytest.mark.parametrize(("text", "regime"), [
    ("según el artículo\v112 de la Ley\v58/2003", "tax"), ("art. 112 de la Ley General Tributaria", "tax"),
    ("Ley 58/2003, artículo 112", "tax"),
    ("artículos 90, 91 y 92 del texto refundido aprobado por Real Decreto Legislativo 6/2015", "traffic"),
    ("arts. 44 y 46 de la Ley 39/2015", "general"), ("RDL 6/2015\t018", "general"), ("artículo 1120 de la Ley 58/2003", "general"),
    ("", "general"),
])  # fmt: skip
def test_a_law_is_recognised_in_its_usual_citations(text, regime):
    assert regime_of("Anuncio", text) == regime


@pytest.mark.parametrize(("title", "regime"), [
    ("Jefatura Provincial de Tráfico. Anuncio en procedimiento sancionador", "traffic"),
    ("Organismo de Gestión Tributaria. Anuncio en procedimientos de denuncias de tráfico", "traffic"),
    ("Jefatura Provincial de Tráfico. Canje de permisos", "general"),
    ("Ayuntamiento. Impuesto sobre bienes inmuebles", "tax"),
    ("Tesorería General de la Seguridad Social. Procedimiento de apremio", "general"),
    ("Servicio Público de Empleo Estatal", "general"),
])  # fmt: skip
def test_the_title_decides_when_the_text_cites_nothing(title, regime):
    assert regime_of(title, "") == regime


def test_traffic_sanctions_that_cite_only_the_general_law_follow_their_own():
    assert regime_of("Denuncias de tráfico", "artículos 44 y 46 de la Ley 39/2015") == "traffic"
