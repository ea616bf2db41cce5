"""``dbProject.form_renderer``."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("value", [None, "de", "<at>", 7])
def test_a_select_is_written_as_django_writes_it(value):
    choices = [("", "-"), ("de", "Germany"), ("Far", [("<at>", "A & B"), (7, "Seven")])]
    widget = forms.Select(attrs={"id": "country", "required": True, "disabled": False}, choices=choices)

    ours, djangos = (
        widget.render("country", value, renderer=renderer) for renderer in (None, DjangoTemplates())
    )

    assert parse_html(ours) == parse_html(djangos)
    assert ours.count("<option") == 4


@pytest.mark.parametrize(
    "widget", [forms.TextInput, forms.EmailInput, forms.HiddenInput, forms.CheckboxInput, forms.PasswordInput]
)
@pytest.mark.parametrize("value", [None, "", "A & <B>", 0, True])
def test_an_input_is_written_as_django_writes_it(widget, value):
    one = widget(attrs={"id": "name", "required": True, "disabled": False, "maxlength": 20})

    ours, djangos = (one.render("name", value, renderer=renderer) for renderer in (None, DjangoTemplates()))

    assert parse_html(ours) == parse_html(djangos)
