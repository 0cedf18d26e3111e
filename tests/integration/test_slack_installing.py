"""*Add to Slack*, over HTTP and through Slack's own SDK: who gets in, who does not, and what is left after they go."""

import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from adapters.seal import Seal, new_key
from adapters.slack import pages
from adapters.slack.connection import PATH, Knocks
from adapters.slack.door import Door
from adapters.slack.installed import Installed
from adapters.slack.installing import COOKIE, Installing
from adapters.slack.manifest import BOT_SCOPES
from adapters.slack.pace import Pace
from adapters.slack.plain import plain_of
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.config.installing import App
from bot.config.secret import Secret
from bot.desk import Desk
from bot.errors import Fate, PostFailed
from bot.model import Channel, Due, Standing, Subscription
from bot.newsroom import Newsroom
from bot.ports import Subscriptions
from bot.tenants import KEPT_FOR
from tests.clock import VirtualClock
from tests.fake_slack import FakeSlack, Fault, User
from tests.fake_slack.installing import CLIENT_ID, CLIENT_SECRET
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY, newsroom
from tests.slack import BriskClock

URL = "https://daybrief.example"
KEY = new_key()
ADA = "U1"


@dataclass(kw_only=True)
class Hour:
    """Slack's clock, which moves a minute between any two things that people do."""

    at: float = NOW.timestamp()

    def __call__(self) -> float:
        return self.at

    def later(self) -> None:
        self.at += 60


@dataclass(kw_only=True)
class Service:
    """A bot that many workspaces can add to themselves, and nobody has yet."""

    room: Newsroom
    desk: Desk
    door: Door
    workspaces: Workspaces
    port: int
    folder: Path
    clock: VirtualClock
    learnt: list[str] = field(default_factory=list)

    def browser(self) -> "Browser":
        return Browser(self)

    async def order(self, team: str = "T1", channel: str = "C1") -> Subscription:
        """A channel that is served there."""
        place = Channel(platform="slack", workspace=team, id=channel, name="ai-news")
        plain = Subscription(id=0, channel=place, at=time(8), timezone="UTC", days=EVERY_DAY, declared=False)
        return await self.desk.office.subscribe(plain)

    async def standing(self, one: Subscription) -> tuple[Standing, str]:
        found = await self.room.store.subscriptions.by_id(one.id)
        assert found is not None
        return found.standing, found.reason


class Browser:
    """A person's: keeps its cookies, follows no redirect by itself, and says https where the proxy would."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.cookies: dict[str, str] = {}

    async def ask(self, method: str, address: str, **how: object) -> tuple[int, str, str]:
        """Status, page, and where it leads."""
        address = address.replace(URL, f"http://127.0.0.1:{self._service.port}")
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        async with session, session.request(method, address, headers=headers, allow_redirects=False) as answer:
            for name, morsel in answer.cookies.items():
                self.cookies[name] = morsel.value
            return answer.status, await answer.text(), answer.headers.get("Location", "")

    async def press(self) -> str:
        """The button; the address of Slack's question."""
        status, _, there = await self.ask("POST", f"{URL}{pages.INSTALL}")
        assert status == 303
        return there

    async def answer(self, question: str) -> str:
        """What the person says to Slack; where they are sent then."""
        _, _, back = await self.ask("GET", question)
        return back

    async def add(self) -> tuple[int, str]:
        """All of it: the last page."""
        status, page, _ = await self.ask("GET", await self.answer(await self.press()))
        return status, said(page)


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
async def slack(tmp_path: Path, hour: Hour) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False, now=hour) as fake:
        for team, enterprise in (("T1", ""), ("T2", ""), ("T3", "E1"), ("T4", "E1")):
            person = User(id=f"U{team[1:]}", name="ada", is_admin=True, tz="Europe/Berlin")
            fake.add_team(team, users=[person], enterprise=enterprise, is_installed=False, domain=f"halden{team[1:]}")
            fake.add_channel(f"C{team[1:]}", team=team, name="ai-news", members=[person.id])
        yield fake


