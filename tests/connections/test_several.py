"""Several connections to the same kind of app, side by side, each with its own name, brand, tokens and troubles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.actor import Actor
from accounts.models import AuditEntry, Brand, Membership, Notification, OutgoingEmail
from accounts.services.brands import brand_delete
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.registries import PURPOSES, ConnectPurpose
from connections.services.details import connection_update
from connections.services.oauth import oauth_attempt_take, oauth_begin, oauth_complete
from connections.services.tokens import access_token_get
from hubclone.lib.crypto import SecretUnreadable
from sandbox.testing import Control
from tests.accounts.conftest import signed_in
from tests.accounts.factories import actor_of
from tests.calendars.booking import at_once
from tests.connections.google import ANNA, JAN, MARTA, Browser, connected, token_expire
from tests.waiting import in_thread, until, waiting

SHARED = "shared-for-tests"


@pytest.fixture
def shared() -> Iterator[str]:
    """A purpose of connections that belong to the account."""

    def connected_to(connection: Connection, actor: Actor, params: Mapping[str, Any]) -> str:
        return "/"

    def nothing(connection: Connection) -> None:
        return

    purpose = ConnectPurpose(SHARED, "Connect", connected_to, lambda account_id: "/", nothing, nothing)
    PURPOSES.register(SHARED, purpose)
    yield SHARED
    del PURPOSES._items[SHARED]


def connect_for_account(member: Membership, account: str, reconnect: Connection | None = None) -> Connection:
    """The whole way for a connection of the account, or of one that is there again."""
    browser = Browser(member)
    request: Any = RequestFactory().get("/", SERVER_NAME="127.0.0.1")
    request.session = {}
    url = oauth_begin(
        request,
        account_id=member.account_id,
        user_id=member.user_id,
        provider="google",
        purpose=SHARED,
        reconnect=reconnect,
        for_account=True,
    )
    back = browser.consent(url, account=account)
    request.GET = RequestFactory().get(back).GET
    attempt = oauth_attempt_take(request, provider="google", user_id=member.user_id)
    oauth_complete(actor=actor_of(member), attempt=attempt, answer=request.GET.dict())
    return Connection.objects.get(account=member.account, owner=None, identity=account)


@pytest.mark.django_db
@pytest.mark.spec("A13", "A10")
def test_two_users_and_the_account_have_google_side_by_side(
    member: Membership, editor: Membership, sandbox: Control, shared: str
) -> None:
    mine, theirs = connected(member, ANNA).connection, connected(editor, JAN).connection
    ours = connect_for_account(editor, MARTA)
    also_ours = connect_for_account(editor, JAN)
    assert Connection.objects.filter(account=member.account, provider="google").count() == 4
    tokens = {access_token_get(connection_id=one.pk).token for one in (mine, theirs, ours, also_ours)}
    assert len(tokens) == 4
    url = reverse("connections:index", args=[member.account_id])
    of_member, of_editor = (signed_in(who).get(url).content.decode() for who in (member, editor))
    assert ANNA in of_member
    assert MARTA not in of_member
    assert JAN not in of_member
    assert {name in of_editor for name in (JAN, MARTA)} == {True}
    assert ANNA not in of_editor
    assert of_editor.count("<h2>Google</h2>") == 1, "by app"


@pytest.mark.django_db
@pytest.mark.spec("A13", "A12")
def test_the_trouble_of_one_is_not_the_trouble_of_the_others(
    member: Membership, editor: Membership, admin: Membership, sandbox: Control, shared: str
) -> None:
    mine, ours = connected(member, ANNA).connection, connect_for_account(editor, MARTA)
    token_expire(ours)
    sandbox.google.revoke(MARTA)
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=ours.pk)
    assert access_token_get(connection_id=mine.pk).token
    told = Notification.objects.filter(kind="connection.attention")
    assert set(told.values_list("user_id", flat=True)) == {editor.user_id, admin.user_id}, "who may mend it"
    assert set(OutgoingEmail.objects.values_list("to", flat=True)) == {editor.user.email, admin.user.email}
    page = reverse("connections:detail", args=[ours.account_id, ours.pk])
    assert {each.url for each in told} == {page}
    assert signed_in(editor).get(page).status_code == 200
    assert signed_in(member).get(page).status_code == 404


@pytest.mark.django_db
@pytest.mark.spec("A13", "A12")
def test_a_connection_of_the_account_is_taken_back_as_the_accounts(
    editor: Membership, admin: Membership, sandbox: Control, shared: str
) -> None:
    ours = connect_for_account(editor, MARTA)
    Connection.objects.filter(pk=ours.pk).update(state=ConnectionState.NEEDS_ATTENTION, label="Kept")
    again = connect_for_account(admin, MARTA, reconnect=ours)
    assert (again.pk, again.owner, again.state, again.label) == (ours.pk, None, ConnectionState.ACTIVE, "Kept")


@pytest.mark.django_db
@pytest.mark.spec("A13", "A4")
def test_a_connection_has_a_label_and_a_brand(member: Membership, stranger: Membership, sandbox: Control) -> None:
    connection = connected(member).connection
    brand = Brand.objects.create(account=member.account, name="Northwind Tea")
    foreign = Brand.objects.create(account=stranger.account, name="Elsewhere")
    client, url = signed_in(member), reverse("connections:detail", args=[member.account_id, connection.pk])
    assert client.post(url, {"label": "  Sales \n team ", "brand": brand.pk}).status_code == 302
    connection.refresh_from_db()
    assert (connection.label, connection.brand) == ("Sales team", brand)
    assert AuditEntry.objects.filter(action="connection.updated").count() == 1
    listed = client.get(reverse("connections:index", args=[member.account_id])).content.decode()
    assert "Sales team" in listed
    assert "Northwind Tea" in listed
    for wrong in ({"label": "x" * 101}, {"label": "x", "brand": foreign.pk}, {"label": "x", "brand": "no"}):
        assert client.post(url, wrong).status_code == 422
    assert signed_in(stranger).post(url, {"label": "Mine"}).status_code == 404
    connection.refresh_from_db()
    assert (connection.label, connection.brand) == ("Sales team", brand)
    token_expire(connection)
    assert Browser(member).reconnect(connection).status_code == 302
    connection.refresh_from_db()
    assert connection.label == "Sales team"


@pytest.mark.django_db
@pytest.mark.spec("A4")
@pytest.mark.parametrize("provider", ["google", "zoom", "an_app_of_tomorrow"])
def test_a_connection_of_any_kind_belongs_to_a_brand_and_outlives_it(member: Membership, provider: str) -> None:
    brand = Brand.objects.create(account=member.account, name="Northwind Tea")
    connection = Connection.objects.create(
        account=member.account,
        provider=provider,
        purpose="any",
        external_id="1",
        identity="a@example.com",
        credentials={},
    )
    connection_update(actor=actor_of(member), connection=connection, label="", brand=brand)
    connection.refresh_from_db()
    assert connection.brand == brand
    brand_delete(actor=actor_of(member), brand_id=brand.pk)
    connection.refresh_from_db()
    assert connection.brand is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A11")
def test_a_key_is_rotated_while_tokens_are_used_and_renewed(
    member: Membership, editor: Membership, sandbox: Control, settings: Settings
) -> None:
    connection, other = connected(member, ANNA).connection, connected(editor, JAN).connection
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (new, old)

    def use() -> int:
        return len([access_token_get(connection_id=connection.pk).token for _ in range(15)])

    def renew() -> int:
        found = access_token_get(connection_id=connection.pk)
        for _ in range(5):
            found = access_token_get(connection_id=connection.pk, stale=found.token)
        return 5

    def rotate() -> int:
        for _ in range(3):
            call_command("rotate_keys")
        return 3

    assert at_once([use, use, use, use, renew, rotate]) == [15, 15, 15, 15, 5, 3]
    settings.ENCRYPTION_KEYS = (new,)
    for one in (connection, other):
        assert access_token_get(connection_id=one.pk).token.startswith("ya29.")
        one.refresh_from_db()
        assert one.state == ConnectionState.ACTIVE
    stale = access_token_get(connection_id=connection.pk).token
    assert access_token_get(connection_id=connection.pk, stale=stale).token != stale
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A11")
def test_a_secret_that_is_written_under_the_old_key_meanwhile_is_rotated_too(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    connection = connected(member).connection
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (old,)
    fresh = Connection.objects.defer(None).get()
    fresh.credentials = {**fresh.credentials, "access_token": "ya29.written-meanwhile"}
    settings.ENCRYPTION_KEYS = (new, old)

    class Between:
        """Another process, not restarted yet, writes once between the command's read and its write."""

        done = False

        def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith('update "connections_connection" set "credentials"') and not self.done:
                self.done = True
                settings.ENCRYPTION_KEYS = (old,)
                Connection.objects.filter(pk=connection.pk).update(credentials=fresh.credentials)
                settings.ENCRYPTION_KEYS = (new, old)
            return execute(sql, params, many, context)

    between = Between()
    with database.execute_wrapper(between):
        call_command("rotate_keys")
    assert between.done
    settings.ENCRYPTION_KEYS = (new,)
    assert Connection.objects.defer(None).get().credentials["access_token"] == "ya29.written-meanwhile"
    settings.ENCRYPTION_KEYS = (old,)
    with pytest.raises(SecretUnreadable):
        Connection.objects.defer(None).get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A12", "A13")
def test_two_tabs_that_come_back_from_the_same_account_at_once_make_one_connection(
    member: Membership, sandbox: Control
) -> None:
    browsers = [Browser(member) for _ in range(2)]
    ways = [browser.consent(browser.begin()) for browser in browsers]
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            database.cursor().execute("lock table connections_connection in share mode")
            works = [partial(browser.back, way) for browser, way in zip(browsers, ways, strict=True)]
            answers = [pool.submit(in_thread, work) for work in works]
            until(lambda: waiting() == 2)
        assert [answer.result(30).status_code for answer in answers] == [302, 302]
    assert Connection.objects.get().identity == ANNA
    actions = AuditEntry.objects.filter(target_kind="connection").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["connection.made", "connection.reconnected"]
