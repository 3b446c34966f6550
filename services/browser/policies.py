"""What the two browsers of a session may do, as policies that nobody inside can change: the portals of the list and nothing else.

Traps: in Chromium a blocklist of `*` leaves its own pages open, so every scheme of theirs is named; Firefox's policies leave
about:preferences and the certificate manager open, which `inside/mozilla.cfg` closes. The certificate is shown without a question, and only
to hosts of the list: the proxy lets nobody else be reached anyway.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from services.browser.portals import Reach

Json = dict[str, Any]
START: Final = "http://inicio.sesion/"
DOWNLOADS: Final = "/home/sede/Descargas"
PROXY: Final = "127.0.0.1:3128"
SPANISH: Final = "langpack-es-ES@firefox-esr.mozilla.org"
OWN_PAGES: Final = (
    "chrome",
    "chrome-untrusted",
    "chrome-extension",
    "devtools",
    "file",
    "filesystem",
    "view-source",
    "data",
    "ftp",
    "about",
)
CHROMIUM: Final = {
    "AllowDinosaurEasterEgg": False,
    "AutofillAddressEnabled": False,
    "AutofillCreditCardEnabled": False,
    "BackgroundModeEnabled": False,
    "BookmarkBarEnabled": True,
    "BrowserAddPersonEnabled": False,
    "BrowserGuestModeEnabled": False,
    "BrowserSignin": 0,
    "DefaultBrowserSettingEnabled": False,
    "DefaultFileSystemReadGuardSetting": 2,
    "DefaultFileSystemWriteGuardSetting": 2,
    "DefaultGeolocationSetting": 2,
    "DefaultNotificationsSetting": 2,
    "DeveloperToolsAvailability": 2,
    "DnsOverHttpsMode": "off",
    "DownloadDirectory": DOWNLOADS,
    "DownloadRestrictions": 0,
    "ExtensionInstallBlocklist": ["*"],
    "HomepageLocation": START,
    "IncognitoModeAvailability": 1,
    "MetricsReportingEnabled": False,
    "NetworkPredictionOptions": 2,
    "PasswordManagerEnabled": False,
    "PrintingEnabled": False,
    "PromptForDownloadLocation": False,
    "QuicAllowed": False,
    "RestoreOnStartup": 4,
    "RestoreOnStartupURLs": [START],
    "SafeBrowsingProtectionLevel": 0,
    "SearchSuggestEnabled": False,
    "DefaultSearchProviderEnabled": False,
    "SSLErrorOverrideAllowed": False,
    "SyncDisabled": True,
    "TaskManagerEndProcessEnabled": False,
    "TranslateEnabled": False,
    "WebRtcIPHandling": "disable_non_proxied_udp",
}
FIREFOX: Final = {
    "BlockAboutAddons": True,
    "BlockAboutConfig": True,
    "BlockAboutProfiles": True,
    "BlockAboutSupport": True,
    "CaptivePortal": False,
    "DNSOverHTTPS": {"Enabled": False, "Locked": True},
    "DisableAppUpdate": True,
    "DisableDeveloperTools": True,
    "DisableFeedbackCommands": True,
    "DisableFirefoxAccounts": True,
    "DisableFirefoxScreenshots": True,
    "DisableFirefoxStudies": True,
    "DisableFormHistory": True,
    "DisableMasterPasswordCreation": True,
    "DisablePrivateBrowsing": True,
    "DisableProfileImport": True,
    "DisableProfileRefresh": True,
    "DisableSafeMode": True,
    "DisableSecurityBypass": {"InvalidCertificate": True, "SafeBrowsing": True},
    "DisableSetDesktopBackground": True,
    "DisableTelemetry": True,
    "DisplayBookmarksToolbar": "always",
    "DisplayMenuBar": "never",
    "DontCheckDefaultBrowser": True,
    "DownloadDirectory": DOWNLOADS,
    "ExtensionSettings": {"*": {"installation_mode": "blocked"}, SPANISH: {"installation_mode": "allowed"}},
    "GenerativeAI": {"Enabled": False, "Locked": True},
    "HardwareAcceleration": False,
    "InstallAddonsPermission": {"Default": False},
    "NetworkPrediction": False,
    "NoDefaultBookmarks": True,
    "OfferToSaveLogins": False,
    "OverrideFirstRunPage": "",
    "OverridePostUpdatePage": "",
    "PasswordManagerEnabled": False,
    "PrintingEnabled": False,
    "PromptForDownloadLocation": False,
    "RequestedLocales": "es-ES,es",
    "SanitizeOnShutdown": True,
    "SearchSuggestEnabled": False,
    "SkipTermsOfUse": True,
    "TranslateEnabled": False,
}
FIREFOX_LOCKED: Final = {
    "browser.aboutwelcome.enabled": False,
    "browser.cache.disk.enable": False,
    "browser.download.folderList": 2,
    "browser.download.open_pdf_attachments_inline": False,
    "browser.helperApps.showOpenOptionForPdfJS": False,
    "browser.ml.chat.enabled": False,
    "browser.ml.enable": False,
    "browser.newtabpage.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.tabs.firefox-view": False,
    "browser.translations.enable": False,
    "network.connectivity-service.enabled": False,
    "network.protocol-handler.external-default": False,
    "network.proxy.allow_hijacking_localhost": True,
    "print.enabled": False,
    "security.default_personal_cert": "Select Automatically",
    "security.disable_button.openCertManager": True,
    "security.disable_button.openDeviceManager": True,
}


def chromium(reach: Reach, portals: list[Json]) -> Json:
    shown_to = [json.dumps({"pattern": f"https://{pattern}", "filter": {}}) for pattern in patterns(reach.hosts)]
    return CHROMIUM | {
        "URLBlocklist": ["*", *(f"{scheme}:*" for scheme in OWN_PAGES), "javascript:*", "chrome://*", "file://*"],
        "URLAllowlist": ["http://inicio.sesion", "blob:*", "about:blank", *(f"https://{host}" for host in sorted(reach.hosts))],
        "AutoSelectCertificateForUrls": shown_to,
        "ManagedBookmarks": bookmarks(portals),
    }


def patterns(hosts: Iterable[str]) -> Iterable[str]:
    """A host and every name below it, as Chromium's content settings write it."""
    return (f"[*.]{host}" for host in sorted(hosts))


def firefox(reach: Reach, portals: list[Json]) -> Json:
    may = ["http://inicio.sesion/*", *(f"https://{name}/*" for host in sorted(reach.hosts) for name in (host, f"*.{host}"))]
    return {
        "policies": FIREFOX
        | {
            "Homepage": {"URL": START, "Locked": True, "StartPage": "homepage-locked"},
            "ManagedBookmarks": bookmarks(portals),
            "Preferences": {name: {"Value": value, "Status": "locked"} for name, value in FIREFOX_LOCKED.items()},
            "Proxy": {"Mode": "manual", "Locked": True, "HTTPProxy": PROXY, "UseHTTPProxyForAllProtocols": True, "Passthrough": ""},
            "WebsiteFilter": {"Block": ["<all_urls>"], "Exceptions": may},
        }
    }


def bookmarks(portals: list[Json]) -> list[Json]:
    return [{"toplevel_name": "Portales"}, {"name": "Lista de servicios", "url": START}] + [
        {"name": portal["name"], "url": portal["actions"][0]["url"]} for portal in portals
    ]


POLICIES: Final = {
    "chromium": (chromium, "/etc/chromium/policies/managed/casillero.json"),
    "firefox": (firefox, "/etc/firefox/policies/policies.json"),
}
