"""What a resident is told by SMS: made when it is sent, because the outbox keeps no personal data.

A stored message has the order's number, and ``{link}`` in place of her link, which is a key.
"""

from collections.abc import Mapping
from typing import NamedTuple

from functions.forms import order_number
from functions.forms.kinds.phones import is_mobile
from functions.orders.lifecycle.transitions import went_on
from functions.orders.repository import History, Orders
from functions.storage.history import Message


class ShortMessage(NamedTuple):
    """The text, and what the channel has to know besides: to which ``phone``, the message's ``id``
    (the same whenever it is tried again), the ``event``, and what templates are filled in with."""

    text: str
    settings: Mapping[str, str]


class Residents(NamedTuple):
    """The residents behind orders. ``url`` is the site's own."""

    orders: Orders
    url: str

    def text(self, message: Message) -> ShortMessage | None:
        """What to send to the resident; None where the order was erased, she does not want it any
        more, or has no mobile phone; and where it was taken back before it could be sent."""
        no, version, event, _ = message.id.split(":")
        found = self.orders.history(no)
        order = found and found.order
        if found is None or order is None or not order.sms or order.erased_at:
            return None
        if not self._holds(found, version, event):
            return None
        phone = self.orders.phone(found)
        if not is_mobile(phone):
            return None
        link = f"{self.url}{self.orders.address(order)}"
        if event == "done":
            link = f"{self.url}/rate/?no={no}&key={self.orders.rating_key(order)}"
        settings = {
            "phone": phone,
            "id": message.id,
            "event": event,
            "no": order_number.spell(no),
            "service": self.orders.names.services.get(order.service, ""),
            "link": link,
        }
        return ShortMessage(message.text.replace("{link}", link), settings)

    def _holds(self, found: History, version: str, event: str) -> bool:
        """Whether what a message tells still stands: of its own order, or of the one that it was
        merged into (:func:`functions.orders.notices.due`). Nobody is asked to rate twice."""
        order, (other, _, version) = found.order, version.rpartition(".")
        if other and self.orders.last(order).no != other:
            return False
        about = self.orders.history(other) if other else found
        if about is None or not went_on(other or order.no, about.events, int(version)):
            return False
        return event != "done" or order.rating_at < about.order.done_at
