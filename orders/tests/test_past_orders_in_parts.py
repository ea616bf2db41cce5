"""An invoice whose lines come in several files, or that is interrupted in one."""

from decimal import Decimal

import pytest

from orders.models import HistoricLine, Order
from orders.services import history, reconciliation
from orders.services.history.survey import Survey

pytestmark = pytest.mark.django_db

HEADING = "order_number,placed_at,sku,name,quantity,unit_price,kind,customer,currency\n"
POSTAGE = "A1,2020-01-01 10:00,POST,Postage,1,4.00,fee,c,EUR\n"
LAMP = "A1,2020-01-01 10:00,LAMP,Lamp of Brass,1,5.00,goods,c,EUR\n"
OTHER = "B2,2020-01-01 11:00,VASE,Vase of Glass,1,7.00,goods,d,EUR\n"


def imported(path, *rows, batch_size=history.BATCH_SIZE):
    path.write_text(HEADING + "".join(rows))
    source = history.Source(path)
    with Survey() as survey:
        return history.Import(survey, [source]).add(source, batch_size=batch_size)


def is_whole():
    order = Order.objects.get(order_number="CSV-A1")
    lines = HistoricLine.objects.filter(invoice="A1")
    return (
        order.total_amount == Decimal("9.00")
        and {line.order_id for line in lines} == {order.pk}
        and not reconciliation.breaks()
    )


def test_postage_that_came_before_any_goods_belongs_to_the_order(tmp_path):
    imported(tmp_path / "first.csv", POSTAGE)
    assert not Order.objects.exists()

    imported(tmp_path / "second.csv", LAMP)

    assert is_whole()


def test_an_invoice_that_is_interrupted_is_one_order(tmp_path):
    tally = imported(tmp_path / "one.csv", POSTAGE, OTHER, LAMP, batch_size=1)

    assert tally.created == 3
    assert is_whole()
