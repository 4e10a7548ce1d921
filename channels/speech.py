"""What errors say to a patient. Pure."""

from __future__ import annotations

from channels.ports import Wording
from domain.clinical import Screening


def error_text(wording: Wording, message: str, screening: Screening) -> str:
    """`message`, with the emergency line when the patient's words held a warning sign.

    A sign that would be asked about is asked about here, since no turn will.
    """
    if not screening.flags:
        return message
    question = screening.to_confirm.question if screening.to_confirm else ""
    line = wording.say("emergency.line_if_now" if question else "emergency.line")
    return message if message.endswith(line) else f"{message}{question}{line}"
