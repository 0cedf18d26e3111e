"""Where Slack comes in: acknowledges at once, acts once, always answers. The rest of the house holds no bolt."""

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.slack import actions, answers, bodies, views
from adapters.slack.admin import Admin
from adapters.slack.bodies import Body
from adapters.slack.corrections import Corrections
from adapters.slack.events import Events
from adapters.slack.lookups import LookUps
from adapters.slack.once import Once
from adapters.slack.people import People
from adapters.slack.rights import Rights
from adapters.slack.setup import SetUp
from adapters.slack.talk import Talk
from adapters.slack.visit import Visit, of_command, of_interaction, typed
from adapters.slack.workspaces import Workspaces
from bot import zones
from bot.desk import Desk
from bot.errors import DaybriefError, NotFound, PostFailed, WrongUsage
from bot.model import Wish
from bot.ports import Clock

log = logging.getLogger(__name__)
_bolt = logging.getLogger("adapters.slack.bolt")
"""Its warnings are for developers: of a token that it does not use itself, of events that nobody handles."""
_bolt.setLevel(_bolt.level or logging.ERROR)

_ANY = re.compile(".*")
_BROKEN = "Something went wrong, and it is our fault. It is in the log of whoever runs Daybrief; please try again."

Act = Callable[[Visit, Body], Awaitable[None]]


class Submittable(Protocol):
    """Whoever acts on a form."""

    def waiting(self, view: Mapping[str, Any], /) -> views.View:
        """What is shown in its place until it has been acted on."""

    async def problems(self, visit: Visit, view: Mapping[str, Any], /) -> Mapping[str, str]:
        """What is wrong with it, by field; it stays open then."""

    async def submit(self, visit: Visit, view: Mapping[str, Any], external_id: str, /) -> None:
        """Act on it, and show what came of that in the view that we named *external_id*."""


