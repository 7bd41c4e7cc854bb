"""What the command palette finds: a page of its own, or a list for the palette's dialog."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.palette import QUERY_MOST, PaletteGroup, palette_find, searchable
from accounts.web import AccountRequest, account_view
from hubclone.lib.htmx import render_partial
from hubclone.lib.text import clean_line


@account_view()
@require_safe
def search(request: AccountRequest, account_id: int) -> HttpResponse:
    """``?q=``: pages, records and settings that begin with these words."""
    q = clean_line(request.GET.get("q", ""))[:QUERY_MOST]
    groups = palette_find(membership=request.membership, query=q)
    context = {"q": q, "groups": groups, "searched": searchable(q), "said": _said(q, groups)}
    return render_partial(request, "accounts/search.html", "accounts/_search_found.html", context)


def _said(q: str, groups: list[PaletteGroup]) -> str:
    """What a screen reader hears of it."""
    number = sum(len(group.items) for group in groups)
    if number:
        return ngettext("%(n)s result", "%(n)s results", number) % {"n": number}
    return _("Nothing found") if searchable(q) else ""
