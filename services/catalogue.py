"""Which services there are: the name that `casillero service NAME` takes → where its class is. The only place that knows them all."""

from __future__ import annotations

import importlib

CLASSES = {
    "access": "services.access.service:AccessService",
    "sign_in": "services.sign_in.service:SignInService",
    "clients": "services.clients.service:ClientsService",
    "keyring": "services.keyring.service:KeyringService",
    "audit": "services.audit.service:AuditService",
    "mailbox_sync": "services.mailbox_sync.service:MailboxSyncService",
    "sync_worker": "services.mailbox_sync.worker:SyncWorker",
    "teu_watcher": "services.teu_watcher.service:TeuWatcherService",
    "notifications": "services.notifications.service:NotificationsService",
    "browser": "services.browser.service:BrowserService",
}


def service_class(name: str) -> type:
    module, _, attribute = CLASSES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def service_classes() -> list[type]:
    return [service_class(name) for name in CLASSES]


def databases() -> list[str]:
    """The services that have tables of their own; `sync_worker` works on those of `mailbox_sync`."""
    return [name for name in CLASSES if name != "sync_worker"]
