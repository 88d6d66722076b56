"""Reads an HTML page for the tests: elements with attributes and text, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

APART = {"td", "th", "tr", "p", "li", "div", "br", "dd", "dt"}
VOID = {"meta", "col", "br", "link", "img", "input", "hr"}


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def has_class(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()


class Page(HTMLParser):
    """Every element of a page; `text` of one includes that of those inside it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def all(self, tag: str = "", *, of_class: str = "") -> list[Element]:
        return [e for e in self.elements if (not tag or e.tag == tag) and (not of_class or e.has_class(of_class))]

    def one(self, anchor: str) -> Element:
        (found,) = [e for e in self.elements if e.attributes.get("id") == anchor]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag in APART:
            self.handle_data(" ")
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)
