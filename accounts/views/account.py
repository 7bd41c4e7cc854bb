"""Settings → Account: what the account is called, what it subscribes to, and its brands."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import Right
from accounts.exceptions import BrandIsPrimary, BrandNameTaken
from accounts.forms import FREE, AccountForm, BrandForm, SubscriptionsForm
from accounts.gates import MARKETING_OR_CMS_STARTER, OPERATIONS_PAID, PAID_SEAT
from accounts.models import Brand
from accounts.selectors import brands_list, subscriptions_of
from accounts.services.accounts import account_update, subscription_set
from accounts.services.brands import brand_create, brand_delete, brand_make_primary, brand_update
from accounts.web import AccountRequest, account_view

_EDIT = Right.EDIT_ACCOUNT_SETTINGS


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def account(request: AccountRequest, account_id: int) -> HttpResponse:
    """Name, time zone and language of the account; its subscriptions beside them."""
    held = request.account
    start = {"name": held.name, "time_zone": held.time_zone, "language": held.language}
    form = AccountForm(request.POST or None, initial=start)
    if request.method != "POST" or not form.is_valid():
        return _account_page(request, form)
    account_update(actor=request.actor, account=held, **form.cleaned_data)
    messages.success(request, _("The account is saved."))
    return redirect("accounts:account", account_id)


@account_view(Right.SUPER_ADMIN)
@require_POST
def subscriptions(request: AccountRequest, account_id: int) -> HttpResponse:
    """The tier of every hub."""
    form = SubscriptionsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That subscription does not exist. Nothing was changed."))
        return redirect("accounts:account", account_id)
    with transaction.atomic():
        for hub, tier in form.tiers.items():
            subscription_set(actor=request.actor, account=request.account, hub=hub, tier=tier)
    messages.success(request, _("The subscriptions are saved."))
    return redirect("accounts:account", account_id)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def brands(request: AccountRequest, account_id: int) -> HttpResponse:
    """The brands, and one more."""
    form = BrandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            brand = brand_create(actor=request.actor, name=form.cleaned_data["name"])
        except BrandNameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("“%(name)s” is added.") % {"name": brand.name})
            return redirect("accounts:brands", account_id)
    context = {"form": form, "brands": brands_list(account_id)}
    return render(request, "accounts/brands.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(_EDIT)
def brand(request: AccountRequest, account_id: int, brand_id: int) -> HttpResponse:
    """Rename a brand."""
    found = get_object_or_404(Brand, account_id=account_id, pk=brand_id)
    form = BrandForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            brand_update(actor=request.actor, brand_id=found.pk, name=form.cleaned_data["name"])
        except BrandNameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The brand is saved."))
            return redirect("accounts:brands", account_id)
    crumbs = [(_("Brands"), reverse("accounts:brands", args=[account_id]))]
    context = {"form": form, "brand": found, "crumbs": crumbs}
    return render(request, "accounts/brand.html", context, status=422 if form.is_bound else 200)


@account_view(_EDIT)
@require_POST
def brand_primary(request: AccountRequest, account_id: int, brand_id: int) -> HttpResponse:
    """Make a brand the primary one."""
    found = get_object_or_404(Brand, account_id=account_id, pk=brand_id)
    brand_make_primary(actor=request.actor, brand_id=found.pk)
    messages.success(request, _("“%(name)s” is the primary brand now.") % {"name": found.name})
    return redirect("accounts:brands", account_id)


@account_view(_EDIT)
@require_POST
def brand_remove(request: AccountRequest, account_id: int, brand_id: int) -> HttpResponse:
    """Delete a brand; the page has asked first."""
    found = get_object_or_404(Brand, account_id=account_id, pk=brand_id)
    try:
        brand_delete(actor=request.actor, brand_id=found.pk)
    except BrandIsPrimary as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect("accounts:brands", account_id)


def _account_page(request: AccountRequest, form: AccountForm) -> HttpResponse:
    held = subscriptions_of(account_id=request.account.pk)
    context = {
        "form": form,
        "account": request.account,
        "subscriptions": [(hub.label, tier.label if tier else _("Free")) for hub, tier in held.items()],
        "subscriptions_form": SubscriptionsForm(initial={hub.value: tier.value or FREE for hub, tier in held.items()}),
        "may_subscribe": request.membership.has_right(Right.SUPER_ADMIN),
        "gates": _gates(request),
    }
    return render(request, "accounts/account.html", context, status=422 if form.is_bound else 200)


def _gates(request: AccountRequest) -> list[dict[str, object]]:
    """What some plans alone have, whether it is open to this person here, and what would open it."""
    known = [
        (_("Your own part of meeting links, and a default meeting"), PAID_SEAT),
        (_("Meeting links on a domain of your own, and forms that remember visitors"), MARKETING_OR_CMS_STARTER),
        (_("Custom field mappings in data sync"), OPERATIONS_PAID),
    ]
    return [
        {"label": label, "open": gate.gate_open(request.membership), "words": gate.gate_words} for label, gate in known
    ]
