"""Every page of the platform: who may see it, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Right
from accounts.models import AccessToken, Account, AuditEntry, Membership, OutgoingEmail, User
from accounts.registries import JOB_WORDS
from accounts.services.mail import email_enqueue
from accounts.services.tokens import access_token_create
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.registry import JOB_HANDLERS
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory, actor_of

OPEN = ["accounts:profile", "accounts:users"]
FOR_EDITORS = ["accounts:tokens", "accounts:token_create", "accounts:audit", "accounts:failed_jobs"]


def test_an_anonymous_visitor_is_led_to_sign_in_and_back(account: Account) -> None:
    for name in OPEN + FOR_EDITORS:
        url = reverse(name, args=[account.pk])
        response = Client().get(url)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={url}"


def test_htmx_of_an_ended_session_moves_the_whole_page_to_sign_in(account: Account) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/app/{account.pk}/settings/users/?q=a"}
    response = Client().get(reverse("accounts:users", args=[account.pk]), headers=headers)
    assert response["HX-Redirect"] == f"/accounts/login/?next=/app/{account.pk}/settings/users/%3Fq%3Da"


@pytest.mark.spec("A1")
@pytest.mark.parametrize("name", OPEN + FOR_EDITORS)
def test_an_account_does_not_exist_for_a_stranger(account: Account, stranger: Membership, name: str) -> None:
    assert signed_in(stranger).get(reverse(name, args=[account.pk])).status_code == 404


@pytest.mark.spec("A3")
@pytest.mark.parametrize("name", FOR_EDITORS)
def test_a_member_without_the_right_reads_which_one_is_needed_and_who_gives_it(
    admin: Membership, member: Membership, name: str
) -> None:
    response = signed_in(member).get(reverse(name, args=[member.account_id]))
    assert response.status_code == 403
    assert "Edit account settings" in response.content.decode()
    assert admin.user.email in response.content.decode()


@pytest.mark.parametrize("name", OPEN + FOR_EDITORS)
def test_a_member_with_the_right_sees_the_page(editor: Membership, name: str) -> None:
    assert signed_in(editor).get(reverse(name, args=[editor.account_id])).status_code == 200


@pytest.mark.spec("A3")
def test_only_super_admins_change_rights_and_a_refusal_changes_nothing(
    admin: Membership, editor: Membership, member: Membership, stranger: Membership
) -> None:
    url = reverse("accounts:user_edit", args=[member.account_id, member.pk])
    remove = reverse("accounts:user_remove", args=[member.account_id, member.pk])
    for who, status in ((None, 302), (stranger, 404), (member, 403), (editor, 403)):
        for address in (url, remove):
            assert signed_in(who).post(address, {"rights": ["super_admin"], "seat": "none"}).status_code == status
    member.refresh_from_db()
    assert member.rights == []
    assert not AuditEntry.objects.exists()
    response = signed_in(admin).post(
        url, {"rights": ["edit_account_settings"], "seat": "sales", "seat_tier": "starter"}
    )
    assert response.status_code == 302
    member.refresh_from_db()
    assert (member.rights, member.seat, member.seat_tier) == (["edit_account_settings"], "sales", "starter")


@pytest.mark.spec("A1")
def test_a_member_of_another_account_cannot_be_reached_by_id(admin: Membership, stranger: Membership) -> None:
    url = reverse("accounts:user_edit", args=[admin.account_id, stranger.pk])
    assert signed_in(admin).get(url).status_code == 404
    assert signed_in(admin).post(url, {"seat": "none"}).status_code == 404


@pytest.mark.spec("A3")
def test_the_last_super_admin_stays_and_the_page_says_why(admin: Membership) -> None:
    url = reverse("accounts:user_edit", args=[admin.account_id, admin.pk])
    response = signed_in(admin).post(url, {"rights": [], "seat": "none"})
    assert response.status_code == 422
    assert "at least one super admin" in response.content.decode()
    removed = signed_in(admin).post(reverse("accounts:user_remove", args=[admin.account_id, admin.pk]), follow=True)
    assert "at least one super admin" in removed.content.decode()
    admin.refresh_from_db()
    assert admin.rights == [Right.SUPER_ADMIN]


def test_a_seat_needs_a_tier(admin: Membership, member: Membership) -> None:
    url = reverse("accounts:user_edit", args=[member.account_id, member.pk])
    response = signed_in(admin).post(url, {"seat": "sales", "seat_tier": ""})
    assert response.status_code == 422
    assert "Choose the tier" in response.content.decode()


def test_somebody_who_removes_themselves_lands_outside(admin: Membership, account: Account) -> None:
    MembershipFactory(account=account, super_admin=True)
    url = reverse("accounts:user_remove", args=[account.pk, admin.pk])
    response = signed_in(admin).post(url, follow=True)
    assert "you do not belong to any account" in response.content.decode()


def test_a_new_token_is_shown_once_with_its_scopes(editor: Membership) -> None:
    client = signed_in(editor)
    url = reverse("accounts:token_create", args=[editor.account_id])
    response = client.post(url, {"name": "Import", "scopes": ["crm.objects.contacts.read"]})
    token = AccessToken.objects.get()
    assert 'value="pat-' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert token.scopes == ["crm.objects.contacts.read"]
    assert "pat-" not in client.get(reverse("accounts:tokens", args=[editor.account_id])).content.decode()


@pytest.mark.parametrize(
    "data", [{"name": "x"}, {"name": "", "scopes": ["oauth"]}, {"name": "x", "scopes": ["made.up"]}]
)
def test_a_token_without_a_name_or_with_odd_scopes_is_refused(editor: Membership, data: dict[str, Any]) -> None:
    response = signed_in(editor).post(reverse("accounts:token_create", args=[editor.account_id]), data)
    assert response.status_code == 422
    assert not AccessToken.objects.exists()


def test_a_token_is_revoked_by_those_with_the_right_only(
    editor: Membership, member: Membership, stranger: Membership
) -> None:
    token, _ = access_token_create(
        actor=actor_of(editor), account=editor.account, name="x", scopes=[], created_by=editor.user
    )
    url = reverse("accounts:token_revoke", args=[editor.account_id, token.pk])
    for who, status in ((None, 302), (stranger, 404), (member, 403)):
        assert signed_in(who).post(url).status_code == status
    elsewhere = reverse("accounts:token_revoke", args=[stranger.account_id, token.pk])
    assert signed_in(stranger).post(elsewhere).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert signed_in(editor).post(url).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.fixture
def dead_job(editor: Membership) -> OutgoingEmail:
    email_enqueue(account_id=editor.account_id, key="k", to="a@hubclone.test", subject="s", text="t")
    OutgoingEmail.objects.update(state=JobState.DEAD, last_error="The server refused it.", attempts=3)
    return OutgoingEmail.objects.get()


def test_a_failed_job_is_shown_to_its_account_and_tried_again(editor: Membership, dead_job: OutgoingEmail) -> None:
    client = signed_in(editor)
    page = client.get(reverse("accounts:failed_jobs", args=[editor.account_id])).content.decode()
    assert "The server refused it." in page
    assert "Send an email" in page
    client.post(reverse("accounts:job_retry", args=[editor.account_id, "accounts.outgoingemail", dead_job.pk]))
    dead_job.refresh_from_db()
    assert (dead_job.state, dead_job.attempts) == (JobState.QUEUED, 0)
    assert AuditEntry.objects.filter(action="job.retried").count() == 1
    log = client.get(reverse("accounts:audit", args=[editor.account_id])).content.decode()
    assert "Send an email" in log


def test_every_kind_of_job_has_words_for_when_it_fails() -> None:
    kinds = {kind for kind, handler in JOB_HANDLERS.items() if not handler.__module__.startswith("tests.")}
    assert kinds == set(JOB_WORDS)


def test_a_failed_job_is_out_of_reach_for_others(
    dead_job: OutgoingEmail, member: Membership, stranger: Membership
) -> None:
    def retry(who: Membership | None, account_id: int, label: str = "accounts.outgoingemail") -> int:
        return signed_in(who).post(reverse("accounts:job_retry", args=[account_id, label, dead_job.pk])).status_code

    assert retry(None, dead_job.account_id) == 302
    assert retry(member, dead_job.account_id) == 403
    assert retry(stranger, dead_job.account_id) == 404
    assert retry(stranger, stranger.account_id) == 404
    assert retry(stranger, stranger.account_id, "accounts.user") == 404
    dead_job.refresh_from_db()
    assert dead_job.state == JobState.DEAD
    page = signed_in(stranger).get(reverse("accounts:failed_jobs", args=[stranger.account_id]))
    assert "The server refused it." not in page.content.decode()


@pytest.mark.spec("A8")
def test_the_audit_log_is_filtered_paged_and_of_this_account_only(editor: Membership, stranger: Membership) -> None:
    for number in range(60):
        AuditEntry.objects.create(
            account=editor.account,
            actor_kind="user",
            actor_label="Ed",
            action="access_token.created",
            target_kind="access_token",
            target_label=f"Thing {number:02}",
        )
    AuditEntry.objects.create(account=editor.account, actor_kind="system", action="x.y", target_kind="other")
    AuditEntry.objects.create(account=stranger.account, actor_kind="user", action="secret.made", target_kind="secret")
    client, url = signed_in(editor), reverse("accounts:audit", args=[editor.account_id])
    first = client.get(url, {"target_kind": "access_token", "actor_kind": "user", "actor": "ed"})
    assert "Thing 59" in first.content.decode()
    assert "Thing 09" not in first.content.decode()
    second = client.get(url + first.context["next_url"]).content.decode()
    assert "Thing 09" in second
    assert "Thing 59" not in second
    assert "secret" not in client.get(url).content.decode()
    assert client.get(url, {"after": "nonsense"}).status_code == 302


def test_the_users_page_takes_the_same_queries_for_any_number_of_people(
    editor: Membership, django_assert_max_num_queries: Any
) -> None:
    MembershipFactory.create_batch(20, account=editor.account)
    client = signed_in(editor)
    client.get(reverse("accounts:users", args=[editor.account_id]))
    with django_assert_max_num_queries(6):
        client.get(reverse("accounts:users", args=[editor.account_id]))


@pytest.mark.spec("A1")
def test_home_leads_to_the_account_that_was_open_last(member: Membership) -> None:
    other = MembershipFactory(user=member.user, account__name="Zebra")
    client = signed_in(member)
    assert client.get("/")["Location"] == f"/app/{member.account_id}/"
    client.get(reverse("accounts:profile", args=[other.account_id]))
    assert client.get("/")["Location"] == f"/app/{other.account_id}/"
    page = client.get(reverse("accounts:profile", args=[other.account_id])).content.decode()
    assert f'href="/app/{member.account_id}/settings/general/profile/"' in page
    other.delete()
    assert client.get("/")["Location"] == f"/app/{member.account_id}/"


def test_home_of_nobody_is_sign_in_and_without_an_account_it_says_so(db: None) -> None:
    assert Client().get("/")["Location"] == "/accounts/login/"
    client = Client()
    client.force_login(UserFactory())
    assert "you do not belong to any account" in client.get("/").content.decode()


def test_the_settings_menu_hides_what_a_member_may_not_open(member: Membership, editor: Membership) -> None:
    url = reverse("accounts:profile", args=[member.account_id])
    assert "Activity" not in signed_in(member).get(url).content.decode()
    assert "Activity" in signed_in(editor).get(url).content.decode()


@pytest.mark.spec("A9")
def test_the_profile_keeps_name_zone_and_language_and_turns_polish_at_once(member: Membership) -> None:
    client, url = signed_in(member), reverse("accounts:profile", args=[member.account_id])
    data = {"name": "  Mo\u202e Żak ", "language": "pl", "time_zone": "Europe/Warsaw"}
    assert client.post(url, data)["Location"] == url
    user = User.objects.get(pk=member.user_id)
    assert (user.name, user.language, user.time_zone) == ("Mo Żak", "pl", "Europe/Warsaw")
    assert client.get(url)["Content-Language"] == "pl"
    client.post(url, {**data, "language": ""})
    assert client.get(url, headers={"Accept-Language": "en"})["Content-Language"] == "en"


@pytest.mark.parametrize("bad", [{"time_zone": "Mars/Base"}, {"name": ""}, {"language": "xx"}, {"name": "a\0b"}])
def test_a_bad_profile_is_refused_and_nothing_typed_is_lost(member: Membership, bad: dict[str, str]) -> None:
    url = reverse("accounts:profile", args=[member.account_id])
    data = {"name": "Typed name", "language": "pl", "time_zone": "UTC", **bad}
    response = signed_in(member).post(url, data)
    assert response.status_code == 422
    assert User.objects.get(pk=member.user_id).name == "Mo Member"


@pytest.mark.spec("A9")
def test_a_visitor_switches_the_language_for_this_browser(db: None) -> None:
    client = Client()
    assert client.get("/accounts/login/", headers={"Accept-Language": "pl"})["Content-Language"] == "pl"
    assert client.post("/language/", {"language": "pl", "next": "/accounts/login/"})["Location"] == "/accounts/login/"
    assert client.get("/accounts/login/")["Content-Language"] == "pl"
    assert client.post("/language/", {"language": "xx", "next": "https://evil.test/"})["Location"] == "/"
    assert client.get("/accounts/login/")["Content-Language"] == "pl"


@pytest.mark.spec("A9")
def test_a_users_choice_of_language_wins_from_sign_in_on(member: Membership) -> None:
    User.objects.filter(pk=member.user_id).update(language="pl")
    client = Client(headers={"Accept-Language": "en"})
    client.post("/accounts/login/", {"login": member.user.email.upper(), "password": PASSWORD})
    assert client.get(reverse("accounts:profile", args=[member.account_id]))["Content-Language"] == "pl"
    client.post("/language/", {"language": "en"})
    assert User.objects.get(pk=member.user_id).language == "en"
