"""The one order in which rows of products are locked: singles and variants by pk, then parents by pk."""

from django.db.models import Case, QuerySet, When

from products.models import Product

PARENTS_LAST = Case(When(kind=Product.Kind.PARENT, then=1), default=0)


def lock(rows: QuerySet[Product]) -> list[int]:
    """Lock ``rows`` until the transaction ends, so that whoever changes them waits and never deadlocks.

    Returns their pks.
    """
    locked = rows.order_by(PARENTS_LAST, "pk").select_for_update(of=("self",))
    return list(locked.values_list("pk", flat=True))
