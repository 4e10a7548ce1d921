"""The files of the pack that staff edit as forms: which fields, which of them are clinical, what reads the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.complaints import Complaint
from knowledge.departments import Department
from knowledge.editing import BODY
from knowledge.follow_up import Plan
from knowledge.guidebook import load_guide
from knowledge.strict import load, load_list
from knowledge.texts import Texts
from knowledge.words import load_words
from tools.hospital.sql.demo import load_demo


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetKind:
    """A sort of file: `staff` and `clinical` are patterns of keys, the second for admins; `read` refuses mistakes."""

    glob: str
    group: str
    staff: tuple[str, ...]
    clinical: tuple[str, ...] = ()
    read: Callable[[Path], object] | None = None

    def files(self, directory: Path) -> Iterator[str]:
        """Its files in a pack, from the pack's directory."""
        return (str(path.relative_to(directory)) for path in sorted(directory.glob(self.glob)))


KINDS: Final = (
    SheetKind(
        glob="clinical/departments.yaml",
        group="科室",
        staff=("*/sees", "*/aliases"),
        read=lambda path: load_list(path, Department),
    ),
    SheetKind(
        glob="hospital/demo.yaml",
        group="医院和医生",
        staff=("doctors/*/speciality", "departments/*/building", "departments/*/floor", "departments/*/area", "bring"),
        read=load_demo,
    ),
    SheetKind(glob="hospital/words.yaml", group="医院和医生", staff=("*",), read=load_words),
    SheetKind(
        glob="guide/*.md",
        group="就医指南",
        staff=("title", "topics", BODY),
        read=lambda path: load_guide(path.parent),
    ),
    SheetKind(
        glob="fixed_texts.yaml",
        group="固定文字",
        staff=("texts/*/text",),
        clinical=tuple(f"texts/{part}.*/text" for part in ("emergency", "crisis", "disposition", "triage", "refusal")),
        read=Texts.load,
    ),
    SheetKind(glob="lexicon/symptoms.tsv", group="说法", staff=("*/forms",)),
    SheetKind(glob="lexicon/names.tsv", group="说法", staff=("*/forms",)),
    SheetKind(
        glob="follow_up/*.yaml",
        group="随访问卷",
        staff=("ask/*/text", "ask/*/signs/*"),
        clinical=("rules/*/because", "rules/*/when", "rules/*/d", "rules/*/within_hours"),
        read=lambda path: load(path, Plan),
    ),
    SheetKind(
        glob="clinical/complaints/*.yaml",
        group="症状问诊",
        staff=("aliases",),
        clinical=(
            "ask/*/text",
            "ask/*/why",
            "ask/*/signs/*",
            "rules/*/when",
            "rules/*/d",
            "rules/*/because",
            "default_d",
            "self_care/*",
        ),
        read=lambda path: load(path, Complaint),
    ),
)
LABELS: Final = {
    "sees": "看什么",
    "aliases": "别的叫法",
    "speciality": "擅长",
    "building": "楼",
    "floor": "楼层",
    "area": "候诊区",
    "bring": "要带的东西",
    "title": "标题",
    "topics": "会怎么问",
    BODY: "正文",
    "text": "文字",
    "forms": "说法",
    "because": "理由",
    "when": "条件",
    "d": "结论",
    "default_d": "其余情况的结论",
    "why": "为什么问",
    "signs": "选项",
    "within_hours": "几小时内处理",
    "allow": "可以做",
    "never": "不要做",
    "safety_net": "出现这些要就医",
    "recheck_hours": "多久再看",
}
FILE_TITLES: Final = {
    "clinical/departments.yaml": "科室",
    "hospital/demo.yaml": "医生和诊区",
    "hospital/words.yaml": "医院名称、电话和地点",
    "fixed_texts.yaml": "固定文字",
    "lexicon/symptoms.tsv": "症状的说法",
    "lexicon/names.tsv": "疾病的说法",
}


def owner_of(key: str, of: str, texts: Mapping[str, str]) -> str:
    """What a field belongs to: an option or a question's text to the question's own words in `texts`."""
    parts = key.split("/")
    return texts.get("/".join((*parts[:2], "text")), of) if parts[0] == "ask" else of


def label_of(key: str) -> str:
    """What a field is called: 「选项 sob」, 「理由」."""
    *before, last = key.split("/")
    if before and before[-1] == "signs":
        return f"{LABELS['signs']} {last}"
    return LABELS.get(last, last)
