"""What every way in leaves in the trail: `nothing` for those that only read, or the acts, by the names under which they are found there.

A topic is heard by audit.keep_act in the commit of the act; any other name is recorded by the service before it acts.
"""

from __future__ import annotations

READS = {
    "access": "check covers erasure grants group groups holdings holdings_page job job_outcomes logo me parked_summary together"
    " person role roles"
    " scope settings settings_of tenants user users users_of",
    "sign_in": "erasure holdings holdings_page invitation is_invitation parked_summary together passkeys provider second_factor sessions"
    " tokens tokens_of who",
    "clients": "chosen client clients clients_of_groups erasure export_rows facts facts_by_tax_id groups_of holdings holdings_page job"
    " job_outcomes names parked_summary together sizes_of_groups sizes_of_views views",
    "keyring": "certificates door erasure holdings holdings_page job job_outcomes parked_summary together",
    "audit": "checkpoint consistency entries erasure exported exported_of holdings holdings_page parked_summary together proof",
    "mailbox_sync": "bodies erasure health holdings holdings_page job job_outcomes mailbox mailboxes parked_summary together portals"
    " removed_portals sync",
    "sync_worker": "erasure holdings holdings_page parked_summary together",
    "teu_watcher": "coverage edict edicts erasure holdings holdings_page job job_outcomes parked_summary together source",
    "browser": "erasure holdings holdings_page parked_summary together redeem session sessions_of viewer_token",
    "notifications": "document_part documents erasure holdings holdings_page notification notifications parked_summary together",
}

WRITES = {
    "access": {
        "change_group": "access.group_changed",
        "change_me": "access.user_changed",
        "change_role": "access.role_changed",
        "change_settings": "access.tenant_settings_changed",
        "change_user": "access.user_changed",
        "create_group": "access.group_changed",
        "create_role": "access.role_changed",
        "create_tenant": "access.tenant_created",
        "create_user": "access.user_changed",
        "delete_group": "access.group_changed",
        "delete_role": "access.role_changed",
        "disable_user": "access.user_changed",
        "erase_tenant": "access.tenant_erased",
        "give_grant": "access.grants_changed",
        "import_file": "access.access_job_asked",
        "join": "access.user_changed",
        "remove_logo": "access.tenant_settings_changed",
        "resume_tenant": "access.tenant_resumed",
        "set_grant": "access.grants_changed",
        "set_logo": "access.tenant_settings_changed",
        "suspend_tenant": "access.tenant_suspended",
        "take_grant": "access.grants_changed",
    },
    "sign_in": {
        "accept_invitation": "accept_invitation",
        "change_password": "change_password",
        "confirm_totp": "confirm_totp",
        "end_session": "end_session",
        "enrol_passkey": "enrol_passkey",
        "forgotten": "ask_for_password",
        "found": "access.tenant_created",
        "invite_user": "invite_user",
        "issue_token": "issue_token",
        "oidc_finish": "sign_in",
        "remove_passkey": "remove_passkey",
        "remove_provider": "remove_provider",
        "remove_totp": "remove_totp",
        "rename_passkey": "rename_passkey",
        "renew_recovery_codes": "renew_recovery_codes",
        "reset_second_factor": "reset_second_factor",
        "revoke_token": "revoke_token",
        "second_step": "sign_in",
        "set_provider": "change_provider",
        "sign_in": "sign_in",
        "sign_in_with_passkey": "sign_in",
        "sign_out": "sign_out",
    },
    "clients": {
        "archive": "clients.clients_changed",
        "change": "clients.clients_changed",
        "bulk": "clients.client_job_asked",
        "change_view": "clients.view_changed",
        "erase": "erase_client",
        "export": "clients_exported",
        "export_these": "clients_exported",
        "import_file": "clients.client_job_asked",
        "register": "clients.clients_registered",
        "remove_view": "clients.view_changed",
        "restore": "clients.clients_changed",
        "save_view": "clients.view_changed",
        "set_clients_of_group": "clients.clients_changed",
        "set_groups": "clients.clients_changed",
    },
    "keyring": {
        "import_certificate": "keyring.certificate_imported",
        "import_many": "keyring.certificate_job_asked",
        "release": "certificate_used",
        "remove_certificate": "keyring.certificate_removed",
    },
    "audit": {"export": "export_trail", "export_of": "export_trail", "record": "whatever it is given"},
    "mailbox_sync": {
        "add_mailbox": "mailbox_sync.mailboxes_changed",
        "add_portal": "mailbox_sync.portal_changed",
        "bulk": "mailbox_sync.mailbox_job_asked",
        "change_mailbox": "mailbox_sync.mailboxes_changed",
        "change_portal": "mailbox_sync.portal_changed",
        "remove_mailbox": "mailbox_sync.mailboxes_changed",
        "remove_portal": "mailbox_sync.portal_changed",
        "restore_portal": "mailbox_sync.portal_changed",
        "sync_now": "mailbox_sync.sync_requested",
    },
    "browser": {
        "close": "browser.browser_session_ended",
        "download": "browser_file_taken_out",
        "open": "browser.browser_session_opened",
        "upload": "browser_file_brought_in",
    },
    "teu_watcher": {"read_day": "read_day", "switch_source": "teu_watcher.teu_source_switched"},
    "notifications": {
        "change": "notifications.notification_changed",
        "finish_document": "notifications.document_added",
        "read_document": "read_document",
    },
}

NOT_YET_AN_ACT = {
    "notifications": {
        "add_document": "what is only beginning to arrive; finish_document is the act",
        "add_part": "the same",
    },
    "sign_in": {
        "enrol_totp": "a secret is shown; confirm_totp, which makes it count, is the act",
        "founding_code": "an operator's code at the first start, before there is a firm",
        "oidc_start": "leads to the firm's provider; oidc_finish is the sign-in",
        "oidc_start_by_email": "the same",
        "passkey_challenge": "a number to be signed; sign_in_with_passkey is the sign-in",
        "passkey_options": "a number to be signed; enrol_passkey is the act",
        "invite": "an operator's command asks for the link, and has recorded invite_user, or made the firm, before",
    },
}
