"""Connecting by a form: what was typed is tried, and what is wrong is said at its field (C2)."""

from __future__ import annotations

import structlog
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from connections.exceptions import FieldRefused
from connections.models import Connection
from connections.registries import PROVIDERS, PURPOSES
from connections.selectors import connections_visible
from connections.services.forms import form_client, form_connect, form_initial
from connections.services.keep import Completed, Grant
from connections.web import connected_say
from hubclone.lib.errors import HubError
from hubclone.lib.ratelimit import limit_exceeded

log = structlog.get_logger(__name__)
ATTEMPTS_SECONDS = 900
ATTEMPTS_OF_PERSON = 10
ATTEMPTS_OF_ACCOUNT = 30
ATTEMPTS_AT_TARGET = 5


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def connect(request: AccountRequest, account_id: int, purpose: str, form: str) -> HttpResponse:
    """A new connection of the member's own; ``form`` is the key of a provider that has one."""
    if form not in PROVIDERS or PROVIDERS[form].form is None or purpose not in PURPOSES:
        raise Http404
    return _page(request, Grant(form, purpose, request.user.pk), None)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def reconnect(request: AccountRequest, account_id: int, connection_id: int) -> HttpResponse:
    """The same outside account again, with a password that is good now; data and cursors stay (A12)."""
    found = get_object_or_404(connections_visible(membership=request.membership), pk=connection_id)
    if PROVIDERS[found.provider].form is None:
        return redirect("connections:detail", account_id, connection_id)
    return _page(request, Grant(found.provider, found.purpose, found.owner_id, found.pk), found)


def _page(request: AccountRequest, grant: Grant, known: Connection | None) -> HttpResponse:
    given = {"initial": form_initial(known), "identity": known.identity} if known else {}
    form = form_client(grant.provider).form(request.POST if request.method == "POST" else None, **given)
    replace = request.POST.get("replace", request.GET.get("replace")) == "1"
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _is_too_often(request, grant, form):
            status = 429
        elif form.is_valid() and (done := _try(request, grant, form, replace)):
            connected_say(request, done)
            return redirect(done.url)
    context = {
        "form": form,
        "provider": PROVIDERS[grant.provider],
        "connection": known,
        "replace": replace,
        "back": PURPOSES[grant.purpose].start(request.account.pk),
    }
    return render(request, "connections/connect_form.html", context, status=status)


def _try(request: AccountRequest, grant: Grant, form: forms.Form, replace: bool) -> Completed | None:
    """What came of it; None when something is wrong, which the form then says."""
    try:
        return form_connect(actor=request.actor, grant=grant, data=form.cleaned_data, params={"replace": replace})
    except HubError as error:
        log.info("connection.refused", provider=grant.provider, reason=error.code)
        field = error.field if isinstance(error, FieldRefused) else None
        advice = PROVIDERS[grant.provider].error_guide.get(error.code)
        words = str(advice.words) if advice else _("Something went wrong on the way. Nothing was connected.")
        if isinstance(error, FieldRefused) and error.params:
            words %= error.params
        form.add_error(field if field in form.fields else None, words)
    return None


def _is_too_often(request: AccountRequest, grant: Grant, form: forms.Form) -> bool:
    """Neither passwords nor addresses are tried out here: a person, an account and an outside user are counted."""
    target = form_client(grant.provider).target(form.cleaned_data)
    counted = (
        ("connect-form-person", str(request.user.pk), ATTEMPTS_OF_PERSON),
        ("connect-form-account", str(request.account.pk), ATTEMPTS_OF_ACCOUNT),
        ("connect-form-target", f"{grant.provider}:{target}", ATTEMPTS_AT_TARGET),
    )
    over = [limit_exceeded(name=name, who=who, most=most, seconds=ATTEMPTS_SECONDS) for name, who, most in counted]
    if any(over):
        form.add_error(None, _("There were too many attempts. Please wait a quarter of an hour and try again."))
    return any(over)
