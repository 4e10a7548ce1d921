"""The live sessions of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from channels.conversation import Conversation
from channels.ports import Services
from domain.session import Session, SessionId


class Hub:
    """Finds the one conversation of a session, and lets it go when nothing needs it any more.

    A conversation outlives its socket while it works, and for `retire_seconds` while it keeps something for
    the patient.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._live: dict[SessionId, Conversation] = {}
        self.draining = False

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._live.values()))

    def find(self, session_id: SessionId) -> Conversation | None:
        """The session's conversation, if it is live here."""
        return self._live.get(session_id)

    def conversation(self, session: Session) -> Conversation:
        """The session's conversation; attach to it before anything else is awaited."""
        found = self._live.get(session.id)
        if found is None:
            found = Conversation(session, self._services, on_quiet=self.release)
            self._live[session.id] = found
        return found

    def release(self, conversation: Conversation) -> None:
        """Let a conversation go unless it is used; one that keeps something goes later."""
        if conversation.in_use or self._live.get(conversation.session.id) is not conversation:
            return
        if conversation.waiting:
            retire_seconds = self._services.rules.retire_seconds
            self._services.timers.call_later(retire_seconds, lambda: self._retire(conversation))
        else:
            del self._live[conversation.session.id]

    async def end(self, session_id: SessionId, code: int) -> None:
        """Finish what runs for a session here and close its socket."""
        if (conversation := self._live.pop(session_id, None)) is not None:
            await conversation.finish(code)

    async def drain(self) -> None:
        """Take nothing new, finish running turns within `drain_seconds`, close every socket with 4503."""
        self.draining = True
        finishing = [asyncio.create_task(one.finish(4503)) for one in self._live.values()]
        if not finishing:
            return
        _, late = await asyncio.wait(finishing, timeout=self._services.rules.drain_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*(one.close(4503) for one in self._live.values()))

    def _retire(self, conversation: Conversation) -> None:
        if not conversation.in_use and self._live.get(conversation.session.id) is conversation:
            conversation.retire()
            del self._live[conversation.session.id]
