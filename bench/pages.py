"""What pages cost beyond their SQL: the whole page through every middleware, against a view that asks the database the
same questions and answers with a template of one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from bench.figures import Figure
from bench.records_data import RecordsData, records_data
from bench.slots import in_turn

ROUNDS = 60
_REPLAYED: list[str] = []
_LINE = "{{ rows }} rows"


def replay(request: HttpRequest) -> HttpResponse:
    """Every statement of the page, its rows fetched, and one line."""
    rows = 0
    with connection.cursor() as cursor:
        for statement in _REPLAYED:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
    return HttpResponse(engines["django"].from_string(_LINE).render({"rows": rows}, request))


urlpatterns = [path("bench/replay", replay), path("", include("hubclone.urls"))]


def run() -> Iterator[Figure]:
    """Medians, taken in turn."""
    data = records_data()
    settings.ROOT_URLCONF = __name__
    client = Client()
    client.force_login(data.user)
    index = reverse("crm:contacts", args=[data.account.pk])
    yield _figure("contact_index", client, index)
    yield _figure("contact_record", client, _record_url(data))


def _record_url(data: RecordsData) -> str:
    return reverse("crm:record", args=[data.account.pk, "contacts", data.contact_id])


def _figure(name: str, client: Client, url: str) -> Figure:
    get, reference = _getter(client, url), _getter(client, "/bench/replay")
    get()
    _REPLAYED.clear()
    by_itself = _statements(reference)
    _REPLAYED[:] = [statement for statement in _statements(get) if statement not in by_itself]
    value, limit = in_turn(get, reference, ROUNDS)
    return Figure("pages", name, value, "ms", limit, value / limit, "<= 4")


def _getter(client: Client, url: str) -> Callable[[], Any]:
    def get() -> None:
        assert client.get(url, HTTP_HOST="127.0.0.1:8000").status_code == 200

    return get


def _statements(get: Callable[[], Any]) -> list[str]:
    """What the page asks, as the database saw it."""
    with CaptureQueriesContext(connection) as captured:
        get()
    statements = [query["sql"] for query in captured]
    return [statement for statement in statements if statement.lstrip("( ").lower().startswith("select")]
