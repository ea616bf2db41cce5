"""What carriers charge for a parcel, asked over HTTP, all at once.

``ask_all()`` waits only as long as the slowest of them, and answers also when none of them does: with
the last known price of such a parcel, else the flat rate from the settings. docs/carriers.md describes what
a carrier is asked and may answer.
"""

from orders.carriers.asking import ask_all, codes
from orders.carriers.quotes import Carrier, CarrierQuote, Parcel, QuoteSource

__all__ = ["Carrier", "CarrierQuote", "Parcel", "QuoteSource", "ask_all", "codes"]
