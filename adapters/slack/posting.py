"""Slack as a platform: posts editions, finds them again, changes them, tells admins."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import post as posts
from adapters.slack.blocks import Message
from adapters.slack.failures import FAILURES, Scope, code_of, meaning, post_failed
from adapters.slack.notices import notice as notice_message
from adapters.slack.pace import MIN_PATIENCE, Pace
from adapters.slack.plain import plain_of
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import REQUIRED_SCOPES, Workspaces
from bot.errors import CannotReadBack, Fate, PostFailed
from bot.model import Channel, Edition, Notice, Receipt, delivery_key
from bot.ports import Rendering
from bot.wording import sentence_of

log = logging.getLogger(__name__)

EVENT_TYPE = "daybrief_edition"
"""The metadata of every message of an edition: https://docs.slack.dev/messaging/message-metadata"""
_PAGE = 100
_MOST_PAGES = 50
_CLOCKS_DIFFER = timedelta(minutes=10)
"""How far before an intent a channel is read: Slack dates messages by its own clock."""
_CLOSED = frozenset(
    {
        "missing_scope",
        "not_in_channel",
        "channel_not_found",
        "channel_is_limited_access",
        "access_denied",
        "no_permission",
    }
)
"""What Slack answers where a channel's history is not for us."""
_FIRST_TS = "the ts of the first message"