@contextlib.asynccontextmanager
async def serving(slack: FakeSlack, folder: Path, *, key: str = KEY) -> AsyncIterator[Service]:
    clock = VirtualClock(NOW)
    learnt: list[str] = []
    async with newsroom(folder, {}, channels=0, clock=clock) as room:
        installed = Installed(room.store.installations, Seal([key]), learnt.extend)
        workspaces = Workspaces((), slack.api, timedelta(seconds=5), clock, installed=installed)
        room.platforms = {"slack": SlackPlatform(workspaces, Pace(clock))}
        desk = Desk(room)
        door = Door(desk, workspaces, BriskClock(NOW), slack.signing_secret)
        app = App(client_id=CLIENT_ID, client_secret=Secret(CLIENT_SECRET), public_url=URL)
        routes = Installing(
            app,
            scopes=BOT_SCOPES,
            book=room.store.installations,
            seal=Seal([key]),
            workspaces=workspaces,
            clock=clock,
            arrived=door.welcome,
        ).routes()
        knocks = Knocks(door.app, door.signing_secret, "127.0.0.1", 0, pages=routes)
        await knocks.start()
        await slack.use_http(f"http://127.0.0.1:{knocks.port}{PATH}")
        try:
            yield Service(
                room=room,
                desk=desk,
                door=door,
                workspaces=workspaces,
                port=knocks.port,
                folder=folder,
                clock=clock,
                learnt=learnt,
            )
        finally:
            await knocks.stop()
            await door.drain(timedelta(seconds=2))
            await workspaces.close()


@pytest.fixture
async def service(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(slack, tmp_path) as running:
        yield running


async def nothing_is_kept(service: Service) -> bool:
    return await service.room.store.installations.all() == ()


def bytes_of(folder: Path) -> bytes:
    """All of the database file, once what stands in the log beside it is in there."""
    with contextlib.closing(sqlite3.connect(folder / "daybrief.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(one.read_bytes() for one in sorted(folder.glob("daybrief.db*")))


async def test_a_workspace_adds_daybrief_is_answered_removes_it_and_comes_back(
    slack: FakeSlack, service: Service, hour: Hour
) -> None:
    story = await service.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)

    status, page = await service.browser().add()
    assert (status, "Daybrief is in halden1" in page, "/daybrief setup" in page) == (200, True, True)
    run = await slack.command("/keypoints", story.ref, user=ADA, channel="C1")
    [answer] = await run.wait_answers(1)
    assert "It hires thirty people." in plain_of(answer["blocks"])

    served, paused = await service.order(), await service.order(channel="C9")
    await service.desk.office.pause(paused, "on holiday")
    [before] = await service.room.store.installations.all()
    assert before.sealed.encode() in bytes_of(service.folder)
    token = slack.teams["T1"].token
    hour.later()
    await slack.uninstall("T1")
    await service.door.settled()

    assert await nothing_is_kept(service)
    left = bytes_of(service.folder)
    assert before.sealed.encode() not in left
    assert token.encode() not in left
    day = f"{NOW.day} {NOW:%B %Y}"
    assert await service.standing(served) == (Standing.PAUSED, f"Daybrief was removed from this workspace on {day}")
    assert await service.standing(paused) == (Standing.PAUSED, "on holiday")

    hour.later()
    await service.browser().add()
    await service.door.settled()
    assert await service.standing(served) == (Standing.ACTIVE, "")
    assert await service.standing(paused) == (Standing.PAUSED, "on holiday")
    assert not await service.room.store.installations.gone()
    assert (await slack.command("/keypoints", story.ref, user=ADA, channel="C1")).acknowledged
    assert set(service.learnt) == {token, slack.teams["T1"].token}


async def test_the_page_says_which_permissions_are_asked_for_and_makes_no_state(
    slack: FakeSlack, service: Service
) -> None:
    browser = service.browser()

    status, page, _ = await browser.ask("GET", f"{URL}{pages.INSTALL}")

    asked = {scope for scopes, _ in pages.WANTS for scope in scopes.split(", ")}
    assert status == 200
    assert asked == set(BOT_SCOPES)
    assert "<script" not in page
    assert not browser.cookies
    query = parse_qs(urlsplit(await browser.press()).query)
    assert set(query["scope"][0].split(",")) == set(BOT_SCOPES)
    assert query["redirect_uri"] == [f"{URL}{pages.REDIRECT}"]
    assert query["state"] == [browser.cookies[COOKIE]]


async def test_whoever_says_no_is_told_so_and_nothing_is_left(slack: FakeSlack, service: Service) -> None:
    slack.oauth.consent.says_yes = False
    browser = service.browser()
    back = await browser.answer(await browser.press())

    status, page, _ = await browser.ask("GET", back)

    assert status == 200
    assert "did not agree to it" in page
    assert "Try again" in page
    assert await nothing_is_kept(service)
    assert slack.counts["oauth.v2.access", "ok"] == 0
    assert browser.cookies[COOKIE] == ""


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("another browser", "not begun in this browser"),
        ("no state", "not begun in this browser"),
        ("another state", "not begun in this browser"),
        ("a state of our own making", "was used before"),
        ("too late", "was used before, or is older"),
        ("no code", "sent no code"),
        ("another code", "did not take the code"),
        ("another error", "did not let it happen"),
    ],
)
async def test_a_way_back_that_is_not_in_order_gets_its_page_and_leaves_nothing(
    slack: FakeSlack, service: Service, spoil: str, says: str
) -> None:
    browser = service.browser()
    back = await browser.answer(await browser.press())
    state = browser.cookies[COOKIE]
    match spoil:
        case "another browser":
            browser = service.browser()
        case "no state":
            back = back.replace(state, "")
        case "another state":
            back = back.replace(state, "x" * len(state))
        case "a state of our own making":
            back = back.replace(state, "guessed")
            browser.cookies[COOKIE] = "guessed"
        case "too late":
            service.clock.move_to(service.clock.now() + timedelta(minutes=10))
        case "no code":
            back = re.sub(r"code=[^&]+&", "", back)
        case "another code":
            back = re.sub(r"code=[^&]+", "code=1.2.3", back)
        case "another error":
            back = re.sub(r"code=[^&]+", "error=server_error", back)

    status, page, _ = await browser.ask("GET", back)

    assert status >= 400
    assert says in said(page)
    assert "/slack/install" in page
    assert await nothing_is_kept(service)


