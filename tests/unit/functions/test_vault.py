import json

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
    vaults = (vault, Vault(b"other"), vault)
    keys = {v.tracking_key(no, n) for v in vaults for no in ("N", "M") for n in range(3)}
    assert len(keys) == 12
    assert all(len(key) == 22 for key in keys)


def test_a_key_of_any_version_but_the_first_has_128_bits_and_opens_for_no_other() -> None:
    made = [vault.key(version, "rate", "N") for version in range(3)]
    assert [len(key) for key in made] == [22, 32, 32]
    opens = [[vault.is_key(key, version, "rate", "N") for version in range(3)] for key in made]
    assert opens == [[n == m for m in range(3)] for n in range(3)]
    assert not vault.is_key(made[1][:22], 1, "rate", "N")


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


def test_each_duty_has_keys_of_its_own_that_follow_from_the_secret() -> None:
    vaults = (vault, vault.desk, vault.team)
    assert len({each.stamp("session", "x") for each in vaults}) == 3
    assert vault.desk.stamp("session", "x") == Vault(b"secret").desk.stamp("session", "x")
    sealed = vault.seal_text("begun", {"who": "x"})
    assert vault.desk.open_text("begun", sealed) is None
    older = Vault(b"new\nsecret")
    assert vault.desk.stamp("session", "x") in older.desk.stamps("session", "x")[1:]


def test_a_key_that_is_given_to_a_duty_does_not_follow_from_the_secret() -> None:
    lines = [json.dumps({"duty": "desk", "key": key}) for key in ("newer", "older")]
    given = Vault("\n".join(["secret", *lines]).encode())
    assert given.fingerprints == vault.fingerprints
    assert given.stamp("x") == vault.stamp("x")
    assert given.desk.stamp("session", "x") != vault.desk.stamp("session", "x")
    assert given.team.stamp("x") == vault.team.stamp("x")
    assert Vault(b"older").stamp("x") == given.desk.stamps("x")[1]


def test_the_key_of_a_duty_that_is_told_for_another_place_is_the_one_in_use() -> None:
    told = "\n".join(json.dumps({"duty": "team", "key": key}) for key in vault.duty("team"))
    there = Vault(f"the secret of another place\n{told}".encode())
    assert there.team.key(2, "team", "barbers", 1) == vault.team.key(2, "team", "barbers", 1)
