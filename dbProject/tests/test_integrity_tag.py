"""``{% integrity %}``."""

from base64 import b64decode
from hashlib import sha384
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

pytestmark = pytest.mark.unit


def test_a_script_has_the_digest_of_its_file():
    path = "admin-shop/labels.js"

    said = Template(f"{{% load integrity %}}{{% integrity '{path}' %}}").render(Context())

    method, _, digest = said.partition("-")
    assert method == "sha384"
    assert b64decode(digest) == sha384((Path(settings.BASE_DIR) / "static" / path).read_bytes()).digest()


def test_a_script_that_is_not_there_has_none():
    with pytest.raises(FileNotFoundError):
        Template("{% load integrity %}{% integrity 'admin-shop/none.js' %}").render(Context())
