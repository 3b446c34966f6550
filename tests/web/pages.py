"""Somebody at a browser without JavaScript: pages are read, forms are filled in and sent with the token that stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import html

from tests.visitors import Answer, Person

REDIRECTS = (302, 303)


def browser_of(person: Person) -> Person:
    """The same session, without the header that only programs send."""
    browser = Person(person.url)
    browser.http.cookies.update(person.http.cookies)
    return browser


class Form:
    """A form of a page, as it was filled when it came: {name: [value, …]} of what a browser would send."""

    def __init__(self, browser: Person, element: Any, path: str):
        self.browser, self.element = browser, element
        self.action = element.get("action") or path
        self.values: dict[str, list[str]] = {}
        for name, value in element.form_values():
            self.values.setdefault(name, []).append(value)

    def send(self, *button: str, files: Any = None, **typed: str | list[str] | None) -> Page:
        """The page that follows. `button`: name and value of the one that is pressed; None: what is not sent, as an empty check box."""
        sent: dict[str, Any] = self.values | ({button[0]: button[1]} if button else {})
        for name, value in typed.items():
            sent[name.replace("__", ".")] = value
        data = {name: value for name, value in sent.items() if value is not None}
        answer = self.browser.call("POST", self.action, data=data, files=files)
        if answer.status in REDIRECTS:
            return opened(self.browser, answer.headers["Location"])
        return Page(self.browser, self.action, answer)


@dataclass
class Page:
    browser: Person
    path: str
    answer: Answer

    def __post_init__(self) -> None:
        self.document = html.document_fromstring(self.answer.body)

    @property
    def status(self) -> int:
        return self.answer.status

    def form(self, action: str, with_field: str = "csrf_token") -> Form:
        """The one form that is sent there, and has a field or button of this name; not the one of a notice, which undoes something."""
        there = [form for form in self.document.forms if (form.get("action") or self.path) == action and not form.get("data-goes-after")]
        (element,) = [form for form in there if form.xpath(".//*[@name=$name]", name=with_field)]
        return Form(self.browser, element, self.path)

    def forms(self) -> set[str]:
        """Where the forms of the page are sent."""
        return {form.get("action") or self.path for form in self.document.forms}

    def fault_of(self, field_id: str) -> str:
        """What is said beside the field, by way of its `aria-describedby`; empty when it has no fault."""
        field = self.document.get_element_by_id(field_id)
        if field.get("aria-invalid") != "true":
            return ""
        return self.document.get_element_by_id(field.get("aria-describedby")).text_content().strip()

    def text(self, where: str = "//main") -> str:
        """All text there (XPath), with single spaces."""
        return " ".join(" ".join(text for element in self.document.xpath(where) for text in element.itertext()).split())


def opened(browser: Person, path: str) -> Page:
    return Page(browser, path, browser.get(path))
