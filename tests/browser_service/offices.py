"""Two electronic offices on this machine that ask for a certificate, each in one of the two ways that real ones have.

`tls13` requires it in the handshake of TLS 1.3. `renegotiating` is Debian's Apache with TLS 1.2: it answers without one, and asks anew for
the pages that need it, which is how most sedes still do it. Both write down whose certificate each request came with, and show it.
"""

from __future__ import annotations

import base64
import contextlib
import html
import http.server
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.private_servers.processes import free_port
from tests.worlds import until

HOST = "sede.pruebas.example"
OTHER = "otra.pruebas.example"
GREEN, ORANGE = (0, 128, 0), (255, 140, 0)
WORKERS = 8  # A browser holds connections open that it may need later: one worker would wait for the first of them.
TEXT, PAGE = b"abierto", b"<!doctype html><title>abierto</title>"
# What an office hands over: path → what it is and its type.
HANDED_OVER = {
    "/justificante": (b"%PDF-1.4\n%%EOF\n", "application/pdf"),
    "/aviso.txt": (TEXT, "text/plain"),
    "/aviso.html": (PAGE, "text/html"),
    "/aviso.xml": (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><title>abierto</title></html>', "application/xml"),
    "/sello.png": (
        base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="),
        "image/png",
    ),
}
MODULES = ("mpm_prefork", "ssl", "socache_shmcb", "authz_core", "rewrite", "mime", "dir", "include", "alias")


@dataclass
class Office:
    """`seen()`: (path, common name of the certificate) of each request so far."""

    port: int
    url: str
    seen: Callable[[], list[tuple[str, str]]]


@dataclass
class Offices:
    tls13: Office
    renegotiating: Office


def server_certificate(folder: Path, ca_file: Path) -> Path:
    """For both names, with its key, signed by the sandbox's own authority, whose key lies beside its certificate."""
    pem, now = serialization.Encoding.PEM, datetime.now(UTC)
    authority = x509.load_pem_x509_certificate(ca_file.read_bytes())
    signer: Any = serialization.load_pem_private_key((ca_file.parent / "ca.key.pem").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(authority.subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName(OTHER)])
    made = builder.not_valid_after(now + timedelta(days=90)).add_extension(names, critical=False).sign(signer, hashes.SHA256())
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + made.public_bytes(pem))
    return folder / "server.pem"


def page(name: str, colour: tuple[int, int, int]) -> bytes:
    red, green, blue = colour
    return (
        f'<!doctype html><meta charset="utf-8"><title>Sede</title><body style="margin:0;background:rgb({red},{green},{blue});color:white">'
        f'<h1 style="font:40px sans-serif;padding:40px">Bienvenido, {html.escape(name)}</h1>'
        '<form method="post" enctype="multipart/form-data"><input type="file" name="f"><button>Presentar</button></form>'
    ).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def name(self) -> str:
        return dict(pair for part in self.connection.getpeercert()["subject"] for pair in part)["commonName"]

    def do_GET(self) -> None:
        self.server.visits.append((self.path, self.name()))
        if self.path in HANDED_OVER:
            name = "justificante.pdf" if self.path == "/justificante" else self.path[1:]
            self.answer(*HANDED_OVER[self.path], f'attachment; filename="{name}"')
        else:
            self.answer(page(self.name(), GREEN), "text/html")

    def answer(self, body: bytes, kind: str, disposition: str = "inline") -> None:
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Content-Disposition", disposition)):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What was visited is kept; nothing is printed."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def finish_request(self, request: Any, client_address: Any) -> None:
        """A browser opens connections in advance and drops them: that is no fault."""
        with contextlib.suppress(OSError):
            request.settimeout(60)
            request.do_handshake()
            super().finish_request(request, client_address)


@contextlib.contextmanager
def tls13(server_file: Path, clients_file: Path) -> Iterator[Office]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(server_file)
    context.load_verify_locations(clients_file)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Server(("127.0.0.1", 0), Handler)
    server.visits = []
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    try:
        yield Office(port, f"https://{HOST}:{port}/", lambda: list(server.visits))
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def renegotiating(folder: Path, server_file: Path, clients_file: Path) -> Iterator[Office]:
    port, log = free_port(), folder / "visits.log"
    (folder / "www" / "cert").mkdir(parents=True)
    shown = page("@", ORANGE).decode().replace("@", '<!--#echo encoding="entity" var="SSL_CLIENT_S_DN_CN" -->')
    (folder / "www" / "cert" / "index.shtml").write_text(shown)
    (folder / "httpd.conf").write_text(configuration(folder, port, server_file, clients_file))
    for path in (folder, folder / "www", folder / "www" / "cert"):
        path.chmod(0o755)
    with (folder / "apache.out").open("wb") as out:
        apache = subprocess.Popen(
            ["apache2", "-DFOREGROUND", "-f", folder / "httpd.conf"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        until(lambda: listens(port), (folder / "apache.out").read_text())
        yield Office(port, f"https://{HOST}:{port}/cert/", lambda: [tuple(line.split(" ", 1)) for line in log.read_text().splitlines()])
    finally:
        apache.terminate()
        apache.wait()


def configuration(folder: Path, port: int, server_file: Path, clients_file: Path) -> str:
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES)
    return f"""ServerRoot {folder}
PidFile {folder}/pid
Listen 127.0.0.1:{port}
{modules}
StartServers {WORKERS}
MinSpareServers {WORKERS}
User www-data
Group www-data
ServerName {HOST}
ErrorLog {folder}/error.log
LogFormat "%U %{{SSL_CLIENT_S_DN_CN}}x" visits
CustomLog {folder}/visits.log visits
TypesConfig /etc/mime.types
DocumentRoot {folder}/www
DirectoryIndex index.shtml
SSLEngine on
SSLProtocol -all +TLSv1.2
SSLCertificateFile {server_file}
SSLCACertificateFile {clients_file}
SSLVerifyClient none
<Directory {folder}/www>
Require all granted
Options +Includes
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
SSLOptions +StdEnvVars
</Directory>
<Location /cert>
SSLVerifyClient require
SSLVerifyDepth 3
</Location>
"""


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def opened(ca_file: Path) -> Iterator[Offices]:
    """Both, until the block ends; they take, and are known by, the certificates of this authority.

    Their files are not below pytest's own folder: each pytest that starts closes that to others, and Apache's user has to read there.
    """
    with tempfile.TemporaryDirectory(prefix="casillero-sedes-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        server_file, clients_file = server_certificate(folder, ca_file), folder / "clients.pem"
        clients_file.write_bytes(ca_file.read_bytes())
        (folder / "apache").mkdir()
        with tls13(server_file, clients_file) as one, renegotiating(folder / "apache", server_file, clients_file) as two:
            yield Offices(one, two)
