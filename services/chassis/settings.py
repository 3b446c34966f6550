"""Every setting, read once from the environment, each with its default. `.env.example` lists the same names (a test compares them).

Nothing set means embedded: a broker inside the process, SQLite below `data_dir`. A wrong or missing setting raises `SettingMissing` with
the variable, what is wrong and the command that cures it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Self

PREFIX = "CASILLERO_"
Network = IPv4Network | IPv6Network


class CannotStart(Exception):
    """Why a process ends before it has begun; the text is for whoever started it and names the cure."""


class SettingMissing(CannotStart):
    """A setting that the process cannot start without; the text names the variable and the cure."""


CHOICES = {"log_level": ("DEBUG", "INFO", "WARNING", "ERROR"), "teu_source": ("on", "off"), "browser": ("chromium", "firefox")}
AT_LEAST_ONE = (
    "sync_in_flight",
    "sync_every_s",
    "checkpoint_every_s",
    "body_timeout_s",
    "rpc_timeout_s",
    "grace_s",
    "browser_sessions_host",
    "browser_sessions_firm",
    "browser_viewer_away_s",
    "browser_idle_s",
    "browser_memory_mib",
)


def setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, kw_only=True)
class Settings:
    data_dir: Path = setting(Path("var/data"), "folder of everything that a run writes")
    broker_url: str = setting(
        "embedded://casillero/", "RabbitMQ, as amqp://user:password@host:5672/vhost; the default lives inside the process"
    )
    database_url: str = setting("", "PostgreSQL with {service} where the service's name goes; empty: one SQLite file a service in data_dir")
    migrate_url: str = setting("", "PostgreSQL as the role that owns the tables; only `casillero migrate` uses it")
    master_key_file: Path | None = setting(None, "the keyring's master key (default: data_dir/master.key)")
    sealing_key_file: Path | None = setting(None, "the key that seals events at rest (default: data_dir/sealing.key)")
    trail_key_file: Path | None = setting(None, "the key that signs the checkpoints of the trail (default: data_dir/trail.key)")
    checkpoint_dir: Path | None = setting(
        None, "folder, best of another machine, that gets each signed checkpoint as a line; empty: the log only"
    )
    checkpoint_every_s: int = setting(3600, "seconds between two signed checkpoints of a trail that grows")
    public_url: str = setting("", "address under which people reach the gateway, for links; empty: where it listens")
    proxies: int = setting(0, "proxies before the gateway whose X-Forwarded-For and -Proto are believed; limits and trail need the address")
    smtp_url: str = setting(
        "", "mail server, as smtps://user:password@host:465, starttls://user:password@host:587 or smtp://host:25; empty: no mail is sent"
    )
    smtp_ca_file: str = setting("", "PEM file with the authorities that sign the mail server; empty: the system's")
    mail_from: str = setting("", "sender of our letters, as Casillero <avisos@despacho.es>")
    sync_in_flight: int = setting(8, "mailboxes that one sync worker reads at a time")
    sync_every_s: int = setting(4 * 3600, "seconds between two scheduled checks of a mailbox")
    dehu_url: str = setting("https://gd-dehuws.redsara.es", "address of DEHú's LEMA service")
    teu_url: str = setting("https://www.boe.es", "address of the bulletin that carries the TEU")
    bodies_ca_file: str = setting("", "PEM file with the authorities that sign the bodies' servers; empty: the system's")
    body_timeout_s: int = setting(60, "seconds to wait for an answer of a public body")
    teu_requests_per_s: float = setting(3.0, "at most so many requests a second to the bulletin; 0: no limit")
    teu_source: str = setting("off", "off until an operator switches the reading of the bulletin on (see docs/teu.md); on in the demo")
    trusted_networks: str = setting(
        "", "private networks, as 10.0.0.0/8 with spaces between, in which a firm's sign-in provider may be; loopback: tests and demo only"
    )
    trusted_ca_file: str = setting("", "PEM file with authorities trusted besides the system's for what firms name; empty: none")
    browser: str = setting(
        "chromium", "browser of a session with a client's certificate, unless it is asked for otherwise: chromium or firefox"
    )
    browser_sessions_host: int = setting(8, "such sessions at a time on one machine; each takes about half a GiB")
    browser_sessions_firm: int = setting(4, "such sessions at a time of one firm")
    browser_viewer_away_s: int = setting(60, "seconds after which a session that nobody looks at ends")
    browser_idle_s: int = setting(900, "seconds after which a session in which nobody does anything ends")
    browser_memory_mib: int = setting(2048, "MiB of memory with which a session ends")
    browser_hosts: str = setting(
        "", "portals that are elsewhere than the DNS says, as name=address with spaces between: tests and training with stand-ins only"
    )
    rpc_timeout_s: int = setting(20, "seconds to wait for another service")
    password_memory_kib: int = setting(65_536, "KiB of memory that hashing a password takes; less only where nobody's real password is")
    health_port: int = setting(0, "port of /livez, /readyz and /metrics of a service process; 0: none")
    grace_s: int = setting(25, "seconds that a process which is told to end (SIGTERM) has to end in order; then it is cut off")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    crash_at: str = setting("", "tests only: the process ends itself at this point (see chassis/crash.py)")

    @classmethod
    def from_env(cls, environment: dict[str, str] | None = None) -> Self:
        given = os.environ if environment is None else environment
        known = {PREFIX + declared.name.upper(): declared for declared in fields(cls)}
        for variable in given:
            if variable.startswith(PREFIX) and variable not in known:
                raise SettingMissing(f"{variable}: no hay ningún ajuste con ese nombre. Los que hay están en .env.example.")
        wanted = {declared.name: (declared, given.get(variable, "")) for variable, declared in known.items()}
        return cls(**{name: _convert(name, declared.default, text) for name, (declared, text) in wanted.items() if text})

    @property
    def is_embedded(self) -> bool:
        return self.broker_url.startswith("embedded:")

    def database_for(self, service: str) -> str:
        if self.database_url:
            return self.database_url.format(service=service)
        return f"sqlite:///{self.data_dir / service}.db"

    @property
    def networks_trusted(self) -> tuple[Network, ...]:
        return tuple(ip_network(text) for text in self.trusted_networks.split())

    @property
    def master_key_path(self) -> Path:
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def sealing_key_path(self) -> Path:
        return self.sealing_key_file or self.data_dir / "sealing.key"

    @property
    def trail_key_path(self) -> Path:
        return self.trail_key_file or self.data_dir / "trail.key"


def _convert(name: str, default: Any, text: str) -> Any:
    if name.endswith(("_dir", "_file")) and not isinstance(default, str):
        return Path(text)
    kind = type(default)
    try:
        value = kind(text)
    except ValueError as error:
        raise SettingMissing(f"{PREFIX}{name.upper()}: «{text}» no es un valor válido ({kind.__name__}). Corríjalo o quítelo.") from error
    if name in CHOICES and value not in CHOICES[name]:
        raise SettingMissing(f"{PREFIX}{name.upper()}: «{text}» no es un valor válido. Ponga uno de: {', '.join(CHOICES[name])}.")
    if kind in (int, float) and value < (1 if name in AT_LEAST_ONE else 0):
        raise SettingMissing(f"{PREFIX}{name.upper()}: «{text}» es demasiado poco. Corríjalo o quítelo.")
    if name == "trusted_networks" and not are_networks(text):
        raise SettingMissing(f"{PREFIX}{name.upper()}: «{text}» no son redes separadas por espacios, como 10.0.0.0/8. Corríjalo o quítelo.")
    if name.endswith("_ca_file") and not Path(text).is_file():
        raise SettingMissing(f"{PREFIX}{name.upper()}: no se encuentra el fichero {text}. Corríjalo, o quítelo para usar las del sistema.")
    return value


def are_networks(text: str) -> bool:
    try:
        return bool([ip_network(each) for each in text.split()])
    except ValueError:
        return False
