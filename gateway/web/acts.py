"""What the trail calls each act, in words, and the page of what it was done to."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _

ACTS: Final[dict[str, Any]] = {
    "sign_in": _("Entrada"),
    "sign_in_failed": _("Entrada fallida"),
    "sign_out": _("Salida"),
    "end_session": _("Sesión cerrada desde otra"),
    "otp_asked": _("Segundo factor pedido"),
    "password_expired": _("Contraseña caducada"),
    "invite_user": _("Invitación a una persona"),
    "accept_invitation": _("Invitación aceptada"),
    "ask_for_password": _("Contraseña olvidada"),
    "change_password": _("Cambio de contraseña"),
    "confirm_totp": _("Segundo factor puesto"),
    "remove_totp": _("Segundo factor quitado"),
    "renew_recovery_codes": _("Códigos de recuperación nuevos"),
    "reset_second_factor": _("Segundo factor de otra persona quitado"),
    "enrol_passkey": _("Llave de acceso añadida"),
    "rename_passkey": _("Llave de acceso renombrada"),
    "remove_passkey": _("Llave de acceso quitada"),
    "issue_token": _("Token de programa creado"),
    "revoke_token": _("Token de programa anulado"),
    "change_provider": _("Proveedor de identidad cambiado"),
    "remove_provider": _("Proveedor de identidad quitado"),
    "certificate_used": _("Uso de un certificado"),
    "certificate_refused": _("Uso de un certificado denegado"),
    "certificate_use_ended": _("Fin del uso de un certificado"),
    "keyring.certificate_imported": _("Certificado subido"),
    "keyring.certificate_removed": _("Certificado quitado"),
    "keyring.certificate_job_asked": _("Subida de varios certificados"),
    "clients.clients_registered": _("Alta de clientes"),
    "clients.clients_changed": _("Cambio de clientes"),
    "clients.clients_erased": _("Borrado de clientes terminado"),
    "erase_client": _("Borrado de un cliente pedido"),
    "clients_exported": _("Exportación de clientes"),
    "clients.client_job_asked": _("Trabajo sobre clientes"),
    "clients.view_changed": _("Vista guardada o quitada"),
    "mailbox_sync.mailboxes_changed": _("Cambio de buzones"),
    "mailbox_sync.sync_requested": _("Consulta de un buzón"),
    "mailbox_sync.mailbox_job_asked": _("Trabajo sobre buzones"),
    "mailbox_sync.portal_changed": _("Cambio de un portal"),
    "notifications.notification_changed": _("Tramitación de una notificación"),
    "notifications.document_added": _("Documento añadido a un cliente"),
    "read_document": _("Descarga de un documento"),
    "read_day": _("Lectura de un día del tablón"),
    "browser.browser_session_opened": _("Navegador abierto con el certificado de un cliente"),
    "browser.browser_session_ended": _("Navegador cerrado"),
    "browser_file_brought_in": _("Fichero llevado al navegador de un cliente"),
    "browser_file_taken_out": _("Fichero sacado del navegador de un cliente"),
    "teu_watcher.teu_source_switched": _("Lectura del tablón activada o desactivada"),
    "access.user_changed": _("Cambio de una persona"),
    "access.role_changed": _("Cambio de un rol"),
    "access.group_changed": _("Cambio de un grupo"),
    "access.grants_changed": _("Permisos dados o quitados"),
    "access.tenant_created": _("Alta del despacho"),
    "access.tenant_settings_changed": _("Cambio de los ajustes del despacho"),
    "access.tenant_suspended": _("Despacho suspendido"),
    "access.tenant_resumed": _("Despacho reanudado"),
    "access.tenant_erased": _("Despacho borrado"),
    "access.access_job_asked": _("Importación de personas o grupos"),
    "export_trail": _("Exportación del rastro"),
}
PAGES: Final = {
    "clients.clients_registered": "/clientes/",
    "clients.clients_changed": "/clientes/",
    "notifications.notification_changed": "/notificaciones/",
    "access.user_changed": "/usuarios/",
    "access.group_changed": "/grupos/",
    "clients.client_job_asked": "/trabajos/",
    "mailbox_sync.mailbox_job_asked": "/trabajos/",
    "access.access_job_asked": "/trabajos/",
    "keyring.certificate_job_asked": "/trabajos/",
}


def words(act: str) -> Any:
    """What the act is called; its own name when it is none that we know."""
    return ACTS.get(act, act)


def page_of(entry: dict[str, Any]) -> str:
    """Where what it was done to is shown; empty when it has no page."""
    return PAGES[entry["act"]] + entry["subject"] if entry["subject"] and entry["act"] in PAGES else ""
