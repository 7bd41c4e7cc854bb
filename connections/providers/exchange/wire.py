"""Exchange's web services over exchangelib, on our guarded connections.

Nothing is shared: the library keeps its protocols, with passwords, in a cache of the process; ours are made for one
caller and never cached. It retries nothing: jobs do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import requests
from exchangelib import DELEGATE, UTC, Account, Configuration, Credentials
from exchangelib.errors import ErrorServerBusy, ResponseMessageError, TransportError, UnauthorizedError
from exchangelib.fields import FieldPath
from exchangelib.folders import Folder
from exchangelib.properties import DistinguishedFolderId, FolderId, Mailbox
from exchangelib.protocol import CachingProtocol, FailFast, Protocol
from exchangelib.services import GetFolder
from exchangelib.transport import DEFAULT_HEADERS

from connections.providers.exchange.versions import version_read
from hubclone.lib.outbound.exchange_http import ExchangeAdapter, ExchangeSession
from hubclone.lib.outbound.guard import CONNECT_SECONDS
from hubclone.lib.outbound.retry import retry_after

READ_SECONDS = 30.0
ERROR_PAGE = "genericerrorpage.htm"
LOCKED_OUT = b"currently locked out"
FOLDER_PATHS = [
    FieldPath(field=Folder.get_field_by_fieldname(name))
    for name in ("name", "folder_class", "effective_rights", "parent_folder_id")
]
Element = Any
"""An lxml element."""


class Redirected(TransportError):  # type: ignore[misc]
    """The server answers with another address, which is not followed."""


class UserLocked(UnauthorizedError):  # type: ignore[misc]
    """Too many wrong passwords: the right one is refused as well, for a while."""


class _OwnCredentials(Credentials):  # type: ignore[misc]
    """Equal to nothing but themselves, so that no cache can take one person's for another's."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class _Uncached(CachingProtocol):  # type: ignore[misc]
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """A new one each time."""
        return type.__call__(cls, *args, **kwargs)


class _GuardedProtocol(Protocol, metaclass=_Uncached):  # type: ignore[misc]
    """The library's protocol, whose sessions are ours."""

    HTTP_ADAPTER_CLS = ExchangeAdapter
    USERAGENT = "Hubclone"

    @classmethod
    def raw_session(cls, prefix: str, *args: Any, **kwargs: Any) -> requests.Session:  # noqa: TID251
        """A guarded session; ``prefix`` would be the only address that the library's adapter is for."""
        session = ExchangeSession()
        session.headers.update(DEFAULT_HEADERS)
        session.headers["User-Agent"] = cls.USERAGENT
        return session


class _Policy(FailFast):  # type: ignore[misc]
    """What an answer's status means. The library's own reading takes a closed connection for a busy server."""

    def raise_response_errors(self, response: requests.Response) -> None:
        """Raises errors of exchangelib, without the answer's text."""
        status, location = response.status_code, response.headers.get("location", "")
        if status == 401:
            raise (UserLocked if LOCKED_OUT in response.content else UnauthorizedError)("The sign-in was refused.")
        if status in {429, 503} or ERROR_PAGE in location:
            raise ErrorServerBusy("The server is busy.", back_off=retry_after(response.headers))
        if 300 <= status < 400:
            raise Redirected("The server sends us elsewhere.")
        if status != 200:
            response.headers.pop("connection", None)
            super().raise_response_errors(response)


def account_open(*, email: str, credentials: Mapping[str, str], timeout_seconds: float = READ_SECONDS) -> Account:
    """An account to talk to; makes no request. Not to be shared between threads.

    ``credentials`` is what a connection keeps: user_name, password, url, version, auth_type.
    """
    config = Configuration(
        service_endpoint=credentials["url"],
        credentials=_OwnCredentials(credentials["user_name"], credentials["password"]),
        auth_type=credentials["auth_type"],
        version=version_read(credentials.get("version", "")),
        retry_policy=_Policy(),
        max_connections=1,
    )
    account = Account(email, config=config, autodiscover=False, access_type=DELEGATE, default_timezone=UTC)
    del Protocol[config]
    account.protocol = _GuardedProtocol(config=config)
    account.protocol.TIMEOUT = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
    return account


class _SignedInFolderId(DistinguishedFolderId):  # type: ignore[misc]
    """A folder of whoever signs in; the library asks for an address always."""

    def clean(self, version: Any = None) -> None:
        """As for a plain folder id."""
        FolderId.clean(self, version=version)


class _FolderElements(GetFolder):  # type: ignore[misc]
    """GetFolder whose answers stay XML."""

    ERRORS_TO_CATCH_IN_RESPONSE = (ResponseMessageError,)

    def _elems_to_objs(self, elems: Iterable[Element]) -> Iterator[Element]:
        yield from elems


def folders_get(account: Account, ids: Iterable[FolderId | DistinguishedFolderId]) -> list[Element | Exception]:
    """Folders as XML, in the order asked for; an exception for one that cannot be had."""
    found = _FolderElements(account=account).call(folders=list(ids), additional_fields=FOLDER_PATHS, shape="IdOnly")
    return list(found)


def default_calendar(email: str = "") -> DistinguishedFolderId:
    """The main calendar of a mailbox; without an address, of the one that signs in."""
    return _distinguished("calendar", email)


def deleted_items() -> DistinguishedFolderId:
    """Where a mailbox keeps what was deleted, folders too."""
    return _distinguished("deleteditems", "")


def folders_root(email: str = "") -> DistinguishedFolderId:
    """What the folders of a mailbox lie in."""
    return _distinguished("msgfolderroot", email)


def _distinguished(name: str, email: str) -> DistinguishedFolderId:
    if not email:
        return _SignedInFolderId(id=name)
    return DistinguishedFolderId(id=name, mailbox=Mailbox(email_address=email))
