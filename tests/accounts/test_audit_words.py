"""The audit log speaks in words: every action and target that the code writes has its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS
from accounts.services.audit import audit_write
from accounts.templatetags.audit import detail_rows
from tests.accounts.conftest import signed_in
from tests.accounts.factories import actor_of

APPS = ("accounts", "crm", "connections", "workflows", "calendars", "datasync", "mailboxes", "marketplace", "webinars")
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def written() -> tuple[set[str], set[str]]:
    """The actions and targets that stand in calls that write to the log, in all modules that do so."""
    actions: set[str] = set()
    targets: set[str] = set()
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            source = path.read_text()
            if "audit" in source:
                tree = ast.parse(source)
                actions |= {text for node in ast.walk(tree) for text in action_texts(node)}
                targets |= {text for node in ast.walk(tree) for text in target_texts(node)}
    return actions, targets


def action_texts(node: ast.AST) -> Iterator[str]:
    """What looks like an action in a call of ``audit_write`` or a module's own ``_audit``, or is kept as ``action``."""
    call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and "audit" in node.func.id
    kept = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "action" for t in node.targets)
    if call or kept:
        yield from (text for text in texts(node) if _ACTION.fullmatch(text))


def target_texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg == "target_kind":
        yield from texts(node.value)


def texts(node: ast.AST) -> Iterator[str]:
    yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


@pytest.mark.spec("A8")
def test_every_action_that_the_code_writes_has_words() -> None:
    actions, targets = written()
    assert {"booking.created", "connection.made", "page.paused"} <= actions
    assert actions - set(AUDIT_ACTIONS) == set()
    assert targets - set(AUDIT_TARGETS) == set()


def test_words_that_no_code_writes_are_gone() -> None:
    actions, targets = written()
    assert set(AUDIT_ACTIONS) - actions == set()
    assert set(AUDIT_TARGETS) - targets == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "target"), [("thing.bent", "user"), ("user.updated", "thing")])
def test_an_action_without_words_is_refused(admin: Membership, action: str, target: str) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        audit_write(actor=actor_of(admin), action=action, target_kind=target, target_id=1)
    assert not AuditEntry.objects.exists()


def test_the_log_shows_words_and_a_code_only_where_nothing_knows_it(editor: Membership) -> None:
    for action, kind in (("access_token.revoked", "access_token"), ("old.gone", "relic")):
        AuditEntry.objects.create(account=editor.account, actor_kind="user", action=action, target_kind=kind)
    page = signed_in(editor).get(reverse("accounts:audit", args=[editor.account_id])).content.decode()
    assert "Token revoked" in page
    assert ">access_token.revoked<" not in page
    assert "old.gone" in page


def test_details_are_flat_and_readable() -> None:
    detail = {"before": {"rights": ["a", "b"], "seat": ""}, "tier": "starter", "none": []}
    assert detail_rows(detail) == [
        ("before.rights", "a, b"),
        ("before.seat", "—"),
        ("tier", "starter"),
        ("none", "—"),
    ]
