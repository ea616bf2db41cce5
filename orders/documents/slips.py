"""The packing slip: what goes into the parcel."""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.documents import figures
from orders.documents.facts import PackingSlip
from orders.documents.paper import LEFT, RIGHT, SOFT, TEXT, WIDTH, Cell, Column, Paper

TIMES = "\N{MULTIPLICATION SIGN}"


def packing_slip(facts: PackingSlip, *, fonts: Sequence[Path]) -> bytes:
    """Return a packing slip as PDF."""
    paper = Paper(
        title=_("Packing slip"),
        subtitle=facts.order_number,
        seller=facts.seller,
        dated=facts.ordered_on,
        fonts=fonts,
    )
    top, half = paper.get_y(), WIDTH / 2
    phone = [facts.phone] if facts.phone else []
    left = paper.labeled(LEFT, top, _("Deliver to"), [*facts.shipping_address, *phone], width=half - 6)
    right = paper.labeled(LEFT + half, top, _("Ordered on"), [figures.day(facts.ordered_on)], width=half)
    if facts.delivery:
        right = paper.labeled(LEFT + half, right + 2.6, _("Delivery"), [facts.delivery], width=half)
    paper.set_y(max(left, right) + 8)
    columns = (
        Column(_("Quantity"), 22, "L"),
        Column(_("Product"), WIDTH - 82, "L"),
        Column(_("SKU"), 60, "R"),
    )
    paper.tabulate(
        columns,
        [(Cell(f"{line.quantity} {TIMES}"), Cell(line.name), Cell(line.sku)) for line in facts.lines],
        pad=2.8,
    )
    units = sum(line.quantity for line in facts.lines)
    paper.room_for(12)
    paper.ink(SOFT)
    text = ngettext("%(count)d unit", "%(count)d units", units) % {"count": units}
    paper.say(RIGHT, paper.get_y() + TEXT / 2, text, align="R")
    return paper.finished()
