"""Posting push messages and notifications to whoever watches."""

from __future__ import annotations

import urllib.error
import urllib.request

SEND_TIMEOUT_SECONDS = 10


def post(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Send it; answers the status, or ``failed: …`` where nobody answers. The address was checked when it was given."""
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - http or https
    try:
        with urllib.request.urlopen(request, timeout=SEND_TIMEOUT_SECONDS) as response:  # noqa: S310
            return str(response.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return f"failed: {error}"
