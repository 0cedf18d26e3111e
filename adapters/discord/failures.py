"""What Discord's refusals mean for a post. Pure.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes; the classes are ours.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import aiohttp
import discord

from bot.errors import Fate, PostFailed

_GONE = "the channel is gone, or Daybrief was removed from the server; invite it again, or choose another channel"
_CLOSED = "Daybrief may not post in the channel; give it View Channel, Send Messages and Read Message History there"
_THREAD = "the thread is archived or locked; open it again, or choose another channel"
_OURS = "Discord did not take the message as it was built; please report it"
_POLICY = "the server's rules for texts (AutoMod) refuse the message; allow Daybrief there"

REFUSED: Mapping[int, str] = MappingProxyType(
    {
        10003: _GONE,
        10004: _GONE,
        50001: _CLOSED,
        50013: _CLOSED,
        50008: "messages cannot be sent to this kind of channel; choose a text channel",
        50024: "messages cannot be sent to this kind of channel; choose a text channel",
        40058: "a forum takes posts with a title only; choose a text channel",
        40067: "the forum wants a tag for each post; make that optional, or choose another channel",
        50083: _THREAD,
        160005: _THREAD,
        160006: _THREAD,
        10008: "the message is gone; somebody may have deleted it",
        50005: "the message cannot be changed; it is not Daybrief's own",
        50035: _OURS,
        50006: _OURS,
        50109: _OURS,
        40005: _OURS,
        200000: _POLICY,
        200001: _POLICY,
        240000: _POLICY,
        50014: "the token is wrong; set DISCORD_TOKEN to the bot's present token",
        50007: "this person takes no direct messages from Daybrief",
    }
)
NOT_SENT: Mapping[int, str] = MappingProxyType(
    {
        20028: "Discord asked for patience",
        20029: "Discord asked for patience",
        20016: "the channel is in slow mode",
        40062: "Discord asked for patience",
        130000: "Discord is overloaded for the moment",
        40006: "Discord has switched this off for the moment",
        40004: "Discord has switched sending off for the moment",
    }
)
_TOO_MANY_REQUESTS, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _SERVER_ERROR = 429, 401, 403, 404, 500

FAILURES = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)
"""Everything that a call of discord.py may raise because of Discord or the network."""


def post_failed(error: Exception) -> PostFailed:
    """What an exception of discord.py means for the post that it ended. Nothing of the library leaves this adapter."""
    if isinstance(error, discord.RateLimited):
        wait = timedelta(seconds=error.retry_after)
        return PostFailed("Discord asked for patience", fate=Fate.NOT_SENT, retry_after=wait)
    if isinstance(error, discord.LoginFailure):
        return PostFailed(REFUSED[50014], fate=Fate.REFUSED)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        # Without a connection nothing has left us; every other break leaves us in the dark.
        return PostFailed("Discord could not be reached", fate=Fate.NOT_SENT)
    if isinstance(error, TimeoutError):
        return PostFailed("Discord did not answer in time", fate=Fate.UNKNOWN)
    return PostFailed(f"the connection to Discord broke ({type(error).__name__})", fate=Fate.UNKNOWN)


def _answered(error: discord.HTTPException) -> PostFailed:
    code, status = error.code, error.status
    if status == _TOO_MANY_REQUESTS or code in NOT_SENT:
        return PostFailed(NOT_SENT.get(code, "Discord asked for patience"), fate=Fate.NOT_SENT)
    if status >= _SERVER_ERROR:
        # Whatever the body says: something failed, and nobody knows how far the request had come.
        return PostFailed(f"Discord failed with status {status}", fate=Fate.UNKNOWN)
    if code in REFUSED:
        return PostFailed(REFUSED[code], fate=Fate.REFUSED)
    if status == _UNAUTHORIZED:
        return PostFailed(REFUSED[50014], fate=Fate.REFUSED)
    if status in {_FORBIDDEN, _NOT_FOUND}:
        # Repeating what is forbidden counts towards a ban of this machine's address.
        return PostFailed(_CLOSED if status == _FORBIDDEN else _GONE, fate=Fate.REFUSED)
    return PostFailed(f"Discord answered with status {status} and code {code}", fate=Fate.REFUSED)
