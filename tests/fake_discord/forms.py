"""What is wrong with a body, gathered into the tree of errors that Discord answers with."""

from typing import Any

from tests.fake_discord.model import Json, Refused

Path = tuple[str | int, ...]

WORDS = {
    "BASE_TYPE_REQUIRED": "This field is required",
    "BASE_TYPE_BAD_LENGTH": "Must be between {} and {} in length.",
    "BASE_TYPE_MAX_LENGTH": "Must be {} or fewer in length.",
    "BASE_TYPE_CHOICES": "Value must be one of {}.",
    "STRING_TYPE_CONVERT": "Could not interpret as string.",
    "NUMBER_TYPE_COERCE": "Value is not int.",
    "LIST_TYPE_CONVERT": "Only iterables may be used in a ListType.",
    "DICT_TYPE_CONVERT": "Only dictionaries may be used in a DictType.",
    "UNKNOWN_FIELD": "This field is not known.",
}


class Form:
    """Collects problems; :meth:`finish` refuses if there are any."""

    def __init__(self) -> None:
        self.problems: list[tuple[Path, str, str]] = []

    def wrong(self, path: Path, code: str, *numbers: object, message: str = "") -> None:
        """Something at *path* is not right."""
        self.problems.append((path, code, message or WORDS[code].format(*numbers)))

    def finish(self) -> None:
        if self.problems:
            raise self.refusal()

    def refusal(self) -> Refused:
        """All problems, as Discord answers with them."""
        errors: Json = {}
        for path, code, message in self.problems:
            place = errors
            for step in path:
                place = place.setdefault(str(step), {})
            place.setdefault("_errors", []).append({"code": code, "message": message})
        return Refused(400, 50035, "Invalid Form Body", errors)

    def text(self, holder: Json, name: str, path: Path, most: int, least: int = 0, *, required: bool = False) -> str:
        """The string *name* of *holder*; what is missing is empty."""
        value = holder.get(name)
        here = (*path, name)
        if value is None:
            if required:
                self.wrong(here, "BASE_TYPE_REQUIRED")
            return ""
        if not isinstance(value, str):
            self.wrong(here, "STRING_TYPE_CONVERT")
            return ""
        if required and not value:
            self.wrong(here, "BASE_TYPE_REQUIRED")
        elif not least <= len(value) <= most:
            if least:
                self.wrong(here, "BASE_TYPE_BAD_LENGTH", least, most)
            else:
                self.wrong(here, "BASE_TYPE_MAX_LENGTH", most)
        return value

    def number(self, holder: Json, name: str, path: Path, least: int, most: int) -> int | None:
        value = holder.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong((*path, name), "NUMBER_TYPE_COERCE")
            return None
        if not least <= value <= most:
            self.wrong((*path, name), "NUMBER_TYPE_MAX", message=f"int value should be between {least} and {most}.")
        return value

    def items(self, holder: Json, name: str, path: Path, most: int, least: int = 0) -> list[Any]:
        """The list *name* of *holder*."""
        value = holder.get(name)
        if value is None:
            if least:
                self.wrong((*path, name), "BASE_TYPE_REQUIRED")
            return []
        if not isinstance(value, list):
            self.wrong((*path, name), "LIST_TYPE_CONVERT")
            return []
        if not least <= len(value) <= most:
            self.wrong((*path, name), "BASE_TYPE_BAD_LENGTH", least, most)
        return value

    def dicts(self, holder: Json, name: str, path: Path, most: int, least: int = 0) -> list[tuple[Path, Json]]:
        """The dictionaries in the list *name* of *holder*, each with where it stands."""
        found: list[tuple[Path, Json]] = []
        for number, one in enumerate(self.items(holder, name, path, most, least)):
            if isinstance(one, dict):
                found.append(((*path, name, number), one))
            else:
                self.wrong((*path, name, number), "DICT_TYPE_CONVERT")
        return found

    def names(self, holder: Json, allowed: frozenset[str], path: Path = ()) -> None:
        """Stricter than Discord, which ignores what it does not know: a typing error is seen."""
        for name in holder.keys() - allowed:
            self.wrong((*path, name), "UNKNOWN_FIELD")


def one_wrong(path: Path, code: str, *numbers: object) -> Refused:
    """The answer where one thing is wrong."""
    form = Form()
    form.wrong(path, code, *numbers)
    return form.refusal()
