"""What a token may be allowed to do; each app may register more."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import Words
from hubclone.lib.registry import Registry

SCOPES: Registry[str, Words] = Registry("scopes")
"""Name → what it allows, in a few words."""

for _name, _words in (
    ("crm.objects.contacts.read", _("See contacts")),
    ("crm.objects.contacts.write", _("Create, change and delete contacts")),
    ("crm.objects.companies.read", _("See companies")),
    ("crm.objects.companies.write", _("Create, change and delete companies")),
    ("crm.objects.deals.read", _("See deals")),
    ("crm.objects.deals.write", _("Create, change and delete deals")),
    ("crm.objects.owners.read", _("See the users that own records")),
    ("crm.schemas.contacts.read", _("See the properties of contacts")),
    ("crm.schemas.contacts.write", _("Create and change properties of contacts")),
    ("scheduler.meetings.meeting-link.read", _("See scheduling pages and book on them")),
    ("settings.users.read", _("See users")),
    ("settings.users.write", _("Add, change and remove users")),
    ("hub.marketplace.read", _("See installed apps")),
    ("hub.marketplace.write", _("Install and uninstall apps")),
    ("hub.sync.read", _("See data syncs and their health")),
    ("hub.sync.write", _("Set up and run data syncs")),
):
    SCOPES.register(_name, _words)


def all_scopes() -> list[str]:
    """Every scope, in alphabetical order."""
    return sorted(SCOPES)
