"""Settings → General → Profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.services.people import user_update
from accounts.web import AccountRequest, account_view
from hubclone.lib.language import USER_LANGUAGE_SESSION_KEY


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def profile(request: AccountRequest, account_id: int) -> HttpResponse:
    """Name, language and time zone of whoever is signed in."""
    user = request.user
    start = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=start)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    user_update(actor=request.actor, user=user, **form.cleaned_data)
    _language_remember(request, form.cleaned_data["language"])
    messages.success(request, _("Your profile is saved."))
    return redirect("accounts:profile", account_id)


def _language_remember(request: AccountRequest, language: str) -> None:
    if language:
        request.session[USER_LANGUAGE_SESSION_KEY] = language
        translation.activate(language)
    else:
        request.session.pop(USER_LANGUAGE_SESSION_KEY, None)
