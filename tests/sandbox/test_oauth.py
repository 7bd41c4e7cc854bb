"""Consent, tokens and the profile, through google-auth-oauthlib and with a browser's plain requests."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as AuthRequest
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build

from sandbox.testing import CLIENT_ID, CLIENT_SECRET, SandboxServer
from tests.sandbox.conftest import ANNA, CALENDAR, calendar_service, credentials, refusal
from tests.sandbox.schemas import CheckedRequest, methods
from tests.sandbox.web import get, post

REDIRECT = "http://127.0.0.1:8000/oauth/callback/google"
SCOPES = ["openid", "https://www.googleapis.com/auth/userinfo.email", CALENDAR]


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def flow(sandbox: SandboxServer, scopes: list[str] = SCOPES) -> Flow:
    config = {
        "web": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "auth_uri": f"{sandbox.url}/google/o/oauth2/v2/auth",
            "token_uri": f"{sandbox.url}/google/token",
        }
    }
    return Flow.from_client_config(config, scopes, redirect_uri=REDIRECT)


def begin(given: Flow, **more: str) -> str:
    url, _ = given.authorization_url(**{"access_type": "offline", "prompt": "consent", **more})
    return str(url)


def press(url: str, decision: str = "allow", account: str = ANNA, untick: tuple[str, ...] = ()) -> dict[str, str]:
    """Open the page as a browser does, choose, press; the query with which it returns to the app."""
    with build_opener().open(url) as response:
        html = response.read().decode()
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html)
    ticked = re.findall(r'type="checkbox" name="allowed" value="([^"]*)" checked>', html)
    form = [(name, value.replace("&#34;", '"')) for name, value in hidden]
    form += [("allowed", scope) for scope in ticked if scope not in untick]
    data = urlencode([*form, ("account", account), ("decision", decision)]).encode()
    with pytest.raises(HTTPError) as sent:
        build_opener(_Stay).open(Request(url.partition("?")[0], data))
    assert sent.value.code == 302
    target = sent.value.headers["Location"]
    assert target.startswith(REDIRECT + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def exchange(given: Flow, code: str) -> Any:
    given.fetch_token(code=code)
    return given.credentials


def test_consent_gives_tokens_that_work(sandbox: SandboxServer) -> None:
    given = flow(sandbox)
    back = press(begin(given, state="abc"))
    assert back["state"] == "abc"
    held = exchange(given, back["code"])
    assert held.refresh_token
    assert set(held.granted_scopes) == set(SCOPES)
    assert calendar_service(sandbox, held).calendarList().list().execute()["items"]


def test_the_id_token_is_signed_with_the_published_key(sandbox: SandboxServer) -> None:
    given = flow(sandbox)
    held = exchange(given, press(begin(given, nonce="n-1"))["code"])
    keys = get(f"{sandbox.url}/google/oauth2/v3/certs").json()["keys"]
    claims = jwt.decode(
        held.id_token, jwt.PyJWK(keys[0]).key, ["RS256"], audience=CLIENT_ID, issuer="https://accounts.google.com"
    )
    assert (claims["email"], claims["email_verified"], claims["nonce"]) == (ANNA, True, "n-1")


def test_cancel_returns_access_denied_with_the_state(sandbox: SandboxServer) -> None:
    assert press(begin(flow(sandbox), state="s"), "deny") == {"error": "access_denied", "state": "s"}


def test_scopes_that_a_person_unticks_are_not_granted(sandbox: SandboxServer) -> None:
    given = flow(sandbox)
    held = exchange(given, press(begin(given), untick=(CALENDAR,))["code"])
    assert CALENDAR not in held.granted_scopes
    assert refusal(calendar_service(sandbox, held).calendarList().list()) == (403, "insufficientPermissions")


def test_identity_scopes_cannot_be_unticked(sandbox: SandboxServer) -> None:
    back = press(begin(flow(sandbox)), untick=tuple(SCOPES))
    assert "openid" in back["scope"]


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_id": "stranger"}, 401, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.test/cb"}, 400, "redirect_uri_mismatch"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"scope": ""}, 400, "invalid_request"),
        ({"code_challenge_method": "S512"}, 400, "invalid_request"),
    ],
)
def test_a_wrong_request_is_an_error_page_and_no_redirect(
    sandbox: SandboxServer, change: dict[str, str], status: int, error: str
) -> None:
    query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid"} | change
    answer = get(f"{sandbox.url}/google/o/oauth2/v2/auth", params=query)
    assert answer.status_code == status
    assert error in answer.text


def test_a_registered_redirect_uri_must_match_exactly(sandbox: SandboxServer) -> None:
    sandbox.control.google.client(client_id="c", client_secret="s", redirect_uris=["https://app.test/cb"])
    query = {"client_id": "c", "redirect_uri": "https://app.test/cb/", "response_type": "code", "scope": "openid"}
    answer = get(f"{sandbox.url}/google/o/oauth2/v2/auth", params=query)
    assert answer.status_code == 400


def test_prompt_none_asks_nothing(sandbox: SandboxServer) -> None:
    answer = get(begin(flow(sandbox), prompt="none"))
    assert "error=interaction_required" in answer.headers["Location"]


def token_call(sandbox: SandboxServer, **form: str) -> tuple[int, str]:
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
    answer = post(f"{sandbox.url}/google/token", data=given)
    return answer.status_code, answer.json().get("error", "")


def test_a_code_works_once_and_its_reuse_ends_the_grant(sandbox: SandboxServer) -> None:
    given = flow(sandbox)
    code = press(begin(given))["code"]
    held = exchange(given, code)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert token_call(sandbox, **form, code_verifier=given.code_verifier) == (400, "invalid_grant")
    with pytest.raises(RefreshError):
        held.refresh(AuthRequest())


@pytest.mark.parametrize("verifier", ["", "a-wrong-verifier"])
def test_pkce_is_checked(sandbox: SandboxServer, verifier: str) -> None:
    given = flow(sandbox)
    code = press(begin(given))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
    assert token_call(sandbox, **form) == (400, "invalid_grant")


def test_the_redirect_uri_of_the_exchange_must_be_that_of_the_consent(sandbox: SandboxServer) -> None:
    code = sandbox.control.google.grant(account=ANNA, scope=CALENDAR, redirect_uri=REDIRECT)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1/other"}
    assert token_call(sandbox, **form) == (400, "redirect_uri_mismatch")


def test_a_wrong_secret_is_refused(sandbox: SandboxServer) -> None:
    assert token_call(sandbox, client_secret="guess", grant_type="refresh_token") == (401, "invalid_client")


def test_an_unknown_grant_type_is_refused(sandbox: SandboxServer) -> None:
    assert token_call(sandbox, grant_type="password") == (400, "unsupported_grant_type")


def test_a_refresh_token_comes_only_with_the_first_consent_or_on_prompt(sandbox: SandboxServer) -> None:
    tokens = []
    for prompt in ("consent", "select_account", "consent"):
        given = flow(sandbox)
        tokens.append(exchange(given, press(begin(given, prompt=prompt))["code"]).refresh_token)
    assert [bool(token) for token in tokens] == [True, False, True]


def test_online_access_gives_no_refresh_token(sandbox: SandboxServer) -> None:
    given = flow(sandbox)
    assert exchange(given, press(begin(given, access_type="online"))["code"]).refresh_token is None


def test_include_granted_scopes_adds_the_earlier_ones(sandbox: SandboxServer) -> None:
    first, second = flow(sandbox, [CALENDAR]), flow(sandbox, ["openid"])
    exchange(first, press(begin(first))["code"])
    held = exchange(second, press(begin(second, include_granted_scopes="true"))["code"])
    assert set(held.granted_scopes) == {CALENDAR, "openid"}


def test_refreshes_are_counted(sandbox: SandboxServer) -> None:
    held = credentials(sandbox)
    held.refresh(AuthRequest())
    held.refresh(AuthRequest())
    assert [grant["refreshes"] for grant in sandbox.control.google.state()["grants"]] == [2]


def test_an_old_access_token_is_refreshed_by_the_client(sandbox: SandboxServer) -> None:
    held = credentials(sandbox)
    sandbox.control.google.token_expire(ANNA)
    assert calendar_service(sandbox, held).calendarList().list().execute()["items"]
    assert [grant["refreshes"] for grant in sandbox.control.google.state()["grants"]] == [1]


def test_a_revoked_grant_ends_access_and_refresh(sandbox: SandboxServer) -> None:
    held = credentials(sandbox)
    sandbox.control.google.revoke(ANNA)
    with pytest.raises(RefreshError) as caught:
        calendar_service(sandbox, held).calendarList().list().execute()
    assert caught.value.args[1]["error"] == "invalid_grant"


def test_an_app_revokes_by_either_token(sandbox: SandboxServer) -> None:
    for name in ("token", "refresh_token"):
        held = credentials(sandbox)
        url = f"{sandbox.url}/google/revoke"
        assert post(url, data={"token": getattr(held, name)}).status_code == 200
        assert post(url, data={"token": getattr(held, name)}).status_code == 400
        with pytest.raises(RefreshError):
            held.refresh(AuthRequest())


def test_the_profile_tells_what_the_scopes_allow(sandbox: SandboxServer) -> None:
    service = build(
        "oauth2",
        "v2",
        credentials=credentials(sandbox, scope="openid email profile"),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{sandbox.url}/google/"},
        requestBuilder=CheckedRequest,
    )
    assert service.userinfo().get().execute() == {
        "id": "112000000000000000001",
        "email": ANNA,
        "verified_email": True,
        "name": "Anna Kowalska",
        "given_name": "Anna",
        "family_name": "Kowalska",
    }
    info = service.tokeninfo(access_token=credentials(sandbox, scope="email").token).execute()
    assert info["email"] == ANNA


def test_openid_connect_profile(sandbox: SandboxServer) -> None:
    held = credentials(sandbox, scope="openid email")
    answer = get(f"{sandbox.url}/google/oauth2/v3/userinfo", headers={"Authorization": f"Bearer {held.token}"})
    assert answer.json() == {"sub": "112000000000000000001", "email": ANNA, "email_verified": True}


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc"])
def test_a_call_without_a_good_token_is_401_with_a_challenge(sandbox: SandboxServer, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = get(f"{sandbox.url}/google/calendar/v3/users/me/calendarList", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert answer.json()["error"]["errors"][0]["reason"] == ("authError" if header else "required")


def test_the_scopes_of_each_call_are_those_of_the_discovery_document() -> None:
    from sandbox.google.scopes import ACCEPTED

    documented = methods("calendar.v3")
    for name, scopes in ACCEPTED.items():
        assert set(scopes) == set(documented[f"calendar.{name}"]["scopes"]), name


def test_pkce_needs_the_right_verifier_with_http_basic_too(sandbox: SandboxServer) -> None:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    code = sandbox.control.google.grant(account=ANNA, scope="openid", redirect_uri=REDIRECT, code_challenge="x" * 43)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": "y" * 43}
    answer = post(f"{sandbox.url}/google/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert (answer.status_code, json.loads(answer.text)["error"]) == (400, "invalid_grant")
