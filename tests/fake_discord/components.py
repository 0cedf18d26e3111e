"""Whether Discord takes these components: buttons, selects, and those of the second version."""

from collections.abc import Callable

from tests.fake_discord.forms import Form, Path
from tests.fake_discord.model import Json, walk

ROW, BUTTON, SELECT, INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = (
    *(1, 2, 3, 4, 9, 10, 11, 12, 13),
    *(14, 17, 18),
)
SELECTS = frozenset({3, 5, 6, 7, 8})
V2 = frozenset({SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER})
IN_MODALS = frozenset({INPUT, *SELECTS, 19, 21, 22, 23})
"""What a label may hold: inputs, selects, uploads, and groups of boxes."""
MOST_COMPONENTS = 40
MOST_TEXT = 4000
_IN_CONTAINERS = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR})
_LINK, _PREMIUM = 5, 6


def check_message(form: Form, components: list[tuple[Path, Json]], *, v2: bool) -> None:
    """The components of a message."""
    bare = [part for _, part in components]
    allowed = _IN_CONTAINERS | {CONTAINER} if v2 else frozenset({ROW})
    if not v2 and len(components) > 5:
        form.wrong(("components",), "BASE_TYPE_BAD_LENGTH", 1, 5)
    for path, part in components:
        _check(form, path, part, allowed)
    everything = list(walk(bare))
    if len(everything) > MOST_COMPONENTS:
        message = f"The total number of components must not exceed {MOST_COMPONENTS}"
        form.wrong(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message=message)
    if sum(len(str(part.get("content", ""))) for part in everything if part.get("type") == TEXT) > MOST_TEXT:
        message = f"The combined text of all components must not exceed {MOST_TEXT} characters"
        form.wrong(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message=message)
    _unique(form, everything)


def check_modal(form: Form, data: Json) -> None:
    """The data of a modal."""
    form.text(data, "title", ("data",), 45, 1, required=True)
    form.text(data, "custom_id", ("data",), 100, 1, required=True)
    components = form.dicts(data, "components", ("data",), 5, 1)
    for path, part in components:
        if part.get("type") == ROW:
            for inner, one in form.dicts(part, "components", path, 1, 1):
                _check(form, inner, one, frozenset({INPUT}))
                form.text(one, "label", inner, 45, 1, required=True)
        elif part.get("type") == LABEL:
            form.text(part, "label", path, 45, 1, required=True)
            form.text(part, "description", path, 100)
            _only(form, path, part, "component", IN_MODALS)
        else:
            _check(form, path, part, frozenset({TEXT}))
    _unique(form, list(walk([part for _, part in components])))


def _check(form: Form, path: Path, part: Json, allowed: frozenset[int]) -> None:
    kind = part.get("type")
    if kind not in allowed:
        form.wrong((*path, "type"), "BASE_TYPE_CHOICES", sorted(allowed))
        return
    _CHECKS.get(kind, _media)(form, path, part)


def _only(form: Form, path: Path, part: Json, name: str, allowed: frozenset[int]) -> None:  # private
    """The one component *name* of *part*."""
    inner = part.get(name)
    if isinstance(inner, dict):
        _check(form, (*path, name), inner, allowed)
    else:
        form.wrong((*path, name), "BASE_TYPE_REQUIRED")


def _section(form: Form, path: Path, part: Json) -> None:
    for inner, one in form.dicts(part, "components", path, 3, 1):
        _check(form, inner, one, frozenset({TEXT}))
    _only(form, path, part, "accessory", frozenset({BUTTON, THUMBNAIL}))


def _text(form: Form, path: Path, part: Json) -> None:
    form.text(part, "content", path, MOST_TEXT, 1, required=True)


def _container(form: Form, path: Path, part: Json) -> None:
    for inner, one in form.dicts(part, "components", path, MOST_COMPONENTS, 1):
        _check(form, inner, one, _IN_CONTAINERS)
    form.number(part, "accent_color", path, 0, 0xFFFFFF)


def _separator(form: Form, path: Path, part: Json) -> None:
    form.number(part, "spacing", path, 1, 2)


