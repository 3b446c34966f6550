"""Verifies an exported trail of Casillero: `python audit_verifier.py EXPORT [--public-key KEY]… [--checkpoint FILE]…`.

Needs nothing but Python's standard library, and nothing of Casillero: it is written from docs/audit.md, so that an auditor can read it and
run it anywhere. It reads the file once, line by line, and keeps only the peaks of the tree.

Trap: that nothing was cut from its end, or that the key is the right one, only what was kept elsewhere can show: the public key, and the
checkpoints that left the host. Exit status: 0 all is right, 1 something is not, 2 there was nothing to verify.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator

FIELDS = ["act", "at", "detail", "id", "seq", "subject", "tenant_id", "user_id"]
SIGNED_FIELDS = ["at", "root", "size", "tenant_id"]
CHECKPOINT_FIELDS = sorted([*SIGNED_FIELDS, "key_id", "signature"])
HEADER_FIELDS = ["audit_export", "checkpoint", "fault", "keys", "size", "tenant_id"]

# Ed25519: RFC 8032, section 5.1.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # X, Y, Z, T of section 5.1.4
ZERO: Point = (0, 1, 1, 0)


def added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    found = ZERO
    while number:
        if number & 1:
            found = added(found, point)
        point, number = added(point, point), number >> 1
    return found


def point_of(text: bytes) -> Point | None:
    """Decoded as section 5.1.3 says; None when it is no point."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or ZERO


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment, number = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or number >= ORDER or len(signature) != 64:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(number, BASE), added(commitment, times(challenge, key))
    return all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))


