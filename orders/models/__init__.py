"""What people buy: carts, the orders they become, and what both cost."""

from orders.models.analytics import AnalysisResult, RolledDay, SalesRollup, SavedView
from orders.models.cart import MOST_UNITS, Cart, CartItem, SavedItem
from orders.models.delivery import ShippingBand, ShippingMethod, ShippingZone
from orders.models.document import Document, NumberSeries
from orders.models.history import HistoricLine
from orders.models.order import Order, OrderDiscount, OrderItem
from orders.models.payment import Payment, PaymentEvent, PaymentWebhook
from orders.models.promotion import Coupon, CouponUse, OfferState, Promotion
from orders.models.refund import Refund
from orders.models.returns import Return, ReturnItem
from orders.models.shipment import Shipment, ShipmentItem
from orders.models.tax import TaxRate
from orders.models.timeline import OrderEvent
from orders.models.withdrawal import Withdrawal

__all__ = [
    "MOST_UNITS",
    "AnalysisResult",
    "Cart",
    "CartItem",
    "Coupon",
    "CouponUse",
    "Document",
    "HistoricLine",
    "NumberSeries",
    "OfferState",
    "Order",
    "OrderDiscount",
    "OrderEvent",
    "OrderItem",
    "Payment",
    "PaymentEvent",
    "PaymentWebhook",
    "Promotion",
    "Refund",
    "Return",
    "ReturnItem",
    "RolledDay",
    "SalesRollup",
    "SavedItem",
    "SavedView",
    "Shipment",
    "ShipmentItem",
    "ShippingBand",
    "ShippingMethod",
    "ShippingZone",
    "TaxRate",
    "Withdrawal",
]
