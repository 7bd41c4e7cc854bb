"""Connected apps, in the settings and in the command palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import PALETTE_SOURCES, SETTINGS_TABS, PaletteSource, SettingsTab
from connections.palette import connections_find

SETTINGS_TABS.register(
    "connected_apps",
    SettingsTab("connected_apps", "integrations", _("Connected apps"), "connections:index", 10),
)
PALETTE_SOURCES.register("connections", PaletteSource("connections", _("Connected apps"), connections_find, 40))
