"""Where people come in."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from accounts.context import Shell
from accounts.models import User
from accounts.selectors import account_last
from accounts.services.people import user_language_set
from accounts.web import LAST_ACCOUNT_SESSION_KEY, AccountRequest, account_view
from hubclone.lib.language import USER_LANGUAGE_SESSION_KEY

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """To the account that was open last, or the person's first one; to sign-in when nobody is signed in."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    account_id = account_last(user=request.user, account_id=request.session.get(LAST_ACCOUNT_SESSION_KEY))
    return redirect("accounts:start", account_id) if account_id else render(request, "accounts/no_account.html")


@require_safe
@account_view()
def account_start(request: AccountRequest, account_id: int) -> HttpResponse:
    """To the first page of the rail; to the settings when no app has one."""
    rail = Shell(request, request.membership).navigation
    return redirect(rail[0].url) if rail else redirect("accounts:settings", account_id)


@require_safe
@account_view()
def settings(request: AccountRequest, account_id: int) -> HttpResponse:
    """To the first tab of the settings."""
    return redirect(Shell(request, request.membership).settings_sections[0][1][0].url)


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Keep the language in this browser, and as a signed-in person's choice; back to ``next`` if it is ours."""
    response = redirect(_back(request))
    language = request.POST.get("language", "")
    if language not in dict(django_settings.LANGUAGES) or not check_for_language(language):
        return response
    if isinstance(request.user, User):
        user_language_set(user=request.user, language=language)
        request.session[USER_LANGUAGE_SESSION_KEY] = language
    response.set_cookie(
        django_settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_COOKIE_SECONDS,
        secure=django_settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else "/"
