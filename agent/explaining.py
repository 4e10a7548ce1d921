"""Says an outcome and its reasons in the order patients need: what to do, why, what to watch, what next."""

from __future__ import annotations

from agent.conversation import Conversation
from agent.phrases import Phrases
from agent.reply import Say
from domain.clinical import Disposition, Reason, TriageResult
from domain.turn import Origin, Source

MOST_REASONS = 3


def outcome(result: TriageResult, texts: Phrases) -> tuple[Say, ...]:
    """Conclusion, up to three reasons, where to go, warning signs; all from the decision."""
    lines = [conclusion(result, texts)]
    lines += [reason_line(reason, texts) for reason in result.reasons[:MOST_REASONS]]
    if result.departments:
        first = result.departments[0]
        lines.append(texts.say("triage.department", department=first.name, why=_sentence(first.why)))
    if result.safety_net:
        lines.append(texts.say("triage.safety_net", signs="；".join(result.safety_net)))
    if result.disposition is Disposition.HOME and result.self_care:
        lines.append(texts.say("triage.self_care", advice="；".join(result.self_care)))
    return (Say(text="\n".join(lines), origin=Origin.KNOWLEDGE, sources=sources(result.reasons)),)


def conclusion(result: TriageResult, texts: Phrases) -> str:
    """The one line that says what to do and when."""
    department = result.departments[0].name if result.departments else ""
    match result.disposition:
        case Disposition.VISIT_24H:
            return texts.say("disposition.visit_24h_plain")
        case Disposition.OPD:
            return texts.say("disposition.opd_plain", department=department)
        case Disposition.HOME:
            return texts.say("triage.home_plain")
        case _:
            return texts.say("disposition.ed_now")


def reason_line(reason: Reason, texts: Phrases) -> str:
    """「您说“…”。…」, or the reason alone when it rests on no words of the patient's."""
    if reason.quote:
        return texts.say("triage.reason", quote=reason.quote, text=_sentence(reason.text))
    return _sentence(reason.text)


def why(conversation: Conversation, texts: Phrases) -> tuple[Say, ...]:
    """Every reason of the last decision with its source, as it was recorded."""
    if conversation.result is None:
        return (Say(text=texts.say("triage.why_nothing")),)
    lines = [texts.say("triage.why")]
    for reason in conversation.result.reasons:
        line = reason_line(reason, texts)
        lines.append(line + texts.say("triage.source_line", source=reason.source) if reason.source else line)
    return (Say(text="\n".join(lines), origin=Origin.KNOWLEDGE, sources=sources(conversation.result.reasons)),)


def sources(reasons: tuple[Reason, ...]) -> tuple[Source, ...]:
    """The guidelines the reasons rest on."""
    named = (Source(id=reason.rule_id, title=reason.source, section="") for reason in reasons if reason.source)
    return tuple(dict.fromkeys(named))


def _sentence(text: str) -> str:
    return text if not text or text.endswith(("。", "！", "？", ".")) else f"{text}。"
