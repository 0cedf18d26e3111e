"""Takes secrets out of text: those that we know by heart, and whatever has the shape of one. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

HIDDEN = "***"
LONGEST = 2_000
"""Bytes of an address under which something is kept: what is looked up by it lies in trees, which take little more."""
SHORTEST = 6
"""Characters of a secret that is known by heart; a shorter one would be found inside ordinary words."""

TOKENS = re.compile(
    r"""xox[a-z](?:\.xox[a-z])?-[\w.-]+           # Slack's tokens
      | xapp-[\w-]+                               # of its sockets
      | (?:(?<![A-Za-z0-9])|(?<=\\[nrt]))sk-[\w-]{8,}   # keys of most model providers
      | gsk_\w{20,}                               # Groq's
      | AIza[\w-]{30,}                            # Google's
      | hooks\.slack\.com/[^\s"'<>\\)]+           # addresses at which everybody may post
      | discord(?:app)?\.com/api/(?:v\d+/)?webhooks/[^\s"'<>\\)]+
      | [\w-]{23,40}\.[\w-]{5,8}\.[\w-]{27,}      # a Discord bot's token
      | (?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}   # a JSON web token
      | aW50ZXJhY3Rpb24[\w-]{20,}=*               # the right to answer an interaction on Discord
      | (?<!\d)\d{9,24}\.\d{0,24}\.[0-9a-f]{32,}    # a code of Slack's OAuth
      | -----BEGIN\s[A-Z ]+-----(?:.{1,10000}?-----END\s[A-Z ]+-----)?
    """,
    re.VERBOSE | re.DOTALL,
)
"""Texts that are secrets wherever they stand. Parts are bounded, or hostile text would take hours."""
_NAME = r"token|key|secret|passw(?:or)?d|passphrase|pwd|sig|signature|auth|ticket|credentials?|jwt|code"
_PLACES = tuple(
    (re.compile(pattern, re.IGNORECASE), kept)
    for pattern, kept in (
        # A name and a password in an address.
        (r"(://)[^\s/@'\"<>]+@", rf"\1{HIDDEN}@"),
        # A value in the query of an address whose name says what it is.
        (rf"([?&;][\w.-]{{0,40}}(?:{_NAME})[\w.-]{{0,40}}=)[^&\s#'\"<>\\]+", rf"\1{HIDDEN}"),
        # The ways to answer an interaction, on whatever host.
        (r"((?:webhooks|interactions)/\d+/)[\w-]{12,}", rf"\1{HIDDEN}"),
        (r"(/(?:commands|actions|services|triggers|workflows)/(?-i:[TE][A-Z0-9]*/[A-Z0-9]+)/)[\w/-]+", rf"\1{HIDDEN}"),
        # A header.
        (
            r"((?:proxy-)?authorization\W{1,6}(?:(?:bearer|basic|bot|token)\s+)?)(?!bearer|basic|bot\b)[^\s'\",;)}\]]+",
            rf"\1{HIDDEN}",
        ),
        (r"\b((?:bearer|basic|bot)\s+)(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{16,}=*", rf"\1{HIDDEN}"),
        # A value of twelve characters or more, with a digit among them, behind a name: prose has no such words.
        (
            rf"((?:{_NAME})(?:\\?['\"])?\s*[:=]\s*b?(?:\\?['\"])?)(?=[^\s'\",;&]{{0,200}}\d)[^\s'\",;&)}}\]\\]{{12,}}",
            rf"\1{HIDDEN}",
        ),
    )
)
"""Texts that are secrets where they stand, and what is kept of them."""


_CALLED = re.compile(
    r"(?:token|secret|password|passwd|passphrase|pwd|sig|signature|auth|ticket|credentials?|jwt|(?:^|api|[_.-])key)$",
    re.IGNORECASE,
)
"""How a value in the query of an address is called that is a secret for sure; ``keyword`` is not."""
_USER = re.compile(r"(://)[^\s/@]+@")
_QUERIED = re.compile(rf"([?&;][\w.-]{{0,40}}?{_CALLED.pattern.removesuffix('$')}=)[^&;#]+", re.IGNORECASE)


class Redactor:
    """Cleans every text of the secrets that it knows, in whatever spelling, and of what looks like one.

    May be used by several threads, also while it learns more.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._by_heart: re.Pattern[str] | None = None
        self.know(secrets)

    def know(self, secrets: Iterable[str]) -> None:
        """Hide *secrets* too from now on; what was a secret once stays one.

        One that is hidden for its shape, as all of Slack's tokens are, is not learnt by heart: there may be thousands.
        """
        new = [one for one in secrets if len(one) >= SHORTEST and not TOKENS.fullmatch(one)]
        spelled = {form for secret in new for form in _spellings(secret)}
        if not spelled - self._known:
            return
        self._known = self._known | spelled
        longest_first = sorted(self._known, key=lambda one: (-len(one), one))
        self._by_heart = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, text: str) -> str:
        """*text* with ``***`` in the place of every secret."""
        if self._by_heart:
            text = self._by_heart.sub(HIDDEN, text)
        text = TOKENS.sub(HIDDEN, text)
        for pattern, kept in _PLACES:
            text = pattern.sub(kept, text)
        return text


def kept_as(address: str) -> str:
    """Under which name what is fetched at *address* is kept: the address itself; where that holds a secret, with a
    digest in its place. So neither a database nor a copy of it holds the secret. One that is too long is cut, likewise.
    """
    if not secrets_in(address) and len(address.encode()) <= LONGEST:
        return address
    hidden = _QUERIED.sub(rf"\1{HIDDEN}", _USER.sub(rf"\1{HIDDEN}@", address))
    kept = hidden.encode()[:LONGEST].decode(errors="ignore")
    return f"{kept}#{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def secrets_in(address: str) -> tuple[str, ...]:
    """What must not be shown of an address: its password, and the values in its query that are called a secret."""
    try:
        parts = urlsplit(address)
        queried = parse_qsl(parts.query, keep_blank_values=True)
        password = parts.password
    except ValueError:
        return ()
    named = [value for name, value in queried if len(value) >= SHORTEST and _CALLED.search(name)]
    return tuple(one for one in (password, *named) if one)


def _spellings(secret: str) -> set[str]:
    """*secret* as it may stand in a text: as it is, in an address, in JSON, in the picture of a Python value."""
    escaped = {json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), *escaped}
