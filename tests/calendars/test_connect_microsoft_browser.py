"""From the dialog to Microsoft's page and back, in a browser that enforces our policies (C1, A14)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from connections.choices import ConnectionState
from connections.models import Connection
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make
from tests.connections.microsoft import ANNA, connected
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host(sandbox: Control, live_server: LiveServer, settings: Settings) -> Membership:
    settings.BASE_URL = live_server.url
    return account_make().memberships.select_related("user").get()


def look(page: Page, name: str) -> None:
    """A page that is at rest, keeps to its width and has no mistakes."""
    settled(page)
    picture(page, name)
    assert axe_violations(page) == []
    assert not overflow(page)


@pytest.mark.spec("C1", "A14")
@pytest.mark.parametrize(("theme", "narrow"), [("light", False), ("dark", True), ("dark", False), ("light", True)])
def test_office_365_is_connected_by_hand(
    host: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    end = f"{theme}-{'narrow' if narrow else 'wide'}"
    page = open_page(theme=theme, narrow=narrow)
    enter(page, host, live_server.url)
    page.goto(f"{live_server.url}/app/{host.account_id}/settings/general/calendar/")
    page.get_by_role("button", name="Connect your calendar").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, f"microsoft-dialog-{end}")
    page.get_by_role("link", name="Office 365").click()
    expect(page.get_by_role("heading", name="What connecting Office 365 means")).to_be_visible()
    look(page, f"microsoft-access-{end}")
    page.get_by_role("button", name="Accept and connect to Office 365").click()
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page).to_have_url(re.compile(r"/app/\d+/meetings/$"))
    assert Connection.objects.get().identity == ANNA


@pytest.mark.spec("A10")
@pytest.mark.parametrize(("theme", "narrow"), [("light", False), ("dark", True)])
def test_what_went_wrong_is_told_with_what_mends_it_and_reconnecting_mends_it(
    host: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    end = f"{theme}-{'narrow' if narrow else 'wide'}"
    connection = connected(host).connection
    run_jobs()
    lost = {"state": ConnectionState.NEEDS_ATTENTION, "last_error_code": "POLICY_FORBIDS"}
    Connection.objects.filter(pk=connection.pk).update(**lost)
    page = open_page(theme=theme, narrow=narrow)
    enter(page, host, live_server.url)
    page.goto(f"{live_server.url}/app/{host.account_id}/settings/general/calendar/")
    look(page, f"microsoft-settings-{end}")
    page.goto(f"{live_server.url}/app/{host.account_id}/settings/integrations/connected-apps/{connection.pk}/")
    expect(page.get_by_text("conditional access").first).to_be_visible()
    look(page, f"microsoft-trouble-{end}")
    page.get_by_role("button", name="Reconnect").first.click()
    page.get_by_role("button", name="Accept").click()
    expect(page).to_have_url(re.compile(r"/settings/general/calendar/"))
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE
