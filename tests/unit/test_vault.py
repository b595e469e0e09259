import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from functions.storage.vault import Vault, fingerprint, recognises

vault = Vault(b"secret")
personal = st.dictionaries(st.text(), st.text(st.characters(codec="utf-8")))


@given(personal)
def test_what_is_sealed_opens_as_it_was(said: dict[str, str]) -> None:
    assert vault.open("N", vault.seal("N", said)) == said


def test_it_opens_neither_under_another_number_nor_with_another_secret() -> None:
    sealed = vault.seal("N", {"phone": "+8613812345678"})
    assert b"138" not in sealed
    for other, no in ((vault, "M"), (Vault(b"other"), "N")):
        with pytest.raises(InvalidTag):
            other.open(no, sealed)


def test_a_key_is_the_same_every_time_and_another_for_every_number_and_secret() -> None:
    keys = {v.tracking_key(no) for v in (vault, Vault(b"other"), vault) for no in ("N", "M")}
    assert len(keys) == 4
    assert all(len(key) == 22 for key in keys)


def test_a_fingerprint_recognises_its_key_and_no_other() -> None:
    stored = fingerprint("key")
    assert "key" not in stored
    assert recognises(stored, "key")
    assert not recognises(stored, "kez")
    assert not recognises(stored, "")
    assert not recognises(stored, "钥匙")


def test_stamps_differ_with_every_part() -> None:
    assert len({vault.stamp("a", "b"), vault.stamp("ab", ""), vault.stamp("b", "a")}) == 3
    assert vault.stamp("a", {"x": 1, "y": 2}) == vault.stamp("a", {"y": 2, "x": 1})
