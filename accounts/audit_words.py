"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS

for _key, _words in {
    "account.created": _("Account created"),
    "membership.added": _("User added"),
    "membership.updated": _("Rights and seat changed"),
    "membership.removed": _("User removed"),
    "subscription.set": _("Subscription changed"),
    "access_token.created": _("Token created"),
    "access_token.revoked": _("Token revoked"),
    "user.updated": _("Profile changed"),
    "job.retried": _("Failed job retried"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "account": _("Account"),
    "membership": _("Member"),
    "subscription": _("Subscription"),
    "access_token": _("Private app token"),
    "user": _("User"),
    "job": _("Job"),
}.items():
    AUDIT_TARGETS.register(_key, _words)
