"""The words of an order: who acts, which states there are, what may be answered of it."""

RESIDENT, STAFF, TEAM, CLOCK = "resident", "staff", "team", "clock"
ACTORS = (RESIDENT, STAFF, TEAM, CLOCK)
"""Who acts: the resident who filed the wish, the station, a volunteer team, or the program itself:
its schedule, or what follows from what happened to another order."""
LEVELS = ("routine", "difficult", "complex")
"""常规问题马上办 · 困难问题协商办 · 复杂问题盯着办."""
SOLVED = ("solved", "partly", "unsolved")
SOURCES = ("online", "onsite", "phone", "paper")
"""How a wish came, and a rating that somebody else wrote down: on the site, face to face (of
ratings once: by a slip), by phone, on paper."""
DOORS = ("slip", "link", "digits")
"""By which door a resident's own rating came: the key of a slip, her link, number and phone."""
HELD = "held"
"""The state of a wish that staff have to look at first, because it may be no resident's."""
STATES = (
    HELD,
    *("submitted", "triaged", "dispatched", "accepted", "done", "rated"),
    *("closed", "rejected", "cancelled", "merged"),
)
ON_ITS_WAY = ("submitted", "triaged", "dispatched", "accepted", "done", "rated", "closed")
"""The states through which an order goes where nothing is taken back."""
FINAL = ("closed", "rejected", "cancelled", "merged")
OPEN = tuple(state for state in STATES if state not in (HELD, *FINAL))
