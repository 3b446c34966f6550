"""Asking another service: `access = Promise("access")`, then `self.access.scope()`.

Nameko's own proxy waits for ever; this one gives up after the time of the settings and says so. It also refuses to be called while a unit
of work is open, passes on who asks, and can ask on behalf of somebody else: `self.keyring.asking(asking).release(…)`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import eventlet
import structlog
from kombu.exceptions import OperationalError
from nameko.exceptions import UnknownService, registry
from nameko.rpc import RpcProxy, ServiceProxy

from services.chassis.asking import Asking
from services.chassis.database import outside_units
from services.chassis.logs import what_failed
from services.contracts import errors
from services.contracts.sentences import said

log = structlog.get_logger()
UNREACHABLE = (OperationalError, OSError, eventlet.Timeout, UnknownService)


class Asked:
    """One service as seen by whoever asks it."""

    def __init__(self, proxy: ServiceProxy, timeout_s: float):
        self._proxy, self._timeout_s = proxy, timeout_s

    def asking(self, asking: Asking) -> Asked:
        context = copy.copy(self._proxy.worker_ctx)
        context.data = asking.to_headers()
        return Asked(ServiceProxy(context, self._proxy.service_name, self._proxy.reply_listener, **self._proxy.options), self._timeout_s)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            name = f"{self._proxy.service_name}.{method}"
            outside_units(f"asking {name}")
            try:
                with eventlet.Timeout(self._timeout_s):
                    return getattr(self._proxy, method)(*args, **kwargs)
            except UNREACHABLE as error:
                log.warning("service_away", asked=name, error=what_failed(error))
                raise errors.Away(said("Una parte del sistema no responde. Inténtelo de nuevo dentro de unos segundos.")) from error

        return ask


class Promise(RpcProxy):
    """The dependency: a service that this one may ask."""

    def get_dependency(self, worker_ctx: Any) -> Asked:
        context = copy.copy(worker_ctx)
        # The key is of the call that is being answered: what is asked on its way is not that call.
        context.data = {name: value for name, value in worker_ctx.data.items() if name != "idempotency_key"}
        return Asked(super().get_dependency(context), self.container.config["settings"].rpc_timeout_s)


def carry_refusals() -> None:
    """Let the refusals of the contracts arrive as themselves at whoever asked, instead of as Nameko's RemoteError."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.Refusal):
            registry[f"{kind.__module__}.{kind.__name__}"] = kind


carry_refusals()
