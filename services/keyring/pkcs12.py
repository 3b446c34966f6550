"""Opening a PKCS#12 file, once, at import: the private key and the chain, leaf first.

Spanish authorities still hand out files sealed with RC2-40 and 3DES, which OpenSSL opens only with its legacy provider. Trap: without it a
good file looks as if its password were wrong, so the service tries one at start (`self_test`) and does not start when it cannot open it.
Trap: the library tells a wrong password from a damaged file by its message only. It makes copies of the key on the way; they are
overwritten when they are freed (`chassis.traceless`). Run it in a native thread.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from services.chassis.settings import SettingMissing
from services.chassis.traceless import freed_memory_is_overwritten, overwrite
from services.contracts.errors import Invalid
from services.contracts.sentences import said

RC2_40_FILE = """
MIIDGgIBAzCCAuAGCSqGSIb3DQEHAaCCAtEEggLNMIICyTCCAb8GCSqGSIb3DQEHBqCCAbAwggGsAgEAMIIBpQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYw
DgQI9/IicCjmEJgCAggAgIIBePKdlkEkQukC3cpo/bQQSFUs5cYvUnrWuHpxbLs9MgUXOUhRyCTRR0gUvw84Qv0RYUYAWkXMSL5ceAKI0yIjZXzFrqdZFJSf
veZjIaGOLQyVigzKEsJZ/VzhZexOumqCHceMIbjLfKO5dLdp9XqeRRA8Gi12M8sHBUm4xj8S/1jfLPJMO1OPv3vhGdksnlYNgUPgTQnGnIDq3WIP5+0oDgL5
ASCngttwC2GOVI4MwryBg4SSUEmyVgChGHd07xqWj0clTATYdJSzj2jUcg80edI/7mYRaEzL1wuBrourxR7vUE/tYHN3U4MxFMec3ftUCuoZmCzd+qDRJVGe
QmXGkTnQs+RrzYDdVRlltQ/oYAdtlc1e/vGKVTCirzoeR8EQOo+n+jXQ/b/BAvWmo2Fe2oAArpw+H/2LtBAWxEwZhWVcs3lWmxgbnTdsFnDD/prX7Cua6fIO
OqmoF48RPKTqZ4pY+181SE2uZI9CoNrljwWflMqnChbg/f0wggECBgkqhkiG9w0BBwGggfQEgfEwge4wgesGCyqGSIb3DQEMCgECoIG0MIGxMBwGCiqGSIb3
DQEMAQMwDgQIjaWNxKDdosQCAggABIGQoZgS3yMlHILMD+vQaKar2mwB609/IZIcBKkF19lNY+DTEAWta6IsHWDYQkcSgTBPUQe+nqwXZxcX2x2Q1wRr8FUv
tebOh46lffR8k/k8uqF7HPPUVeTS5k9BxcmIWY12eqB0jh9fbN1PZZNO+obQrEEblivVec6y6IE9QO1eb6Or0Tb9YGQH9Nh4bKhPUgyQMSUwIwYJKoZIhvcN
AQkVMRYEFKupP9RRfVWQeGGvo8raaP8TuFkHMDEwITAJBgUrDgMCGgUABBQPZabTj6puvG7ipihGxqWpr65LrAQIB/PHOItRT+MCAggA
"""
RC2_40_PASSWORD = "self-test"
LONGEST_CHAIN = 10
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass
class Opened:
    """`private_key` is PKCS#8 in DER: overwrite it after use. `chain` is leaf first."""

    private_key: bytearray
    chain: list[x509.Certificate]

    @property
    def chain_pem(self) -> bytes:
        return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in self.chain)


def open_pkcs12(file: bytes, password: str) -> Opened:
    """Raises Invalid naming `password` or `file`, with what to do about it."""
    with freed_memory_is_overwritten(small_too=True):
        bundle = load(file, password)
        if bundle.key is None:
            raise Invalid.field(
                "file", said("El fichero no contiene la clave privada. Expórtelo de nuevo marcando «exportar la clave privada».")
            )
        if not isinstance(bundle.key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
            raise Invalid.field("file", said("La clave no es RSA ni de curva elíptica (EC): los organismos no la admiten."))
        chain = chain_of(bundle, bundle.key.public_key())
        encoded = bundle.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        private_key = bytearray(encoded)
        overwrite(encoded)
        del bundle
    return Opened(private_key, chain)


def load(file: bytes, password: str) -> PKCS12KeyAndCertificates:
    try:
        return load_pkcs12(file, password.encode())
    except ValueError as error:
        if "password" in str(error):
            raise Invalid.field("password", said("La contraseña no abre este certificado. Es la que se puso al exportarlo.")) from None
        raise Invalid.field("file", said("El fichero no es un certificado con clave (.p12 o .pfx), o está dañado.")) from None
    except UnsupportedAlgorithm:
        raise Invalid.field("file", said("El fichero usa un cifrado o una clave que no se conoce. Expórtelo de nuevo.")) from None


def chain_of(bundle: PKCS12KeyAndCertificates, public: PublicKey) -> list[x509.Certificate]:
    """The certificate of the key, then the one that issued it, and so on as far as the file goes."""
    present = [found.certificate for found in (bundle.cert, *bundle.additional_certs) if found]
    chain = [certificate for certificate in present if same_key(certificate, public)][:1]
    if not chain:
        raise Invalid.field("file", said("El fichero no contiene el certificado de su clave privada. Expórtelo de nuevo completo."))
    while len(chain) < LONGEST_CHAIN:
        above = [one for one in present if one.subject == chain[-1].issuer and one not in chain]
        if not above:
            break
        chain.append(above[0])
    return chain


def same_key(certificate: x509.Certificate, public: PublicKey) -> bool:
    try:
        return certificate.public_key() == public
    except (ValueError, UnsupportedAlgorithm):
        return False


def self_test() -> None:
    """Raises SettingMissing when files sealed with RC2-40 and 3DES cannot be opened here."""
    try:
        open_pkcs12(base64.b64decode(RC2_40_FILE), RC2_40_PASSWORD)
    except Invalid as error:
        raise SettingMissing(
            "CRYPTOGRAPHY_OPENSSL_NO_LEGACY: OpenSSL no abre aquí certificados con RC2-40 y 3DES, como los de la FNMT. "
            "Quite esa variable del entorno, o instale la biblioteca cryptography con su proveedor «legacy»."
        ) from error
