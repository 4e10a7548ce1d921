"""When a long conversation is made short for the model, and how it is told what was said before. Pure."""

from __future__ import annotations

from typing import Final

from agent.conversation import Conversation
from agent.model.data import Block, block

EVERY_TURNS: Final = 10
"""So many turns after the last gist, or the beginning, another one is due."""


def due(conversation: Conversation) -> bool:
    """Whether the conversation grew long enough since its last gist."""
    return conversation.turns - (conversation.gist.turns if conversation.gist else 0) >= EVERY_TURNS


def background(conversation: Conversation, message: str) -> tuple[str, ...]:
    """What was said before `message`, as data for the model: the gist and the last ones; nothing at the beginning."""
    gist = conversation.gist.quotes if conversation.gist else ()
    said = (*gist, *(one for one in conversation.recent if one not in gist and one != message))
    return (block(Block.DIALOGUE, "\n".join(said)),) if said else ()
