"""The calendar's place in the settings (A6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import SETTINGS_TABS, SettingsTab

SETTINGS_TABS.register("calendar", SettingsTab("calendar", "general", _("Calendar"), "calendars:settings", 30))
