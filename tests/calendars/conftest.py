"""Google, and people of one account."""

from tests.accounts.conftest import account, admin, editor, member, stranger
from tests.connections.google import sandbox, sandbox_server

__all__ = ["account", "admin", "editor", "member", "sandbox", "sandbox_server", "stranger"]
