"""Which host names are served, what each of them shows, and what forged ones get."""

from __future__ import annotations

import contextlib
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts import hosts
from accounts.choices import DomainState
from accounts.models import Domain, OutgoingEmail
from accounts.services.domains import domain_remove
from calendars.models import SchedulingPage
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, page_make, slot
from tests.calendars.forms import form_key
from tests.routes import routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("domains_forgotten")]
CUSTOM = "book.northwind.example"


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(account_make(), slug="anna/intro")


@pytest.fixture
def domain(page: SchedulingPage) -> Domain:
    """A connected name of the page's account."""
    return connect(page)


def connect(page: SchedulingPage, host: str = CUSTOM) -> Domain:
    return Domain.objects.create(
        account=page.account, host=host, state=DomainState.CONNECTED, token="secret-token", robots_txt="User-agent: *\n"
    )


def get(path: str, host: str = CUSTOM, **more: Any) -> Any:
    return Client(raise_request_exception=False).get(path, HTTP_HOST=host, **more)


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "",
        " ",
        "127.0.0.1.evil.test",
        "evil.test:80",
        "127.0.0.1@evil.test",
        "evil.test/127.0.0.1",
        "127.0.0.1,evil.test",
        "127.0.0.1:x",
        "[::1]",
        "[::1",
        "10.0.0.7",
        "testserver evil.test",
        "ex\u0430mple.com",
        "a" * 5000,
        "%0d%0aX: y",
        "../testserver",
    ],
)
def test_a_name_that_is_not_served_gets_400_and_is_not_repeated(host: str) -> None:
    answer = get("/accounts/login/", host)
    assert answer.status_code == 400
    assert answer.content == b"This host name is not served here.\n"
    assert answer["Content-Type"].startswith("text/plain")
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "host", ["testserver", "TESTSERVER", "testserver.", "testserver:8000", "127.0.0.1:1", "localhost"]
)
def test_a_name_of_ours_is_served_however_it_is_written(host: str) -> None:
    assert get("/accounts/login/", host).status_code == 200


def test_what_a_proxy_or_a_client_says_about_other_hosts_is_not_read(domain: Domain) -> None:
    forged = {"HTTP_X_FORWARDED_HOST": CUSTOM, "HTTP_X_HOST": CUSTOM, "HTTP_FORWARDED": f"host={CUSTOM}"}
    ours = get("/accounts/login/", "testserver", **forged)
    assert ours.status_code == 200
    assert CUSTOM not in ours.content.decode()
    forged = {"HTTP_X_FORWARDED_HOST": "testserver", "HTTP_X_HOST": "testserver"}
    assert get("/accounts/login/", "evil.test", **forged).status_code == 400
    assert get("/accounts/login/", CUSTOM, **forged).status_code == 404


@pytest.mark.parametrize("host", ["10.0.0.7", "[2001:db8::1]", "10.0.0.7:8000", "[2001:db8::1]:8000"])
def test_a_load_balancer_may_ask_for_health_by_address_and_for_nothing_else(host: str) -> None:
    assert get("/healthz", host).status_code in {200, 503}
    assert get("/accounts/login/", host).status_code == 400
    assert get("/robots.txt", host).status_code == 400
    assert get("/healthz/", host).status_code == 400


def raw(live_server: LiveServer, request: str) -> str:
    parts = urlsplit(live_server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as sock:
        sock.sendall(request.encode())
        sock.settimeout(20)
        found = b""
        while part := sock.recv(65536):
            found += part
    return found.decode("utf-8", "replace")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("line", "head", "status"),
    [
        ("GET http://evil.test/accounts/login/ HTTP/1.1", "Host: evil.test", "400"),
        ("GET http://evil.test/accounts/login/ HTTP/1.1", "Host: localhost", "404"),
        ("GET /accounts/login/ HTTP/1.1", "Host: evil.test\r\nHost: localhost", "400"),
        ("GET /accounts/login/ HTTP/1.1", "Host: localhost\r\nX-Forwarded-Host: evil.test", "200"),
        ("GET /accounts/login/ HTTP/1.1", "Host:", "400"),
        ("GET //evil.test/accounts/login/ HTTP/1.1", "Host: localhost", "404"),
    ],
)
def test_a_hand_made_request_gets_no_further(live_server: LiveServer, line: str, head: str, status: str) -> None:
    answer = raw(live_server, f"{line}\r\n{head}\r\nConnection: close\r\n\r\n")
    assert answer.split(" ")[1] == status, answer[:200]
    assert "evil.test" not in answer.partition("\r\n\r\n")[0]


@pytest.mark.spec("A5")
@pytest.mark.parametrize("host", [CUSTOM, CUSTOM.upper(), f"{CUSTOM}.", f"{CUSTOM}:8443"])
def test_a_connected_name_shows_its_accounts_pages(domain: Domain, page: SchedulingPage, host: str) -> None:
    answer = get(f"/meetings/{page.slug}", host)
    assert answer.status_code == 200
    assert page.title in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert get(f"/meetings/-/slots/{page.slug}", host).status_code == 200


@pytest.mark.spec("A5")
def test_a_connected_name_has_hsts_where_the_installation_has(
    domain: Domain, page: SchedulingPage, settings: Settings
) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "max-age" in get(f"/meetings/{page.slug}", secure=True)["Strict-Transport-Security"]


@pytest.mark.spec("A5", "A1")
def test_a_page_of_another_account_is_not_on_this_name(domain: Domain) -> None:
    other = page_make(account_make(), slug="jan/intro")
    assert get("/meetings/jan/intro", "testserver").status_code == 200
    for path in ("/meetings/jan/intro", "/meetings/-/slots/jan/intro"):
        answer = get(path)
        assert answer.status_code == 404, path
        assert other.title not in answer.content.decode()
    posted = Client().post("/meetings/jan/intro", {"start": "2030-01-01T10:00:00Z"}, HTTP_HOST=CUSTOM)
    assert posted.status_code == 404
    assert not OutgoingEmail.objects.exists()


