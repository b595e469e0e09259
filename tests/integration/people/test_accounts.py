"""The accounts of staff: roles, the last administrator, own passwords, names as people see them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import build
from functions.app import App
from functions.context.attempts import Attempts
from functions.errors import Refused, Wrong
from functions.people import accounts, audit
from functions.people.accounts import ADMINISTRATOR, STAFF, Accounts
from functions.storage.connect import connect
from functions.storage.history import Change
from tests.support.client import Answer, Client
from tests.support.community import own_settings
from tests.support.orders import PASSWORD, Desk, account, enter, wish

CHOSEN = "门前老槐树 1987 夏"


def of(app: App) -> Accounts:
    return Accounts(app.store, app.clock)


@pytest.fixture
def either(app_on_each_engine: App) -> App:
    return app_on_each_engine


class TestLastAdministrator:
    def test_she_can_neither_be_disabled_nor_lose_her_role(self, either: App) -> None:
        account(either, "王芳", ADMINISTRATOR)
        account(either, "小陈")
        for act in (of(either).disable, lambda name: of(either).give_role(name, STAFF)):
            with pytest.raises(Refused) as refused:
                act("王芳")
            assert refused.value.code == "last"
        of(either).give_role("小陈", ADMINISTRATOR)
        of(either).disable("王芳")
        with pytest.raises(Refused):
            of(either).give_role("小陈", STAFF)

    def test_of_two_who_leave_at_once_one_stays(
        self, either: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("王芳", "小陈"):
            account(either, name, ADMINISTRATOR)
        commit = either.store.commit

        def second_first(change: Change, *others: Change) -> str:
            monkeypatch.undo()
            of(either).disable("小陈")  # Between what the first has read and what she writes.
            return commit(change, *others)

        monkeypatch.setattr(either.store, "commit", second_first)
        with pytest.raises(Refused) as refused:
            of(either).disable("王芳")
        assert refused.value.code == "last"
        active = [head.data["name"] for head in of(either).everybody() if head.state == "active"]
        assert active == ["王芳"]

    def test_the_desk_says_why_and_what_to_do(self, client: Client) -> None:
        desk = Desk(client, "王芳", ADMINISTRATOR)
        for do in ("disable", "role"):
            answer = desk.post("/desk/staff/", {"do": do, "name": "王芳", "role": STAFF})
            assert (answer.status, "最后一位管理员" in answer.text) == (422, True)
        assert desk.get("/desk/staff/").status == 200


class TestAtOnce:
    """Two who press at once: the second sees what the first did, and hears a sentence."""

    @pytest.fixture
    def desk(self, client: Client) -> Desk:
        return Desk(client, "王芳", ADMINISTRATOR)

    @pytest.fixture
    def meanwhile(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[Callable[[Accounts], object]], None]:
        """Lets somebody else act between what the next one has read and what she writes."""
        commit = client.app.store.commit

        def prepare(act: Callable[[Accounts], object]) -> None:
            def second_first(change: Change, *others: Change) -> str:
                if change.head.kind == accounts.KIND:
                    monkeypatch.undo()
                    act(of(client.app))
                return commit(change, *others)

            monkeypatch.setattr(client.app.store, "commit", second_first)

        return prepare

    def test_a_name_that_was_just_added_is_told(self, desk: Desk, meanwhile: Any) -> None:
        meanwhile(lambda accounts: accounts.add("小陈"))
        answer = desk.post("/desk/staff/", {"do": "add", "name": "小陈", "role": STAFF})
        assert (answer.status, "没有保存" in answer.text) == (422, False)

    def test_who_was_just_disabled_cannot_disable_the_last_who_is_left(
        self, client: Client, desk: Desk, meanwhile: Any
    ) -> None:
        account(client.app, "小陈", ADMINISTRATOR)
        meanwhile(lambda accounts: accounts.disable("王芳"))
        answer = desk.post("/desk/staff/", {"do": "disable", "name": "小陈"})
        assert (answer.status, "最后一位管理员" in answer.text) == (422, True)

    def test_a_role_that_changes_meanwhile_keeps_nobody_from_signing_out_everywhere(
        self, client: Client, desk: Desk, meanwhile: Any
    ) -> None:
        account(client.app, "小陈", ADMINISTRATOR)
        meanwhile(lambda accounts: accounts.give_role("王芳", STAFF))
        answer = desk.post("/desk/sign-out/", {"do": "everywhere"})
        assert answer.location == "/desk/sign-in/"

    @pytest.mark.slow
    def test_who_presses_twice_has_the_new_password_and_hears_of_no_fault(
        self, client: Client, desk: Desk
    ) -> None:
        typed = {"token": desk.token, "old": PASSWORD, "new": CHOSEN, "again": CHOSEN}

        def press(_: int) -> Answer:
            return client.post("/desk/password/", typed, cookie=desk.cookie)

        with ThreadPoolExecutor(3) as pool:
            answers = [*pool.map(press, range(3))]
        assert 303 in [answer.status for answer in answers]
        # One that came when the session had ended already is asked to sign in.
        assert {answer.status for answer in answers} <= {303, 403}
        assert enter(client.app, "王芳", CHOSEN).name == "王芳"

    @pytest.mark.slow
    def test_the_second_press_of_a_new_password_is_done_and_a_third_word_is_not(
        self, client: Client, desk: Desk, meanwhile: Any
    ) -> None:
        attempts = Attempts(client.app.store, client.app.vault, client.app.clock, "", "")
        own, version = of(client.app), 1
        meanwhile(lambda accounts: accounts.choose("王芳", PASSWORD, CHOSEN, attempts, version))
        assert own.choose("王芳", PASSWORD, CHOSEN, attempts, version).version == 2
        with pytest.raises(Wrong) as wrong:
            own.choose("王芳", PASSWORD, "另一个密码 1987 冬天", attempts, version)
        assert wrong.value.code == "sign_in"


class TestRoles:
    def test_a_changed_role_holds_at_once(self, client: Client) -> None:
        desk, other = Desk(client, "王芳", ADMINISTRATOR), Desk(client, "小陈")
        typed = {"do": "role", "name": "小陈", "role": ADMINISTRATOR}
        assert "改为管理员" in desk.asked("/desk/staff/", typed).text
        assert desk.post("/desk/staff/", typed).status == 200
        assert other.get("/desk/").status == 403  # The session of before has ended.
        assert enter(client.app, "小陈", PASSWORD).role == ADMINISTRATOR
        assert desk.post("/desk/staff/", {**typed, "name": "王芳", "role": STAFF}).status == 303
        assert desk.get("/desk/staff/").status == 403


class TestNames:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "name",
        [
            *("王 芳", "王芳\u3000", "王\u200b芳", "\u3000"),
            *("王芳\U0001d159", "王芳\U00016fe4", "\U0001d159", "王芳\u0300", "王·芳"),
            *("\u202e芳王", "\u202d王芳"),
        ],
    )
    def test_no_two_accounts_have_names_that_look_alike(self, app: App, name: str) -> None:
        of(app).add("王芳")
        with pytest.raises(Refused):
            of(app).add(name)

    @pytest.mark.parametrize(
        ("name", "other"),
        [("Anna", "Аnna"), ("Anna", "Annа"), ("Oxo", "ОХО"), ("l1", "I1"), ("Bob1", "B0bl")],
    )
    def test_a_letter_of_another_script_makes_no_other_name(
        self, app: App, name: str, other: str
    ) -> None:
        account(app, name)
        with pytest.raises(Refused, match="known"):
            of(app).add(other)

    def test_names_that_differ_in_a_letter_are_two(self, app: App) -> None:
        for name in ("Anna", "李明", "Li1", "Ali"):
            account(app, name)  # Each ``add`` makes a hash, which is meant to be slow.
        for name in ("Anya", "李静", "Li2", "All", "Анна"):
            of(app).add(name)

    def test_an_account_of_an_earlier_version_goes_on_as_it_was(self, app: App) -> None:
        account(app, "Li Ming")  # Its number is the name as it was typed.
        assert enter(app, "Li Ming", PASSWORD).name == "Li Ming"
        assert of(app).current("Li Ming", 1, app.clock.now)
        with pytest.raises(Refused):
            of(app).add("li ming")

    @pytest.mark.slow
    def test_a_name_is_known_however_it_is_typed(self, app: App) -> None:
        password = of(app).add("Ｌi Ming")
        assert enter(app, "li　ming", password).name == "Ｌi Ming"

    def test_spaces_do_not_give_more_tries(self, app: App) -> None:
        account(app, "王芳")
        codes = []
        for spaces in range(7):
            with pytest.raises(Wrong) as wrong:
                enter(app, "王" + " " * spaces + "芳", "x", sender="192.0.2.1")
            codes.append(wrong.value.code)
        assert codes == ["sign_in"] * 5 + ["too_often"] * 2


class TestOwnPassword:
    def typed(self, desk: Desk, **other: str) -> dict[str, Any]:
        return {"old": PASSWORD, "new": CHOSEN, "again": CHOSEN, **other}

    @pytest.mark.slow
    def test_everybody_can_choose_their_own(self, client: Client) -> None:
        desk, elsewhere = Desk(client), client
        entered = (
            elsewhere.post("/desk/sign-in/", {"name": "王芳", "password": PASSWORD})
            .cookies[0]
            .split(";")[0]
        )
        before = desk.cookie
        answer = desk.post("/desk/password/", self.typed(desk))
        assert (answer.status, answer.location) == (303, "/desk/")
        own = answer.cookies[0].split(";")[0]
        assert client.get("/desk/", cookie=own).status == 200
        for old in (before, entered):
            assert client.get("/desk/", cookie=old).status == 403
        assert enter(client.app, "王芳", CHOSEN)

    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"old": "x"}, "现在的密码不对"),
            ({"again": "x"}, "不一样"),
            ({"new": "1234567890", "again": "1234567890"}, "太好猜了"),
            ({"new": "王芳", "again": "王芳"}, "太短了"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_changed(
        self, client: Client, other: dict[str, str], sentence: str
    ) -> None:
        desk = Desk(client)
        answer = desk.post("/desk/password/", self.typed(desk, **other))
        assert (answer.status, sentence in answer.text) == (422, True)
        assert desk.get("/desk/").status == 200
        assert enter(client.app, "王芳", PASSWORD)


class TestFirstPassword:
    def enter(self, client: Client, password: str, **more: str) -> str:
        typed = {"name": "小陈", "password": password, **more}
        return client.post("/desk/sign-in/", typed).cookies[0].split(";")[0]

    @pytest.mark.slow
    def test_who_was_given_a_password_chooses_another_before_anything_else(
        self, client: Client
    ) -> None:
        no = wish(client).no
        for given in (of(client.app).add, of(client.app).reset):
            password = given("小陈")
            cookie = self.enter(client, password)
            for page in ("/desk/", f"/desk/order/?no={no}"):
                shown = client.get(page, cookie=cookie)
                assert (shown.status, "别人抄给您的" in shown.text) == (403, True)
                assert "13812345678" not in shown.text
            form = shown.form("/desk/password/")
            typed = {**form, "old": password, "new": CHOSEN, "again": CHOSEN}
            again = client.post("/desk/password/", typed, cookie=cookie)
            assert again.location == f"/desk/order/?no={no}"
            own = again.cookies[0].split(";")[0]
            assert "13812345678" in client.get(again.location, cookie=own).text
        assert client.app.access_log.of(no)

    @pytest.mark.slow
    def test_what_was_typed_before_is_shown_after_it(self, client: Client) -> None:
        desk = Desk(client, "小陈")
        password = of(client.app).reset("小陈")
        token = client.app.vault.stamp("token", "小陈", 1)
        typed = {"token": token, "name": "李奶奶", "phone": "13812345678"}
        asked = client.post("/desk/wish/", typed, cookie=desk.cookie)
        form = asked.form("/desk/sign-in/")
        door = client.post("/desk/sign-in/", {**form, "name": "小陈", "password": password})
        assert "别人抄给您的" in door.text
        cookie = door.cookies[0].split(";")[0]
        choice = {**door.form("/desk/password/"), "old": password, "new": CHOSEN, "again": CHOSEN}
        page = client.post("/desk/password/", choice, cookie=cookie)
        assert page.form("/desk/wish/")["name"] == ["李奶奶"]


@pytest.mark.slow
def test_a_command_changes_roles_and_keeps_the_last_administrator(
    small_site: Path, tmp_path: Path
) -> None:
    def staff(*words: str) -> str:
        command = ["staff", "--root", str(small_site), "--data", str(tmp_path / "var"), *words]
        return CliRunner().invoke(build.main, command).output

    with own_settings():
        staff("add", "王芳", "--administrator")
        staff("add", "小陈")
        assert "最后一位管理员" in staff("role", "王芳")
        assert "小陈 现在是管理员" in staff("role", "小陈", "--administrator")
        assert "工作人员" in staff("role", "王芳")
        assert "或者已经有了" in staff("add", "王 芳")
        assert "看得见" in staff("add", "\u3000")
    with closing(connect(f"sqlite:{tmp_path}/var/wudan.db")) as store:
        done = [head.data["what"] for head in store.find(audit.KIND)]
    assert sorted(done) == ["account_added"] * 2 + ["account_role"] * 2
