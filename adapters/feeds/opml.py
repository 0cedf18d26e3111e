"""OPML: lists of feeds from and for other programs. Pure."""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree  # builds and walks; strangers' text is read by defusedxml

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.errors import Unreadable
from bot.identity import canonical_url, domain_of
from bot.model import Feed
from bot.text import clean


def read(text: bytes) -> tuple[Feed, ...]:
    """The feeds of an OPML document, each address once, in order; folders and categories become topics.

    Raises:
        Unreadable: it is no OPML, or holds no feed.
    """
    try:
        root = fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable("this is no OPML: it is not well-formed XML; export the list once more") from error
    body = root.find("body")
    if root.tag.lower() != "opml" or body is None:
        raise Unreadable("this is no OPML: expected <opml> with a <body>")
    found: dict[str, Feed] = {}
    for outline, folders in _outlines(body, ()):
        url = clean(outline.get("xmlUrl", ""))
        if canonical_url(url):
            found.setdefault(canonical_url(url), _feed(outline, url, folders))
    if not found:
        raise Unreadable("this OPML holds no feed with an http(s) address")
    return tuple(found.values())


def write(feeds: Iterable[Feed]) -> str:
    """An OPML 2.0 document with *feeds*; feeds that are files are left out, since nobody else could read them."""
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "Feeds of Daybrief"
    body = ElementTree.SubElement(root, "body")
    for feed in feeds:
        if canonical_url(feed.url):
            given = {"type": "rss", "text": feed.name, "title": feed.name, "xmlUrl": feed.url}
            topics = {"category": ",".join(feed.topics)} if feed.topics else {}
            ElementTree.SubElement(body, "outline", given | topics)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _outlines(
    node: ElementTree.Element, folders: tuple[str, ...]
) -> Iterator[tuple[ElementTree.Element, tuple[str, ...]]]:
    stack = [(child, folders) for child in reversed(node.findall("outline"))]
    while stack:
        outline, above = stack.pop()
        yield outline, above
        inside = above if outline.get("xmlUrl") else (*above, _name(outline))
        stack += [(child, inside) for child in reversed(outline.findall("outline"))]


def _feed(outline: ElementTree.Element, url: str, folders: tuple[str, ...]) -> Feed:
    categories = (clean(part.strip("/")) for part in outline.get("category", "").split(","))
    topics = tuple(dict.fromkeys(topic for topic in (*folders, *categories) if topic))
    return Feed(url=url, name=_name(outline) or domain_of(url), topics=topics, declared=False)


def _name(outline: ElementTree.Element) -> str:
    return clean(outline.get("title") or outline.get("text") or "")
