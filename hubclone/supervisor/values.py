"""The environment that the processes get: what the person set, then what `up` provides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hubclone.environment import VARIABLES

DEMO_CLIENT = ("hubclone-demo", "hubclone-demo-secret")
SANDBOX_PORTS = ("sandbox", "sandbox_tls", "smtp")
"""By the names under which the home keeps them."""


def demo_values(ports: Mapping[str, int], sandbox_home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """What points the product at the sandbox instead of the world; all visitors of a demo share one address.

    ``ports`` are those of SANDBOX_PORTS; in ``sandbox_home`` the sandbox keeps the certificate of its CA.
    """
    sandbox, secure = f"http://127.0.0.1:{ports['sandbox']}", f"https://127.0.0.1:{ports['sandbox_tls']}"
    smtp_port = ports["smtp"]
    reached = [f"127.0.0.1/32:{ports[name]}" for name in SANDBOX_PORTS]
    client_id, client_secret = DEMO_CLIENT
    return {
        "DEMO": "1",
        "BOOKING_ATTEMPTS_MOST": "100000",
        "SANDBOX_URL": sandbox,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAIL_FROM": given.get("MAIL_FROM") or "Hubclone <no-reply@hubclone.test>",
        "OUTBOUND_ALLOWED": ",".join([*filter(None, [given.get("OUTBOUND_ALLOWED")]), *reached]),
        "GOOGLE_CLIENT_ID": client_id,
        "GOOGLE_CLIENT_SECRET": client_secret,
        "GOOGLE_AUTH_URI": f"{sandbox}/google/o/oauth2/v2/auth",
        "GOOGLE_TOKEN_URI": f"{sandbox}/google/token",
        "GOOGLE_REVOKE_URI": f"{sandbox}/google/revoke",
        "GOOGLE_API_URL": f"{sandbox}/google",
        "MICROSOFT_CLIENT_ID": client_id,
        "MICROSOFT_CLIENT_SECRET": client_secret,
        "MICROSOFT_AUTHORITY": f"{secure}/common",
        "MICROSOFT_AUTH_URI": f"{sandbox}/common/oauth2/v2.0/authorize",
        "MICROSOFT_GRAPH_URL": f"{secure}/microsoft/graph/v1.0",
        "MICROSOFT_CA_FILE": str(sandbox_home / "ca.pem"),
        "EXCHANGE_AUTODISCOVER_URL": f"{sandbox}/autodiscover/autodiscover.xml",
        "EXCHANGE_CA_FILE": str(sandbox_home / "ca.pem"),
    }


def oauthlib_values(values: Mapping[str, str]) -> dict[str, str]:
    """oauthlib refuses http, and narrowed scopes, unless told; it is told only where the token URI is the sandbox's."""
    http = values.get("GOOGLE_TOKEN_URI", "").startswith("http:")
    return {"OAUTHLIB_INSECURE_TRANSPORT": "1", "OAUTHLIB_RELAX_TOKEN_SCOPE": "1"} if http else {}


def written_values(values: Mapping[str, str], home: Path) -> dict[str, str]:
    """What environment.json holds, for commands that are started by hand beside a running stack."""
    return {"HUB_HOME": str(home), **{name: values[name] for name in VARIABLES if values.get(name)}}
