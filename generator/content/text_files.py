"""Pictures and attachments of the site in safe HTML: which it names, and how they are shown."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import unquote

from generator.files.attachments import Attachment
from generator.files.shown_files import ENDINGS, ShownFile

_MAY_NAME = re.compile("<img|" + "|".join(map(re.escape, ENDINGS)), re.IGNORECASE)
_STATIC = re.compile(r"^(?:\.\./)*/?static/")
_TAG = re.compile(r"""<(img|a)\b((?:[^">]|"[^"]*")*)>""")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


def named(html: str) -> list[str]:
    """The addresses of pictures and attachments, as they were typed, that lie in the site's own
    folder. Those of other sites stay there."""
    if not _MAY_NAME.search(html):
        return []
    typed = [_typed(tag[1], tag[2]) for tag in _TAG.finditer(html)]
    return [*dict.fromkeys(address for address in typed if address)]


def path(address: str) -> str:
    """The path below ``static/`` that an address in a text means. A page's own folder has no files,
    so what begins with no folder can mean nothing else."""
    return _STATIC.sub("", unquote(address))


def shown(
    html: str, files: Mapping[str, ShownFile], draw: Callable[[ShownFile, str, str], str]
) -> str:
    """The HTML with these files, by the address that was typed, drawn as ``draw`` says from a file,
    its alternative text and its title; links to them lead to what is published."""

    def change(tag: re.Match[str]) -> str:
        typed = _typed(tag[1], tag[2])
        found = files.get(typed)
        if not found:
            return tag[0]
        if tag[1] == "a":
            return _ATTRIBUTE.sub(lambda each: _led(each, found, path(typed)), tag[0])
        attributes = {key: unescape(value) for key, value in _ATTRIBUTE.findall(tag[2])}
        return draw(found, attributes.get("alt", ""), attributes.get("title", ""))

    return _TAG.sub(change, html)


def _led(attribute: re.Match[str], to: ShownFile, name: str) -> str:
    if attribute[1] != "href":
        return attribute[0]
    # It is saved under its own name, and not that of its content.
    saved = escape(name.rpartition("/")[2]) if isinstance(to, Attachment) else ""
    return f'href="{to.plain}"' + (f' download="{saved}"' if saved else "")


def _typed(tag: str, attributes: str) -> str:
    """The address of a file of this site in a tag. Of links, only those to what is made of files
    count."""
    found = dict(_ATTRIBUTE.findall(attributes))
    address = unescape(found.get("src" if tag == "img" else "href", ""))
    is_elsewhere = re.match(r"[a-zA-Z][\w+.-]*:|//", address)
    is_file = tag == "img" or address.lower().endswith(ENDINGS)
    return address if is_file and not is_elsewhere else ""
