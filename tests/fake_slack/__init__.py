"""A Slack that exists only in tests: one loopback port with its Web API, Socket Mode, response_urls and faults.

::

    async with FakeSlack(store) as slack:
        slack.add_team("T1", users=[User(id="U1", is_admin=True)])      # token: xoxb-T1
        slack.add_channel("C1", members=["U1"])
        client = AsyncWebClient("xoxb-T1", base_url=slack.api, retry_handlers=[])
        handler = AsyncSocketModeHandler(AsyncApp(client=client), slack.app_token)
        await handler.connect_async()                                   # or: await slack.use_http(url)
        run = await slack.command("/keypoints", "K7Q4", user="U1", channel="C1")
        assert run.acknowledged
        await run.wait_answers()                                        # over the response_url
        slack.next_faults("chat.postMessage", [Fault.DROP_AFTER])
        await client.chat_postMessage(channel="C1", text="News", blocks=[...])
        await slack.press(slack.messages("C1")[-1], "more", user="U1")
        await slack.submit(slack.views("U1")[-1], {"name": "Ada"})

Where it is stricter than Slack: an argument that a method does not know is refused (``invalid_arg_name``), so that
a typing error is seen. Where Slack's behaviour is not documented, it guesses: how an over-used response_url looks,
how large metadata may be, and what exactly counts towards the 13,200 characters of a message's blocks.
"""

from tests.fake_slack.faults import Fault, FaultPlan, as_argument
from tests.fake_slack.model import BOT_SCOPES, Delivery, Ephemeral, Message, User, View
from tests.fake_slack.server import FakeSlack
from tests.fake_slack.signed import Forgery
from tests.fake_slack.world import read_store

__all__ = [
    "BOT_SCOPES",
    "Delivery",
    "Ephemeral",
    "FakeSlack",
    "Fault",
    "FaultPlan",
    "Forgery",
    "Message",
    "User",
    "View",
    "as_argument",
    "read_store",
]
