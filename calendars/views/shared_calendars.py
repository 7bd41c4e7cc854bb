"""Settings → General → Calendar → a shared calendar by its owner's address (C9)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from calendars.exceptions import CalendarNotListed
from calendars.models import CalendarAccount
from calendars.registries import CALENDAR_PROVIDERS
from calendars.selectors.accounts import calendar_account_of
from calendars.services.shared_calendars import shared_calendar_add
from connections.registries import PROVIDERS
from hubclone.lib.errors import HubError, TransientError


class AddressForm(forms.Form):
    """Whose calendar it is."""

    address = forms.EmailField(
        label=gettext_lazy("Email address of the calendar's owner"),
        help_text=gettext_lazy(
            "They have shared it so that you can open it. To see only when they are busy is not enough."
        ),
    )


@require_http_methods(["GET", "POST"])
@account_view()
def shared_add(request: AccountRequest, account_id: int) -> HttpResponse:
    """The form, and what was wrong with the address. Where the provider lists what is shared, the list is the place."""
    calendar_account = calendar_account_of(account_id=account_id, user_id=request.user.pk)
    if calendar_account is None or not _adds_by_address(calendar_account):
        return redirect("calendars:settings", account_id=account_id)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _added(request, calendar_account, form):
        return redirect("calendars:settings", account_id=account_id)
    context = {"form": form, "provider": PROVIDERS[calendar_account.connection.provider]}
    return render(request, "calendars/settings/shared_add.html", context, status=422 if form.errors else 200)


def _adds_by_address(calendar_account: CalendarAccount) -> bool:
    return CALENDAR_PROVIDERS[calendar_account.connection.provider].capabilities.adds_by_address


def _added(request: AccountRequest, calendar_account: CalendarAccount, form: AddressForm) -> bool:
    address, provider = form.cleaned_data["address"], PROVIDERS[calendar_account.connection.provider].name
    told = {"address": address, "provider": provider}
    try:
        added = shared_calendar_add(actor=request.actor, calendar_account=calendar_account, address=address)
    except CalendarNotListed:
        form.add_error(
            "address", _("%(provider)s opens no calendar of %(address)s for you. Ask them to share it.") % told
        )
    except TransientError:
        form.add_error("address", _("%(provider)s does not answer just now. Try again in a minute.") % told)
    except HubError:
        form.add_error("address", _("%(provider)s refused. See what is wrong with your connection.") % told)
    else:
        messages.success(request, _("%(calendar)s counts from now on.") % {"calendar": added.name})
        return True
    return False
