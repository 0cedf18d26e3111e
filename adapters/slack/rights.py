"""Who may change what, and the record of who did."""

import logging
import uuid

from adapters.slack.failures import FAILURES, post_failed
from adapters.slack.people import People, Person
from adapters.slack.talk import Talk
from adapters.slack.views import channel_named
from adapters.slack.visit import Visit
from bot.errors import PostFailed
from bot.model import Change, Subscription
from bot.ports import AuditLog, Clock

log = logging.getLogger(__name__)

_MOST_PAGES = 10
"""Of two hundred channels: whoever is in more sees the first of them."""


class Rights:
    """Asks Slack about people, and writes what they change to the audit log."""

    def __init__(self, audit: AuditLog, people: People, talk: Talk, clock: Clock) -> None:
        self._audit = audit
        self._people = people
        self._talk = talk
        self._clock = clock

    async def who(self, visit: Visit, *, is_for_a_change: bool = True) -> Person:
        """Who did something, as the workspace that has installed us sees them."""
        if not visit.is_ours:
            return Person(id=visit.user)
        try:
            there = await self._talk.workspace(visit)
        except PostFailed:
            return Person(id=visit.user)
        if there.id != visit.workspace:
            return Person(id=visit.user)
        return await self._people.who(there, visit.user, is_for_a_change=is_for_a_change)

    async def channels_of(self, visit: Visit) -> frozenset[str]:
        """The channels that the person is in, as far as we see them too: others are none of their business."""
        there = await self._talk.workspace(visit)
        found: set[str] = set()
        cursor = ""
        for _ in range(_MOST_PAGES):
            try:
                answer = await there.asking.users_conversations(
                    user=visit.user,
                    types="public_channel,private_channel",
                    limit=200,
                    cursor=cursor,
                    team_id=there.id,  # without which an organisation's token lists nothing
                )
            except FAILURES as error:
                log.warning("the channels of somebody could not be listed: %s", post_failed(error).reason)
                break
            found.update(str(one["id"]) for one in answer.get("channels") or ())
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return frozenset(found)

    async def may_share(self, visit: Visit) -> bool:
        """Whether the person may show something to the whole channel, through a way that knows no posting rights: the
        members of the workspace may.
        """
        return (await self.who(visit, is_for_a_change=False)).is_member

    async def may_amend(self, visit: Visit) -> bool:
        """Whether the person may correct and withdraw stories: those may whose word reaches the whole workspace, as
        the changed posts do. Whoever has set up one channel has no say in the others.
        """
        return (await self.who(visit)).is_admin

    async def record(self, visit: Visit, action: str, subscription: Subscription, detail: str = "") -> bool:
        """Write down that a channel is changed; False: this very click has done so before."""
        return await self.record_place(visit, action, subscription.channel.id, detail)

    async def record_place(self, visit: Visit, action: str, subject: str, detail: str = "") -> bool:
        """The same for a channel that may have no subscription yet."""
        return await self._audit.record(self.change(visit, action, subject, detail))

    def change(self, visit: Visit, action: str, subject: str, detail: str = "") -> Change:
        """What somebody changes, for the audit log: the same click does it once."""
        return Change(
            at=self._clock.now(),
            workspace=f"slack:{visit.workspace}",
            person=visit.person,
            action=action,
            subject=subject,
            detail=detail,
            # Without an id of Slack's nothing could tell a replay from a second click, so it is taken for the latter.
            event=f"{visit.event or uuid.uuid4()}:{action}:{subject}",
        )


NOT_FOR_ALL = (
    "Only admins and owners of this workspace may correct or withdraw a story: it changes in every channel of the "
    "workspace that has had it."
)


def not_allowed(subscription: Subscription | None) -> str:
    """That somebody else has to do it, and who."""
    if subscription is None:
        return (
            "Only admins and owners of this workspace may set up other channels than the one they are in. "
            "Type /daybrief setup in the channel itself, or ask one of them."
        )
    where = channel_named(subscription.channel)
    return f"Only admins and owners of this workspace, or whoever set {where} up, may change it."
