"""A Discord that exists only in tests: one loopback port with its REST API, its gateway, and faults.

::

    async with FakeDiscord(store) as fake:
        fake.add_guild("1001", users=[User(id="2001", permissions=("manage_guild",)), User(id="2002")])
        fake.add_channel("3001", guild="1001", name="ai-news")
        discord.http.Route.BASE = fake.api                              # the two class attributes of discord.py
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.gateway_url)
        client = discord.Client(intents=discord.Intents.none())
        await client.login(fake.token)                                  # REST alone; or: client.start(fake.token)
        fake.next_faults("create_message", [Fault.DROP_AFTER])
        await client.get_partial_messageable(3001).send("News", nonce="day/1")
        run = await fake.command("keypoints", {"story": "K7Q4"}, user="2001", channel="3001")
        assert run.acknowledged
        await run.wait_answers()                                        # the answer, or what follows a deferral
        await fake.press(run, "more")                                   # or: fake.press(fake.messages("3001")[-1], ...)
        await fake.submit_modal(await fake.press(run, "edit"), {"name": "Ada"})

Where it is stricter than Discord: a field of a message that nobody knows is refused, so that a typing error is seen.
Where Discord publishes nothing, it guesses: the sizes of most rate limit buckets (``limits.BUCKETS``), for how long a
nonce is remembered (``nonce_life``), and how characters are counted (as code points).
"""

from tests.fake_discord.faults import Fault, FaultPlan, as_argument
from tests.fake_discord.model import NO_ANSWER, Channel, ChannelType, Flag, Guild, Interaction, Message, Pings, User
from tests.fake_discord.server import FakeDiscord
from tests.fake_discord.world import TOKEN, read_lines, read_store

__all__ = [
    "NO_ANSWER",
    "TOKEN",
    "Channel",
    "ChannelType",
    "FakeDiscord",
    "Fault",
    "FaultPlan",
    "Flag",
    "Guild",
    "Interaction",
    "Message",
    "Pings",
    "User",
    "as_argument",
    "read_lines",
    "read_store",
]
