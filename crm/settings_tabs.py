"""Settings → Objects: what records are made of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import Right
from accounts.registries import SETTINGS_SECTIONS, SETTINGS_TABS, SettingsSection, SettingsTab

_EDIT = Right.EDIT_ACCOUNT_SETTINGS

SETTINGS_SECTIONS.register("objects", SettingsSection("objects", _("Objects"), 28))
for _tab in (
    SettingsTab("properties", "objects", _("Properties"), "crm:properties", 10, _EDIT),
    SettingsTab("property_groups", "objects", _("Groups"), "crm:property_groups", 20, _EDIT),
    SettingsTab("association_labels", "objects", _("Association labels"), "crm:association_labels", 30, _EDIT),
    SettingsTab("excluded_domains", "objects", _("Excluded domains"), "crm:excluded_domains", 40, _EDIT),
):
    SETTINGS_TABS.register(_tab.key, _tab)
