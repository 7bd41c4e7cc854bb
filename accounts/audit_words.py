"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import Hub
from accounts.registries import AUDIT_ACTIONS, AUDIT_NAMES, AUDIT_TARGETS, JOB_WORDS

for _key, _words in {
    "account.created": _("Account created"),
    "account.updated": _("Account changed"),
    "brand.created": _("Brand added"),
    "brand.renamed": _("Brand renamed"),
    "brand.made_primary": _("Primary brand changed"),
    "brand.deleted": _("Brand deleted"),
    "invitation.sent": _("Invitation sent"),
    "invitation.resent": _("Invitation sent again"),
    "invitation.revoked": _("Invitation withdrawn"),
    "invitation.accepted": _("Invitation accepted"),
    "membership.added": _("User added"),
    "membership.updated": _("Rights and seat changed"),
    "membership.removed": _("User removed"),
    "subscription.set": _("Subscription changed"),
    "access_token.created": _("Token created"),
    "access_token.revoked": _("Token revoked"),
    "user.updated": _("Profile changed"),
    "user.signed_in": _("Signed in"),
    "user.sessions_ended": _("Signed out elsewhere"),
    "user.password_changed": _("Password changed"),
    "user.password_reset": _("Password set by a link"),
    "user.email_added": _("Email address added"),
    "user.email_proven": _("Email address confirmed"),
    "user.email_changed": _("Main email address changed"),
    "user.email_removed": _("Email address removed"),
    "user.second_factor_added": _("Two-factor sign-in turned on"),
    "user.second_factor_removed": _("Two-factor sign-in turned off"),
    "user.recovery_codes_renewed": _("New recovery codes made"),
    "job.retried": _("Failed job retried"),
    "domain.added": _("Domain added"),
    "domain.connected": _("Domain connected"),
    "domain.updated": _("Domain changed"),
    "domain.removed": _("Domain removed"),
    "domain.lost": _("Domain lost to another account"),
    "notifications.chosen": _("Notification choices changed"),
    "audit.exported": _("Audit log exported"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "account": _("Account"),
    "brand": _("Brand"),
    "invitation": _("Invitation"),
    "membership": _("Member"),
    "subscription": _("Subscription"),
    "access_token": _("Private app token"),
    "user": _("User"),
    "job": _("Job"),
    "domain": _("Domain"),
}.items():
    AUDIT_TARGETS.register(_key, _words)


JOB_WORDS.register("email.send", _("Send an email"))


@AUDIT_NAMES.registered("job")
def job_name(label: str, target_id: str) -> str:
    """What it was to do; its label is the kind of job."""
    return str(JOB_WORDS.get(label) or label)


@AUDIT_NAMES.registered("subscription")
def subscription_name(label: str, target_id: str) -> str:
    """The hub that it is of."""
    return str(Hub(target_id).label) if target_id in Hub.values else label
