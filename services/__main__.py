"""`python -m services NAME…` runs those services in this process; no name: all of them. `casillero service` is the same."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402  (eventlet must patch before anything else is imported)

from services.catalogue import CLASSES, databases, service_class, service_classes  # noqa: E402
from services.chassis import health, logs, migrations, running  # noqa: E402
from services.chassis.settings import Settings  # noqa: E402


def main(names: list[str]) -> int:
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    unknown = [name for name in names if name not in CLASSES]
    if unknown:
        running.fail(f"No hay ningún servicio «{unknown[0]}». Los que hay: {', '.join(CLASSES)}.")
    if settings.is_embedded and names:
        running.fail("Un servicio por proceso necesita RabbitMQ (CASILLERO_BROKER_URL). Sin él, `casillero run` los arranca todos.")
    if settings.is_embedded:
        migrations.migrate(settings, databases())
    services = [service_class(name) for name in names or CLASSES]
    with running.running(settings, services, service_classes()) as runner:
        stores = [extension.store for container in runner.containers for extension in container.dependencies if hasattr(extension, "store")]
        health.serve(settings, stores)
        running.end_when_told(runner, settings)
        return running.supervise(runner)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
