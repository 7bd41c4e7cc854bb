"""Settings → Objects → Excluded domains (A24)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.choices import Right
from accounts.domain_names import HOST_MOST, host_shown
from accounts.web import AccountRequest, account_view
from crm.models import ExcludedDomain
from crm.services.excluded_domains import DomainRefused, excluded_domain_add, excluded_domain_remove

ID_DIGITS_MOST = 18


class DomainForm(forms.Form):
    """One more domain."""

    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=HOST_MOST,
        help_text=gettext_lazy("What stands after the @, as example.com. Domains below it are excluded, too."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def excluded_domains(request: AccountRequest, account_id: int) -> HttpResponse:
    """A post with ``remove`` names a domain by its number; any other adds ``domain``."""
    removed = request.POST.get("remove")
    form = DomainForm(request.POST if request.method == "POST" and removed is None else None)
    if removed is not None:
        if removed.isascii() and removed.isdigit() and len(removed) < ID_DIGITS_MOST:
            excluded_domain_remove(actor=request.actor, excluded_id=int(removed))
            messages.success(request, _("The domain is no longer excluded."))
        return redirect("crm:excluded_domains", account_id)
    if form.is_bound and form.is_valid() and _add(request, form):
        return redirect("crm:excluded_domains", account_id)
    found = ExcludedDomain.objects.filter(account_id=account_id).order_by("domain")
    context = {"domains": [(excluded.pk, host_shown(excluded.domain)) for excluded in found], "form": form}
    return render(request, "crm/settings/excluded_domains.html", context, status=422 if form.is_bound else 200)


def _add(request: AccountRequest, form: DomainForm) -> bool:
    try:
        excluded_domain_add(actor=request.actor, domain=form.cleaned_data["domain"])
    except DomainRefused as error:
        form.add_error("domain", str(error))
        return False
    messages.success(request, _("The domain is excluded. Contacts that are there stay."))
    return True
