"""Settings of the hospital's own system."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings


class HospitalSettings(BaseSettings):
    """Where the hospital's FHIR R4 endpoint is, and how the service logs in there. Without `fhir_url` there is none.

    Either a fixed `fhir_token`, or `fhir_client_id` with the private key (PEM) in `fhir_key_file` for SMART backend
    services; the token endpoint is asked for unless `fhir_token_url` names it. `fhir_mapping` is the hospital's
    mapping, the pack's `hospital/fhir.yaml` unless it is named.
    """

    fhir_url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    fhir_token: SecretStr | None = None
    fhir_client_id: str | None = None
    fhir_key_file: Path | None = None
    fhir_key_id: str | None = None
    fhir_algorithm: Literal["RS384", "ES384"] = "RS384"
    fhir_token_url: str | None = None
    fhir_mapping: Path | None = None

    @field_validator(
        "fhir_url",
        "fhir_token",
        "fhir_client_id",
        "fhir_key_file",
        "fhir_key_id",
        "fhir_token_url",
        "fhir_mapping",
        mode="before",
    )
    @classmethod
    def _empty_names_nothing(cls, value: Any) -> Any:
        return None if value == "" else value

    @model_validator(mode="after")
    def _one_login(self) -> HospitalSettings:
        if (self.fhir_client_id is None) != (self.fhir_key_file is None):
            raise ValueError("BANYI_FHIR_CLIENT_ID and BANYI_FHIR_KEY_FILE belong together")
        if self.fhir_client_id is not None and self.fhir_token is not None:
            raise ValueError("BANYI_FHIR_TOKEN or BANYI_FHIR_CLIENT_ID, not both")
        return self
