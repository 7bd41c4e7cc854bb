"""``SyncFolderItems``: what changed on a calendar since a state.

A state names a calendar, the epoch of its states and a change number. Series come as masters, whose exceptions and
deleted occurrences are theirs to tell.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from sandbox.exchange.endpoint import Call, operation
from sandbox.exchange.fields import SINGLE_ONLY, Shape, item_element, shape_read
from sandbox.exchange.folders import folder_wanted
from sandbox.exchange.item_store import change_key
from sandbox.exchange.soap import Element, EwsError, answered, child, failure, flag, m, success, t, text_of
from sandbox.store import Row

MAX_CHANGES = 512
_LEFT_OUT = SINGLE_ONLY - {"calendar:Recurrence", "calendar:ModifiedOccurrences", "calendar:DeletedOccurrences"}
_ROWS = """
select * from exchange_item where folder = ? and seq > ? and not (deleted and made > ?) order by seq limit ?
"""


@dataclass(frozen=True)
class State:
    """Where a caller stands. ``seq`` 0 is before everything."""

    folder: str
    epoch: int
    seq: int = 0

    def text(self) -> str:
        """As callers keep it."""
        return base64.b64encode(json.dumps([self.folder, self.epoch, self.seq]).encode()).decode()


def state_read(text: str, folder: Row) -> State:
    """A caller's state. Raises EwsError where it is none of this calendar's, or too old."""
    if not text:
        return State(folder["id"], folder["epoch"])
    try:
        state = State(*json.loads(base64.b64decode(text, validate=True)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _stale() from error
    if (state.folder, state.epoch) != (folder["id"], folder["epoch"]) or state.seq > folder["seq"]:
        raise _stale()
    return state


def _stale() -> EwsError:
    return EwsError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.")


@operation("SyncFolderItems")
def sync_folder_items(call: Call) -> Element:
    """The next changes, oldest first."""
    try:
        return answered("SyncFolderItems", [_changes(call)])
    except EwsError as error:
        message = failure("SyncFolderItems", error)
        message.append(m("SyncState"))
        message.append(m("IncludesLastItemInRange", "true"))
        return answered("SyncFolderItems", [message])


def _changes(call: Call) -> Element:
    folder = folder_wanted(call, child(call.request, "m:SyncFolderId")[0])
    state = state_read(text_of(call.request, "m:SyncState"), folder)
    limit = min(int(text_of(call.request, "m:MaxChangesReturned", "100")), MAX_CHANGES)
    rows = call.store.all(_ROWS, (folder["id"], state.seq, state.seq, limit + 1))
    last = len(rows) <= limit
    seq = folder["seq"] if last else rows[limit - 1]["seq"]
    asked = shape_read(child(call.request, "m:ItemShape"))
    shape = Shape(asked.fields - _LEFT_OUT, asked.properties, asked.body_type)
    return success(
        "SyncFolderItems",
        m("SyncState", State(folder["id"], folder["epoch"], seq).text()),
        m("IncludesLastItemInRange", flag(last)),
        m("Changes", [_change(call, row, state.seq, shape) for row in rows[:limit]]),
    )


def _change(call: Call, row: Row, since: int, shape: Shape) -> Element:
    if row["deleted"]:
        return t("Delete", t("ItemId", Id=row["id"], ChangeKey=change_key(row["seq"])))
    item = item_element(json.loads(row["body"]), shape, viewer=call.account)
    return t("Create" if row["made"] > since else "Update", item)
