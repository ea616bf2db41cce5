"""What the deployment check says of the shop's own settings."""

import pytest

from dbProject.checks import seller_is_known

pytestmark = pytest.mark.unit


def test_an_invoice_without_a_seller_is_warned_of_before_the_first(settings):
    assert seller_is_known() == []
    settings.STORE_ADDRESS, settings.STORE_VAT_NUMBER = [], ""

    assert [warning.msg.split()[0] for warning in seller_is_known()] == ["STORE_ADDRESS", "STORE_VAT_NUMBER"]
