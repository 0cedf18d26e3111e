"""The world of one seed: starts processes, lets the plan befall them, and writes down what happens."""

import asyncio
import contextlib
import gc
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.config import Config, read
from bot.desk import Desk
from bot.ports import Platform, Writer
from storage import backup, restore
from tests.simulation import zones
from tests.simulation.chat import NAMES, Chat, Surroundings
from tests.simulation.crew import Crew
from tests.simulation.engines import Here, Setting, alone, database_in
from tests.simulation.faults import OF_THE_DISK, Fault, Weather
from tests.simulation.history import History
from tests.simulation.journal import Journal
from tests.simulation.line import Line
from tests.simulation.loop import Life, VirtualLoop
from tests.simulation.news import FEEDS, Feeds, Model
from tests.simulation.observer import Observer
from tests.simulation.people import People
from tests.simulation.plan import SETTLE, Act, Plan
from tests.simulation.process import Machine, MachineClock, Parts, Process
from tests.simulation.stage import as_if_new, calls_dropped, logs_noted, own_zones

ADMINS = ("slack:U0ADMIN01", "discord:400000000000000001")


def live(
    plan: Plan,
    folder: Path,
    setting: Setting | None = None,
    *,
    parts: Parts | None = None,
    trace: Callable[[str], None] | None = None,
) -> History:
    """Let the world of *plan* happen, with its files in *folder*, in a *setting*; None: one process over a file."""
    setting = setting or alone(folder, has_disk=bool(OF_THE_DISK & set(plan.faults)))
    with own_zones(folder / "zones", plan), calls_dropped(), contextlib.closing(VirtualLoop()) as loop:
        asyncio.set_event_loop(None)
        world = _World(plan, folder, loop, setting, parts=parts or Parts(), trace=trace)
        with logs_noted(world.journal):
            loop.run_until_complete(world.happen())
            world.journal.note("the end")
            digestible = len(world.journal.entries)
            loop.run_until_complete(world.bury())
        del world.journal.entries[digestible:]
        loop.set_exception_handler(lambda *_: None)
        history = History(
            plan=plan,
            journal=world.journal,
            held={name: chat.held for name, chat in world.chats.items()},
            ledger=world.engine.ledger,
            hits=world.weather.hits,
        )
        del world
        gc.collect()
    return history


