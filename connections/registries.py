"""What outside accounts can be connected, how, and what for. Filled in ``AppConfig.ready()``; all of it is data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django import forms
from django.utils.functional import Promise

from accounts.actor import Actor
from connections.choices import ConnectKind, DataDirection
from connections.models import Connection
from hubclone.lib.registry import Registry

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider hands out. ``refresh_token`` is empty when the old one stays good. Never logged: see ``repr``."""

    access_token: str = field(repr=False)
    expires_at: dt.datetime
    refresh_token: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the outside account is: its stable id, and the name (mostly an e-mail address) that people know it by."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """Where to send the browser, and the PKCE verifier to keep until it comes back."""

    url: str
    verifier: str = field(repr=False)


class OAuthClient(Protocol):
    """The wire side of an OAuth provider. Errors: TransientError, and those that each method names."""

    def authorization(
        self, *, redirect_uri: str, scopes: Sequence[str], state: str, login_hint: str = ""
    ) -> Authorization:
        """The consent page's address. No request is made."""

    def code_exchange(self, *, code: str, verifier: str, redirect_uri: str, scopes: Sequence[str]) -> Tokens:
        """Trade the code for tokens; ``Tokens.scopes`` are those granted. Raises CodeRefused."""

    def refresh(self, *, refresh_token: str) -> Tokens:
        """A new access token. Raises GrantRevoked when the grant is over (``invalid_grant``)."""

    def revoke(self, *, token: str) -> None:
        """End the grant; one that is over already is no error. Raises PermanentError where there is no call for it."""

    def identity(self, *, access_token: str) -> Identity:
        """Whose tokens these are."""

    def page_origin(self) -> str:
        """Scheme and host of the consent page, which a form of ours may lead to."""


@dataclass(frozen=True, slots=True)
class FormAccount:
    """What trying a connect form gives: whose account it is, and what is kept, encrypted, to sign in again."""

    identity: Identity
    credentials: Mapping[str, str] = field(repr=False)


class FormClient(Protocol):
    """The wire side of a provider that is connected by a form with a password."""

    def form(self, data: Any, **kwargs: Any) -> forms.Form:
        """The form; ``initial`` as in Django, ``identity`` when one outside account is to be connected again."""

    def attempt(self, data: Mapping[str, Any]) -> FormAccount:
        """Try what was filled in. It takes seconds: never inside a transaction. Raises FieldRefused."""

    def initial(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """What the form shows when connecting again; never a password."""

    def target(self, data: Mapping[str, Any]) -> str:
        """Whose password would be tried, so that attempts can be counted."""


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """A scope and what it allows, in plain words (A14). One without words goes without saying.

    Without one that is not needed we do with less, as with a kind of account that does not have it.
    """

    scope: str
    words: Words = ""
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Advice:
    """What went wrong, in words, and the steps that mend it (A10)."""

    words: Words
    steps: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderDescriptor:
    """A kind of outside account, shown as ``name``; ``choice`` is its longer name in lists.

    ``error_guide`` maps an error's code to words; ``access_page`` is where people see and take back what they granted.
    ``refusals`` maps the ``error`` that the consent page came back with to a key of the guide, where there is one.
    ``is_set_up`` says whether this installation can offer it at all, ``ends_grants`` whether we can give access back
    or only the person can, at ``access_page``.
    """

    key: str
    name: Words
    connect: ConnectKind
    scopes: tuple[ScopeWords, ...]
    error_guide: Mapping[str, Advice]
    oauth: OAuthClient | None = None
    form: FormClient | None = None
    choice: Words = ""
    access_page: str = ""
    refusals: Mapping[str, str] = field(default_factory=dict)
    is_set_up: Callable[[], bool] = lambda: True
    ends_grants: bool = True

    def scope_words(self, scopes: Sequence[str]) -> list[Words]:
        """What these scopes allow; an unknown scope is shown as it is."""
        known = {item.scope: item.words for item in self.scopes}
        return [words for scope in scopes if (words := known.get(scope, scope))]


PROVIDERS: Registry[str, ProviderDescriptor] = Registry("connection providers")


@dataclass(frozen=True, slots=True)
class ConnectPurpose:
    """What a connection is made for.

    ``connected`` runs in the transaction that keeps the connection and answers the address to go to; ``params`` is what
    ``oauth_begin`` was given. ``start`` is where connecting begins. ``disconnecting`` runs before the grant is
    given up, while the provider can still be talked to; ``disconnected`` in the transaction that ends the connection.
    """

    key: str
    start_label: Words
    connected: Callable[[Connection, Actor, Mapping[str, Any]], str]
    start: Callable[[int], str]
    disconnecting: Callable[[Connection], None]
    disconnected: Callable[[Connection], None]


PURPOSES: Registry[str, ConnectPurpose] = Registry("connection purposes")


@dataclass(frozen=True, slots=True)
class SharedData:
    """A kind of thing that goes between an app and the account, and which way (M3)."""

    what: Words
    direction: DataDirection


@dataclass(frozen=True, slots=True)
class Listing:
    """An app as the App Marketplace offers it: connections of ``provider`` for ``purpose``.

    ``summary`` is a sentence, ``overview`` paragraphs. ``reads`` and ``writes`` say what we do with the outside
    account; ``requirements`` what one needs before connecting. ``start`` is where connecting begins, for an account's
    id.
    """

    key: str
    name: Words
    category: Words
    summary: Words
    overview: tuple[Words, ...]
    reads: tuple[Words, ...]
    writes: tuple[Words, ...]
    shared: tuple[SharedData, ...]
    provider: str
    purpose: str
    start: Callable[[int], str]
    features: tuple[Words, ...] = ()
    requirements: tuple[Words, ...] = ()
    icon: str = "plug"
    order: int = 100

    @property
    def descriptor(self) -> ProviderDescriptor:
        """The kind of outside account that it is connected with."""
        return PROVIDERS[self.provider]


LISTINGS: Registry[str, Listing] = Registry("marketplace listings")
"""What the App Marketplace lists, by key, which is a part of its address. Only what is set up is shown."""
