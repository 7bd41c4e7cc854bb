"""What a request handler is given: the store and the parts that live beside it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Faults
from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.google.push import Pusher
    from sandbox.microsoft.push import Notifier
    from sandbox.providers import Part

BASE_MARK = "{{sandbox}}"
"""Stands for the sandbox's own address in stored data, because the port may differ after a restart."""


class Refusal(Exception):
    """An error that is an answer of a stand-in's API."""

    def response(self) -> Response:
        """The answer."""
        raise NotImplementedError


class Ask(Request):
    """A request, bounded at 64 MB because bulk control calls are large."""

    max_content_length = 64 * 1024 * 1024
    max_form_memory_size = 4 * 1024 * 1024

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object, {} when it is empty. Raises ValueError for anything else."""
        data = self.get_data()
        body = {} if not data else json.loads(data)
        if not isinstance(body, dict):
            raise ValueError("a JSON object is expected")
        return body


@dataclass
class Box:
    """The running sandbox."""

    store: Store
    faults: Faults
    counts: Counter[str] = field(default_factory=Counter)
    url: str = ""
    smtp_port: int = 0
    https_url: str = ""
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def pusher(self) -> Pusher:
        """The sender of Google's push messages."""
        return cast("Pusher", self.parts["google"])

    @property
    def notifier(self) -> Notifier:
        """The sender of Graph's change notifications."""
        return cast("Notifier", self.parts["microsoft"])

    def outside(self, text: str) -> str:
        """Stored text with the sandbox's address filled in."""
        return text.replace(BASE_MARK, self.url)


Handler = Callable[..., Response]
ROUTES: list[Rule] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a handler: ``handler(box, ask, **path_arguments) -> Response``."""

    def register(handler: Handler) -> Handler:
        ROUTES.append(Rule(path, methods=method.split(","), endpoint=handler))
        return handler

    return register


def slug(text: str) -> str:
    """Letters, digits and dashes only, for ids in HTML."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
