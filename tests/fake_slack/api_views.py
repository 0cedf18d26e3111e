"""views.open, views.push, views.update, views.publish."""

import json

from tests.fake_slack import validate
from tests.fake_slack.arguments import text
from tests.fake_slack.model import Json, Refused, Team, View, refused
from tests.fake_slack.payloads import elements, initial_choice, view_info
from tests.fake_slack.world import World

VIEW_BYTES = 250_000
STACK = 3


def open_view(world: World, team: Team, arguments: Json) -> Json:
    body = read_view(world, arguments.get("view"), "modal")
    trigger = world.use_trigger(text(arguments, "trigger_id"), team)
    for view in world.views(trigger.user):
        view.open = False
    made = add_view(world, team, trigger.user, body, channel=trigger.channel)
    return {"ok": True, "view": view_info(world, made)}


def push_view(world: World, team: Team, arguments: Json) -> Json:
    body = read_view(world, arguments.get("view"), "modal")
    trigger = world.use_trigger(text(arguments, "trigger_id"), team)
    stack = check_stack(world, trigger.user)
    if not stack:
        raise Refused("not_found")
    return {"ok": True, "view": view_info(world, add_view(world, team, trigger.user, body, below=stack[-1]))}


def update_view(world: World, team: Team, arguments: Json) -> Json:
    if not arguments.get("view_id") and not arguments.get("external_id"):
        raise refused("invalid_arguments", ["[ERROR] missing required field: view_id or external_id"])
    view = _find(world, team, arguments)
    body = read_view(world, arguments.get("view"), "modal", known=view)
    if arguments.get("hash") and arguments["hash"] != view.hash:
        raise Refused("hash_conflict")
    change_view(world, view, body)
    return {"ok": True, "view": view_info(world, view)}


def publish(world: World, team: Team, arguments: Json) -> Json:
    user = text(arguments, "user_id")
    if user not in team.users:
        raise refused("invalid_arguments", ["[ERROR] invalid `user_id`"])
    view = world.homes.get((team.id, user))
    body = read_view(world, arguments.get("view"), "home", known=view)
    if view is None:
        name = world.next_id("V")
        view = View(id=name, team=team.id, user=user, body=body, hash=world.next_ts(), root=name, open=False)
        world.homes[team.id, user] = world.all_views[name] = view
    elif arguments.get("hash") and arguments["hash"] != view.hash:
        raise Refused("hash_conflict")
    change_view(world, view, body)
    return {"ok": True, "view": view_info(world, view)}


def check_stack(world: World, user: str) -> list[View]:
    """The modals of *user*, if another one may lie on top."""
    stack = world.views(user)
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")
    return stack


def add_view(world: World, team: Team, user: str, body: Json, *, channel: str = "", below: View | None = None) -> View:
    """A modal on top of *below*, or the first of a stack."""
    name = world.next_id("V")
    made = View(
        id=name,
        team=team.id,
        user=user,
        body=body,
        hash=world.next_ts(),
        root=below.root if below else name,
        previous=below.id if below else "",
        channel=below.channel if below else channel,
    )
    _begin(made)
    world.add_view(made)
    return made


def change_view(world: World, view: View, body: Json) -> None:
    """Show *body* instead; what the user has put into inputs that stay is kept."""
    old = view.values
    view.body, view.hash, view.errors = body, world.next_ts(), {}
    _begin(view)
    for block, inputs in view.values.items():
        for action, value in inputs.items():
            kept = old.get(block, {}).get(action)
            if kept and kept["type"] == value["type"]:
                inputs[action] = kept


def _begin(view: View) -> None:
    view.values = {}
    for block, element in elements(view.body["blocks"]):
        if element["type"] not in {"button", "overflow"}:
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = initial_choice(element)


def read_view(world: World, view: object, kind: str, *, known: View | None = None) -> Json:
    """*view*, if it may look like that."""
    problems = validate.problems_of_view(view, kind)
    if problems or not isinstance(view, dict):
        raise refused("invalid_arguments", problems)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large")
    name = view.get("external_id")
    for other in world.all_views.values():
        if name and other is not known and other.open and other.body.get("external_id") == name:
            raise Refused("duplicate_external_id")
    return view


def _find(world: World, team: Team, arguments: Json) -> View:
    name, external = arguments.get("view_id"), arguments.get("external_id")
    for view in world.all_views.values():
        if (
            view.team == team.id
            and view.open
            and (view.id == name or (external and view.body.get("external_id") == external))
        ):
            return view
    raise Refused("not_found")
