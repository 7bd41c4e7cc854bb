"""Arrays that are sent to PostgreSQL as one value."""

from __future__ import annotations

import pytest
from django.db import connection

from hubclone.lib.arrays import number_array, text_array

TEXTS = [
    [],
    [""],
    ["a", "b"],
    ["null", "{}", "a,b", " spaced "],
    ['a"b', "c"],
    ["back\\slash", "\\", '\\"', "'"],
    ['","', "ż\nń"],
]


@pytest.mark.django_db
@pytest.mark.parametrize("texts", TEXTS)
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select %s::text[], %s::bigint[]", [text_array(texts), number_array(range(len(texts)))])
        assert cursor.fetchone() == (texts, list(range(len(texts))))
