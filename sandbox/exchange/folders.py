"""Calendars as folders: ``GetFolder``, ``FindFolder``, ``ConvertId``."""

from __future__ import annotations

import base64

from sandbox.exchange.accounts import (
    READS,
    ROLES,
    WRITES,
    account_get,
    calendar_of,
    denied,
    folder_open,
    has_access,
    no_folder,
    rank,
)
from sandbox.exchange.endpoint import Call, operation
from sandbox.exchange.item_store import change_key
from sandbox.exchange.soap import Element, EwsError, answered, child, failure, flag, local, m, success, t
from sandbox.store import Row, Store

_ROOTS = {"root": ("Root", ""), "msgfolderroot": ("Top of Information Store", "root")}
_MAIL = {
    "inbox": ("Inbox", "msgfolderroot"),
    "sentitems": ("Sent Items", "msgfolderroot"),
    "deleteditems": ("Deleted Items", "msgfolderroot"),
}
_PLAIN = {**_ROOTS, **_MAIL}


@operation("ConvertId")
def convert_id(call: Call) -> Element:
    """Ids in other spellings: here every one stays as it is."""
    messages = []
    for source in call.request.iterfind("m:SourceIds/*", {"m": call.request.nsmap["m"]}):
        error = EwsError("ErrorInvalidIdMalformed", "Id is malformed.")
        messages.append(failure("ConvertId", error) if source.get("Id") == "DUMMY" else _converted(call, source))
    return answered("ConvertId", messages)


def _converted(call: Call, source: Element) -> Element:
    xsi = "{http://www.w3.org/2001/XMLSchema-instance}type"
    to = call.request.get("DestinationFormat", "EwsId")
    alternate = m("AlternateId", Format=to, Id=source.get("Id"), Mailbox=source.get("Mailbox"))
    alternate.set(xsi, "t:AlternateIdType")
    return success("ConvertId", alternate)


@operation("GetFolder")
def get_folder(call: Call) -> Element:
    """Calendars by id or by what they are to a mailbox."""
    fields = _fields(child(call.request, "m:FolderShape"))
    messages = []
    for wanted in child(call.request, "m:FolderIds"):
        try:
            messages.append(success("GetFolder", m("Folders", _folder_of(call, wanted, fields))))
        except EwsError as error:
            messages.append(_refusal("GetFolder", error))
    return answered("GetFolder", messages)


def _refusal(name: str, error: EwsError) -> Element:
    """The schema wants the list, empty, beside an error."""
    message = failure(name, error)
    message.append(m("Folders"))
    return message


def _fields(shape: Element) -> set[str]:
    return {path.get("FieldURI", "") for path in shape.iter() if local(path) == "FieldURI"}


def _folder_of(call: Call, wanted: Element, fields: set[str]) -> Element:
    owner, name = mailbox_of(call, wanted), wanted.get("Id", "")
    if local(wanted) == "FolderId" and (root := _root_decoded(name)):
        owner, name = root
    if name in _PLAIN:
        _root_open(call, owner)
        return _plain(owner, name)
    return folder_element(call, folder_wanted(call, wanted), fields)


def mailbox_of(call: Call, wanted: Element) -> str:
    """The mailbox that a distinguished folder is asked of: the caller's own where none is named."""
    named = wanted.findtext(".//{*}EmailAddress")
    owner = (named or call.account).lower()
    if account_get(call.store, owner) is None:
        raise EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
    return owner


def folder_wanted(call: Call, wanted: Element, need: int = READS) -> Row:
    """The calendar of a ``FolderId`` or ``DistinguishedFolderId``. Raises EwsError."""
    name = wanted.get("Id", "")
    if local(wanted) == "FolderId":
        row = call.store.one("select * from exchange_folder where id = ?", (name,))
        return folder_open(call.store, call.account, row, need)
    if name != "calendar":
        raise no_folder()
    return folder_open(call.store, call.account, calendar_of(call.store, mailbox_of(call, wanted)), need)


