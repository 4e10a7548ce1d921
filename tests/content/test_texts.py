"""The fixed wordings load strictly, are complete, and are used as they are declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.clinical import Disposition
from domain.errors import KnowledgeError
from domain.patient import Purpose
from knowledge.texts import Texts

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
FILE = ROOT / "knowledge" / "fixed_texts.yaml"
PROTOCOL_CODES = [
    "bad_json",
    "unknown_type",
    "bad_fields",
    "too_long",
    "busy",
    "rate_limited",
    "consent_required",
    "not_found",
    "expired",
    "forbidden",
    "identity_required",
    "conflict",
    "unavailable",
    "unsupported_audio",
    "internal",
]

HEAD = """\
status: draft
reviewed_by: null
effective: 2026-11-21
consent:
  version: "1"
  purposes:
"""
PURPOSES = "".join(
    f"    - {{id: {purpose}, title: 题, text: 文, required: false, source: house}}\n" for purpose in Purpose
)


@pytest.fixture(scope="module")
def texts() -> Texts:
    """The wording of the pack."""
    return Texts.load(FILE)


def written(directory: Path, body: str, *, purposes: str = PURPOSES) -> Path:
    """A wording file with `body` as its texts."""
    path = directory / "texts.yaml"
    path.write_text(HEAD + purposes + "texts:\n" + body, encoding="utf-8")
    return path


def test_a_wording_is_said_with_its_values(texts: Texts) -> None:
    """A parameter takes the caller's value, everything else stays as written."""
    assert texts.say("booking.hold", time="10:20") == "这个号给您留到10:20。请核对一下："
    assert texts.say("handoff.queued", ahead=3).startswith("我帮您转给护士，您前面还有 3 位。")


def test_a_value_is_never_read_as_a_template(texts: Texts) -> None:
    """Braces in a patient's words stay what they are."""
    assert "{text}" in texts.say("triage.acknowledge", heard="{text}")


@pytest.mark.parametrize("values", [{}, {"time": "1", "extra": "2"}, {"tiem": "1"}])
def test_missing_and_surplus_values_are_errors(texts: Texts, values: dict[str, str]) -> None:
    """A caller gives exactly the parameters of the wording."""
    with pytest.raises(KnowledgeError, match=r"booking\.hold 的参数是 time"):
        texts.say("booking.hold", **values)


def test_an_unknown_id_is_an_error_naming_it(texts: Texts) -> None:
    """Nothing is said when the id does not exist."""
    with pytest.raises(KnowledgeError, match=r"booking\.hodl"):
        texts.say("booking.hodl")
    assert "booking.hodl" not in texts


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("  a.b: {text: 好, source: house, colour: red}\n", 13, "colour"),
        ("  a.b: {text: 好}\n", 13, "source"),
        ("  A.b: {text: 好, source: house}\n", 13, "不能作编号"),
        ("  a.b: {text: '{Name}', source: house}\n", 13, "参数"),
        ("  a.b: {text: '好{', source: house}\n", 13, "参数"),
        ("  a.b: {text: 好, source: house}\n  a.c: {text: 好, source: house}\n", 14, r"和 a\.b 说的一样"),
        ("  a.b: {text: 好, source: house}\n  a.b: {text: 行, source: house}\n", 14, "写了两次"),
    ],
)
def test_a_slip_in_the_file_is_found_with_its_line(tmp_path: Path, body: str, line: int, message: str) -> None:
    """The loader names the file, the line and what is wrong."""
    with pytest.raises(KnowledgeError, match=message) as caught:
        Texts.load(written(tmp_path, body))
    assert caught.value.line == line
    assert caught.value.file.endswith("texts.yaml")


def test_the_consent_form_asks_for_every_purpose_once(tmp_path: Path) -> None:
    """A purpose that is never asked for could never be agreed to."""
    body = "  a.b: {text: 好, source: house}\n"
    with pytest.raises(KnowledgeError, match="每个用途"):
        Texts.load(written(tmp_path, body, purposes="".join(PURPOSES.splitlines(keepends=True)[1:])))


def test_only_care_chat_is_required(texts: Texts) -> None:
    """Refusing the other purposes costs the patient nothing."""
    assert {purpose.id for purpose in texts.consent.purposes if purpose.required} == {Purpose.CARE_CHAT}


def test_every_protocol_error_has_a_wording_without_parameters(texts: Texts) -> None:
    """A channel turns a code alone into words."""
    assert all(texts.say(f"error.{code}") for code in PROTOCOL_CODES)


def test_every_disposition_has_a_title_and_a_wording(texts: Texts) -> None:
    """Each level is named to the patient in fixed words."""
    for level in Disposition:
        assert texts.say(f"triage.title_{level.name.lower()}")
        assert f"disposition.{level.name.lower()}" in texts


def test_urgent_wordings_name_the_way_to_help(texts: Texts) -> None:
    """The emergency blocks carry the number to call."""
    for text_id in ("disposition.call_120", "emergency.call_120", "emergency.confirm", "emergency.line"):
        assert "120" in texts.wording(text_id).text
    assert "12356" in texts.wording("crisis.suicide_safe").text
    assert "请直接拨打 120" in texts.say("emergency.confirm", question="现在还疼吗？")


def test_every_wording_has_a_source(texts: Texts) -> None:
    """A reviewer can see where each sentence comes from."""
    known = re.compile(r"(§|R\d|N\d|HL|LABEL|PIPL|CHATGPTH|RF-\d|triage semantics|protocol v1|house)")
    unsourced = [text_id for text_id in texts if not known.match(texts.wording(text_id).source)]
    assert unsourced == []


def test_sentences_are_short_enough_to_read_aloud(texts: Texts) -> None:
    """No sentence of a wording is longer than 60 characters, the legal notice apart."""
    long = [
        (text_id, sentence)
        for text_id in texts
        if not text_id.startswith("notice.")
        for sentence in re.split(r"[。！？；.]", re.sub(r"{\w+}", "", texts.wording(text_id).text))
        if len(sentence) > 60
    ]
    assert long == []


def test_no_wording_preaches_or_feigns_understanding(texts: Texts) -> None:
    """The phrases the safety policy forbids in grief and fear appear nowhere."""
    cliches = ("想开点", "矫情", "坚强", "我懂你", "我懂您", "感同身受", "一切都会好", "别担心", "放心吧")
    assert [(text_id, word) for text_id in texts for word in cliches if word in texts.wording(text_id).text] == []
