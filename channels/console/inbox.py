"""The inbox: pages, search, the review queue, the dashboard, a patient's page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.console.door import answer
from channels.console.follow_up import FollowUpPages
from channels.console.ports import Console
from channels.console.reaching import appointment_fields
from channels.console.rows import Rows
from channels.problems import Refusal
from domain.desk import LATE_AFTER, CasePage, CaseQuery, Figures, Holding, Urgency
from domain.patient import PatientId
from domain.staff import StaffId, StaffSession

DEFAULT_PAGE = 50
SEARCH_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What staff look through."""

    console: Console
    rows: Rows

    async def page(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/inbox`."""
        mine = session.staff.id
        now = self.console.services.clock.now()
        page = await self.console.cases.page(_query(request, mine), now=now)
        counts = await self.console.cases.counts(mine=mine, now=now)
        return answer({**await self._page(page), "counts": asdict(counts)})

    async def review(self, request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/review`: what nobody rated yet of what is to be rated."""
        query = CaseQuery(
            open_only=False, to_review=True, limit=_limit(request), cursor=request.query_params.get("cursor", "")
        )
        return answer(await self._page(await self.console.cases.page(query, now=self.console.services.clock.now())))

    async def search(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/search`."""
        words = request.query_params.get("q", "")[:SEARCH_CHARACTERS]
        now = self.console.services.clock.now()
        found, terms = await self.console.cases.search(words, limit=_limit(request), now=now)
        detail = {"words": str(len(terms)), "found": str(len(found))}
        await self.console.work.viewed("case.searched", by=session.staff.id, detail=detail)
        return answer({"items": await self.rows.of(found), "terms": list(terms)})

    async def dashboard(self, request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/dashboard`."""
        days = _number(request, "days", 7)
        figures = await self.console.numbers.figures(days=days, now=self.console.services.clock.now())
        return answer(dashboard_fields(figures))

    async def patient(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/patients/{id}`: everything of one patient."""
        patient_id = PatientId(request.path_params["id"])
        now = self.console.services.clock.now()
        masked = await self.console.patients.masked(patient_id)
        cases = await self.console.cases.of_patient(patient_id, now=now)
        await self.console.work.viewed("patient.opened", by=session.staff.id, detail={"patient": patient_id})
        appointments = await self.console.scheduling.appointments(patient_id)
        return answer(
            {
                "masked": masked,
                "sessions": await self.rows.of(cases),
                "appointments": [appointment_fields(one) for one in appointments],
                "follow_up": await FollowUpPages(console=self.console).of_patient(patient_id),
            }
        )

    async def canned(self, _request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/canned`."""
        return answer({"replies": [asdict(one) for one in self.console.canned]})

    async def _page(self, page: CasePage) -> dict[str, Any]:
        return {"items": await self.rows.of(page.cases), "cursor": page.cursor or None}


def dashboard_fields(figures: Figures) -> dict[str, Any]:
    """The figures as the dashboard draws them."""
    conversations = sum(day.conversations for day in figures.days)
    opened = figures.opened_seconds
    return {
        "days": [asdict(day) for day in figures.days],
        "totals": {
            "conversations": conversations,
            "emergency_rate": _share(sum(day.emergencies for day in figures.days), conversations),
            "handoff_rate": _share(sum(day.handoffs for day in figures.days), conversations),
            "messages_median": figures.messages_median,
        },
        "alert_seconds": {
            "median": median(opened) if opened else None,
            "p90": opened[min(len(opened) - 1, int(len(opened) * 0.9))] if opened else None,
            "late": sum(seconds >= LATE_AFTER.total_seconds() for seconds in opened),
        },
        "ratings": {"count": figures.rated, **figures.ratings},
        "reasons": figures.causes,
    }


def _query(request: Request, mine: StaffId) -> CaseQuery:
    """The query string as a query.

    Raises:
        Refusal: a value nothing has.
    """
    asked = request.query_params
    state, urgency, assigned = asked.get("state", "open"), asked.get("urgency", ""), asked.get("assigned", "")
    holdings = {"waiting": Holding.WAITING, "nurse": Holding.NURSE}
    urgencies = {"red": Urgency.RED, "yellow": Urgency.YELLOW, "none": Urgency.NONE}
    if state not in {"open", "waiting", "mine", "nurse", "all"} or (urgency and urgency not in urgencies):
        raise Refusal("bad_fields")
    whose = mine if assigned == "me" else StaffId(assigned)
    return CaseQuery(
        open_only=state in {"open", "waiting"},
        holding=holdings.get(state),
        mine=mine if state == "mine" else None,
        urgency=urgencies.get(urgency),
        channel=asked.get("channel", ""),
        assigned=whose if assigned and assigned != "none" else None,
        unassigned=assigned == "none",
        tag=asked.get("tag", ""),
        limit=_limit(request),
        cursor=asked.get("cursor", ""),
    )


def _limit(request: Request) -> int:
    return max(1, _number(request, "limit", DEFAULT_PAGE))


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004 - no page is longer
        raise Refusal("bad_fields")
    return int(text)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
