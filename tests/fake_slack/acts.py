"""What people do in the fake Slack: commands, buttons, menus and modals."""

from tests.fake_slack import payloads
from tests.fake_slack.api_views import add_view, change_view, check_stack, read_view
from tests.fake_slack.delivery import Delivering
from tests.fake_slack.model import Delivery, Ephemeral, Hook, Json, Message, Refused, View
from tests.fake_slack.validate import problems_of_options

Surface = Message | Ephemeral | View


class Acting(Delivering):
    """Every act waits for the bot's acknowledgement, and returns the :class:`Delivery` that it was."""

    async def command(self, command: str, text: str = "", *, user: str, channel: str) -> Delivery:
        """*user* types a slash command in *channel*."""
        where = self.channels[channel]
        team = self.teams[where.team]
        hook = self.add_hook(team.id, channel, user, of_command=True)
        trigger = self.add_trigger(team.id, user, channel=channel)
        url = self.url + hook.path
        payload = payloads.command(self, team, trigger, where, name=command, text=text, response_url=url)
        return await self.deliver("slash_commands", payload, hook)

    async def press(
        self,
        where: Surface | str,
        action_id: str,
        value: str | None = None,
        *,
        user: str = "",
        block_id: str = "",
    ) -> Delivery:
        """*user* presses a button; *value* or *block_id* tell which, where several have the same action_id."""
        surface = self.surface(where)
        for block, element in payloads.elements(_blocks(surface)):
            fits = element["action_id"] == action_id and block_id in {"", block["block_id"]}
            if fits and element["type"] == "button" and value in {None, element.get("value")}:
                action: Json = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
                return await self._act(surface, block, element, action, user)
        raise ValueError(f"there is no button {action_id!r} with value {value!r}")

    async def select(
        self, where: Surface | str, action_id: str, value: object, *, user: str = "", block_id: str = ""
    ) -> Delivery:
        """*user* chooses *value*: an option's value (or the option), an id, a time; a list where several may be."""
        surface = self.surface(where)
        block, element = _find(surface, action_id, block_id)
        chosen = payloads.choice(element, value)
        if isinstance(surface, View):
            surface.values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise ValueError(f"{action_id} is an input that tells nobody until the view is submitted")
        return await self._act(surface, block, element, chosen, user)

    async def suggest(
        self, where: Surface | str, action_id: str, typed: str, *, user: str = "", block_id: str = ""
    ) -> list[Json]:
        """The options that the bot offers when *typed* stands in an external select; grouped ones in one list."""
        surface = self.surface(where)
        block, element = _find(surface, action_id, block_id)
        if element["type"] not in {"external_select", "multi_external_select"}:
            raise ValueError(f"{action_id} asks nobody for options")
        user = user or self._someone(surface)
        payload = payloads.about(self, self.teams[surface.team], user, "block_suggestion")
        payload |= payloads.place(self, surface)
        payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
        delivery = await self.deliver("interactive", payload)
        answer = delivery.ack if isinstance(delivery.ack, dict) else {}
        options = [*answer.get("options", []), *(o for g in answer.get("option_groups", []) for o in g["options"])]
        problems = problems_of_options(options)
        if not delivery.acknowledged or problems:
            raise ValueError(f"no good options came: {delivery.error or problems}")
        return options

    async def submit(self, view: View | str, values: Json | None = None) -> Delivery:
        """The user submits the topmost view, with *values* by action_id, or by block_id and action_id."""
        shown = self.surface(view)
        if not isinstance(shown, View) or not shown.open:
            raise TypeError("only an open view can be submitted")
        self._fill(shown, values or {})
        missing = [
            element["action_id"]
            for block, element in payloads.elements(shown.body["blocks"])
            if block["type"] == "input" and not block.get("optional") and payloads.is_empty(shown, block, element)
        ]
        if missing:
            raise ValueError(f"Slack lets nobody submit without {', '.join(missing)}")
        team = self.teams[shown.team]
        trigger = self.add_trigger(team.id, shown.user, channel=shown.channel, view=shown.id)
        payload = payloads.about(self, team, shown.user, "view_submission")
        payload |= {"trigger_id": trigger.id, "view": payloads.view_info(self, shown)}
        payload["response_urls"] = urls = self._response_urls(shown)
        shown.errors = {}
        hook = self.hooks[urls[0]["response_url"].removeprefix(self.url)] if urls else None
        delivery = await self.deliver("interactive", payload, hook)
        if delivery.acknowledged:
            self._respond(shown, delivery)
        return delivery

    async def close(self, view: View | str) -> Delivery | None:
        """The user closes a view; the bot hears of it if it asked to."""
        shown = self.surface(view)
        if not isinstance(shown, View):
            raise TypeError("only a view can be closed")
        shown.open = False
        if not shown.body.get("notify_on_close"):
            return None
        payload = payloads.about(self, self.teams[shown.team], shown.user, "view_closed")
        return await self.deliver(
            "interactive", payload | {"view": payloads.view_info(self, shown), "is_cleared": False}
        )

    def surface(self, where: Surface | str) -> Surface:
        """What *where* names: a view's id, or ``channel/ts``."""
        if not isinstance(where, str):
            return where
        if where in self.all_views:
            return self.all_views[where]
        channel, _, ts = where.partition("/")
        if message := self.message(channel, ts):
            return message
        for ephemeral in self.ephemerals(channel=channel):
            if ephemeral.ts == ts:
                return ephemeral
        raise ValueError(f"there is nothing at {where}")

    # ----------------------------------------------------------------------------------------------------------

    async def _act(self, surface: Surface, block: Json, element: Json, chosen: Json, user: str) -> Delivery:
        team = self.teams[surface.team]
        user = user or self._someone(surface)
        channel = surface.channel
        hook: Hook | None = None
        payload = payloads.about(self, team, user, "block_actions") | payloads.place(self, surface)
        if not isinstance(surface, View):
            hook = self.add_hook(team.id, channel, user, surface, of_command=False)
            payload["response_url"] = self.url + hook.path
        view = surface.id if isinstance(surface, View) else ""
        payload["trigger_id"] = self.add_trigger(team.id, user, channel=channel, view=view).id
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
            "action_ts": self.next_ts(),
        }
        payload["actions"] = [action | chosen]
        return await self.deliver("interactive", payload, hook)

    def _someone(self, surface: Surface) -> str:
        """Who acts if nobody is named: whose view it is, or the first person of the workspace."""
        if not isinstance(surface, Message):
            return surface.user
        return next(user.id for user in self.teams[surface.team].users.values() if not user.is_bot)

    def _fill(self, view: View, values: Json) -> None:
        for name, value in values.items():
            nested = isinstance(value, dict) and "text" not in value
            for action, chosen in value.items() if nested else [(name, value)]:
                block, element = _find(view, action, name if nested else "")
                view.values.setdefault(block["block_id"], {})[action] = payloads.choice(element, chosen)

    def _response_urls(self, view: View) -> list[Json]:
        """For each select that asked for one, a response_url to the chosen channel."""
        made = []
        for block, element in payloads.elements(view.body["blocks"]):
            if not element.get("response_url_enabled"):
                continue
            value = view.values[block["block_id"]][element["action_id"]]
            channel = value.get("selected_conversation") or value.get("selected_channel")
            if channel:
                hook = self.add_hook(view.team, channel, view.user, of_command=False)
                made.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": self.url + hook.path,
                    }
                )
        return made

    def _respond(self, view: View, delivery: Delivery) -> None:
        """Do with *view* what the acknowledgement of its submission says."""
        answer = delivery.ack if isinstance(delivery.ack, dict) else {}
        action = answer.get("response_action")
        try:
            if action == "errors":
                view.errors = dict(answer["errors"])
                known = {block["block_id"] for block, _ in payloads.elements(view.body["blocks"])}
                if not view.errors or not view.errors.keys() <= known:
                    delivery.error = "invalid_response_action"
            elif action == "update":
                change_view(self, view, read_view(self, answer.get("view"), "modal", known=view))
            elif action == "push":
                check_stack(self, view.user)
                body = read_view(self, answer.get("view"), "modal")
                add_view(self, self.teams[view.team], view.user, body, below=view)
            elif action == "clear":
                for other in self.views(view.user):
                    other.open = False
            else:
                view.open = False
        except Refused as problem:
            delivery.error = problem.error


def _blocks(surface: Surface) -> list[Json]:
    blocks: list[Json] = surface.body["blocks"] if isinstance(surface, View) else surface.blocks
    return blocks


def _find(surface: Surface, action_id: str, block_id: str) -> tuple[Json, Json]:
    for block, element in payloads.elements(_blocks(surface)):
        if element["action_id"] == action_id and block_id in {"", block["block_id"]}:
            return block, element
    raise ValueError(f"there is no element {action_id!r}")
