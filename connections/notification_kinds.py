"""What connections tell people of (A7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NOTIFICATION_KINDS, NotificationKind

CONNECTION_ATTENTION = "connection.attention"

NOTIFICATION_KINDS.register(
    CONNECTION_ATTENTION,
    NotificationKind(
        CONNECTION_ATTENTION,
        _("A connected app needs attention"),
        _("It stopped working and only you can mend it. Told once for each trouble."),
        icon="plug",
    ),
)
