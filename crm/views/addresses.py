"""The e-mail addresses of a contact: what there is, one more, another main one (A16)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import RecordError
from crm.models import Record
from crm.objects import OBJECTS
from crm.presentation import record_title, record_url
from crm.selectors.addresses import addresses_list
from crm.services.addresses import address_add, address_main_set, address_remove
from crm.values import EMAIL_LENGTH_MOST
from crm.views.errors import error_show
from crm.views.gone import gone_shown
from crm.views.page import record_or_404
from hubclone.lib.errors import TransientError


class AddressForm(forms.Form):
    """One more address."""

    email = forms.EmailField(label=gettext_lazy("Email address"), max_length=EMAIL_LENGTH_MOST)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
@gone_shown
def addresses(request: AccountRequest, account_id: int, record_id: int) -> HttpResponse:
    """A post with ``main`` or ``remove`` names one of the addresses by its number; any other adds ``email``."""
    found = record_or_404(account_id, OBJECTS[ObjectType.CONTACT], record_id)
    if found.pk != record_id:
        return redirect("crm:addresses", account_id, found.pk)
    is_old = bool({"main", "remove"} & request.POST.keys())
    form = AddressForm(request.POST if request.method == "POST" and not is_old else None)
    if is_old:
        _change(request, found)
        return redirect("crm:addresses", account_id, found.pk)
    if form.is_bound and form.is_valid() and _add(request, found, form):
        return redirect("crm:addresses", account_id, found.pk)
    context = {
        "record": found,
        "title": record_title(found),
        "url": record_url(found),
        "form": form,
        "addresses": addresses_list(account_id=account_id, record_id=found.pk),
    }
    return render(request, "crm/addresses.html", context, status=422 if form.is_bound else 200)


def _add(request: AccountRequest, found: Record, form: AddressForm) -> bool:
    try:
        is_new = address_add(actor=request.actor, record_id=found.pk, email=form.cleaned_data["email"])
    except RecordError as error:
        error_show(form, found.account_id, error)
        return False
    except TransientError:
        form.add_error(None, _("Somebody else is saving this record right now. Save again."))
        return False
    if not is_new:
        form.add_error("email", _("The contact has this address already."))
        return False
    messages.success(request, _("The address is added."))
    return True


def _change(request: AccountRequest, found: Record) -> None:
    """An address that is not there any more changes nothing."""
    is_main = "main" in request.POST
    number = request.POST["main" if is_main else "remove"]
    known = {str(a.pk): a.value for a in addresses_list(account_id=found.account_id, record_id=found.pk)}
    if number not in known:
        messages.error(request, _("This address is no longer here."))
        return
    act = address_main_set if is_main else address_remove
    try:
        act(actor=request.actor, record_id=found.pk, email=known[number])
    except TransientError:
        messages.error(request, _("Somebody else is saving this record right now. Save again."))
    except RecordError as error:
        messages.error(request, str(error))
    else:
        said = _("%(address)s is the main address now.") if is_main else _("%(address)s is removed.")
        messages.success(request, said % {"address": known[number]})
