"""OPML: lists of feeds from and for other programs. Pure."""

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree  # builds and walks; strangers' text is read by defusedxml

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.errors import Unreadable
from bot.identity import canonical_url, domain_of
from bot.model import Feed
from bot.text import clean, cut

MAX_TOPICS = 10
"""Of one feed."""
MAX_NAME = 200
"""Characters."""

_SEPARATORS = re.compile("[,/]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold."""


def read(text: bytes) -> tuple[Feed, ...]:
    """The feeds of an OPML document, each address once, in order; folders and categories become topics.

    Raises:
        Unreadable: it is no OPML, or holds no feed.
    """
    try:
        root = fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable("this is no OPML: it is not well-formed XML; export the list once more") from error
    body = root.find("body")
    if root.tag.lower() != "opml" or body is None:
        raise Unreadable("this is no OPML: expected <opml> with a <body>")
    found: dict[str, Feed] = {}
    for outline, folders in _outlines(body):
        url = clean(outline.get("xmlUrl", ""))
        if canonical_url(url):
            found.setdefault(canonical_url(url), _feed(outline, url, folders))
    if not found:
        raise Unreadable("this OPML holds no feed with an http(s) address")
    return tuple(found.values())


def write(feeds: Iterable[Feed]) -> str:
    """An OPML 2.0 document with *feeds*; feeds that are files are left out, since nobody else could read them.

    :func:`read` gets back everything but their weights, which are ours and nobody else's.
    """
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "Feeds of Daybrief"
    body = ElementTree.SubElement(root, "body")
    for feed in feeds:
        if canonical_url(feed.url):
            name = _NOT_XML.sub("", feed.name)
            given = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
            topics = {"category": ",".join(_NOT_XML.sub("", topic) for topic in feed.topics)} if feed.topics else {}
            ElementTree.SubElement(body, "outline", given | topics)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _outlines(body: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, tuple[str, ...]]]:
    """Every outline in the order of the document, with the names of the folders that it is in."""
    stack: list[tuple[ElementTree.Element, tuple[str, ...]]] = [
        (child, ()) for child in reversed(body.findall("outline"))
    ]
    while stack:
        outline, folders = stack.pop()
        yield outline, folders
        if not outline.get("xmlUrl") and len(folders) < MAX_TOPICS:
            folders = (*folders, _name(outline))
        stack += [(child, folders) for child in reversed(outline.findall("outline"))]


def _feed(outline: ElementTree.Element, url: str, folders: tuple[str, ...]) -> Feed:
    # A category is a path, /labs/europe, and there may be several.
    categories = map(clean, _SEPARATORS.split(outline.get("category", "")))
    topics = tuple(dict.fromkeys(filter(None, (*folders, *categories))))[:MAX_TOPICS]
    return Feed(url=url, name=_name(outline) or domain_of(url), topics=topics, declared=False)


def _name(outline: ElementTree.Element) -> str:
    return cut(clean(outline.get("title") or outline.get("text") or ""), MAX_NAME)
