"""Settings → Domains (A5)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import DomainProof, Right
from accounts.domain_forms import DomainAddForm, DomainForm
from accounts.domain_proofs import FAULTS, PROVEN_ELSEWHERE, proof_name, proof_url, proof_value
from accounts.exceptions import DomainExists, DomainTaken
from accounts.models import Domain
from accounts.selectors import domains_list
from accounts.services.domains import (
    domain_add,
    domain_check,
    domain_connect_demo,
    domain_remove,
    domain_update,
)
from accounts.web import AccountRequest, account_view
from hubclone.lib.ratelimit import limit_exceeded

CHECKS_MOST, CHECKS_SECONDS = 20, 600


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def domains(request: AccountRequest, account_id: int) -> HttpResponse:
    """The account's host names, and a form for one more."""
    form = DomainAddForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (added := _add(request, form)):
        return redirect("accounts:domain", account_id, added.pk)
    context = {"form": form, "domains": domains_list(account_id=account_id)}
    return render(request, "accounts/domains.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def domain(request: AccountRequest, account_id: int, domain_id: int) -> HttpResponse:
    """One host name: its state, how to prove it, its brand and its robots.txt."""
    shown = _get(request, domain_id)
    start = {"proof": shown.proof, "brand": shown.brand_id, "robots_txt": shown.robots_txt}
    form = DomainForm(request.POST or None, account_id=account_id, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"proof": DomainProof(form.cleaned_data["proof"])}
        domain_update(actor=request.actor, domain=shown, **data)
        messages.success(request, _("Saved."))
        return redirect("accounts:domain", account_id, domain_id)
    context = {
        "form": form,
        "domain": shown,
        "fault": FAULTS.get(shown.last_error_code),
        "is_elsewhere": shown.last_error_code in PROVEN_ELSEWHERE,
        "record_name": proof_name(shown.host),
        "file_url": proof_url(shown.host),
        "value": proof_value(shown.token),
        "demo": settings.DEMO,
        "crumbs": [(_("Domains"), reverse("accounts:domains", args=[account_id]))],
    }
    return render(request, "accounts/domain.html", context, status=422 if form.is_bound else 200)


@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def domain_check_now(request: AccountRequest, account_id: int, domain_id: int) -> HttpResponse:
    """Look for the proof; what is wrong stands on the page."""
    shown = _get(request, domain_id)
    if limit_exceeded(name="domain-check", who=str(account_id), most=CHECKS_MOST, seconds=CHECKS_SECONDS):
        messages.warning(request, _("That was checked very often. Please wait some minutes."))
        return redirect("accounts:domain", account_id, domain_id)
    found = domain_check(actor=request.actor, domain=shown)
    if not found.last_error_code:
        messages.success(request, _("%(host)s is connected.") % {"host": found.shown})
    return redirect("accounts:domain", account_id, domain_id)


@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def domain_connect(request: AccountRequest, account_id: int, domain_id: int) -> HttpResponse:
    """The demo's one click."""
    if not settings.DEMO:
        raise Http404
    shown = _get(request, domain_id)
    try:
        domain_connect_demo(actor=request.actor, domain=shown)
    except DomainTaken as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(host)s is connected.") % {"host": shown.shown})
    return redirect("accounts:domain", account_id, domain_id)


@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def domain_remove_now(request: AccountRequest, account_id: int, domain_id: int) -> HttpResponse:
    """Let a name go; the page has asked first."""
    shown = _get(request, domain_id)
    domain_remove(actor=request.actor, domain=shown)
    messages.success(request, _("%(host)s is removed.") % {"host": shown.shown})
    return redirect("accounts:domains", account_id)


def _add(request: AccountRequest, form: DomainAddForm) -> Domain | None:
    data = form.cleaned_data
    try:
        return domain_add(actor=request.actor, host=data["host"], proof=DomainProof(data["proof"]))
    except DomainExists as error:
        form.add_error("host", str(error))
        return None


def _get(request: AccountRequest, domain_id: int) -> Domain:
    return get_object_or_404(domains_list(account_id=request.account.pk), pk=domain_id)
