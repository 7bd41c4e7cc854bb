"""Settings → Activity → Audit log."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.choices import Right
from accounts.forms import AuditFilterForm
from accounts.selectors import audit_page, audit_target_kinds
from accounts.web import AccountRequest, account_view
from hubclone.lib.paging import BadCursor


@require_safe
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def audit(request: AccountRequest, account_id: int) -> HttpResponse:
    """Who did what to what, when, from where; the newest first."""
    form = AuditFilterForm(request.GET, target_kinds=audit_target_kinds(account_id=account_id))
    form.is_valid()
    wanted = form.cleaned_data
    try:
        page = audit_page(
            account_id=account_id,
            actor_kind=wanted.get("actor_kind", ""),
            text=wanted.get("actor", ""),
            target_kind=wanted.get("target_kind", ""),
            after=request.GET.get("after"),
        )
    except BadCursor:
        return redirect("accounts:audit", account_id)
    return render(
        request, "accounts/audit.html", {"form": form, "page": page, "next_url": _next(request, page.next_after)}
    )


def _next(request: AccountRequest, after: str | None) -> str:
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"?{query.urlencode()}"
