"""What was found is marked as it stands in the text, and shown with what stands around it."""

from hypothesis import given
from hypothesis import strategies as st

from functions.index.letters import plain
from functions.index.marks import LONGEST, MarkedPiece, marked, snippet

WORDS = st.lists(st.text("志愿aA.(", min_size=1, max_size=3).map(plain), min_size=1, max_size=4)


def test_letters_stay_as_they_were_typed() -> None:
    assert marked("修 ＬＥＤ 燈", ["led", "灯"]) == [
        MarkedPiece("修 ", False),
        MarkedPiece("ＬＥＤ", True),
        MarkedPiece(" ", False),
        MarkedPiece("燈", True),
    ]


def test_the_piece_shown_has_what_the_title_lacks() -> None:
    text = "头" * 200 + "磨刀" + "尾" * 200
    pieces = snippet("服务日", text, ["服务", "磨刀"])
    assert MarkedPiece("磨刀", True) in pieces
    assert pieces[0].text.startswith("…头")
    assert pieces[-1].text.endswith("尾…")
    [beginning] = snippet("服务日磨刀", text, ["服务", "磨刀"])
    assert beginning == MarkedPiece("头" * LONGEST + "…", False)


@given(st.text("志愿服务aA.( ", max_size=300), WORDS)
def test_no_letter_is_lost_and_each_mark_is_a_word(text: str, words: list[str]) -> None:
    pieces = marked(text, words)
    assert "".join(piece.text for piece in pieces) == text
    assert {plain(piece.text) for piece in pieces if piece.is_found} <= {*words}
    assert sum(len(piece.text) for piece in snippet("", text, words)) <= LONGEST + 2
