"""Host names of an account's own: what may be one, how it is proven, and what each failure says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html import unescape
from http.server import HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.choices import DomainProof, DomainState
from accounts.domain_names import host_parse
from accounts.domain_proofs import FAULTS, http_look, proof_name, proof_value
from accounts.exceptions import DomainExists
from accounts.models import AuditEntry, Brand, Domain, Membership, Notification
from accounts.services.domains import domain_add, domain_check, domain_connect_demo, domains_recheck
from accounts.views.domains import CHECKS_MOST
from hubclone.lib.errors import PermanentError
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory, actor_of
from tests.accounts.name_server import NameServer
from tests.calendars.booking import at_once
from tests.web_server import Handler, served

pytestmark = pytest.mark.django_db
NOW = dt.timedelta()


@pytest.fixture
def names(settings: Settings) -> Iterator[NameServer]:
    """The domain name system of this test."""
    server = NameServer()
    settings.DNS_SERVERS = (("127.0.0.1", server.port),)
    yield server
    server.close()


def claim(member: Membership, host: str = "meet.example.com", **more: Any) -> Domain:
    return domain_add(actor=actor_of(member), host=host, **more)


def prove(names: NameServer, *domains: Domain) -> None:
    names.txt[proof_name(domains[0].host)] = [proof_value(domain.token) for domain in domains]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Meet.Example.COM", "meet.example.com"),
        (" meet.example.com. ", "meet.example.com"),
        ("żółw.example.pl", "xn--w-uga1v8h.example.pl"),
        ("MÜNCHEN.example.de", "xn--mnchen-3ya.example.de"),
        ("straße.example.de", "xn--strae-oqa.example.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("a-b.c1.example.com", "a-b.c1.example.com"),
    ],
)
def test_a_host_name_is_kept_in_lower_case_and_punycode(typed: str, kept: str) -> None:
    assert host_parse(typed) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("https://meet.example.com", "without https"),
        ("meet.example.com/path", "without a path"),
        ("meet.example.com?x", "without a path"),
        ("meet.example.com:8000", "without a port"),
        ("192.0.2.1", "IP address"),
        ("[2001:db8::1]", "IP address"),
        ("2001:db8::1", "IP address"),
        ("anna@example.com", "email"),
        ("*.example.com", "star"),
        ("localhost", "whole name"),
        ("", "whole name"),
        ("meet..example.com", "not a host name"),
        ("meet_up.example.com", "not a host name"),
        ("-meet.example.com", "not a host name"),
        ("meet.example.com\r\nX: y", "without a port"),
        ("meet example.com", "not a host name"),
        ("1.2.3", "not a host name"),
        (f"{'a' * 64}.example.com", "not a host name"),
        (f"{'a.' * 130}com", "not a host name"),
        ("app.hub.example", "this installation"),
        ("deep.own.example", "this installation"),
    ],
)
def test_what_is_no_host_name_of_ones_own_is_refused_in_words(typed: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        host_parse(typed, ours=["app.hub.example", ".own.example"])
    assert said in caught.value.messages[0]


@pytest.mark.spec("A5")
def test_a_name_is_added_proven_by_its_record_and_removed(editor: Membership, names: NameServer) -> None:
    client, account_id = signed_in(editor), editor.account_id
    answer: Any = client.post(
        reverse("accounts:domains", args=[account_id]), {"host": "Meet.Example.com", "proof": "txt"}
    )
    domain = Domain.objects.get()
    assert answer["Location"] == reverse("accounts:domain", args=[account_id, domain.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "_hubclone.meet.example.com" in page
    assert proof_value(domain.token) in page
    prove(names, domain)
    checked = client.post(reverse("accounts:domain_check", args=[account_id, domain.pk]), follow=True)
    assert "meet.example.com is connected" in checked.content.decode()
    domain.refresh_from_db()
    assert (domain.state, domain.last_error_code) == (DomainState.CONNECTED, "")
    assert domain.connected_at is not None
    client.post(reverse("accounts:domain_remove", args=[account_id, domain.pk]))
    assert not Domain.objects.exists()
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["domain.added", "domain.connected", "domain.removed"]


@pytest.mark.spec("A5")
@pytest.mark.parametrize("code", ["NO_SUCH_NAME", "NO_RECORD", "OTHER_VALUE", "ELSEWHERE", "DNS_TIMEOUT", "DNS_FAILED"])
def test_each_failure_of_a_record_has_its_own_words(
    editor: Membership, names: NameServer, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubclone.lib.outbound.dns.LOOKUP_SECONDS", 0.5)
    domain = claim(editor)
    record = proof_name(domain.host)
    if code == "NO_RECORD":
        names.names.add(domain.host)
    elif code == "OTHER_VALUE":
        names.txt[record] = ["v=spf1 -all", proof_value("another")]
    elif code == "ELSEWHERE":
        names.txt[f"{record}.example.com"] = [proof_value(domain.token)]
        names.names.add(domain.host)
    elif code == "DNS_TIMEOUT":
        names.mute.add(record)
    elif code == "DNS_FAILED":
        names.broken.add(record)
    client = signed_in(editor)
    answer = client.post(reverse("accounts:domain_check", args=[editor.account_id, domain.pk]), follow=True)
    domain.refresh_from_db()
    assert (domain.state, domain.last_error_code) == (DomainState.PENDING, code)
    assert domain.checked_at is not None
    words = unescape(answer.content.decode())
    fault = words.partition("The proof was not found")[2].partition("Status")[0]
    for part in (*map(str, FAULTS[code]), "Expected", proof_value(domain.token), f"TXT record: <code>{record}"):
        assert part in fault
    found = {"OTHER_VALUE": f"{proof_value('another')} · v=spf1 -all", "ELSEWHERE": f"{record}.example.com"}
    assert found.get(code, "") == domain.last_found
    assert domain.last_found in fault


def test_a_record_at_the_name_itself_is_told_to_be_in_the_wrong_place(editor: Membership, names: NameServer) -> None:
    domain = claim(editor)
    names.txt[domain.host] = [proof_value(domain.token)]
    found = domain_check(actor=actor_of(editor), domain=domain)
    assert (found.last_error_code, found.last_found) == ("ELSEWHERE", domain.host)
    prove(names, domain)
    found = domain_check(actor=actor_of(editor), domain=domain)
    assert (found.state, found.last_error_code, found.last_found) == (DomainState.CONNECTED, "", "")


def test_a_record_of_several_values_and_strings_is_read_whole(editor: Membership, names: NameServer) -> None:
    domain = claim(editor)
    value = proof_value(domain.token)
    names.txt[proof_name(domain.host)] = ["something else", f'{value[:10]}" "{value[10:]}']
    assert domain_check(actor=actor_of(editor), domain=domain).state == DomainState.CONNECTED


class Host(Handler):
    """A host whose answer is in its server's ``reply``: status and body."""

    def do_GET(self) -> None:
        status, body = self.server.reply  # type: ignore[attr-defined]
        self.answer(body, status, Location="http://127.0.0.1:1/")


