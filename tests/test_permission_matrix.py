"""Every route against everybody: anonymous, a stranger's account, a member without the right, a member with it.

Routes are found by walking the resolver. A page of an account says its right by ``account_view``, an API view by
``required_scopes``; whatever is neither must be named in OPEN with the reason why. A refusal changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Right
from accounts.models import Membership
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make
from tests.routes import Route, routes
from tests.state import database_fingerprint
from tests.world import World, world_make

OPEN = {
    "home": "leads to sign-in or to the account",
    "healthz": "for load balancers; says no more than up or down",
    "language_set": "a visitor chooses a language",
    "theme_set": "a visitor chooses a theme",
    "brand_css": "a colour as a style sheet",
    "connections:oauth_callback": "a provider sends the browser back here; the state in the session is the guard",
    "accounts:robots": "for search engines",
    "accounts:domain_proof": "the proof of the domain that is asked, which is public by its nature",
    "calendars:hook": "providers notify here; the channel's token is the guard",
    "calendars:public_page": "visitors book here",
    "calendars:chat_script": "what a site loads for the chat of a member; its key is no secret",
    "calendars:chat_style": "how the chat's frame stands on a site",
    "calendars:chat": "visitors of a site write here",
    "calendars:public_slots": "visitors see slots here",
    "calendars:public_embed": "visitors book here, in a frame on any site",
    "calendars:public_embed_slots": "visitors see slots here",
    "calendars:public_logo": "visitors see a page's logo; its address is the digest of the picture",
    "calendars:public_booked": "the signed reference is the guard",
    "calendars:public_ics": "the signed reference is the guard",
    "calendars:public_manage": "the guest's signed token is the guard",
    "calendars:public_manage_move": "the guest's signed token is the guard",
    "calendars:public_manage_slots": "the guest's signed token is the guard",
    "calendars:public_manage_cancel": "the guest's signed token is the guard",
    "calendars:public_attempt": "a visitor says that a host cannot be booked; nothing is asked, and few are passed on",
    "styleguide": "components, in debug and demo alone",
    "styleguide_page": "a layout of the style guide, in debug and demo alone",
    "account_login": "sign-in",
    "account_logout": "sign-out; asks a visitor to sign in",
    "account_signup": "sign-up, where it is open",
    "account_email_verification_sent": "says that the link was sent",
    "account_email_verification_resend": "sends the link again to who has just signed up; the session is the guard",
    "account_confirm_email": "the link in the e-mail",
    "accounts:invitation": "the link in the e-mail; its secret is the guard",
    "mfa_authenticate": "the second step of signing in; the session is the guard",
    "account_reset_password": "asks for a reset e-mail; the answer is the same for every address",
    "account_reset_password_done": "says that the e-mail was sent",
    "account_reset_password_from_key": "the link in the e-mail",
    "account_reset_password_from_key_done": "says that the password was changed",
    "account_inactive": "says that the account is closed",
}
SIGNED_IN = {
    "account_reauthenticate": "asks for the password again",
    "account_change_password": "one's own password",
    "account_email": "leads to Settings → General → Email",
    "mfa_index": "leads to Settings → Security",
    "mfa_reauthenticate": "asks for a code again",
    "mfa_activate_totp": "one's own authenticator app",
    "mfa_deactivate_totp": "one's own authenticator app",
    "mfa_view_recovery_codes": "one's own recovery codes",
    "mfa_generate_recovery_codes": "one's own recovery codes",
    "mfa_download_recovery_codes": "one's own recovery codes",
}
ALL = routes()
PAGES = [route for route in ALL if route.is_account_page]
APIS = [route for route in ALL if route.is_api]

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    """Two accounts with one of everything in each."""

    own: World
    other: World


@pytest.fixture
def case() -> Case:
    return Case(world_make(account_make()), world_make(account_make()))


def client_of(membership: Membership) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(membership.user)
    return client


def address(route: Route, world: World, **replaced: Any) -> str:
    values = {**world.parameters, **replaced}
    missing = [name for name in route.parameters if name not in values]
    assert not missing, f"tests/world.py must give {route.name} its {missing}"
    return reverse(route.name, kwargs={name: values[name] for name in route.parameters})


def refusals(
    chosen: Iterable[Route], url: Callable[[Route], str], client: Client, statuses: set[int], **headers: Any
) -> list[str]:
    """Where GET or POST answers anything but ``statuses``, or changes a row; empty when all are refused well."""
    wrong, before = [], database_fingerprint()
    for route in chosen:
        for name in ("get", "post"):
            answer = getattr(client, name)(url(route), **headers)
            if answer.status_code not in statuses and not (name == "get" and leads_above(answer, url(route))):
                wrong.append(f"{route.name} {name}: {answer.status_code}")
        after = database_fingerprint()
        wrong += [f"{route.name} changed {table}" for table in after if after[table] != before[table]]
        before = after
    return wrong


def ids_of(route: Route) -> set[str]:
    """Which things of the account its address names."""
    return {name for name in route.parameters if name.endswith("_id")} - {"account_id"}


def leads_above(answer: Any, url: str) -> bool:
    """Whether a form's address, which nobody opens, has led to the page above it: that page has a say of its own."""
    return answer.status_code == 302 and url.startswith(answer["Location"]) and answer["Location"].startswith("/app/")


