"""Answering people: in private where they asked, in a view, or in the channel for everybody."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.blocks import Message
from adapters.slack.failures import FAILURES, code_of, post_failed
from adapters.slack.views import View
from adapters.slack.visit import Visit
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import Workspaces
from bot.errors import PostFailed
from bot.ports import Clock

log = logging.getLogger(__name__)

_OK = 200
_TRIES = 25
_BETWEEN = timedelta(milliseconds=200)


class Talk:
    """Says things to whoever did something. What cannot be said is logged, never raised: there is nobody to tell."""

    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock

    async def workspace(self, visit: Visit) -> Workspace:
        """The workspace of *visit*; of one that we do not know, as ``Workspaces.serving`` has it: its rights stay its
        own. Raises PostFailed.
        """
        return await self._workspaces.serving(visit.workspace)

    async def say(self, visit: Visit, *messages: Message, replaces: bool = False) -> None:
        """Answer in private: in the thread or channel where it was asked."""
        for number, message in enumerate(messages):
            if visit.thread and await self._in_thread(visit, message):
                continue
            await self._respond(
                visit, message, {"response_type": "ephemeral", "replace_original": replaces and number == 0}
            )

    async def share(self, visit: Visit, messages: Sequence[Message]) -> None:
        """Answer for everybody, where it was asked."""
        for message in messages:
            how: dict[str, Any] = {"response_type": "in_channel", "replace_original": False}
            if visit.thread:
                how["thread_ts"] = visit.thread
            await self._respond(visit, message, how)

    async def open(self, visit: Visit, view: View) -> str:
        """Open a modal; its id, or nothing if Slack did not open it."""
        there = await self.workspace(visit)
        is_in_a_modal = visit.view_kind == "modal"
        call = there.posting.views_push if is_in_a_modal else there.posting.views_open
        try:
            answer = await call(trigger_id=visit.trigger, view=view)
        except FAILURES as error:
            log.warning("a view could not be opened: %s", post_failed(error).reason)
            return ""
        return str((answer.get("view") or {}).get("id") or "")

    async def fill(self, visit: Visit, view_id: str, view: View) -> None:
        """Put *view* in the place of an open one; one that was closed meanwhile is left alone."""
        if not view_id:
            return
        there = await self.workspace(visit)
        try:
            await there.asking.views_update(view_id=view_id, view=view)
        except FAILURES as error:
            log.info("a view could not be filled: %s", post_failed(error).reason)

    async def fill_after_acknowledging(self, visit: Visit, external_id: str, view: View) -> bool:
        """Put *view* in the place of one that an acknowledgement is bringing; False: it is there no more. Were it named
        by its id, we could be faster than Slack takes the acknowledgement, and be overwritten by it; so we wait until
        our own name for it is known there.
        """
        there = await self.workspace(visit)
        for _ in range(_TRIES):
            try:
                await there.asking.views_update(external_id=external_id, view=view)
            except FAILURES as error:
                if not isinstance(error, SlackApiError) or code_of(error) != "not_found":
                    log.warning("a view could not be filled: %s", post_failed(error).reason)
                    return False
                await self._clock.wait(_BETWEEN)
            else:
                return True
        log.info("a view was closed before it could be filled")
        return False

    async def home(self, visit: Visit, view: View) -> None:
        """Publish somebody's App Home."""
        there = await self.workspace(visit)
        try:
            await there.asking.views_publish(user_id=visit.user, view=view)
        except FAILURES as error:
            log.warning("an App Home could not be published: %s", post_failed(error).reason)

    async def _in_thread(self, visit: Visit, message: Message) -> bool:
        """Private answers through a response url would appear in the channel, far from the thread."""
        try:
            there = await self.workspace(visit)
        except PostFailed:
            return False
        try:
            await there.asking.chat_postEphemeral(
                channel=visit.channel,
                user=visit.user,
                thread_ts=visit.thread,
                text=message.text,
                blocks=list(message.blocks),
            )
        except FAILURES as error:
            log.info("an answer in a thread goes to its channel instead: %s", post_failed(error).reason)
            return False
        return True

    async def _respond(self, visit: Visit, message: Message, how: dict[str, Any]) -> None:
        if not visit.response_url:
            await self._direct(visit, message)
            return
        client = AsyncWebhookClient(visit.response_url, session=self._workspaces.session, retry_handlers=[])
        body = {"text": message.text, "blocks": list(message.blocks), "unfurl_links": False, "unfurl_media": False}
        try:
            answer = await client.send_dict({**body, **how})
        except FAILURES as error:
            failure = post_failed(error)
            self._workspaces.watch.asked("slack", "response_url", failure.code)
            log.warning("an answer did not arrive: %s", failure.reason)
            return
        self._workspaces.watch.asked(
            "slack", "response_url", "ok" if answer.status_code == _OK else str(answer.status_code)
        )
        # The SDK raises nothing here, whatever the answer is.
        if answer.status_code != _OK:
            log.warning("Slack did not take an answer: status %d", answer.status_code)

    async def _direct(self, visit: Visit, message: Message) -> None:
        """Where there is no response url, as in views: a direct message."""
        there = await self.workspace(visit)
        try:
            await there.asking.chat_postMessage(
                channel=visit.user,
                text=message.text,
                blocks=list(message.blocks),
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAILURES as error:
            log.warning("an answer did not arrive: %s", post_failed(error).reason)
