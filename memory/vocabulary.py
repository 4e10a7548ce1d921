"""The domain's values, each with the tag it is stored under. Import it to have them registered.

A changed field means a new version with a migration; a tag is never given to another type.
"""

from __future__ import annotations

from domain import clinical, follow_up, follow_up_alert, identity, model_call, patient, scheduling, session, turn
from memory.codec import Fields, Migration, codec

__all__ = ["TAGS", "codec"]

TAGS: dict[str, type] = {
    "disposition": clinical.Disposition,
    "presence": clinical.Presence,
    "finding": clinical.Finding,
    "red_flag": clinical.RedFlag,
    "screening": clinical.Screening,
    "reason": clinical.Reason,
    "department_choice": clinical.DepartmentChoice,
    "triage_result": clinical.TriageResult,
    "decision_record": clinical.DecisionRecord,
    "model_purpose": model_call.ModelPurpose,
    "model_call": model_call.ModelCall,
    "sex": patient.Sex,
    "relation": patient.Relation,
    "profile": patient.PatientProfile,
    "purpose": patient.Purpose,
    "consent": patient.Consent,
    "document": patient.Document,
    "identity": patient.Identity,
    "identity_level": identity.IdentityLevel,
    "proof": identity.Proof,
    "period": scheduling.Period,
    "slot_status": scheduling.SlotStatus,
    "hold_status": scheduling.HoldStatus,
    "title": scheduling.Title,
    "appointment_status": scheduling.AppointmentStatus,
    "hospital_department": scheduling.HospitalDepartment,
    "practitioner": scheduling.Practitioner,
    "slot": scheduling.Slot,
    "slot_query": scheduling.SlotQuery,
    "hold": scheduling.Hold,
    "refusal": scheduling.Refusal,
    "appointment": scheduling.Appointment,
    "channel": session.Channel,
    "author": session.Author,
    "session": session.Session,
    "message": session.Message,
    "pending_kind": session.PendingKind,
    "option": session.Option,
    "pending": session.Pending,
    "choice": turn.Choice,
    "form": turn.Form,
    "utterance": turn.Utterance,
    "origin": turn.Origin,
    "source": turn.Source,
    "sentence_ready": turn.SentenceReady,
    "card_ready": turn.CardReady,
    "choices_ready": turn.ChoicesReady,
    "escalated": turn.Escalated,
    "handoff_queued": turn.HandoffQueued,
    "generated": turn.Generated,
    "turn_done": turn.TurnDone,
    "turn_cancelled": turn.TurnCancelled,
    "turn_failed": turn.TurnFailed,
    "actor": follow_up.Actor,
    "alert": follow_up_alert.Alert,
    "alert_level": follow_up_alert.AlertLevel,
    "alert_status": follow_up_alert.AlertStatus,
}


def _undoubted(fields: Fields) -> Fields:
    """Red flag 2 knows of words that are not meant; 1 did not."""
    return {**fields, "doubted": False}


def _without_model_calls(fields: Fields) -> Fields:
    """Decision record 2 knows what a model was asked; 1 was made without any."""
    return {**fields, "model_calls": ()}


def _not_generated(fields: Fields) -> Fields:
    """Turn done 2 says which model wrote in it; 1 was made without any."""
    return {**fields, "generated": None}


MIGRATIONS: dict[str, dict[int, Migration]] = {
    "red_flag": {1: _undoubted},
    "decision_record": {1: _without_model_calls},
    "turn_done": {1: _not_generated},
}
"""How the fields of older versions become the next one's."""

for _tag, _cls in TAGS.items():
    _steps = MIGRATIONS.get(_tag, {})
    codec.register(_cls, tag=_tag, version=len(_steps) + 1, migrate=_steps)
