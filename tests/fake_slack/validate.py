"""Block Kit's limits on messages and views, as a table of checks."""

from collections.abc import Iterator

from tests.fake_slack.checks import (
    Check,
    any_object,
    array,
    between,
    both,
    choice,
    flag,
    number,
    pattern,
    plain_text,
    problem,
    record,
    string,
    text_object,
    typed,
)
from tests.fake_slack.model import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ALL_BLOCK_TEXT = 13_200


_ID = string(255, 1)
_style = choice("primary", "danger")
_answer = plain_text(30)
_confirm = record("text", title=plain_text(100), text=text_object(300), confirm=_answer, deny=_answer, style=_style)


def _option(text: Check) -> Check:
    return record("text value", text=text, value=string(150), description=text_object(75), url=string(3000))


_plain_option = _option(plain_text(75))
_any_option = _option(text_object(75))
_options = array(_plain_option, 100)
_groups = array(record("label options", label=plain_text(75), options=_options), 100)
_COMMON: dict[str, Check] = {
    "action_id": _ID,
    "confirm": _confirm,
    "focus_on_load": flag,
    "placeholder": plain_text(150),
}


def offered(element: Json) -> list[Json]:
    """The options of a select, grouped or not."""
    groups = [group.get("options") or [] for group in element.get("option_groups") or []]
    return [*(element.get("options") or []), *(option for group in groups for option in group)]


def _choices(value: Json, path: str, problems: list[str]) -> None:
    """Options are given in one way, and what is chosen at first is among them."""
    if ("options" in value) == ("option_groups" in value):
        problem(problems, "must provide either options or option_groups", path)
        return
    first = value.get("initial_options") or ([value["initial_option"]] if "initial_option" in value else [])
    options = offered(value)
    for option in first:
        if option not in options:
            problem(problems, "initial option must match one of the options", path)


def _static(**more: Check) -> Check:
    return both(record("", options=_options, option_groups=_groups, **_COMMON, **more), _choices)


_static_one = _static(initial_option=_plain_option)
_static_many = _static(initial_options=array(_plain_option, 100), max_selected_items=number)
_filter = record(
    "",
    include=array(choice("im", "mpim", "private", "public"), 4),
    exclude_bot_users=flag,
    exclude_external_shared_channels=flag,
)
_conversation: dict[str, Check] = {"default_to_current_conversation": flag, "filter": _filter, **_COMMON}
_external: dict[str, Check] = {"min_query_length": number, **_COMMON}
_ids = array(string(255), 100)

SELECTS: dict[str, Check] = {
    "static_select": _static_one,
    "multi_static_select": _static_many,
    "external_select": record("", initial_option=_plain_option, **_external),
    "multi_external_select": record(
        "", initial_options=array(_plain_option, 100), max_selected_items=number, **_external
    ),
    "conversations_select": record("", initial_conversation=string(255), response_url_enabled=flag, **_conversation),
    "multi_conversations_select": record("", initial_conversations=_ids, max_selected_items=number, **_conversation),
    "channels_select": record("", initial_channel=string(255), response_url_enabled=flag, **_COMMON),
    "multi_channels_select": record("", initial_channels=_ids, max_selected_items=number, **_COMMON),
    "users_select": record("", initial_user=string(255), **_COMMON),
    "multi_users_select": record("", initial_users=_ids, max_selected_items=number, **_COMMON),
}
_boxes: dict[str, Check] = {"action_id": _ID, "confirm": _confirm, "focus_on_load": flag}
PICKERS: dict[str, Check] = {
    "timepicker": record("", initial_time=pattern(r"([01]\d|2[0-3]):[0-5]\d"), timezone=string(100), **_COMMON),
    "datepicker": record("", initial_date=pattern(r"\d{4}-\d\d-\d\d"), **_COMMON),
    "checkboxes": both(
        record("options", options=array(_any_option, 10), initial_options=array(_any_option, 10), **_boxes), _choices
    ),
    "radio_buttons": both(
        record("options", options=array(_any_option, 10), initial_option=_any_option, **_boxes), _choices
    ),
}
BUTTONS: dict[str, Check] = {
    "button": record(
        "text",
        text=plain_text(75),
        value=string(2000),
        url=string(3000),
        accessibility_label=string(75),
        style=_style,
        action_id=_ID,
        confirm=_confirm,
    ),
    "overflow": record("options", options=array(_plain_option, 5), action_id=_ID, confirm=_confirm),
}
_written: dict[str, Check] = {
    "action_id": _ID,
    "focus_on_load": flag,
    "placeholder": plain_text(150),
    "dispatch_action_config": any_object,
}
INPUTS: dict[str, Check] = {
    "plain_text_input": record(
        "",
        initial_value=string(3000),
        multiline=flag,
        min_length=between(0, 3000),
        max_length=between(1, 3000),
        **_written,
    ),
    "number_input": record(
        "is_decimal_allowed",
        is_decimal_allowed=flag,
        initial_value=string(),
        min_value=string(),
        max_value=string(),
        **_written,
    ),
}

# --------------------------------------------------------------------------------------------------------- blocks

_image_parts: dict[str, Check] = {"image_url": string(3000, 1), "slack_file": any_object, "alt_text": string(2000)}


def _one_source(value: Json, path: str, problems: list[str]) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        problem(problems, "must provide either image_url or slack_file", path)


