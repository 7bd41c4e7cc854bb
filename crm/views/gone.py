"""What stands at the address of a record that was deleted and can be restored still (A22)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import render

from accounts.choices import Right
from accounts.web import AccountRequest
from crm.models import Record
from crm.selectors.deleted import restorable_until
from crm.views.page import RecordGone, head

P = ParamSpec("P")
View = Callable[Concatenate[AccountRequest, P], HttpResponse]


def gone_show(request: AccountRequest, found: Record) -> HttpResponse:
    """When it was deleted and by whom, until when it can be restored, and the button for that. Status 404: a program
    that asks finds no record."""
    context = {
        **head(found),
        "until": restorable_until(found),
        "may_delete": request.membership.has_right(Right.EDIT_ACCOUNT_SETTINGS),
    }
    return render(request, "crm/gone.html", context, status=404)


def gone_shown(view: View[P]) -> View[P]:
    """Where a view below a record finds it deleted, say that in place of a bare 404."""

    @wraps(view)
    def shown(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RecordGone as gone:
            return gone_show(request, gone.record)

    return shown
