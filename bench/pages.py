"""What pages cost beyond what they ask: the whole page through every middleware, against a view that asks the database
the same through the same selectors and answers with a template of one line.

``…_statements`` are against the bare statements, sent by the driver alone: what the mapper costs is the page's, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from accounts.notification_selectors import notifications_unread
from accounts.selectors import memberships_of
from accounts.web import AccountRequest, account_view
from bench.figures import Figure
from bench.records_data import records_data
from bench.slots import in_turn
from crm.selectors import (
    associations_get,
    definitions_list,
    owners_list,
    record_get,
    records_page,
    timeline_page,
)
from crm.selectors.addresses import addresses_list
from crm.selectors.consents import consent_state

ROUNDS = 100
CONTACT = "contact"
_STATEMENTS: list[str] = []


@account_view()
def bare_index(request: AccountRequest, account_id: int) -> HttpResponse:
    """What the index asks."""
    page = records_page(account_id=account_id, object_type=CONTACT)
    known = definitions_list(account_id=account_id, object_type=CONTACT)
    return _line(request, len(page.items) + len(known) + _shell(request))


@account_view()
def bare_record(request: AccountRequest, account_id: int, record_id: int) -> HttpResponse:
    """What a contact's page asks."""
    found = record_get(account_id=account_id, record_id=record_id, object_type=CONTACT, archived=True)
    assert found is not None
    parts: list[Any] = [
        timeline_page(account_id=account_id, record_id=record_id).items,
        definitions_list(account_id=account_id, object_type=CONTACT),
        definitions_list(account_id=account_id, object_type=CONTACT, archived=True),
        addresses_list(account_id=account_id, record_id=record_id),
        owners_list(account_id=account_id),
        associations_get(account_id=account_id, record=found),
        consent_state(account_id=account_id, record_id=record_id),
    ]
    return _line(request, sum(map(len, parts)) + _shell(request))


def statements(request: HttpRequest) -> HttpResponse:
    """The page's statements, their rows fetched."""
    rows = 0
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
    return _line(request, rows)


urlpatterns = [
    path("app/<int:account_id>/bench/index", bare_index),
    path("app/<int:account_id>/bench/<int:record_id>", bare_record),
    path("bench/statements", statements),
    path("", include("hubclone.urls")),
]


def run() -> Iterator[Figure]:
    """Medians, taken in turn."""
    data = records_data()
    settings.ROOT_URLCONF = __name__
    client = Client()
    client.force_login(data.user)
    base = f"/app/{data.account.pk}/bench/"
    record = reverse("crm:record", args=[data.account.pk, "contacts", data.contact_id])
    yield from _figures(client, "contact_index", reverse("crm:contacts", args=[data.account.pk]), f"{base}index")
    yield from _figures(client, "contact_record", record, f"{base}{data.contact_id}")


def _figures(client: Client, name: str, url: str, bare_url: str) -> Iterator[Figure]:
    page, bare, driver = (_getter(client, address) for address in (url, bare_url, "/bench/statements"))
    page()
    bare()
    _STATEMENTS.clear()
    asked, by_itself = _asked(page), _asked(driver)
    missing = Counter(map(_timeless, asked)) - Counter(map(_timeless, _asked(bare)))
    assert not missing, f"the reference of {name} must ask, too: {list(missing)}"
    _STATEMENTS[:] = [statement for statement in asked if statement not in by_itself]
    value, limit = in_turn(page, bare, ROUNDS)
    yield Figure("pages", name, value, "ms", limit, value / limit, "<= 4")
    value, limit = in_turn(page, driver, ROUNDS)
    yield Figure("pages", f"{name}_statements", value, "ms", limit, value / limit)


def _getter(client: Client, url: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(url, HTTP_HOST="127.0.0.1:8000").status_code == 200

    return get


def _asked(get: Callable[[], None]) -> list[str]:
    """The statements that read, as the database saw them."""
    with CaptureQueriesContext(connection) as captured:
        get()
    found = [query["sql"] for query in captured]
    return [statement for statement in found if statement.lstrip("( ").lower().startswith("select")]


def _timeless(statement: str) -> str:
    """Without the moment at which it was asked."""
    return re.sub(r"'20\d\d-[^']*'", "?", statement)


def _shell(request: AccountRequest) -> int:
    """What the frame of every page asks."""
    unread = notifications_unread(account_id=request.account.pk, user_id=request.user.pk)
    return unread + len(list(memberships_of(user=request.user)))


def _line(request: HttpRequest, rows: int) -> HttpResponse:
    return HttpResponse(engines["django"].from_string("{{ rows }} rows").render({"rows": rows}, request))
