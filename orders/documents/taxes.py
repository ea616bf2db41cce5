"""What an invoice sums up for the tax office: net, tax and gross of each rate."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dbProject import money


@dataclass(frozen=True, slots=True)
class TaxSum:
    """All that is taxed at one ``rate``, a share of the net amount. Gross is net and tax, to the cent."""

    rate: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def summed(amounts: Iterable[TaxSum]) -> tuple[TaxSum, ...]:
    """Return one sum for each rate, the highest first. A rate at which nothing is charged is left out."""
    sums: dict[Decimal, list[Decimal]] = defaultdict(lambda: [Decimal("0.00"), Decimal("0.00")])
    for one in amounts:
        sums[one.rate][0] += one.net
        sums[one.rate][1] += one.tax
    return tuple(TaxSum(rate, *sums[rate]) for rate in sorted(sums, reverse=True) if any(sums[rate]))


def credited(amount: Decimal, *, left: Iterable[TaxSum]) -> tuple[TaxSum, ...]:
    """Share a gross ``amount`` that goes back among the rates, in proportion to what is ``left`` of each.

    ``left`` is the invoice less what was credited before. So however an invoice is credited, in one amount
    or in many, what is credited in the end is the net and the tax that it stated, to the cent.

    Args:
        amount: Between 0 and all that is left.
    """
    rates: Mapping[int, TaxSum] = dict(enumerate(left))
    shares = money.shared(amount, among={key: one.gross for key, one in rates.items()})
    parts = []
    for key, share in shares.items():
        one = rates[key]
        tax = money.rounded(one.tax * share / one.gross) if one.gross else Decimal("0.00")
        parts.append(TaxSum(rate=one.rate, net=share - tax, tax=tax))
    return summed(parts)
