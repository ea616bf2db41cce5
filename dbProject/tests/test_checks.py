"""What the deployment check says of the shop's own settings."""

import pytest

from dbProject.checks import api_is_described, lines_name_nobody, seller_is_known

pytestmark = pytest.mark.unit


def test_an_invoice_without_a_seller_is_warned_of_before_the_first(settings):
    assert seller_is_known() == []
    settings.STORE_ADDRESS, settings.STORE_VAT_NUMBER = [], ""

    assert [warning.msg.split()[0] for warning in seller_is_known()] == ["STORE_ADDRESS", "STORE_VAT_NUMBER"]


def test_a_release_without_the_description_of_its_api_is_stopped(settings, tmp_path):
    assert api_is_described() == []
    settings.BASE_DIR = tmp_path

    assert [error.id for error in api_is_described()] == ["shop.E001"]


def test_a_log_that_would_name_customers_is_warned_of(settings):
    assert lines_name_nobody() == []
    settings.LOG_LEVEL = "DEBUG"

    assert [warning.id for warning in lines_name_nobody()] == ["shop.W002"]
