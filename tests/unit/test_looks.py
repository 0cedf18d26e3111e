from tests import discord_drawing, discord_looks
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


def test_every_look_of_discord_can_be_drawn() -> None:
    for documents in discord_looks.EVERYTHING.values():
        for theme in (discord_drawing.DARK, discord_drawing.LIGHT):
            drawn = discord_drawing.page(documents, 640, theme)

            assert drawn.count('class="message"') + drawn.count('class="view"') == len(documents)


def test_a_drawing_of_discord_runs_nothing_that_a_text_holds() -> None:
    text = "<script>alert(1)</script>"
    hidden = f"# {text}\n- **{text}** [{text}](<https://a.example/{text}>) `{text}` ||{text}||\n-# {text}"
    press = {"type": 2, "style": 1, "label": text, "custom_id": "x"}
    field = {"type": 18, "label": text, "component": {"type": 4, "value": text, "placeholder": text}}
    drawn = discord_drawing.page(
        [
            {"components": [{"type": 9, "components": [{"type": 10, "content": hidden}], "accessory": press}]},
            {"content": text, "embeds": [{"color": 1, "description": hidden}]},
            {"title": text, "components": [field]},
        ],
        640,
    )

    assert drawn.count("alert(1)") > 12
    assert "<script" not in drawn


def test_what_pings_on_discord_is_seen_in_a_drawing_and_what_is_escaped_is_not() -> None:
    assert discord_drawing.markdown("@everyone <@1> <#2> <t:1:R> <:x:1>").count('class="mention"') == 5
    assert discord_drawing.markdown("\\<@1\\> \\*x\\* \\# x \\|\\|y\\|\\|") == "<div>&lt;@1&gt; *x* # x ||y||</div>"
