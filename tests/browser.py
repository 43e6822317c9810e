"""What holds for every page fetched by any test: structure, labels, policy, French. `assert_page` says what to do when it does not."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from werkzeug.datastructures import Headers

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LABELLED = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit", "button", "reset", "image"}
BLOCKS = {
    "p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "td", "th", "caption", "legend", "label", "button", "title", "div", "option",
    "summary", "main", "section", "header", "footer", "nav", "article", "form", "fieldset", "dialog", "figcaption",
}  # fmt: skip
SPACE = "\u00a0\u202f"
TYPOGRAPHY = {
    r"\w'\w": "use the apostrophe ’ (filter `typo`)",
    r"\.\.\.": "use … (filter `typo`)",
    rf"(?<=[^\W_]|[)»])[^\S{SPACE}]*(?<![{SPACE}])[:;?!](?=\s|$)": "put a no-break space before : ; ? ! (filter `typo`)",
    rf"«(?![{SPACE}])": "put a no-break space after « (filter `typo`)",
    rf"(?<![{SPACE}])»": "put a no-break space before » (filter `typo`)",
    r"\"": "quote with « » (filter `typo` leaves straight quotes)",
    r"!": "no exclamation mark (interface.md)",
    r"\d h \d\d": "put no-break spaces in the hour (filter `heure` or `typo`)",
}
FORBIDDEN = {
    r"(?i)(?<!dans )(?<!selon )(?<!tous )\b(le|un|du|des|les|vos|nos|leurs|son|mon) cas\b(?! échéant)": "say « la situation »",
    r"(?i)\bdossiers?\b": "say « la situation »",
    r"(?i)\b(individus?|utilisateurs?|usagers?|délinquants?)\b": "say « la personne » or « le mineur »",
    r"(?i)\brôles?\b": "say « la qualité »",
    r"(?i)\bcomptes?[ -]rendus?\b": "say « le relevé de décisions »",
    r"(?i)\baudits?\b": "say « le journal »",
    r"(?i)\b(e-?mail|mail|login|password|dashboard|feedback|reporting|workflow|ticket|logs?|token|reset|deadline|meeting)\b": "say it in French",
    r"(?i)\b(uploader|checker|soumettre|cliquez ici)\b": "name the act with its verb",
    r"\bOK\b": "name the act with its verb",
}
AUTHENTICATED = 'name="seat"'  # the mark csrf.form_fields leaves in the log-out form of every page with a session


@dataclass
class Node:
    """One element, with its text in order."""

    tag: str
    attrs: dict[str, str]
    parent: "Node | None"
    children: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This element and all below it."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def text(self, *skip: str) -> str:
        """The words inside, except below elements named in `skip`."""
        parts = (
            child if isinstance(child, str) else "" if child.tag in skip else child.text(*skip)
            for child in self.children
        )
        return re.sub(r"[ \t\r\n]+", " ", "".join(parts)).strip(" ") if self.tag in BLOCKS else "".join(parts)

    def inside(self, tag: str) -> "Node | None":
        """The nearest element of this name around it."""
        around = self.parent
        while around is not None and around.tag != tag:
            around = around.parent
        return around


class Page(HTMLParser):
    """A page as a tree."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {}, None)
        self.feed(html)
        self.close()
        self.nodes = list(self.root.walk())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open in it."""
        around: Node | None = self.here
        while around is not None and around.tag != tag:
            around = around.parent
        if around is not None and around.parent is not None:
            self.here = around.parent

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.here.children.append(data)

    def all(self, *tags: str) -> list[Node]:
        """The elements of these names, in order."""
        return [node for node in self.nodes if node.tag in tags]


def assert_page(html: str, headers: Mapping[str, str] | Headers, status: int = 200) -> None:
    """Refuse a page that breaks a promise of interface.md or of the browser's part of security.md."""
    page = Page(html)
    found = [
        *headings(page),
        *inputs(page),
        *ids(page),
        *policy(page, {name.lower(): value for name, value in headers.items()}, html),
        *french(page),
        *forms(page),
    ]
    if status >= 500 and "Traceback" in html:
        found.append("a failure shows a trace: answer with errors/fault.html")
    assert not found, f"{len(found)} broken promise(s) on this page:\n- " + "\n- ".join(found)


def headings(page: Page) -> Iterator[str]:
    """One h1, and a title that starts with it; landmarks, language, way to the content."""
    titles, tops = page.all("title"), page.all("h1")
    if len(tops) != 1:
        yield f"{len(tops)} h1: write exactly one (block `heading` of layout.html)"
    elif not titles or not titles[0].text().startswith(tops[0].text()) or not tops[0].text():
        yield "the title must start with the words of the h1: use the block `heading` for both"
    if not any(node.attrs.get("lang") == "fr" for node in page.all("html")):
        yield 'write <html lang="fr">'
    if len(page.all("main")) != 1:
        yield "write exactly one <main>"
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4") if node.inside("dialog") is None]
    yield from (
        f"h{before} is followed by h{after}: do not skip a level"
        for before, after in pairwise(levels)
        if after > before + 1
    )


