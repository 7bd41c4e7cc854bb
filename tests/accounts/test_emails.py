"""Settings → General → Email: a person's own addresses."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertRedirects

from accounts.choices import Right
from accounts.models import AuditEntry, Membership, OutgoingEmail, User
from accounts.services.invitations import invitation_accept, invitation_send
from accounts.services.notification_inbox import notification_choices_set
from crm.services.creation import Refusal, contact_creation_refusal
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD, UserFactory, actor_of
from tests.accounts.test_signup import link_in

NEW = "mo.new@hubclone.test"
pytestmark = [pytest.mark.spec("A2", "A6"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def page(member: Membership) -> str:
    """The address of the tab."""
    return reverse("accounts:emails", args=[member.account_id])


def reauthenticated(membership: Membership) -> Client:
    """A browser in which this person has just typed their password again."""
    client = signed_in(membership)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def proven(membership: Membership, email: str = NEW) -> None:
    """One more address that this person has proven."""
    EmailAddress.objects.create(user=membership.user, email=email, verified=True)


def addresses(member: Membership) -> list[tuple[str, bool, bool]]:
    """(address, proven, main) of each."""
    return list(
        EmailAddress.objects.filter(user=member.user).values_list("email", "verified", "primary").order_by("pk")
    )


def actions() -> list[str]:
    """What the audit log has of addresses, the oldest first."""
    found = AuditEntry.objects.filter(action__startswith="user.email").order_by("pk")
    return list(found.values_list("action", flat=True))


def test_an_address_is_added_proven_by_its_link_and_the_main_one_is_told(member: Membership) -> None:
    client, main = reauthenticated(member), member.user.email
    assertRedirects(client.post(page(member), {"email": "Mo.New@hubclone.test", "action_add": "1"}), page(member))
    assert addresses(member) == [(main, True, True), (NEW, False, False)]
    assertContains(client.get(page(member)), "Waiting for you to open the link")
    assertRedirects(
        client.post(link_in(OutgoingEmail.objects.get(to=NEW))), "/accounts/email/", fetch_redirect_response=False
    )
    assert addresses(member) == [(main, True, True), (NEW, True, False)]
    assert NEW in OutgoingEmail.objects.get(to=main).text
    assert Client().post("/accounts/login/", {"login": NEW, "password": PASSWORD})["Location"] == "/"
    assert actions() == ["user.email_added", "user.email_proven"]


def test_a_proven_address_becomes_the_main_one_and_the_old_main_one_is_told_and_can_go(member: Membership) -> None:
    proven(member)
    client, old = reauthenticated(member), member.user.email
    client.post(page(member), {"email": old, "action_remove": "1"})
    assert len(addresses(member)) == 2, "the main one stays"
    client.post(page(member), {"email": NEW, "action_primary": "1"})
    assert User.objects.get(pk=member.user_id).email == NEW
    assert NEW in OutgoingEmail.objects.get(to=old).text
    client.post(page(member), {"email": old, "action_remove": "1"})
    assert addresses(member) == [(NEW, True, True)]
    assert old in OutgoingEmail.objects.get(to=NEW).text
    assert actions() == ["user.email_changed", "user.email_removed"]


def test_an_address_that_is_not_proven_does_not_become_the_main_one(member: Membership) -> None:
    EmailAddress.objects.create(user=member.user, email=NEW)
    reauthenticated(member).post(page(member), {"email": NEW, "action_primary": "1"})
    assert User.objects.get(pk=member.user_id).email == member.user.email


def test_the_link_is_sent_again_and_void_once_the_address_is_removed(member: Membership) -> None:
    client = reauthenticated(member)
    client.post(page(member), {"email": NEW, "action_add": "1"})
    cache.clear()
    client.post(page(member), {"email": NEW, "action_send": "1"})
    first, again = OutgoingEmail.objects.filter(to=NEW).order_by("pk")
    client.post(page(member), {"email": NEW, "action_remove": "1"})
    assert len(addresses(member)) == 1
    assertContains(client.get(link_in(again)), "This link no longer works")
    assertContains(client.get(link_in(first)), "This link no longer works")


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_remove"])
def test_a_change_needs_the_password_again_and_is_then_made(member: Membership, action: str) -> None:
    if action != "action_add":
        proven(member)
    before, client = addresses(member), signed_in(member)
    asked = client.post(page(member), {"email": NEW, action: "1"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert addresses(member) == before
    client.post(asked["Location"], {"password": PASSWORD})
    assert addresses(member) != before


@pytest.mark.parametrize(
    ("email", "words"), [("nobody", "Enter a valid email address"), ("", "required"), (None, "your address already")]
)
def test_what_is_wrong_with_an_address_stands_at_the_field(member: Membership, email: str | None, words: str) -> None:
    typed = member.user.email.upper() if email is None else email
    answer = reauthenticated(member).post(page(member), {"email": typed, "action_add": "1"})
    assertContains(answer, words, status_code=422)


def test_a_person_has_five_addresses_at_most(member: Membership) -> None:
    for number in range(4):
        proven(member, f"mo{number}@hubclone.test")
    answer = reauthenticated(member).post(page(member), {"email": NEW, "action_add": "1"})
    assertContains(answer, "You can have 5 addresses", status_code=422)


def test_an_address_of_somebody_else_is_not_given_away_and_not_taken(member: Membership, editor: Membership) -> None:
    client = reauthenticated(member)
    assertRedirects(client.post(page(member), {"email": editor.user.email, "action_add": "1"}), page(member))
    client.post(link_in(OutgoingEmail.objects.get(to=editor.user.email)))
    client.post(page(member), {"email": editor.user.email, "action_primary": "1"})
    assert User.objects.get(pk=member.user_id).email == member.user.email
    assert EmailAddress.objects.filter(email=editor.user.email, verified=True).get().user == editor.user


def test_nobody_touches_the_addresses_of_others(member: Membership, editor: Membership) -> None:
    proven(editor)
    client = reauthenticated(member)
    for action in ("action_remove", "action_primary", "action_send"):
        client.post(page(member), {"email": NEW, action: "1"})
    assert addresses(editor) == [(editor.user.email, True, True), (NEW, True, False)]


def test_an_address_that_somebody_signed_up_with_meanwhile_is_refused_in_words(member: Membership) -> None:
    proven(member)
    UserFactory(email=NEW, verified=False)
    answer = reauthenticated(member).post(page(member), {"email": NEW, "action_primary": "1"}, follow=True)
    assertContains(answer, "cannot be your main one")
    assert addresses(member)[0] == (member.user.email, True, True)


def test_the_old_address_of_the_page_leads_there(member: Membership) -> None:
    client = signed_in(member)
    client.get(reverse("accounts:profile", args=[member.account_id]))
    assertRedirects(client.get("/accounts/email/"), page(member))
    for name in ("accounts:security", "accounts:profile"):
        assertContains(client.get(reverse(name, args=[member.account_id])), f'href="{page(member)}"')


def test_the_tab_says_how_many_kinds_of_notices_come_by_email(member: Membership) -> None:
    client = signed_in(member)
    shown = client.get(page(member))
    kinds = shown.context["kinds"]
    assert shown.context["kinds_by_email"] == kinds > 1
    notification_choices_set(actor=actor_of(member), membership=member, chosen={"booking.changed": (True, False)})
    assertContains(client.get(page(member)), f"{kinds - 1} of {kinds} kinds come to {member.user.email}")


def test_the_tab_asks_the_database_as_often_however_many_addresses(
    member: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        proven(member, f"mo{number}@hubclone.test")
    client = signed_in(member)
    client.get(page(member))
    with django_assert_max_num_queries(14):
        client.get(page(member))


def test_an_invitation_to_any_proven_address_is_for_its_person(admin: Membership, member: Membership) -> None:
    proven(member)
    other = UserFactory()
    Membership.objects.create(account=admin.account, user=other, rights=[Right.SUPER_ADMIN])
    Membership.objects.filter(pk=member.pk).delete()
    sent = invitation_send(
        actor=actor_of(admin), account=admin.account, email=NEW, invited_by=admin.user, language="en"
    )
    link = link_in(OutgoingEmail.objects.get(to=NEW))
    assertContains(Client().get(link), "Sign in")
    assert invitation_accept(invitation_id=sent.pk, user=member.user).user == member.user


@pytest.mark.spec("A24")
def test_no_proven_address_of_a_user_becomes_a_contact_by_itself(member: Membership) -> None:
    proven(member)
    by_app = actor_of(member).__class__(member.account_id, "sync", "1", "Sync", None)  # type: ignore[arg-type]
    assert contact_creation_refusal(actor=by_app, email=NEW.upper()) == Refusal.USER
