"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS

for _key, _words in {
    "property.created": _("Property created"),
    "property.archived": _("Property archived"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "property": _("Property"),
    "record": _("Record"),
}.items():
    AUDIT_TARGETS.register(_key, _words)
