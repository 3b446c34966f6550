"""How fast the TEU is read and searched while a million tax ids are watched: `python -m tests.bench.teu`.

Beside it, in the same run, what promises less: the PDF library's plain text in this process (no child to die in our place, no cells),
one short pattern and a set of bare tax ids (no separators, no lost zeros, no cut ids, no keyed hash, no checksum).
Synthetic edicts: half prose with one id, half tables of 32 to 350 rows; one in ten ids is printed with separators.
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import pypdfium2

from deploy.sandbox.teu_pdf import render
from services.teu_watcher.matching import watch_hash, watched_mentions
from services.teu_watcher.reading import PdfReader

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
HEADERS = ["EXPEDIENTE", "IDENTIF", "LOCALIDAD", "FECHA", "MATRÍCULA", "CUANTÍA", "PRECEPTO", "ART", "PTOS", "REQ"]
WATCHED, PDFS, TEXTS, KEY = 1_000_000, 60, 3_000, bytes(range(32))
SIMPLE = re.compile(r"\b[0-9]{8}[A-Z]\b")

Figures = dict[str, float]


def run() -> Figures:
    """Measures and prints; edicts, pages and MB (10⁶ bytes) a second, each ratio ours ÷ the lesser way's."""
    random = Random(20260914)
    bare = {_tax_id(number) for number in random.sample(range(10_000_000, 100_000_000), WATCHED)}
    hashes = {watch_hash(KEY, tax_id) for tax_id in bare}
    pdfs = [render(f"BOE-N-2026-{number:06d}", date(2026, 9, 14), _edict(random, number)) for number in range(PDFS)]
    figures = _reading(pdfs, hashes, bare) | _matching(random, hashes, bare)
    figures["watched ids"] = len(hashes)
    for name, value in sorted(figures.items()):
        print(f"teu  {name:<52} {value:>14,.2f}")
    return figures


def _reading(pdfs: list[bytes], hashes: set[bytes], bare: set[str]) -> Figures:
    reader = PdfReader(children=2)
    reader.read(pdfs[0])
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(reader.read, pdfs))
    found = sum(len(watched_mentions(edict, KEY, hashes)) for edict in pages)
    ours_s = time.perf_counter() - started
    reader.close()
    started = time.perf_counter()
    plainly = sum(len(bare.intersection(SIMPLE.findall(_plain_text(pdf)))) for pdf in pdfs)
    plain_s = time.perf_counter() - started
    return {
        "PDF: edicts a second, read and matched": len(pdfs) / ours_s,
        "PDF: pages a second": sum(map(len, pages)) / ours_s,
        "PDF: MB a second": sum(map(len, pdfs)) / 1e6 / ours_s,
        "PDF: ratio to plain text in this process": plain_s / ours_s,
        "PDF: watched ids found / found by the lesser way": found / max(1, plainly),
    }


def _matching(random: Random, hashes: set[bytes], bare: set[str]) -> Figures:
    texts = [[_text(random, number)] for number in range(TEXTS)]
    started = time.perf_counter()
    found = sum(len(watched_mentions(edict, KEY, hashes)) for edict in texts)
    ours_s = time.perf_counter() - started
    started = time.perf_counter()
    plainly = sum(len(bare.intersection(SIMPLE.findall(edict[0]))) for edict in texts)
    plain_s = time.perf_counter() - started
    return {
        "text: edicts a second": TEXTS / ours_s,
        "text: MB a second": sum(len(edict[0].encode()) for edict in texts) / 1e6 / ours_s,
        "text: ratio to one pattern and bare ids": plain_s / ours_s,
        "text: watched ids found / found by the lesser way": found / max(1, plainly),
    }


def _tax_id(number: int) -> str:
    return f"{number}{LETTERS[number % 23]}"


def _printed(random: Random) -> str:
    one = _tax_id(random.randrange(10_000_000, 100_000_000))
    return one if random.random() < 0.9 else f"{one[:2]}.{one[2:5]}.{one[5:8]}-{one[8]}"


def _row(random: Random) -> list[str]:
    number = f"70016{random.randrange(10**5):05d}"
    return [number, _printed(random), "SAN MARTÍN DEL VALLE", "01/06/2026", "0000BBB", "100", "RDL 6/2015", "018", "0", "(1)"]


def _edict(random: Random, number: int) -> dict:
    edict = {"issuer": "Jefatura Provincial de Tráfico", "title": "Anuncio de notificación en procedimiento sancionador"}
    if number % 2:
        rows = [_row(random) for _ in range(350 if number % 20 == 1 else 32)]
        return edict | {"regime": "traffic", "table": {"headers": HEADERS, "rows": rows}}
    prose = "Intentada la notificación sin haber podido practicarse, se cita a la persona interesada para que comparezca. " * 12
    return edict | {"text": f"{prose} NIF {_printed(random)}."}


def _text(random: Random, number: int) -> str:
    """About 3 kB, as `reading` gives it."""
    prose = "De acuerdo con el artículo 91 de la Ley sobre Tráfico, se notifica a los titulares\vque se relacionan a continuación.\n" * 4
    return prose + "\n".join("\t".join(_row(random)) for _ in range(32))


def _plain_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


if __name__ == "__main__":
    run()
