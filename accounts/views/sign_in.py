"""What allauth's own pages leave open: where its settings are, and one more e-mail of the link."""

from __future__ import annotations

from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.stages import LoginStageController
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.selectors import account_last
from accounts.web import LAST_ACCOUNT_SESSION_KEY, sign_in_first


@require_safe
def security_home(request: HttpRequest) -> HttpResponse:
    """To Settings → Security of the account that was open last; home where there is none."""
    return _settings_of_last(request, "accounts:security")


@require_safe
def emails_home(request: HttpRequest) -> HttpResponse:
    """To Settings → General → Email of the account that was open last; home where there is none."""
    return _settings_of_last(request, "accounts:emails")


def _settings_of_last(request: HttpRequest, page: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return sign_in_first(request)
    account_id = account_last(user=request.user, account_id=request.session.get(LAST_ACCOUNT_SESSION_KEY))
    return redirect(page, account_id) if account_id else redirect("home")


@require_POST
def verification_resend(request: HttpRequest) -> HttpResponse:
    """Send the link again to who has just signed up or in; the answer is the same for every address."""
    stage = LoginStageController.enter(request, LoginStageKey.VERIFY_EMAIL.value)
    if stage is None:
        messages.info(request, _("Sign in, and the link is sent again."))
        return redirect("account_login")
    send_verification_email_at_login(request, stage.login)
    messages.info(request, _("If some minutes have passed since the last one, the link is on its way again."))
    return redirect("account_email_verification_sent")