def folder_element(call: Call, row: Row, fields: set[str] | None = None) -> Element:
    """``CalendarFolder``."""
    total = call.store.count("select count(*) from exchange_item where folder = ? and deleted = 0", (row["id"],))
    held = rank(call.store, row, call.account)
    parent = _root_id(row["owner"], "msgfolderroot")
    distinguished = row["is_default"] and fields is not None and "folder:DistinguishedFolderId" in fields
    return t(
        "CalendarFolder",
        t("FolderId", Id=row["id"], ChangeKey=change_key(row["seq"])),
        t("ParentFolderId", Id=parent, ChangeKey=change_key(0)),
        t("FolderClass", "IPF.Appointment"),
        t("DisplayName", row["name"]),
        t("TotalCount", str(total)),
        t("ChildFolderCount", "0"),
        _rights(held),
        t("DistinguishedFolderId", "calendar") if distinguished else None,
    )


def _rights(held: int) -> Element:
    writes, owns = held >= WRITES, held == ROLES.index("owner")
    return t(
        "EffectiveRights",
        t("CreateAssociated", flag(owns)),
        t("CreateContents", flag(writes)),
        t("CreateHierarchy", flag(owns)),
        t("Delete", flag(writes)),
        t("Modify", flag(writes)),
        t("Read", flag(held >= READS)),
        t("ViewPrivateItems", flag(owns)),
    )


def _root_id(owner: str, name: str) -> str:
    return base64.b64encode(b"\x00\x03\x24\x00" + f"{name}:{owner}".encode()).decode()


def _root_decoded(folder_id: str) -> tuple[str, str] | None:
    """Owner and name of a root's id, None for another id."""
    try:
        raw = base64.b64decode(folder_id, validate=True)
    except ValueError:
        return None
    name, _, owner = raw[4:].decode("utf-8", "replace").partition(":")
    return (owner, name) if raw[:4] == b"\x00\x03\x24\x00" else None


def _plain(owner: str, name: str) -> Element:
    """A root of a mailbox, or a folder for mail, which is always empty."""
    display, parent = _PLAIN[name]
    return t(
        "Folder",
        t("FolderId", Id=_root_id(owner, name), ChangeKey=change_key(0)),
        t("ParentFolderId", Id=_root_id(owner, parent), ChangeKey=change_key(0)) if parent else None,
        t("FolderClass", "IPF.Note") if name in _MAIL else None,
        t("DisplayName", display),
        t("TotalCount", "0"),
        t("ChildFolderCount", "0" if name in _MAIL else "1"),
        _rights(ROLES.index("owner")),
    )


def _root_open(call: Call, owner: str) -> None:
    """A share of a calendar opens no other folder of its mailbox."""
    if not has_access(call.store, owner, call.account):
        raise denied()


def _below(call: Call, owner: str, name: str) -> list[Element]:
    """Everything below a root, however deep."""
    calendars = [folder_element(call, row) for row in _calendars(call.store, owner)]
    roots = [_plain(owner, "msgfolderroot")] if name == "root" else []
    return roots + calendars + [_plain(owner, mail) for mail in _MAIL]


def _calendars(store: Store, owner: str) -> list[Row]:
    return store.all(
        "select * from exchange_folder where owner = ? and deleted = 0 order by is_default desc, name", (owner,)
    )


@operation("FindFolder")
def find_folder(call: Call) -> Element:
    """The calendars of a mailbox that the caller may open."""
    messages = []
    for wanted in child(call.request, "m:ParentFolderIds"):
        try:
            messages.append(_found(call, wanted))
        except EwsError as error:
            messages.append(failure("FindFolder", error))
    return answered("FindFolder", messages)


def _found(call: Call, wanted: Element) -> Element:
    if local(wanted) == "FolderId":
        owner, name = _root_decoded(wanted.get("Id", "")) or ("", "")
    else:
        owner, name = mailbox_of(call, wanted), wanted.get("Id", "")
    if name in _PLAIN:
        _root_open(call, owner)
    else:
        folder_wanted(call, wanted)
    shown = _below(call, owner, name) if name in _ROOTS else []
    total = {"TotalItemsInView": str(len(shown)), "IncludesLastItemInRange": "true"}
    return success("FindFolder", m("RootFolder", t("Folders", shown), **total, IndexedPagingOffset=str(len(shown))))