class Door:
    """Everything that people do on Slack arrives here, over either kind of connection.

    Args:
        desk: the newsroom's front door.
        workspaces: those that have installed us.
        clock: the time.
        signing_secret: proves that a request over HTTP is Slack's; unused over Socket Mode.
    """

    def __init__(self, desk: Desk, workspaces: Workspaces, clock: Clock, signing_secret: str = "") -> None:
        # An empty secret would be one that everybody knows; over Socket Mode it is never used.
        self.signing_secret = signing_secret or secrets.token_hex()
        self._places = desk.places
        self._workspaces = workspaces
        self._talk = Talk(workspaces, clock)
        rights = Rights(desk.audit, People(), self._talk, clock)
        self._set_up = SetUp(desk.channels, desk.office, rights, self._talk, clock)
        self._corrections = Corrections(desk.channels, desk.stories, desk.editing, rights, self._talk)
        self._admin = Admin(desk.channels, desk.office, rights, self._talk, self._set_up, self._corrections, clock)
        self._lookups = LookUps(desk.channels, desk.stories, rights, self._talk, clock)
        self._events = Events(desk.places, desk.channels, desk.audit, workspaces, self._admin, clock=clock)
        self._once = Once()
        self._tasks: set[asyncio.Task[None]] = set()

        async def authorize(team_id: str | None = None, enterprise_id: str | None = None) -> AuthorizeResult | None:
            # bolt takes a method's self for one of its own arguments, hence a function.
            return await self._authorize(team_id, enterprise_id)

        self.app = AsyncApp(
            logger=_bolt,
            # bolt's own client is used for opening sockets only; each workspace has its own.
            client=workspaces.client(None, is_patient=False),
            signing_secret=self.signing_secret,
            authorize=authorize,  # type: ignore[arg-type]  # None is how bolt wants to hear no
            # Our listeners acknowledge and are done; otherwise bolt looks every 10 ms whether they have.
            process_before_response=True,
        )
        self._listen()

    async def drain(self, within: timedelta) -> None:
        """Finish the answers that are under way; those that take longer than *within* are given up."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within.total_seconds())
        for task in self._tasks:
            task.cancel()

    async def settled(self) -> None:
        """Return once nothing is being answered any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _authorize(self, team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        """The token for a request. Nobody is asked: the tokens are known, and asking would cost part of three seconds.

        What the person may see and change goes by their own workspace, whatever token there is. Where there is none,
        because Slack does not say whose the tokens are, or because a stranger has pressed something in a channel that
        is shared with a workspace of ours, what needs none is answered all the same.
        """
        try:
            workspace = await self._workspaces.serving(team_id or "", enterprise_id or "")
        except PostFailed as failure:
            log.warning("a request came in without a token of ours: %s", failure.reason)
            needs_none = failure.retry_after or self._workspaces.installed
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id) if needs_none else None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=workspace.id,
            bot_token=workspace.posting.token,
            bot_id=workspace.bot,
            bot_user_id=workspace.bot_user,
        )

    # --------------------------------------------------------------------------------------------- what is asked

    def _listen(self) -> None:
        for command in ("/keypoints", "/effects", "/brief"):
            self._on_command(command, lambda visit, body: self._lookups.command(visit, bodies.line(body)))
        self._on_command("/daybrief", lambda visit, body: self._admin.command(visit, bodies.behind_command(body)))
        self._on_action(actions.SECTION, self._pressed_section)
        self._on_action(actions.PICK, self._picked)
        self._on_action(actions.SHARE, self._shared)
        self._on_action(actions.WISH, self._wished)
        self._on_action(actions.FULL, lambda visit, body: self._lookups.full(visit, bodies.value(body)))
        self._on_action(actions.HISTORY, lambda visit, body: self._corrections.history(visit, bodies.value(body)))
        self._on_action(actions.SETUP, self._pressed_set_up)
        self._on_action(actions.POST_NOW, lambda visit, body: self._admin.post_now(visit, bodies.number(body)))
        self._on_action(actions.PAUSE, self._pressed_pause)
        self._on_action(actions.RESUME, self._pressed_resume)
        self._on_action(actions.RESEND, lambda visit, body: self._admin.resend(visit, bodies.number(body)))
        self.app.options(_starting(actions.PICK))(self._offer_stories)
        self.app.options(views.ZONE)(self._offer_zones)
        self.app.view(actions.SETUP_VIEW)(self._submitting(self._set_up))
        for callback in (actions.CORRECTION_VIEW, actions.WITHDRAWAL_VIEW):
            self.app.view(callback)(self._submitting(self._corrections))
        self.app.event(_ANY)(self._happened)
        # What nobody listens for is answered as well: buttons of later versions, after going back to this one.
        self._on_command(_ANY, self._unknown)
        self.app.action(_ANY)(self._acting(of_interaction, self._unknown))
        self.app.view(_ANY)(self._acknowledged)
        self.app.view_closed(_ANY)(self._acknowledged)

    def _on_command(self, name: str | re.Pattern[str], act: Act) -> None:
        self.app.command(name)(self._acting(of_command, act))

    def _on_action(self, name: str, act: Act) -> None:
        self.app.action(_starting(name))(self._acting(of_interaction, act))

    async def _pressed_section(self, visit: Visit, body: Body) -> None:
        await self._lookups.topic(visit, bodies.behind(body, actions.SECTION), bodies.value(body))

    async def _picked(self, visit: Visit, body: Body) -> None:
        topic, ref = bodies.behind(body, actions.PICK), bodies.value(body)
        if topic in {actions.CORRECT, actions.WITHDRAW}:
            await self._corrections.open(visit, topic, ref)
        else:
            await self._lookups.topic(visit, topic, ref, replaces=True)

    async def _shared(self, visit: Visit, body: Body) -> None:
        await self._lookups.share(visit, bodies.behind(body, actions.SHARE), bodies.value(body))

    async def _wished(self, visit: Visit, body: Body) -> None:
        wish, _, ref = bodies.behind(body, actions.WISH).partition(":")
        meant = Wish(wish) if wish in set(Wish) else None
        number, _, day = bodies.value(body).partition(":")
        await self._admin.wish(visit, meant, ref, number=bodies.as_number(number), day=day)

    async def _pressed_set_up(self, visit: Visit, body: Body) -> None:
        value = bodies.value(body)
        channel = {"here": visit.channel, "home": ""}.get(value, value)
        await self._set_up.open(visit, channel)

    async def _pressed_pause(self, visit: Visit, body: Body) -> None:
        await self._admin.pause(visit, await self._admin.numbered(visit, bodies.number(body)))

    async def _pressed_resume(self, visit: Visit, body: Body) -> None:
        await self._admin.resume(visit, await self._admin.numbered(visit, bodies.number(body)))

    async def _unknown(self, visit: Visit, body: Body) -> None:
        sentence = "This version of Daybrief does not know what to do with that. /brief help lists what it knows."
        await self._talk.say(visit, answers.sentence(sentence))

    async def _offer_stories(self, ack: AsyncAck, body: Body) -> None:
        visit = of_interaction(body)
        try:
            found = await self._lookups.offer(visit, typed(str(body.get("value") or "")))
        except DaybriefError as trouble:
            log.warning("a picker stays empty: %s", trouble)
            found = []
        await ack(answers.options(found))

    async def _offer_zones(self, ack: AsyncAck, body: Body) -> None:
        await ack(answers.choices(zones.matching(str(body.get("value") or ""), limit=100)))

    def _submitting(self, form: Submittable) -> Callable[..., Awaitable[None]]:
        """A listener for a submitted form: says what is wrong with it, or acknowledges and has it acted on once."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            view = body.get("view") or {}
            external_id = f"{view.get('callback_id')}:{view.get('id')}:{view.get('hash')}"
            visit = of_interaction(body)
            visit = replace(visit, event=visit.event or external_id, submitted=external_id)
            if wrong := await form.problems(visit, view):
                await ack(response_action="errors", errors=dict(wrong))
                return
            await ack(response_action="update", view=form.waiting(view) | {"external_id": external_id})
            # A submission has no trigger of its own on every plan; the state of the view tells two of them apart.
            if self._once.is_new(f"submit:{visit.event}"):
                self._spawn(visit, form.submit(visit, view, external_id))

        return listener

    async def _happened(self, ack: AsyncAck, body: Body) -> None:
        # Before it is acknowledged: a token that could not be deleted is one that Slack tells of again.
        await self._events.forget_tokens(body)
        await ack()
        if self._once.is_new(str(body.get("event_id") or "")):
            self._spawn(None, self._events.happened(body))

    def welcome(self, workspaces: Collection[str]) -> None:
        """*workspaces* have added us to themselves: what waits there is served again."""
        places = [(one, "") for one in workspaces]
        self._spawn(None, self._places.revive("slack", places))

    async def _acknowledged(self, ack: AsyncAck) -> None:
        await ack()

    # ------------------------------------------------------------------------------------------ once, and always

    def _acting(self, visit_of: Callable[[Body], Visit], act: Act) -> Callable[..., Awaitable[None]]:
        """A listener: acknowledges, then has *act* done once in a task of ours, which nobody forgets."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            visit = visit_of(body)
            if self._once.is_new(visit.event):
                self._spawn(visit, act(visit, body))

        return listener

    def _spawn(self, visit: Visit | None, work: Awaitable[object]) -> None:
        # bolt keeps only a weak hold of its tasks, and a task that nobody holds may vanish.
        task = asyncio.get_running_loop().create_task(self._guarded(visit, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, visit: Visit | None, work: Awaitable[object]) -> None:
        """Whatever goes wrong, the person who asked hears a sentence."""
        try:
            await work
        except (NotFound, WrongUsage) as mistake:
            await self._apologise(visit, str(mistake))
        except DaybriefError as trouble:
            # Its sentence is for whoever runs the bot: it may name files and machines.
            log.error("a question was answered with an apology: %s", trouble)  # noqa: TRY400
            await self._apologise(visit, _BROKEN)
        except Exception:
            log.exception("a question was answered with an apology")
            await self._apologise(visit, _BROKEN)

    async def _apologise(self, visit: Visit | None, sentence: str) -> None:
        with contextlib.suppress(DaybriefError):
            if visit and visit.submitted:
                view = views.said("Daybrief", sentence)
                await self._talk.fill_after_acknowledging(visit, visit.submitted, view)
            elif visit and visit.view_kind == "modal":
                await self._talk.fill(visit, visit.view, views.said("Daybrief", sentence))
            elif visit:
                await self._talk.say(visit, answers.sentence(sentence))


def _starting(name: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(name)}{'' if name.endswith(':') else '$'}")
