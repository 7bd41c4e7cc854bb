"""The guard for exchangelib, which opens its sockets through an adapter of requests.

Whatever the environment says of proxies and authorities is not listened to; an answer has an end, in bytes and in time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import requests
from django.conf import settings

from hubclone.lib.errors import TransientError
from hubclone.lib.outbound.guard import CONNECT_SECONDS
from hubclone.lib.outbound.http import GuardedAdapter, GuardedSession

READ_SECONDS = 30.0
ANSWER_SECONDS = 60.0
ANSWER_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 16 * 1024


class AnswerTooLong(TransientError):
    """The server's answer was larger, or took longer, than any answer that makes sense."""

    code = "ANSWER_TOO_LONG"


class _Bounded(requests.Response):
    """An answer that has an end."""

    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        """As in requests, but for the library, which asks for an answer byte by byte. Raises AnswerTooLong."""
        length, end = 0, time.monotonic() + ANSWER_SECONDS
        for chunk in super().iter_content(CHUNK_BYTES if chunk_size == 1 else chunk_size, decode_unicode):
            length += len(chunk)
            if length > ANSWER_BYTES or time.monotonic() > end:
                self.close()
                raise AnswerTooLong
            yield chunk


class ExchangeAdapter(GuardedAdapter):
    """Guarded sockets; with EXCHANGE_CA_FILE only servers of that authority are trusted."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """As in requests, without proxies."""
        return super().send(
            request,
            stream=stream,
            timeout=timeout or (CONNECT_SECONDS, READ_SECONDS),
            verify=settings.EXCHANGE_CA_FILE or True,
            cert=None,
            proxies=None,
        )

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """As in requests, with an end. It is not read here: NTLM looks at the connection that it came by."""
        response = super().build_response(req, resp)
        response.__class__ = _Bounded
        return response


class ExchangeSession(GuardedSession):
    """The guarded session, with the adapter above for every address."""

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, ExchangeAdapter(max_retries=0))
