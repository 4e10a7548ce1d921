"""Notifiers: several ways at once, the log, and a text to the patient's phone."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from domain.hospital_ports import Contacts, Notifier, TextSender
from domain.notices import Notice, TextMessage

log = structlog.get_logger(__name__)


class EveryWay:
    """Implements `Notifier` by each of several, in order; what fails is repeated with all of them."""

    def __init__(self, ways: Sequence[Notifier]) -> None:
        self._ways = tuple(ways)

    async def notify(self, notice: Notice) -> None:
        """Tell the patient by every way."""
        for way in self._ways:
            await way.notify(notice)


class LogNotifier:
    """Implements `Notifier` with a log line that holds neither text nor patient."""

    async def notify(self, notice: Notice) -> None:
        """Log that a notice goes out."""
        log.info("notice", kind=notice.kind.value)


class TextNotifier:
    """Implements `Notifier` with a text to the phone the patient gave last."""

    def __init__(self, contacts: Contacts, sender: TextSender) -> None:
        self._contacts = contacts
        self._sender = sender

    async def notify(self, notice: Notice) -> None:
        """Send the notice's text under the notice's id."""
        phone = await self._contacts.phone(notice.patient_id)
        await self._sender.send(TextMessage(id=notice.id, to=phone, text=notice.text, at=notice.at))
