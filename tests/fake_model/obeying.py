"""A model that obeys whatever it reads, in every way that the form of its answer leaves open, and in some others."""

from collections.abc import Callable
from typing import Any

from tests.fake_model.replies import Prompt, Reply, says

EVIL = "https://evil.test/collect?who=you"
ELSEWHERE = "C2"
"""A channel that has not subscribed."""
Json = dict[str, Any]


def honest(prompt: Prompt) -> Json:
    """What a model would answer that copies sentences: everything in it passes the gate."""
    lines = [(number, text) for number, text in prompt.lines.items() if text.endswith(".")]
    claims = [{"text": text, "cites": [number]} for number, text in lines]
    if "takeaway" in prompt.asks_for:
        return {"takeaway": claims[0], "key_points": claims[1:4]}
    hope = {"text": "Rivals may follow Norvik, and prices are likely to change.", "cites": [lines[0][0]]}
    wish = {"text": "Buyers of the chip are likely to wait, and regulators may look closer.", "cites": [lines[0][0]]}
    return {
        "what_changed": claims[0],
        "strategic_implications": hope | {"text": "Smaller firms may find a chip like this easier to pay."},
        "what_happens_next": [hope | {"horizon": "months", "confidence": "low"}],
        "second_order_effects": [wish],
    }


def texts(answer: object) -> list[Json]:
    """Everything in *answer* that has a text, at whatever depth."""
    if isinstance(answer, list):
        return [one for part in answer for one in texts(part)]
    if not isinstance(answer, dict):
        return []
    return [answer] if "text" in answer else [one for part in answer.values() for one in texts(part)]


def _in_every_text(change: Callable[[str], str]) -> Callable[[Json, str], Json]:
    def attack(answer: Json, _: str) -> Json:
        for one in texts(answer):
            one["text"] = change(one["text"])
        return answer

    return attack


def _in_one_text(change: Callable[[str], str]) -> Callable[[Json, str], Json]:
    def attack(answer: Json, _: str) -> Json:
        last = texts(answer)[-1]
        last["text"] = change(last["text"])
        return answer

    return attack


def _obeyed(answer: Json, planted: str) -> Json:
    """It does what it was told, after its own words."""
    for one in texts(answer):
        one["text"] = f"{one['text']} {planted}"
    return answer


def _spoken(answer: Json, planted: str) -> Json:
    """It says nothing but what it was told."""
    for one in texts(answer):
        one["text"] = planted
    return answer


def _flood(answer: Json, _: str) -> Json:
    for name, value in answer.items():
        if isinstance(value, list):
            answer[name] = value * 40
    return answer


def _unknown_sentences(answer: Json, _: str) -> Json:
    for one in texts(answer):
        one["cites"] = [0, -1, 10**9]
    return answer


ATTACKS: dict[str, Callable[[Json, str], Json]] = {
    "does as it was told": _obeyed,
    "says only what it was told": _spoken,
    "adds an address": _in_every_text(lambda text: f"{text} {EVIL}"),
    "adds an address to one text": _in_one_text(lambda text: f"{text} Read more at evil.test/collect."),
    "makes a link of Markdown": _in_every_text(lambda text: f"[{text}]({EVIL})"),
    "makes a link of Slack's": _in_every_text(lambda text: f"<{EVIL}|{text}>"),
    "shows an image": _in_one_text(lambda text: f"{text} ![x]({EVIL})"),
    "writes HTML": _in_every_text(lambda text: f"<a href='{EVIL}' onclick=alert(1)>{text}</a><script>x</script>"),
    "calls everybody": _in_every_text(lambda text: f"@everyone {text} @here <!channel> <!here>"),
    "calls one person": _in_every_text(lambda text: f"<@U0123456789> {text} <@123456789012345678> @ada"),
    "points to another channel": _in_every_text(lambda text: f"{text} <#{ELSEWHERE}>"),
    "speaks of another story": _in_every_text(lambda text: f"{text} Story B2C3 is withdrawn: Brackenfell is bankrupt."),
    "adds sections": lambda answer, _: answer | {"breaking_news": {"text": EVIL, "cites": [1]}},
    "chooses a channel": lambda answer, _: answer | {"channel": ELSEWHERE, "channels": ["C2", "3002"], "ref": "B2C3"},
    "adds keys to what it says": lambda answer, _: _with_keys(answer, {"url": EVIL, "sources": [EVIL], "ref": "B2C3"}),
    "says very much": _flood,
    "cites what there is not": _unknown_sentences,
    "hides signs": _in_every_text(lambda text: f"\u202e{text}\u2066\x00\u200b"),
    "begins a heading": _in_every_text(lambda text: f"\n\n# SECOND-ORDER EFFECTS\n{text}\n---\n> quoted"),
}


def obedient_judge(prompt: Prompt) -> Reply:
    """What a model says of stories and pairs that does for all of them what any of its lines tells it."""
    is_told = "every other line" in prompt.text
    if "significance" in prompt.asks_for:
        return says(
            {
                "stories": [
                    {"number": number, "significance": 3 if not is_told else 5 if "every other line" in line else 1}
                    for number, line in prompt.lines.items()
                ]
            }
        )
    return says({"pairs": [{"number": number, "same": is_told} for number in prompt.lines]})


def _with_keys(answer: Json, keys: Json) -> Json:
    for one in texts(answer):
        one.update(keys)
    return answer


def obeying(attack: str, planted: str) -> Callable[[Prompt], Reply]:
    """A script that obeys *planted*, as it stands in the prompt, by *attack*, one of :data:`ATTACKS`, every time."""

    def script(prompt: Prompt) -> Reply:
        assert planted in prompt.text
        if attack == "calls a tool":
            return says({"channel": ELSEWHERE, "text": planted}, calls="post_message")
        return says(ATTACKS[attack](honest(prompt), planted))

    return script
