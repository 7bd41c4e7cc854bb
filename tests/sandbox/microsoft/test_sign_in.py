"""The v2.0 authority, through msal."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import msal
import pytest
import requests

from sandbox.microsoft.accounts import ANNA, JAN, MARTA, NORTHWIND, PERSONAL
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET, SandboxServer
from tests.sandbox import web
from tests.sandbox.microsoft.conftest import Graph, session

REDIRECT = "http://127.0.0.1:9/callback"
SCOPES = ["Calendars.ReadWrite", "User.Read"]
Json = dict[str, Any]


def app(sandbox: SandboxServer, tenant: str = "common", **more: Any) -> msal.ConfidentialClientApplication:
    """A fresh app, with nothing cached."""
    return msal.ConfidentialClientApplication(
        more.get("client_id", MICROSOFT_CLIENT_ID),
        client_credential=more.get("secret", MICROSOFT_CLIENT_SECRET),
        authority=f"{sandbox.https_url}/{tenant}",
        instance_discovery=False,
        http_client=session(sandbox),
    )


def begin(given: msal.ConfidentialClientApplication, **more: Any) -> Json:
    """A flow, begun."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        flow: Json = given.initiate_auth_code_flow(more.pop("scopes", SCOPES), redirect_uri=REDIRECT, **more)
    return flow


def form(url: str) -> list[tuple[str, str]]:
    """What the page sends when nothing is changed on it."""
    html = web.get(url).text
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html)
    ticked = re.findall(r'type="checkbox" name="allowed" value="([^"]*)" checked>', html)
    return [*hidden, *(("allowed", scope) for scope in ticked)]


def press(url: str, decision: str = "allow", account: str = ANNA, untick: tuple[str, ...] = ()) -> requests.Response:
    """What a browser does: choose, press."""
    values = [pair for pair in form(url) if pair not in [("allowed", scope) for scope in untick]]
    return web.post(url.partition("?")[0], data=[*values, ("account", account), ("decision", decision)])


def back(answer: requests.Response) -> dict[str, str]:
    """The query with which the browser returns to the app."""
    target = answer.headers["Location"]
    assert target.startswith(REDIRECT + "?")
    return dict(parse_qsl(urlsplit(target).query))


def signed_in(sandbox: SandboxServer, account: str = ANNA, **more: Any) -> Json:
    """What the app holds after the whole walk."""
    given = app(sandbox)
    flow = begin(given)
    result: Json = given.acquire_token_by_auth_code_flow(flow, back(press(flow["auth_uri"], account=account, **more)))
    return result


def refreshed(sandbox: SandboxServer, token: str, **more: Any) -> Json:
    """What a fresh app gets for a refresh token."""
    result: Json = app(sandbox, **more).acquire_token_by_refresh_token(token, SCOPES)
    return result


@pytest.mark.parametrize(("account", "tenant"), [(ANNA, NORTHWIND), (MARTA, PERSONAL)])
def test_consent_gives_tokens_that_work(sandbox: SandboxServer, account: str, tenant: str) -> None:
    held = signed_in(sandbox, account)
    assert set(held["scope"].split()) == {*SCOPES, "openid", "profile"}
    assert (held["id_token_claims"]["preferred_username"], held["id_token_claims"]["tid"]) == (account, tenant)
    me = session(sandbox).get(
        f"{sandbox.https_url}/microsoft/graph/v1.0/me",
        headers={"Authorization": f"Bearer {held['access_token']}"},
        timeout=60,
    )
    assert me.json()["userPrincipalName"] == account


def test_the_id_token_is_signed_with_the_published_key(sandbox: SandboxServer) -> None:
    held = signed_in(sandbox)
    document = session(sandbox).get(f"{sandbox.https_url}/common/v2.0/.well-known/openid-configuration", timeout=60)
    keys = session(sandbox).get(document.json()["jwks_uri"], timeout=60).json()["keys"]
    issuer = document.json()["issuer"].replace("{tenantid}", NORTHWIND)
    claims = jwt.decode(
        held["id_token"], jwt.PyJWK(keys[0]).key, ["RS256"], audience=MICROSOFT_CLIENT_ID, issuer=issuer
    )
    assert claims["name"] == "Anna Kowalska"


def test_msal_finds_the_account_again_by_what_client_info_says(sandbox: SandboxServer) -> None:
    given = app(sandbox)
    flow = begin(given)
    given.acquire_token_by_auth_code_flow(flow, back(press(flow["auth_uri"])))
    (account,) = given.get_accounts()
    assert account["home_account_id"].endswith(f".{NORTHWIND}")
    assert given.acquire_token_silent(SCOPES, account)["access_token"]


