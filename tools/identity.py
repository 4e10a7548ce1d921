"""Check the identity form: name, document number, mobile phone. Pure; nothing here is logged or kept.

The resident number follows GB 11643-1999: six digits of place, eight of birth date, three of order (odd for
men), one check character by ISO 7064 MOD 11-2. The residence cards of Hong Kong, Macao and Taiwan people
(81…, 82…, 83…) carry the same form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from domain.errors import InvalidFields
from domain.patient import Document, Identity, Sex

OLDEST_YEARS = 130

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_RESIDENT_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_PASSPORT = re.compile(r"[A-Z0-9]{5,17}")
_HONG_KONG_MACAO_PERMIT = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN_PERMIT = re.compile(r"[0-9]{8}(?:[0-9]{2})?")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af\u3007"
_CHINESE_NAME = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
_LATIN_NAME = re.compile(r"[A-Za-z]+(?:[ '.,-]{1,2}[A-Za-z]+)*\.?")
_DOTS = str.maketrans(dict.fromkeys("•・‧∙●．.", "·"))
_JOINERS = re.compile(r"[\s\-‐-―]+")
_NAME_LENGTHS = range(2, 31)


def read_identity(fields: Mapping[str, str], *, today: date) -> Identity:
    """The identity a filled form gives; keys `name`, `id_number`, `phone` and, optional, `document`.

    Full-width characters, spaces, hyphens and a leading +86 are accepted and removed.

    Raises:
        InvalidFields: with a message for each wrong field, in the patient's words.
    """
    wrong: dict[str, str] = {}
    document = Document.ID_CARD
    try:
        document = Document(fields.get("document") or Document.ID_CARD)
    except ValueError:
        wrong["document"] = "请选择证件类型。"
    name = unicodedata.normalize("NFKC", fields.get("name", "")).strip()
    number = _joined(fields.get("id_number", "")).upper()
    phone = re.sub(r"^(?:\+|00)?86(?=1)", "", _joined(fields.get("phone", "")))
    if document is Document.PASSPORT and _LATIN_NAME.fullmatch(name):
        name = " ".join(name.split())
    else:
        name = "".join(name.split()).translate(_DOTS)
    faults = {
        "name": _name_fault(name, document),
        "id_number": _number_fault(number, document, today),
        "phone": _phone_fault(phone),
    }
    wrong |= {field: message for field, message in faults.items() if message}
    if wrong:
        raise InvalidFields(wrong)
    return Identity(name=name, id_number=number, phone=phone, document=document)


def birth_date(identity: Identity) -> date | None:
    """The birth date a resident number holds; nothing for other documents."""
    return _birth_date(identity.id_number) if identity.document is Document.ID_CARD else None


def age_years(identity: Identity, *, today: date) -> int | None:
    """Completed years of age, where the document tells."""
    born = birth_date(identity)
    return None if born is None else years_since(born, today=today)


def years_since(born: date, *, today: date) -> int:
    """Completed years from a date of birth to today."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def sex(identity: Identity) -> Sex | None:
    """The sex a resident number holds (17th digit: odd for men); nothing for other documents."""
    if identity.document is not Document.ID_CARD:
        return None
    return Sex.MALE if int(identity.id_number[16]) % 2 else Sex.FEMALE


def check_character(first17: str) -> str:
    """The 18th character of a resident number whose first 17 digits are given."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def _joined(text: str) -> str:
    """`text` in half width, without spaces and hyphens."""
    return _JOINERS.sub("", unicodedata.normalize("NFKC", text))


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _name_fault(name: str, document: Document) -> str:
    if not name:
        return "请填写就诊人姓名。"
    if document is Document.PASSPORT and _LATIN_NAME.fullmatch(name):
        return "" if len(name) in range(2, 61) else "姓名太长，请按护照填写。"
    if not _CHINESE_NAME.fullmatch(name):
        return "姓名请写汉字，少数民族姓名中间可以用“·”。"
    return "" if len(name) in _NAME_LENGTHS else "姓名应为2到30个字。"


def _number_fault(number: str, document: Document, today: date) -> str:
    if not number:
        return "请填写证件号码。"
    return _NUMBER_FAULTS[document](number, today)


def _resident_fault(number: str, today: date) -> str:
    if not _RESIDENT_NUMBER.fullmatch(number):
        return "身份证号码应为18位，最后一位可以是X。"
    born = _birth_date(number)
    if born is None or not today.year - OLDEST_YEARS <= born.year or born > today:
        return "身份证号码里的出生日期不对，请核对。"
    if number[17] != check_character(number[:17]):
        return "身份证号码校验不通过，请逐位核对。"
    return ""


def _form_fault(form: re.Pattern[str], message: str) -> Callable[[str, date], str]:
    return lambda number, _today: "" if form.fullmatch(number) else message


_NUMBER_FAULTS: dict[Document, Callable[[str, date], str]] = {
    Document.ID_CARD: _resident_fault,
    Document.PASSPORT: _form_fault(_PASSPORT, "护照号码应为5到17位字母或数字。"),
    Document.HONG_KONG_MACAO_PERMIT: _form_fault(
        _HONG_KONG_MACAO_PERMIT, "港澳居民来往内地通行证号码应为H或M加8位数字。"
    ),
    Document.TAIWAN_PERMIT: _form_fault(_TAIWAN_PERMIT, "台湾居民来往大陆通行证号码应为8位数字。"),
}


def _phone_fault(phone: str) -> str:
    if not phone:
        return "请填写手机号。"
    return "" if _MOBILE.fullmatch(phone) else "手机号应为11位，以1开头。"
