"""Telling the bot things, over whichever way it listens, and what becomes of its acknowledgement."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.fake_slack import payloads
from tests.fake_slack.answers import show
from tests.fake_slack.model import Delivery, Hook, Json, Refused
from tests.fake_slack.signed import Forgery, SignedPosts
from tests.fake_slack.sockets import Sockets
from tests.fake_slack.world import APP_TOKEN, SIGNING_SECRET, World

SUBSCRIBED = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_archive",
        "channel_deleted",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_shared",
        "channel_unarchive",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "message",
        "team_access_granted",
        "team_access_revoked",
        "tokens_revoked",
    }
)


class Delivering(World):
    """Sends by Socket Mode, or by HTTP once :meth:`use_http` gave an address."""

    def __init__(
        self,
        store: Path | None = None,
        *,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        app_token: str = APP_TOKEN,
        signing_secret: str = SIGNING_SECRET,
        ack_timeout: float = 3.0,
    ) -> None:
        super().__init__(store, now=now, monotonic=monotonic, app_token=app_token, signing_secret=signing_secret)
        self.ack_timeout = ack_timeout
        """Seconds within which an acknowledgement counts."""
        self.sockets = Sockets(self.app_id)
        self.posts: SignedPosts | None = None
        self.subscribed: set[str] = set(SUBSCRIBED)
        """The kinds of events that the app asked for; no other is sent."""
        self.deliveries: list[Delivery] = []
        self.forge_next = Forgery.NONE
        """What is wrong with the signature of the next request in HTTP mode."""

    async def use_http(self, url: str) -> None:
        """Deliver by signed POSTs to *url* from now on."""
        await self.use_sockets()
        self.posts = SignedPosts(url, self.signing_secret)

    async def use_sockets(self) -> None:
        """Deliver by Socket Mode, as at the beginning."""
        if self.posts:
            await self.posts.close()
        self.posts = None

    async def deliver(self, kind: str, payload: Json, hook: Hook | None = None) -> Delivery:
        """Tell the bot, and wait until it has acknowledged or its time is up."""
        delivery = Delivery(kind=kind, payload=payload, envelope_id=self.next_id("envelope-"), hook=hook)
        self.deliveries.append(delivery)
        await self._send(delivery)
        if hook and hook.of_command and delivery.acknowledged and delivery.ack:
            try:
                show(self, hook, delivery.ack, via="ack")
            except Refused:
                delivery.error = "invalid_command_response"
        return delivery

    async def redeliver(self, delivery: Delivery, reason: str = "timeout") -> Delivery:
        """Send the same envelope once more; ``acks`` counts further acknowledgements."""
        await self._send(delivery, retry=reason)
        return delivery

    async def event(self, team: str, content: Json) -> Delivery | None:
        """An event of the Events API, if the app subscribed to its type."""
        if content["type"] not in self.subscribed:
            return None
        return await self.deliver("events_api", payloads.event(self, self.teams[team], content))

    async def ssl_check(self) -> Delivery:
        """Slack's occasional look at whether the address answers: an unsigned form."""
        self.forge_next = Forgery.NO_SIGNATURE
        return await self.deliver("slash_commands", {"ssl_check": "1", "token": self.verification_token})

    async def url_verification(self, challenge: str = "challenge-1") -> Delivery:
        """What Slack asks when the address for events is set."""
        payload = {"type": "url_verification", "token": self.verification_token, "challenge": challenge}
        return await self.deliver("events_api", payload)

    async def _send(self, delivery: Delivery, *, retry: str = "") -> None:
        forgery, self.forge_next = self.forge_next, Forgery.NONE
        if self.posts:
            await self.posts.send(delivery, self.ack_timeout, forgery=forgery, retry=retry)
        else:
            await self.sockets.send(delivery, self.ack_timeout, retry=retry)
