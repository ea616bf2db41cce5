"""The addresses that an account keeps."""

from typing import Any

from django.forms import model_to_dict

from users.errors import UnknownAddress
from users.models import User


def of(user: User, pk: int) -> dict[str, Any]:
    """Return the fields of an address of ``user``.

    Raises:
        UnknownAddress: There is none with ``pk``, or it is somebody else's.
    """
    found = user.addresses.filter(pk=pk).first()
    if found is None:
        raise UnknownAddress
    return model_to_dict(found)
