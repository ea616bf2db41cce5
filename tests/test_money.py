"""``dbProject.money``."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dbProject import money


@pytest.mark.unit
@given(gross=some.decimals(0, 99_999_999, places=2), rate=some.decimals(0, 1, places=3))
def test_net_and_tax_add_up_to_the_price_tag(gross, rate):
    split = money.split(gross, rate=rate)

    assert split.net + split.tax == gross
    assert split.net == money.rounded(split.net)


@pytest.mark.unit
def test_half_a_cent_is_rounded_up():
    assert money.rounded(Decimal("0.125")) == Decimal("0.13")
