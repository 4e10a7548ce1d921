"""What a hospital behind FHIR offers the conversation, and what stands in for a port it does not offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.hospital.fhir.failures import HospitalFailed


class Feature(StrEnum):
    """What a patient can do, in the words of the hospital's engineers."""

    BOOKING = "预约挂号"
    PATIENTS = "就诊人建档"
    WAITLIST = "候补"
    FRONT_DESK = "加号、报到和排队"
    PEOPLE = "为家人预约"
    RECORDS = "报告和账单"
    VISIT_NOTES = "就诊前告知医生"
    NOTICES = "给患者的通知"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The features that have an adapter over FHIR."""

    offered: frozenset[Feature] = frozenset(Feature) - {Feature.WAITLIST, Feature.FRONT_DESK}

    @property
    def missing(self) -> tuple[Feature, ...]:
        """The features that have none."""
        return tuple(one for one in Feature if one not in self.offered)


class Undeclared:
    """Stands for a port the hospital's system does not offer: every call of it is `Unavailable`."""

    def __init__(self, feature: Feature) -> None:
        self._feature = feature

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Any method of the port."""

        async def refuse(*_: Any, **__: Any) -> Any:
            raise HospitalFailed("undeclared", f"{self._feature.name.lower()}.{name}")

        return refuse
