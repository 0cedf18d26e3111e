"""A Slack that exists only in tests: one loopback port with its Web API, Socket Mode, response_urls and faults."""

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
