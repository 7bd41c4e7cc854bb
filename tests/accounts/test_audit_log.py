"""The audit log: filters, links to what it tells of, and the export."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, AuditEntry, Membership
from accounts.services.domains import domain_add
from hubclone.lib.csv_cells import cell_guard, csv_lines
from tests.accounts.conftest import signed_in
from tests.accounts.factories import actor_of

pytestmark = pytest.mark.django_db


def entry(account: Account, **fields: Any) -> AuditEntry:
    made_at = fields.pop("created_at", None)
    defaults = {"actor_kind": "user", "actor_label": "Ed", "action": "user.updated", "target_kind": "user"}
    made = AuditEntry.objects.create(account=account, **{**defaults, **fields})
    if made_at:
        AuditEntry.objects.filter(pk=made.pk).update(created_at=made_at)
    return made


def shown(member: Membership, **query: str) -> set[str]:
    page = signed_in(member).get(reverse("accounts:audit", args=[member.account_id]), query)
    assert page.status_code == 200
    return {row.target_label for row, _url in page.context["rows"]}


def exported(member: Membership, **query: str) -> list[dict[str, str]]:
    answer: Any = signed_in(member).post(reverse("accounts:audit_csv", args=[member.account_id]), query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.spec("A8")
def test_each_filter_narrows_the_log(editor: Membership) -> None:
    account = editor.account
    entry(account, target_label="A", actor_label="Anna", target_id="7")
    entry(account, target_label="B", actor_kind="system", actor_label="Hubclone")
    entry(account, target_label="C", action="job.retried", target_kind="job", target_id="70")
    assert shown(editor) == {"A", "B", "C"}
    assert shown(editor, actor="ann") == {"A"}
    assert shown(editor, actor_kind="system") == {"B"}
    assert shown(editor, action="job.retried") == {"C"}
    assert shown(editor, target_kind="job") == {"C"}
    assert shown(editor, target="7") == {"A"}
    assert shown(editor, target="c") == {"C"}
    assert shown(editor, actor="ann", target_kind="job") == set()
    assert shown(editor, actor="%", target="_") == set(), "wildcards are letters"


@pytest.mark.spec("A8", "A9")
def test_days_are_those_of_the_viewers_zone(editor: Membership) -> None:
    editor.user.time_zone = "America/Los_Angeles"
    editor.user.save()
    for label, moment in (
        ("before", "2026-03-08T07:59:59+00:00"),
        ("first", "2026-03-08T08:00:00+00:00"),
        ("last", "2026-03-09T06:59:59+00:00"),
        ("after", "2026-03-09T07:00:00+00:00"),
    ):
        entry(editor.account, target_label=label, created_at=dt.datetime.fromisoformat(moment))
    assert shown(editor, since="2026-03-08", until="2026-03-08") == {"first", "last"}
    assert shown(editor, since="2026-03-09") == {"after"}
    assert shown(editor, until="2026-03-07") == {"before"}


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"since": "2026-03-09", "until": "2026-03-08"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"action": "made.up"},
        {"target_kind": "'; drop table"},
        {"actor": "x" * 500},
        {"target": "9" * 60},
    ],
)
def test_odd_filters_are_told_or_left_out_and_break_nothing(editor: Membership, query: dict[str, str]) -> None:
    entry(editor.account, target_label="A", target_id="9" * 60)
    page = signed_in(editor).get(reverse("accounts:audit", args=[editor.account_id]), query)
    assert page.status_code == 200
    assert exported(editor, **query) is not None


def test_a_day_before_the_first_says_so_at_its_field(editor: Membership) -> None:
    query = {"since": "2026-03-09", "until": "2026-03-08"}
    page = signed_in(editor).get(reverse("accounts:audit", args=[editor.account_id]), query).content.decode()
    assert "This day lies before the other one." in page
    assert 'value="2026-03-08"' in page


@pytest.mark.spec("A8")
def test_a_row_leads_to_its_thing_where_this_person_may_open_it(editor: Membership, admin: Membership) -> None:
    domain = domain_add(actor=actor_of(editor), host="meet.example.com")
    entry(editor.account, action="membership.updated", target_kind="membership", target_id=str(admin.pk))
    entry(editor.account, action="domain.removed", target_kind="domain", target_id="999999999")
    entry(editor.account, action="domain.removed", target_kind="domain", target_id="nothing")

    def links(who: Membership) -> set[str]:
        page = signed_in(who).get(reverse("accounts:audit", args=[who.account_id]))
        return {url for _entry, url in page.context["rows"] if url}

    of_domain = reverse("accounts:domain", args=[editor.account_id, domain.pk])
    of_member = reverse("accounts:user_edit", args=[editor.account_id, admin.pk])
    assert links(editor) == {of_domain}
    assert links(admin) == {of_domain, of_member}


def test_the_page_takes_the_same_queries_for_any_number_of_rows(
    editor: Membership, django_assert_max_num_queries: Any
) -> None:
    kinds = ["user", "domain", "membership", "connection", "record", "page", "booking", "job"]
    for number in range(120):
        entry(editor.account, target_kind=kinds[number % len(kinds)], target_id=str(number + 1))
    client = signed_in(editor)
    client.get(reverse("accounts:audit", args=[editor.account_id]))
    with django_assert_max_num_queries(14):
        client.get(reverse("accounts:audit", args=[editor.account_id]))


@pytest.mark.spec("A8")
def test_the_export_holds_what_the_filters_choose_and_is_itself_in_the_log(
    editor: Membership, stranger: Membership
) -> None:
    editor.user.time_zone = "Europe/Warsaw"
    editor.user.save()
    moment = dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)
    entry(editor.account, target_label="Żółw", ip="192.0.2.7", detail={"before": "ł"}, created_at=moment)
    entry(editor.account, action="job.retried", target_kind="job", target_label="Other")
    entry(stranger.account, target_label="Secret")
    rows = exported(editor, target_kind="user")
    assert [row["Name"] for row in rows] == ["Żółw"]
    assert rows[0] == {
        "When": "2026-02-01T00:30:00+01:00",
        "Who": "Ed",
        "Kind of actor": "User",
        "IP address": "192.0.2.7",
        "Action": "Profile changed",
        "Code": "user.updated",
        "Target": "User",
        "Name": "Żółw",
        "Number": "",
        "Details": '{"before": "ł"}',
    }
    logged = AuditEntry.objects.get(action="audit.exported")
    assert (logged.actor_id, logged.detail) == (str(editor.user_id), {"target_kind": "user"})
    assert "Other" in {row["Name"] for row in exported(editor)}
    assert "Secret" not in {row["Name"] for row in exported(editor)}


def test_the_export_is_for_those_who_may_see_the_log(
    editor: Membership, member: Membership, stranger: Membership
) -> None:
    url = reverse("accounts:audit_csv", args=[editor.account_id])
    for who, status in ((None, 302), (stranger, 404), (member, 403)):
        assert signed_in(who).post(url).status_code == status
    assert signed_in(editor).get(url)["Location"] == reverse("accounts:audit", args=[editor.account_id])
    assert not AuditEntry.objects.exists()


@pytest.mark.spec("A8")
@pytest.mark.django_db(transaction=True)
def test_five_thousand_rows_are_streamed_by_a_cursor_of_the_server(editor: Membership) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            account=editor.account, actor_kind="user", action="user.updated", target_kind="user", target_id=str(number)
        )
        for number in range(5000)
    )
    client = signed_in(editor)
    with CaptureQueriesContext(connection) as captured:
        answer: Any = client.post(reverse("accounts:audit_csv", args=[editor.account_id]))
        assert isinstance(answer, StreamingHttpResponse)
        before = len(captured)
        lines = answer.getvalue().decode("utf-8-sig").splitlines()
        assert len(captured) - before <= 1, "one statement, fetched in parts"
    assert len(lines) == 5001
    numbers = [int(line.split(",")[8]) for line in lines[1:]]
    assert numbers == list(range(4999, -1, -1))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.spec("A8")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_is_computed_by_a_spreadsheet(editor: Membership, start: str) -> None:
    evil = f'{start}HYPERLINK("http://evil.test","x")'
    entry(editor.account, actor_label=evil, target_label=evil, target_id=evil[:60])
    (row,) = exported(editor)
    assert {row["Who"], row["Name"]} == {f"'{evil}"}
    assert row["Number"].startswith("'")


def test_a_file_of_cells_is_marked_as_utf8_and_ends_its_lines_as_the_standard_says() -> None:
    text = "".join(csv_lines(["a"], [['say "x", y'], [None], ["two\nlines\0"]]))
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert text[1:] == 'a\r\n"say ""x"", y"\r\n""\r\n"two\nlines"\r\n'
    assert cell_guard("plain = x") == "plain = x"
    assert cell_guard("") == ""
