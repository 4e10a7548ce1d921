"""Chooses the adapter behind every port and puts the service together; nothing else knows any of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent import emergency, graph, red_flag_reply
from agent.deps import Deps, Knowledge
from agent.packs import Library
from agent.red_flag_reply import Reply
from agent.turn import Turns
from app.clock import SystemClock
from app.console import OpenConsole, PackNames, open_console, reception
from app.duties import notifier, text_sender, worker
from app.editor import PackEditor
from app.following import discharges, follow_up_worker
from app.health import SystemHealth
from app.knowledge import open_knowledge
from app.metrics import Metrics
from app.model import OpenModel, open_indexing, open_model
from app.releases import Releases, at_work
from app.reloading import REPORT, Reloading
from app.settings import Settings
from app.stores import Stores, open_stores
from app.training import PackTrainer
from app.voice import voice_in_background
from channels.clips import Clips
from channels.console.knowledge_routes import KnowledgePages, knowledge_routes
from channels.console.routes import routes
from channels.discharges import Discharges
from channels.http import Application, Calls
from channels.http_bodies import Notice, NoticePurpose
from channels.hub import Hub
from channels.kiosk import Kiosk
from channels.pages import Pages
from channels.ports import Services
from channels.sessions import Sessions
from channels.websocket import Realtime
from domain.clinical import RedFlag, RuleId
from domain.ports import Clock
from domain.session import Pending
from domain.turn import Escalated, Utterance
from jobs.worker import Worker
from knowledge.booking_rules import load_booking_rules
from knowledge.desk_hours import load_desk
from prompts import loader as prompts
from tools.follow_up.enrolling import Enrolling
from tools.guidance.meanings import Meanings
from tools.hospital.sql.demo import load_demo
from tools.proving import Proving

if TYPE_CHECKING:
    from tools.guidance.indexing import Indexing

WEB: Final = Path(__file__).parent.parent / "web"
PAGES: Final = {
    "/": "/demo/index.html",
    "/kiosk": "/kiosk/index.html",
    "/kiosk/": "/kiosk/index.html",
    "/continue": "/continue/index.html",
    "/console": "/console/index.html",
    "/console/": "/console/index.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The running parts: what to serve, drain and look after; `model` and `indexing` where model hosts are set."""

    app: Application
    hub: Hub
    sessions: Sessions
    turns: Turns
    stores: Stores
    services: Services
    library: Library
    worker: Worker
    follow_up_worker: Worker
    enrolment: Enrolling
    reloading: Reloading
    releases: Releases
    model: OpenModel | None
    indexing: Indexing | None
    console: OpenConsole


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open everything the service needs, and close it in reverse.

    Raises:
        SettingsError: a setting is wrong.
        KnowledgeError: the pack is wrong.
        Unavailable: a store cannot be opened.
    """
    pack = at_work(settings)
    demo = load_demo(pack / "hospital" / "demo.yaml")
    prompts.load()
    rules = load_booking_rules(pack / "hospital" / "booking.yaml")
    desk = load_desk(pack / "hospital" / "desk.yaml")
    clock = SystemClock(demo.hospital.zone)
    metrics = Metrics()
    meanings = Meanings()
    async with (
        open_stores(settings, demo=demo, rules=rules, clock=clock) as stores,
        open_model(settings, metrics.model, data_dir=settings.data_dir) as model,
        open_indexing(model, meanings, data_dir=settings.data_dir) as indexing,
        AsyncExitStack() as stack,
    ):
        doctors = tuple(one.name for one in await stores.ports.scheduling.practitioners())
        departments = await stores.ports.scheduling.departments()
        names = (*(department.name for department in departments), *doctors)
        voice = await stack.enter_async_context(voice_in_background(settings, expected=names))

        def opening(directory: Path) -> Knowledge:
            return open_knowledge(
                departments,
                booking_rules=rules.before_yes,
                doctors=lambda: doctors,
                directory=directory,
                meanings=meanings,
            )

        library = Library(opening(pack))
        turns = Turns(
            graph.build(stores.checkpointer),
            Deps(
                clock=clock,
                knowledge=library.newest,
                scheduling=stores.ports.scheduling,
                notes=stores.ports.notes,
                rules=rules,
                waitlist=stores.ports.waitlist,
                front_desk=stores.ports.front_desk,
                people=stores.ports.people,
                inbox=stores.ports.inbox,
                patients=stores.ports.patients,
                files=stores.ports.files,
                records=stores.ports.records,
                proving=Proving(codes=stores.hospital.codes, sender=text_sender(settings), limits=stores.limits),
                sessions=stores.archive.sessions,
                archive=stores.archive.archive,
                backlog=stores.backlog,
                desk=stores.archive.desk,
                follow_up=stores.archive.follow_up,
                locks=stores.locks,
                booking_code=settings.booking_code,
                reception=reception(stores, desk),
                model=model.pool if model else None,
                model_meter=metrics.counsel,
            ),
            library,
        )
        health = SystemHealth(
            library.screen,
            {
                "memory": stores.memory.ping,
                "archive": partial(stores.archive.sessions.by_resume, ""),
                "hospital": stores.ports.scheduling.practitioners,
            },
            metrics,
        )
        services = Services(
            clock=clock,
            timers=asyncio.get_running_loop(),
            turns=turns,
            screen=library.screen,
            alarm=PackAlarm(library),
            wording=library,
            notice=notice(library.newest),
            sessions=stores.archive.sessions,
            archive=stores.archive.archive,
            desk=stores.archive.desk,
            journal=stores.journal,
            events=stores.events,
            memory=stores.memory,
            limits=stores.limits,
            meter=metrics,
            health=health,
            mode=lambda: "model" if model and model.pool.answers() else "knowledge",
            rules=settings.rules,
            work=stores.archive.case_work,
            bell=stores.bell,
            typing=stores.typing,
            voice=voice,
            alerts=stores.archive.follow_up.alerts,
        )
        hub = Hub(services)
        sessions = Sessions(services=services, hub=hub)
        enrolment = Enrolling(
            stores.archive.follow_up, stores.ports.patients, clock, book=lambda: library.newest.pack.follow_up
        )
        console = open_console(
            services,
            stores,
            turns,
            PackNames(library, departments),
            desk,
            enrolment,
            notifier(settings, stores, library),
        )
        reloading = Reloading(library, opening, metrics, directory=pack, report=settings.data_dir / REPORT)
        releases = Releases(stores.archive.drafts, reloading, settings)
        await releases.follow()
        yield Service(
            app=asgi(
                services,
                sessions,
                library,
                metrics,
                settings,
                console,
                open_knowledge_pages(stores, releases, library, clock),
                discharges(settings, stores, library, enrolment, clock),
            ),
            hub=hub,
            sessions=sessions,
            turns=turns,
            stores=stores,
            services=services,
            library=library,
            worker=worker(settings, stores, library, clock),
            follow_up_worker=follow_up_worker(settings, stores, library, clock),
            enrolment=enrolment,
            reloading=reloading,
            releases=releases,
            model=model,
            indexing=indexing,
            console=console,
        )


def open_knowledge_pages(stores: Stores, releases: Releases, library: Library, clock: Clock) -> KnowledgePages:
    """What the console's knowledge and training pages work with."""
    archive = stores.archive
    return KnowledgePages(
        editor=PackEditor(archive.drafts, archive.corrections, releases, clock),
        drafts=archive.drafts,
        trainer=PackTrainer(library),
        trainings=archive.trainings,
    )


