"""Where scheduling pages are: the one place that builds their addresses (C13).

A member's links are of the domain that they chose, while it is connected and the account's plan has it; else of the
default host that they chose, which is the one of MEETINGS_URL for who chose none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.choices import DomainState
from accounts.gates import MARKETING_OR_CMS_STARTER
from calendars.choices import DefaultHost
from calendars.models import MeetingSettings, SchedulingPage

DOMAIN_GATE = MARKETING_OR_CMS_STARTER
"""C13, C16."""


def default_hosts() -> dict[DefaultHost, str]:
    """The beginnings of links that every account has, each once: one where both are the same."""
    found = {DefaultHost.MEETINGS: settings.MEETINGS_URL, DefaultHost.APP: settings.BASE_URL}
    if found[DefaultHost.APP] == found[DefaultHost.MEETINGS]:
        del found[DefaultHost.APP]
    return found


def domain_base(host: str) -> str:
    """How links on a connected domain begin: with the scheme and the port that visitors' pages have."""
    parts = urlsplit(settings.MEETINGS_URL)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"


def link_bases(*, account_id: int, user_ids: Collection[int]) -> dict[int, str]:
    """How the links of members begin who have chosen it, by user; one query. Without a final slash."""
    opened = Exists(DOMAIN_GATE.subscriptions().filter(account_id=OuterRef("account_id")))
    chosen = MeetingSettings.objects.filter(account_id=account_id, membership__user_id__in=user_ids)
    rows = chosen.values_list("membership__user_id", "default_host", "domain__host", "domain__state", opened)
    hosts = default_hosts()
    return {
        user_id: domain_base(host)
        if host and state == DomainState.CONNECTED and is_open
        else hosts.get(DefaultHost(default), settings.MEETINGS_URL)
        for user_id, default, host, state, is_open in rows
    }


def link_base(*, account_id: int, user_id: int) -> str:
    """How a member's links begin."""
    return link_bases(account_id=account_id, user_ids=[user_id]).get(user_id, settings.MEETINGS_URL)


def page_urls(pages: Iterable[SchedulingPage]) -> dict[int, str]:
    """The address of each of an account's pages, by its id; one query."""
    found = list(pages)
    owners = {page.owner_id for page in found}
    bases = link_bases(account_id=found[0].account_id, user_ids=owners) if found else {}
    return {page.pk: _address(bases.get(page.owner_id, settings.MEETINGS_URL), page) for page in found}


def page_url(page: SchedulingPage) -> str:
    """The address that visitors get."""
    return _address(base_of(page), page)


def page_embed_url(page: SchedulingPage) -> str:
    """The address for a frame on another site."""
    return _address(base_of(page), page, "public_embed")


def chat_script_url(chat: MeetingSettings) -> str:
    """The script of a member's chat: always of the default host, so that a tag on a site stays good."""
    return f"{settings.MEETINGS_URL}{reverse('calendars:chat_script', args=[chat.chat_key])}"


def chat_code(chat: MeetingSettings) -> str:
    """The one tag that puts the chat on a site (C17)."""
    return f'<script src="{escape(chat_script_url(chat))}" async></script>'


def base_of(page: SchedulingPage) -> str:
    """How the links of the page's owner begin."""
    return link_base(account_id=page.account_id, user_id=page.owner_id)


def _address(base: str, page: SchedulingPage, name: str = "public_page") -> str:
    return f"{base}{reverse(f'calendars:{name}', args=[page.slug])}"
