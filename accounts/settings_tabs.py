"""The platform's own pages in the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import Right
from accounts.registries import SETTINGS_TABS, SettingsTab

_EDIT = Right.EDIT_ACCOUNT_SETTINGS

for _tab in (
    SettingsTab("profile", "general", _("Profile"), "accounts:profile", 10),
    SettingsTab("email", "general", _("Email"), "accounts:emails", 20),
    SettingsTab("security", "security", _("Security"), "accounts:security", 10),
    SettingsTab("account", "account", _("Account"), "accounts:account", 10, _EDIT),
    SettingsTab("brands", "account", _("Brands"), "accounts:brands", 20, _EDIT),
    SettingsTab("users", "users", _("Users"), "accounts:users", 10),
    SettingsTab("domains", "domains", _("Domains"), "accounts:domains", 10, _EDIT),
    SettingsTab("private_apps", "integrations", _("Private app tokens"), "accounts:tokens", 50, _EDIT),
    SettingsTab("notifications", "notifications", _("Notifications"), "accounts:notification_settings", 10),
    SettingsTab("audit", "activity", _("Audit log"), "accounts:audit", 10, _EDIT),
    SettingsTab("failed_jobs", "activity", _("Failed jobs"), "accounts:failed_jobs", 20, _EDIT),
):
    SETTINGS_TABS.register(_tab.key, _tab)
