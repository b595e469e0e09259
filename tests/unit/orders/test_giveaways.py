"""What in words for the public gives a resident away."""

import pytest

from functions.orders.giveaways import revealing
from functions.orders.privacy import masked

WHO = {"name": "欧阳锋", "phone": "13812345678", "address": "桂林市临桂区西城路桂花苑3栋2单元401"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("欧阳家想理发", ["欧阳"]),
        ("欧阳锋想理发", ["欧阳锋"]),
        ("桂花苑的老人", ["桂花苑"]),
        ("西城路的老人想理发", ["西城路"]),
        ("十二栋的老人想理发", ["十二栋"]),
        ("三单元四零一室想修灯", ["三单元", "四零一室"]),
        ("请打一三八 一二三四 五六七八", ["一三八 一二三四 五六七八"]),
        ("请打 138-1234-5678，12 栋", ["138-1234-5678", "12 栋"]),
        ("欧 阳奶奶，欧\u200b阳锋", ["欧 阳", "欧\u200b阳锋"]),
        ("歐陽家，桂花 苑，歐　陽鋒", ["歐陽", "桂花 苑", "歐　陽鋒"]),
        ("住401的老人想磨刀", ["401"]),
        ("尾号5678，手机尾号 5 6 7 8，五六七八", ["5678", "5 6 7 8", "五六七八"]),
        ("5678元，15678，尾号5679", []),
        ("４０１的老人，四零一的老人", ["４０１", "四零一"]),
        ("四百零一的老人，四百〇一", ["四百零一", "四百〇一"]),
        ("四百块，四百零一块，一百人", []),
        ("401房的老人，五〇二房", ["401房", "五〇二房"]),
        ("1401元，401元，40人", []),
        ("独居老人想请人上门理发", []),
        ("桂林市临桂区的老人", []),
        ("二十三日下午两点，三座桥边，一室一厅", []),
    ],
)
def test_names_estates_and_doors_are_found_however_they_are_written(
    text: str, found: list[str]
) -> None:
    assert revealing(text, WHO) == found


@pytest.mark.parametrize("address", ["1 栋 420", "1 栋四二零", "一栋四百二十室"])
@pytest.mark.parametrize("door", ["420", "四二〇", "四百二十", "４２０"])
def test_a_door_is_found_however_it_was_said_and_written(address: str, door: str) -> None:
    assert revealing(f"住{door}的老人", {"address": address}) == [door]
    assert revealing(f"{door}块钱，4200", {"address": address}) == []


def test_a_name_in_traditional_letters_is_found_in_simplified_ones() -> None:
    who = {"name": "陳麗華", "address": "桂林市臨桂區桂花苑"}
    assert revealing("陈家，丽华，桂花苑，临桂区", who) == ["陈家", "丽华", "桂花苑"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("买买提·阿不都", "买买提家，阿不都大叔", ["买买提", "阿不都"]),
        ("Maria Garcia", "Maria 家，Garcia 女士", ["Maria", "Garcia"]),
    ],
)
def test_each_part_of_a_name_of_several_gives_away(name: str, text: str, found: list[str]) -> None:
    assert revealing(text, {"name": name}) == found


def test_what_all_estates_are_called_gives_nobody_away() -> None:
    there = {"address": "阳光花园小区"}
    assert revealing("阳光花园的老人", there) == ["阳光花园"]
    assert revealing("小区里的老人", there) == []


@pytest.mark.parametrize(
    ("name", "text", "gives_away"),
    [
        ("王建国", "王家想修灯", True),
        ("王建国", "老王想修灯", True),
        ("王建国", "建国想修灯", True),
        ("王建国", "王大爷想修灯", True),
        ("李奶奶", "李奶奶想理发", True),
        ("李奶奶", "一位奶奶想理发，李子熟了", False),
        ("老李", "老家来人了，大家帮忙", False),
        ("老李", "李家想修灯", True),
        ("高兴", "老人很开心，楼很高", False),
        ("李", "老李想理发", True),
        ("李", "李家老人想理发", True),
        ("李", "李子熟了，行李很重", False),
        ("老", "老人家想理发", False),
        ("王先生", "姓王的老人想修灯", True),
        ("王先生", "一位先生想修灯，大王椰子", False),
        ("王建国", "阿王想修灯，王阿婆家", True),
        ("", "想理发", False),
    ],
)
def test_a_family_name_counts_where_a_person_is_meant(
    name: str, text: str, gives_away: bool
) -> None:
    assert bool(revealing(text, {"name": name})) is gives_away


def test_a_list_leaves_out_the_numbers_of_the_own_address_alone() -> None:
    assert masked("住401的老人，住502的邻居", WHO) == "住＊＊的老人，住502的邻居"


def test_a_list_leaves_out_doors_and_phones_in_words_too() -> None:
    hidden = masked("十二栋，电话一三八一二三四五六七八，二号来", {})
    assert hidden == "＊＊，电话＊＊，二号来"
