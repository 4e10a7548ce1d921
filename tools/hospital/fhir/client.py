"""FHIR R4 over HTTP: reads are tried again, writes never; an answer is checked before anybody sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from domain.errors import NotFound
from tools.hospital.fhir.auth import Auth
from tools.hospital.fhir.failures import HospitalFailed, Stale
from tools.hospital.fhir.resources import Resource, checked

JSON: Final = "application/fhir+json"
ATTEMPTS: Final = 3
"""How often a read is tried."""

PAGES: Final = 100
PAGE_SIZE: Final = 200
TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0, pool=30.0)
_UNAUTHORISED, _GONE, _STALE, _SERVER = 401, {404, 410}, {409, 412}, 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One write of a transaction: an update of a version that was read, or a creation unless it exists.

    Other entries refer to what is created by its `full_url` (`urn:uuid:…`).
    """

    resource: Resource
    if_none_exist: str | None = None
    full_url: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The Bundle entry."""
        kind = self.resource["resourceType"]
        if "id" not in self.resource:
            request = {"method": "POST", "url": kind}
            named = {"fullUrl": self.full_url} if self.full_url else {}
            return named | {"resource": self.resource, "request": request | {"ifNoneExist": self.if_none_exist or ""}}
        request = {"method": "PUT", "url": f"{kind}/{self.resource['id']}", "ifMatch": version(self.resource)}
        return {"resource": self.resource, "request": request}


class FhirClient:
    """One endpoint. `base_url` has no slash at its end."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, auth: Auth) -> None:
        self._http = http
        self.base_url = base_url
        self._auth = auth

    async def read(self, kind: str, resource_id: str) -> Resource:
        """One resource.

        Raises:
            NotFound: there is none.
            HospitalFailed: the system did not answer as it should.
        """
        return checked(await self._get(f"{self.base_url}/{kind}/{resource_id}", kind), kind)

    async def metadata(self) -> Resource:
        """What the endpoint says it can do; raises as `read` does."""
        return checked(await self._get(f"{self.base_url}/metadata", "CapabilityStatement"), "CapabilityStatement")

    async def search(
        self, kind: str, parameters: Mapping[str, str | Sequence[str]], *, sealed: bool = False
    ) -> AsyncIterator[Resource]:
        """Every resource of every page, included ones too; a `sealed` search keeps its values out of addresses.

        Raises:
            HospitalFailed: the system did not answer as it should.
        """
        asked = {"_count": str(PAGE_SIZE)} | dict(parameters)
        url: str | None = f"{self.base_url}/{kind}"
        if sealed:
            page = await self._read("POST", f"{url}/_search", kind, data=asked)
        else:
            page = await self._read("GET", f"{url}", kind, params=asked)
        for _ in range(PAGES):
            bundle = _bundle(page)
            for entry in bundle.get("entry", ()):
                found = entry.get("resource", {})
                if found.get("resourceType") != "OperationOutcome":
                    yield checked(found)
            url = self._next(bundle)
            if url is None:
                return
            page = await self._get(url, kind)
        raise HospitalFailed("garbage", f"{kind}: more than {PAGES} pages")

    async def create(self, resource: Resource, *, if_none_exist: str) -> Resource:
        """Create a resource unless one matches `if_none_exist` (a search); the one there is.

        Raises:
            Stale: several match.
            HospitalFailed: the system did not answer as it should.
        """
        kind = resource["resourceType"]
        headers = {"If-None-Exist": if_none_exist, "Prefer": "return=representation"}
        answer = await self._send("POST", f"{self.base_url}/{kind}", kind, json=resource, headers=headers)
        return checked(_json(answer, kind), kind)

    async def update(self, resource: Resource) -> Resource:
        """Replace the version that was read.

        Raises:
            Stale: there is a newer one.
            HospitalFailed: the system did not answer as it should.
        """
        kind = resource["resourceType"]
        headers = {"If-Match": version(resource), "Prefer": "return=representation"}
        url = f"{self.base_url}/{kind}/{resource['id']}"
        return checked(_json(await self._send("PUT", url, kind, json=resource, headers=headers), kind), kind)

    async def transaction(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Write everything or nothing; the status line of each entry, and where it stands now, `201 Appointment/7`.

        Raises:
            Stale: one of them has a newer version.
            HospitalFailed: the system did not answer as it should.
        """
        sent = {"resourceType": "Bundle", "type": "transaction", "entry": [one.as_json() for one in entries]}
        answer = _bundle(_json(await self._send("POST", self.base_url, "Bundle", json=sent), "Bundle"))
        written = [entry.get("response", {}) for entry in answer.get("entry", ())]
        if len(written) != len(entries):
            raise HospitalFailed("garbage", "Bundle: an entry without its response")
        return tuple(f"{one.get('status', '')[:3]} {one.get('location', '')}" for one in written)

    async def _get(self, url: str, kind: str) -> object:
        return await self._read("GET", url, kind)

    async def _read(self, method: str, url: str, kind: str, **sent: Any) -> object:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _json(await self._send(method, url, kind, **sent), kind)
            except HospitalFailed as error:
                if attempt == ATTEMPTS or error.kind not in {"connect", "timeout", "cut", "status"}:
                    raise
                _log.info("fhir_read_again", resource=kind, kind=error.kind, attempt=attempt)
        raise AssertionError

    async def _send(self, method: str, url: str, kind: str, **sent: Any) -> httpx.Response:
        headers = {"Accept": JSON} | sent.pop("headers", {})
        if "json" in sent:
            headers["Content-Type"] = JSON
        if (token := await self._auth.token()) is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = await self._http.request(method, url, headers=headers, **sent)
        except httpx.TimeoutException as error:
            raise HospitalFailed("timeout", kind) from error
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            raise HospitalFailed("cut", kind) from error
        except httpx.HTTPError as error:
            raise HospitalFailed("connect", kind) from error
        if not answer.is_success:
            raise self._refusal(answer, kind)
        return answer

    def _refusal(self, answer: httpx.Response, kind: str) -> Exception:
        status = answer.status_code
        if status in _GONE:
            return NotFound(kind)
        if status in _STALE:
            return Stale(kind)
        codes = _issue_codes(answer)
        _log.warning("fhir_refused", resource=kind, status=status, issues=codes)
        detail = f"{kind}: {status} {' '.join(codes)}".rstrip()
        if status == _UNAUTHORISED:
            self._auth.forget()
            return HospitalFailed("login", detail)
        return HospitalFailed("status" if status >= _SERVER else "refused", detail)

    def _next(self, bundle: Resource) -> str | None:
        """Where the next page is; the token goes to no other host than the endpoint's."""
        link = next((one.get("url") for one in bundle.get("link", ()) if one.get("relation") == "next"), None)
        if link is None:
            return None
        url = urljoin(f"{self.base_url}/", str(link))
        if urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
            raise HospitalFailed("garbage", "Bundle.link leads to another host")
        return url


def version(resource: Resource) -> str:
    """The ETag of the version that was read.

    Raises:
        HospitalFailed: the system keeps no versions, so nothing can be written safely.
    """
    found = resource.get("meta", {}).get("versionId")
    if not found:
        raise HospitalFailed("garbage", f"{resource['resourceType']}.meta.versionId is missing")
    return f'W/"{found}"'


def _json(answer: httpx.Response, kind: str) -> object:
    try:
        return answer.json()
    except ValueError as error:
        raise HospitalFailed("garbage", f"{kind}: not JSON") from error


def _bundle(raw: object) -> Resource:
    """A Bundle's own shape; its resources are checked one by one as they are read."""
    if not isinstance(raw, dict) or raw.get("resourceType") != "Bundle" or not isinstance(raw.get("entry", []), list):
        raise HospitalFailed("garbage", "no Bundle")
    return raw


def _issue_codes(answer: httpx.Response) -> list[str]:
    """The codes of an OperationOutcome; its free text may speak of a patient and is left where it is."""
    try:
        issues = answer.json().get("issue", ())
        return [str(one.get("code", ""))[:40] for one in issues][:5]
    except (ValueError, AttributeError):
        return []
