import random

from generator.content.form_definitions import Offers, grids
from generator.content.models import Team


def test_grids_stand_as_people_count() -> None:
    counted = [
        *("全部网格", "第一网格", "第二网格", "第九网格", "第十网格", "第十一网格"),
        *("第二十网格", "第二十三网格", "第一百二十网格"),
    ]
    shuffled = random.Random(0).sample(counted, len(counted))
    team = Team(slug="x", name="队", grids=tuple(shuffled))
    assert grids(Offers((), (team,), {})) == counted


def test_grids_in_digits_do_too() -> None:
    team = Team(slug="x", name="队", grids=("10 号", "9 号", "101 号"))
    assert grids(Offers((), (team,), {})) == ["9 号", "10 号", "101 号"]
