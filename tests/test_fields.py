"""How a form is shown: labels, help, errors and the summary of them."""

import re

import pytest
from django import forms
from django.template.loader import render_to_string

from dbProject.samples import SampleForm, filled_in_form

pytestmark = pytest.mark.unit


def shown(form, name):
    return render_to_string("components/field.html", {"field": form[name]})


def test_a_field_is_tied_to_its_label_its_help_and_its_error():
    html = shown(filled_in_form(), "postal_code")

    assert '<label for="id_sample-postal_code">Postal code</label>' in html
    assert 'aria-describedby="id_sample-postal_code_helptext id_sample-postal_code_error"' in html
    assert 'aria-invalid="true"' in html
    order = [html.index(part) for part in ("<label", "_helptext", "five digits", "<input")]
    assert order == sorted(order)
    assert 'value="12"' in html


def test_a_field_says_that_it_may_stay_empty():
    assert "(optional)" in shown(SampleForm(), "note")
    assert "(optional)" not in shown(SampleForm(), "name")


def test_choices_are_a_group_with_a_name():
    html = shown(filled_in_form(), "delivery")

    assert '<fieldset id="id_sample-delivery" aria-describedby="id_sample-delivery_error">' in html
    assert html.count('<label class="tick">') == 2


def test_every_link_of_the_summary_leads_to_a_field():
    form = filled_in_form()
    form.add_error(None, "Not <both>.")
    summary = render_to_string("components/error_summary.html", {"form": form})
    fields = "".join(shown(form, field.name) for field in form)

    targets = re.findall(r'href="#([^"]+)"', summary)

    assert targets == ["id_sample-postal_code", "id_sample-delivery_0", "id_sample-terms"]
    assert all(f'id="{target}"' in fields for target in targets)
    assert "<li>Not &lt;both&gt;.</li>" in summary
    assert 'role="alert" tabindex="-1" autofocus' in summary


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("components/error_summary.html", {"form": SampleForm()}).strip() == ""


def test_the_errors_of_several_forms_stand_in_one_summary():
    class Other(forms.Form):
        email = forms.EmailField(label="E-mail")

    summary = render_to_string("components/error_summary.html", {"forms": [filled_in_form(), Other({})]})

    assert summary.count("<h2>") == 1
    assert "#id_sample-terms" in summary
    assert "#id_email" in summary
