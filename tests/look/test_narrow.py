"""Tables and tabs on a phone: nothing is cut off, and what is current is in sight."""

from __future__ import annotations

import pytest
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from accounts.choices import Right
from accounts.models import Membership, OutgoingEmail
from accounts.services.audit import audit_write
from accounts.services.mail import email_enqueue
from accounts.services.tokens import access_token_create
from crm.services.records import RecordChange, records_write
from hubclone.lib.jobs.choices import JobState
from tests.accounts.factories import MembershipFactory, actor_of
from tests.browser import PageFactory, overflow
from tests.crm.conftest import account_make
from tests.look.test_application import enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLES = [
    "settings/users/",
    "settings/integrations/private-apps/",
    "settings/activity/audit-log/",
    "settings/activity/failed-jobs/",
    "contacts/",
]
UNLABELLED = """() => [...document.querySelectorAll(".table tbody td")]
    .filter((cell) => !cell.matches(".table__main, .table__actions, [data-label]"))
    .map((cell) => cell.textContent.trim())"""
OUT_OF_SIGHT = """() => [...document.querySelectorAll(".settings__menu [aria-current], .tabs [aria-current]")]
    .map((tab) => tab.getBoundingClientRect()).filter((box) => box.left < 0 || box.right > innerWidth).length"""


@pytest.fixture
def busy() -> Membership:
    """An admin of an account that has a row in every table."""
    account, owner = account_make()
    member = Membership.objects.get(account=account, user=owner)
    Membership.objects.filter(pk=member.pk).update(rights=[Right.SUPER_ADMIN])
    MembershipFactory(account=account, user__email=f"{'very-long-' * 6}name@hubclone.test")
    actor = actor_of(member)
    with transaction.atomic():
        audit_write(actor=actor, action="user.updated", target_kind="user", target_id=1, target_label="x" * 120)
        email_enqueue(account_id=account.pk, key="dead", to="a@example.com", subject="s", text="t")
    OutgoingEmail.objects.update(state=JobState.DEAD, last_error="Refused. " * 12, last_error_code="SMTP_REFUSED")
    access_token_create(actor=actor, account=account, name="n" * 90, scopes=[], created_by=owner)
    records_write(actor=actor, changes=[RecordChange("contact", match_email=f"{'a' * 60}@example.com")])
    return member


@pytest.mark.parametrize("path", TABLES)
def test_a_table_on_a_phone_is_a_list_of_cards_whose_values_are_named(
    busy: Membership, live_server: LiveServer, open_page: PageFactory, path: str
) -> None:
    for locale in ("en-GB", "pl-PL"):
        page = open_page(narrow=True, locale=locale)
        enter(page, busy, live_server.url)
        page.goto(f"{live_server.url}/app/{busy.account_id}/{path}")
        assert page.locator(".table tbody td").count() > 0
        assert page.evaluate(UNLABELLED) == []
        assert overflow(page) == 0
        page.wait_for_load_state("load")
        assert page.evaluate(OUT_OF_SIGHT) == 0


def test_without_scripts_the_tabs_wrap(busy: Membership, live_server: LiveServer, open_page: PageFactory) -> None:
    page = open_page(narrow=True, locale="pl-PL", java_script_enabled=False)
    enter(page, busy, live_server.url)
    page.goto(f"{live_server.url}/app/{busy.account_id}/settings/activity/audit-log/")
    boxes = [item.bounding_box() for item in page.locator(".settings__item, .tabs__tab").all()]
    assert boxes
    assert all(box is not None and box["x"] + box["width"] <= 390 for box in boxes)


def test_the_head_of_a_long_table_stays_in_sight_while_the_page_scrolls(
    busy: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    actor = actor_of(busy)
    with transaction.atomic():
        for number in range(40):
            audit_write(actor=actor, action="user.updated", target_kind="user", target_id=number)
    page = open_page()
    enter(page, busy, live_server.url)
    page.goto(f"{live_server.url}/app/{busy.account_id}/settings/activity/audit-log/")
    page.locator(".table tbody tr").last.scroll_into_view_if_needed()
    head = page.locator(".table thead th").first.bounding_box()
    assert head is not None
    assert 0 < head["y"] < 120
    assert page.evaluate("scrollY") > 0