def inputs(page: Page) -> Iterator[str]:
    """Every input has a label; answers of one question stand in a fieldset with its legend."""
    told = {node.attrs.get("for") for node in page.all("label") if node.text()}
    grouped: dict[tuple[int, str], list[Node]] = {}
    for node in page.all(*LABELLED):
        if node.attrs.get("type") in UNLABELLED_TYPES:
            continue
        name = node.attrs.get("name", "")
        if node.attrs.get("id") not in told and node.inside("label") is None and not node.attrs.get("aria-label"):
            yield f"input {name!r} has no label: write <label for=…>"
        if node.attrs.get("type") in ("radio", "checkbox"):
            grouped.setdefault((id(node.inside("form")), name), []).append(node)
    for (_, name), nodes in grouped.items():
        around = nodes[0].inside("fieldset")
        if (len(nodes) > 1 or nodes[0].attrs["type"] == "radio") and (around is None or not legend(around)):
            yield f"the answers of {name!r} need a fieldset with a legend"
    yield from ("a fieldset needs a legend" for node in page.all("fieldset") if not legend(node))
    yield from (
        "a table needs a caption"
        for node in page.all("table")
        if not any(inner.tag == "caption" and inner.text() for inner in node.walk())
    )
    yield from (
        "a table header needs scope" for node in page.all("th") if node.attrs.get("scope") not in ("col", "row")
    )
    yield from ("an image needs alt" for node in page.all("img") if "alt" not in node.attrs)
    yield from ("a link or button needs words" for node in page.all("a", "button") if not node.text().strip())


def legend(fieldset: Node) -> str:
    """The legend of a fieldset."""
    return next((child.text() for child in fieldset.children if isinstance(child, Node) and child.tag == "legend"), "")


def ids(page: Page) -> Iterator[str]:
    """Unique ids, and references to ids that exist."""
    counted = Counter(node.attrs["id"] for node in page.nodes if "id" in node.attrs)
    yield from (
        f"id {name!r} stands {times} times: give the form a prefix" for name, times in counted.items() if times > 1
    )
    for node in page.nodes:
        named = " ".join(
            node.attrs.get(name, "") for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for")
        ).split()
        yield from (
            f"<{node.tag}> refers to the id {name!r}, which is not on the page" for name in named if name not in counted
        )
        href = node.attrs.get("href", "")
        if href.startswith("#") and href[1:] not in counted:
            yield f"the link {href} leads nowhere"


def policy(page: Page, headers: Mapping[str, str], html: str) -> Iterator[str]:
    """Nothing inline, nothing from elsewhere, nothing kept."""
    policies = headers.get("content-security-policy", "")
    if "default-src 'none'" not in policies or "unsafe-inline" in policies or "unsafe-eval" in policies:
        yield "the Content-Security-Policy must start from default-src 'none', without unsafe-*: see web/headers.py"
    if "no-store" not in headers.get("cache-control", "") and AUTHENTICATED in html:
        yield "an answer to somebody logged in must be Cache-Control: no-store"
    for node in page.nodes:
        if node.tag == "style" or (node.tag == "script" and "src" not in node.attrs):
            yield f"inline <{node.tag}>: move it to casework/static"
        for name, value in node.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"attribute {name} on <{node.tag}>: move it to casework/static"
            if name in ("src", "href", "action", "formaction", "srcset", "poster", "data") and re.match(
                r"\s*(?!otpauth:)(?:[a-z][a-z+.-]*:)?//|\s*javascript:", value, re.IGNORECASE
            ):
                yield f"{name}={value!r} leads elsewhere: serve it ourselves"


def forms(page: Page) -> Iterator[str]:
    """Each form that changes something proves where it comes from; a form that does not never holds a secret proof in its URL."""
    for form in page.all("form"):
        proof = any(node.attrs.get("name") == "csrf_token" and node.attrs.get("value") for node in form.walk())
        method = form.attrs.get("method", "get").lower()
        if method == "post" and not proof:
            yield f"the form to {form.attrs.get('action', 'this page')!r} has no proof: write {{{{ form_fields() }}}}"
        if method == "get" and proof:
            yield "a form with method get would write its proof in the URL: remove form_fields()"


def french(page: Page) -> Iterator[str]:
    """The typography and the words of interface.md, in the text people see (not in what they typed in a textarea)."""
    for sentence in sentences(page):
        for pattern, advice in {**TYPOGRAPHY, **FORBIDDEN}.items():
            if found := re.search(pattern, sentence):
                yield f"{found.group().strip()!r} in “{sentence[:90]}”: {advice}"


def sentences(page: Page) -> Iterator[str]:
    """The French texts of the blocks of a page, each once; a block that says it is in another language is left out."""
    for node in page.all(*BLOCKS):
        if node.attrs.get("lang", "fr") != "fr":
            continue
        words = "".join(child if isinstance(child, str) else inline(child) for child in node.children)
        if cleaned := re.sub(r"[ \t\r\n]+", " ", words).strip(" "):
            yield cleaned


def inline(node: Node) -> str:
    """The words of an element that continues a sentence; nothing of one that starts its own."""
    if node.tag in BLOCKS or node.tag in {"script", "style", "textarea", "code", "kbd", "ul", "ol", "dl", "table"}:
        return " "
    return "".join(child if isinstance(child, str) else inline(child) for child in node.children)