async def test_a_way_back_leads_in_once(slack: FakeSlack, service: Service) -> None:
    browser = service.browser()
    back = await browser.answer(await browser.press())
    state = browser.cookies[COOKIE]
    first, _, _ = await browser.ask("GET", back)
    browser.cookies[COOKIE] = state

    second, page, _ = await browser.ask("GET", back)

    assert (first, second) == (200, 400)
    assert "used before" in said(page)
    assert slack.counts["oauth.v2.access", "ok"] == 1


async def test_a_code_that_was_used_before_is_refused_by_slack_and_leaves_what_there_was(
    slack: FakeSlack, service: Service
) -> None:
    browser = service.browser()
    back = await browser.answer(await browser.press())
    await browser.ask("GET", back)
    before = await service.room.store.installations.all()
    code = parse_qs(urlsplit(back).query)["code"][0]
    await browser.press()

    status, page, _ = await browser.ask("GET", f"{URL}{pages.REDIRECT}?code={code}&state={browser.cookies[COOKIE]}")

    assert status == 502
    assert "works once" in said(page)
    assert slack.counts["oauth.v2.access", "code_already_used"] == 1
    assert await service.room.store.installations.all() == before


async def test_no_secret_stands_in_the_log_whatever_slack_answers(
    slack: FakeSlack, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "adapters")
    slack.next_faults("oauth.v2.access", [Fault.DROP_AFTER, Fault.HTML_BEFORE])
    codes = []
    for _ in range(3):
        browser = service.browser()
        back = await browser.answer(await browser.press())
        codes += parse_qs(urlsplit(back).query)["code"]
        await browser.ask("GET", back)

    for secret in (*codes, CLIENT_SECRET, slack.teams["T1"].token):
        assert secret not in caplog.text
    assert len(await service.room.store.installations.all()) == 1


async def test_a_token_that_ends_by_itself_is_not_taken(slack: FakeSlack, service: Service) -> None:
    slack.oauth.rotates = True

    status, page = await service.browser().add()

    assert status == 500
    assert "settings of this app" in page
    assert await nothing_is_kept(service)