def _media(form: Form, path: Path, part: Json) -> None:
    if part["type"] == GALLERY:
        for inner, one in form.dicts(part, "items", path, 10, 1):
            form.text(one, "description", inner, 1024)
            _url(form, (*inner, "media"), one.get("media"))
    elif part["type"] == THUMBNAIL:
        form.text(part, "description", path, 1024)
        _url(form, (*path, "media"), part.get("media"))
    elif part["type"] == FILE:
        _url(form, (*path, "file"), part.get("file"))
    else:
        form.text(part, "custom_id", path, 100, 1, required=True)


def _url(form: Form, path: Path, media: object) -> None:
    url = form.text(media if isinstance(media, dict) else {}, "url", path, 2048, 1, required=True)
    if url and not url.startswith(("http://", "https://", "attachment://")):
        message = f"Scheme \"{url.split(':')[0]}\" is not supported. Scheme must be one of ('http', 'https')."
        form.wrong((*path, "url"), "URL_TYPE_INVALID_SCHEME", message=message)


def _row(form: Form, path: Path, part: Json) -> None:
    children = form.dicts(part, "components", path, 5, 1)
    for inner, one in children:
        _check(form, inner, one, SELECTS | {BUTTON})
    if len(children) > 1 and any(one.get("type") in SELECTS for _, one in children):
        form.wrong(
            (*path, "components"),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            message="The specified component exceeds the maximum width",
        )


def _button(form: Form, path: Path, part: Json) -> None:
    style = part.get("style")
    if style not in {1, 2, 3, 4, _LINK, _PREMIUM}:
        form.wrong((*path, "style"), "BASE_TYPE_CHOICES", (1, 2, 3, 4, 5, 6))
    form.text(part, "label", path, 80)
    if style == _LINK:
        url = form.text(part, "url", path, 512, 1, required=True)
        if url and not url.startswith(("http://", "https://", "discord://")):
            form.wrong((*path, "url"), "URL_TYPE_INVALID_SCHEME", message="The scheme is not supported.")
    elif style != _PREMIUM:
        form.text(part, "custom_id", path, 100, 1, required=True)
        if part.get("url"):
            form.wrong(path, "BUTTON_COMPONENT_INVALID_COMBINATION", message="A custom id and url cannot both be set")
    if style != _PREMIUM and not part.get("label") and not part.get("emoji"):
        form.wrong(path, "BUTTON_COMPONENT_LABEL_REQUIRED", message="A label or emoji is required")


def _select(form: Form, path: Path, part: Json) -> None:
    form.text(part, "custom_id", path, 100, 1, required=True)
    form.text(part, "placeholder", path, 150)
    least = form.number(part, "min_values", path, 0, 25)
    most = form.number(part, "max_values", path, 1, 25)
    if least is not None and most is not None and least > most:
        form.wrong((*path, "min_values"), "BASE_TYPE_BAD_LENGTH", 0, most)
    if part["type"] != SELECT:
        return
    values: list[str] = []
    for inner, one in form.dicts(part, "options", path, 25, 1):
        form.text(one, "label", inner, 100, 1, required=True)
        values.append(form.text(one, "value", inner, 100, 1, required=True))
        form.text(one, "description", inner, 100)
        if values[-1] in values[:-1]:
            message = "The specified option value is already used"
            form.wrong((*inner, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message=message)


def _input(form: Form, path: Path, part: Json) -> None:
    form.text(part, "custom_id", path, 100, 1, required=True)
    if part.get("style") not in {1, 2}:
        form.wrong((*path, "style"), "BASE_TYPE_CHOICES", (1, 2))
    form.number(part, "min_length", path, 0, 4000)
    form.number(part, "max_length", path, 1, 4000)
    form.text(part, "placeholder", path, 100)
    form.text(part, "value", path, min(int(part.get("max_length") or 4000), 4000))


def _unique(form: Form, everything: list[Json]) -> None:
    for name, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[object] = set()
        for part in everything:
            value = part.get(name)
            if value and value in seen:
                form.wrong(("components",), code, message=f"Component {name} cannot be duplicated ({value})")
            seen.add(value)


_CHECKS: dict[int, Callable[[Form, Path, Json], None]] = {
    ROW: _row,
    BUTTON: _button,
    INPUT: _input,
    SECTION: _section,
    TEXT: _text,
    CONTAINER: _container,
    SEPARATOR: _separator,
    **dict.fromkeys(SELECTS, _select),
}
