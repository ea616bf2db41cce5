"""The addresses that an account keeps."""

from collections.abc import Mapping

from django.db import transaction

from users.errors import TooManyAddresses, UnknownAddress
from users.models import Address, User

MOST = 20
DEFAULTS = ("is_default_shipping", "is_default_billing")


@transaction.atomic
def save(
    user: User,
    *,
    fields: Mapping[str, str],
    is_default_shipping: bool,
    is_default_billing: bool,
    pk: int | None = None,
) -> Address:
    """Keep a new address, or change the one with ``pk``; the first one stands for everything.

    A default that is given to one address is taken from the other. Holds the row of the account.

    Args:
        fields: ``name, company, street, street2, zip_code, city, state, country, phone``.

    Raises:
        UnknownAddress: There is none with ``pk``, or it is somebody else's.
        TooManyAddresses: There are as many as an account may keep.
    """
    _alone_with(user)
    others = user.addresses.exclude(pk=pk or 0)
    if pk is None and others.count() >= MOST:
        raise TooManyAddresses(MOST)
    address = _of(user, pk) if pk is not None else Address(user=user)
    is_only = not others.exists()
    for name, value in fields.items():
        setattr(address, name, value)
    for name, is_wanted in zip(DEFAULTS, (is_default_shipping, is_default_billing), strict=True):
        setattr(address, name, is_wanted or is_only)
        if is_wanted:
            others.filter(**{name: True}).update(**{name: False})
    address.save()
    return address


@transaction.atomic
def remove(user: User, *, pk: int) -> None:
    """Remove an address; orders keep what was written on them. Its defaults go to the newest of the others.

    Raises:
        UnknownAddress: There is none with ``pk``, or it is somebody else's.
    """
    _alone_with(user)
    address = _of(user, pk)
    address.delete()
    heir = user.addresses.order_by("-pk").first()
    inherited = {name: True for name in DEFAULTS if getattr(address, name)}
    if heir is not None and inherited:
        Address.objects.filter(pk=heir.pk).update(**inherited)


def _alone_with(user: User) -> None:
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _of(user: User, pk: int) -> Address:
    found = user.addresses.filter(pk=pk).first()
    if found is None:
        raise UnknownAddress
    return found
