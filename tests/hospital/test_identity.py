"""Reading the identity form: what is accepted, what is refused and why, what a number tells."""

from __future__ import annotations

import string
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import InvalidFields
from domain.patient import Document, Identity, Sex
from tools.identity import OLDEST_YEARS, age_years, birth_date, check_character, read_identity, sex

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 2)
GOOD = {"name": "张三", "id_number": "11010519491231002X", "phone": "13800138000"}

births = st.dates(min_value=TODAY - timedelta(days=365 * 129), max_value=TODAY)


@st.composite
def resident_numbers(draw: st.DrawFn, *, born: st.SearchStrategy[date] = births) -> str:
    """Valid 18-character numbers."""
    place = draw(st.from_regex(r"[1-9][0-9]{5}", fullmatch=True))
    order = draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    first17 = f"{place}{draw(born):%Y%m%d}{order}"
    assume(len(first17) == 17)
    return first17 + check_character(first17)


def read(today: date = TODAY, /, **changed: str) -> Identity:
    """The identity a good form with some changed fields gives."""
    return read_identity({**GOOD, **changed}, today=today)


def refused(today: date = TODAY, /, **changed: str) -> dict[str, str]:
    """What a good form with some changed fields is refused for."""
    with pytest.raises(InvalidFields) as wrong:
        read_identity({**GOOD, **changed}, today=today)
    return wrong.value.fields


def faults(**changed: str) -> dict[str, str]:
    """What a good form with some changed fields is refused for, if it is."""
    try:
        read(**changed)
    except InvalidFields as wrong:
        return wrong.fields
    return {}


@given(number=resident_numbers())
def test_every_number_with_a_right_check_character_is_accepted(number: str) -> None:
    """Place, past birth date, order and check character make a resident number."""
    assert read(id_number=number).id_number == number


@given(number=resident_numbers(), place=st.integers(0, 17), digit=st.sampled_from(string.digits))
def test_any_single_wrong_digit_is_refused(number: str, place: int, digit: str) -> None:
    """ISO 7064 MOD 11-2 catches every change of one character."""
    assume(number[place] != digit)
    assert set(refused(id_number=number[:place] + digit + number[place + 1 :])) == {"id_number"}


@given(number=resident_numbers(), place=st.integers(0, 16))
def test_two_swapped_neighbours_are_refused(number: str, place: int) -> None:
    """The commonest slip of a hand that types digits is caught."""
    one, other = number[place], number[place + 1]
    assume(one != other)
    assert "id_number" in refused(id_number=number[:place] + other + one + number[place + 2 :])


@given(number=resident_numbers(born=births))
def test_age_and_sex_follow_from_the_number(number: str) -> None:
    """Birth date from digits 7 to 14, sex from the 17th."""
    identity = read(id_number=number)
    born = birth_date(identity)
    assert born is not None
    assert f"{born:%Y%m%d}" == number[6:14]
    age = age_years(identity, today=TODAY)
    assert age is not None
    assert 0 <= age <= OLDEST_YEARS
    assert sex(identity) is (Sex.MALE if number[16] in "13579" else Sex.FEMALE)


@given(number=resident_numbers(), fault=st.text(max_size=40))
def test_reading_never_fails_otherwise_than_by_refusing(number: str, fault: str) -> None:
    """Whatever is typed, the answer is an identity or a message for each wrong field."""
    for field in GOOD:
        wrong = faults(**{"id_number": number, field: fault})
        assert set(wrong) <= {"id_number", field}
        assert all(wrong.values())


@given(name=st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=30))
def test_every_name_in_chinese_characters_is_accepted(name: str) -> None:
    """Two to thirty characters."""
    assert read(name=name).name == name