async def test_an_organisation_is_served_as_the_workspaces_that_it_has(
    slack: FakeSlack, service: Service, hour: Hour
) -> None:
    slack.oauth.consent.team, slack.oauth.consent.for_the_organisation = "T3", True
    status, page = await service.browser().add()
    assert (status, "Organisation E1" in page) == (200, True)
    for team, user in (("T3", "U3"), ("T4", "U4")):
        await slack.command("/daybrief", "setup", user=user, channel=f"C{team[1:]}")
    await service.door.settled()
    assert [view.team for view in (*slack.views("U3"), *slack.views("U4"))] == ["T3", "T4"]
    third, fourth = await service.order("T3", "C3"), await service.order("T4", "C4")
    assert (await service.workspaces.of("T4")).id == "T4"

    hour.later()
    revoked = await slack.event("T3", {"type": "team_access_revoked", "team_ids": ["T4"]})
    await service.door.settled()
    assert (await service.standing(third))[0] is Standing.ACTIVE
    assert (await service.standing(fourth))[0] is Standing.PAUSED
    hour.later()
    await slack.event("T3", {"type": "team_access_granted", "team_ids": ["T4"]})
    await service.door.settled()
    assert (await service.standing(fourth))[0] is Standing.ACTIVE
    assert revoked is not None
    await slack.redeliver(revoked)
    revoked.payload["event_id"] = "Ev-other"
    await slack.redeliver(revoked)
    await service.door.settled()
    assert (await service.standing(fourth))[0] is Standing.ACTIVE

    hour.later()
    await slack.uninstall("T3")
    await service.door.settled()
    assert await nothing_is_kept(service)
    assert {(await service.standing(one))[0] for one in (third, fourth)} == {Standing.PAUSED}
    hour.later()
    await service.browser().add()
    await service.door.settled()
    assert {(await service.standing(one))[0] for one in (third, fourth)} == {Standing.ACTIVE}


@pytest.mark.parametrize("order", [("tokens_revoked", "app_uninstalled"), ("app_uninstalled", "tokens_revoked") * 2])
async def test_whatever_tells_of_a_removal_however_often_it_is_one(
    slack: FakeSlack, service: Service, hour: Hour, order: tuple[str, ...]
) -> None:
    await service.browser().add()
    served = await service.order()
    hour.later()
    for kind in order:
        told = (
            {"type": kind, "tokens": {"oauth": [], "bot": ["UBOTT1"]}} if kind == "tokens_revoked" else {"type": kind}
        )
        await slack.event("T1", told)
    await service.door.settled()

    assert await nothing_is_kept(service)
    assert len(await service.room.store.installations.gone()) == 1
    assert (await service.standing(served))[0] is Standing.PAUSED


