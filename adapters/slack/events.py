"""What happens to channels and to ourselves in a workspace."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack import admin_answers
from adapters.slack.admin import Admin
from adapters.slack.failures import FAILURES, post_failed
from adapters.slack.talk import Talk
from adapters.slack.visit import Visit
from adapters.slack.workspaces import Workspaces
from bot.desk import Desk
from bot.errors import PostFailed
from bot.model import Change
from bot.ports import Clock
from bot.text import clean

log = logging.getLogger(__name__)

SUBSCRIBED = (
    "app_home_opened",
    "app_uninstalled",
    "channel_id_changed",
    "channel_rename",
    "channel_unarchive",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "tokens_revoked",
)
"""The events that the manifest asks for: those below, and no more."""


class Events:
    """Acts on them. A channel that closes is noticed by the next post; one that opens again is resumed at once."""

    def __init__(self, desk: Desk, workspaces: Workspaces, talk: Talk, admin: Admin, clock: Clock) -> None:
        self._desk = desk
        self._workspaces = workspaces
        self._talk = talk
        self._admin = admin
        self._clock = clock

    async def happened(self, body: Mapping[str, Any]) -> None:
        """Act on the event in *body*; one that we did not ask for is left alone."""
        event = body.get("event") or {}
        team = str(body.get("team_id") or "")
        match event.get("type"):
            case "app_home_opened" if event.get("tab", "home") == "home":
                user = str(event.get("user") or "")
                await self._admin.home(
                    Visit(event=str(body.get("event_id") or ""), workspace=team, user=user, user_team=team)
                )
            case "member_joined_channel":
                await self._joined(team, str(event.get("user") or ""), str(event.get("channel") or ""))
            case "channel_unarchive" | "group_unarchive":
                await self._desk.revive("slack", [(team, str(event.get("channel") or ""))])
            case "channel_rename" | "group_rename":
                channel = event.get("channel") or {}
                name = str(channel.get("name") or "")
                await self._moved(body, str(channel.get("id") or ""), name=name)
            case "channel_id_changed":
                old, new = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
                await self._moved(body, old, channel=new)
            case "tokens_revoked" | "app_uninstalled":
                # The next post would find out as well; this only says so in the log, for whoever looks for the cause.
                log.warning("Slack says that workspace %s has removed Daybrief or revoked its token", clean(team))

    async def _joined(self, team: str, user: str, channel: str) -> None:
        try:
            there = await self._workspaces.of(team)
        except PostFailed:
            return
        if user != there.bot_user:
            return
        if await self._desk.in_channel("slack", there.id, channel):
            await self._desk.revive("slack", [(there.id, channel)])
            return
        greeted = Change(
            at=self._clock.now(),
            workspace=f"slack:{there.id}",
            person=there.bot_user,
            action="greet",
            subject=channel,
            event=f"greet:{channel}",
        )
        if not await self._desk.record(greeted):
            return
        message = admin_answers.greeting()
        try:
            await there.asking.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks),
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAILURES as error:
            log.warning("a greeting did not arrive: %s", post_failed(error).reason)

    async def _moved(self, body: Mapping[str, Any], known_as: str, *, channel: str = "", name: str = "") -> None:
        """Follow a channel to its other id or name; an event that comes once more after others would undo these."""
        subscription = await self._desk.in_channel("slack", str(body.get("team_id") or ""), known_as)
        if subscription is None:
            return
        now = subscription.channel
        called = replace(now, id=channel or now.id, name=clean(name) or now.name)
        moved = Change(
            at=self._clock.now(),
            workspace=now.home,
            person="Slack",
            action="move",
            subject=called.id,
            detail=called.name,
            event=f"{body.get('event_id')}:move",
        )
        if not await self._desk.record(moved):
            return
        if not await self._desk.move(subscription, called):
            log.warning("the channel %s is set up twice now; remove one of them", clean(called.name))
