"""A year of made-up orders, for demonstrations and benchmarks.

Every history follows the life cycle and the station's deadlines, and ends where the next step would
lie in the future. The same seed gives the same year.
"""

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from functions.app import App
from functions.context.workdays import CHINA
from functions.errors import Conflict, Refused
from functions.forms import order_number
from functions.forms.days import falls
from functions.forms.definition import Form, personal
from functions.forms.kinds import KINDS
from functions.orders import repository
from functions.orders.counters import STARS
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import CLOCK, RESIDENT, STAFF, TEAM
from functions.orders.lifecycle.transitions import apply
from functions.orders.privacy import CORRECTED
from functions.orders.repository import Step
from functions.orders.steps.service import FIRST
from functions.people import volunteers
from functions.storage.history import Event
from functions.storage.vault import fingerprint

WISHES = {
    "haircut": (6, "老人腿脚不便，想请人上门理发。", "独居老人想请人上门理发"),
    "appliance-repair": (5, "电饭煲不通电了，请帮忙看看。", "家里的电饭煲坏了，想请人修一修"),
    "meals": (5, "老人一个人在家，想请人中午送饭。", "独居老人想请人送午饭"),
    "household": (3, "想请人帮忙擦窗户、搬柜子。", "老人想请人帮忙打扫屋子"),
    "job-help": (2, "想找一份离家近的工作。", "居民想在家附近找一份工作"),
    "family-doctor": (2, "想请医生量血压，问问用药。", "老人想请家庭医生量血压"),
    "other": (1, "楼道的灯不亮了，不知道找谁。", "楼道的灯坏了，想请人看看"),
}
ANY = (1, "想请志愿者帮个忙，电话里细说。", "居民想请志愿者帮个忙")
"""How often a service is asked for, a wish in the resident's words, and in words for the public."""

SAID: dict[str, dict[str, str]] = {
    "consulted": {"note": "和服务队、楼栋长商量过，先上门看，再定怎么办。"},
    "progressed": {"note": "又去了一次，已经办了一部分，接着办。"},
    "declined": {"note": "这几天人手排满了。"},
    "paused": {"note": "居民这几天不在家，约好回来再上门。"},
    "rejected": {"to_resident": "这件事要由物业来办，电话已经告诉您了。"},
    "retaken": {"note": "物业说可以一起办，重新受理。"},
    "undone": {"note": "还差一样没有做完。"},
}
NOTES = {
    STAFF: ({"to": ["team"]}, "老人耳朵不好，敲门请大声一些。"),
    RESIDENT: ({}, "门铃坏了，到了请打电话。"),
}
"""What is noted while an order is under way: for whom, and in which words."""
AGAIN = "过了几天又不行了，请再来看看。"
HELPS = "平时白天有空，愿意帮忙。"
PROBLEMS = ("来得比约好的晚了一些。", "用了两天又坏了。", "事情只办了一半。")
ANSWERS = ("已经和服务队说好，上门前先约时间。", "服务队已经再次上门，办好了。")
SURNAMES, TITLES = "赵钱孙李周吴郑王冯陈蒋沈韩杨秦许", ("先生", "女士", "奶奶", "爷爷", "阿姨")
WHO = "示例"

SOURCES = {"online": 60, "phone": 25, "onsite": 10, "paper": 5}
RATERS = ((RESIDENT, "link"), (RESIDENT, "slip"), (STAFF, "paper"))
LEVELS = {"routine": 80, "difficult": 15, "complex": 5}
ENDS = {"": 94, "cancelled": 3, "rejected": 3}
BACK = {"cancelled": (RESIDENT, "restored"), "rejected": (STAFF, "retaken")}
"""Who takes back an end, and how."""
FATES = {"accepted": 90, "declined": 6, "escalated": 4}
SOLVED = {"solved": 86, "partly": 8, "unsolved": 6}
"""How many in a hundred."""

SOON, LATER = (0, 0, 0, 1), (0, 0, 1, 1, 2, 3, 5)
WORK = {"routine": (0,) * 9 + (1, 1, 12), "difficult": (2, 4, 6, 9, 20), "complex": (9, 18, 36)}
"""Working days from one step to the next, and from accepting to done."""

