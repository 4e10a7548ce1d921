"""Chooses what does due work, and by which ways patients are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.settings import Settings
from app.stores import Stores
from channels.noticing import WidgetNotifier
from domain.hospital_ports import DueWork, Inbox, Notifier, TextSender
from domain.identity_ports import Codes
from domain.ports import Clock
from jobs.critical import CriticalValues
from jobs.keeping import Keeping
from jobs.quiet import QuietHours
from jobs.telling import Telling, Wording
from jobs.worker import Worker
from tools.notices.gateway import HttpGateway
from tools.notices.outbox import OutboxFile
from tools.notices.ways import EveryWay, LogNotifier, TextNotifier

OUTBOX: Final = "outbox/sms.jsonl"
"""Where texts to phones go under the data directory as long as no gateway is set."""

STAFF_OUTBOX: Final = "outbox/staff.jsonl"
"""Where calls to the hospital's own departments go."""

CODES_KEPT: Final = timedelta(hours=1)
NOTICES_KEPT: Final = timedelta(days=90)
DUTIES_KEPT: Final = timedelta(days=30)


def worker(settings: Settings, stores: Stores, texts: Wording, clock: Clock) -> Worker:
    """One worker for the hospital's due work; every process has its own."""
    hospital = stores.hospital
    telling = Telling(
        scheduling=hospital.scheduling,
        waitlist=hospital.waitlist,
        front_desk=hospital.front_desk,
        notifier=notifier(settings, stores, texts),
        wording=texts,
        quiet=QuietHours(rules=hospital.house.rules, zone=hospital.house.zone),
    )
    keeping = Keeping(
        holds=hospital.scheduling,
        waitlist=hospital.waitlist,
        front_desk=hospital.front_desk,
        forgetting=(
            (NOTICES_KEPT, partial(_forget, hospital.inbox)),
            (DUTIES_KEPT, partial(_forget, hospital.due)),
            (DUTIES_KEPT, partial(_forget, stores.archive.follow_up.due)),
            (CODES_KEPT, partial(_forget, hospital.codes)),
        ),
    )
    critical = CriticalValues(
        records=hospital.records,
        patients=hospital.patients,
        sender=OutboxFile(settings.data_dir / STAFF_OUTBOX),
        wording=texts,
    )
    return Worker(hospital.due, {**telling.handlers(), **keeping.handlers(), **critical.handlers()}, clock)


def notifier(settings: Settings, stores: Stores, texts: Wording) -> Notifier:
    """Every way a patient is told."""
    hospital = stores.hospital
    return EveryWay(
        (
            LogNotifier(),
            WidgetNotifier(
                hospital.inbox, stores.events, label=partial(texts.say, "label.fixed"), desk=stores.archive.desk
            ),
            TextNotifier(hospital.patients, text_sender(settings)),
        )
    )


def text_sender(settings: Settings) -> TextSender:
    """What hands texts to phones: the hospital's gateway, or a file as long as none is set."""
    if settings.sms_url is None:
        return OutboxFile(settings.data_dir / OUTBOX)
    token = settings.sms_token.get_secret_value() if settings.sms_token else ""
    return HttpGateway(settings.sms_url, token)


async def _forget(kept: Inbox | DueWork | Codes, before: datetime) -> int:
    return await kept.forget(before=before)