def test_the_authority_speaks_https_only(sandbox: SandboxServer) -> None:
    assert web.get(f"{sandbox.url}/common/v2.0/.well-known/openid-configuration").status_code == 403
    assert web.post(f"{sandbox.url}/common/oauth2/v2.0/token").status_code == 403


def test_the_page_is_on_http_where_no_browser_warns(sandbox: SandboxServer) -> None:
    assert begin(app(sandbox))["auth_uri"].startswith(f"{sandbox.url}/common/")


@pytest.mark.parametrize(
    ("tenant", "people"), [("common", 3), ("organizations", 2), ("consumers", 1), (NORTHWIND, 2), (PERSONAL, 1)]
)
def test_each_part_of_the_authority_has_its_people(sandbox: SandboxServer, tenant: str, people: int) -> None:
    url = begin(app(sandbox, tenant))["auth_uri"]
    assert web.get(url).text.count('name="account"') == people
    if tenant in {"organizations", NORTHWIND}:
        assert press(url, account=MARTA).status_code == 400


def test_a_hint_chooses_the_account(sandbox: SandboxServer) -> None:
    page = web.get(begin(app(sandbox), login_hint=JAN)["auth_uri"]).text
    assert f'value="{JAN}" checked' in page


def test_declining_returns_access_denied_with_the_state(sandbox: SandboxServer) -> None:
    flow = begin(app(sandbox))
    answer = back(press(flow["auth_uri"], "deny"))
    assert (answer["error"], answer["state"]) == ("access_denied", flow["state"])
    assert answer["error_description"].startswith("AADSTS65004: ")


def test_permissions_that_a_person_unticks_are_not_granted(sandbox: SandboxServer) -> None:
    held = signed_in(sandbox, untick=("Calendars.ReadWrite",))
    assert set(held["scope"].split()) == {"User.Read", "openid", "profile"}


def test_prompt_none_asks_nothing(sandbox: SandboxServer) -> None:
    answer = web.get(begin(app(sandbox), prompt="none")["auth_uri"])
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["login_required"]


def test_an_answer_can_come_as_a_form(sandbox: SandboxServer) -> None:
    answer = press(begin(app(sandbox), response_mode="form_post")["auth_uri"])
    assert answer.status_code == 200
    assert f'action="{REDIRECT}"' in answer.text
    assert 'name="code"' in answer.text


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"client_id": "stranger"}, 700016),
        ({"redirect_uri": "https://elsewhere.example/cb"}, 50011),
        ({"response_type": "token"}, 900144),
        ({"scope": "Calendars.Everything"}, 70011),
        ({"scope": ""}, 70011),
        ({"code_challenge_method": "S512"}, 90014),
    ],
)
def test_a_wrong_request_is_an_error_page_and_no_redirect(
    sandbox: SandboxServer, change: dict[str, str], number: int
) -> None:
    query = {"client_id": MICROSOFT_CLIENT_ID, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid"}
    answer = web.get(f"{sandbox.url}/common/oauth2/v2.0/authorize", params={**query, **change})
    assert answer.status_code == 400
    assert f"AADSTS{number}" in answer.text


def test_a_registered_redirect_uri_must_match_exactly(sandbox: SandboxServer, microsoft: MicrosoftControl) -> None:
    microsoft.client(client_id="c", client_secret="s", redirect_uris=["https://app.example/cb"])
    query = {"client_id": "c", "redirect_uri": "https://app.example/cb/", "response_type": "code", "scope": "openid"}
    assert web.get(f"{sandbox.url}/common/oauth2/v2.0/authorize", params=query).status_code == 400


def token_call(sandbox: SandboxServer, **values: str) -> tuple[int, str, int]:
    """Status, error and number of a refused call of the token endpoint."""
    given = {"client_id": MICROSOFT_CLIENT_ID, "client_secret": MICROSOFT_CLIENT_SECRET, **values}
    answer = session(sandbox).post(f"{sandbox.https_url}/common/oauth2/v2.0/token", data=given, timeout=60)
    body = answer.json()
    (number,) = body["error_codes"]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    return answer.status_code, body["error"], number


def test_a_code_works_once(sandbox: SandboxServer) -> None:
    given = app(sandbox)
    flow = begin(given)
    code = back(press(flow["auth_uri"]))["code"]
    values = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code}
    assert token_call(sandbox, **values, code_verifier="wrong") == (400, "invalid_grant", 501481)
    assert token_call(sandbox, **values, code_verifier=flow["code_verifier"]) == (400, "invalid_grant", 54005)