class SlackPlatform:
    """Implements ``bot.ports.Platform``. A message is confirmed once Slack has answered with its ``ts``."""

    name = "slack"
    paces_as_one = False

    def __init__(self, workspaces: Workspaces, pace: Pace) -> None:
        self._workspaces = workspaces
        self._pace = pace

    def parts(self, edition: Edition) -> int:
        """One, and one more for each message that follows in its thread."""
        return _count(edition)

    def render(self, edition: Edition) -> Rendering:
        """The payloads are the arguments of ``chat.postMessage``."""
        messages = posts.messages(edition)
        return Rendering(
            text="\n\n".join(plain_of(one.blocks) for one in messages),
            payloads=tuple(
                _payload(edition.channel, one, edition, part, delivery_key(edition.channel, edition.date, part))
                | ({"thread_ts": _FIRST_TS} if part else {})
                for part, one in enumerate(messages)
            ),
        )

    async def turn(self, channel: Channel) -> timedelta:
        """Wait for the pace of the channel's workspace. Nothing can be posted before Slack has told whose our tokens
        are, and that is no attempt.
        """
        try:
            await self._workspaces.of(channel.workspace)
        except PostFailed as failure:
            if failure.retry_after:
                return failure.retry_after
        return await self._pace.turn(channel.workspace, channel.id)

    def remembers(self, channel: Channel) -> timedelta:
        """Not at all: Slack promises nothing about a message that comes twice."""
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Post one part; all but the first go into the thread of the first."""
        channel = edition.channel
        workspace = await self._workspaces.of(channel.workspace)
        payload = _payload(channel, posts.messages(edition)[part], edition, part, key)
        if part:
            payload["thread_ts"] = earlier[0].messages[0]
        answer = await self._posted(workspace, channel, lambda client: client.chat_postMessage(**payload))
        self._pace.accepted(channel.workspace)
        return Receipt(part=part, messages=(str(answer["ts"]),))

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        """Read the channel back, or the thread of the first part, and look for *key* in the messages' metadata."""
        workspace = await self._workspaces.of(channel.workspace)
        asked: dict[str, Any] = {
            "channel": channel.id,
            "oldest": f"{(since - _CLOCKS_DIFFER).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        read: Callable[..., Awaitable[Any]] = workspace.posting.conversations_history
        if part and earlier:
            asked["ts"] = earlier[0].messages[0]
            read = workspace.posting.conversations_replies
        for _ in range(_MOST_PAGES):
            answer = await self._read(read, asked)
            for message in answer.get("messages") or ():
                if message.get("bot_id") == workspace.bot and _key_of(message) == key:
                    return Receipt(part=part, messages=(str(message["ts"]),))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked["cursor"] = cursor
        raise PostFailed("the channel's history is too long to be read back", fate=Fate.REFUSED)

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Change the message, in its workspace's pace; its stories stay where *posted* has them."""
        channel = edition.channel
        workspace = await self._workspaces.of(channel.workspace)
        message = posts.amended(posted, edition, part)
        payload = _payload(channel, message, edition, part, delivery_key(channel, edition.date, part))
        for option in ("unfurl_links", "unfurl_media"):
            del payload[option]
        for ts in receipt.messages:
            if wait := await self._pace.turn(channel.workspace, channel.id):
                raise PostFailed("Slack asked for patience", fate=Fate.NOT_SENT, retry_after=wait)
            await self._posted(
                workspace,
                channel,
                lambda client, ts=ts: client.chat_update(ts=ts, **payload),  # type: ignore[misc]
            )
            self._pace.accepted(channel.workspace)

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """A direct message from the bot."""
        there = await self._workspaces.of(workspace)
        message = notice_message(notice)
        try:
            await there.asking.chat_postMessage(
                channel=person, text=message.text, blocks=list(message.blocks), unfurl_links=False, unfurl_media=False
            )
        except FAILURES as error:
            raise post_failed(error) from error

    def tokens(self) -> Mapping[str, str]:
        """Of each workspace whose token Slack has ever told us about."""
        return self._workspaces.standings()

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """Token, permissions, and whether the channel takes posts from us."""
        self._workspaces.forget_refusals()
        try:
            workspace = await self._workspaces.of(channel.workspace)
        except PostFailed as failure:
            return (sentence_of(failure.reason),)
        troubles = [
            f"The permission {scope} is missing. Add it to the app's bot token scopes and install the app again."
            for scope in REQUIRED_SCOPES
            if workspace.scopes and scope not in workspace.scopes
        ]
        if troubles:
            return tuple(troubles)
        try:
            answer = await workspace.asking.conversations_info(channel=channel.id)
        except FAILURES as error:
            return (sentence_of(post_failed(error).reason),)
        return troubles_of(answer["channel"], can_post_uninvited="chat:write.public" in workspace.scopes)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._workspaces.close()

    async def _posted(
        self, workspace: Workspace, channel: Channel, call: Callable[[AsyncWebClient], Awaitable[Any]]
    ) -> Any:  # noqa: ANN401  # what the SDK gives
        try:
            return await call(workspace.posting)
        except FAILURES as error:
            failure = post_failed(error)
            is_asked_for_patience = isinstance(error, SlackApiError) and failure.fate is Fate.NOT_SENT
            if is_asked_for_patience and (failure.retry_after or meaning(code_of(error)).scope is Scope.WORKSPACE):  # type: ignore[arg-type]
                self._pace.refused(channel.workspace, failure.retry_after or MIN_PATIENCE)
            raise await self._workspaces.failed(workspace, error) from error

    async def _read(self, read: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> Any:  # noqa: ANN401
        try:
            return await read(**asked)
        except FAILURES as error:
            if isinstance(error, SlackApiError) and code_of(error) in _CLOSED:
                raise CannotReadBack(
                    "Daybrief may not read the channel back to see whether the post arrived; the permissions "
                    "channels:history and groups:history, and an invitation to the channel, allow it"
                ) from error
            raise post_failed(error) from error


@lru_cache(maxsize=1024)
def _count(edition: Edition) -> int:
    """How many messages *edition* makes. Kept for longer than the messages, which take more room: it is asked for well
    before the turn to post comes, and once more then.
    """
    return len(posts.messages(edition))


def troubles_of(channel: dict[str, Any], *, can_post_uninvited: bool) -> tuple[str, ...]:
    """What keeps us from posting to *channel*, as ``conversations.info`` shows it. Pure."""
    where = f"#{channel.get('name') or channel.get('id')}"
    if channel.get("is_archived"):
        return (f"{where} is archived. Unarchive it, or choose another channel.",)
    if channel.get("is_read_only") or channel.get("is_frozen"):
        return (f"{where} is read-only. Let Daybrief post there, or choose another channel.",)
    if channel.get("is_thread_only"):
        return (f"{where} takes posts in threads only. Change that, or choose another channel.",)
    is_private = bool(channel.get("is_private") or channel.get("is_group"))
    if not channel.get("is_member") and not channel.get("is_im") and (is_private or not can_post_uninvited):
        return (f"Daybrief is not in {where}. Type /invite @Daybrief there.",)
    return ()


def _payload(channel: Channel, message: Message, edition: Edition, part: int, key: str) -> dict[str, Any]:
    """The arguments of one post. Neither ``link_names`` nor ``parse`` is ever sent: both make text ping people."""
    return {
        "channel": channel.id,
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {
            "event_type": EVENT_TYPE,
            "event_payload": {"key": key, "part": part, "date": edition.date.isoformat()},
        },
    }


def _key_of(message: dict[str, Any]) -> str | None:
    """The delivery key of a message; parts have keys of their own."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return str((metadata.get("event_payload") or {}).get("key"))
