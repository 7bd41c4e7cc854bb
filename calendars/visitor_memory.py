"""What a visitor filled in before, on a domain of the account's own and nowhere else (C16).

It is kept by the visitor's browser alone, in a signed cookie of that host that scripts cannot read: a form is filled in
with what this browser sent, never with what the CRM knows, so no address tells anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from accounts.hosts import ServedDomain, domain_of
from calendars.forms.visitor import ANSWER_PREFIX, VisitorForm
from calendars.selectors.links import DOMAIN_GATE

COOKIE = "hub_visitor"
COOKIE_PATH = "/meetings/"
COOKIE_LENGTH_MOST = 3500
"""In bytes; browsers keep no more than 4096 with the attributes."""
ANSWER_LENGTH_MOST = 200
LASTS = dt.timedelta(days=180)
_SALT = "calendars.visitor.memory"


@dataclass(frozen=True, slots=True)
class Remembered:
    """``fields`` are initial values of a ``VisitorForm``; empty when nothing is known."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Who it was."""
        names = (self.fields.get("first_name", ""), self.fields.get("last_name", ""))
        return " ".join(part for part in names if part) or self.fields.get("email", "")


def visitor_remembered(request: HttpRequest) -> Remembered:
    """What this browser sent at this host before. Nothing on a default host, without the plan, or with another's or an
    old cookie."""
    domain = domain_of(request)
    if domain is None or COOKIE not in request.COOKIES:
        return Remembered()
    try:
        fields = signing.loads(request.COOKIES[COOKIE], salt=_salt(domain), max_age=LASTS)
    except signing.BadSignature:
        return Remembered()
    return Remembered(fields if _is_open(domain) else {})


def visitor_remember(request: HttpRequest, response: HttpResponse, form: VisitorForm) -> None:
    """Keep what was sent with a form that has booked, until it is sent again or grows old."""
    domain = domain_of(request)
    if domain is None or not _is_open(domain):
        return
    names = {name: form.cleaned_data[name] for name in ("first_name", "last_name", "email")}
    answers = {ANSWER_PREFIX + name: value for name, value in form.answers.items() if _is_kept(form, name, value)}
    value = _signed(domain, {**names, **answers})
    if len(value) > COOKIE_LENGTH_MOST:
        value = _signed(domain, names)
    response.set_cookie(
        COOKIE,
        value,
        max_age=LASTS,
        path=COOKIE_PATH,
        secure=settings.SECURE_SCHEME,
        httponly=True,
        samesite="Lax",
    )


def visitor_forget(response: HttpResponse) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")


def never_stored(response: HttpResponse) -> None:
    """An answer that holds what one visitor typed is for that visitor alone."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ("Cookie",))


def _is_kept(form: VisitorForm, name: str, value: str) -> bool:
    return len(value) <= ANSWER_LENGTH_MOST and not form[ANSWER_PREFIX + name].is_hidden


def _is_open(domain: ServedDomain) -> bool:
    return DOMAIN_GATE.open_to_account(domain.account_id)


def _signed(domain: ServedDomain, fields: dict[str, Any]) -> str:
    return signing.dumps(fields, salt=_salt(domain), compress=True)


def _salt(domain: ServedDomain) -> str:
    """A cookie of another host, or of who had this one before, does not hold."""
    return f"{_SALT}:{domain.account_id}:{domain.id}:{domain.host}"
