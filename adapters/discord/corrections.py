"""Correcting and withdrawing stories on Discord: the forms, and what became of the posts."""

from collections.abc import Mapping, Sequence

from discord import ui

from adapters.discord import answers, correction_forms, custom_ids, history
from adapters.discord.components import Card, button
from adapters.discord.custom_ids import custom_id
from adapters.discord.form import Drafts
from adapters.discord.lookups import asker_of
from adapters.discord.visit import Visit, change
from bot import retold
from bot.amend import Amended
from bot.desk import Channels, Editing, Stories
from bot.errors import NotFound, WrongUsage
from bot.forms import CALLED, Opened, Texts, opened
from bot.model import Answer, Story
from bot.ports import Clock
from bot.retyping import Unfit, other_than, reason

_NOT_ALLOWED = (
    "Only those who may manage the server may correct or withdraw a story: it changes in every channel of the server "
    "that has had it."
)
_GONE = "The story is not stored any more. Nothing was changed."
_KEPT = "What you typed is kept; the form opens with it, over what stands there now."
_UNKNOWN = "This version of Daybrief does not know that form. Type the command once more."


class Corrections:
    """Discord says with each interaction what the person may do, so that it holds at the moment of submitting too."""

    def __init__(self, channels: Channels, stories: Stories, editing: Editing, clock: Clock) -> None:
        self._channels = channels
        self._stories = stories
        self._editing = editing
        self._clock = clock
        self._drafts: Drafts[Texts] = Drafts()

    async def correction(self, visit: Visit, name: str, choice: str) -> ui.Modal | Card:
        """The form for what was chosen of the story called *name*, or why there is none. Raises WrongUsage."""
        found = await self._found(visit, name)
        if choice not in correction_forms.OFFERED:
            raise WrongUsage(_UNKNOWN)
        if found.story is None:
            return answers.not_found(found, choice, act=custom_ids.CORRECT)
        draft = self._drafts.take(_about(visit, f"{found.story.ref}/{choice}"), visit.user)
        form = correction_forms.correction(found.story, choice, draft)
        if form is None:
            way = f"whoever runs Daybrief corrects it with: daybrief correct {found.story.ref} FILE"
            raise WrongUsage(f"That text of {found.story.ref} is too long for a form; {way}")
        return form

    async def withdrawal(self, visit: Visit, name: str) -> ui.Modal | Card:
        """The form for withdrawing the story called *name*, or why there is none. Raises WrongUsage."""
        found = await self._found(visit, name)
        if found.story is None:
            return answers.not_found(found, "", act=custom_ids.WITHDRAW)
        return correction_forms.withdrawal(found.story)

    async def corrected(self, visit: Visit, code: str, values: Mapping[str, str]) -> list[Card]:
        """What came of a submitted correction; with mistakes, it is offered once more as it was filled in.

        Raises:
            WrongUsage: the person may not do that, or it has been done.
            NotFound: the story is gone.
        """
        before, story = await self._submitted(visit, code)
        typed = correction_forms.typed_in(values, before)
        made = change(visit, self._clock.now(), retold.CORRECT, story.ref)
        try:
            return _told(await self._editing.retype(before, typed, made, patience=retold.PATIENCE))
        except Unfit as found:
            choice = f"{story.ref}/{correction_forms.choice_of(before)}"
            self._drafts.keep(_about(visit, choice), visit.user, typed)
            wrong = [f"{CALLED[part]}: {sentence}" for part, sentence in found.problems.items()]
            again = button("Open the form again", custom_id(custom_ids.CORRECT, choice), style="primary")
            return [answers.sentence("\n".join([*wrong, _KEPT]), again)]

    async def withdrawn(self, visit: Visit, code: str, values: Mapping[str, str]) -> list[Card]:
        """What came of a submitted withdrawal. Raises as :meth:`corrected`."""
        before, story = await self._submitted(visit, code)
        again = button("Open the form again", custom_id(custom_ids.WITHDRAW, story.ref), style="primary")
        if other := other_than(before, story):
            return [answers.sentence(other, again)]
        try:
            why = reason(values.get(correction_forms.REASON, ""))
        except ValueError as wrong:
            return [answers.sentence(f"Why? {wrong}", again)]
        made = change(visit, self._clock.now(), retold.WITHDRAW, story.ref, why)
        try:
            return _told(await self._editing.withdraw_as_shown(before, made, patience=retold.PATIENCE))
        except Unfit as meanwhile:
            return [answers.sentence(str(meanwhile), again)]

    async def history(self, visit: Visit, ref: str) -> Sequence[Card]:
        """How a story read before."""
        asker = await asker_of(self._channels, visit)
        found = await self._stories.look_up(ref, None, asker)
        if found.story is None:
            return [answers.not_found(found, "")]
        return history.cards(found.story, retold.former(await self._stories.history(found.story.ref, asker)))

    async def _found(self, visit: Visit, name: str) -> Answer:
        if not visit.may_amend:
            raise WrongUsage(_NOT_ALLOWED)
        return await self._stories.look_up(name, None, await asker_of(self._channels, visit))

    async def _submitted(self, visit: Visit, code: str) -> tuple[Opened, Story]:
        """What a form showed, and its story as it is now."""
        before = opened(code)
        if before is None:
            raise WrongUsage(_UNKNOWN)
        story = (await self._found(visit, before.ref)).story
        if story is None:
            raise NotFound(_GONE)
        return before, story


def _about(visit: Visit, choice: str) -> str:
    """What a draft is about: in another server the story may read otherwise, which is none of this one's business."""
    return f"{visit.guild}/{choice}"


def _told(done: Amended) -> list[Card]:
    return answers.sentences(retold.outcome(done.story, done.changed, done.unchanged, done.waiting, done.shares))
