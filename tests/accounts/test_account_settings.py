"""Settings → Account, its brands and subscriptions; Settings → Security's sessions; the account switcher."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.choices import DomainState, Hub, Right, Tier
from accounts.gates import MARKETING_OR_CMS_STARTER, OPERATIONS_PAID, PAID_SEAT
from accounts.models import Account, AuditEntry, Brand, Domain, Membership, User
from accounts.selectors import brands_list, subscriptions_of
from accounts.services.brands import brand_create, brand_make_primary
from accounts.sessions import device
from tests.accounts.conftest import signed_in
from tests.accounts.factories import PASSWORD, MembershipFactory, actor_of
from tests.calendars.booking import account_make

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36": "Chrome on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15": "Safari on Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1": "Safari on iPhone",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/8.9": "Unknown device",
    "": "Unknown device",
}


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


# The account


@pytest.mark.spec("A3")
def test_who_may_edit_the_account_sets_its_name_zone_and_language(editor: Membership) -> None:
    client, url = signed_in(editor), reverse("accounts:account", args=[editor.account_id])
    data = {"name": " Tea  Ltd ", "time_zone": "Europe/Warsaw", "language": "pl"}
    assert client.post(url, data)["Location"] == url
    account = Account.objects.get(pk=editor.account_id)
    assert (account.name, account.time_zone, account.language) == ("Tea Ltd", "Europe/Warsaw", "pl")
    assert AuditEntry.objects.filter(action="account.updated").count() == 1
    client.post(url, data)
    assert AuditEntry.objects.filter(action="account.updated").count() == 1


@pytest.mark.parametrize("bad", [{"name": "\u202e"}, {"time_zone": "Mars/Base"}, {"language": "xx"}])
def test_a_wrong_account_is_refused_and_nothing_changes(editor: Membership, bad: dict[str, str]) -> None:
    url = reverse("accounts:account", args=[editor.account_id])
    data = {"name": "Typed", "time_zone": "UTC", "language": "en", **bad}
    answer = signed_in(editor).post(url, data)
    assert answer.status_code == 422
    assert Account.objects.get(pk=editor.account_id).name == "Northwind"


@pytest.mark.spec("A3")
def test_a_super_admin_sets_subscriptions_and_the_gates_say_what_opens_them(
    admin: Membership, editor: Membership
) -> None:
    page, url = (reverse(f"accounts:{name}", args=[admin.account_id]) for name in ("account", "subscriptions"))
    before = signed_in(editor).get(page).content.decode()
    assert "Only super admins change subscriptions" in before
    for gate in (PAID_SEAT, MARKETING_OR_CMS_STARTER, OPERATIONS_PAID):
        assert gate.gate_words in before
    assert signed_in(editor).post(url, {"marketing": "starter"}).status_code == 403
    assert signed_in(admin).post(url, {"marketing": "gold"}, follow=True).status_code == 200
    assert set(subscriptions_of(account_id=admin.account_id).values()) == {Tier.NONE}
    signed_in(admin).post(url, {"marketing": "starter", "cms": "free", "operations": "enterprise"})
    held = subscriptions_of(account_id=admin.account_id)
    assert held == {Hub.MARKETING: Tier.STARTER, Hub.CMS: Tier.NONE, Hub.OPERATIONS: Tier.ENTERPRISE}
    assert AuditEntry.objects.filter(action="subscription.set").count() == 2
    after = signed_in(admin).get(page).content.decode()
    assert MARKETING_OR_CMS_STARTER.gate_words not in after


# Brands


@pytest.mark.spec("A4")
def test_a_new_account_has_a_primary_brand(db: None) -> None:
    brand = Brand.objects.get(account=account_make())
    assert (brand.name, brand.is_primary) == ("Northwind", True)


@pytest.mark.spec("A4")
def test_brands_are_added_renamed_made_primary_and_deleted(editor: Membership) -> None:
    client, account_id = signed_in(editor), editor.account_id
    url = reverse("accounts:brands", args=[account_id])
    for name in ("Coffee", " Tea\u202e "):
        assert client.post(url, {"name": name}).status_code == 302
    coffee, tea = brands_list(account_id)
    assert (coffee.name, coffee.is_primary, tea.name, tea.is_primary) == ("Coffee", True, "Tea", False)
    client.post(reverse("accounts:brand", args=[account_id, tea.pk]), {"name": "Teas"})
    client.post(reverse("accounts:brand_primary", args=[account_id, tea.pk]))
    assert [(brand.name, brand.is_primary) for brand in brands_list(account_id)] == [("Teas", True), ("Coffee", False)]
    domain = Domain.objects.create(account_id=account_id, brand=coffee, host="a.test", state=DomainState.PENDING)
    client.post(reverse("accounts:brand_remove", args=[account_id, coffee.pk]))
    domain.refresh_from_db()
    assert domain.brand is None
    assert [brand.name for brand in brands_list(account_id)] == ["Teas"]
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        *("brand.created", "brand.created", "brand.renamed", "brand.made_primary", "brand.deleted")
    ]


@pytest.mark.spec("A4")
def test_the_primary_brand_stays_and_a_name_is_taken_once(editor: Membership) -> None:
    client, account_id = signed_in(editor), editor.account_id
    first = brand_create(actor=actor_of(editor), name="Coffee")
    second = brand_create(actor=actor_of(editor), name="Tea")
    page = client.post(reverse("accounts:brand_remove", args=[account_id, first.pk]), follow=True)
    assert "The primary brand cannot be deleted" in page.content.decode()
    for url in (reverse("accounts:brands", args=[account_id]), reverse("accounts:brand", args=[account_id, second.pk])):
        answer = client.post(url, {"name": "COFFEE"})
        assert answer.status_code == 422
        assert "brand of this name already" in answer.content.decode()
    assert brands_list(account_id).count() == 2


@pytest.mark.spec("A4")
@pytest.mark.django_db(transaction=True)
def test_two_brands_made_primary_at_once_leave_one(editor: Membership) -> None:
    brands = [brand_create(actor=actor_of(editor), name=name) for name in ("Coffee", "Tea", "Milk")]
    gate = threading.Barrier(2)

    def promote(brand: Brand) -> None:
        gate.wait()
        brand_make_primary(actor=actor_of(editor), brand_id=brand.pk)
        connections.close_all()

    threads = [threading.Thread(target=promote, args=[brand]) for brand in brands[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Brand.objects.filter(account=editor.account, is_primary=True).count() == 1


# Sessions


def signed_in_by_form(membership: Membership, agent: str, ip: str = "192.0.2.7") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=ip)
    client.post("/accounts/login/", {"login": membership.user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_device_has_a_name(agent: str, words: str) -> None:
    assert str(device(agent).words) == words


@pytest.mark.spec("A2")
def test_sessions_are_listed_with_device_and_address_and_ended_elsewhere(
    member: Membership, editor: Membership
) -> None:
    chrome, iphone = list(AGENTS)[0], list(AGENTS)[3]
    here, phone = signed_in_by_form(member, chrome), signed_in_by_form(member, iphone, "203.0.113.5")
    other = signed_in_by_form(editor, chrome)
    url = reverse("accounts:security", args=[member.account_id])
    page = here.get(url).content.decode()
    assert "Chrome on Windows" in page
    assert "Safari on iPhone" in page
    assert "203.0.113.5" in page
    before = here.session.session_key
    here.post(reverse("accounts:sessions_end", args=[member.account_id]))
    assert phone.get(url).status_code == 302
    assert here.get(url).status_code == 200
    assert here.session.session_key == before
    assert other.get(url).status_code == 200
    assert UserSession.objects.filter(user=member.user).count() == 1
    assert AuditEntry.objects.filter(action="user.sessions_ended").count() == 1
    assert (
        "nowhere else"
        in here.post(reverse("accounts:sessions_end", args=[member.account_id]), follow=True).content.decode()
    )


@pytest.mark.spec("A2")
def test_a_session_notes_when_it_was_last_seen_but_not_at_each_request(member: Membership) -> None:
    client = signed_in(member)
    url = reverse("accounts:profile", args=[member.account_id])
    client.get(url)
    first = UserSession.objects.get()
    client.get(url)
    assert UserSession.objects.get().last_seen_at == first.last_seen_at
    cache.clear()
    client.get(url)
    assert UserSession.objects.get().last_seen_at > first.last_seen_at


@pytest.mark.spec("A2")
def test_a_new_password_signs_other_sessions_out(member: Membership) -> None:
    here, there = signed_in(member), signed_in(member)
    new = {"oldpassword": PASSWORD, "password1": "quite-Another-1", "password2": "quite-Another-1"}
    here.post("/accounts/password/change/", new)
    url = reverse("accounts:security", args=[member.account_id])
    assert here.get(url).status_code == 200
    assert there.get(url).status_code == 302


# The switcher


@pytest.mark.spec("A1")
@pytest.mark.parametrize(
    ("rights", "page", "leads_to"),
    [
        ([Right.EDIT_ACCOUNT_SETTINGS], "accounts:brands", "accounts:brands"),
        ([], "accounts:brands", "accounts:settings"),
        ([], "accounts:security", "accounts:security"),
        ([], "crm:contacts", "crm:contacts"),
    ],
)
def test_switching_keeps_the_page_where_the_other_account_has_it_for_this_person(
    admin: Membership, rights: list[Right], page: str, leads_to: str
) -> None:
    other = MembershipFactory(user=admin.user, rights=rights, account__name="Zebra")
    html = signed_in(admin).get(reverse(page, args=[admin.account_id])).content.decode()
    assert f'href="{reverse(leads_to, args=[other.account_id])}"' in html


@pytest.mark.spec("A1")
def test_a_page_of_one_thing_leads_to_the_list_that_it_is_in(admin: Membership) -> None:
    other = MembershipFactory(user=admin.user, super_admin=True)
    html = signed_in(admin).get(reverse("accounts:user_edit", args=[admin.account_id, admin.pk])).content.decode()
    assert f'href="{reverse("accounts:users", args=[other.account_id])}"' in html


@pytest.mark.spec("A1")
def test_the_last_account_is_remembered_beyond_the_session_and_a_refusal_is_no_visit(
    member: Membership, stranger: Membership
) -> None:
    other = MembershipFactory(user=member.user, account__name="Zebra")
    signed_in(member).get(reverse("accounts:profile", args=[other.account_id]))
    fresh = Client()
    fresh.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD})
    assert fresh.get("/")["Location"] == f"/app/{other.account_id}/"
    fresh.get(reverse("accounts:profile", args=[stranger.account_id]))
    fresh.get(reverse("accounts:audit", args=[member.account_id]))
    assert User.objects.get(pk=member.user_id).last_account_id == other.account_id


@pytest.mark.parametrize("name", ["security", "account", "brands", "users"])
def test_the_pages_take_few_queries(admin: Membership, name: str, django_assert_max_num_queries: Any) -> None:
    for number in range(15):
        brand_create(actor=actor_of(admin), name=f"Brand {number}")
    MembershipFactory.create_batch(15, account=admin.account)
    client, url = signed_in(admin), reverse(f"accounts:{name}", args=[admin.account_id])
    client.get(url)
    with django_assert_max_num_queries(14):
        client.get(url)
