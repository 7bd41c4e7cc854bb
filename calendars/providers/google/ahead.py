"""Asking for the next page while the last one is being worked on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError
from google_auth_httplib2 import AuthorizedHttp

from hubclone.lib.outbound.httplib2_http import guarded_http

USUAL_TURN_SECONDS, SHORT_TURN_SECONDS = sys.getswitchinterval(), 0.0005


class Ahead:
    """Runs one request at a time in a thread, with the token that there is; the thread never touches the database."""

    def __init__(self, credentials: Credentials, timeout_seconds: float) -> None:
        self._credentials = credentials
        self._http = AuthorizedHttp(_FixedToken(credentials), http=guarded_http(timeout_seconds))

    @contextmanager
    def begun(self, request: Any) -> Iterator[Callable[[], Any]]:
        """Begin now; call what this gives to wait for the answer or the library's error.

        None when the token was refused meanwhile: then the call is to be made in the usual way, which renews it.
        """
        pool = ThreadPoolExecutor(1, thread_name_prefix="google-page")
        future = pool.submit(request.execute, http=self._http, num_retries=0)

        def answer() -> Any:
            try:
                return future.result()
            except RefreshError:
                return None

        try:
            with _short_turns():
                yield answer
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _short_turns() -> Iterator[None]:
    """While a page is worked on, the thread that reads needs the interpreter for moments, one after each wait for its
    socket. At turns of 5 ms each would come that much late: the request alone is sent after two or three of them.
    The turns are the process's: they are long again when the first of several such readings ends."""
    sys.setswitchinterval(SHORT_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(USUAL_TURN_SECONDS)


class _FixedToken(Credentials):
    """The token of other credentials, as it is; renewing it is left to them."""

    def __init__(self, source: Credentials) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._source = source

    def before_request(self, request: object, method: str, url: str, headers: dict[str, str]) -> None:
        """Add the token without asking whether it is still good."""
        headers["authorization"] = f"Bearer {self._source.token}"

    def refresh(self, request: object) -> None:
        """Google answered 401."""
        raise RefreshError("The token was refused.")  # type: ignore[no-untyped-call]
