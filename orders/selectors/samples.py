"""Mails about an order that nobody has placed: what the style guide shows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from dbProject.mail import SampleMail
from orders.selectors import letters
from orders.selectors.letters import Kind
from orders.selectors.reports import letters as letters_of_reports
from orders.selectors.reports import sales
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Grain, Period
from orders.selectors.reports.report import AVERAGE, ORDERS, REVENUE, Row, Table
from orders.selectors.reports.sales import STEP
from orders.selectors.shown_sums import Reduction, Sums


def mails() -> list[SampleMail]:
    """Return every mail that an order sends, about one and the same order; no query."""
    link = f"{settings.SITE_URL}/orders/find/"
    order = _order()
    given = {"number": order["order_number"], "store": settings.STORE_NAME}
    context = {"order": order, "link": link, "sums": _sums()}
    mails = [
        SampleMail(
            "received",
            "orders/mail/order_received",
            _("Your order %(number)s at %(store)s") % given,
            context,
        ),
        SampleMail(
            "link",
            "orders/mail/order_link",
            _("The link to your order %(number)s at %(store)s") % given,
            context,
        ),
    ]
    withdrawal = {
        "order_number": order["order_number"],
        "declared_at": order["created_at"],
        "what": "",
        "name": "Robin Doe",
        "email": "robin@example.com",
    }
    mails.append(
        SampleMail(
            "withdrawal",
            "orders/mail/withdrawal_receipt",
            _("We have your withdrawal from the order %(number)s") % given,
            {"withdrawal": withdrawal, "store_address": settings.STORE_ADDRESS},
        )
    )
    cart = [
        {"product": {"name": line["product_name"], "effective_price": line["unit_price"],
                     "get_absolute_url": "/products/"},
         "item": line}
        for line in order["items"]["all"]
    ]  # fmt: skip
    beside = [
        {"name": _("Clothbound notebook"), "price_low": Decimal("24.50"), "get_absolute_url": "/products/"}
    ]
    mails.append(
        SampleMail(
            "cart_reminder",
            "orders/mail/cart_reminder",
            _("Your cart at %(store)s") % given,
            {"lines": cart, "beside": beside, "unsubscribe_url": settings.SITE_URL},
        )
    )
    for kind in letters.LETTERS:
        letter = letters.about(kind)
        detail = _("One linen apron") if kind.startswith("return") else ""
        about = {**context, "letter": letter, "step": {"kind": kind, "detail": detail}}
        slug = str(kind.value if isinstance(kind, Kind) else kind)
        mails.append(SampleMail(slug, "orders/mail/order_step", letter.subject % given, about))
    mails.append(_report())
    return mails


def _report() -> SampleMail:
    months = [(date(2026, 9, 1), "12480.90", 61), (date(2026, 10, 1), "15230.00", 74)]
    rows = [Row({"step": day, "revenue": Decimal(revenue), "orders": orders, "average": Decimal(205)})
            for day, revenue, orders in months]  # fmt: skip
    asked = Asked(Period(date(2026, 9, 1), date(2026, 10, 31)), None, settings.STORE_CURRENCY, Grain.MONTH)
    report = replace(
        sales.REVENUE_BY_TIME,
        read=lambda _asked: Table((STEP, REVENUE, ORDERS, AVERAGE), rows, grain=Grain.MONTH),
    )
    letter = letters_of_reports.of(report, asked, name=_("Autumn"), query="")
    context = {"letter": letter, "unsubscribe_url": settings.SITE_URL}
    return SampleMail("saved_view", "orders/mail/saved_view", letter.name, context)


def _sums() -> Sums:
    """Return what that order comes to."""
    return Sums(
        goods=Decimal("83.80"),
        discounts=(Reduction("WELCOME10", _("Ten percent off"), Decimal("8.38")),),
        delivery_name=_("Standard delivery"),
        delivery=Decimal("4.90"),
        tax_on_top=None,
        tax_included=Decimal("12.82"),
        tax_note="",
        total=Decimal("80.32"),
    )


def _order() -> dict[str, Any]:
    """Return an order in the shape that templates read."""
    lines = [
        {"product_name": "Harbor stoneware mug, 300 ml", "quantity": 2, "unit_price": Decimal("18.90"),
         "total_price": Decimal("37.80")},
        {"product_name": "Linen apron", "quantity": 1, "unit_price": Decimal("46.00"),
         "total_price": Decimal("46.00")},
    ]  # fmt: skip
    parcel = {
        "carrier": "DHL",
        "tracking_number": "JJD000390007889",
        "tracking_url": "https://www.dhl.example/JJD000390007889",
        "delivered_at": None,
        "items": {"all": [{"quantity": line["quantity"], "item": line} for line in lines]},
    }
    return {
        "order_number": "ORD-20261126-AB3CD4",
        "items": {"all": lines},
        "shipments": {"all": [parcel]},
        "is_payable": False,
        "days_min": 2,
        "days_max": 3,
        "created_at": datetime(2026, 11, 26, 9, 30, tzinfo=UTC),
        "shipping_address": {
            "name": "Robin Doe",
            "street": "Torstr. 1",
            "zip_code": "10119",
            "city": "Berlin",
            "country": "DE",
        },
    }
