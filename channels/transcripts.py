"""A transcript as JSON, plain text or PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final
from xml.sax.saxutils import escape

import orjson

from domain.session import Author, Message

SPEAKERS: Final = {Author.PATIENT: "患者", Author.AGENT: "AI 助手", Author.NURSE: "护士"}
_FONT = "STSong-Light"


def as_json(session_id: str, messages: Sequence[Message]) -> bytes:
    """The transcript as one JSON object."""
    return orjson.dumps(
        {
            "session_id": session_id,
            "messages": [
                {
                    "author": message.author.value,
                    "text": message.text,
                    "at": message.at.isoformat(timespec="seconds"),
                    "input_id": message.input_id,
                    "origin": message.origin,
                    "label": message.label,
                    "trace_id": message.trace_id,
                }
                for message in messages
            ],
        }
    )


def as_text(messages: Sequence[Message], zone: tzinfo | None) -> bytes:
    """The transcript as UTF-8 text, one message a paragraph, times in `zone`."""
    return "\n\n".join(f"{heading(message, zone)}\n{message.text}" for message in messages).encode()


def heading(message: Message, zone: tzinfo | None) -> str:
    """Who said it and when: 「AI 助手 2026-12-03 09:15 · AI 生成」."""
    label = f" · {message.label}" if message.label else ""
    return f"{SPEAKERS[message.author]} {message.at.astimezone(zone):%Y-%m-%d %H:%M}{label}"


def as_pdf(session_id: str, messages: Sequence[Message], zone: tzinfo | None) -> bytes:
    """The transcript as A4 pages, times in `zone`, set in the standard Chinese font every PDF reader brings.

    The labels of its messages are also the document's keywords, so that they outlive a copy of its pages.
    """
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - 20 MB that only this call needs
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate  # noqa: PLC0415

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    head = ParagraphStyle("head", fontName=_FONT, fontSize=8, leading=12, textColor=HexColor(0x555555), spaceBefore=8)
    body = ParagraphStyle("body", fontName=_FONT, fontSize=11, leading=16, wordWrap="CJK")
    story: list[Flowable] = [Paragraph(escape(f"就诊对话 {session_id}"), head)]
    for message in messages:
        story.append(Paragraph(escape(heading(message, zone)), head))
        story.append(Paragraph(escape(message.text).replace("\n", "<br/>"), body))
    page = io.BytesIO()
    labels = list(dict.fromkeys(message.label for message in messages if message.label))
    SimpleDocTemplate(page, pagesize=A4, title=f"banyi {session_id}", keywords=labels).build(story)
    return page.getvalue()