@pytest.mark.spec("A5")
def test_all_but_visitors_pages_are_not_there_on_a_connected_name(domain: Domain, page: SchedulingPage) -> None:
    owner = page.account.memberships.get()
    client = Client(raise_request_exception=False)
    client.force_login(owner.user)
    account = page.account_id
    paths = ["/", "/healthz", "/language/", "/accounts/login/", "/accounts/login", "/accounts/password/reset/"]
    paths += [
        f"/app/{account}/",
        f"/app/{account}",
        f"/app/{account}/settings/users/",
        "/scheduler/v3/meetings/meeting-links",
    ]
    paths += ["/oauth/callback/google", "/hooks/calendars/google", "/styleguide/", "/admin/", "//app/1/", "/meetings"]
    paths += ["/Meetings/../app/1/", f"/meetings/../app/{account}/", f"/meetings/%2e%2e/app/{account}/"]
    for path in paths:
        for method in (client.get, client.post):
            answer: Any = method(path, HTTP_HOST=CUSTOM)
            assert answer.status_code == 404, path
            assert "Location" not in answer.headers
            assert owner.user.email not in answer.content.decode()


@pytest.mark.spec("A5")
def test_no_route_but_those_of_visitors_is_served_on_a_connected_name(domain: Domain) -> None:
    paths = {}
    for route in routes():
        with contextlib.suppress(NoReverseMatch):
            paths[route.name] = reverse(route.name)
    assert len(paths) > 10
    served = {name for name, path in paths.items() if get(path).status_code != 404}
    assert served == {"accounts:robots", "accounts:domain_proof", "theme_set"}


@pytest.mark.spec("A5", "C15")
def test_each_name_has_its_own_robots_txt(domain: Domain, page: SchedulingPage) -> None:
    connect(page, "other.example.com")
    Domain.objects.filter(host=CUSTOM).update(robots_txt="User-agent: *\nDisallow: /meetings*\n")
    answer = get("/robots.txt")
    assert answer.content.decode() == "User-agent: *\nDisallow: /meetings*\n"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert get("/robots.txt", "other.example.com").content.decode() == "User-agent: *\n"
    assert "Disallow: /app/" in get("/robots.txt", "testserver").content.decode()


@pytest.mark.spec("A5")
def test_a_name_that_is_only_claimed_shows_nothing_and_no_proof(page: SchedulingPage) -> None:
    Domain.objects.create(account=page.account, host="claimed.example.com", token="secret-token")
    for path in (hosts.PROOF_PATH, "/robots.txt", f"/meetings/{page.slug}"):
        answer = get(path, "claimed.example.com")
        assert answer.status_code == 400
        assert "secret-token" not in answer.content.decode()


def test_a_connected_name_keeps_its_proof_where_it_is_looked_for(domain: Domain) -> None:
    assert get(hosts.PROOF_PATH).content.decode() == "hubclone-verification=secret-token"
    assert get(hosts.PROOF_PATH, "testserver").status_code == 404


@pytest.mark.spec("A5")
def test_a_booking_on_a_connected_name_sends_links_of_ours(domain: Domain, page: SchedulingPage) -> None:
    form = {
        "start": slot().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": "30",
        "key": form_key(page),
        "tz": "UTC",
        "first_name": "Olga",
        "last_name": "Nowak",
        "email": "olga@example.com",
    }
    answer: Any = Client().post(f"/meetings/{page.slug}", form, HTTP_HOST=CUSTOM)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith("/meetings/-/booked/")
    assert get(answer["Location"]).status_code == 200
    run_jobs()
    mails = list(OutgoingEmail.objects.all())
    assert len(mails) == 2
    assert not [mail.to for mail in mails if CUSTOM in mail.text + mail.html + mail.calendar]


def test_a_booking_is_not_shown_on_the_name_of_another_account(domain: Domain, page: SchedulingPage) -> None:
    from calendars.views.public import booked_reference
    from tests.calendars.booking import book

    reference = booked_reference(book(page_make(account_make(), slug="jan/intro")))
    assert get(f"/meetings/-/booked/{reference}", "testserver").status_code == 200
    assert get(f"/meetings/-/booked/{reference}").status_code == 404
    assert get(f"/meetings/-/booked/{reference}/meeting.ics").status_code == 404


@pytest.mark.spec("A5")
@pytest.mark.django_db(transaction=True)
def test_a_removed_name_is_served_no_more(domain: Domain, page: SchedulingPage) -> None:
    assert get(f"/meetings/{page.slug}").status_code == 200
    domain_remove(actor=actor_of(page.account.memberships.get()), domain=domain)
    assert get(f"/meetings/{page.slug}").status_code == 400


def test_another_process_serves_a_removed_name_for_seconds_at_most(
    domain: Domain, page: SchedulingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(f"/meetings/{page.slug}").status_code == 200
    Domain.objects.all().delete()
    assert get("/robots.txt").status_code == 404
    monkeypatch.setattr(hosts, "KNOWN_SECONDS", 0.0)
    assert get(f"/meetings/{page.slug}").status_code == 400


def test_a_flood_of_unknown_names_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "KNOWN_MOST", 10)
    for number in range(35):
        assert hosts.domain_served(f"n{number}.example.com") is None
    assert len(hosts._known) <= 10


def test_a_known_name_costs_no_query(domain: Domain, django_assert_num_queries: Any) -> None:
    hosts.domain_served(CUSTOM)
    with django_assert_num_queries(0):
        hosts.domain_served(CUSTOM)
