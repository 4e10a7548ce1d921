"""The small hospital behind FHIR, for the tests of the adapter itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fhir.stage import FhirStage, fhir_stage
from tests.stores import SetClock


@pytest.fixture
async def behind(clock: SetClock) -> AsyncIterator[FhirStage]:
    """A hospital without slots."""
    async with fhir_stage(clock) as staged:
        yield staged
