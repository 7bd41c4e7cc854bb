"""What stands at the address of a record that was deleted and can be restored still (A22)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from accounts.choices import Right
from accounts.web import AccountRequest
from crm.models import Record
from crm.selectors.deleted import restorable_until
from crm.views.page import head


def gone_show(request: AccountRequest, found: Record) -> HttpResponse:
    """When it was deleted and by whom, until when it can be restored, and the button for that. Status 404: a program
    that asks finds no record."""
    context = {
        **head(found),
        "until": restorable_until(found),
        "may_delete": request.membership.has_right(Right.EDIT_ACCOUNT_SETTINGS),
    }
    return render(request, "crm/gone.html", context, status=404)
