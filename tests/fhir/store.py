"""What a small FHIR server keeps: versioned resources, searches over them, and transactions that hold or fail."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

Resource = dict[str, Any]


class Refused(Exception):
    """A request the server does not follow: an HTTP status and an issue code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def _references(found: Any, wanted: str) -> bool:
    return isinstance(found, dict) and found.get("reference") in wanted.split(",")


def _identified(resource: Resource, wanted: str) -> bool:
    system, _, value = wanted.partition("|")
    found = resource.get("identifier", ())
    known = [found] if isinstance(found, dict) else found
    return any(one["system"] == system and one["value"] == value for one in known)


def _starts(resource: Resource, wanted: str) -> bool:
    start = datetime.fromisoformat(resource["start"])
    match wanted[:2]:
        case "ge":
            return start >= datetime.fromisoformat(wanted[2:])
        case "lt":
            return start < datetime.fromisoformat(wanted[2:])
        case _:
            return start == datetime.fromisoformat(wanted)


Test = Callable[[Resource, str], bool]
_IDENTIFIER: Test = _identified
_SUBJECT: Test = lambda one, wanted: any(  # noqa: E731
    _references(each, wanted) for each in (one["subject"] if isinstance(one["subject"], list) else [one["subject"]])
)
_STATUS: Test = lambda one, wanted: one["status"] in wanted.split(",")  # noqa: E731 - a table of tests
_ACTIVE: Test = lambda one, wanted: str(one.get("active", True)).lower() == wanted  # noqa: E731
TESTS: dict[str, dict[str, Test]] = {
    "HealthcareService": {"active": _ACTIVE},
    "PractitionerRole": {"active": _ACTIVE},
    "Patient": {
        "identifier": _IDENTIFIER,
        "name:exact": lambda one, wanted: any(name.get("text") == wanted for name in one.get("name", ())),
        "phone": lambda one, wanted: any(phone.get("value") == wanted for phone in one.get("telecom", ())),
    },
    "Slot": {
        "start": _starts,
        "status": _STATUS,
        "schedule": lambda one, wanted: _references(one["schedule"], wanted),
    },
    "RelatedPerson": {"identifier": _IDENTIFIER},
    "DiagnosticReport": {"patient": _SUBJECT},
    "Invoice": {"patient": _SUBJECT},
    "Account": {"patient": _SUBJECT},
    "Communication": {"identifier": _IDENTIFIER, "subject": _SUBJECT, "status": _STATUS},
    "QuestionnaireResponse": {"identifier": _IDENTIFIER},
    "GuidanceResponse": {"identifier": _IDENTIFIER},
    "Appointment": {
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "slot": lambda one, wanted: any(_references(slot, wanted) for slot in one.get("slot", ())),
        "patient": lambda one, wanted: any(_references(who.get("actor"), wanted) for who in one["participant"]),
    },
}


def _resolved(found: Any, named: dict[str, str]) -> Any:
    """A copy whose references to earlier entries lead to what became of them."""
    if isinstance(found, list):
        return [_resolved(one, named) for one in found]
    if isinstance(found, dict):
        return {
            name: named.get(one, one) if name == "reference" else _resolved(one, named) for name, one in found.items()
        }
    return found


@dataclass(slots=True)
class Store:
    """Resources by kind and id."""

    kept: dict[str, dict[str, Resource]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, resource: Resource) -> Resource:
        """The hospital's own hand: store a resource under its id, as its next version."""
        earlier = self.kept.setdefault(resource["resourceType"], {}).get(resource["id"])
        version = int(earlier["meta"]["versionId"]) + 1 if earlier else 1
        stored = copy.deepcopy(resource)
        stored["meta"] = stored.get("meta", {}) | {"versionId": str(version)}
        self.kept[resource["resourceType"]][resource["id"]] = stored
        return stored

    def put_all(self, resources: list[Resource]) -> None:
        """Several at once."""
        for resource in resources:
            self.put(resource)

    def all(self, kind: str) -> list[Resource]:
        """Every resource of a kind."""
        return list(self.kept.get(kind, {}).values())

    def read(self, kind: str, resource_id: str) -> Resource:
        """One resource."""
        try:
            return self.kept[kind][resource_id]
        except KeyError:
            raise Refused(404, "not-found") from None

    def create(self, resource: Resource, if_none_exist: str | None) -> tuple[Resource, bool]:
        """Store a new resource unless one matches; whether it is new."""
        if if_none_exist:
            found = self.search(resource["resourceType"], parse_qsl(if_none_exist))
            if len(found) > 1:
                raise Refused(412, "multiple-matches")
            if found:
                return found[0], False
        return self.put(resource | {"id": f"r{next(self._ids)}"}), True

    def update(self, resource: Resource, if_match: str | None) -> Resource:
        """Store a new version of the one named."""
        here = self.read(resource["resourceType"], resource["id"])
        if if_match != f'W/"{here["meta"]["versionId"]}"':
            raise Refused(412, "conflict")
        return self.put(resource)

    def transaction(self, bundle: Resource) -> Resource:
        """Every entry or none."""
        before = copy.deepcopy(self.kept)
        answers = []
        named: dict[str, str] = {}
        try:
            for entry in bundle["entry"]:
                resource, request = _resolved(entry["resource"], named), entry["request"]
                if request["method"] == "POST":
                    stored, new = self.create(resource, request.get("ifNoneExist"))
                else:
                    stored, new = self.update(resource, request.get("ifMatch")), False
                location = f"{stored['resourceType']}/{stored['id']}"
                named[entry.get("fullUrl", "")] = location
                answers.append({"response": {"status": "201 Created" if new else "200 OK", "location": location}})
        except Refused:
            self.kept = before
            raise
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}

    def search(self, kind: str, parameters: list[tuple[str, str]]) -> list[Resource]:
        """What matches."""
        found = self.all(kind)
        for name, wanted in parameters:
            if name == "schedule.actor":
                found = [one for one in found if self._acts(one, wanted)]
            elif not name.startswith("_"):
                test = TESTS.get(kind, {}).get(name)
                if test is None:
                    raise Refused(400, "not-supported")
                found = [one for one in found if test(one, wanted)]
        if ("_sort", "start") in parameters:
            found.sort(key=lambda one: (datetime.fromisoformat(one["start"]), one["id"]))
        return found

    def included(self, found: list[Resource], include: str) -> list[Resource]:
        """What these refer to by the element that `_include` names."""
        named = {reference: None for one in found for reference in self._named(one.get(include.split(":")[1]))}
        return [self.read(*reference.split("/")) for reference in named]

    def _acts(self, slot: Resource, wanted: str) -> bool:
        schedule = self.read(*slot["schedule"]["reference"].split("/"))
        return any(_references(actor, wanted) for actor in schedule["actor"])

    def _named(self, found: Any) -> list[str]:
        many = found if isinstance(found, list) else [found]
        return [one["reference"] for one in many if isinstance(one, dict) and "reference" in one]