class Tree:
    """RFC 6962, section 2.1. `peaks`: the hashes of the complete subtrees that the size in binary names, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            self.peaks[-2:] = [self.node(*self.peaks[-2:])]

    def root(self) -> str:
        found = self.peaks[-1] if self.peaks else hashlib.sha256().digest()
        for left in reversed(self.peaks[:-1]):
            found = self.node(left, found)
        return found.hex()

    @staticmethod
    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + left + right).digest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parsed(text: bytes) -> dict:
    """The JSON object of a line that is in canonical form; an empty one for any other."""
    try:
        value = json.loads(text)
        return value if isinstance(value, dict) and canonical(value) == text else {}
    except (ValueError, RecursionError):
        return {}


def decoded(text: object) -> bytes:
    """From base64 as it is written in one way only; raises ValueError for any other text."""
    if not isinstance(text, str) or base64.b64encode(found := base64.b64decode(text, validate=True)).decode() != text:
        raise ValueError("no es base64 en su forma canónica.")
    return found


def key_of(text: object) -> bytes:
    key = decoded(text)
    if len(key) != 32:
        raise ValueError("una clave pública son 32 bytes en base64.")
    return key


def number_in(value: object, name: str, fields: list[str]) -> int:
    """The number by this name, of an object with exactly these fields; 0 for any other."""
    return value[name] if isinstance(value, dict) and sorted(value) == fields and type(value[name]) is int else 0


def size_of(checkpoint: object) -> int:
    return number_in(checkpoint, "size", CHECKPOINT_FIELDS)


def kept_checkpoints(paths: list[str], tenant_id: str) -> Iterator[dict]:
    """Of this tenant, from files with a JSON object a line: those that Casillero writes, or its log."""
    for path in paths:
        with open(path, "rb") as lines:
            for line in lines:
                said = json.loads(line) if line.startswith(b"{") else {}
                if said.get("tenant_id") == tenant_id and set(CHECKPOINT_FIELDS) <= set(said):
                    yield {name: said[name] for name in CHECKPOINT_FIELDS}


class Verification:
    """One export, from its header to its end; `wrong` says what was found, each with the number of the entry."""

    def __init__(self, header: dict, given: list[bytes], kept: list[dict]):
        self.header, self.tenant_id = header, header["tenant_id"]
        self.keys = {one["key_id"]: key_of(one["public_key"]) for one in header["keys"]}
        self.tree, self.next_seq = Tree(), 1
        self.sound_size = self.signed = 0
        self.wrong: list[str] = []
        own = [] if header["checkpoint"] is None else [("de la cabecera", header["checkpoint"])]
        self.awaited: list[tuple[str, object]] = [*own, *(("guardado fuera", one) for one in kept)]
        for key_id in [key_id for key_id, key in self.keys.items() if given and key not in given]:
            self.wrong.append(
                f"La clave {key_id} de la cabecera no es ninguna de las dadas; si es de la instalación, añádala con --public-key."
            )
            del self.keys[key_id]
        if not own:
            self.wrong.append("No hay ningún punto de control firmado: nada demuestra que los asientos sean los que se escribieron.")
        if header["fault"] is not None:
            self.wrong.append(f"El propio Casillero encontró el rastro alterado antes de exportarlo: {canonical(header['fault']).decode()}")

    def read(self, line: bytes) -> None:
        said = parsed(line)
        if sorted(said) == ["checkpoint"]:
            self.check(f"tras el asiento {self.next_seq - 1}", said["checkpoint"])
            return
        leaf = hashlib.sha256(b"\x00" + canonical(said.get("entry")))
        self.tree.add(leaf.digest())
        if sorted(said) == ["digest", "entry"] and number_in(said["entry"], "seq", FIELDS):
            self.check_entry(said["entry"], leaf.hexdigest() == said["digest"])
        else:
            self.wrong.append(f"Asiento {self.next_seq}: la línea no tiene la forma de un asiento; se ha cambiado.")
            self.next_seq += 1
        for where, checkpoint in [one for one in self.awaited if size_of(one[1]) == self.tree.size]:
            self.check(where, checkpoint)
            self.awaited.remove((where, checkpoint))

    def check_entry(self, entry: dict, is_as_digested: bool) -> None:
        seq, expected = entry["seq"], self.next_seq
        if seq != expected:
            self.wrong.append(f"Asiento {expected}: {'falta' if seq > expected else 'no está'}; en su lugar está el {seq}.")
        if entry["tenant_id"] != self.tenant_id:
            self.wrong.append(f"Asiento {seq}: es de otro despacho.")
        if not is_as_digested:
            self.wrong.append(f"Asiento {seq}: su contenido no corresponde a su resumen; se ha cambiado.")
        self.next_seq = seq + 1

    def check(self, where: str, checkpoint: object) -> None:
        """A checkpoint whose last entry was just read."""
        named = f"El punto de control {where}"
        if not isinstance(checkpoint, dict) or size_of(checkpoint) != self.tree.size:
            self.wrong.append(f"{named} no tiene la forma debida, o no está donde debe.")
        elif not self.is_signed(checkpoint):
            self.wrong.append(f"{named} ({checkpoint['size']} asientos) no lo firmó esta instalación para este despacho.")
        elif checkpoint["root"] != self.tree.root():
            which = f"Los asientos {self.sound_size + 1} a {self.tree.size} no son los que se firmaron el {checkpoint['at']}"
            self.wrong.append(f"{which}: alguno se ha cambiado, quitado, añadido o movido.")
        else:
            self.signed, self.sound_size = self.signed + 1, self.tree.size

    def is_signed(self, checkpoint: dict) -> bool:
        form = b"casillero/checkpoint/1\n" + canonical({name: checkpoint[name] for name in SIGNED_FIELDS})
        try:
            key, signature = self.keys[checkpoint["key_id"]], decoded(checkpoint["signature"])
        except (KeyError, ValueError, TypeError):
            return False
        return checkpoint["tenant_id"] == self.tenant_id and is_signed(key, form, signature)

    def end(self) -> None:
        if self.tree.size != self.header["size"]:
            self.wrong.append(f"La cabecera anuncia {self.header['size']} asientos y hay {self.tree.size}.")
        for where, checkpoint in self.awaited:
            if isinstance(checkpoint, dict) and size_of(checkpoint) > self.tree.size and self.is_signed(checkpoint):
                missing = f"Faltan los asientos {self.tree.size + 1} a {checkpoint['size']}"
                self.wrong.append(f"{missing}: los cubre un punto de control {where}, firmado el {checkpoint['at']}.")
            else:
                self.wrong.append(f"El punto de control {where} no lo firmó esta instalación para este despacho.")
        if self.sound_size < self.tree.size and not self.wrong:
            self.wrong.append(f"Los asientos {self.sound_size + 1} a {self.tree.size} no los cubre ningún punto de control.")


def verified(export: str, public_keys: list[str], kept_in: list[str]) -> Verification:
    with open(export, "rb") as lines:
        header = parsed(next(lines, b"").removesuffix(b"\n"))
        if not number_in(header, "size", HEADER_FIELDS) or header["audit_export"] != 1:
            raise ValueError("la primera línea no es la cabecera de una exportación del rastro de Casillero, o está cambiada.")
        found = Verification(header, [key_of(text) for text in public_keys], list(kept_checkpoints(kept_in, header["tenant_id"])))
        for line in lines:
            found.read(line[:-1] if line.endswith(b"\n") else b"")
    found.end()
    return found


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verifica una exportación del rastro de Casillero (docs/audit.md).")
    parser.add_argument("export", help="fichero exportado")
    parser.add_argument("--public-key", action="append", default=[], help="clave pública de la instalación, en base64; se puede repetir")
    parser.add_argument("--checkpoint", action="append", default=[], help="fichero con puntos de control guardados; se puede repetir")
    given = parser.parse_args(words)
    try:
        found = verified(given.export, given.public_key, given.checkpoint)
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"No se puede verificar: {error}", file=sys.stderr)
        return 2
    if found.wrong:
        print("\n".join([*found.wrong[:20], f"INCORRECTO: {len(found.wrong)} cosas no son como se escribieron y firmaron."]))
        return 1
    last = found.header["checkpoint"]
    print(f"Correcto: {found.tree.size} asientos del despacho {found.tenant_id}, {found.signed} puntos de control firmados;")
    print(f"el último, de {last['size']} asientos, el {last['at']}, con la raíz {last['root']}.")
    if not given.public_key:
        keys = ", ".join(one["public_key"] for one in found.header["keys"])
        print(f"La clave pública viene en la propia exportación; compárela con la que le dio la instalación, o use --public-key: {keys}")
    if not given.checkpoint:
        print("Que no se ha recortado por el final solo lo demuestra un punto de control guardado en otro sitio: use --checkpoint.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
