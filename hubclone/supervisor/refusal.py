"""Why `up` does not start."""

from __future__ import annotations

import errno

from hubclone.embedded.errors import DISK_FULL


class Refusal(Exception):
    """One clear line for the person at the keyboard, who sees it without a traceback."""


def refusal_of(error: OSError, where: object) -> Refusal:
    """The line for a refusal of the system while ``where`` was prepared."""
    place = error.filename or where
    if error.errno in DISK_FULL:
        return Refusal(f"The disk that holds {place} is full.")
    if error.errno == errno.EROFS:
        return Refusal(f"{place} is on a read-only disk: set HUB_HOME to a folder that can be written.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Refusal(f"{place} cannot be written by this user: set HUB_HOME to a folder that can.")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return Refusal(f"{place} is not a folder: set HUB_HOME to one.")
    return Refusal(f"{place}: {error.strerror or error}.")
