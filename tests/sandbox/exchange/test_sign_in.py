"""Who may call: Basic with every request, NTLM once a connection; versions; autodiscovery."""

from __future__ import annotations

import pytest
import requests
from exchangelib import BASIC, NTLM
from exchangelib.errors import UnauthorizedError
from requests_ntlm import HttpNtlmAuth

from sandbox.exchange.testing import ANNA, EWS_PATH, PASSWORD, ExchangeControl
from sandbox.testing import ControlError, SandboxServer
from tests.sandbox import web
from tests.sandbox.exchange.conftest import Open

DISCOVER = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
    "<EMailAddress>{}</EMailAddress></Request></Autodiscover>"
)


@pytest.mark.parametrize("auth", [BASIC, NTLM])
@pytest.mark.parametrize("user", ["CORP\\anna", "anna@corp.example", "corp\\ANNA"])
def test_an_account_signs_in_by_either_name(mailbox: Open, auth: str, user: str) -> None:
    assert mailbox(user=user, auth=auth).calendar.total_count == 0


@pytest.mark.parametrize("auth", [BASIC, NTLM])
def test_a_wrong_password_and_an_unknown_name_are_refused(mailbox: Open, auth: str) -> None:
    for wrong in ({"password": "guess"}, {"user": "CORP\\nobody"}):
        with pytest.raises(UnauthorizedError):
            mailbox(auth=auth, **wrong).calendar  # noqa: B018 - asked of the server


@pytest.mark.parametrize("auth", [BASIC, NTLM])
def test_a_locked_account_is_refused_with_the_right_password(
    mailbox: Open, exchange: ExchangeControl, auth: str
) -> None:
    exchange.lock(ANNA)
    with pytest.raises(UnauthorizedError, match="locked out"):
        mailbox(auth=auth).calendar  # noqa: B018
    exchange.lock(ANNA, False)
    assert mailbox(auth=auth).calendar.name == "Calendar"


@pytest.mark.parametrize("auth", [BASIC, NTLM])
def test_a_changed_password_ends_what_the_old_one_opened(mailbox: Open, exchange: ExchangeControl, auth: str) -> None:
    anna = mailbox(auth=auth)
    assert anna.calendar.total_count == 0
    exchange.password(account=ANNA, password="Another-1")
    with pytest.raises(UnauthorizedError):
        anna.calendar.refresh()
    assert mailbox(auth=auth, password="Another-1").calendar.total_count == 0


def test_the_library_finds_out_how_to_sign_in(mailbox: Open, exchange: ExchangeControl) -> None:
    assert mailbox(auth=None).protocol.auth_type == NTLM
    exchange.auth("basic")
    assert mailbox(auth=None).protocol.auth_type == BASIC
    with pytest.raises(UnauthorizedError):
        mailbox(auth=NTLM).calendar  # noqa: B018


def test_ntlm_proves_who_calls_once_a_connection_and_only_there(sandbox: SandboxServer) -> None:
    url = sandbox.url + EWS_PATH
    with requests.Session() as known, requests.Session() as stranger:
        signed = known.get(url, auth=HttpNtlmAuth("CORP\\anna", PASSWORD))
        assert signed.status_code == 200
        assert [one.status_code for one in signed.history] == [401, 401]
        assert known.get(url).status_code == 200
        refused = stranger.get(url)
        assert refused.status_code == 401
        assert "NTLM" in refused.headers["WWW-Authenticate"]
        assert 'Basic realm="mail.corp.example"' in refused.headers["WWW-Authenticate"]
        assert stranger.get(url, auth=HttpNtlmAuth("CORP\\anna", "guess")).status_code == 401


@pytest.mark.parametrize("kind", ["NTLM", "Basic", "Bearer"])
@pytest.mark.parametrize("token", ["", "?", "QUJD", "TlRMTVNTUAADAAAA", "TlRMTVNTUAABAAAA"])
def test_what_proves_nothing_is_refused(sandbox: SandboxServer, kind: str, token: str) -> None:
    answer = web.get(sandbox.url + EWS_PATH, headers={"Authorization": f"{kind} {token}"})
    assert answer.status_code == 401


def test_ntlm_works_with_tls(sandbox: SandboxServer) -> None:
    url = sandbox.https_url + EWS_PATH
    answer = web.get(url, auth=HttpNtlmAuth("CORP\\anna", PASSWORD), verify=sandbox.ca_file)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("version", "build", "schema"),
    [
        ("2007", (8, 3), "Exchange2007_SP1"),
        ("2010 SP1", (14, 1), "Exchange2010_SP1"),
        ("2010 SP2", (14, 2), "Exchange2010_SP2"),
        ("2013", (15, 0), "Exchange2013_SP1"),
        ("2016", (15, 1), "Exchange2016"),
        ("2019", (15, 2), "Exchange2016"),
    ],
)
def test_each_version_tells_its_build_and_refuses_newer_schemas(
    mailbox: Open, exchange: ExchangeControl, version: str, build: tuple[int, int], schema: str
) -> None:
    exchange.version(version)
    anna = mailbox()
    assert (anna.version.build.major_version, anna.version.build.minor_version) == build
    assert anna.version.api_version == schema
    assert list(anna.calendar.all()) == []
    with pytest.raises(ControlError, match="version must be"):
        exchange.version("2003")


def test_nobody_acts_as_somebody_else(sandbox: SandboxServer) -> None:
    types = "http://schemas.microsoft.com/exchange/services/2006/types"
    body = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="{types}"><s:Header>'
        "<t:ExchangeImpersonation/></s:Header><s:Body><t:Anything/></s:Body></s:Envelope>"
    )
    answer = web.post(sandbox.url + EWS_PATH, data=body, auth=("anna", PASSWORD))
    assert answer.status_code == 500
    assert "ErrorImpersonateUserDenied" in answer.text


def test_autodiscovery_tells_the_address_to_whoever_signs_in(sandbox: SandboxServer) -> None:
    url = f"{sandbox.url}/autodiscover/autodiscover.xml"
    assert web.post(url, data=DISCOVER.format(ANNA)).status_code == 401
    found = web.post(url, data=DISCOVER.format(ANNA), auth=("CORP\\anna", PASSWORD))
    assert f"<EwsUrl>{sandbox.url}{EWS_PATH}</EwsUrl>" in found.text
    unknown = web.post(url, data=DISCOVER.format("x@corp.example"), auth=("anna", PASSWORD))
    assert "<ErrorCode>500</ErrorCode>" in unknown.text
