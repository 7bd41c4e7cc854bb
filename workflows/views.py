"""Automation → Workflows: what runs by itself in the account."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.web import AccountRequest, account_view
from hubclone.lib.paging import BadCursor
from hubclone.lib.text import clean_line
from workflows.registries import BUILT_IN_AUTOMATIONS, COUNTED_DAYS, AutomationSearch, AutomationSource

QUERY_MOST = 200


@require_safe
@account_view()
def index(request: AccountRequest, account_id: int) -> HttpResponse:
    """Every kind of thing with what runs by itself for it; ``?q=`` and ``?whose=mine`` narrow it.

    ``?of=`` with ``?after=`` shows one kind alone, from there on.
    """
    query = clean_line(request.GET.get("q", ""))[:QUERY_MOST]
    is_mine = request.GET.get("whose") == "mine"
    after = request.GET.get("after")
    search = AutomationSearch(query, is_mine, after)
    try:
        groups = [(source, source.find(request.membership, search)) for source in _sources(request.GET.get("of"))]
    except BadCursor:
        return redirect("workflows:index", account_id)
    here = reverse("workflows:index", args=[account_id])
    kept = {key: value for key, value in (("q", query), ("whose", "mine" if is_mine else "")) if value}
    context = {
        "groups": [
            {
                "source": source,
                "things": page.items,
                "add": source.add(account_id),
                "next": _more(here, kept, source, page.next_after),
            }
            for source, page in groups
        ],
        "q": query,
        "is_mine": is_mine,
        "is_narrowed": bool(kept),
        "is_first": not after,
        "first": f"{here}?{urlencode(kept)}" if kept else here,
        "days": COUNTED_DAYS,
    }
    return render(request, "workflows/index.html", context)


def _sources(key: str | None) -> list[AutomationSource]:
    """All of them, or the one that the address names. Raises Http404."""
    found = sorted(BUILT_IN_AUTOMATIONS.values(), key=lambda source: source.order)
    chosen = [source for source in found if key in (None, "", source.key)]
    if key and not chosen:
        raise Http404
    return chosen


def _more(here: str, kept: dict[str, str], source: AutomationSource, after: str | None) -> str:
    return f"{here}?{urlencode({**kept, 'of': source.key, 'after': after})}" if after else ""
