"""Workbooks as staff bring them in."""

from functions.forms.spreadsheet import xlsx
from tests.support.client import Answer
from tests.support.orders import Desk


def workbook(heads: list[str], *rows: list[str]) -> bytes:
    with xlsx("x", heads, rows) as file:
        return file.read()


def upload(desk: Desk, kind: str, file: bytes) -> Answer:
    token = desk.get("/desk/").page.css_first("[name=token]")
    assert token is not None
    parts = b""
    for name, value in (("token", token.attributes["value"] or ""), ("kind", kind)):
        parts += f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    parts += b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
    parts += b"Content-Type: application/octet-stream\r\n\r\n" + file + b"\r\n--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b", "cookie": desk.cookie}
    return desk.client.send("POST", "/desk/sheets/", parts, headers)


def bring(desk: Desk, kind: str, file: bytes, **more: object) -> Answer:
    """Upload a file, confirm what the page shows of it, and return the page of the result. Where it
    cannot be confirmed, the page that says why."""
    looked = upload(desk, kind, file)
    if looked.status != 303:
        return looked
    page = desk.get(looked.location)
    return confirm(desk, page, **more) if page.page.css_first("[name=seen]") else page


def confirm(desk: Desk, page: Answer, **more: object) -> Answer:
    """Press the button that takes the rows of a page."""
    fields = page.page.css("form#take input[type=hidden]")
    hidden = {f.attributes["name"] or "": f.attributes["value"] or "" for f in fields}
    taken = desk.post("/desk/import/", {**hidden, "do": "take", **more})
    return desk.get(taken.location) if taken.status == 303 else taken
