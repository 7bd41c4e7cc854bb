"""Settings → Activity → Audit log."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.audit_forms import AuditFilterForm
from accounts.audit_log import audit_links, audit_page
from accounts.choices import Right
from accounts.services.audit_export import audit_export
from accounts.web import AccountRequest, account_view
from hubclone.lib.paging import BadCursor


@require_safe
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def audit(request: AccountRequest, account_id: int) -> HttpResponse:
    """Who did what to what, when, from where; the newest first."""
    form = AuditFilterForm(request.GET)
    try:
        page = audit_page(account_id=account_id, wanted=form.wanted, after=request.GET.get("after"))
    except BadCursor:
        return redirect("accounts:audit", account_id)
    links = audit_links(membership=request.membership, entries=page.items)
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "rows": [(entry, links.get(entry.pk, "")) for entry in page.items],
        "next_url": _next(request, page.next_after),
        "previous_url": f"?{query.urlencode()}" if request.GET.get("after") else "",
    }
    return render(request, "accounts/audit.html", context)


@never_cache
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
@require_POST
def audit_csv(request: AccountRequest, account_id: int) -> StreamingHttpResponse:
    """What the filters choose, as a file."""
    wanted = AuditFilterForm(request.POST).wanted
    lines = audit_export(actor=request.actor, wanted=wanted, zone=timezone.get_current_timezone())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    today = f"{timezone.localtime():%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="audit-log-{account_id}-{today}.csv"'
    return response


def _next(request: AccountRequest, after: str | None) -> str:
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"?{query.urlencode()}"
