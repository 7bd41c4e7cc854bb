"""The chat on other people's sites: its files, its page in a frame, and what a message writes (C17)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import hosts
from accounts.models import Membership, Notification, NotificationChoice, OutgoingEmail
from calendars.choices import PageState
from calendars.form_tokens import chat_token_make, form_token_make
from calendars.models import MeetingSettings, SchedulingPage
from calendars.services.chat import KIND, ChatMessage, chat_message_receive
from crm.choices import ObjectType
from crm.models import Association, Record, RecordIdentity, TimelineEntry
from crm.services.erasing import record_erase
from crm.services.records import RecordChange, records_write
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import account_make, at_once, page_make, visitor
from tests.calendars.settings_of import CUSTOM, domain_make, settings_make
from tests.state import database_fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C17")]
TYPED = {"name": "Olga Zięba", "email": "Olga@Example.com", "text": "Do you ship to <b>Iceland</b>?\n\nThank you"}
SITE = "https://northwind.example/pricing"


@pytest.fixture(autouse=True)
def _hosts() -> Iterator[None]:
    yield
    hosts.domains_forget()


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(account_make(), connected=False, slug="anna/intro")


@pytest.fixture
def chat(page: SchedulingPage) -> MeetingSettings:
    return settings_make(page, is_chat_link_on=True)


def url(chat: MeetingSettings, name: str = "chat") -> str:
    return reverse(f"calendars:{name}", args=[chat.chat_key])


def send(chat: MeetingSettings, client: Client | None = None, **fields: Any) -> Any:
    data = {**TYPED, "key": chat_token_make(chat), "site": SITE, **fields}
    return (client or Client()).post(url(chat), data)


def contacts() -> list[Record]:
    return list(Record.objects.filter(object_type=ObjectType.CONTACT).order_by("id"))


def notes() -> list[Record]:
    return list(Record.objects.filter(object_type=ObjectType.NOTE).order_by("id"))


def test_the_script_is_the_same_for_everybody_and_can_be_kept(chat: MeetingSettings) -> None:
    answers = [
        Client().get(url(chat, "chat_script"), headers={"Accept-Language": language}) for language in ("en", "pl")
    ]
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert answer["Content-Type"].startswith("text/javascript")
        assert "public" in answer["Cache-Control"]
        assert re.search(r"max-age=[1-9]", answer["Cache-Control"])
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not answer.cookies
    words = answers[0].content.decode()
    assert json.dumps(url(chat)) in words
    assert "sandbox" in words
    for unsafe in ("eval(", "innerHTML", ".style", "new Function", "document.write", "onclick", 'setAttribute("style'):
        assert unsafe not in words


def test_the_style_sheet_is_a_file_of_ours() -> None:
    answer = Client().get(reverse("calendars:chat_style"))
    assert answer["Content-Type"].startswith("text/css")
    assert "hubclone-chat" in answer.content.decode()
    assert "public" in answer["Cache-Control"]


def test_only_this_page_may_be_framed_and_it_may_frame_only_ours(chat: MeetingSettings) -> None:
    answer = Client().get(url(chat))
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "frame-src 'self'" in policy
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in answer.headers
    assert "X-Frame-Options" in Client().get(reverse("account_login")).headers


def test_it_shows_the_team_member_and_the_page_to_book(chat: MeetingSettings, page: SchedulingPage) -> None:
    words = Client().get(url(chat)).content.decode()
    assert "Anna Nowak" in words
    assert "Northwind" in words
    assert "view=book" in words
    booking = Client().get(f"{url(chat)}?view=book").content.decode()
    assert f'src="{reverse("calendars:public_embed", args=[page.slug])}"' in booking
    MeetingSettings.objects.update(is_chat_link_on=False)
    words = Client().get(f"{url(chat)}?view=book").content.decode()
    assert "view=book" not in words
    assert "iframe" not in words
    assert page.slug not in words


def test_the_chosen_page_is_booked_and_a_deleted_one_gives_way(chat: MeetingSettings, page: SchedulingPage) -> None:
    second = page_make(page.account, connected=False, slug="anna/second")
    MeetingSettings.objects.update(chat_page=second)
    assert "/embed/anna/second" in Client().get(f"{url(chat)}?view=book").content.decode()
    SchedulingPage.objects.filter(pk=second.pk).update(state=PageState.DELETED, slug="-/deleted/9")
    assert "/embed/anna/intro" in Client().get(f"{url(chat)}?view=book").content.decode()


def test_it_speaks_the_visitors_language(chat: MeetingSettings) -> None:
    answer = Client().get(url(chat), headers={"Accept-Language": "pl"})
    assert '<html lang="pl">' in answer.content.decode()


@pytest.mark.parametrize("gone", ["unknown", "left", "inactive"])
def test_without_its_member_there_is_nothing(chat: MeetingSettings, page: SchedulingPage, gone: str) -> None:
    address, script = url(chat), url(chat, "chat_script")
    if gone == "unknown":
        MeetingSettings.objects.update(chat_key="another")
    elif gone == "left":
        Membership.objects.filter(user=page.owner).delete()
    else:
        page.owner.is_active = False
        page.owner.save()
    answer = Client().get(address)
    assert answer.status_code == 404
    assert "Anna" not in answer.content.decode()
    assert Client().post(address, TYPED).status_code == 404
    assert Client().get(script).status_code == 404


def test_a_domain_of_ones_own_does_not_serve_it(chat: MeetingSettings, page: SchedulingPage) -> None:
    domain_make(page.account)
    assert Client().get(url(chat), HTTP_HOST=CUSTOM).status_code == 404
    hosts.domains_forget()


def test_a_message_is_a_note_on_a_new_contact_with_its_source(chat: MeetingSettings, page: SchedulingPage) -> None:
    answer = send(chat)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{url(chat)}?view=sent")
    assert "Your message is sent" in Client().get(answer["Location"]).content.decode()
    (contact,), (note,) = contacts(), notes()
    assert contact.properties["email"] == "olga@example.com"
    assert (contact.properties["firstname"], contact.properties["lastname"]) == ("Olga", "Zięba")
    assert contact.owner_id == page.owner_id
    body = note.properties["hs_note_body"]
    assert "&lt;b&gt;Iceland&lt;/b&gt;?" in body
    assert SITE in body
    assert Association.objects.filter(from_record=note, to_record=contact).exists()
    entry = TimelineEntry.objects.get(record=contact)
    assert (entry.kind, entry.about_id, entry.source_kind) == ("note", note.pk, "visitor")


def test_the_member_is_told_with_an_address_to_answer_to(chat: MeetingSettings, page: SchedulingPage) -> None:
    send(chat)
    (told,) = Notification.objects.filter(kind=KIND)
    assert told.user == page.owner
    assert told.title == "Olga Zięba wrote to you in the chat"
    assert told.url == reverse("crm:record", args=[page.account_id, "contacts", contacts()[0].pk])
    mail = OutgoingEmail.objects.get()
    assert (mail.to, mail.reply_to) == (page.owner.email, "olga@example.com")
    assert "Do you ship to" in mail.text


def test_the_contact_page_shows_the_note(chat: MeetingSettings, page: SchedulingPage) -> None:
    send(chat)
    member = Membership.objects.get(account=page.account, user=page.owner)
    client = signed_in(member)
    words = client.get(reverse("crm:record", args=[page.account_id, "contacts", contacts()[0].pk])).content.decode()
    assert "Do you ship to &lt;b&gt;Iceland&lt;/b&gt;?" in words


def test_the_note_is_in_the_members_language_whatever_the_visitors_is(
    chat: MeetingSettings, page: SchedulingPage
) -> None:
    page.owner.language = "en"
    page.owner.save()
    Client().post(url(chat), {**TYPED, "key": chat_token_make(chat), "site": SITE}, headers={"Accept-Language": "pl"})
    assert "Sent by" in notes()[0].properties["hs_note_body"]


@pytest.mark.spec("C26")
def test_a_known_contact_is_neither_rewritten_nor_told_of(chat: MeetingSettings, page: SchedulingPage) -> None:
    member = Membership.objects.get(account=page.account, user=page.owner)
    known = {"email": "olga@example.com", "firstname": "Aleksandra", "lastname": "Nowacka", "phone": "+48 1"}
    records_write(actor=actor_of(member), changes=[RecordChange("contact", known)])
    fresh = send(chat, email="new@example.com")
    same = send(chat)
    assert (fresh.status_code, fresh["Location"]) == (same.status_code, same["Location"])
    first, _second = contacts()
    assert first.properties["firstname"] == "Aleksandra"
    assert len(notes()) == 2
    assert "Aleksandra" not in Client().get(same["Location"]).content.decode()


@pytest.mark.spec("A24")
def test_an_erased_address_and_a_colleagues_are_passed_on_and_not_kept(
    chat: MeetingSettings, page: SchedulingPage
) -> None:
    colleague = MembershipFactory(account=page.account)
    member = Membership.objects.get(account=page.account, user=page.owner)
    (made,) = records_write(actor=actor_of(member), changes=[RecordChange("contact", {"email": "gone@example.com"})])
    record_erase(actor=actor_of(member), record_id=int(made.record_id or 0))
    before = Record.objects.count()
    for address in ("gone@example.com", colleague.user.email):
        assert send(chat, email=address).status_code == 302
    assert Record.objects.count() == before
    assert Notification.objects.filter(kind=KIND).count() == 2
    assert not RecordIdentity.objects.filter(value="gone@example.com").exists()


@pytest.mark.spec("A22")
def test_erasing_the_contact_takes_the_message_from_everywhere(chat: MeetingSettings, page: SchedulingPage) -> None:
    send(chat)
    member = Membership.objects.get(account=page.account, user=page.owner)
    record_erase(actor=actor_of(member), record_id=contacts()[0].pk)
    assert not notes()
    assert not Notification.objects.filter(kind=KIND).exists()
    assert "Iceland" not in OutgoingEmail.objects.get().text


def test_a_form_that_comes_twice_is_one_message(chat: MeetingSettings) -> None:
    key = chat_token_make(chat)
    assert [send(chat, key=key).status_code for _ in range(2)] == [302, 302]
    assert (len(contacts()), len(notes()), Notification.objects.count(), OutgoingEmail.objects.count()) == (1, 1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_form_that_comes_many_times_at_once_is_one_message() -> None:
    page = page_make(account_make(), connected=False)
    chat = settings_make(page)
    message = ChatMessage("Olga", "olga@example.com", "Hello", "", "one-key")
    results = at_once([lambda: chat_message_receive(actor=visitor(page), chat=chat, message=message)] * 8)
    assert results == [None] * 8
    assert (len(contacts()), len(notes()), Notification.objects.count()) == (1, 1, 1)


@pytest.mark.spec("C26")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"website": "https://spam.test"}, "Please leave the field for robots empty."),
        ({"email": "nobody"}, "valid email"),
        ({"text": ""}, "required"),
        ({"text": "x" * 4001}, "too long"),
        ({"name": "\x00\x07 "}, "field__error"),
        ({"key": ""}, "open for too long"),
        ({"key": "forged:1:2"}, "open for too long"),
    ],
)
def test_what_does_not_hold_is_refused_and_nothing_typed_is_lost(
    chat: MeetingSettings, fields: dict[str, Any], words: str
) -> None:
    before = database_fingerprint()
    answer = send(chat, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert database_fingerprint() == before
    if "text" not in fields:
        assert "Iceland" in answer.content.decode()
    assert 'aria-expanded="true"' in answer.content.decode()


@pytest.mark.spec("C26")
def test_a_token_of_another_chat_or_of_a_scheduling_page_or_of_yesterday_is_refused(
    chat: MeetingSettings, page: SchedulingPage
) -> None:
    other = settings_make(page_make(account_make(), connected=False))
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(days=2), tick=False):
        old = chat_token_make(chat)
    for token in (chat_token_make(other), form_token_make(page), old):
        assert send(chat, key=token).status_code == 422
    assert not notes()


@pytest.mark.spec("C26")
def test_one_address_cannot_write_without_end(chat: MeetingSettings, settings: Settings) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 3
    client = Client(REMOTE_ADDR="192.0.2.77")
    statuses = [send(chat, client, text=f"Message {number}").status_code for number in range(5)]
    assert statuses[-1] == 429
    assert 1 <= statuses.count(302) <= 3
    assert "too many attempts" in send(chat, client).content.decode()


@pytest.mark.parametrize(
    ("site", "kept"),
    [
        ("https://northwind.example/pricing?email=olga@example.com#x", "https://northwind.example/pricing"),
        ("javascript:alert(1)", ""),
        ("https://user:secret@northwind.example/", ""),
        ("http://[::1", ""),
        ("x" * 5000, ""),
        ("", ""),
    ],
)
def test_the_site_is_kept_without_what_is_nobodys_business(chat: MeetingSettings, site: str, kept: str) -> None:
    assert send(chat, site=site).status_code == 302
    body = notes()[0].properties["hs_note_body"]
    assert (kept in body) if kept else body.endswith("in the chat</p>")
    assert "secret" not in body
    assert "?email" not in body


def test_who_wants_no_word_is_not_told(chat: MeetingSettings, page: SchedulingPage) -> None:
    NotificationChoice.objects.create(account=page.account, user=page.owner, kind=KIND, in_app=False, by_email=False)
    send(chat)
    assert not Notification.objects.exists()
    assert not OutgoingEmail.objects.exists()
    assert len(notes()) == 1