def asgi(
    services: Services,
    sessions: Sessions,
    library: Library,
    metrics: Metrics,
    settings: Settings,
    console: OpenConsole,
    knowledge: KnowledgePages,
    reports: Discharges,
) -> Application:
    """The ASGI application over these services."""
    allowed_origins = frozenset(settings.allowed_origins)
    metrics_token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    return Application(
        Calls(
            services=services,
            sessions=sessions,
            hub=sessions.hub,
            exposition=metrics.exposition,
            metrics_token=metrics_token,
            guide=library.guide_page,
        ),
        Realtime(services=services, sessions=sessions, hub=sessions.hub, allowed_origins=allowed_origins),
        pages=[
            *Clips(sessions=sessions, hub=sessions.hub).routes(),
            *Kiosk(sessions=sessions, hub=sessions.hub).routes(),
            *reports.routes(),
            *routes(console.console, console.live, sessions.hub),
            *knowledge_routes(console.console, knowledge),
            *Pages(WEB, aliases=PAGES).routes(),
        ],
        allowed_origins=allowed_origins,
    )


def notice(knowledge: Knowledge) -> Notice:
    """What the patient is told and asked, from the pack."""
    form, texts = knowledge.pack.texts.consent, knowledge.texts
    told = ["notice.text", "notice.sensitive", "notice.demo"]
    if knowledge.pack.cover.reviewed_by is None:
        told.append("notice.unsigned")
    return Notice(
        text="\n".join(texts.say(text_id) for text_id in told),
        consent_version=form.version,
        purposes=[
            NoticePurpose(id=one.id.value, title=one.title, text=one.text, required=one.required)
            for one in form.purposes
        ],
    )


class PackAlarm:
    """The pack's words for an escalation outside a turn."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @property
    def _knowledge(self) -> Knowledge:
        return self._library.newest

    def raised(self, flags: tuple[RedFlag, ...]) -> Escalated | None:
        """The escalation of the flags that interrupt everything, if any does."""
        acting = tuple(flag for flag in flags if emergency.acts(flag.disposition, flag.crisis))
        return emergency.raised(self._knowledge, acting) if acting else None

    def reply(self, asked: Pending, utterance: Utterance) -> Reply:
        """What a reply to a red-flag question comes to, as the turn reads it."""
        return red_flag_reply.read(asked, utterance, self._knowledge.reader)

    def overdue(self, pending: Pending) -> Escalated | None:
        """The escalation of a red flag's question left open; a milder flag raises none."""
        rule = self._library.flag(RuleId(pending.subject))
        level = emergency.asked_level(rule, pending)
        if not emergency.acts(level, rule.crisis):
            return None
        return emergency.escalation(
            self._knowledge,
            level,
            (rule.id,),
            first_aid=rule.first_aid,
            crisis=rule.crisis,
        )
