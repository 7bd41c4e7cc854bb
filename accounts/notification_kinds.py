"""What the platform itself tells people of (A7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import Right
from accounts.registries import NOTIFICATION_KINDS, NotificationKind

DOMAIN_TROUBLE = "domain.trouble"
JOB_FAILED = "job.failed"

for _kind in (
    NotificationKind(
        DOMAIN_TROUBLE,
        _("A domain has lost its proof"),
        _("The record or the file is gone, or another account has proven the name."),
        icon="globe",
        right=Right.EDIT_ACCOUNT_SETTINGS,
    ),
    NotificationKind(
        JOB_FAILED,
        _("Work has failed for good"),
        _("A job gave up and waits under Failed jobs. Told once a day at most."),
        icon="x-circle",
        by_email=False,
        right=Right.EDIT_ACCOUNT_SETTINGS,
    ),
):
    NOTIFICATION_KINDS.register(_kind.key, _kind)
