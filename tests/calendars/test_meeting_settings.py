"""Settings → General → Calendar: Meetings URL, Default meeting, Meeting domain, Chat profile, and their gates."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.choices import DomainState, Hub, SeatKind, Tier
from accounts.gates import MARKETING_OR_CMS_STARTER, PAID_SEAT
from accounts.models import AuditEntry, Membership
from calendars.choices import DefaultHost, PageState
from calendars.models import MeetingSettings, SchedulingPage
from calendars.selectors.meeting_settings import chat_page_of, default_page_of, url_part_of
from calendars.services.meeting_settings import MeetingSettingsInvalid, meeting_settings_update
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import account_make, at_once, page_make
from tests.calendars.settings_of import domain_make, plan_make, seat_give, settings_make
from tests.state import database_fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(account_make(), connected=False, slug="anna/intro", name="Intro")


@pytest.fixture
def owner(page: SchedulingPage) -> Membership:
    return Membership.objects.select_related("user", "account").get(account=page.account, user=page.owner)


@pytest.fixture
def client(owner: Membership) -> Client:
    return signed_in(owner)


def url(owner: Membership) -> str:
    return reverse("calendars:settings", args=[owner.account_id])


def post(client: Client, owner: Membership, **fields: Any) -> Any:
    return client.post(url(owner), {"meetings": "1", **fields})


def assert_refused(client: Client, owner: Membership, words: str, **fields: Any) -> None:
    """The form says ``words`` and nothing is changed."""
    before = database_fingerprint()
    answer = post(client, owner, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert database_fingerprint() == before


def gate_words(words: str) -> str:
    return words.replace("'", "&#x27;")


@pytest.mark.spec("C11", "A3")
def test_without_a_seat_the_url_is_shown_and_says_what_opens_it(client: Client, owner: Membership) -> None:
    words = client.get(url(owner)).content.decode()
    assert "Meetings URL" in words
    assert PAID_SEAT.gate_words in words
    assert MARKETING_OR_CMS_STARTER.gate_words in words
    assert (
        f"http://testserver/meetings/{url_part_of(owner)}/meeting" in words or "/meetings/anna-nowak/meeting" in words
    )


@pytest.mark.spec("C11", "A3")
def test_without_a_seat_the_url_cannot_be_changed_by_a_forged_form(client: Client, owner: Membership) -> None:
    assert_refused(client, owner, PAID_SEAT.gate_words, url_part="boss")


@pytest.mark.spec("C11")
@pytest.mark.parametrize("seat", [SeatKind.SALES, SeatKind.SERVICE])
def test_with_a_seat_new_pages_begin_with_the_chosen_part_and_old_ones_stay(
    client: Client, owner: Membership, page: SchedulingPage, seat: SeatKind
) -> None:
    seat_give(owner, seat)
    assert post(client, owner, url_part=" Dr-Nowak ").status_code == 302
    assert MeetingSettings.objects.get().url_part == "dr-nowak"
    page.refresh_from_db()
    assert page.slug == "anna/intro"
    editor = client.get(reverse("calendars:page_create", args=[owner.account_id])).content.decode()
    assert 'value="dr-nowak/meeting"' in editor
    assert AuditEntry.objects.get(action="meeting_settings.updated").detail == {"fields": ["url_part"]}


@pytest.mark.spec("C11")
@pytest.mark.parametrize("part", ["-", "a--b", "a b", "a/b", "żółw", "a.b", "-a", "a-", "../x", "%61", "x" * 61])
def test_a_part_that_is_no_path_is_refused(client: Client, owner: Membership, part: str) -> None:
    seat_give(owner)
    assert_refused(client, owner, "field__error", url_part=part)


@pytest.mark.spec("C11", "C14")
def test_somebody_elses_part_or_path_is_refused_whatever_account_they_are_in(client: Client, owner: Membership) -> None:
    seat_give(owner)
    other = page_make(account_make(), connected=False, slug="jan/intro")
    settings_make(other, url_part="kowalski")
    page_make(account_make(), connected=False, slug="whole")
    for part in ("jan", "kowalski", "KOWALSKI", "whole"):
        assert_refused(client, owner, "begin like this already", url_part=part)
    assert post(client, owner, url_part="ja").status_code == 302
    assert post(client, owner, url_part="anna").status_code == 302, "one's own"


@pytest.mark.spec("C11")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_same_part_at_once_one_gets_it() -> None:
    pages = [page_make(account_make(), connected=False) for _ in range(2)]
    members = [Membership.objects.get(account=page.account, user=page.owner) for page in pages]
    for member in members:
        seat_give(member)

    def take(member: Membership) -> MeetingSettings:
        return meeting_settings_update(actor=actor_of(member), membership=member, fields={"url_part": "same"})

    results = at_once([partial(take, member) for member in members])
    assert sorted(type(result).__name__ for result in results) == ["MeetingSettings", "MeetingSettingsInvalid"]
    assert MeetingSettings.objects.filter(url_part="same").count() == 1


@pytest.mark.spec("C12", "A3")
def test_without_a_seat_the_default_meeting_is_the_first_page_made(
    client: Client, owner: Membership, page: SchedulingPage
) -> None:
    second = page_make(page.account, connected=False, slug="anna/second")
    assert default_page_of(owner) == page
    assert_refused(client, owner, PAID_SEAT.gate_words, default_page=str(second.pk))


@pytest.mark.spec("C12")
def test_with_a_seat_the_default_meeting_is_chosen_and_a_deleted_one_gives_way(
    client: Client, owner: Membership, page: SchedulingPage
) -> None:
    seat_give(owner)
    second = page_make(page.account, connected=False, slug="anna/second")
    assert post(client, owner, default_page=str(second.pk)).status_code == 302
    assert default_page_of(owner) == second
    SchedulingPage.objects.filter(pk=second.pk).update(state=PageState.DELETED, slug="-/deleted/1")
    assert default_page_of(owner) == page
    SchedulingPage.objects.filter(pk=page.pk).update(state=PageState.DELETED, slug="-/deleted/2")
    assert default_page_of(owner) is None


@pytest.mark.spec("C12", "C17", "A1")
@pytest.mark.parametrize("field", ["default_page", "chat_page"])
def test_only_ones_own_pages_can_be_chosen(client: Client, owner: Membership, page: SchedulingPage, field: str) -> None:
    seat_give(owner)
    colleague = MembershipFactory(account=page.account)
    theirs = page_make(account_make(), connected=False)
    beside = SchedulingPage.objects.create(
        account=page.account, owner=colleague.user, name="C", title="C", slug="colleague", time_zone="UTC"
    )
    for wrong in (theirs.pk, beside.pk, 2**40, "x"):
        assert_refused(client, owner, "Choose one of your own pages.", **{field: str(wrong)})
        if isinstance(wrong, int):
            with pytest.raises(MeetingSettingsInvalid):
                meeting_settings_update(actor=actor_of(owner), membership=owner, fields={f"{field}_id": wrong})


@pytest.mark.spec("C13", "A3")
def test_without_a_subscription_only_the_default_hosts_are_listed_and_a_forged_domain_is_refused(
    client: Client, owner: Membership
) -> None:
    domain = domain_make(owner.account)
    plan_make(owner.account, Hub.OPERATIONS, Tier.ENTERPRISE)
    words = client.get(url(owner)).content.decode()
    assert domain.host not in words
    assert MARKETING_OR_CMS_STARTER.gate_words in words
    assert_refused(client, owner, MARKETING_OR_CMS_STARTER.gate_words, host=f"domain:{domain.pk}")
    with pytest.raises(MeetingSettingsInvalid):
        meeting_settings_update(actor=actor_of(owner), membership=owner, fields={"domain_id": domain.pk})


@pytest.mark.spec("C13")
@pytest.mark.parametrize("hub", [Hub.MARKETING, Hub.CMS])
def test_with_a_subscription_a_connected_domain_is_chosen(client: Client, owner: Membership, hub: Hub) -> None:
    plan_make(owner.account, hub)
    domain = domain_make(owner.account)
    waiting = domain_make(owner.account, "waiting.northwind.example", DomainState.PENDING)
    words = client.get(url(owner)).content.decode()
    assert f'<option value="domain:{domain.pk}">{domain.host}</option>' in words
    assert waiting.host not in words
    assert post(client, owner, host=f"domain:{domain.pk}").status_code == 302
    assert MeetingSettings.objects.get().domain == domain
    assert post(client, owner, host="meetings").status_code == 302
    assert MeetingSettings.objects.get().domain is None


@pytest.mark.spec("C13", "A1")
def test_a_domain_that_is_not_connected_or_not_the_accounts_is_refused(client: Client, owner: Membership) -> None:
    plan_make(owner.account)
    waiting = domain_make(owner.account, "waiting.northwind.example", DomainState.PENDING)
    foreign = domain_make(account_make(), "other.example")
    for pk in (waiting.pk, foreign.pk, 2**40):
        assert_refused(client, owner, "Choose a domain that is connected.", host=f"domain:{pk}")
        with pytest.raises(MeetingSettingsInvalid):
            meeting_settings_update(actor=actor_of(owner), membership=owner, fields={"domain_id": pk})
    for nonsense in ("domain:", "domain:x", "evil.test", ""):
        assert_refused(client, owner, "field__error", host=nonsense)


@pytest.mark.spec("C13", "A3")
def test_the_other_default_host_needs_no_plan(client: Client, owner: Membership, settings: Any) -> None:
    settings.MEETINGS_URL = "https://meetings.hub.test"
    words = client.get(url(owner)).content.decode()
    assert '<option value="app">' in words
    assert post(client, owner, host="app").status_code == 302
    assert MeetingSettings.objects.get().default_host == DefaultHost.APP


@pytest.mark.spec("A3")
def test_what_was_chosen_on_a_better_plan_stays_when_other_things_are_saved(
    client: Client, owner: Membership, page: SchedulingPage
) -> None:
    domain = domain_make(owner.account)
    settings_make(page, domain=domain, url_part="dr-nowak")
    sent = {"host": "meetings", "chat_page": str(page.pk), "is_chat_link_on": "on"}
    assert post(client, owner, **sent).status_code == 302
    kept = MeetingSettings.objects.get()
    assert (kept.domain, kept.url_part, kept.chat_page, kept.is_chat_link_on) == (domain, "dr-nowak", page, True)


@pytest.mark.spec("C17")
def test_the_chat_profile_is_saved_and_gives_its_tag(client: Client, owner: Membership, page: SchedulingPage) -> None:
    words = client.get(url(owner)).content.decode()
    assert "Chat profile" in words
    assert "Include a link to the meeting booking page in the chat window" in words
    assert "Chat meeting link" in words
    assert "Save to get the tag" in words
    second = page_make(page.account, connected=False, slug="anna/second")
    assert post(client, owner, is_chat_link_on="on", chat_page=str(second.pk)).status_code == 302
    chat = MeetingSettings.objects.get()
    assert chat_page_of(chat) == second
    assert f"/chat/{chat.chat_key}.js" in client.get(url(owner)).content.decode()
    assert post(client, owner).status_code == 302
    chat.refresh_from_db()
    assert chat_page_of(chat) is None
    assert chat.chat_page == second, "a field that was not sent stays"


@pytest.mark.spec("C17")
def test_a_new_tag_makes_the_old_one_void(client: Client, owner: Membership, page: SchedulingPage) -> None:
    old = settings_make(page).chat_key
    assert client.post(reverse("calendars:chat_renew", args=[owner.account_id])).status_code == 302
    new = MeetingSettings.objects.get().chat_key
    assert new != old
    assert Client().get(reverse("calendars:chat", args=[old])).status_code == 404
    assert Client().get(reverse("calendars:chat", args=[new])).status_code == 200


def test_a_form_without_these_fields_leaves_them_alone(client: Client, owner: Membership, page: SchedulingPage) -> None:
    settings_make(page, is_chat_link_on=True)
    assert client.post(url(owner), {}).status_code == 302
    assert MeetingSettings.objects.get().is_chat_link_on


def test_one_that_is_wrong_keeps_all_that_was_typed_and_saves_nothing(client: Client, owner: Membership) -> None:
    seat_give(owner)
    before = database_fingerprint()
    answer = post(client, owner, url_part="not a part", is_chat_link_on="on")
    assert database_fingerprint() == before
    words = answer.content.decode()
    assert 'value="not a part"' in words
    assert "checked" in words


def test_the_page_takes_few_queries(
    client: Client, owner: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(url(owner))
    with django_assert_max_num_queries(16):
        client.get(url(owner))