@pytest.fixture
def host(settings: Settings) -> Iterator[HTTPServer]:
    with served(Host) as server:
        settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{server.server_port}", "127.0.0.1/32:1")
        yield server


@pytest.mark.spec("A5")
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ((200, b" the-proof \r\n"), ""),
        ((200, b"another"), "OTHER_VALUE"),
        ((200, b"the-proof" + b"x" * 100_000), "OTHER_VALUE"),
        ((200, b"\xff\xfe"), "OTHER_VALUE"),
        ((404, b"the-proof"), "NO_FILE"),
        ((302, b"the-proof"), "REDIRECTED"),
        ((301, b""), "REDIRECTED"),
        ((401, b"the-proof"), "BAD_ANSWER"),
        ((500, b"the-proof"), "BAD_ANSWER"),
    ],
)
def test_a_file_on_the_host_is_judged_by_its_answer(host: HTTPServer, reply: tuple[int, bytes], code: str) -> None:
    host.reply = reply  # type: ignore[attr-defined]
    look = http_look("127.0.0.1", "the-proof", http_port=host.server_port, https_port=1)
    assert look.code == code
    status, body = reply
    told = {"OTHER_VALUE": body.decode("utf-8", "replace")[:300], "REDIRECTED": "http://127.0.0.1:1/", "": ""}
    assert look.found == told.get(code, f"HTTP {status}")


