"""One layout for every e-mail: a heading, a sentence, rows of facts, one button, a note. HTML and plain text."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Row:
    """A fact: what it is, and the value; ``url`` makes the value a link."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What an e-mail says, in its reader's language. ``text`` are paragraphs of the host's own, ``steps`` are numbered,
    ``links`` are less than the button."""

    subject: str
    heading: str
    intro: str
    text: str = ""
    rows: list[Row] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    button: Button | None = None
    note: str = ""
    links: list[Button] = field(default_factory=list)


def letter_text(letter: Letter) -> str:
    """The plain part."""
    parts = [letter.heading, letter.intro, letter.text, "\n".join(f"{row.label}: {row.value}" for row in letter.rows)]
    parts.append("\n".join(f"{number}. {step}" for number, step in enumerate(letter.steps, 1)))
    if letter.button:
        parts.append(f"{letter.button.label}:\n{letter.button.url}")
    parts.append(letter.note)
    parts += [f"{link.label}:\n{link.url}" for link in letter.links]
    return "\n\n".join(part for part in parts if part) + "\n"


def letter_html(letter: Letter, language: str) -> str:
    """The HTML part, complete in itself: no picture and no style sheet is fetched."""
    return render_to_string("calendars/mail/letter.html", {"letter": letter, "language": language})