class _World:
    def __init__(
        self,
        plan: Plan,
        folder: Path,
        loop: VirtualLoop,
        setting: Setting,
        *,
        parts: Parts,
        trace: Callable[[str], None] | None,
    ) -> None:
        self.plan = plan
        self.loop = loop
        self._copy = folder / "copy.db"
        self._folder = folder
        self.journal = Journal(loop.time, trace, hides=(str(folder), *setting.hides))
        chance = random.Random(f"world {plan.seed}")
        self._chance = chance
        self.weather = Weather(plan.spells, loop.time, chance.random)
        around = Surroundings(
            loop=loop, journal=self.journal, weather=self.weather, chance=chance, begins=plan.begins, settle=SETTLE
        )
        self.chats = {name: Chat(name, around) for name in NAMES}
        self._clock = MachineClock(loop, plan.begins)
        self._hours = {one.id: one.at for one in plan.places if not one.owner}
        self.engine = setting.engine(Here(loop=loop, weather=self.weather, chance=chance, begins=plan.begins))
        self._machine = Machine(
            loop=loop,
            clock=self._clock,
            engine=self.engine,
            lines=self._lines,
            reader=Feeds(plan.begins, self.weather, self._clock.now, plan.seed),
            writer=lambda: Model(self.weather) if plan.has_model else None,
            parts=parts,
        )
        self._crew = Crew(
            setting.roles, self._machine, self._config, self.journal, chance, crashed=lambda: self._hit(Fault.CRASH)
        )
        self._people = People(
            plan,
            self.journal,
            self._clock,
            self._hours,
            ask=self._crew.ask,
            tell_to_reload=lambda what, name: self._crew.reload(what, self._load_anew, name),
            load_anew=self._load_anew,
        )
        self._observer = Observer(self.engine.ledger, self.journal)
        self._is_well = False

    # ------------------------------------------------------------------------------------------------ as planned

    async def happen(self) -> None:
        """From the beginning to the end."""
        self._set_up()
        self.loop.outside(0, self._crew.start_missing)
        self.loop.outside(60, self._observe)
        self.loop.outside(90, self._people.order_all)
        for act in self.plan.acts:
            self.loop.outside(act.at, self._befalls, act)
        self.loop.outside(self.plan.calm_from, self._be_well)
        done = self.loop.create_future()
        self.loop.outside(self.plan.ends, done.set_result, None)
        await done
        self._observer.look()
        self._observer.look_away()

    async def bury(self) -> None:
        """Let even the dead unwind, where nothing of them matters any more."""
        self.loop.is_over = True
        self._crew.kill()
        for process in self._crew.every:
            parked, process.life.parked = process.life.parked, []
            for step in parked:
                step.again()
        for _ in range(200):
            left = [one for one in asyncio.all_tasks(self.loop) if one is not asyncio.current_task()]
            if not left:
                break
            for task in left:
                task.cancel()
            await asyncio.sleep(0.01)
        gc.collect(0)

    def _set_up(self) -> None:
        for number, place in enumerate(self.plan.places):
            self.journal.note(
                "place",
                number=number,
                platform=place.platform,
                workspace=place.workspace,
                channel=place.id,
                owner=place.owner,
                declared=int(not place.owner),
            )
            if not place.owner:
                self._people.ordered(place, place.at, place.timezone)

    def _renewed(self) -> tuple[Config, Writer | None]:
        """What a reload finds."""
        return self._machine.parts.config(self._config()), self._machine.writer()

    async def _load_anew(self, desk: Desk) -> None:
        """SIGHUP."""
        await desk.shift.reload(*self._renewed())

    def _lines(self, life: Life) -> dict[str, Platform]:
        return {name: Line(chat, life, lambda: self._clock.ahead) for name, chat in self.chats.items()}

    def _config(self) -> Config:
        text = f'[bot]\ndata_dir = "data"\nadmins = ["{ADMINS[0]}", "{ADMINS[1]}"]\n'
        text += f'catch_up = "{self.plan.catch_up:.0f}s"\n'
        text += f'[delivery]\nrequest_timeout = "15s"\nsettle = "{SETTLE:.0f}s"\n'
        for place in self.plan.places:
            if not place.owner:
                names = [("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day - 1] for day in place.days]
                text += f'[[channels]]\nname = "{place.id}"\nplatform = "{place.platform}"\nchannel = "{place.id}"\n'
                text += f'workspace = "{place.workspace}"\n'
                text += f'time = "{self._hours[place.id]}"\ntimezone = "{place.timezone}"\nstories = {place.stories}\n'
                text += f"days = {names!r}\n".replace("'", '"')
        text += "".join(f'[[feeds]]\nurl = "{url}"\nname = "{url.split("/")[2]}"\n' for url in FEEDS)
        return read(text, folder=self._folder, environ={})

    # ------------------------------------------------------------------------------------------------- what befalls

    def _observe(self) -> None:
        self._observer.look()
        self.loop.outside(60, self._observe)

    def _be_well(self) -> None:
        """Whatever was wrong is mended."""
        self._is_well = True
        self.journal.note("the world is well")
        self._set_clock(-self._clock.ahead.total_seconds())
        self._crew.is_down = False
        self._crew.end_surplus()
        self._crew.start_missing()

    def _befalls(self, act: Act) -> None:
        if self._is_well:
            return
        self.journal.note("act", kind=act.what, place=act.place if act.place >= 0 else None, lasts=act.lasts)
        machine: dict[str, Callable[[Act], None]] = {
            "crash": self._crash,
            "stop": self._stop,
            "second": self._second,
            "suspend": self._suspend,
            "freeze": self._freeze,
            "end": self._end,
            "clock": lambda act: self._set_clock(act.lasts),
            "leap": lambda act: self._set_clock(act.lasts),
            "zone rules": self._change_zones,
            "backup": self._back_up,
            "restore": self._restore,
        }
        if act.what in machine:
            machine[act.what](act)
        else:
            self._people.do(act)

    def _hit(self, fault: Fault) -> None:
        self.weather.hits[fault] += 1

    def _crash(self, act: Act) -> None:
        if process := self._crew.one():
            process.life.dies_at = process.life.steps + act.steps

    def _stop(self, act: Act) -> None:
        self._crew.is_down = True
        self._crew.stop()
        self._hit(Fault.DOWN if act.lasts > 1000 else Fault.STOP)
        self.loop.outside(act.lasts + 12, self._come_back)

    def _come_back(self) -> None:
        self._crew.is_down = False
        self._crew.start_missing()

    def _second(self, act: Act) -> None:
        if self._crew.up and not self._crew.is_down:
            self._crew.start_another()
            self._hit(Fault.SECOND_PROCESS)
            self.loop.outside(act.lasts, self._crew.end_surplus)

    def _suspend(self, act: Act) -> None:
        if any(process.life.is_frozen for process in self._crew.up):
            return
        asleep = list(self._crew.up)
        for process in asleep:
            process.life.is_frozen = process.life.is_asleep = True
        self._hit(Fault.SUSPEND)
        self.loop.outside(act.lasts, self._wake, asleep)

    def _wake(self, asleep: list[Process]) -> None:
        self.journal.note("wakes")
        for process in asleep:
            delayed, process.life.delayed = process.life.delayed, []
            process.life.thaw()
            for leaves in delayed:
                self.loop.outside(self._chance.uniform(0.1, SETTLE - 10), leaves)

    def _freeze(self, act: Act) -> None:
        process = self._crew.one()
        if process and not process.life.is_frozen:
            process.life.is_frozen = True
            self.journal.note("freezes", life=process.life.number)
            self._hit(Fault.FREEZE)
            self.loop.outside(act.lasts, self._thaw, process)

    def _end(self, act: Act) -> None:
        """One of them is told to stop, as in a rolling restart; the others go on."""
        if process := self._crew.one():
            process.stop()
            self._hit(Fault.STOP)

    def _thaw(self, process: Process) -> None:
        if not process.life.is_dead:
            self.journal.note("thaws", life=process.life.number)
            process.life.thaw()

    def _set_clock(self, seconds: float) -> None:
        if not seconds:
            return
        self._clock.ahead += timedelta(seconds=seconds)
        self.journal.note("clock", ahead=self._clock.ahead.total_seconds())
        self._hit(
            Fault.CLOCK_LEAP if abs(seconds) > 86400 * 7 else Fault.CLOCK_FORWARD if seconds > 0 else Fault.CLOCK_BACK
        )
        self._crew.clock_was_set()

    def _change_zones(self, act: Act) -> None:
        """The machine gets new rules, and the bot is started anew to take them up."""
        self._crew.is_down = True
        self._crew.stop()
        self.loop.outside(12, self._renew_zones)

    def _renew_zones(self) -> None:
        self._crew.kill()
        zones.write(self._folder / "zones", self.plan.later_zones)
        as_if_new()
        self.journal.note("zone rules")
        self._hit(Fault.ZONE_RULES)
        self._come_back()

    def _back_up(self, act: Act) -> None:
        backup(database_in(self._folder), self._copy)

    def _restore(self, act: Act) -> None:
        if not self._copy.exists() or self._clock.ahead:
            return
        self._crew.is_down = True
        self._crew.stop()
        self.loop.outside(12 + act.lasts, self._bring_back)

    def _bring_back(self) -> None:
        self._crew.kill()
        self._observer.look_away()
        restore(self._copy, database_in(self._folder), self._clock.now())
        self.journal.note("restored")
        self._hit(Fault.RESTORE)
        self._come_back()