YEAR, LAST_WEEK = timedelta(days=364), timedelta(days=7)
SEASON, SERVICE_DAY = (1, 2, 9, 10, 11), 15
"""The months of the spring festival and of autumn, and a day of each month, with more wishes."""

OPENS, SECONDS = (time(9, tzinfo=CHINA), time(14, 30, tzinfo=CHINA)), 3 * 60 * 60
RESIDENTS, VOLUNTEERS = (0, 9000), (9000, 10000)
"""The last digits of their phones, so that nobody serves themselves."""

FACT = "demo"
"""The fact of a store that says how many histories in it are made up."""


def fill(app: App, orders: int, seed: int = 1) -> int:
    """Write so many orders of the last year, with volunteers, and return how many.

    Raises:
        Refused: ``real``, somebody filed a wish or signed up there; nothing was written.
    """
    if _histories(app) != int(app.store.fact(FACT) or 0):
        raise Refused("real")
    town = _Town(app, seed)
    town.recruit(orders // 20 + 3)
    for at in town.moments(orders):
        town.live(at)
    app.store.set_fact(FACT, str(_histories(app)))
    return orders


def _histories(app: App) -> int:
    return sum(1 for kind in (repository.KIND, volunteers.KIND) for _ in app.store.numbers(kind))


class _Town:
    """What the orders have in common: chance, the calendar, volunteers by team, residents."""

    def __init__(self, app: App, seed: int):
        self.app, self.now, self.bundle = app, app.clock.now, app.bundle
        self.calendar = app.deadlines.calendar
        # Chance must come out the same again, and no key is made of it.
        self.rng = random.Random(seed)  # noqa: S311
        self.begins = self.now - YEAR
        self.members: dict[str, list[tuple[datetime, str]]] = {t: [] for t in self.bundle.teams}
        self.stars = {team: self.rng.uniform(4, 5) for team in self.bundle.teams}
        self.recent: list[_Life] = []

    def one_of(self, weights: Mapping[str, int]) -> str:
        return self.rng.choices([*weights], [*weights.values()])[0]

    def on(self, day: date) -> datetime:
        """A time in the working hours of a day."""
        opens = datetime.combine(day, self.rng.choice(OPENS))
        return opens + timedelta(seconds=self.rng.randrange(SECONDS))

    def later(self, at: datetime, days: int) -> datetime:
        """A time so many working days later; the day after, where that would not be later."""
        when = self.on(self.calendar.after(at.date(), days))
        return when if when > at else self.on(self.calendar.after(at.date(), days + 1))

    def moments(self, count: int) -> list[datetime]:
        """When something was sent in, the earliest first."""
        days = [(self.begins + timedelta(days=n)).date() for n in range(YEAR.days + 1)]
        days = [day for day in days if day.day == SERVICE_DAY or self.calendar.works(day)]
        late = (self.now - LAST_WEEK).date()
        weights = [2 + (d.month in SEASON) + 6 * (d.day == SERVICE_DAY) + (d > late) for d in days]
        found: list[datetime] = []
        while len(found) < count:
            at = self.on(self.rng.choices(days, weights)[0])
            if self.begins < at <= self.now:
                found.append(at)
        return sorted(found)

    def somebody(self, digits: tuple[int, int]) -> dict[str, str]:
        """Name and phone, clearly made up: after the area code no number begins with 0."""
        name = self.rng.choice(SURNAMES) + self.rng.choice(TITLES)
        return {"name": name, "phone": f"+86773000{self.rng.randrange(*digits):04}"}

    def answers(
        self, form: Form, at: datetime, known: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What somebody may answer at a time: for the history, and to be sealed. ``known`` has
        answers by role, or for all questions of a kind; what can be picked is left to chance."""
        history, sealed = {"wording": form["version"]}, dict[str, Any]()
        to_seal = personal(form)
        for field in form["fields"]:
            name, kind = field["name"], field["kind"]
            value = known.get(name, known.get(kind))
            if value is None and field["choices"]:
                value = self.rng.choice(field["choices"])["value"]
                value = [value] if KINDS[kind].many else value
            elif kind == "date" and self.rng.random() < 0.5:
                value = self._wished(at.date(), known.get("service", ""))
            if value is not None:
                (sealed if name in to_seal else history)[name] = value
        return history, sealed

    def _wished(self, day: date, service: str) -> str:
        """A day on which a service takes place, two or more days ahead."""
        day += timedelta(days=self.rng.randint(2, 20))
        schedule = self.bundle.practical.get(service, {})
        while schedule.get("days") and not falls(schedule, day):
            day += timedelta(days=1)
        return day.isoformat()

    def recruit(self, count: int) -> None:
        """Two volunteers for each team before all orders, the others during the year."""
        first, founders = self.begins.date() + timedelta(days=1), [*self.bundle.teams] * 2
        for team in founders:
            self._join(team, self.on(first))
        for at in self.moments(max(0, count - len(founders))):
            self._join(self.rng.choice(founders), at)
        self.begins = max(since for team in self.members.values() for since, _ in team[:2])

    def _join(self, team: str, at: datetime) -> None:
        while self.app.store.head(no := order_number.draw(self.rng.randrange)):
            continue
        known = {**self.somebody(VOLUNTEERS), "team": team, "textarea": HELPS, "consent": True}
        data, personal = self.answers(self.bundle.forms[volunteers.KIND], at, known)
        data["wants"] = data.pop("team", "")
        event = Event("applied", RESIDENT, at.isoformat(), data)
        applied = self.app.volunteers.change(None, no, event, personal)
        self.app.store.commit(applied)
        if (since := self.later(at, 1)) <= self.now:
            event = Event("approved", STAFF, since.isoformat(), {"who": WHO, "team": team})
            self.app.store.commit(self.app.volunteers.change(applied.head, no, event))
            self.members[team].append((since, no))

    def live(self, at: datetime) -> None:
        """Write an order, with all that has happened to it since."""
        while True:
            life = _Life(self, order_number.draw(self.rng.randrange), at)
            with suppress(_Ahead):
                life.run()
            change = self.app.orders.change(Order(life.order.no), life.order, life.steps)
            with suppress(Conflict):
                self.app.store.commit(change._replace(messages=()))
                self.recent = [*self.recent[-8:], life]
                return


class _Ahead(Exception):
    """The next step would lie in the future, so the history ends here."""


class _Life:
    """One order, step by step; ``at`` is the time that it has reached."""

    def __init__(self, town: _Town, no: str, at: datetime):
        self.town, self.rng, self.order, self.at = town, town.rng, Order(no), at
        self.bundle, self.rules, self.steps = town.bundle, town.bundle.site["desk"], list[Step]()
        near = [life for life in town.recent if life.order.level and at - life.at < LAST_WEEK]
        self.twin = self.rng.choice(near) if near and self.rng.random() < 0.05 else None
        wished = {name: WISHES.get(name, ANY)[0] for name in self.bundle.services}
        self.service: str = self.twin.service if self.twin else town.one_of(wished)
        _, self.wish, self.public = WISHES.get(self.service, ANY)
        house, stair, floor, door = (self.rng.randint(1, most) for most in (20, 4, 7, 4))
        lives = {"address": f"示例小区 {house} 栋 {stair} 单元 {floor}0{door}"}
        self.who: dict[str, str] = self.twin.who if self.twin else town.somebody(RESIDENTS) | lives

    def run(self) -> None:
        """All that happens to it: it ends at once, or goes round until it is solved."""
        source = self.town.one_of(SOURCES)
        known = {**self.who, "service": self.service, "textarea": self.wish, "consent": True}
        data, personal = self.town.answers(self.bundle.forms["wish"], self.at, known)
        key = fingerprint(self.town.app.vault.tracking_key(self.order.no, FIRST))
        by = RESIDENT if source == "online" else STAFF
        self._add("submitted", by, said=personal, source=source, key=key, issued=FIRST, **data)
        data = {"into": self.twin.order.no} if self.twin else {}
        if end := "merged" if self.twin else self.town.one_of(ENDS):
            self._add(end, RESIDENT if end == "cancelled" else STAFF, SOON, **data)
            if end in BACK and self._by_chance(0.4):
                self._add(BACK[end][1], BACK[end][0], LATER)
        while self.order.state == "submitted":
            if self._by_chance(0.05):
                self._correct()
            self._place()
            self._serve()
            self._rate()

    def _by_chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _correct(self) -> None:
        """The address was wrong; the resident or the station puts it right."""
        right = {"address": f"{self.who['address']}（从北门进）"}
        by = self.rng.choice((RESIDENT, STAFF))
        self._add("corrected", by, SOON, said={CORRECTED: right}, questions=["address"])

    def _note(self) -> None:
        by = self.rng.choice((RESIDENT, STAFF))
        data, note = NOTES[by]
        self._add("noted", by, SOON, said={"note": note}, **data)

    def _add(self, kind: str, by: str, days: Sequence[int] = (), **data: Any) -> None:
        """Add an event, one of these numbers of working days later; days in data count on."""
        if days:
            self.at = self.town.later(self.at, self.rng.choice(days))
        if self.at > self.town.now:
            raise _Ahead
        personal = data.pop("said", SAID.get(kind, {}))
        for name in {"due", "until"} & {*data}:
            data[name] = self.town.calendar.after(self.at.date(), data[name]).isoformat()
        event = Event(kind, by, self.at.isoformat(), data | ({"who": WHO} if by == STAFF else {}))
        self.order = apply(self.order, event)
        self.steps.append(Step(event, personal))

    def _place(self) -> None:
        """Ask teams until one accepts: one that offers the service first, then any."""
        level = self.town.one_of(LEVELS)
        more = {"service": self.service, "due": self.rules["days"][level]}
        if self.bundle.grids:
            more["grid"] = self.order.grid or self.rng.choice(self.bundle.grids)
        self._add("triaged", STAFF, SOON, level=level, **more)
        if not self.order.published and self.rng.random() < 0.25:
            self._add("released", STAFF, text=self.public)
        if level == "difficult":
            self._add("consulted", STAFF, (1, 2, 4))
        candidates = self.bundle.offers.get(self.service)
        while self.order.state != "accepted":
            team, answer = self.rng.choice(candidates or [*self.bundle.teams]), self.rules["answer"]
            self._add("dispatched", STAFF, SOON, team=team, due=answer)
            fate, candidates = self.town.one_of(FATES), None
            if fate == "escalated":
                self._add(fate, CLOCK, (answer + 1,))
            elif fate == "declined":
                self._add(fate, TEAM, SOON, reason="busy")
            else:
                there = [no for since, no in self.town.members[team] if since <= self.at]
                self._add(fate, TEAM, SOON, volunteer=self.rng.choice(there))

    def _serve(self) -> None:
        days, stretch = self.rng.choice(WORK[self.order.level]), self.rules["milestone"]
        if self._by_chance(0.1):
            self._note()
        if self.rng.random() < 0.06:
            self._add("paused", TEAM, SOON, until=5)
            left = self.town.calendar.between(self.at.date(), date.fromisoformat(self.order.due))
            self._add("resumed", TEAM, (1, 2, 4), due=left)
        while self.order.level == "complex" and days >= stretch:
            self._add("progressed", TEAM, (stretch,))
            days -= stretch
        self._add("done", TEAM, (days,))
        if self._by_chance(0.02):
            self._add("undone", TEAM, SOON)
            self._add("done", TEAM, LATER)

    def _rate(self) -> None:
        """Rate and close it; or open it again."""
        if self.rng.random() < 0.3:
            return self._add("closed", CLOCK, (self.rules["rate"] + 1,))
        (by, source), solved = self.rng.choice(RATERS), self.town.one_of(SOLVED)
        usual = self.town.stars[self.order.team] - (solved != "solved")
        data: dict[str, Any] = {name: min(5, round(self.rng.gauss(usual, 0.5))) for name in STARS}
        data |= {"solved": solved, "wording": self.bundle.forms["rating"]["version"]}
        personal = {}
        if self.rng.random() < (0.05 if solved == "solved" else 0.6):
            personal, data["problem"] = {"problems": self.rng.choice(PROBLEMS)}, "raised"
        self._add("rated", by, LATER, said=personal, source=source, **data)
        if solved == "unsolved":
            self._add("reopened", by, source=source)
        if personal and self.rng.random() < 0.85:
            how, text = self.rng.choice(("public", "private")), {"text": self.rng.choice(ANSWERS)}
            public, kept = (text, {}) if how == "public" else ({}, text)
            self._add("answered", STAFF, SOON, said=kept, problem="answered", how=how, **public)
        if self.order.state == "rated" and self.order.problem != "raised":
            self._add("closed", CLOCK, (self.rules["close"] + 1,))
            if self._by_chance(0.02):
                self._add("reopened", RESIDENT, LATER, said={"note": AGAIN})