def test_a_host_that_cannot_be_asked_says_why(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ("127.0.0.1/32:1",)
    assert http_look("127.0.0.1", "x", http_port=1, https_port=1).code == "REFUSED"
    assert http_look("nothing.invalid", "x").code == "NO_SUCH_NAME"
    settings.OUTBOUND_ALLOWED = ()
    assert http_look("127.0.0.1", "x").code == "NOT_PUBLIC"
    assert http_look("localhost", "x").code == "NOT_PUBLIC"


def test_what_cannot_be_a_name_stays_in_the_form_with_its_error(editor: Membership) -> None:
    url = reverse("accounts:domains", args=[editor.account_id])
    answer = signed_in(editor).post(url, {"host": "https://meet.example.com/", "proof": "http"})
    assert answer.status_code == 422
    assert 'value="https://meet.example.com/"' in answer.content.decode()
    assert "without https" in answer.content.decode()
    ours = signed_in(editor).post(url, {"host": "127.0.0.1", "proof": "txt"})
    assert "IP address" in ours.content.decode()
    assert not Domain.objects.exists()


def test_one_account_claims_a_name_once(editor: Membership) -> None:
    claim(editor)
    with pytest.raises(DomainExists):
        claim(editor, "MEET.example.com")
    url = reverse("accounts:domains", args=[editor.account_id])
    answer = signed_in(editor).post(url, {"host": "meet.example.com", "proof": "txt"})
    assert answer.status_code == 422
    assert "in the list already" in answer.content.decode()


@pytest.mark.spec("A5")
def test_of_two_accounts_that_claim_a_name_the_one_that_proves_it_has_it(
    editor: Membership, stranger: Membership, names: NameServer
) -> None:
    mine, theirs = claim(editor), claim(stranger)
    prove(names, theirs)
    assert domain_check(actor=actor_of(editor), domain=mine).last_error_code == "OTHER_VALUE"
    assert domain_check(actor=actor_of(stranger), domain=theirs).state == DomainState.CONNECTED
    prove(names, theirs, mine)
    refused = domain_check(actor=actor_of(editor), domain=mine)
    assert (refused.state, refused.last_error_code) == (DomainState.PENDING, "TAKEN")
    prove(names, mine)
    assert domain_check(actor=actor_of(editor), domain=mine).state == DomainState.CONNECTED
    theirs.refresh_from_db()
    assert (theirs.state, theirs.last_error_code) == (DomainState.PENDING, "TAKEN_OVER")
    told = Notification.objects.get()
    assert (told.user, told.account_id) == (stranger.user, stranger.account_id)
    assert told.url == reverse("accounts:domain", args=[stranger.account_id, theirs.pk])


def test_a_name_does_not_move_while_its_holders_proof_cannot_be_asked_for(
    editor: Membership, stranger: Membership, names: NameServer, settings: Settings
) -> None:
    mine, theirs = claim(editor), claim(stranger)
    prove(names, theirs)
    domain_check(actor=actor_of(stranger), domain=theirs)
    Domain.objects.filter(pk=theirs.pk).update(proof=DomainProof.HTTP)
    prove(names, mine)
    names.names.add(theirs.host)
    assert domain_check(actor=actor_of(editor), domain=mine).state == DomainState.CONNECTED, "its file is not there"


@pytest.mark.django_db(transaction=True)
def test_two_that_prove_a_name_at_once_do_not_both_get_it(names: NameServer) -> None:
    people = [MembershipFactory(super_admin=True) for _ in range(4)]
    claims = [claim(person) for person in people]
    prove(names, *claims)
    results = at_once(
        [lambda p=p, c=c: domain_check(actor=actor_of(p), domain=c) for p, c in zip(people, claims, strict=True)]  # type: ignore[misc]
    )
    assert [each for each in results if isinstance(each, Exception)] == []
    assert Domain.objects.filter(state=DomainState.CONNECTED).count() == 1
    assert Domain.objects.filter(last_error_code="TAKEN").count() == 3


@pytest.mark.spec("A5")
def test_in_the_demo_one_click_connects_and_elsewhere_none_does(editor: Membership, settings: Settings) -> None:
    domain = claim(editor)
    client, url = signed_in(editor), reverse("accounts:domain_connect", args=[editor.account_id, domain.pk])
    settings.DEMO = False
    with pytest.raises(PermanentError):
        domain_connect_demo(actor=actor_of(editor), domain=domain)
    assert client.post(url).status_code == 404
    assert (
        "without proof"
        not in client.get(reverse("accounts:domain", args=[editor.account_id, domain.pk])).content.decode()
    )
    domain.refresh_from_db()
    assert domain.state == DomainState.PENDING
    settings.DEMO = True
    assert "is connected" in client.post(url, follow=True).content.decode()
    domain.refresh_from_db()
    assert domain.state == DomainState.CONNECTED


@pytest.mark.spec("A5", "A4")
def test_a_domains_brand_and_robots_txt_are_its_accounts_to_change(editor: Membership, stranger: Membership) -> None:
    domain = claim(editor)
    brand = Brand.objects.create(account=editor.account, name="Northwind Tea")
    foreign = Brand.objects.create(account=stranger.account, name="Elsewhere")
    client, url = signed_in(editor), reverse("accounts:domain", args=[editor.account_id, domain.pk])
    robots = "User-agent: *\r\nDisallow: /meetings*\r\n"
    assert client.post(url, {"proof": "http", "brand": brand.pk, "robots_txt": robots}).status_code == 302
    domain.refresh_from_db()
    assert (domain.brand, domain.proof) == (brand, DomainProof.HTTP)
    assert domain.robots_txt == "User-agent: *\nDisallow: /meetings*\n"
    for wrong in (
        {"brand": foreign.pk, "robots_txt": ""},
        {"robots_txt": "x" * 10_001},
        {"robots_txt": "a\x1b[31mb"},
        {"robots_txt": "User-agent: *\nhide everything"},
        {"robots_txt": "a\u202eb"},
        {"proof": "fax"},
    ):
        assert client.post(url, {"proof": "txt", **wrong}).status_code == 422, wrong
    domain.refresh_from_db()
    assert (domain.brand, domain.robots_txt) == (brand, "User-agent: *\nDisallow: /meetings*\n")
    assert AuditEntry.objects.filter(action="domain.updated").count() == 1


def test_a_proof_that_goes_is_told_once_and_the_name_stays(
    admin: Membership, editor: Membership, member: Membership, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubclone.lib.outbound.dns.LOOKUP_SECONDS", 0.5)
    domain = claim(editor)
    prove(names, domain)
    domain_check(actor=actor_of(editor), domain=domain)
    record = proof_name(domain.host)
    assert domains_recheck() == 0, "it was looked at just now"
    assert domains_recheck(older_than=NOW) == 1
    names.mute.add(record)
    domains_recheck(older_than=NOW)
    assert not Notification.objects.exists(), "a name server that is away is no loss"
    names.mute.clear()
    names.txt.clear()
    names.names.add(domain.host)
    domains_recheck(older_than=NOW)
    domains_recheck(older_than=NOW)
    assert set(Notification.objects.values_list("user_id", flat=True)) == {admin.user_id, editor.user_id}
    assert Notification.objects.count() == 2
    domain.refresh_from_db()
    assert (domain.state, domain.last_error_code) == (DomainState.CONNECTED, "NO_RECORD")
    prove(names, domain)
    domains_recheck(older_than=NOW)
    assert not Notification.objects.filter(read_at=None).exists(), "what is mended needs nobody any more"


def test_checking_is_slowed_for_who_does_nothing_else(editor: Membership, names: NameServer) -> None:
    domain = claim(editor)
    url = reverse("accounts:domain_check", args=[editor.account_id, domain.pk])
    client = signed_in(editor)
    assert "very often" not in client.post(url, follow=True).content.decode()
    more = (client.post(url, follow=True).content.decode() for _ in range(6 * CHECKS_MOST))
    assert any("very often" in answer for answer in more), "counts may be split when a window ends or Redis is late"


def test_the_list_of_domains_takes_the_same_queries_for_any_number(
    editor: Membership, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        claim(editor, f"n{number}.example.com")
    client: Client = signed_in(editor)
    client.get(reverse("accounts:domains", args=[editor.account_id]))
    with django_assert_max_num_queries(10):
        client.get(reverse("accounts:domains", args=[editor.account_id]))
