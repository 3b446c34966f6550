"""The gateway under gunicorn: threads, because each request waits for other services (gunicorn has no eventlet worker any more)."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from gateway.app import create_app
from gateway.rpc import Pool
from services.chassis import logs
from services.chassis.garbage import spare_what_is_loaded
from services.chassis.settings import Settings


class Server(BaseApplication):
    def __init__(self, settings: Settings, bind: str, threads: int):
        worker = {"workers": 1, "worker_class": "gthread", "threads": threads}
        self.settings, self.options = settings, {**worker, "bind": bind, "keepalive": 30, "graceful_timeout": settings.grace_s}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app = create_app(Pool(self.settings), self.settings.proxies)
        spare_what_is_loaded()
        return app


def serve(bind: str, threads: int) -> None:
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    Server(settings, bind, threads).run()