async def test_a_persons_own_token_that_is_revoked_removes_nobody(slack: FakeSlack, service: Service) -> None:
    await service.browser().add()
    await slack.event("T1", {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    await service.door.settled()

    assert not await nothing_is_kept(service)


async def test_a_removal_that_arrives_late_leaves_the_newer_installation_alone(
    slack: FakeSlack, service: Service, hour: Hour
) -> None:
    await service.browser().add()
    served = await service.order()
    hour.later()
    late = await slack.event("T1", {"type": "app_uninstalled"})
    hour.later()
    await service.browser().add()
    assert late is not None
    await slack.redeliver(late)
    late.payload["event_id"] = "Ev-other"
    await slack.redeliver(late)
    await service.door.settled()

    assert not await nothing_is_kept(service)
    assert (await service.standing(served))[0] is Standing.ACTIVE


class HurriedBack:
    """Implements ``bot.ports.Subscriptions``; whoever is about to be paused has let us in a moment before."""

    def __init__(self, room: Newsroom, *, by_a_person: bool) -> None:
        self._room, self._held, self._by_a_person = room, room.store.subscriptions, by_a_person

    def __getattr__(self, name: str) -> object:
        return getattr(self._held, name)

    async def pause(self, identifier: int, reason: str, *, by_platform: bool, closing: Sequence[Due] = ()) -> None:
        await self._room.store.installations.returned("slack", ["T1"])
        await self._held.pause(identifier, reason, by_platform=by_platform, closing=closing)
        if self._by_a_person:
            await self._held.pause(identifier, "by ada", by_platform=False)


@pytest.mark.parametrize(("by_a_person", "standing"), [(False, Standing.ACTIVE), (True, Standing.PAUSED)])
async def test_who_lets_us_in_while_a_channel_is_being_paused_is_served(
    service: Service, by_a_person: bool, standing: Standing
) -> None:
    served = await service.order()
    await service.desk.places.left("slack", ["T1"], at=NOW)
    service.room.store.subscriptions = cast("Subscriptions", HurriedBack(service.room, by_a_person=by_a_person))

    await service.desk.places.pause_gone(["T1"])

    assert (await service.standing(served))[0] is standing


async def test_who_removes_it_before_we_have_heard_of_the_installation_is_not_let_in(
    slack: FakeSlack, service: Service, hour: Hour
) -> None:
    browser = service.browser()
    back = await browser.answer(await browser.press())
    told = slack.now()
    hour.later()
    await slack.event("T1", {"type": "app_uninstalled"})
    hour.at = told

    status, page, _ = await browser.ask("GET", back)

    assert status == 409
    assert "removed again" in said(page)
    assert await nothing_is_kept(service)


async def test_a_stranger_gets_the_token_of_nobody(slack: FakeSlack, service: Service) -> None:
    await service.browser().add()

    with pytest.raises(PostFailed, match="not in the channel's workspace"):
        await service.workspaces.serving("T2")
    run = await slack.command("/daybrief", "status", user="U2", channel="C2")
    assert run.acknowledged
    assert {call.team for call in slack.calls if call.team} == {"T1"}


async def test_nobody_is_asked_whose_a_token_is(slack: FakeSlack, service: Service) -> None:
    await service.browser().add()
    for _ in range(5):
        await slack.command("/brief", "help", user=ADA, channel="C1")

    assert slack.counts["auth.test", "ok"] == 1


async def test_a_post_with_the_token_of_before_is_tried_again_with_the_present_one(
    slack: FakeSlack, service: Service, tmp_path: Path, hour: Hour
) -> None:
    await service.browser().add()
    there = await service.workspaces.of("T1")
    old = there.posting.token
    hour.later()
    async with serving(slack, tmp_path) as other:
        await other.browser().add()
    refusal = await failed_post(service)

    assert (refusal.fate, refusal.retry_after is not None) == (Fate.NOT_SENT, True)
    assert (await service.workspaces.of("T1")).posting.token not in {old, None}


async def failed_post(service: Service) -> PostFailed:
    """What a message with the token that we hold ends in."""
    there = await service.workspaces.of("T1")
    try:
        await there.posting.chat_postMessage(channel="C1", text="news")
    except Exception as error:  # noqa: BLE001 - the SDK's
        return await service.workspaces.failed(there, error)
    raise AssertionError("the old token still works")


async def test_without_the_right_key_a_post_waits_and_says_what_is_missing(
    slack: FakeSlack, service: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await service.browser().add()
    async with serving(slack, tmp_path, key=new_key()) as other:
        with pytest.raises(PostFailed) as caught:
            await other.workspaces.of("T1")

    assert caught.value.fate is Fate.NOT_SENT
    assert "DAYBRIEF_ENCRYPTION_KEYS" in caplog.text


async def test_what_waits_for_a_month_is_forgotten_unless_it_is_declared(
    slack: FakeSlack, service: Service, hour: Hour
) -> None:
    await service.browser().add()
    served = await service.order()
    hour.later()
    await slack.uninstall("T1")
    await service.door.settled()
    service.clock.move_to(NOW + KEPT_FOR - timedelta(hours=1))
    await service.desk.rounds.forget_old()
    assert (await service.standing(served))[0] is Standing.PAUSED

    service.clock.move_to(service.clock.now() + timedelta(hours=2))
    await service.desk.rounds.forget_old()

    assert (await service.standing(served))[0] is Standing.RETIRED
    assert not await service.room.store.installations.gone()


async def test_a_crash_before_the_channels_are_paused_is_made_up_for(service: Service) -> None:
    served = await service.order()
    await service.desk.places.left("slack", ["T1"], at=NOW)
    await service.desk.places.revive()

    standing, reason = await service.standing(served)
    assert standing is Standing.PAUSED
    assert "removed from this workspace" in reason
