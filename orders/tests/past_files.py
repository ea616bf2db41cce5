"""Small files of past orders, and how to import them."""

from orders.models import HistoricLine, Order, OrderItem
from orders.services import history
from orders.services.history.survey import Survey

HEADING = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ODDITIES = (
    HEADING
    + """\
536365,85123A,WHITE HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123A,WHITE HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123A,WHITE HEART ,1,2010-12-01 08:26:00,2.51,17850.0,United Kingdom
536365,85123a,Small letter,1,2010-12-01 08:26:00,1,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,United Kingdom
536366,22632,HAND WARMER,2,2010-12-01 08:28:00,1.85,,EIRE
536367,PADS2,CUSHION,1,2010-12-01 08:30:00,0.125,13952.0,Unspecified
536365,71053,LANTERN,2,2010-12-01 08:27:00,3.39,17850.0,United Kingdom
536368,22632,damaged,-5,2010-12-01 09:00:00,0,,United Kingdom
536369,22633,?,4,2010-12-01 09:01:00,0,,United Kingdom
C536370,85123A,WHITE HEART ,-6,2010-12-01 10:00:00,2.55,17850.0,United Kingdom
C536371,22632,HAND WARMER,-2,2010-12-01 10:01:00,1.85,,EIRE
C536372,PADS2,CUSHION,-1,2010-12-01 10:02:00,0.125,13952.0,Unspecified
C536373,D,Discount,-1,2010-12-01 10:03:00,27.5,13952.0,Unspecified
"""
)
TOTAL = "16.0900"
"""Quantity times unit price of all of it."""


def write(folder, text, *, name="past.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


class Imported:
    """Files that were imported, what became of their lines, and what was wrong with others."""

    def __init__(self, *paths, currency="", format_name="auto", rates=None, **options):
        self.problems = []
        sources = [history.Source(path, format_name, currency) for path in paths]
        with Survey(rates) as survey:
            importer = history.Import(survey, sources)
            tallies = [importer.add(source, on_problem=self.problems.append, **options) for source in sources]
            importer.finish()
        self.unpriced = importer.unpriced
        self.tally = tallies[-1]

    @property
    def counts(self):
        return self.tally.created, self.tally.unchanged, self.tally.refused


def everything():
    """Return all that an import writes, as it can be compared."""
    lines = HistoricLine.objects.order_by("source", "invoice", "fingerprint", "occurrence")
    orders = Order.all_objects.filter(is_historic=True).order_by("order_number")
    items = OrderItem.objects.order_by("order__order_number", "product_sku")
    said = (
        "invoice", "code", "quantity", "unit_price", "occurrence", "order__order_number", "product__sku",
        "cancels__invoice", "cancels__occurrence",
    )  # fmt: skip
    return (
        list(lines.values_list(*said)),
        list(orders.values_list("order_number", "total_amount", "status", "created_at")),
        list(items.values_list("order__order_number", "product_sku", "quantity", "gross_amount")),
    )
