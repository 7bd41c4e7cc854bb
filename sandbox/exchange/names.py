"""``ResolveNames``: who is meant by a name or an address."""

from __future__ import annotations

from sandbox.exchange.endpoint import Call, operation
from sandbox.exchange.fields import mailbox_element
from sandbox.exchange.soap import Element, EwsError, answered, failure, m, success, t, text_of


@operation("ResolveNames")
def resolve_names(call: Call) -> Element:
    """Mailboxes whose address begins so, or whose name does in any of its words."""
    wanted = text_of(call.request, "m:UnresolvedEntry").lower().removeprefix("smtp:")
    rows = call.store.all("select email, name from exchange_account order by name")
    found = [
        dict(row)
        for row in rows
        if row["email"].startswith(wanted) or any(word.startswith(wanted) for word in row["name"].lower().split())
    ]
    if not wanted or not found:
        error = EwsError("ErrorNameResolutionNoResults", "No results were found.")
        return answered("ResolveNames", [failure("ResolveNames", error)])
    resolutions = [t("Resolution", mailbox_element("Mailbox", one)) for one in found]
    told = {"TotalItemsInView": str(len(found)), "IncludesLastItemInRange": "true"}
    return answered("ResolveNames", [success("ResolveNames", m("ResolutionSet", resolutions, **told))])
