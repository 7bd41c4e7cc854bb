"""allauth's pages that change how a person signs in: what they change and its audit row are one transaction (A8)."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import transaction
from django.http import HttpResponse

from accounts.second_factor import totp_use
from accounts.services.people import user_audit
from accounts.web import request_ip


class _Audited:
    """A form of the second factor. allauth tells of these changes once they are committed, which is too late for us."""

    action: ClassVar[str]
    request: Any

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Change and row, or neither; what people are told goes out on commit."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        user_audit(user=self.request.user, action=self.action, ip=request_ip(self.request))
        return response


class _ActivateView(_Audited, ActivateTOTPView):  # type: ignore[misc]
    action = "user.second_factor_added"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """The code that proves the app is used up by it."""
        response = super().form_valid(form)
        added = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        totp_use(added, form.cleaned_data["code"])
        return response


class _DeactivateView(_Audited, DeactivateTOTPView):  # type: ignore[misc]
    action = "user.second_factor_removed"


class _RecoveryCodesView(_Audited, GenerateRecoveryCodesView):  # type: ignore[misc]
    action = "user.recovery_codes_renewed"


second_factor_on = _ActivateView.as_view()
second_factor_off = _DeactivateView.as_view()
recovery_codes_renew = _RecoveryCodesView.as_view()

# Their rows are written by accounts.sign_in_events and the adapter while the page runs. A refused form changes nothing
# but the count of guesses, and stays: it raises nothing.
login = transaction.atomic(account.login)
signup = transaction.atomic(account.signup)
second_step = transaction.atomic(mfa.authenticate)
confirm_email = transaction.atomic(account.confirm_email)
password_change = transaction.atomic(account.password_change)
password_reset_from_key = transaction.atomic(account.password_reset_from_key)