def test_every_route_has_a_place_in_this_matrix() -> None:
    known = {*OPEN, *SIGNED_IN}
    assert [r.name for r in ALL if not (r.is_account_page or r.is_api or r.name in known)] == []


@pytest.mark.spec("A1")
def test_a_visitor_is_sent_to_sign_in(case: Case) -> None:
    assert refusals(PAGES, lambda route: address(route, case.own), Client(), {302, 405}) == []
    for route in PAGES:
        answer = Client().get(address(route, case.own))
        assert answer.status_code == 405 or answer["Location"].startswith(reverse("account_login")), route.name


@pytest.mark.spec("A2")
def test_a_visitor_has_no_sign_in_settings(case: Case) -> None:
    chosen = [route for route in ALL if route.name in SIGNED_IN]
    assert len(chosen) == len(SIGNED_IN)
    assert refusals(chosen, lambda route: reverse(route.name), Client(), {302, 405}) == []
    for route in chosen:
        assert Client().get(reverse(route.name))["Location"].startswith(reverse("account_login")), route.name


@pytest.mark.spec("A1")
def test_a_stranger_finds_nothing(case: Case) -> None:
    stranger = client_of(MembershipFactory(account=case.other.account, super_admin=True))
    assert refusals(PAGES, lambda route: address(route, case.own), stranger, {404, 405}) == []


@pytest.mark.spec("A1")
def test_another_accounts_ids_lead_nowhere(case: Case) -> None:
    admin = client_of(MembershipFactory(account=case.own.account, super_admin=True))
    account_id = case.own.account.pk
    admin.get(reverse("accounts:help", args=[account_id]))
    chosen = [route for route in PAGES if ids_of(route)]
    assert {"record_id", "connection_id", "folder_id"} <= {name for route in chosen for name in ids_of(route)}
    assert refusals(chosen, lambda r: address(r, case.other, account_id=account_id), admin, {404, 405}) == []


@pytest.mark.spec("A3")
def test_a_member_without_the_right_is_refused_in_words(case: Case) -> None:
    member = client_of(MembershipFactory(account=case.own.account))
    chosen = [route for route in PAGES if route.view.account_right]
    assert chosen
    assert refusals(chosen, lambda route: address(route, case.own), member, {403, 405}) == []
    for route in chosen:
        answer = member.get(address(route, case.own))
        assert answer.status_code == 405 or str(Right(route.view.account_right).label) in answer.content.decode()


@pytest.mark.spec("A3")
def test_a_member_with_the_right_is_let_in(case: Case) -> None:
    wrong = []
    for route in PAGES:
        rights = [route.view.account_right] if route.view.account_right else []
        Membership.objects.filter(pk=case.own.owner.pk).update(rights=rights)
        status = client_of(case.own.owner).get(address(route, case.own)).status_code
        if status not in {200, 302, 405}:
            wrong.append(f"{route.name}: {status}")
    assert wrong == []


def test_the_api_needs_a_token_and_its_scopes(case: Case) -> None:
    client = Client(raise_request_exception=False)

    def url(route: Route) -> str:
        return address(route, case.own)

    assert APIS
    assert refusals(APIS, url, client, {401, 405}) == []
    assert refusals(APIS, url, client, {401, 405}, HTTP_AUTHORIZATION="Bearer pat-nonsense") == []
    guarded = [route for route in APIS if needs_scopes(route)]
    bare = f"Bearer {case.own.token_without_scopes}"
    assert but_for_last_use(refusals(guarded, url, client, {403, 405}, HTTP_AUTHORIZATION=bare)) == []


@pytest.mark.spec("A1")
def test_the_api_does_not_know_another_accounts_things(case: Case) -> None:
    client, chosen = Client(raise_request_exception=False), [r for r in APIS if r.parameters]
    token = f"Bearer {case.own.token}"
    wrong = refusals(
        chosen, lambda r: f"{address(r, case.other)}?timezone=UTC", client, {404, 405}, HTTP_AUTHORIZATION=token
    )
    assert but_for_last_use(wrong) == []


def but_for_last_use(wrong: list[str]) -> list[str]:
    """A token notes when it was last used, whatever the answer."""
    return [line for line in wrong if not line.endswith("changed accounts_accesstoken")]


def needs_scopes(route: Route) -> bool:
    declared = route.view.cls.required_scopes
    return bool(any(declared.values()) if isinstance(declared, dict) else declared)
