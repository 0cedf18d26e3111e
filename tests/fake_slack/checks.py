"""The small checks that a description of Block Kit is made of; every problem is told with its place."""

import re
from collections.abc import Callable, Mapping

from tests.fake_slack.model import Json

Check = Callable[[object, str, list[str]], None]


def problem(problems: list[str], what: str, path: str) -> None:
    problems.append(f"[ERROR] {what} [json-pointer:{path}]")


def string(most: int = 3000, least: int = 0) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            problem(problems, "must provide a string", path)
        elif len(value) > most:
            problem(problems, f"must be less than {most + 1} characters", path)
        elif len(value) < least:
            problem(problems, f"must be more than {least - 1} characters", path)

    return check


def pattern(pattern: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            problem(problems, f"must match {pattern}", path)

    return check


def kind_of(kind: type, name: str) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            problem(problems, f"must provide {name}", path)

    return check


flag = kind_of(bool, "a boolean")
number = kind_of(int, "a number")
any_object = kind_of(dict, "an object")


def between(least: int, most: int) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            problem(problems, f"must provide a number between {least} and {most}", path)

    return check


def choice(*allowed: object) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if value not in allowed:
            problem(problems, f"must be one of {', '.join(map(str, allowed))}", path)

    return check


def array(item: Check, most: int, least: int = 1) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            problem(problems, "must provide an array", path)
        elif len(value) > most:
            problem(problems, f"no more than {most} items allowed", path)
        elif len(value) < least:
            problem(problems, f"must provide at least {least} items", path)
        else:
            for number, part in enumerate(value):
                item(part, f"{path}/{number}", problems)

    return check


def record(required: str, **properties: Check) -> Check:
    """An object with *required* properties (words) and no others than *properties* and ``type``."""
    needed = required.split()

    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            problem(problems, "must provide an object", path)
            return
        for name in needed:
            if name not in value:
                problem(problems, f"missing required field: {name}", path)
        for name, part in value.items():
            if name in properties:
                properties[name](part, f"{path}/{name}", problems)
            elif name != "type":
                problem(problems, f"invalid additional property: {name}", path)

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    def check(value: object, path: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            problem(problems, "must provide an object", path)
        elif not isinstance(value.get("type"), str) or value["type"] not in kinds:
            problem(problems, f"unsupported type: {value.get('type')}", f"{path}/type")
        else:
            kinds[value["type"]](value, path, problems)

    return check


def both(first: Check, second: Callable[[Json, str, list[str]], None]) -> Check:
    """*second* looks only at what *first* found well-formed."""

    def check(value: object, path: str, problems: list[str]) -> None:
        before = len(problems)
        first(value, path, problems)
        if len(problems) == before and isinstance(value, dict):
            second(value, path, problems)

    return check


def plain_text(most: int) -> Check:
    return typed({"plain_text": record("text", text=string(most, 1), emoji=flag)})


def text_object(most: int) -> Check:
    return typed(
        {
            "plain_text": record("text", text=string(most, 1), emoji=flag),
            "mrkdwn": record("text", text=string(most, 1), verbatim=flag),
        }
    )
