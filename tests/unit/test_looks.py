from tests.looks import page
from tests.slack_looks import EVERYTHING


def test_every_look_can_be_drawn() -> None:
    for documents in EVERYTHING.values():
        drawn = page(documents)

        assert drawn.count('class="message"') + drawn.count('class="view"') == len(documents)


def test_a_drawing_runs_nothing_that_a_text_holds() -> None:
    text = {"type": "plain_text", "text": "<script>alert(1)</script>"}
    link = {"type": "link", "text": text["text"], "url": '"><script>alert(1)</script>'}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    blocks = [{"type": "section", "text": text}, {"type": "header", "text": text}, rich]
    drawn = page([{"text": text["text"], "blocks": blocks}, {"title": text, "blocks": blocks}])

    assert drawn.count("alert(1)") == 9
    assert "<script" not in drawn
