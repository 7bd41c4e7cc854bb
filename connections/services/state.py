"""How a connection fares: last success, last error, whom to tell, and its end (A10, A12)."""

from __future__ import annotations

import datetime as dt

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor, system_actor
from accounts.choices import Right
from accounts.models import User
from accounts.selectors import people_with
from accounts.services.audit import audit_write
from accounts.services.notification_inbox import notifications_settle
from accounts.services.notifications import NotificationWords, notifications_send
from connections.choices import ConnectionState
from connections.models import Connection
from connections.notification_kinds import CONNECTION_ATTENTION
from connections.registries import PROVIDERS, PURPOSES
from hubclone.lib.errors import HubError

log = structlog.get_logger(__name__)
SUCCESS_RESOLUTION_SECONDS = 60


def connection_succeeded(*, connection_id: int) -> None:
    """The provider answered. Written at most once a minute, unless there was an error to clear."""
    now = timezone.now()
    seen_lately = now - dt.timedelta(seconds=SUCCESS_RESOLUTION_SECONDS)
    active = Connection.objects.filter(pk=connection_id, state=ConnectionState.ACTIVE)
    stale = active.exclude(last_success_at__gt=seen_lately, last_error_code="")
    stale.update(last_success_at=now, last_error_code="", last_error_at=None)


def connection_noted(*, connection_id: int, code: str) -> None:
    """A passing error: shown on the connection's page, nobody is told."""
    active = Connection.objects.filter(pk=connection_id, state=ConnectionState.ACTIVE)
    active.update(last_error_at=timezone.now(), last_error_code=code[:60])


@transaction.atomic
def connection_failed(*, connection_id: int, code: str) -> None:
    """Only a person can mend it: mark it, and tell its owner once. Later calls change nothing."""
    now = timezone.now()
    active = Connection.objects.filter(pk=connection_id, state=ConnectionState.ACTIVE)
    changed = active.update(
        state=ConnectionState.NEEDS_ATTENTION, last_error_at=now, last_error_code=code[:60], alerted_at=now
    )
    if not changed:
        return
    connection = Connection.objects.select_related("owner").get(pk=connection_id)
    log.warning("connection.needs_attention", connection_id=connection_id, code=code)
    _audit(system_actor(connection.account_id), "connection.needs_attention", connection, {"code": code})
    _alert(connection)


def connection_disconnect(*, actor: Actor, connection: Connection) -> bool:
    """End a connection for good: what depends on it lets go, the grant is revoked, the secrets are erased.

    Answers whether the provider confirmed the revocation. It is asked before our own transaction; when it does not
    answer, the connection ends all the same. Of two who do so at once the second finds it ended.
    """
    purpose = PURPOSES[connection.purpose]
    purpose.disconnecting(connection)
    revoked = _revoke(connection)
    with transaction.atomic():
        alive = Connection.objects.filter(pk=connection.pk).exclude(state=ConnectionState.DISCONNECTED)
        ended = alive.update(
            state=ConnectionState.DISCONNECTED, credentials={}, expires_at=None, last_error_code="", last_error_at=None
        )
        if ended:
            purpose.disconnected(connection)
            connection_told_is_over(connection)
            _audit(actor, "connection.disconnected", connection, {"revoked": revoked})
    return revoked


def connection_told_is_over(connection: Connection) -> None:
    """It was mended or removed: what people were told of its troubles needs nobody any more."""
    notifications_settle(account_id=connection.account_id, about=_told_key(connection))


def _revoke(connection: Connection) -> bool:
    """Revoking ends every grant of that outside account to us, so it waits for the last connection to it."""
    provider = PROVIDERS[connection.provider]
    client = provider.oauth
    same = Connection.objects.filter(provider=connection.provider, external_id=connection.external_id)
    others = same.exclude(pk=connection.pk).exclude(state=ConnectionState.DISCONNECTED)
    if client is None or others.exists():
        return True
    if not provider.ends_grants:
        return False
    try:
        credentials = connection.credentials
        client.revoke(token=credentials.get("refresh_token") or credentials.get("access_token", ""))
    except HubError as error:
        log.warning("connection.revoke_failed", connection_id=connection.pk, code=error.code)
        return False
    return True


def _people_to_tell(connection: Connection) -> list[User]:
    """The owner; for a connection of the account, those who may mend it."""
    if connection.owner:
        return [connection.owner]
    return people_with(account_id=connection.account_id, right=Right.EDIT_ACCOUNT_SETTINGS)


def _alert(connection: Connection) -> None:
    """Told once for one trouble: the key holds when it began."""
    page = reverse("connections:detail", args=[connection.account_id, connection.pk])
    notifications_send(
        account_id=connection.account_id,
        kind=CONNECTION_ATTENTION,
        key=f"{_told_key(connection)}{connection.alerted_at:%Y%m%dT%H%M%S%f}",
        people=_people_to_tell(connection),
        words=lambda: _alert_words(connection, f"{settings.BASE_URL}{page}"),
        url=page,
    )


def _told_key(connection: Connection) -> str:
    return f"connection:{connection.pk}:attention:"


def _alert_words(connection: Connection, url: str) -> NotificationWords:
    provider = PROVIDERS[connection.provider]
    advice = provider.error_guide.get(connection.last_error_code)
    context = {"connection": connection, "provider": provider, "advice": advice, "url": url}
    return NotificationWords(
        title=_("%(provider)s needs your attention") % {"provider": provider.name},
        text=str(advice.words) if advice else "",
        email_text=render_to_string("connections/email/attention.txt", context),
        email_html=render_to_string("connections/email/attention.html", context),
    )


def _audit(actor: Actor, action: str, connection: Connection, detail: dict[str, object]) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="connection",
        target_id=connection.pk,
        target_label=connection.identity,
        detail={"provider": connection.provider, **detail},
    )
