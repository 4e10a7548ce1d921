"""FHIR R4 resources as JSON objects, checked before anything is read from them.

The models of `fhir.resources` check structure; they take any text as a code, so the code sets that matter are here.
R4B keeps every element that is read or written here as R4 has it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tools.hospital.fhir.failures import HospitalFailed

Resource: TypeAlias = "dict[str, Any]"

_RESULT = frozenset({"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error"})
_GENDER = frozenset({"male", "female", "other", "unknown"})

CODES: dict[str, dict[str, frozenset[str]]] = {
    "Appointment": {
        "status": frozenset({"proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"})
        | {"entered-in-error", "checked-in", "waitlist"}
    },
    "Slot": {"status": frozenset({"busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error"})},
    "Patient": {"gender": _GENDER},
    "Practitioner": {"gender": _GENDER},
    "Observation": {"status": _RESULT | {"unknown"}},
    "DiagnosticReport": {"status": _RESULT | {"partial", "appended", "unknown"}},
    "Account": {"status": frozenset({"active", "inactive", "entered-in-error", "on-hold", "unknown"})},
    "Invoice": {"status": frozenset({"draft", "issued", "balanced", "cancelled", "entered-in-error"})},
    "Communication": {
        "status": frozenset({"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed"})
        | {"entered-in-error", "unknown"}
    },
    "Bundle": {
        "type": frozenset({"document", "message", "transaction", "transaction-response", "batch", "batch-response"})
        | {"history", "searchset", "collection"}
    },
}
"""Required bindings of R4: element to the codes it may have."""


def checked(raw: object, kind: str | None = None) -> Resource:
    """`raw` as a resource, of `kind` when one is given.

    What servers of an older version write otherwise, and nothing here rests on, is no reason to refuse a resource:
    one `Observation.interpretation` where R4 has a list, and a `meta.lastUpdated` without its zone.

    Raises:
        HospitalFailed: `garbage`; names the element, never its value.
    """
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - takes half a second to load

    found = raw.get("resourceType") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(found, str) or not found:
        raise HospitalFailed("garbage", "no resourceType")
    if kind is not None and found != kind:
        raise HospitalFailed("garbage", f"{found[:40]} instead of {kind}")
    for element, codes in CODES.get(found, {}).items():
        if element in raw and raw[element] not in codes:
            raise HospitalFailed("garbage", f"{found}.{element} is not a code of R4")
    resource = _as_of_r4(raw) if found == "Observation" else raw
    try:
        get_fhir_model_class(found).model_validate(_without_last_updated(resource))
    except (KeyError, ValueError) as error:
        raise HospitalFailed("garbage", _first_wrong(found, error)) from None
    return resource


def reference_id(reference: Any, kind: str) -> str | None:
    """The id in a literal reference to a resource of `kind`; nothing for anything else."""
    text = reference.get("reference", "") if isinstance(reference, dict) else ""
    parts = str(text).split("/_history/")[0].rsplit("/", 2)
    return parts[-1] if len(parts) > 1 and parts[-2] == kind and parts[-1] else None


def extension(resource: Resource, url: str) -> Any:
    """The value of an extension, whatever its type; nothing when the resource has none."""
    for one in resource.get("extension", ()):
        if one.get("url") == url:
            return next((value for name, value in one.items() if name.startswith("value")), None)
    return None


def with_extension(resource: Resource, url: str, value: dict[str, Any] | None) -> Resource:
    """A copy whose extension `url` has this value (`{"valueInteger": 3}`), or none."""
    kept = [one for one in resource.get("extension", ()) if one.get("url") != url]
    if value is not None:
        kept.append({"url": url, **value})
    rest = {name: given for name, given in resource.items() if name != "extension"}
    return rest | ({"extension": kept} if kept else {})


def identifier(resource: Resource, system: str) -> str | None:
    """The value of the first identifier of a system."""
    found = (one.get("value") for one in resource.get("identifier", ()) if one.get("system") == system)
    return next(found, None)


def with_identifier(resource: Resource, system: str, value: str | None) -> Resource:
    """A copy that has exactly this identifier of the system, or none."""
    kept = [one for one in resource.get("identifier", ()) if one.get("system") != system]
    if value is not None:
        kept.append({"system": system, "value": value})
    return resource | {"identifier": kept}


def _as_of_r4(observation: Resource) -> Resource:
    """A copy whose one interpretation, and each component's, is a list of one."""
    changed = dict(observation)
    if isinstance(observation.get("interpretation"), dict):
        changed["interpretation"] = [observation["interpretation"]]
    if isinstance(parts := observation.get("component"), list):
        changed["component"] = [_as_of_r4(part) if isinstance(part, dict) else part for part in parts]
    return changed


def _without_last_updated(resource: Resource) -> Resource:
    meta = resource.get("meta")
    if not isinstance(meta, dict) or "lastUpdated" not in meta:
        return resource
    return resource | {"meta": {name: given for name, given in meta.items() if name != "lastUpdated"}}


def _first_wrong(kind: str, error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return f"{kind[:40]} is not a resource of R4"
    first = errors()[0]
    return f"{kind}.{'.'.join(str(part) for part in first['loc'])}: {first['type']}"