@pytest.mark.parametrize(
    ("today", "age"),
    [(date(2025, 2, 28), 0), (date(2025, 3, 1), 1), (date(2028, 2, 29), 4), (date(2024, 2, 29), 0)],
)
def test_a_leap_day_child_grows_older_on_the_first_of_march(today: date, age: int) -> None:
    """Completed years, also for somebody born on 29 February."""
    first17 = "11010520240229001"
    assert age_years(read(today, id_number=first17 + check_character(first17)), today=today) == age


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("id_number", " 110105 19491231 002Ⅹ ", "11010519491231002X"),
        ("id_number", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("id_number", "110105-19491231-002X", "11010519491231002X"),
        ("phone", "+86 138-0013-8000", "13800138000"),
        ("phone", "8613800138000", "13800138000"),
        ("phone", "138 0013 8000", "13800138000"),
        ("name", " 张 三 ", "张三"),
        ("name", "买买提•艾力", "买买提·艾力"),
        ("name", "买买提．艾力", "买买提·艾力"),
        ("name", "𠮷田", "𠮷田"),
    ],
)
def test_what_people_type_is_put_in_order(field: str, typed: str, kept: str) -> None:
    """Spaces, hyphens, full width, country code and kinds of dots do not matter."""
    assert getattr(read(**{field: typed}), field) == kept


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", "", "请填写"),
        ("name", "张", "2到30"),
        ("name", "张" * 31, "2到30"),
        ("name", "Zhang San", "汉字"),
        ("name", "张3", "汉字"),
        ("name", "·张三", "汉字"),
        ("name", "张··三", "汉字"),
        ("name", "张三😀", "汉字"),
        ("id_number", "", "请填写"),
        ("id_number", "110105491231002", "18位"),
        ("id_number", "1101051949123100X2", "18位"),
        ("id_number", "010105194912310027", "18位"),
        ("id_number", "110105202702280014", "出生日期"),
        ("id_number", "110105189002280014", "出生日期"),
        ("id_number", "110105199002300014", "出生日期"),
        ("id_number", "110105194912310020", "校验"),
        ("phone", "", "请填写"),
        ("phone", "1380013800", "11位"),
        ("phone", "12800138000", "11位"),
        ("phone", "01012345678", "11位"),
        ("phone", "138001380001", "11位"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(field: str, typed: str, says: str) -> None:
    """The patient reads what to mend, in plain Chinese, about that field only."""
    wrong = refused(**{field: typed})
    assert set(wrong) == {field}
    assert says in wrong[field]


def test_every_wrong_field_is_named_at_once() -> None:
    """Nobody is sent back three times."""
    with pytest.raises(InvalidFields) as wrong:
        read_identity({}, today=TODAY)
    assert set(wrong.value.fields) == {"name", "id_number", "phone"}


@pytest.mark.parametrize(
    ("document", "number", "name"),
    [
        ("passport", "e12345678", "Maria  Anna O'Neill"),
        ("passport", "AB1234567", "张三"),
        ("hong_kong_macao_permit", "h12345678", "陈大文"),
        ("taiwan_permit", "12345678", "林志明"),
        ("id_card", "810000199408230021", "陈大文"),
    ],
)
def test_other_documents_are_accepted_without_age_and_sex(document: str, number: str, name: str) -> None:
    """Passports and permits have their own form; only a resident number tells age and sex."""
    identity = read(document=document, id_number=number, name=name)
    assert identity.document == document
    known = document == "id_card"
    assert (birth_date(identity) is not None, age_years(identity, today=TODAY) is not None) == (known, known)
    assert (sex(identity) is not None) == known


@pytest.mark.parametrize(
    ("document", "number"),
    [("passport", "12"), ("hong_kong_macao_permit", "A12345678"), ("taiwan_permit", "1234567")],
)
def test_other_documents_are_checked_too(document: str, number: str) -> None:
    """A number that cannot be one is refused."""
    assert set(refused(document=document, id_number=number)) == {"id_number"}


def test_an_unknown_kind_of_document_is_refused() -> None:
    """The form offers the kinds there are."""
    assert set(refused(document="library_card")) == {"document"}


@given(number=resident_numbers())
def test_the_masked_form_and_the_repr_hide_the_middle(number: str) -> None:
    """Birth date and the middle of the phone never show, and a logged identity shows nothing."""
    identity = read(id_number=number)
    assert identity.masked() == f"张* {number[:4]}**********{number[-4:]} 138****8000"
    assert not {number, "张三", "13800138000"} & set(repr(identity).split("'"))


def test_a_short_number_shows_almost_nothing() -> None:
    """Of a passport number the first and the last two characters."""
    identity = read(document="passport", id_number="E12345678")
    assert identity.masked() == "张* E******78 138****8000"
    assert identity.document is Document.PASSPORT
