"""The demo's Microsoft: our client is known to the stand-in, so that anybody can connect Office 365."""

from __future__ import annotations

from django.conf import settings

from accounts.demo import DemoContext
from accounts.registries import DEMO_LOADERS
from hubclone.lib.errors import PermanentError
from hubclone.lib.outbound.http import session

ACCOUNTS = ("anna@northwind.example", "jan@northwind.example", "marta@outlook.example")


@DEMO_LOADERS.registered("calendars.microsoft")
def load(context: DemoContext) -> None:
    """Register the client each time, for a stand-in that was reset knows nobody. Nothing to do without a client."""
    client = {name: settings.MICROSOFT[name] for name in ("client_id", "client_secret")}
    if not client["client_id"]:
        return
    answer = session().post(f"{settings.SANDBOX_URL}/_control/microsoft/client", json=client)
    if answer.status_code >= 300:
        raise PermanentError(f"The sandbox refused the client: {answer.status_code}.", code="SANDBOX_REFUSED")
    context.output["microsoft"] = {"accounts": list(ACCOUNTS)}
