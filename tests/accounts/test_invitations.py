"""Invitations: sent, sent again, withdrawn, followed by whoever has the link, and accepted once."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Right, SeatKind, Tier
from accounts.exceptions import InvitationState, RightMissing
from accounts.models import AuditEntry, Invitation, Membership, OutgoingEmail, User
from accounts.services.invitations import invitation_accept_new, invitation_send
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory, actor_of

EMAIL = "zofia@hubclone.test"
FORM = {
    "email": "  Zofia@Hubclone.test",
    "language": "pl",
    "rights": ["edit_account_settings"],
    "seat": "sales",
    "seat_tier": "starter",
}
JOIN = {"name": "Zofia Lis", "password": "herbs-and-Spices-7", "time_zone": "Europe/Warsaw"}
pytestmark = pytest.mark.spec("A2")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def link_of(email: OutgoingEmail) -> str:
    found = re.search(rf"{re.escape(django_settings.BASE_URL)}(/invitation/\S+)", email.text)
    assert found
    return found[1]


@pytest.fixture
def link(admin: Membership) -> str:
    """The path of the link that Zofia got."""
    signed_in(admin).post(reverse("accounts:user_invite", args=[admin.account_id]), FORM)
    return link_of(OutgoingEmail.objects.get())


def text(client: Client, link: str) -> str:
    return client.get(link).content.decode()


def test_a_super_admin_invites_with_rights_and_seat_in_the_language_that_was_chosen(admin: Membership) -> None:
    client = signed_in(admin)
    answer = client.post(reverse("accounts:user_invite", args=[admin.account_id]), FORM)
    assert answer.status_code == 302
    sent, mail = Invitation.objects.get(), OutgoingEmail.objects.get()
    assert (sent.email, sent.rights, sent.seat, sent.language) == (EMAIL, ["edit_account_settings"], "sales", "pl")
    assert sent.expires_at - timezone.now() > dt.timedelta(days=6, hours=23)
    assert mail.to == EMAIL
    assert link_of(mail).rpartition("/")[2] not in str(Invitation.objects.values().get())
    page = client.get(reverse("accounts:users", args=[admin.account_id])).content.decode()
    assert EMAIL in page
    assert AuditEntry.objects.filter(action="invitation.sent").count() == 1


def test_the_names_of_inviter_and_account_are_no_links_in_the_invitation(admin: Membership, account: Any) -> None:
    User.objects.filter(pk=admin.user_id).update(name="www.spam.example")
    account.name = "https://win.example"
    account.save()
    signed_in(admin).post(reverse("accounts:user_invite", args=[admin.account_id]), FORM)
    mail = OutgoingEmail.objects.get()
    assert "www. spam. example" in mail.text
    for part in (mail.subject, mail.text):
        assert "https: //win. example" in part


@pytest.mark.parametrize("name", ["https://spam.example", "spam.example"])
def test_who_joins_cannot_be_called_by_a_link(link: str, name: str) -> None:
    answer = Client().post(link, JOIN | {"name": name})
    assert answer.status_code == 422
    assert "A name cannot hold a web address" in answer.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()


def test_only_super_admins_see_and_send_invitations(link: str, editor: Membership, account: Any) -> None:
    client, sent = signed_in(editor), Invitation.objects.get()
    assert EMAIL not in client.get(reverse("accounts:users", args=[account.pk])).content.decode()
    for name, ids in (("user_invite", []), ("invitation_resend", [sent.pk]), ("invitation_revoke", [sent.pk])):
        assert client.post(reverse(f"accounts:{name}", args=[account.pk, *ids]), FORM).status_code == 403
    with pytest.raises(RightMissing):
        invitation_send(
            actor=actor_of(editor), account=account, email="b@hubclone.test", invited_by=editor.user, language="en"
        )
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "zofia"}, "valid email"),
        ({"seat_tier": ""}, "Choose the tier"),
        ({"language": "xx"}, "valid choice"),
        ({"rights": ["king"]}, "valid choice"),
        ({"email": "mo@hubclone.test"}, "in the account already"),
        ({"email": "ZOFIA@hubclone.test"}, "invited already"),
    ],
)
def test_a_wrong_invitation_is_refused_at_its_field(
    admin: Membership, link: str, account: Any, changes: dict[str, Any], words: str
) -> None:
    MembershipFactory(account=account, user=UserFactory(email="mo@hubclone.test"))
    data = {**FORM, "email": "new@hubclone.test", **changes}
    answer = signed_in(admin).post(reverse("accounts:user_invite", args=[account.pk]), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Invitation.objects.count() == 1


def test_a_new_person_chooses_name_and_password_and_is_in(link: str, account: Any) -> None:
    client = Client(headers={"Accept-Language": "en"})
    assert "You will sign in as zofia@hubclone.test" in text(client, link)
    assert client.post(link, JOIN)["Location"] == f"/app/{account.pk}/"
    member = Membership.objects.get(user__email=EMAIL)
    assert (member.rights, member.seat, member.seat_tier) == (
        [Right.EDIT_ACCOUNT_SETTINGS],
        SeatKind.SALES,
        Tier.STARTER,
    )
    assert (member.user.name, member.user.time_zone, member.user.language) == ("Zofia Lis", "Europe/Warsaw", "en")
    assert EmailAddress.objects.get(user=member.user).verified
    assert client.get("/")["Location"] == f"/app/{account.pk}/"
    assert {"invitation.accepted", "user.signed_in"} <= set(AuditEntry.objects.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "at least 10"),
        ({"password": EMAIL}, "too similar"),
        ({"name": " "}, "required"),
        ({"name": "\u202e"}, "Type a name"),
    ],
)
def test_a_new_person_who_types_nonsense_stays_outside_and_may_try_again(
    link: str, changes: dict[str, str], words: str
) -> None:
    client = Client()
    answer = client.post(link, {**JOIN, **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()
    assert client.post(link, JOIN).status_code == 302


def test_somebody_with_a_user_signs_in_and_joins(link: str, account: Any) -> None:
    user = MembershipFactory(user=UserFactory(email=EMAIL)).user
    client = Client()
    page = text(client, link)
    assert f"/accounts/login/?next={link}" in page
    assert client.post(link, JOIN).status_code == 200
    login = {"login": EMAIL, "password": PASSWORD, "next": link}
    assert client.post("/accounts/login/", login)["Location"] == link
    assert "You are signed in as zofia@hubclone.test" in text(client, link)
    assert client.post(link)["Location"] == f"/app/{account.pk}/"
    assert user.memberships.count() == 2
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_somebody_else_is_told_whose_it_is_and_cannot_take_it(link: str, stranger: Membership, account: Any) -> None:
    client = signed_in(stranger)
    page = text(client, link)
    assert "This invitation is for zofia@hubclone.test" in page
    client.post(link, JOIN)
    assert account.memberships.count() == 1
    out = client.post("/accounts/logout/", {"next": link})
    assert out["Location"] == link


def test_a_link_that_was_used_says_so_and_its_person_is_in_already(link: str, account: Any) -> None:
    client = Client()
    client.post(link, JOIN)
    assert "You are in already" in text(client, link)
    other = Client()
    assert "This invitation was used" in text(other, link)
    assert other.post(link, {**JOIN, "password": "another-Password-3"}).status_code == 410
    assert account.memberships.count() == 2
    assert User.objects.get(email=EMAIL).check_password(JOIN["password"])


def test_a_link_of_a_removed_member_does_not_let_them_in_again(link: str, account: Any) -> None:
    client = Client()
    client.post(link, JOIN)
    Membership.objects.get(user__email=EMAIL).delete()
    assert "This invitation was used" in text(client, link)
    client.post(link)
    assert account.memberships.count() == 1


def test_a_withdrawn_link_lets_nobody_in(link: str, admin: Membership, account: Any) -> None:
    url = reverse("accounts:invitation_revoke", args=[account.pk, Invitation.objects.get().pk])
    assert signed_in(admin).post(url).status_code == 302
    assert signed_in(admin).post(url, follow=True).status_code == 200
    assert "This invitation was withdrawn" in text(Client(), link)
    assert Client().post(link, JOIN).status_code == 410
    assert AuditEntry.objects.filter(action="invitation.revoked").count() == 1
    assert account.memberships.count() == 1


def test_a_link_of_last_week_has_expired_and_is_sent_anew(link: str, admin: Membership, account: Any) -> None:
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert "Ask Anna Admin to send it again" in text(Client(), link)
    assert Client().post(link, JOIN).status_code == 410
    assert "Expired" in signed_in(admin).get(reverse("accounts:users", args=[account.pk])).content.decode()
    signed_in(admin).post(reverse("accounts:invitation_resend", args=[account.pk, Invitation.objects.get().pk]))
    newer = link_of(OutgoingEmail.objects.latest("id"))
    assert newer != link
    assert "This link does not work" in text(Client(), link)
    assert Client().post(newer, JOIN).status_code == 302


def test_an_expired_one_does_not_stand_in_the_way_of_a_new_one(link: str, admin: Membership, account: Any) -> None:
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert signed_in(admin).post(reverse("accounts:user_invite", args=[account.pk]), FORM).status_code == 302
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_nobodys_mailbox_is_flooded_by_invitations(link: str, admin: Membership, stranger: Membership) -> None:
    again = reverse("accounts:invitation_resend", args=[admin.account_id, Invitation.objects.get().pk])
    for _ in range(6):
        page = signed_in(admin).post(again, follow=True).content.decode()
    assert "Too many invitations were sent" in page
    assert OutgoingEmail.objects.filter(to=EMAIL).count() == 5, "the first one and four more"
    elsewhere = signed_in(stranger).post(reverse("accounts:user_invite", args=[stranger.account_id]), FORM)
    assert "Too many invitations were sent" in elsewhere.content.decode()
    other = {**FORM, "email": "other@hubclone.test"}
    assert signed_in(admin).post(reverse("accounts:user_invite", args=[admin.account_id]), other).status_code == 302


def test_a_link_that_nobody_sent_is_not_there(db: None) -> None:
    answer = Client().get("/invitation/nonsense")
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_joining_needs_the_form_of_this_browser(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, JOIN).status_code == 403
    assert not User.objects.filter(email=EMAIL).exists()


def test_another_accounts_invitation_is_out_of_reach(link: str, stranger: Membership) -> None:
    found = Invitation.objects.get()
    for name in ("invitation_resend", "invitation_revoke"):
        assert (
            signed_in(stranger).post(reverse(f"accounts:{name}", args=[stranger.account_id, found.pk])).status_code
            == 404
        )
    found.refresh_from_db()
    assert found.revoked_at is None
    assert OutgoingEmail.objects.count() == 1


def test_who_has_no_account_yet_can_still_get_a_new_password_while_invited(link: str) -> None:
    UserFactory(email=EMAIL)
    Client().post("/accounts/password/reset/", {"email": EMAIL})
    assert OutgoingEmail.objects.filter(to=EMAIL).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_makes_one_member(link: str, account: Any) -> None:
    sent = Invitation.objects.get()
    gate, outcomes = threading.Barrier(2), []

    def accept(name: str) -> None:
        gate.wait()
        try:
            invitation_accept_new(
                invitation_id=sent.pk, name=name, password="herbs-and-Spices-7", language="", time_zone="UTC"
            )  # noqa: S106
            outcomes.append("in")
        except InvitationState:
            outcomes.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=accept, args=[name]) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "refused"]
    assert User.objects.filter(email=EMAIL).count() == account.memberships.exclude(user__name="Anna Admin").count() == 1


@pytest.mark.parametrize(
    "path", ["/invitation/abc_DEF-123", "/accounts/confirm-email/MQ:1a:b_c/", "/accounts/password/reset/key/1-abc-def/"]
)
def test_no_link_is_in_a_log(path: str) -> None:
    from hubclone.lib.logging import redact_text

    written = redact_text(f"GET {path}")
    assert "abc" not in written.lower()
    assert "b_c" not in written
    assert "[redacted]" in written
