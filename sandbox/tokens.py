"""Access tokens of a stand-in that asks for consent: given for a grant, good for an hour, ended with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.store import Row, Store
from sandbox.times import now_seconds

ACCESS_SECONDS = 3599
CODE_SECONDS = 600


@dataclass(frozen=True)
class AccessTokens:
    """Those in the table ``<name>_token``, of the grants in ``<name>_grant``.

    ``lead`` begins each token, ``size`` is how many random bytes follow. ``live`` is what a grant's ``revoked`` holds
    as long as it is good.
    """

    name: str
    lead: str
    size: int
    live: str | int

    def issue(self, store: Store, grant_id: int, scope: str) -> str:
        """A new one."""
        token = f"{self.lead}{secrets.token_urlsafe(self.size)}"
        expires = now_seconds() + ACCESS_SECONDS + 1
        store.run(f"insert into {self.name}_token values (?, ?, ?, ?)", (token, grant_id, scope, expires))  # noqa: S608
        return token

    def expire(self, store: Store, account: str) -> None:
        """Make every one of an account old; refreshing works."""
        store.run(
            f"update {self.name}_token set expires = 0"  # noqa: S608 - names of our own
            f" where grant_id in (select id from {self.name}_grant where account = ?)",
            (account,),
        )

    def revoke(self, store: Store, *, account: str, client_id: str | None, why: str | int) -> None:
        """End every good grant of an account, or of an account to one app, and all their tokens."""
        where, arguments = "account = ? and (? is null or client_id = ?)", (account, client_id, client_id)
        with store.transaction():
            store.run(
                f"delete from {self.name}_token"  # noqa: S608 - names of our own
                f" where grant_id in (select id from {self.name}_grant where {where})",
                arguments,
            )
            store.run(
                f"update {self.name}_grant set revoked = ? where revoked = ? and {where}",  # noqa: S608
                (why, self.live, *arguments),
            )

    def found(self, store: Store, token: str) -> Row | None:
        """A token with its ``scope``, ``expires``, ``account`` and ``client_id``; None where its grant is over."""
        return store.one(
            f"select t.scope, t.expires, g.account, g.client_id from {self.name}_token t"  # noqa: S608
            f" join {self.name}_grant g on g.id = t.grant_id where t.token = ? and g.revoked = ?",
            (token, self.live),
        )
