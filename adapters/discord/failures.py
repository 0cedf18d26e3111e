"""What Discord's refusals mean for a post. Pure.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes; the classes are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import aiohttp
import discord

from adapters.discord.pace import HeldBack
from bot.errors import Fate, PostFailed, Reach


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code means."""

    fate: Fate
    sentence: str
    """What happened and how to mend it."""
    reach: Reach = Reach.VISIBLY
    """Of a refusal: ``examine`` shows when a channel is open again, but not whether it would take this one text."""


def _all(fate: Fate, reach: Reach, sentences: Mapping[int, str]) -> dict[int, Meaning]:
    return {code: Meaning(fate, sentence, reach) for code, sentence in sentences.items()}


_GONE = "the channel is gone, or Daybrief was removed from the server; invite it again, or choose another channel"
_CLOSED = "Daybrief may not post in the channel; give it View Channel, Send Messages and Read Message History there"
_UNSEEN = (
    "Daybrief does not see the channel: it was removed from the server, or lacks View Channel there; invite it again, "
    "or give it that permission"
)
_KIND = "messages cannot be sent to this kind of channel; choose a text channel"
_THREAD = "the thread is archived or locked; open it again, or choose another channel"
_OURS = "Discord did not take the message as it was built; please report it"
_POLICY = "the server's rules for texts (AutoMod) refuse the message; allow Daybrief there"
_PATIENCE = "Discord asked for patience"
_TOKEN = "the token is wrong; set DISCORD_TOKEN to the bot's present token and start again"  # noqa: S105

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        # Closed to us, and it shows when that is over. Repeating a 403 would count towards a ban.
        **_all(
            Fate.REFUSED,
            Reach.VISIBLY,
            {
                10003: _GONE,
                10004: _GONE,
                50001: _UNSEEN,
                50013: _CLOSED,
                50008: _KIND,
                50024: _KIND,
                40058: _KIND,
                40067: "the forum wants a tag for each post; make that optional, or choose another channel",
                50083: _THREAD,
                160005: _THREAD,
                160006: "the server has as many open threads as Discord allows; archive some",
                50014: _TOKEN,
            },
        ),
        # Closed to us, and nothing that we can read says for how long.
        **_all(
            Fate.REFUSED, Reach.CHANNEL, {50009: "the server's verification level keeps Daybrief out; ask its admins"}
        ),
        # This one message: the channel takes others.
        **_all(
            Fate.REFUSED,
            Reach.POST,
            {
                10008: "the message is gone; somebody may have deleted it",
                50005: "the message cannot be changed; it is not Daybrief's own",
                50035: _OURS,
                50006: _OURS,
                50109: _OURS,
                40005: _OURS,
                200000: _POLICY,
                200001: _POLICY,
                240000: _POLICY,
            },
        ),
        # Not this notice alone, but whatever that person is told.
        **_all(
            Fate.REFUSED,
            Reach.CHANNEL,
            {
                50007: "this person takes no direct messages from Daybrief",
                50278: "this person takes no direct messages from Daybrief",
            },
        ),
        # Surely not done: try again with the same key.
        **_all(
            Fate.NOT_SENT,
            Reach.POST,
            {
                20028: _PATIENCE,
                20029: _PATIENCE,
                20022: _PATIENCE,
                20016: "the channel is in slow mode",
                40062: _PATIENCE,
                130000: "Discord is overloaded for the moment",
                40006: "Discord has switched this off for the moment",
                40004: "Discord has switched sending off for the moment",
            },
        ),
    }
)
_TOO_MANY_REQUESTS, _UNAUTHORIZED, _SERVER_ERROR = 429, 401, 500
_CLOSED_TO_US: Mapping[int, str] = MappingProxyType({_UNAUTHORIZED: _TOKEN, 403: _CLOSED, 404: _GONE})

FAILURES = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)
"""Everything that a call of discord.py may raise because of Discord or the network."""


def post_failed(error: Exception) -> PostFailed:
    """What an exception of discord.py means for the post that it ended. Nothing of the library leaves this adapter."""
    match error:
        case discord.RateLimited():
            wait = timedelta(seconds=error.retry_after)
            failed = PostFailed(_PATIENCE, fate=Fate.NOT_SENT, retry_after=wait)
        case HeldBack():
            failed = PostFailed(str(error), fate=Fate.NOT_SENT, retry_after=error.wait)
        case discord.LoginFailure():
            failed = PostFailed(_TOKEN, fate=Fate.REFUSED)
        case discord.HTTPException():
            failed = _answered(error)
            failed.code = str(_code_of(error) or error.status)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            # Without a connection nothing has left us; every other break leaves us in the dark.
            failed = PostFailed("Discord could not be reached", fate=Fate.NOT_SENT, code="unreachable")
        case TimeoutError():
            failed = PostFailed("Discord did not answer in time", fate=Fate.UNKNOWN, code="timeout")
        case _:
            failed = PostFailed(
                f"the connection to Discord broke ({type(error).__name__})", fate=Fate.UNKNOWN, code="connection"
            )
    return failed


def _answered(error: discord.HTTPException) -> PostFailed:
    code, status = _code_of(error), error.status
    known = MEANINGS.get(code)
    if status == _TOO_MANY_REQUESTS:
        return PostFailed(known.sentence if known else _PATIENCE, fate=Fate.NOT_SENT)
    if status >= _SERVER_ERROR:
        # Whatever the body says: something failed, and nobody knows how far the request had come.
        return PostFailed(f"Discord failed with status {status}", fate=Fate.UNKNOWN)
    if known:
        return PostFailed(known.sentence, fate=known.fate, reach=known.reach)
    if status in _CLOSED_TO_US:
        return _turned_away(error)
    reason = f"Discord answered with status {status} and code {code}, which Daybrief does not know; please report it"
    return PostFailed(reason, fate=Fate.REFUSED, reach=Reach.POST)


def _code_of(error: discord.HTTPException) -> int:
    """Discord's number; 0 where the answer has none. discord.py passes on whatever stands there, a token perhaps."""
    code: object = error.code
    return code if isinstance(code, int) else 0


def _turned_away(error: discord.HTTPException) -> PostFailed:
    """What a refusal without a code that we know means: it is never repeated, for it counts towards a ban."""
    if error.status != _UNAUTHORIZED and not _is_discords_own(error):
        return PostFailed("something before Discord turned the request away", fate=Fate.NOT_SENT)
    return PostFailed(_CLOSED_TO_US[error.status], fate=Fate.REFUSED)


def _is_discords_own(error: discord.HTTPException) -> bool:
    """Whether Discord itself has answered: its answers are JSON, pages are Cloudflare's or a proxy's."""
    return "json" in str(error.response.headers.get("Content-Type", ""))
