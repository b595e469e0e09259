"""Pictures of the site in safe HTML: which it names, and how they are shown."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import unquote

from generator.files.pictures import ENDINGS, Picture

_MAY_NAME = re.compile("<img|" + "|".join(map(re.escape, ENDINGS)), re.IGNORECASE)
_STATIC = re.compile(r"^(?:\.\./)*/?static/")
_TAG = re.compile(r"""<(img|a)\b((?:[^">]|"[^"]*")*)>""")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


def named(html: str) -> list[str]:
    """The addresses of pictures, as they were typed, that lie in the site's own folder. Pictures of
    other sites stay there."""
    if not _MAY_NAME.search(html):
        return []
    typed = [_typed(tag[1], tag[2]) for tag in _TAG.finditer(html)]
    return [*dict.fromkeys(address for address in typed if address)]


def path(address: str) -> str:
    """The path below ``static/`` that an address in a text means. A page's own folder has no files,
    so what begins with no folder can mean nothing else."""
    return _STATIC.sub("", unquote(address))


def shown(
    html: str, pictures: Mapping[str, Picture], draw: Callable[[Picture, str, str], str]
) -> str:
    """The HTML with these pictures, by the address that was typed, drawn as ``draw`` says from a
    picture, its alternative text and its title; links to them lead to what is published."""

    def change(tag: re.Match[str]) -> str:
        found = pictures.get(_typed(tag[1], tag[2]))
        if not found:
            return tag[0]
        if tag[1] == "a":
            return _ATTRIBUTE.sub(lambda each: _led(each, found), tag[0])
        attributes = {key: unescape(value) for key, value in _ATTRIBUTE.findall(tag[2])}
        return draw(found, attributes.get("alt", ""), attributes.get("title", ""))

    return _TAG.sub(change, html)


def _led(attribute: re.Match[str], to: Picture) -> str:
    return f'href="{to.plain}"' if attribute[1] == "href" else attribute[0]


def _typed(tag: str, attributes: str) -> str:
    """The address of a picture of this site in a tag. Of links, only those to pictures count."""
    found = dict(_ATTRIBUTE.findall(attributes))
    address = unescape(found.get("src" if tag == "img" else "href", ""))
    is_elsewhere = re.match(r"[a-zA-Z][\w+.-]*:|//", address)
    is_picture = tag == "img" or address.lower().endswith(ENDINGS)
    return address if is_picture and not is_elsewhere else ""