def test_the_redirect_uri_of_the_exchange_must_be_that_of_the_consent(
    sandbox: SandboxServer, microsoft: MicrosoftControl
) -> None:
    code = microsoft.grant(account=ANNA, scope="User.Read", redirect_uri=REDIRECT)
    values = {"grant_type": "authorization_code", "redirect_uri": "http://127.0.0.1/other", "code": code}
    assert token_call(sandbox, **values) == (400, "invalid_grant", 500112)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"client_id": "stranger"}, (400, "unauthorized_client", 700016)),
        ({"client_secret": "guess"}, (401, "invalid_client", 7000215)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
        ({"grant_type": "authorization_code", "code": "none"}, (400, "invalid_grant", 70000)),
        ({"grant_type": "refresh_token", "refresh_token": "none"}, (400, "invalid_grant", 70000)),
    ],
)
def test_wrong_calls_of_the_token_endpoint_are_told_apart(
    sandbox: SandboxServer, values: dict[str, str], refusal: tuple[int, str, int]
) -> None:
    assert token_call(sandbox, **values) == refusal


def test_refresh_tokens_rotate_and_the_old_one_stays_good_for_a_while(
    sandbox: SandboxServer, microsoft: MicrosoftControl
) -> None:
    first = signed_in(sandbox)["refresh_token"]
    second = refreshed(sandbox, first)["refresh_token"]
    assert second != first
    assert refreshed(sandbox, first)["access_token"]
    microsoft.refresh_expire(ANNA)
    assert refreshed(sandbox, first)["error"] == "invalid_grant"
    assert [grant["refreshes"] for grant in microsoft.state()["grants"]] == [2]


def test_there_is_no_refresh_token_without_offline_access(sandbox: SandboxServer) -> None:
    query = {"client_id": MICROSOFT_CLIENT_ID, "redirect_uri": REDIRECT, "response_type": "code", "scope": "User.Read"}
    url = requests.Request("GET", f"{sandbox.url}/common/oauth2/v2.0/authorize", params=query).prepare().url
    assert url is not None
    answer = session(sandbox).post(
        f"{sandbox.https_url}/common/oauth2/v2.0/token",
        data={
            "client_id": MICROSOFT_CLIENT_ID,
            "client_secret": MICROSOFT_CLIENT_SECRET,
            "grant_type": "authorization_code",
            "redirect_uri": REDIRECT,
            "code": back(press(url))["code"],
        },
        timeout=60,
    )
    assert set(answer.json()) == {"token_type", "scope", "expires_in", "ext_expires_in", "access_token"}


@pytest.mark.parametrize(
    ("reason", "error", "number"),
    [
        ("revoked", "invalid_grant", 50173),
        ("consent", "invalid_grant", 65001),
        ("inactive", "invalid_grant", 700082),
        ("conditional_access", "invalid_grant", 53003),
        ("mfa", "interaction_required", 50076),
    ],
)
def test_a_grant_that_ended_says_why(
    sandbox: SandboxServer, microsoft: MicrosoftControl, anna: Graph, reason: str, error: str, number: int
) -> None:
    microsoft.revoke(ANNA, reason=reason)
    answer = refreshed(sandbox, anna.tokens["refresh_token"])
    assert (answer["error"], answer["error_codes"]) == (error, [number])
    assert anna.refused("GET", "/me") == (401, "InvalidAuthenticationToken")


def test_a_new_password_ends_every_grant(sandbox: SandboxServer, microsoft: MicrosoftControl, anna: Graph) -> None:
    microsoft.password(ANNA)
    assert refreshed(sandbox, anna.tokens["refresh_token"])["error_codes"] == [50173]


def test_what_was_not_consented_to_cannot_be_refreshed_for(sandbox: SandboxServer, graph: Callable[..., Graph]) -> None:
    held = graph(ANNA, "User.Read")
    answer = refreshed(sandbox, held.tokens["refresh_token"])
    assert (answer["error"], answer["suberror"]) == ("invalid_grant", "consent_required")


def test_an_old_access_token_is_401_and_refreshing_works(
    sandbox: SandboxServer, microsoft: MicrosoftControl, anna: Graph
) -> None:
    microsoft.token_expire(ANNA)
    assert anna.refused("GET", "/me") == (401, "InvalidAuthenticationToken")
    assert refreshed(sandbox, anna.tokens["refresh_token"])["access_token"]


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc"])
def test_a_call_without_a_good_token_is_401_with_a_challenge(sandbox: SandboxServer, header: str | None) -> None:
    url = f"{sandbox.https_url}/microsoft/graph/v1.0/me"
    answer = session(sandbox).get(url, headers={"Authorization": header} if header else {}, timeout=60)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
