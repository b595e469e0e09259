"""The forms that residents fill in: their addresses, and what the program must be told in them."""

FORMS = {"wish": "/wish/", "rating": "/rate/", "volunteer": "/join/", "order": "/track/"}
"""The address of each form, by the name that it shares with its function."""
THANKS = "/join/thanks/"
"""The page after somebody signed up as a volunteer."""
NEEDED = {
    "wish": ("service", "phone", "consent"),
    "rating": ("no", "last4", "solved"),
    "volunteer": ("phone", "consent"),
    "order": ("no", "last4"),
}
"""The roles that a form must have, each in a question that is required."""
