from tests.looks import page
from tests.slack_looks import EVERYTHING


def test_every_look_can_be_drawn() -> None:
    assert all(page(documents).count('class="message"') == len(documents) for documents in EVERYTHING.values())


def test_a_drawing_runs_nothing_that_a_text_holds() -> None:
    text = {"type": "plain_text", "text": "<script>alert(1)</script>"}
    drawn = page([{"blocks": [{"type": "section", "text": text}, {"type": "header", "text": text}]}])

    assert "<script" not in drawn
