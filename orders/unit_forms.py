"""Forms that ask how many units of each line of an order, and that a service may still refuse."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import uuid4

from django import forms

from dbProject.errors import ShopError
from orders.models import OrderItem


class Choice(NamedTuple):
    """A line of an order, how many units of it may be chosen, and how many are to begin with."""

    item: OrderItem
    most: int
    initial: int = 0


class UnitsForm(forms.Form):
    """One field for each line. ``key`` is that of the intent: it comes twice when somebody clicks twice.

    What is sent may be as much as was ordered. Whether it may be that much now only the service knows, whose
    answer stands beside the field then; and a second click finds the same fields as the first.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, *, choices: Iterable[Choice], **kwargs: Any) -> None:
        """Ask for what may be chosen; once something is sent, for every line."""
        super().__init__(data, **kwargs)
        asked = [choice for choice in choices if self.is_bound or choice.most]
        self._items = {f"units_{choice.item.pk}": choice.item for choice in asked}
        self.fields.update({f"units_{choice.item.pk}": self.units_field(choice) for choice in asked})
        self.order_fields(self._items)

    def units_field(self, choice: Choice) -> forms.Field:
        """Return the field that asks for the units of a line."""
        raise NotImplementedError

    def lines(self) -> Iterator[tuple[OrderItem, forms.BoundField]]:
        """Yield the lines with their fields."""
        for name, item in self._items.items():
            yield item, self[name]

    def units(self) -> dict[int, int]:
        """Return what was chosen: pk of a line -> units."""
        return {item.pk: self.cleaned_data[name] or 0 for name, item in self._items.items()}

    def refuse(self, refusal: ShopError) -> None:
        """Say what a service refused, beside the line that it is about if it names one."""
        name = f"units_{refusal.facts.get('item')}"
        self.add_error(name if name in self.fields else None, refusal.detail)
