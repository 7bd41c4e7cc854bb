"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS

for _key, _words in {
    "connection.made": _("App connected"),
    "connection.reconnected": _("App reconnected"),
    "connection.needs_attention": _("Connection stopped working"),
    "connection.updated": _("Connection changed"),
    "connection.disconnected": _("App disconnected"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "connection": _("Connection"),
}.items():
    AUDIT_TARGETS.register(_key, _words)
