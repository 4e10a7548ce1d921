"""The pack's fixed texts in this hospital's mouth: its name, phone and places are filled in."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.texts import Texts


class Phrases:
    """Fixed texts with the hospital's own values as defaults.

    `defaults` maps a parameter name (`hospital`, `phone`, `place` …) to what this hospital says there.
    """

    def __init__(self, texts: Texts, defaults: Mapping[str, str]) -> None:
        self._texts = texts
        self._defaults = dict(defaults)

    def say(self, text_id: str, /, **values: str | int) -> str:
        """The wording `text_id`; a parameter not given takes the hospital's value.

        Raises:
            KnowledgeError: no such text, or a parameter neither given nor known.
        """
        wanted = self._texts.wording(text_id).parameters
        known = {name: self._defaults[name] for name in wanted & self._defaults.keys()}
        return self._texts.say(text_id, **{**known, **values})

    def __contains__(self, text_id: object) -> bool:
        return text_id in self._texts
