"""What is handed in to be kept: a file and its password, out of a box that the keyring alone can open."""

from __future__ import annotations

import base64
import binascii
import json

from services.chassis.boxes import wipe
from services.chassis.sealing import CannotOpen
from services.contracts.errors import Invalid, TooLarge
from services.contracts.message import utc_now
from services.contracts.schemas import certificates as shapes
from services.contracts.sentences import said
from services.keyring.master import MasterKeys
from services.keyring.subjects import Reading

TOO_LARGE = said("El fichero pasa de 100 kB: un certificado con su clave ocupa mucho menos. Compruebe que es el fichero correcto.")


def handed_in(master: MasterKeys, box: str, context: bytes) -> tuple[bytes, str]:
    """File and password from the box. Raises Invalid, and TooLarge before anything that large is opened."""
    if len(box) > 2 * shapes.LARGEST_FILE:
        raise TooLarge(TOO_LARGE)
    try:
        content = master.door().open(box, context)
    except CannotOpen as error:
        raise Invalid.field("file", said("El fichero no llegó entero. Envíelo de nuevo.")) from error
    try:
        handed = json.loads(content)
        return decoded(handed["pkcs12_base64"]), handed["password"]
    finally:
        wipe(content)


def decoded(pkcs12_base64: str) -> bytes:
    if len(pkcs12_base64) * 3 // 4 - 2 > shapes.LARGEST_FILE:
        raise TooLarge(TOO_LARGE)
    try:
        return base64.b64decode(pkcs12_base64, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid.field("file", said("El fichero no llegó entero. Envíelo de nuevo.")) from None


def in_date(reading: Reading) -> Reading:
    if reading.not_after <= utc_now():
        raise Invalid.field("file", said("El certificado caducó el {day}. Importe el renovado.", day=f"{reading.not_after:%d/%m/%Y}"))
    return reading
