"""What every form does for a person who has to mend something in it."""

from __future__ import annotations

import re

from django import forms

from hubclone.lib.forms import MendableField


class Person(forms.Form):
    """A form as any other."""

    token = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField()
    email = forms.EmailField()
    drinks = forms.MultipleChoiceField(
        choices=[("tea", "Tea"), ("water", "Water")], widget=forms.CheckboxSelectMultiple
    )


def focused(form: forms.Form) -> list[str]:
    """The names of the inputs that have the keyboard when the page is shown."""
    return re.findall(r'name="(\w+)"[^>]*\sautofocus', form.as_p())


def test_the_first_wrong_field_that_is_seen_has_the_keyboard() -> None:
    assert focused(Person()) == []
    assert focused(Person({"name": "Olga", "email": "nobody"})) == ["email"]
    assert focused(Person({"name": "", "email": ""})) == ["name"]
    assert focused(Person({"name": "Olga", "email": "olga@example.com"})) == ["drinks", "drinks"]


def test_a_form_without_mistakes_moves_nobody() -> None:
    form = Person({"token": "x", "name": "Olga", "email": "olga@example.com", "drinks": ["tea"]})
    assert form.is_valid()
    assert focused(form) == []
    field = form["name"]
    assert isinstance(field, MendableField)
    assert not field.is_first_wrong
