"""First steps, keys, and how this installation is doing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.web import AccountRequest, account_view
from hubclone.lib.health import HEALTH_CHECKS, parts_ailing
from hubclone.lib.version import VERSION

PARTS = {
    "database": _("Your data"),
    "worker": _("What somebody waits for"),
    "background": _("Longer work"),
    "beat": _("What happens at a set time"),
    "publisher": _("Passing on what has changed"),
}


@account_view()
@require_safe
def help_page(request: AccountRequest, account_id: int) -> HttpResponse:
    """What to do first, the keys, the version, and which parts are up."""
    ailing = parts_ailing()
    parts = [(PARTS.get(name, name), name not in ailing) for name in HEALTH_CHECKS]
    return render(request, "accounts/help.html", {"parts": parts, "well": not ailing, "version": VERSION})
