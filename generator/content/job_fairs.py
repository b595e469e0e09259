"""Job fairs (招聘会) and their positions."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from generator.content.models import Attaching, MaybeMarkdown
from generator.content.reading.codec import Clock, Count, Mistake, Part, Text

Age = Annotated[int, Meta(ge=16, le=99, description="请写 16 到 99 的整数，不带“岁”")]
"""Nobody below sixteen may be employed (禁止使用童工规定)."""
SCHOOLING = {
    **{"不限": "any", "小学": "primary", "初中": "junior", "高中": "senior", "大专": "college"},
    **{"本科": "bachelor", "研究生": "master"},
}
"""What somebody has finished at least, the lowest first, with its name in addresses."""


class Position(Part, frozen=True):
    """One row of a job fair's table. ``schooling`` is the lowest that is enough, and
    ``pay_from`` and ``pay_to`` are yuan a month; ``pay`` says the rest in words."""

    title: Text
    employer: Text
    headcount: Count | None = None
    pay: str = ""
    pay_from: Count | None = None
    pay_to: Count | None = None
    age_from: Age | None = None
    age_to: Age | None = None
    schooling: Literal[tuple(SCHOOLING)] = "不限"  # type: ignore[valid-type]
    hours: str = ""
    place: str = ""
    contact: str = ""
    requirement: str = ""

    def __post_init__(self) -> None:
        for name, first, last in (
            ("age_to", self.age_from, self.age_to),
            ("pay_to", self.pay_from, self.pay_to),
        ):
            if first is not None and last is not None and last < first:
                raise Mistake("to_before_from", name)


class Fair(Attaching, frozen=True):
    """A job fair. ``apply`` is how somebody applies."""

    title: Text
    date: date
    place: Text
    start: Clock | None = None
    end: Clock | None = None
    hosts: tuple[Text, ...] = ()
    contact: str = ""
    apply: str = ""
    positions: tuple[Position, ...] = ()
    policies: MaybeMarkdown = ""
    body: MaybeMarkdown = ""
    sample: bool = False

    def __post_init__(self) -> None:
        if self.end and (self.start is None or self.end <= self.start):
            raise Mistake("end_before_start" if self.start else "end_alone", "end")
