"""The kinds of questions, one class each, with everything that the program does with an answer.

A new kind is a class in a module of this folder, its line in :data:`KINDS`, and a macro in
``templates/macros/widget.html``. Without all duties of :class:`Kind` nothing is imported.
"""

from collections.abc import Mapping

from functions.forms.kinds.choices import Choice, Choices, Consent, Stars
from functions.forms.kinds.dates import Date, Past
from functions.forms.kinds.kind import Kind
from functions.forms.kinds.phones import Last4, Phone
from functions.forms.kinds.texts import Name, OrderNumber, Text, TextArea

KINDS: Mapping[str, Kind] = {
    "text": Text(),
    "textarea": TextArea(),
    "name": Name(),
    "phone": Phone(),
    "choice": Choice(),
    "choices": Choices(),
    "stars": Stars(),
    "date": Date(),
    "past": Past(),
    "consent": Consent(),
    "order": OrderNumber(),
    "last4": Last4(),
}
"""By the name that ``kind:`` has in a form's definition."""
CHOOSING = tuple(name for name, kind in KINDS.items() if isinstance(kind, Choice))
"""The kinds that have choices."""
