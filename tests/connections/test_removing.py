"""What becomes of a connection's notices, and of the person, when it is mended or removed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import AuditEntry, Membership, Notification
from accounts.services.accounts import membership_remove
from calendars.models import CalendarAccount, CalendarJob
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.services.state import connection_disconnect
from connections.services.tokens import access_token_get
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.accounts.conftest import signed_in
from tests.accounts.factories import actor_of
from tests.connections.google import ANNA, JAN, Browser, connected, token_expire

pytestmark = pytest.mark.django_db


def troubled(member: Membership, sandbox: Control) -> Connection:
    """A connection whose grant was taken back; its owner has been told."""
    connection = connected(member).connection
    token_expire(connection)
    sandbox.google.revoke(ANNA)
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=connection.pk)
    assert unread(member) == 1
    return connection


def unread(member: Membership) -> int:
    return Notification.objects.filter(user=member.user, read_at=None).count()


def remove_page(connection: Connection) -> str:
    return reverse("connections:remove", args=[connection.account_id, connection.pk])


@pytest.mark.spec("A7", "A12")
def test_reconnecting_settles_what_was_told_of_this_connection_alone(
    member: Membership, editor: Membership, sandbox: Control
) -> None:
    connection = troubled(member, sandbox)
    other = connected(editor, JAN).connection
    token_expire(other)
    sandbox.google.revoke(JAN)
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=other.pk)
    Browser(member).reconnect(connection)
    assert (unread(member), unread(editor)) == (0, 1)


@pytest.mark.spec("A7", "A10")
def test_removing_settles_it_too_and_the_notices_link_says_that_it_is_gone(
    member: Membership, sandbox: Control
) -> None:
    connection = troubled(member, sandbox)
    client = signed_in(member)
    client.post(remove_page(connection))
    assert unread(member) == 0
    told = reverse("accounts:notification_open", args=[member.account_id, Notification.objects.get().pk])
    assertContains(client.get(told, follow=True), "This connection was removed")


@pytest.mark.spec("A10")
def test_removing_leads_back_to_where_it_was_asked_from(member: Membership, sandbox: Control) -> None:
    settings_page = reverse("calendars:settings", args=[member.account_id])
    list_page = reverse("connections:index", args=[member.account_id])
    client = signed_in(member)
    connection = connected(member).connection
    asked = f"{remove_page(connection)}?from=start"
    assertContains(client.get(settings_page), f'href="{asked}"')
    assertContains(client.get(asked), f'<a class="btn" href="{settings_page}">Cancel</a>', html=True)
    assertRedirects(client.post(asked), settings_page)
    connection = connected(member).connection
    assertNotContains(client.get(remove_page(connection)), f'href="{settings_page}">Cancel')
    assertRedirects(client.post(f"{remove_page(connection)}?from=https://evil.example/"), list_page)


@pytest.mark.spec("A8", "A10")
def test_removing_twice_is_one_row(member: Membership, sandbox: Control) -> None:
    connection = connected(member).connection
    for _ in range(2):
        connection_disconnect(actor=actor_of(member), connection=connection)
    assert AuditEntry.objects.filter(action="connection.disconnected").count() == 1


@pytest.mark.spec("A3", "A10")
def test_who_leaves_the_account_takes_their_connections_along(
    admin: Membership, member: Membership, editor: Membership, sandbox: Control
) -> None:
    theirs, other = connected(member).connection, connected(editor, JAN).connection
    membership_remove(actor=actor_of(admin), membership_id=member.pk)
    run_jobs()
    theirs, other = (Connection.objects.defer(None).get(pk=one.pk) for one in (theirs, other))
    assert (theirs.state, theirs.credentials) == (ConnectionState.DISCONNECTED, {})
    assert {grant["revoked"] for grant in sandbox.google.state()["grants"] if grant["account"] == ANNA} == {True}
    assert other.state == ConnectionState.ACTIVE
    assert list(CalendarAccount.objects.values_list("user_id", flat=True)) == [editor.user_id]
    assert AuditEntry.objects.filter(action="connection.disconnected", actor_kind="system").count() == 1


@pytest.mark.spec("A3", "A10")
def test_who_may_not_be_removed_keeps_them(admin: Membership, sandbox: Control) -> None:
    connected(admin)
    CalendarJob.objects.all().delete()
    url = reverse("accounts:user_remove", args=[admin.account_id, admin.pk])
    answer = Client.post(signed_in(admin), url)
    assertRedirects(answer, reverse("accounts:user_edit", args=[admin.account_id, admin.pk]))
    assert not CalendarJob.objects.exists()
