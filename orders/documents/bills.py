"""Invoice and credit note: what they say, from top to bottom."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from orders.documents import figures
from orders.documents.facts import CreditNote, Invoice
from orders.documents.paper import (
    ACCENT,
    INK,
    LARGE,
    LEADING,
    LEFT,
    RIGHT,
    SMALL,
    SOFT,
    TEXT,
    WIDTH,
    Cell,
    Column,
    Paper,
)
from orders.documents.taxes import TaxSum

SUMS_LEFT = 110.0
"""Where the column of sums begins, in mm."""
ROW = 6.2
GAP = 8.0


def invoice(facts: Invoice, *, fonts: Sequence[Path]) -> bytes:
    """Return an invoice as PDF."""
    paper = Paper(
        title=_("Invoice"), subtitle=facts.number, seller=facts.seller, dated=facts.issued_on, fonts=fonts
    )
    _invoice_head(paper, facts)
    _lines(paper, facts)
    _invoice_sums(paper, facts)
    _taxes(paper, facts.taxes)
    return paper.finished()


def credit_note(facts: CreditNote, *, fonts: Sequence[Path]) -> bytes:
    """Return a credit note as PDF."""
    paper = Paper(
        title=_("Credit note"), subtitle=facts.number, seller=facts.seller, dated=facts.issued_on, fonts=fonts
    )
    _in_columns(
        paper,
        (_("Credited to"), [*facts.billing_address, *_vat(facts.vat_number)]),
        (_("Credit note"), [facts.number, figures.day(facts.issued_on)]),
        (_("Corrects invoice"), [facts.invoice_number, figures.day(facts.invoice_issued_on)]),
        (_("Order"), [facts.order_number]),
    )
    paper.set_y(paper.labeled(LEFT, paper.get_y(), _("Reason"), [facts.reason], width=WIDTH) + GAP)
    _taxes(paper, facts.taxes)
    top = paper.get_y() + GAP / 2
    paper.set_y(top)
    _total(paper, _("Credited"), facts.total_amount, facts.currency)
    _notes(paper, top, facts.tax_note, _("This amount goes back the way you paid."), _currency(facts))
    return paper.finished()


def _invoice_head(paper: Paper, facts: Invoice) -> None:
    _in_columns(
        paper,
        (_("Billed to"), [*facts.billing_address, *_vat(facts.vat_number)]),
        (_("Delivered to"), facts.shipping_address),
        (_("Date of invoice"), [figures.day(facts.issued_on)]),
        (_("Date of supply"), [_supply(facts)]),
        (_("Order"), [facts.order_number, figures.day(facts.ordered_on)]),
    )


def _supply(facts: Invoice) -> str:
    if facts.arrives is None:
        return _("that of the invoice")
    first, last = facts.arrives
    if first == last:
        return _("expected on %(day)s") % {"day": figures.day(first)}
    return _("expected from %(first)s to %(last)s") % {
        "first": figures.day(first),
        "last": figures.day(last),
    }


def _vat(number: str) -> list[str]:
    return [f"{_('VAT number')} {number}"] if number else []


def _in_columns(paper: Paper, *blocks: tuple[str, Sequence[str]]) -> None:
    """Write the last three of ``blocks`` one below the other at the right, and those before beside it."""
    *addresses, first, second, third = blocks
    width, top = WIDTH / 3, paper.get_y()
    ends = [
        paper.labeled(LEFT + place * width, top, label, lines, width=width - 6)
        for place, (label, lines) in enumerate(addresses)
    ]
    y = top
    for label, lines in (first, second, third):
        y = paper.labeled(LEFT + 2 * width, y, label, lines, width=width) + 2.6
    paper.set_y(max(*ends, y) + GAP)


def _lines(paper: Paper, facts: Invoice) -> None:
    price, total = (
        (_("Price with VAT"), _("Total with VAT")) if facts.includes_tax else (_("Net price"), _("Net total"))
    )
    columns = (
        Column(_("Product"), 84, "L"),
        Column(_("VAT"), 16),
        Column(_("Quantity"), 18),
        Column(price, 26),
        Column(total, 26),
    )
    paper.tabulate(
        columns,
        [
            (
                Cell(line.name, line.sku),
                Cell(figures.rate(line.tax_rate)),
                Cell(str(line.quantity)),
                Cell(figures.amount(line.unit_price)),
                Cell(figures.amount(line.total_price)),
            )
            for line in facts.lines
        ],
    )


def _invoice_sums(paper: Paper, facts: Invoice) -> None:
    """Write what comes to the goods and what all comes to, and what there is to say of it beside."""
    paper.room_for((len(facts.charges) + 4) * ROW)
    top, page = paper.get_y() + 3, paper.page
    paper.set_y(top)
    goods = sum((line.total_price for line in facts.lines), Decimal())
    if facts.charges:
        _sum(paper, _("Goods"), goods)
    for charge in facts.charges:
        _sum(paper, charge.name, charge.amount, below=charge.reason)
    if not facts.includes_tax:
        _sum(paper, _("Net"), sum((one.net for one in facts.taxes), Decimal()))
        _sum(paper, _("VAT"), sum((one.tax for one in facts.taxes), Decimal()))
    _total(paper, _("Total"), facts.total_amount, facts.currency)
    paid = _("Paid on %(day)s. Nothing is left to pay.") % {"day": figures.day(facts.paid_on)}
    notes_top = top if paper.page == page else paper.get_y()
    _notes(paper, notes_top, paid, facts.tax_note, _currency(facts))
    paper.set_y(paper.get_y() + GAP)


def _sum(paper: Paper, label: str, amount: Decimal, *, below: str = "") -> None:
    """Write one row of the sums; a long label takes as many lines as it needs."""
    paper.room_for(3 * ROW)
    y, width = paper.get_y(), RIGHT - SUMS_LEFT - 26
    end = paper.block(SUMS_LEFT, y, [label], width=width)
    paper.say(RIGHT, y, figures.amount(amount), align="R")
    if below:
        paper.ink(SOFT)
        end = paper.block(SUMS_LEFT, end + 0.2, [below], width=width, size=SMALL + 0.5)
        paper.ink(INK)
    paper.set_y(max(end, y + TEXT * LEADING) + 1.8)


def _total(paper: Paper, label: str, amount: Decimal, currency: str) -> None:
    paper.room_for(2 * ROW)
    y = paper.get_y() + 1
    paper.rule(y, left=SUMS_LEFT, color=ACCENT)
    paper.say(SUMS_LEFT, y + 2, label, size=LARGE, bold=True)
    paper.say(RIGHT, y + 2, f"{figures.amount(amount)} {currency}", size=LARGE, bold=True, align="R")
    paper.set_y(y + 2 + LARGE * LEADING + 2)


def _taxes(paper: Paper, taxes: Sequence[TaxSum]) -> None:
    """Write what each rate comes to, and all of them together where there are several."""
    paper.room_for((len(taxes) + 3) * ROW)
    columns = (
        Column(_("VAT rate"), WIDTH - 102, "L"),
        Column(_("Net"), 34),
        Column(_("VAT"), 34),
        Column(_("Gross"), 34),
    )
    rows = [(figures.rate(one.rate), one.net, one.tax, one.gross) for one in taxes]
    if len(taxes) > 1:
        sums = ([getattr(one, name) for one in taxes] for name in ("net", "tax", "gross"))
        net, tax, gross = (sum(column, Decimal()) for column in sums)
        rows.append((_("Total"), net, tax, gross))
    paper.tabulate(
        columns,
        [(Cell(label), *(Cell(figures.amount(one)) for one in amounts)) for label, *amounts in rows],
        pad=1.4,
    )


def _notes(paper: Paper, top: float, *notes: str) -> None:
    """Write what there is to say at the left of the sums, and go on below both."""
    bottom = paper.get_y()
    said = [note for note in notes if note]
    paper.set_y(max(bottom, paper.block(LEFT, top, said, width=SUMS_LEFT - LEFT - 12)))


def _currency(facts: Invoice | CreditNote) -> str:
    return _("All amounts are in %(currency)s.") % {"currency": facts.currency}
