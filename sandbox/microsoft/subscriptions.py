"""``/subscriptions``: made after the receiver proved itself, renewed, read and deleted."""

from __future__ import annotations

import re
import secrets
import urllib.error
import urllib.request
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft.access import GRAPH, account_of, answer, calendar_open, caller
from sandbox.microsoft.errors import GraphError, invalid
from sandbox.microsoft.events import given_body
from sandbox.microsoft.grants import Bearer
from sandbox.microsoft.scopes import READ
from sandbox.microsoft.zones import utc_text
from sandbox.sending import SEND_TIMEOUT_SECONDS
from sandbox.store import Row
from sandbox.times import now_seconds

PATH = GRAPH + "/subscriptions"
MAX_SECONDS = 10080 * 60
_CHANGES = {"created", "updated", "deleted"}
_ALL = re.compile(r"/?(me|users/[^/]+)/events/?", re.IGNORECASE)
_ONE = re.compile(r"/?(?:me|users/[^/]+)/calendars/([^/]+)/events/?", re.IGNORECASE)


def _shown(box: Box, row: Row) -> dict[str, Any]:
    account = account_of(box.store, row["account"])
    return {
        "id": row["id"],
        "resource": row["resource"],
        "applicationId": row["client_id"],
        "changeType": row["change_type"],
        "clientState": row["client_state"] or None,
        "notificationUrl": row["url"],
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": row["lifecycle_url"] or None,
        "expirationDateTime": utc_text(row["expires"]),
        "creatorId": account["oid"],
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }


@route("POST", PATH)
def subscription_create(box: Box, ask: Ask) -> Response:
    """Validate the receiver, then answer 201."""
    bearer = caller(box, ask, READ)
    given = given_body(ask)
    wanted = _read(box, bearer, given)
    for url in dict.fromkeys(url for url in (wanted["url"], wanted["lifecycle_url"]) if url):
        _validate(box, url)
    box.store.run(
        "insert into microsoft_subscription (id, account, client_id, resource, calendar, change_type, url,"
        " lifecycle_url, client_state, expires) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tuple(wanted.values()),
    )
    box.notifier.reload()
    return answer(ask, "subscriptions/$entity", _shown(box, _row(box, bearer, wanted["id"])), 201)


def _read(box: Box, bearer: Bearer, given: dict[str, Any]) -> dict[str, Any]:
    """The values of a new row. Raises 400."""
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not given.get(name):
            raise invalid(f"{name} is required.", "InvalidRequest")
    changes = {part.strip().lower() for part in str(given["changeType"]).split(",")}
    if not changes <= _CHANGES:
        raise invalid("Subscription validation request failed: changeType.", "InvalidRequest")
    state = str(given.get("clientState") or "")
    if len(state) > 128:
        raise invalid("clientState is longer than 128 characters.", "InvalidRequest")
    return {
        "id": str(uuid.uuid4()),
        "account": bearer.account,
        "client_id": bearer.client_id,
        "resource": str(given["resource"]),
        "calendar": _resource(box, bearer.account, str(given["resource"])),
        "change_type": ",".join(sorted(changes)),
        "url": _address(given["notificationUrl"]),
        "lifecycle_url": _address(given["lifecycleNotificationUrl"]) if given.get("lifecycleNotificationUrl") else "",
        "client_state": state,
        "expires": _expiry(given["expirationDateTime"]),
    }


def _resource(box: Box, account: str, resource: str) -> str:
    """The calendar's alias; "" for all that the account owns. Raises 400 for what cannot be watched."""
    found = _ONE.fullmatch(resource)
    if found is not None:
        return str(calendar_open(box.store, account, found[1], "read")["alias"])
    if _ALL.fullmatch(resource) is None:
        raise invalid(f"Resource '{resource}' is not supported.", "InvalidRequest")
    return ""


def _address(url: Any) -> str:
    """http is taken for loopback alone, which the real one never does. Raises 400."""
    parts = urlsplit(str(url))
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or parts.scheme not in ({"http", "https"} if loopback else {"https"}):
        raise invalid("The underlying notificationUrl must be https.", "InvalidRequest")
    return str(url)


