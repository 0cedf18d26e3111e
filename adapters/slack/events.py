"""What happens to channels and to ourselves in a workspace."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.slack import admin_answers
from adapters.slack.admin import Admin
from adapters.slack.failures import FAILURES, post_failed
from adapters.slack.visit import Visit
from adapters.slack.workspaces import Workspaces
from bot.desk import Channels, Places
from bot.errors import PostFailed
from bot.model import Change
from bot.ports import AuditLog, Clock
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
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
)
"""The events that the manifest asks for: those below, and no more."""


def _whose(body: Mapping[str, Any]) -> dict[str, str]:
    """The workspace that the event in *body* is about, or the organisation that has installed us as a whole."""
    told = (body.get("authorizations") or [{}])[0]
    if told.get("is_enterprise_install"):
        return {"team": "", "enterprise": str(told.get("enterprise_id") or body.get("enterprise_id") or "")}
    return {"team": str(body.get("team_id") or ""), "enterprise": ""}


def _teams(body: Mapping[str, Any]) -> list[str]:
    """The workspaces that an event about several names; none where it is about one, or about all."""
    return [str(one) for one in (body.get("event") or {}).get("team_ids") or ()]


def _puts_us_out(event: Mapping[str, Any]) -> bool:
    """Whether somebody does not let us in any more; a person's own token is nobody's but theirs."""
    kind = event.get("type")
    is_ours = kind == "tokens_revoked" and (event.get("tokens") or {}).get("bot")
    return bool(is_ours) or kind in {"app_uninstalled", "team_access_revoked"}


def _time_of(body: Mapping[str, Any]) -> datetime | None:
    """When, by Slack's clock, the event in *body* happened; None: it does not say, or nothing that a clock shows."""
    try:
        return datetime.fromtimestamp(int(body["event_time"]), UTC)
    except (KeyError, OverflowError, TypeError, ValueError, OSError):
        return None


class Events:
    """Acts on them. A channel that closes is noticed by the next post; one that opens again is resumed at once."""

    def __init__(
        self, places: Places, channels: Channels, audit: AuditLog, workspaces: Workspaces, admin: Admin, *, clock: Clock
    ) -> None:
        self._places = places
        self._channels = channels
        self._audit = audit
        self._workspaces = workspaces
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
                await self._places.revive("slack", [(team, str(event.get("channel") or ""))])
            case "channel_rename" | "group_rename":
                channel = event.get("channel") or {}
                name = str(channel.get("name") or "")
                await self._moved(body, str(channel.get("id") or ""), name=name)
            case "channel_id_changed":
                old, new = str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or "")
                await self._moved(body, old, channel=new)
            case "tokens_revoked" | "app_uninstalled" | "team_access_revoked":
                await self._pause_gone(body)
            case "team_access_granted":
                teams = _teams(body)
                await self._places.returned("slack", teams, at=_time_of(body))
                await self._places.revive("slack", [(one, "") for one in teams])

    async def forget_tokens(self, body: Mapping[str, Any]) -> None:
        """If the event in *body* says that we were put out, forget the tokens, and put it on record; else nothing.

        Raises:
            StoreTrouble: that could not be written; Slack is to tell us again.
        """
        event, whose, at = body.get("event") or {}, _whose(body), _time_of(body)
        if not _puts_us_out(event) or at is None or not any(whose.values()):
            return
        await self._workspaces.open()  # a process that has just begun has asked nobody yet
        if whose["team"] in self._workspaces.known:
            # A token of the environment has no date, so such an event may be about an earlier one. Whether Slack still
            # takes it shows with the next call.
            return
        if event["type"] == "team_access_revoked":
            await self._places.left("slack", _teams(body), at=at)
        else:
            await self._places.uninstalled("slack", **whose, at=at)

    async def _pause_gone(self, body: Mapping[str, Any]) -> None:
        """Pause the channels of whoever put us out, and use what was kept in memory no more."""
        team = _whose(body)["team"]
        if self._workspaces.installed:
            self._workspaces.installed.forget()
        await self._places.pause_gone(_teams(body) or ([team] if team else []))

    async def _joined(self, team: str, user: str, channel: str) -> None:
        try:
            there = await self._workspaces.of(team)
        except PostFailed:
            return
        if user != there.bot_user:
            return
        if await self._channels.in_channel("slack", there.id, channel):
            await self._places.revive("slack", [(there.id, channel)])
            return
        greeted = Change(
            at=self._clock.now(),
            workspace=f"slack:{there.id}",
            person=there.bot_user,
            action="greet",
            subject=channel,
            event=f"greet:{channel}",
        )
        if not await self._audit.record(greeted):
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
        subscription = await self._channels.in_channel("slack", str(body.get("team_id") or ""), known_as)
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
        if not await self._audit.record(moved):
            return
        if not await self._places.move(subscription, called):
            log.warning("the channel %s is set up twice now; remove one of them", clean(called.name))
