"""What people are told: once, where they choose, in their language, and with a way to the page that mends it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, Membership, Notification, NotificationChoice, OutgoingEmail
from accounts.notification_kinds import DOMAIN_TROUBLE, JOB_FAILED
from accounts.registries import NOTIFICATION_KINDS
from accounts.services.dead_letters import failed_jobs_tell
from accounts.services.mail import email_enqueue
from accounts.services.notification_inbox import notifications_trim
from accounts.services.notifications import NotificationWords, notifications_send
from connections.notification_kinds import CONNECTION_ATTENTION
from hubclone.lib.jobs.choices import JobState
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def tell(*people: Membership, key: str = "k", kind: str = CONNECTION_ATTENTION, **more: Any) -> None:
    words = NotificationWords(title=more.pop("title", "Google needs you"), text="Connect it again.")
    notifications_send(
        account_id=people[0].account_id,
        kind=kind,
        key=key,
        people=[person.user for person in people],
        words=lambda: words,
        url=more.pop("url", f"/app/{people[0].account_id}/contacts/"),
    )


def address(name: str, member: Membership, *more: int) -> str:
    return reverse(f"accounts:{name}", args=[member.account_id, *more])


@pytest.mark.spec("A7")
def test_the_same_thing_is_told_once_in_the_app_and_by_email(member: Membership, editor: Membership) -> None:
    for _again in range(3):
        tell(member, editor, member)
    assert Notification.objects.count() == 2
    assert sorted(OutgoingEmail.objects.values_list("to", flat=True)) == sorted([member.user.email, editor.user.email])
    mail = OutgoingEmail.objects.get(to=member.user.email)
    assert f"http://127.0.0.1:8000/app/{member.account_id}/contacts/" in mail.text


@pytest.mark.spec("A7")
def test_a_person_is_told_where_they_chose(member: Membership) -> None:
    url = address("notification_settings", member)
    client = signed_in(member)
    page = client.get(url).content.decode()
    assert page.count("checked") >= 2
    assert client.post(url, {f"app:{CONNECTION_ATTENTION}": "on"}).status_code == 302
    tell(member, key="1")
    assert (Notification.objects.count(), OutgoingEmail.objects.count()) == (1, 0)
    client.post(url, {f"email:{CONNECTION_ATTENTION}": "on"})
    tell(member, key="2")
    assert (Notification.objects.count(), OutgoingEmail.objects.count()) == (1, 1)
    client.post(url, {})
    tell(member, key="3")
    assert (Notification.objects.count(), OutgoingEmail.objects.count()) == (1, 1)
    assert NotificationChoice.objects.filter(kind=CONNECTION_ATTENTION).count() == 1
    assert AuditEntry.objects.filter(action="notifications.chosen").count() == 3


@pytest.mark.spec("A7")
def test_choices_are_one_accounts_and_what_is_not_offered_is_not_kept(member: Membership, editor: Membership) -> None:
    elsewhere = MembershipFactory(user=member.user)
    url = address("notification_settings", member)
    assert str(NOTIFICATION_KINDS[DOMAIN_TROUBLE].label) not in signed_in(member).get(url).content.decode()
    assert str(NOTIFICATION_KINDS[DOMAIN_TROUBLE].label) in signed_in(editor).get(url).content.decode()
    everything = {
        f"{where}:{kind}": "on" for kind in (DOMAIN_TROUBLE, JOB_FAILED, "made.up") for where in ("app", "email")
    }
    signed_in(member).post(url, everything)
    assert set(NotificationChoice.objects.values_list("kind", flat=True)).isdisjoint({DOMAIN_TROUBLE, "made.up"})
    tell(elsewhere)
    assert Notification.objects.filter(account=elsewhere.account).count() == 1


def test_saving_choices_that_are_the_same_writes_nothing(member: Membership) -> None:
    same = {
        f"{where}:{kind.key}": "on"
        for kind in NOTIFICATION_KINDS.values()
        for where, on in (("app", kind.in_app), ("email", kind.by_email))
        if on
    }
    signed_in(member).post(address("notification_settings", member), same)
    assert not NotificationChoice.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.spec("A7")
def test_the_bell_counts_and_opening_one_leads_to_its_page_and_marks_it(member: Membership) -> None:
    tell(member, key="1")
    tell(member, key="2")
    client = signed_in(member)
    bell = client.get(address("bell", member))
    assert "2 unread" in bell.content.decode()
    assert client.get(address("bell", member), {"known": "2"}).status_code == 204
    assert "2 unread" in client.get(address("profile", member)).content.decode(), "in the top bar of every page"
    first = Notification.objects.order_by("id")[0]
    answer: Any = client.get(address("notification_open", member, first.pk))
    assert answer["Location"] == f"/app/{member.account_id}/contacts/"
    first.refresh_from_db()
    assert first.read_at is not None
    assert "1 unread" in client.get(address("bell", member), {"known": "2"}).content.decode()


def test_a_head_request_opens_nothing(member: Membership) -> None:
    tell(member)
    signed_in(member).head(address("notification_open", member, Notification.objects.get().pk))
    assert Notification.objects.get().read_at is None


def test_a_notification_leads_to_pages_of_ours_alone(member: Membership) -> None:
    for number, url in enumerate(["https://evil.test/", "//evil.test/", "javascript:alert(1)", ""]):
        tell(member, key=str(number), url=url)
    for told in Notification.objects.all():
        answer: Any = signed_in(member).get(address("notification_open", member, told.pk))
        assert answer["Location"] == address("notifications", member)


@pytest.mark.spec("A7")
def test_read_ones_leave_the_list_of_unread_and_stay_in_the_other(member: Membership) -> None:
    for number in range(3):
        tell(member, key=str(number), title=f"Thing {number}")
    client, listed = signed_in(member), address("notifications", member)
    middle = Notification.objects.get(key="1")
    client.post(address("notification_mark", member, middle.pk))
    unread, everything = client.get(listed).content.decode(), client.get(f"{listed}?show=all").content.decode()
    assert "Thing 1" not in unread
    assert "Thing 0" in unread
    assert "Thing 1" in everything
    client.post(address("notifications_mark_all", member))
    assert "Nothing new" in client.get(listed).content.decode()
    assert not Notification.objects.filter(read_at=None).exists()


def test_others_notifications_are_out_of_reach(member: Membership, editor: Membership, stranger: Membership) -> None:
    tell(editor)
    told = Notification.objects.get()
    for who, status in ((member, 404), (stranger, 404)):
        assert signed_in(who).get(address("notification_open", editor, told.pk)).status_code == status
        assert signed_in(who).post(address("notification_mark", editor, told.pk)).status_code == status
        signed_in(who).post(address("notifications_mark_all", who))
    told.refresh_from_db()
    assert told.read_at is None
    assert "Google needs you" not in signed_in(member).get(address("notifications", member)).content.decode()


def test_the_list_is_paged_and_takes_the_same_queries_for_any_number(
    member: Membership, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        tell(member, key=str(number), title=f"Thing {number:02}")
    client: Client = signed_in(member)
    client.get(address("notifications", member))
    with django_assert_max_num_queries(8):
        first = client.get(address("notifications", member))
    assert "Thing 59" in first.content.decode()
    assert "Thing 34" not in first.content.decode()
    second = client.get(address("notifications", member) + first.context["next_url"]).content.decode()
    assert "Thing 34" in second
    assert client.get(address("notifications", member), {"after": "nonsense"}).status_code == 302


def test_a_person_reads_their_own_language_and_one_without_the_accounts(account: Any, member: Membership) -> None:
    account.language = "pl"
    account.save()
    silent = MembershipFactory(account=account, user__language="")
    said: list[str] = []

    def words() -> NotificationWords:
        said.append(_("Save"))
        return NotificationWords(title=_("Save"))

    notifications_send(
        account_id=account.pk,
        kind=CONNECTION_ATTENTION,
        key="k",
        people=[member.user, silent.user],
        words=words,
        url="/",
    )
    assert said == ["Save", "Zapisz"]
    assert Notification.objects.get(user=silent.user).title == "Zapisz"


def test_old_ones_go_and_young_ones_stay(member: Membership) -> None:
    for number, days in enumerate((91, 91, 89, 0)):
        tell(member, key=str(number))
        made = timezone.now() - dt.timedelta(days=days)
        Notification.objects.filter(key=str(number)).update(created_at=made)
    assert notifications_trim() == 2
    assert sorted(Notification.objects.values_list("key", flat=True)) == ["2", "3"]


def test_failed_work_is_told_once_a_day_to_those_who_can_mend_it(editor: Membership, member: Membership) -> None:
    for number in range(3):
        email_enqueue(account_id=editor.account_id, key=str(number), to="a@hubclone.test", subject="s", text="t")
        OutgoingEmail.objects.update(state=JobState.DEAD, finished_at=timezone.now())
        failed_jobs_tell()
    told = Notification.objects.get()
    assert (told.user, told.kind) == (editor.user, JOB_FAILED)
    assert told.url == address("failed_jobs", editor)
    assert OutgoingEmail.objects.count() == 3, "no email about an email that failed"


def test_everything_told_leads_to_a_page_that_is_there(editor: Membership) -> None:
    email_enqueue(account_id=editor.account_id, key="k", to="a@hubclone.test", subject="s", text="t")
    OutgoingEmail.objects.update(state=JobState.DEAD, finished_at=timezone.now())
    failed_jobs_tell()
    client = signed_in(editor)
    assert (
        client.get(address("notification_open", editor, Notification.objects.get().pk), follow=True).status_code == 200
    )
