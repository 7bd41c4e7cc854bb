"""What allauth says that a person did with their sign-in, for the audit logs of their accounts.

It says so while the page runs that makes the change, which is one transaction (see accounts.views.sign_in_changes); not
so for the second factor, whose pages write their rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from accounts.models import User
from accounts.services.people import user_audit
from accounts.web import request_ip


def _audit_of(action: str) -> Callable[..., None]:
    def record(request: HttpRequest, user: User, **kwargs: Any) -> None:
        user_audit(user=user, action=action, ip=request_ip(request))

    return record


def _address_proven(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """One more address opens the door from now on: the main one is told. The first address of all is no news."""
    user = email_address.user
    if email_address.primary:
        return
    user_audit(user=user, action="user.email_proven", ip=request_ip(request))
    get_adapter(request).send_notification_mail("account/email/email_added", user, {"added": email_address.email})


for _signal, _record in (
    (account.email_confirmed, _address_proven),
    (account.email_added, _audit_of("user.email_added")),
    (account.email_removed, _audit_of("user.email_removed")),
    (account.password_changed, _audit_of("user.password_changed")),
    (account.password_reset, _audit_of("user.password_reset")),
    (account.email_changed, _audit_of("user.email_changed")),
):
    _signal.connect(_record, weak=False)
