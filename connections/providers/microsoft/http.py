"""Requests to Microsoft: our guarded session, which trusts a CA of one's own where the installation names one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from django.conf import settings

from hubclone.lib.errors import TransientError
from hubclone.lib.outbound.http import session


def microsoft_session() -> requests.Session:  # noqa: TID251 - a guarded one
    """A new session. Raises what a guarded one raises, and OSError when the CA's file is not there."""
    made = session()
    if settings.MICROSOFT["ca_file"]:
        made.verify = settings.MICROSOFT["ca_file"]
    return made


@contextmanager
def transport_errors() -> Iterator[None]:
    """What fails below HTTP may work later."""
    try:
        yield
    except (requests.RequestException, OSError) as error:
        raise TransientError("Microsoft did not answer.", code="PROVIDER_UNREACHABLE") from error
