"""Concepts that arise from others standing close together, those over plain words before those over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from understanding.hearing import Heard, Parts, Placed, Span

_DEEPEST = 3
"""How many compositions may stand on each other."""


class Compositions:
    """Compiled compositions: for each concept the parts any of which makes a mention of it."""

    def __init__(
        self,
        composed: Iterable[tuple[int, Placed]],
        *,
        classes: Mapping[int, tuple[int, ...]],
        commonness: Mapping[int, float],
    ) -> None:
        listed = list(composed)
        depth = _depths(listed, classes)
        self._layers: list[tuple[Parts, dict[int, list[int]]]] = []
        for level in sorted(set(depth.values())):
            parts = Parts(commonness)
            concepts: dict[int, list[int]] = {}
            for concept, (places, ordered) in listed:
                if depth[concept] == level:
                    concepts.setdefault(parts.add(places, ordered=ordered), []).append(concept)
            self._layers.append((parts, concepts))

    def layers(self, heard: Heard) -> Iterator[list[tuple[int, Span]]]:
        """For each depth the mentions that arise; add them to `heard` before asking for the next."""
        for parts, concepts in self._layers:
            found = parts.found(heard)
            yield [(concept, span) for number, spans in found.items() for concept in concepts[number] for span in spans]


def _depths(listed: list[tuple[int, Placed]], classes: Mapping[int, tuple[int, ...]]) -> dict[int, int]:
    uses: dict[int, set[int]] = {}
    for concept, (places, _) in listed:
        uses.setdefault(concept, set()).update(*places)
    derived = {member: concept for concept in uses for member in classes.get(concept, (concept,))}
    depth = dict.fromkeys(uses, 0)
    for _ in range(_DEEPEST):
        for concept, used in uses.items():
            below = {derived[other] for other in used if other in derived} - {concept}
            depth[concept] = 1 + max((depth[other] for other in below), default=-1)
    return depth
