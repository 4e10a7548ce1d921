"""A hospital's mapping is read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from tests.fhir.stage import MAPPING_YAML
from tools.hospital.fhir.mapping import load_mapping

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("id: D05", "id: D04"),
        ("service: svc-d05", "service: svc-d04"),
        ("Asia/Shanghai", "Asia/Nowhere"),
        ("主任医师,", "教授,"),
        ("  passport:", "  driving_licence:"),
        ("bookable: false", "bookable: no"),
        ("  hold_until:", "  hold:"),
        ("ai_tag:", "ai_label:"),
    ],
)
def test_a_slip_in_the_mapping_names_the_line(tmp_path: Path, was: str, becomes: str) -> None:
    """Nothing that the hospital's engineers mistyped is guessed at."""
    text = MAPPING_YAML.read_text(encoding="utf-8")
    assert was in text
    path = tmp_path / "fhir.yaml"
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as wrong:
        load_mapping(path)
    assert wrong.value.line > 0


def test_the_example_that_comes_with_the_service_is_read() -> None:
    """It names a system for each kind of document and its own systems."""
    mapping = load_mapping(MAPPING_YAML)
    assert mapping.system("hold").startswith(mapping.own)
    assert mapping.zone.key == "Asia/Shanghai"
