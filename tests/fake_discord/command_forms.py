"""Whether Discord takes these application commands."""

import re

from tests.fake_discord.forms import Form, Path
from tests.fake_discord.model import Json

MOST_COMMANDS = 100
MOST_CHARACTERS = 8000
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
_SUBCOMMANDS = frozenset({1, 2})


def check_commands(commands: list[Json]) -> None:
    """Refuse the whole list if anything in it is wrong."""
    form = Form()
    seen: set[tuple[int, str]] = set()
    for number, command in enumerate(commands):
        kind = command.get("type", 1)
        key = (kind, str(command.get("name")))
        if key in seen:
            message = "Application command names must be unique"
            form.wrong((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message=message)
        seen.add(key)
        if kind == 1:
            size = _one(form, (number,), command)
            if size > MOST_CHARACTERS:
                message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
                form.wrong((number,), "APPLICATION_COMMAND_TOO_LARGE", message=message)
        else:
            form.text(command, "name", (number,), 32, 1, required=True)
    if sum(kind == 1 for kind, _ in seen) > MOST_COMMANDS:
        message = f"Maximum number of application commands reached ({MOST_COMMANDS})."
        form.wrong((), "APPLICATION_COMMANDS_MAX", message=message)
    form.finish()


def _one(form: Form, path: Path, part: Json) -> int:
    """Check a command or an option; how many characters it counts."""
    name = form.text(part, "name", path, 32, 1, required=True)
    described = form.text(part, "description", path, 100, 1, required=True)
    for one in [name, *(part.get("name_localizations") or {}).values()]:
        if one and (not _NAME.fullmatch(one) or one != one.lower()):
            message = f"The name {one!r} is not valid"
            form.wrong((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", message=message)
    for field in ("name_localizations", "description_localizations"):
        for locale in (part.get(field) or {}).keys() - LOCALES:
            form.wrong((*path, field, locale), "BASE_TYPE_CHOICES", sorted(LOCALES))
    size = len(name) + len(described)
    for inner, choice in form.dicts(part, "choices", path, 25):
        size += len(form.text(choice, "name", inner, 100, 1, required=True))
        value = choice.get("value")
        if isinstance(value, str):
            size += len(form.text(choice, "value", inner, 100))
    if part.get("autocomplete") and part.get("choices"):
        message = "Autocomplete options may not have choices"
        form.wrong((*path, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", message=message)
    return size + _options(form, path, part)


def _options(form: Form, path: Path, part: Json) -> int:
    size = 0
    names: set[str] = set()
    optional = False
    for inner, option in form.dicts(part, "options", path, 25):
        if option.get("type") not in range(1, 12):
            form.wrong((*inner, "type"), "BASE_TYPE_CHOICES", tuple(range(1, 12)))
        elif option["type"] not in _SUBCOMMANDS:
            if option.get("required") and optional:
                message = "Required options must be placed before non-required options"
                form.wrong(inner, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message=message)
            optional = optional or not option.get("required")
        if option.get("name") in names:
            message = "Option names must be unique"
            form.wrong((*inner, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", message=message)
        names.add(str(option.get("name")))
        size += _one(form, inner, option)
    return size


def check_choices(data: Json) -> None:
    """What is offered for an autocompletion."""
    form = Form()
    for path, choice in form.dicts(data, "choices", ("data",), 25):
        form.text(choice, "name", path, 100, 1, required=True)
        if isinstance(choice.get("value"), str):
            form.text(choice, "value", path, 100)
        elif not isinstance(choice.get("value"), int | float):
            form.wrong((*path, "value"), "BASE_TYPE_REQUIRED")
    form.finish()
