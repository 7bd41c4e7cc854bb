"""Plain HTTP to the sandbox, as a browser or another program sends it."""

from __future__ import annotations

from typing import Any

import requests

Session = requests.Session


def get(url: str, **more: Any) -> requests.Response:
    """GET, redirects not followed."""
    return requests.request("GET", url, timeout=60, allow_redirects=False, **more)


def post(url: str, **more: Any) -> requests.Response:
    """POST, redirects not followed."""
    return requests.request("POST", url, timeout=60, allow_redirects=False, **more)


def session(ca_file: str) -> Session:
    """One that trusts this CA and nothing of the environment."""
    made = Session()
    made.trust_env = False
    made.verify = ca_file
    return made
