"""A bounded pool of RPC proxies.

Traps: threads that share one proxy hang, and a new proxy a request costs ten times a call; so one a checkout, for one thread at a time.
A proxy is thrown away after any error that is not a refusal, since its reply queue may be gone, and then the idle ones of the same age
are thrown away too: they most probably lost the same connection.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError
from nameko.exceptions import RemoteError, RpcTimeout, UnknownService
from nameko.standalone.rpc import ClusterRpcProxy

from services.chassis.asking import Asking
from services.chassis.broker import nameko_config
from services.chassis.promises import carry_refusals
from services.chassis.settings import Settings
from services.contracts.errors import Away, Refusal
from services.contracts.sentences import said

log = structlog.get_logger()
UNREACHABLE = (OSError, AMQPError, KombuError, RpcTimeout, UnknownService, RuntimeError)
SIZE = 16
PATIENCE_S = 10
AWAY = said("Una parte del sistema no responde. Inténtelo de nuevo dentro de unos segundos.")


class Caller(ClusterRpcProxy):
    """A proxy of all services that can speak for one asker after another."""

    def on_behalf_of(self, asking: Asking) -> Any:
        self._worker_ctx.data = asking.to_headers()
        return self._proxy


class Pool:
    def __init__(self, settings: Settings, size: int = SIZE):
        self.settings = settings
        self.free = threading.BoundedSemaphore(size)
        self.idle: list[tuple[int, Caller]] = []
        self.lock = threading.Lock()
        self.generation = 0
        carry_refusals()

    @contextmanager
    def services(self, asking: Asking) -> Iterator[Any]:
        """The services, asked for this asker: `with pool.services(asking) as ask: ask.clients.client(client_id)`. Raises Away."""
        if not self.free.acquire(timeout=PATIENCE_S):
            raise Away(said("Hay demasiadas peticiones a la vez. Inténtelo de nuevo dentro de unos segundos."))
        try:
            with self._checked_out() as caller:
                yield caller.on_behalf_of(asking)
        except UNREACHABLE as error:
            log.warning("service_away", request_id=asking.request_id, error=type(error).__name__)
            raise Away(AWAY) from error
        finally:
            self.free.release()

    @contextmanager
    def _checked_out(self) -> Iterator[Caller]:
        generation, caller = self._take()
        try:
            yield caller
        except (Refusal, RemoteError):
            self._give_back(generation, caller)
            raise
        except BaseException:
            self._discard(generation, caller)
            raise
        self._give_back(generation, caller)

    def _take(self) -> tuple[int, Caller]:
        with self.lock:
            if self.idle:
                return self.idle.pop()
        caller = Caller(nameko_config(self.settings), timeout=self.settings.rpc_timeout_s)
        caller.start()
        return self.generation, caller

    def _give_back(self, generation: int, caller: Caller) -> None:
        with self.lock:
            if generation == self.generation:
                self.idle.append((generation, caller))
                return
        stop(caller)

    def _discard(self, generation: int, caller: Caller) -> None:
        with self.lock:
            stale = [other for age, other in self.idle if age <= generation]
            self.idle = [(age, other) for age, other in self.idle if age > generation]
            self.generation = max(self.generation, generation + 1)
        for other in [caller, *stale]:
            stop(other)

    def close(self) -> None:
        with self.lock:
            stale, self.idle = self.idle, []
        for _, caller in stale:
            stop(caller)


def stop(caller: Caller) -> None:
    try:
        caller.stop()
    except UNREACHABLE:
        # Its connection is gone already, which is why it is thrown away.
        return
