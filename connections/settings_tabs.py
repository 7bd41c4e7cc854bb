"""Connected apps, in the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import SETTINGS_TABS, SettingsTab

SETTINGS_TABS.register(
    "connected_apps",
    SettingsTab("connected_apps", "integrations", _("Connected apps"), "connections:index", 10),
)
