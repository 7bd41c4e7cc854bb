"""What allauth says that a person did with their sign-in, for the audit logs of their accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.dispatch import Signal
from django.http import HttpRequest

from accounts.models import User
from accounts.services.people import user_event_record
from accounts.web import request_ip

_EVENTS: tuple[tuple[Signal, str], ...] = (
    (account.password_changed, "user.password_changed"),
    (account.password_reset, "user.password_reset"),
    (account.email_changed, "user.email_changed"),
    (mfa.authenticator_added, "user.second_factor_added"),
    (mfa.authenticator_removed, "user.second_factor_removed"),
    (mfa.authenticator_reset, "user.recovery_codes_renewed"),
)


def _recorder(action: str) -> Callable[..., None]:
    def record(request: HttpRequest, user: User, **kwargs: Any) -> None:
        user_event_record(user=user, action=action, ip=request_ip(request))

    return record


for _signal, _action in _EVENTS:
    _signal.connect(_recorder(_action), weak=False, dispatch_uid=_action)
