"""From "Connect your calendar" to the provider's consent page (C1)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.web import AccountRequest, account_view
from calendars.selectors.accounts import calendar_account_of, providers_offered
from connections.choices import ConnectKind
from connections.registries import PROVIDERS
from connections.services.oauth import oauth_begin
from connections.web import form_may_lead_to


@require_GET
@account_view()
def choose(request: AccountRequest, account_id: int) -> HttpResponse:
    """Which kind of calendar; the settings show the same in a dialog."""
    return render(request, "calendars/settings/choose.html", {"providers": providers_offered()})


@require_http_methods(["GET", "POST"])
@account_view()
def connect(request: AccountRequest, account_id: int, provider: str) -> HttpResponseBase:
    """Say what access means (A14); accepting leads to the provider. What is connected is replaced when confirmed."""
    if provider not in dict(providers_offered()):
        raise Http404
    current = calendar_account_of(account_id=account_id, user_id=request.user.pk)
    replace = request.POST.get("replace") == "1"
    if request.method == "POST" and (current is None or replace):
        if PROVIDERS[provider].connect == ConnectKind.FORM:
            form = reverse("connections:form", args=[account_id, "calendar", provider])
            return redirect(f"{form}?replace=1" if replace else form)
        url = oauth_begin(
            request,
            account_id=account_id,
            user_id=request.user.pk,
            provider=provider,
            purpose="calendar",
            params={"replace": replace},
        )
        return redirect(url)
    context = {
        "provider": PROVIDERS[provider],
        "current": current,
        "unconfirmed": request.method == "POST",
    }

    def answer(inner: HttpRequest) -> HttpResponse:
        return render(inner, "calendars/settings/access.html", context, status=400 if context["unconfirmed"] else 200)

    return form_may_lead_to(provider, request, answer)
