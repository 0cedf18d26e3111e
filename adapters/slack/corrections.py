"""Correcting and withdrawing stories: the forms, what is wrong with them, and what became of the posts."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.slack import actions, answers, correction_views, history, views
from adapters.slack.lookups import asker_of
from adapters.slack.rights import NOT_FOR_ALL, Rights
from adapters.slack.talk import Talk
from adapters.slack.views import View
from adapters.slack.visit import Visit
from bot import retold
from bot.desk import Channels, Editing, Stories
from bot.errors import DaybriefError, DoneBefore, NotFound
from bot.forms import Opened
from bot.model import Answer, Change, Story
from bot.retyping import Unfit

_PATIENCE = timedelta(seconds=1.5)
"""How long a form is compared with the store before it is acknowledged; Slack waits three seconds."""
_TITLES = {actions.CORRECT: "Correct a story", actions.WITHDRAW: "Withdraw a story"}
_FORMS = {actions.CORRECT: correction_views.correction, actions.WITHDRAW: correction_views.withdrawal}
_LATE = "Slack did not open the form in time. Please try once more."


class Corrections:
    """Opens the forms, and the history. Whoever submits is asked about again: a form can stay open for days."""

    def __init__(self, channels: Channels, stories: Stories, editing: Editing, rights: Rights, talk: Talk) -> None:
        self._channels = channels
        self._stories = stories
        self._editing = editing
        self._rights = rights
        self._talk = talk

    async def open(self, visit: Visit, action: str, name: str) -> None:
        """Open the form for *action*, ``correct`` or ``withdraw``, of the story called *name*; without one, ask for it.

        Slack gives three seconds, so the form is opened first and filled afterwards.
        """
        asker = await asker_of(self._channels, visit)
        found = await self._stories.look_up(name, None, asker)
        if found.story is None:
            await self._ask(visit, action, found)
            return
        opened = await self._talk.open(visit, views.loading(_TITLES[action]))
        if not opened:
            await self._talk.say(visit, answers.sentence(_LATE))
            return
        try:
            is_allowed = await self._rights.may_amend(visit)
            form = _FORMS[action](found.story) if is_allowed else views.said(_TITLES[action], NOT_FOR_ALL)
        except DaybriefError as trouble:
            is_for_them = isinstance(trouble, NotFound)
            sentence = str(trouble) if is_for_them else "Slack could not be asked; please try again."
            form = views.said(_TITLES[action], sentence)
        await self._talk.fill(visit, opened, form)

    @staticmethod
    def waiting(view: Mapping[str, Any]) -> View:
        """What is shown in the place of a submitted form while the posts are being changed."""
        return views.loading(str(view["title"]["text"]), "Changing the posts …")

    async def problems(self, visit: Visit, view: Mapping[str, Any]) -> Mapping[str, str]:
        """What is wrong with a submitted form, by field; it stays open then, and nothing that was typed is lost.

        Where the store takes longer than Slack waits, the form is acknowledged; it is looked at once more afterwards.
        """
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                return correction_views.asked(view, await self._story(visit, view)).problems
        except TimeoutError:
            return {}

    async def submit(self, visit: Visit, view: Mapping[str, Any], external_id: str) -> None:
        """Do what a form asks for, and show what became of the posts in the view that we named *external_id*."""
        title, story = str(view["title"]["text"]), await self._story(visit, view)
        before, asked = correction_views.before_in(view), correction_views.asked(view, story)
        if not await self._rights.may_amend(visit):
            await self._show(visit, external_id, views.said(title, NOT_FOR_ALL))
        elif story is None or before is None or asked.problems:
            await self._show(visit, external_id, correction_views.kept(view, tuple(asked.problems.values())))
        else:
            change = self._rights.change(visit, asked.action, story.ref, asked.reason)
            await self._show(visit, external_id, await self._acted(view, title, before, change))

    async def history(self, visit: Visit, ref: str) -> None:
        """Show in private how the story read before."""
        asker = await asker_of(self._channels, visit)
        found = await self._stories.look_up(ref, None, asker)
        if found.story is None:
            await self._talk.say(visit, answers.not_found(found, actions.WHOLE))
            return
        told = retold.former(await self._stories.history(found.story.ref, asker))
        if visit.view_kind == "modal" and await self._talk.open(visit, history.view(found.story, told)):
            return
        await self._talk.say(visit, *history.messages(found.story, told))

    async def _ask(self, visit: Visit, action: str, found: Answer) -> None:
        """Ask for the story, those who may do something with it."""
        if not await self._rights.may_amend(visit):
            await self._talk.say(visit, answers.sentence(NOT_FOR_ALL))
        elif found.asked:
            await self._talk.say(visit, answers.not_found(found, action))
        else:
            edition = await self._stories.latest_edition(await asker_of(self._channels, visit))
            await self._talk.say(visit, answers.which(action, edition))

    async def _story(self, visit: Visit, view: Mapping[str, Any]) -> Story | None:
        before = correction_views.before_in(view)
        if before is None:
            return None
        return (await self._stories.look_up(before.ref, None, await asker_of(self._channels, visit))).story

    async def _acted(self, view: Mapping[str, Any], title: str, before: Opened, change: Change) -> View:
        """Do it, unless somebody else has been there in the meantime; what came of it."""
        try:
            if change.action == retold.CORRECT:
                typed = correction_views.typed_in(view)
                done = await self._editing.retype(before, typed, change, patience=retold.PATIENCE)
            else:
                done = await self._editing.withdraw_as_shown(before, change, patience=retold.PATIENCE)
        except Unfit as other:
            return correction_views.kept(view, tuple(other.problems.values()) or (str(other),))
        except DoneBefore as before_this:
            return views.said(title, str(before_this))
        said = retold.outcome(done.story, done.changed, done.unchanged, done.waiting, done.shares)
        return correction_views.listed(title, said)

    async def _show(self, visit: Visit, external_id: str, view: View) -> None:
        """Show *view* in the place of the form; whoever has closed that meanwhile gets it as a message."""
        if not await self._talk.fill_after_acknowledging(visit, external_id, view):
            said = "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")
            await self._talk.say(visit, answers.sentence(said))
