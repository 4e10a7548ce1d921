"""Training: a nurse asks a simulated patient, decides, and sees what the engine decides and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.console.door import Handler, answer, body_of
from channels.console.editing_bodies import AskedQuestion, Decision
from channels.console.ports import Console
from channels.console.rows import GONE, Rows, stamp
from channels.console.training_ports import Trainer
from domain.clinical import Disposition
from domain.staff import Role, StaffSession
from domain.training import Trained, Trainings
from domain.turn import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The calls of the training page."""

    console: Console
    rows: Rows
    trainer: Trainer
    trainings: Trainings

    def calls(self) -> list[tuple[str, str, Role, Handler]]:
        """Every call and who may make it."""
        one = "/training/{id}"
        return [
            ("POST", "/training", Role.NURSE, self.begin),
            ("GET", "/training", Role.NURSE, self.mine),
            ("GET", "/training/everybody", Role.SUPERVISOR, self.everybody),
            ("GET", one, Role.NURSE, self.read),
            ("POST", one + "/ask", Role.NURSE, self.ask),
            ("POST", one + "/decide", Role.NURSE, self.decide),
        ]

    async def begin(self, _request: Request, _session: StaffSession) -> Response:
        """`POST /console/api/training`: a patient comes."""
        return answer(self._shown(self.trainer.drawn()), status=201)

    async def read(self, request: Request, _session: StaffSession) -> Response:
        """`GET …/training/{id}`: the same patient again."""
        return answer(self._shown(request.path_params["id"]))

    async def ask(self, request: Request, _session: StaffSession) -> Response:
        """`POST …/training/{id}/ask`: what the patient answers."""
        asked = await body_of(request, AskedQuestion)
        return answer({"answer": self.trainer.reply(request.path_params["id"], asked.question)})

    async def decide(self, request: Request, session: StaffSession) -> Response:
        """`POST …/training/{id}/decide`: the nurse's triage beside the engine's; it is kept."""
        decided = await body_of(request, Decision)
        exercise = self.trainer.exercise(request.path_params["id"])
        solution = self.trainer.solution(exercise.id, decided.asked)
        steps = Disposition[decided.disposition] - solution.disposition
        right = decided.department in solution.departments
        content: dict[str, Json] = {
            "person": exercise.person,
            "opening": exercise.opening,
            "disposition": decided.disposition,
            "department": decided.department,
            "questions": len(decided.asked),
            "engine": {
                "disposition": solution.disposition.name,
                "departments": list(solution.departments),
                "reasons": list(solution.reasons),
                "not_asked": list(solution.asked),
                "version": solution.version,
            },
        }
        trained = Trained(
            by=session.staff.id,
            at=self.console.services.clock.now(),
            exercise=exercise.id,
            steps=int(steps),
            department_right=right,
            content=content,
        )
        await self.trainings.add(trained)
        return answer(_result(trained), status=201)

    async def mine(self, _request: Request, session: StaffSession) -> Response:
        """`GET /console/api/training`: one's own results, newest first."""
        found = await self.trainings.listed(session.staff.id)
        return answer({"items": [_result(one) for one in found[:50]], "figures": _figures(found)})

    async def everybody(self, _request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/training/everybody`: how each nurse does."""
        staff = await self.rows.displays()
        found = await self.trainings.listed()
        people = dict.fromkeys(one.by for one in found)
        figures = [{"by": staff.get(by, GONE)} | _figures([one for one in found if one.by == by]) for by in people]
        return answer({"items": figures})

    def _shown(self, exercise_id: str) -> dict[str, Any]:
        exercise = self.trainer.exercise(exercise_id)
        return {
            "id": exercise.id,
            "person": exercise.person,
            "opening": exercise.opening,
            "questions": [{"id": question, "text": text} for question, text in exercise.questions],
            "departments": list(exercise.departments),
        }


def _result(one: Trained) -> dict[str, Any]:
    return {
        "exercise": one.exercise,
        "at": stamp(one.at),
        "steps": one.steps,
        "department_right": one.department_right,
        **one.content,
    }


def _figures(found: Sequence[Trained]) -> dict[str, Any]:
    """How many were solved, how many too mild or too urgent, how many to the right department."""
    return {
        "count": len(found),
        "right": sum(one.steps == 0 for one in found),
        "too_mild": sum(one.steps < 0 for one in found),
        "too_urgent": sum(one.steps > 0 for one in found),
        "department": sum(one.department_right for one in found),
        "last_at": stamp(found[0].at) if found else None,
    }
