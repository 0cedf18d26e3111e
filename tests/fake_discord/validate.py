"""Whether Discord takes this message: content, embeds, mentions, flags and sizes."""

from tests.fake_discord import components
from tests.fake_discord.forms import Form, Path
from tests.fake_discord.model import Flag, Json, Refused, walk

MOST_CONTENT = 2000
MOST_EMBEDS = 6000
V2_BYTES = 10_170
"""A message of the second version with more UTF-8 than that is answered with 500 (discord-api-docs#8554)."""
SETTABLE = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.IS_COMPONENTS_V2
MESSAGE = frozenset(
    [
        "allowed_mentions",
        "attachments",
        "components",
        "content",
        "embeds",
        "enforce_nonce",
        "flags",
        "message_reference",
        "nonce",
        "poll",
        "sticker_ids",
        "tts",
    ]
)
EDIT = frozenset(["allowed_mentions", "attachments", "components", "content", "embeds", "flags", "tts"])
WEBHOOK = MESSAGE - {"nonce", "enforce_nonce", "message_reference", "sticker_ids"} | {
    "avatar_url",
    "thread_name",
    "username",
    "applied_tags",
}
_LEGACY = ("content", "embeds", "poll", "sticker_ids")


def check_message(
    body: Json, names: frozenset[str], *, path: Path = (), is_v2: bool = False, may_be_empty: bool = False
) -> None:
    """Refuse what Discord would refuse; *is_v2*: the message that is edited has components of the second version."""
    form = Form()
    form.names(body, names, path)
    v2 = is_v2 or bool(int(body.get("flags") or 0) & Flag.IS_COMPONENTS_V2)
    form.text(body, "content", path, MOST_CONTENT)
    _embeds(form, body, path)
    _mentions(form, body, path)
    _nonce(form, body)
    parts = form.dicts(body, "components", path, components.MOST_COMPONENTS if v2 else 5)
    components.check_message(form, parts, v2=v2)
    if v2:
        for name in _LEGACY:
            if body.get(name):
                message = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.wrong((*path, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message=message)
    form.finish()
    anything = ("attachments", "components", "content", "embeds", "message_reference", "poll", "sticker_ids")
    if not may_be_empty and not any(body.get(name) for name in anything):
        raise Refused(400, 50006, "Cannot send an empty message")
    if v2:
        shown = "".join(str(part.get("content", "")) for part in walk([part for _, part in parts]))
        if len(shown.encode()) > V2_BYTES:
            raise Refused(500, 0, "500: Internal Server Error")


def _embeds(form: Form, body: Json, path: Path) -> None:
    total = 0
    for inner, embed in form.dicts(body, "embeds", path, 10):
        total += len(form.text(embed, "title", inner, 256)) + len(form.text(embed, "description", inner, 4096))
        for name, part, most in (("footer", "text", 2048), ("author", "name", 256)):
            holder = embed.get(name)
            if isinstance(holder, dict):
                total += len(form.text(holder, part, (*inner, name), most, 1, required=True))
        for number, one in form.dicts(embed, "fields", inner, 25):
            total += len(form.text(one, "name", number, 256, 1, required=True))
            total += len(form.text(one, "value", number, 1024, 1, required=True))
        form.number(embed, "color", inner, 0, 0xFFFFFF)
        url = form.text(embed, "url", inner, 2048)
        if url and not url.startswith(("http://", "https://")):
            form.wrong((*inner, "url"), "URL_TYPE_INVALID_URL", message="Not a well formed URL.")
    if total > MOST_EMBEDS:
        message = f"Embed size exceeds maximum size of {MOST_EMBEDS}"
        form.wrong((*path, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", message=message)


def _mentions(form: Form, body: Json, path: Path) -> None:
    allowed = body.get("allowed_mentions")
    if allowed is None:
        return
    here = (*path, "allowed_mentions")
    if not isinstance(allowed, dict):
        form.wrong(here, "DICT_TYPE_CONVERT")
        return
    parse = form.items(allowed, "parse", here, 3)
    for kind in parse:
        if kind not in {"users", "roles", "everyone"}:
            form.wrong((*here, "parse"), "BASE_TYPE_CHOICES", ("everyone", "users", "roles"))
    for name in ("users", "roles"):
        if form.items(allowed, name, here, 100) and name in parse:
            message = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            form.wrong(here, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message=message)


def _nonce(form: Form, body: Json) -> None:
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        form.wrong(("nonce",), "BASE_TYPE_MAX_LENGTH", 25)
