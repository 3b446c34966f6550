"""One TEU edict as a PDF: issuer, title, paragraphs, a table over as many pages as it needs, the reference in each footer.

Narrow columns break a tax id inside its cell ("1234567" over "8Z"), as happens in the real bulletin; the table's optional
widths_pt (points, one a column) decides which ones. Rendered without a creation date: the same edict gives the same bytes.
"""

from __future__ import annotations

import re
from datetime import date
from html import escape
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

MARGIN_PT = 50
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=12.5, spaceAfter=6, alignment=4)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=7, leading=8.4, splitLongWords=1)
ISSUER = ParagraphStyle("issuer", parent=BODY, fontName="Helvetica-Bold", fontSize=12, leading=15, alignment=1)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", alignment=0)
GRID = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip

# What an issuer writes when the text says nothing else; the citation is what tells one regime from another.
LAW = {
    "tax": "De acuerdo con el artículo 112 de la Ley 58/2003, General Tributaria, se cita a los obligados tributarios que se relacionan "
    "para que comparezcan en el plazo de 15 días naturales, contados desde el siguiente al de la publicación de este anuncio.",
    "traffic": "De acuerdo con el artículo 91 del texto refundido de la Ley sobre Tráfico, Circulación de Vehículos a Motor y Seguridad "
    "Vial, aprobado por Real Decreto Legislativo 6/2015, se notifica a los titulares que se relacionan.",
    "general": "De acuerdo con el artículo 44 de la Ley 39/2015, del Procedimiento Administrativo Común, se notifica a los interesados que "
    "se relacionan, por no haberse podido practicar la notificación.",
}  # fmt: skip
NAMES_A_LAW = re.compile(
    r"\b(?:39/2015|58/2003|6/2015)\b|General\s+Tributaria|Ley\s+(?:sobre|de)\s+Tr[áa]fico|Procedimiento\s+Administrativo\s+Com[úu]n", re.I
)


def render(edict_id: str, published_on: date, edict: dict) -> bytes:
    """PDF bytes of an edict {issuer, title, text?, table?: {headers, rows}, regime?}; a blank line in the text parts paragraphs."""
    story = [_paragraph(edict["issuer"], ISSUER), Spacer(1, 8), _paragraph(edict["title"], TITLE)]
    story += [_paragraph(part, BODY) for part in _words(edict).split("\n\n")]
    if (edict.get("table") or {}).get("headers"):
        story += [Spacer(1, 8), _table(edict["table"])]
    paper = BytesIO()
    document = SimpleDocTemplate(
        paper, pagesize=A4, leftMargin=MARGIN_PT, rightMargin=MARGIN_PT, topMargin=MARGIN_PT, bottomMargin=MARGIN_PT + 10, invariant=1
    )
    frame = _Frame(edict_id, published_on)
    document.build(story, onFirstPage=frame, onLaterPages=frame)
    return paper.getvalue()


def _words(edict: dict) -> str:
    """The text, and the law of the stated regime after it unless it names one; without a text, the law alone."""
    text, regime = edict.get("text") or "", edict.get("regime")
    law = LAW.get(regime or "general", LAW["general"])
    if not text:
        return law
    return f"{text}\n\n{law}" if regime and not NAMES_A_LAW.search(text) else text


class _Frame:
    """What stands around the text of each page: heading, footer with the reference, the upright text at the side."""

    def __init__(self, edict_id: str, published_on: date) -> None:
        self._edict_id, self._published_on = edict_id, published_on

    def __call__(self, canvas: Canvas, document: SimpleDocTemplate) -> None:
        width, height = A4
        canvas.setTitle(self._edict_id)
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawCentredString(width / 2, height - 32, "BOLETÍN OFICIAL DEL ESTADO")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(MARGIN_PT, 30, f"cve: {self._edict_id}")
        canvas.drawRightString(width - MARGIN_PT, 30, f"{self._published_on:%d/%m/%Y}  Pág. {document.page}")
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(MARGIN_PT, -(width - 18), f"cve: {self._edict_id}   Suplemento de Notificaciones")
        canvas.restoreState()


def _table(table: dict) -> LongTable:
    headers = [str(header) for header in table["headers"]]
    rows = [headers, *([str(cell) for cell in row] for row in table["rows"])]
    widths_pt = table.get("widths_pt") or [(A4[0] - 2 * MARGIN_PT) / len(headers)] * len(headers)
    cells = [[_paragraph(cell, CELL) for cell in row] for row in rows]
    return LongTable(cells, colWidths=widths_pt, repeatRows=1, style=GRID)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text, quote=False).replace("\n", "<br/>"), style)
