"""Strings and their translations."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubclone.messages import BASE_DIR, catalogues, messages_compile, messages_extract, messages_missing

PO = """
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : n!=1 && "
"(n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3);\\n"
"""


def test_polish_is_complete() -> None:
    assert [language for language, _ in catalogues()] == ["pl"]
    for language, path in catalogues():
        assert [str(fault) for fault in messages_missing(language, path)] == []


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "accounts").mkdir()
    (tmp_path / "locale" / "pl" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def faults(base: Path, po: str) -> list[tuple[str, str]]:
    path = base / "locale" / "pl" / "LC_MESSAGES" / "django.po"
    path.write_text(PO + po)
    return [(fault.message, fault.what) for fault in messages_missing("pl", path, base)]


def test_strings_of_code_and_templates_are_found_with_contexts_and_plurals(base: Path) -> None:
    (base / "accounts" / "a.py").write_text(
        'from x import gettext_lazy as _, ngettext, pgettext\n_("One")\nngettext("%(n)s day", "%(n)s days", n)\n'
        'pgettext("verb", "Book")\n_("long "\n  "one")\n'
    )
    (base / "templates" / "t.html").write_text(
        "{% load i18n %}\n<p title='{% translate \"Title\" %}'>it's</p>\n   {% blocktranslate trimmed count n=n %}\n"
        "   {{ n }} guest\n {% plural %}\n {{ n }} guests {% endblocktranslate %}\n"
        '{% translate "May" context "month" %} {% include "x" with label=_("Label") only %}'
    )
    found = {(text, context) for text, context, _ in messages_extract(base)}
    assert found == {
        ("One", None),
        (("%(n)s day", "%(n)s days"), None),
        ("Book", "verb"),
        ("long one", None),
        ("Title", None),
        (("%(n)s guest", "%(n)s guests"), None),
        ("May", "month"),
        ("Label", None),
    }


def test_missing_empty_fuzzy_and_mismatched_translations_are_faults(base: Path) -> None:
    (base / "accounts" / "a.py").write_text(
        '_("Missing")\n_("Empty")\n_("Fuzzy")\n_("Hello %(name)s")\n_("Good {x}")\n'
        'ngettext("%(n)s day", "%(n)s days", n)\n'
    )
    po = """
msgid "Empty"
msgstr ""

#, fuzzy
msgid "Fuzzy"
msgstr "Niejasne"

msgid "Hello %(name)s"
msgstr "Cześć %(nmae)s"

msgid "Good {x}"
msgstr "Dobrze {x}"

msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s dzień"
msgstr[1] "%(n)s dni"
msgstr[2] ""
msgstr[3] "%(n)s dnia"
"""
    assert faults(base, po) == [
        ("Missing", "not in the catalogue"),
        ("Empty", "not translated"),
        ("Fuzzy", "fuzzy"),
        ("Hello %(name)s", "other placeholders than the original"),
        ("%(n)s day", "not translated"),
    ]


def test_compiling_leaves_fuzzy_ones_out_and_is_skipped_when_nothing_changed(base: Path) -> None:
    assert faults(base, '\nmsgid "A"\nmsgstr "Ą"\n\n#, fuzzy\nmsgid "B"\nmsgstr "Be"\n') == []
    assert len(messages_compile(base)) == 1
    compiled = (base / "locale" / "pl" / "LC_MESSAGES" / "django.mo").read_bytes()
    assert "Ą".encode() in compiled
    assert b"Be" not in compiled
    assert messages_compile(base) == []


def test_every_template_can_be_read_by_the_extractor() -> None:
    assert len(list(messages_extract(BASE_DIR))) > 100
