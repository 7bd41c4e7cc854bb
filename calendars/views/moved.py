"""A page that is asked for at a host which is not its owner's any more (C13)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from accounts.hosts import domain_of, request_host
from calendars.models import SchedulingPage
from calendars.selectors.links import default_hosts, link_bases


def moved_to(request: HttpRequest, page: SchedulingPage) -> str:
    """The same address at the host that the page's owner has chosen; empty when it was asked there already.

    Who has chosen none has pages at every host of the account. A name of ours that is neither default host (an
    address of the machine) is no host that anybody had: it leads on to a chosen domain alone.
    """
    bases = link_bases(account_id=page.account_id, user_ids=[page.owner_id])
    base = bases.get(page.owner_id, "")
    asked, wanted = request_host(request), urlsplit(base).hostname
    if not base or asked == wanted:
        return ""
    known = {urlsplit(default).hostname for default in default_hosts().values()}
    if domain_of(request) is None and wanted in known and asked not in known:
        return ""
    return f"{base}{request.get_full_path()}"