def _expiry(text: Any) -> float:
    """Epoch seconds. Raises 400 for the past and for what is too far."""
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text)))
    except ValueError as error:
        raise invalid("expirationDateTime is not valid.", "InvalidRequest") from error
    if moment.tzinfo is None:
        raise invalid("expirationDateTime is not valid.", "InvalidRequest")
    left = moment.timestamp() - now_seconds()
    if left <= 0:
        raise invalid("Subscription expiration must be in the future.", "InvalidRequest")
    if left > MAX_SECONDS + 60:
        raise invalid("Subscription expiration can only be 10080 minutes in the future.", "ExtensionError")
    return moment.timestamp()


def _validate(box: Box, url: str) -> None:
    """Post ``?validationToken=`` and expect it back as plain text. Raises 400 ValidationError."""
    token = f"Validation: Testing client application reachability for subscription Request-Id: {secrets.token_hex(8)}"
    mark = "&" if urlsplit(url).query else "?"
    request = urllib.request.Request(  # noqa: S310 - http or https, checked before
        f"{url}{mark}validationToken={quote(token)}", b"", {"Content-Type": "text/plain; charset=utf-8"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SEND_TIMEOUT_SECONDS) as response:  # noqa: S310
            said, kind, status = response.read(4096).decode("utf-8", "replace"), response.headers, response.status
    except urllib.error.HTTPError as error:
        raise _unproven(f"NotificationUrl: '{url}' verification failed '{error.code}'.") from error
    except OSError as error:
        raise _unproven(f"NotificationUrl: '{url}' verification failed 'unreachable'.") from error
    if status != 200 or said != token or kind.get_content_type() != "text/plain":
        raise _unproven("Validation token was not echoed as plain text.")


def _unproven(text: str) -> GraphError:
    return GraphError(400, "ValidationError", f"Subscription validation request failed. {text}")


def _row(box: Box, bearer: Bearer, subscription_id: str) -> Row:
    row = box.store.one(
        "select * from microsoft_subscription where id = ? and account = ? and client_id = ? and removed = 0"
        " and expires > ?",
        (subscription_id, bearer.account, bearer.client_id, now_seconds()),
    )
    if row is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return row


@route("GET", PATH)
def subscriptions_list(box: Box, ask: Ask) -> Response:
    """Those of this account and app."""
    bearer = caller(box, ask, READ)
    rows = box.store.all(
        "select * from microsoft_subscription where account = ? and client_id = ? and removed = 0 and expires > ?",
        (bearer.account, bearer.client_id, now_seconds()),
    )
    return answer(ask, "subscriptions", {"value": [_shown(box, row) for row in rows]})


@route("GET", PATH + "/<subscription_id>")
def subscription_get(box: Box, ask: Ask, subscription_id: str) -> Response:
    """One."""
    return answer(ask, "subscriptions/$entity", _shown(box, _row(box, caller(box, ask, READ), subscription_id)))


@route("PATCH", PATH + "/<subscription_id>")
def subscription_renew(box: Box, ask: Ask, subscription_id: str) -> Response:
    """A later ``expirationDateTime`` (or another address), which also reauthorizes."""
    bearer = caller(box, ask, READ)
    row = _row(box, bearer, subscription_id)
    given = given_body(ask)
    expires = _expiry(given["expirationDateTime"]) if given.get("expirationDateTime") else row["expires"]
    url = _address(given["notificationUrl"]) if given.get("notificationUrl") else row["url"]
    if url != row["url"]:
        _validate(box, url)
    box.store.run(
        "update microsoft_subscription set expires = ?, url = ?, silent = 0 where id = ?", (expires, url, row["id"])
    )
    return answer(ask, "subscriptions/$entity", _shown(box, _row(box, bearer, subscription_id)))


@route("POST", PATH + "/<subscription_id>/reauthorize")
def subscription_reauthorize(box: Box, ask: Ask, subscription_id: str) -> Response:
    """Notifications go on after reauthorizationRequired."""
    row = _row(box, caller(box, ask, READ), subscription_id)
    box.store.run("update microsoft_subscription set silent = 0 where id = ?", (row["id"],))
    return Response(status=204)


@route("DELETE", PATH + "/<subscription_id>")
def subscription_delete(box: Box, ask: Ask, subscription_id: str) -> Response:
    """204; 404 for one that is not there."""
    row = _row(box, caller(box, ask, READ), subscription_id)
    box.store.run("update microsoft_subscription set removed = 1 where id = ?", (row["id"],))
    box.notifier.reload()
    return Response(status=204)
