"""What of a model's reply may be shown: every text passes the gate, or is dropped and counted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapters.analyst import ahead, support
from adapters.analyst.packet import Packet, Sentence
from adapters.analyst.reply import BriefReply, Claim, Expectation, SectionsReply
from adapters.analyst.tidy import tidy, unfit
from bot.gate import faults, repeats
from bot.model import Inference, KeyPoint, Passage, Sections
from bot.text import cut

KEY_POINTS = 3
ITEMS = 3
"""Of a section, at the most."""
MOST_OF_POINT = 300
MOST_OF_PASSAGE = 900
"""Characters."""
CITED = 4
"""Sentences that one text may cite; one that cites more is refused: who cites all of them cites none."""
_READ = 2_000
"""Characters of a text that are looked at: one that goes on is too long, and need not be read."""
_SHOWN = 80
"""Characters of a text by which a model knows it again."""


@dataclass(slots=True)
class Gate:
    """One reply on its way through the gate."""

    packet: Packet
    problems: list[str] = field(default_factory=list)
    """What did not pass and why, for the model."""
    passed: list[str] = field(default_factory=list)
    """The texts that did."""

    def fact(self, name: str, claim: Claim, most: int) -> tuple[str, tuple[Sentence, ...]] | None:
        """The text of *claim*, and the sentences that it cites and that have to do with it, if they say so."""
        text, cited = tidy(claim.text[:_READ]), self.packet.cited(claim.cites)
        found = (*unfit(text, self.packet.texts, most), *_uncounted(cited))
        found = found or faults(text, [one.text for one in cited], article=self.packet.article)
        if not found and repeats(text, self.passed):
            found = ("it says what another text of yours says",)
        return (text, support.best(text, cited)) if self._passes(name, text, found) else None

    def forecast(self, name: str, claim: Claim, most: int) -> tuple[str, tuple[Sentence, ...]] | None:
        """The text of *claim*, and the facts that it follows from, if it names any and brings none of its own."""
        text, cited = tidy(claim.text[:_READ]), self.packet.cited(claim.cites)
        found = (*unfit(text, self.packet.texts, most), *_uncounted(cited))
        found = found or ahead.faults(text, [one.text for one in cited])
        if not found and ahead.is_told(text, [*self.packet.texts, *self.passed]):
            found = ("it only repeats what is said already, and is no expectation",)
        return (text, support.best(text, cited)) if self._passes(name, text, found) else None

    def _passes(self, name: str, text: str, found: Sequence[str]) -> bool:
        if found:
            self.problems.append(f"{name} (“{cut(text, _SHOWN)}”): {'; '.join(found)}")
        else:
            self.passed.append(text)
        return not found


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What passed of a :class:`BriefReply`."""

    takeaway: str
    key_points: tuple[KeyPoint, ...]
    problems: tuple[str, ...]

    @property
    def worth(self) -> int:
        """How much of it can be shown; 0: too little to be a brief."""
        return len(self.key_points) if self.takeaway else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What passed of a :class:`SectionsReply`."""

    sections: Sections
    problems: tuple[str, ...]

    @property
    def worth(self) -> int:
        """How much of it can be shown; 0: nothing."""
        passages = [self.sections.passage(name) for name in self.sections.written()]
        return sum(len(passage.items) or 1 for passage in passages if passage)


def brief(reply: BriefReply, packet: Packet) -> Brief:
    """The takeaway and the key points of *reply* that passed."""
    gate = Gate(packet)
    takeaway = gate.fact("takeaway", reply.takeaway, MOST_OF_POINT)
    # A key point may enlarge on the takeaway; of two key points that say the same, one is enough.
    gate.passed.clear()
    named = ((f"key_points[{place}]", claim) for place, claim in enumerate(reply.key_points[:KEY_POINTS]))
    passed = [gate.fact(name, claim, MOST_OF_POINT) for name, claim in named]
    return Brief(
        takeaway=takeaway[0] if takeaway else "",
        key_points=tuple(_key_point(*one) for one in passed if one),
        problems=tuple(gate.problems),
    )


def sections(reply: SectionsReply, packet: Packet) -> Analysis:
    """The sections of *reply* that passed, without those of their items that did not."""
    gate = Gate(packet)
    changed = gate.fact("what_changed", reply.what_changed, MOST_OF_PASSAGE)
    implied = gate.forecast("strategic_implications", reply.strategic_implications, MOST_OF_PASSAGE)
    outlook = _items(gate, "what_happens_next", reply.what_happens_next)
    effects = _items(gate, "second_order_effects", reply.second_order_effects)
    written = Sections(
        what_changed=Passage(text=changed[0]) if changed else None,
        strategic_implications=Passage(text=implied[0]) if implied else None,
        what_happens_next=Passage(text="", items=outlook) if outlook else None,
        second_order_effects=Passage(text="", items=effects) if effects else None,
    )
    return Analysis(sections=written, problems=tuple(gate.problems))


def _items(gate: Gate, name: str, claims: Iterable[Claim]) -> tuple[Inference, ...]:
    found = []
    for place, claim in enumerate(list(claims)[:ITEMS]):
        if passed := gate.forecast(f"{name}[{place}]", claim, MOST_OF_POINT):
            text, cited = passed
            found.append(
                Inference(
                    text=text,
                    horizon=claim.horizon if isinstance(claim, Expectation) else "",
                    confidence=claim.confidence if isinstance(claim, Expectation) else "",
                    basis=cited[0].text,
                )
            )
    return tuple(found)


def _key_point(text: str, cited: tuple[Sentence, ...]) -> KeyPoint:
    urls = dict.fromkeys(one.article.url for one in cited if one.article.url)
    return KeyPoint(text=text, sources=tuple(urls), quote=cited[0].text)


def _uncounted(cited: tuple[Sentence, ...]) -> tuple[str, ...]:
    return (f"it cites more than {CITED} sentences",) if len(cited) > CITED else ()