_image_element = both(record("alt_text", **_image_parts), _one_source)
_MARKS = "bold italic strike code underline highlight client_highlight unlink"
_styled: dict[str, Check] = {"style": record("", **dict.fromkeys(_MARKS.split(), flag))}
_RICH: dict[str, Check] = {
    "text": record("text", text=string(13_200, 1), **_styled),
    "link": record("url", url=string(3000, 1), text=string(3000), unsafe=flag, **_styled),
    "emoji": record("name", name=string(255, 1), unicode=string(100), **_styled),
    "user": record("user_id", user_id=_ID, **_styled),
    "channel": record("channel_id", channel_id=_ID, **_styled),
    "usergroup": record("usergroup_id", usergroup_id=_ID, **_styled),
    "broadcast": record("range", range=choice("here", "channel", "everyone"), **_styled),
    "date": record("timestamp format", timestamp=number, format=string(), url=string(), fallback=string(), **_styled),
}
_rich = array(typed(_RICH), 1000, 0)
_border = choice(0, 1)
_rich_section = record("elements", elements=_rich)
_RICH_PARTS: dict[str, Check] = {
    "rich_text_section": _rich_section,
    "rich_text_list": record(
        "elements style",
        elements=array(typed({"rich_text_section": _rich_section}), 1000, 0),
        style=choice("bullet", "ordered"),
        indent=number,
        offset=number,
        border=_border,
    ),
    "rich_text_quote": record("elements", elements=_rich, border=_border),
    "rich_text_preformatted": record("elements", elements=_rich, border=_border, language=string(100)),
}


def _has_text(value: Json, path: str, problems: list[str]) -> None:
    if "text" not in value and "fields" not in value:
        problem(problems, "must define either `fields` or `text`", path)


def _unique_actions(value: Json, path: str, problems: list[str]) -> None:
    seen = set()
    for place, element in enumerate(value["elements"]):
        action = element.get("action_id")
        if action is not None and action in seen:
            problem(problems, f"`action_id` {action} already exists", f"{path}/elements/{place}/action_id")
        seen.add(action)


_block: dict[str, Check] = {"block_id": _ID}
BLOCKS: dict[str, Check] = {
    "header": record("text", text=plain_text(150), **_block),
    "section": both(
        record(
            "",
            text=text_object(3000),
            fields=array(text_object(2000), 10),
            accessory=typed({**BUTTONS, **SELECTS, **PICKERS, "image": _image_element}),
            expand=flag,
            **_block,
        ),
        _has_text,
    ),
    "context": record(
        "elements",
        elements=array(
            typed(
                {
                    "image": _image_element,
                    "plain_text": record("text", text=string(3000, 1), emoji=flag),
                    "mrkdwn": record("text", text=string(3000, 1), verbatim=flag),
                }
            ),
            10,
        ),
        **_block,
    ),
    "actions": both(
        record("elements", elements=array(typed({**BUTTONS, **SELECTS, **PICKERS}), 25), **_block), _unique_actions
    ),
    "divider": record("", **_block),
    "rich_text": record("elements", elements=array(typed(_RICH_PARTS), 1000), **_block),
    "image": both(record("alt_text", title=plain_text(2000), **_image_parts, **_block), _one_source),
    "input": record(
        "label element",
        label=plain_text(2000),
        element=typed({**INPUTS, **SELECTS, **PICKERS}),
        hint=plain_text(2000),
        optional=flag,
        dispatch_action=flag,
        **_block,
    ),
}
_any_block = typed(BLOCKS)


def problems_of_blocks(blocks: object, *, most: int = MESSAGE_BLOCKS, path: str = "/blocks") -> list[str]:
    """What is wrong with *blocks*; nothing, for a good message."""
    problems: list[str] = []
    array(_any_block, most, 0)(blocks, path, problems)
    if problems or not isinstance(blocks, list):
        return problems
    seen = set()
    for place, block in enumerate(blocks):
        name = block.get("block_id")
        if name is not None and name in seen:
            problem(problems, f"`block_id` {name} already exists", f"{path}/{place}/block_id")
        seen.add(name)
    return problems


def problems_of_options(options: list[Json]) -> list[str]:
    """What is wrong with the options that the bot suggests for an external select."""
    problems: list[str] = []
    array(_plain_option, 100, 0)(options, "/options", problems)
    return problems


_TITLE = plain_text(24)
_view: dict[str, Check] = {
    "blocks": lambda value, path, problems: problems.extend(problems_of_blocks(value, most=VIEW_BLOCKS, path=path)),
    "callback_id": string(255),
    "external_id": string(255),
    "private_metadata": string(3000),
    "clear_on_close": flag,
    "notify_on_close": flag,
}


def _submittable(value: Json, path: str, problems: list[str]) -> None:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        problem(problems, "'submit' is required in the 'view' when an 'input' block is in it", path)


_VIEWS: dict[str, Check] = {
    "modal": both(
        record("title blocks", title=_TITLE, submit=_TITLE, close=_TITLE, submit_disabled=flag, **_view), _submittable
    ),
    "home": record("blocks", **_view),
}


def problems_of_view(view: object, kind: str) -> list[str]:
    """What is wrong with *view*, which is to be a ``modal`` or a ``home``."""
    problems: list[str] = []
    typed({kind: _VIEWS[kind]})(view, "/view", problems)
    return problems


def text_length(part: object) -> int:
    """How many characters of text there are in *part* of a message."""
    return sum(_lengths(part))


def _lengths(part: object) -> Iterator[int]:
    if isinstance(part, list):
        for item in part:
            yield from _lengths(item)
    elif isinstance(part, dict):
        for name, value in part.items():
            if isinstance(value, str):
                if name == "text":
                    yield len(value)
            else:
                yield from _lengths(value)
