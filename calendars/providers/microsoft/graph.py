"""Calls of Microsoft Graph, on our guarded session and our tokens. Only a refused token is tried again here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings

from calendars.providers.microsoft.errors import GraphRefusal, graph_errors
from connections.providers.microsoft.http import microsoft_session
from connections.services.state import connection_noted, connection_succeeded
from connections.services.tokens import access_token_get
from hubclone.lib.errors import PermanentError
from hubclone.lib.outbound.guard import CONNECT_SECONDS

PREFER = 'outlook.timezone="UTC", IdType="ImmutableId"'
NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"
Json = Mapping[str, Any]


class Graph:
    """One connected account. Not to be shared between threads."""

    def __init__(self, connection_id: int, timeout_seconds: float) -> None:
        self._connection_id = connection_id
        self._base: str = settings.MICROSOFT["graph_url"]
        self._session = microsoft_session()
        self._timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """GET."""
        return self.call("GET", path, params=params)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        prefer: str = "",
    ) -> Json:
        """One call; the answer's JSON, {} without any. ``path`` begins after the version, or is a link of Graph's."""
        url = path if path.startswith("https:") else f"{self._base}{path}"
        with graph_errors(self._connection_id):
            answer = self._answer(method, url, params, body, prefer)
            if not 200 <= answer.status_code < 300:
                raise GraphRefusal(answer)
            found = answer.json() if answer.content else {}
            if not isinstance(found, Mapping):
                raise TypeError("not an object")
        connection_succeeded(connection_id=self._connection_id)
        return found

    def pages(self, path: str, *, params: Mapping[str, str] | None = None, prefer: str = "") -> Iterator[Json]:
        """Every page, by the links as they are. Raises PermanentError for a list without end or a link elsewhere."""
        seen: set[str] = set()
        page = self.call("GET", path, params=params, prefer=prefer)
        while link := page.get(NEXT):
            yield page
            if link in seen or len(seen) >= settings.CALENDAR_PAGES_MOST:
                raise PermanentError("Microsoft's list does not end.", code="TOO_MANY_PAGES")
            seen.add(link)
            if not self.is_own(link):
                raise PermanentError("Microsoft's list leads to another host.", code="FOREIGN_LINK")
            page = self.call("GET", link, prefer=prefer)
        yield page

    def is_own(self, link: str) -> bool:
        """Whether a link leads to the Graph that we talk to: our token is for nobody else."""
        base, found = urlsplit(self._base), urlsplit(link)
        is_same = (base.scheme, base.netloc) == (found.scheme, found.netloc)
        return is_same and found.path.startswith(f"{base.path}/") and "/../" not in found.path

    def _answer(
        self, method: str, url: str, params: Mapping[str, str] | None, body: Json | None, prefer: str
    ) -> requests.Response:
        """A token that is refused is renewed once."""
        token = self._token()
        for last in (False, True):
            answer = self._session.request(
                method,
                url,
                params=params,
                json=body,
                headers={"Authorization": f"Bearer {token}", "Prefer": ", ".join(filter(None, [PREFER, prefer]))},
                timeout=self._timeout,
            )
            if answer.status_code != 401 or last:
                break
            token = self._token(stale=token)
        return answer

    def _token(self, stale: str | None = None) -> str:
        try:
            return access_token_get(connection_id=self._connection_id, stale=stale).token
        except PermanentError as error:
            connection_noted(connection_id=self._connection_id, code=error.code)
            raise
