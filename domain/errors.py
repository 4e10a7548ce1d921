"""Every error banyi raises on purpose.

BanyiError                     code, patient never sees str(error)
├── PatientError               the patient can mend it: a channel turns `code` into wording
│   ├── NotFound               not_found
│   ├── Expired                expired
│   ├── Conflict               conflict: somebody else was faster, or the state does not allow it
│   ├── Forbidden              forbidden
│   ├── ConsentRequired        consent_required
│   ├── IdentityRequired       identity_required
│   ├── UnsupportedAudio       unsupported_audio: no audio anybody here reads
│   ├── InvalidFields          bad_fields: `fields` names what is wrong, in the reader's words
│   └── RateLimited            rate_limited: `retry_after_seconds`
├── Unavailable                unavailable: an outside thing did not answer; the caller may retry
│   ├── LockLost               another worker holds the session now; this turn must not write
│   ├── Busy                   every place is taken and enough wait already; do without at once
│   ├── TooLate                a budget ran out or nobody wants the answer any more: `reason`
│   ├── ModelFailed            a model host did not do its work: `kind` says how
│   └── SpeechFailed           a recogniser or a voice did not do its work: `kind` says how
└── Defect                     internal: a bug or a broken deployment; never retried
    ├── KnowledgeError         the pack is wrong: names the file and the line
    ├── SettingsError          a setting is wrong: names the key
    └── CodecError             stored state cannot be read: names its tag and version
"""

from __future__ import annotations

from typing import ClassVar, Literal


class BanyiError(Exception):
    """Root of the tree; `code` is stable and is one of the protocol's error codes."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False


class PatientError(BanyiError):
    """Something the patient can mend or must be told."""

    code = "bad_fields"


class NotFound(PatientError):
    """The thing named does not exist, or not for this patient (the two are not told apart)."""

    code = "not_found"


class Expired(PatientError):
    """A hold, token or code ran out of time."""

    code = "expired"


class Conflict(PatientError):
    """The state does not allow the step: a slot is gone, an appointment was cancelled.

    `reason` is a stable word the port documents (`domain.scheduling.Refusal` for bookings).
    """

    code = "conflict"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(PatientError):
    """The caller may not do this."""

    code = "forbidden"


class ConsentRequired(PatientError):
    """The patient has not agreed to the purpose this needs."""

    code = "consent_required"


class IdentityRequired(PatientError):
    """A booking needs to know who the patient is."""

    code = "identity_required"


class UnsupportedAudio(PatientError):
    """The audio is of a kind nobody here reads, or longer than allowed."""

    code = "unsupported_audio"


class InvalidFields(PatientError):
    """Form fields are wrong; `fields` maps a field name to a message for the patient."""

    code = "bad_fields"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


class RateLimited(PatientError):
    """Too many messages; try again after `retry_after_seconds`."""

    code = "rate_limited"
    retryable = True

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"retry after {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class Unavailable(BanyiError):
    """A dependency did not answer; `dependency` names it, the caller may retry a read."""

    code = "unavailable"
    retryable = True

    def __init__(self, dependency: str) -> None:
        super().__init__(dependency)
        self.dependency = dependency


class LockLost(Unavailable):
    """The session's lock expired or moved on; the holder must stop writing."""


class Busy(Unavailable):
    """Every place is taken and enough callers wait already: do without at once."""


class TooLate(Unavailable):
    """The answer did not come in time, or is not wanted any more; nothing of it comes later."""

    def __init__(
        self, dependency: str, reason: Literal["understanding", "first_sentence", "answer", "stopped"]
    ) -> None:
        super().__init__(dependency)
        self.reason = reason


FailureKind = Literal["connect", "timeout", "cut", "garbage", "status", "missing", "refused"]


class ModelFailed(Unavailable):
    """A model host failed: `kind` is stable, the text names the host and never what was asked or answered.

    `connect`: nobody there; `timeout`: no connection or no word in time; `cut`: the stream ended early;
    `garbage`: not the wire format; `status`: an error of the host's own; `missing`: the host does not have the
    model; `refused`: the host does not take such a request (thinking, tools or a schema the model cannot do).
    """

    def __init__(self, dependency: str, kind: FailureKind) -> None:
        super().__init__(dependency)
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.dependency}: {self.kind}"

    @property
    def host_at_fault(self) -> bool:
        """Whether it speaks against the host, rather than against the request."""
        return self.kind not in {"missing", "refused"}


SpeechFailure = Literal["missing", "timeout", "cut", "refused", "failed"]


class SpeechFailed(Unavailable):
    """A recogniser or a voice failed: `kind` is stable, the text never says what was heard or said.

    `missing`: the weights or the program are not there; `timeout`: no audio in time; `cut`: it ended early;
    `refused`: the service does not take the request; `failed`: anything else.
    """

    def __init__(self, dependency: str, kind: SpeechFailure) -> None:
        super().__init__(dependency)
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.dependency}: {self.kind}"


class Defect(BanyiError):
    """A bug or a broken deployment."""


class KnowledgeError(Defect):
    """The knowledge pack is wrong at `file`:`line`."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


class SettingsError(Defect):
    """The setting `key` is missing or wrong."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key


class CodecError(Defect):
    """Stored bytes carry a tag or version nothing here can read."""

    def __init__(self, tag: str, version: int, message: str) -> None:
        super().__init__(f"{tag} v{version}: {message}")
        self.tag = tag
        self.version = version
