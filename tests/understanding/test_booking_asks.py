"""What is asked of the book beside a new appointment, in many wordings."""

from __future__ import annotations

import pytest

from domain.session import Pending, PendingKind
from understanding.booking_asks import read_ask
from understanding.reading import BookingAsk

pytestmark = pytest.mark.unit

WORDINGS = {
    BookingAsk.WAIT: "候补|给我候补一个|有号了通知我|帮我排个候补|等有号了叫我|给我排上队|我要候补消化科|等退号",
    BookingAsk.MY_WAITS: "我的候补呢|候补到我了没|候补排第几了|查查候补",
    BookingAsk.TAKE_OFFER: "要候补的号|要那个候补的|好，我要这个号|候补那个号我要",
    BookingAsk.STOP_WAITING: "不候补了|取消候补|候补的号不要了|候补不要|不等号了",
    BookingAsk.EXTRA: "加个号|能不能给我加号|求加号|王主任能加号吗|那给我加一个呗",
    BookingAsk.STOP_EXTRA: "不用加号了|取消加号|加号不要了",
    BookingAsk.MY_EXTRAS: "加号的事咋样了|加号批了没|加号成了吗",
    BookingAsk.ARRIVED: "我到了|报到|我到医院了咋报到|签到|我来了|帮我签到|我要取号|到医院了",
    BookingAsk.QUEUE: "前面还有几个人|还有多久到我|轮到我没|前头有几位|叫到我了没",
    BookingAsk.SAME_DOCTOR: "还是上次那个大夫|上回那个大夫|上次那个王主任|之前看的那位医生",
    BookingAsk.OTHER_DOCTOR: "换个医生|换个大夫|不要这个医生|换一个专家|有别的医生吗",
    BookingAsk.FOR_SOMEONE: "给我妈挂|给孩子挂|给我闺女挂个号|帮俺娘挂个号|给我老公挂|改成我爸的",
}
NOTHING = (
    "尿常规两个加号啥意思|报到在哪|几点报到|我什么时候到医院报到|我来月经了|我妈胸口闷|发烧到了39度|取号机在哪|怎么取号"
    "|给孩子挂什么科|加号什么意思|微信加个号|要不要报到|我头疼三天了|就第二个|算了|我想挂消化科"
)


@pytest.mark.parametrize(
    ("said", "ask"), [(said, ask) for ask, wordings in WORDINGS.items() for said in wordings.split("|")]
)
def test_an_ask_is_read_in_lay_words(said: str, ask: BookingAsk) -> None:
    """Each wording asks for this and nothing else."""
    assert read_ask(said, None) is ask


@pytest.mark.parametrize("said", NOTHING.split("|"))
def test_other_words_ask_nothing_of_the_book(said: str) -> None:
    """Laboratory signs, questions how and where, complaints and plain wishes are left alone."""
    assert read_ask(said, None) is None


@pytest.mark.parametrize(
    ("said", "ask"),
    [
        ("好，我要这个号", BookingAsk.TAKE_OFFER),
        ("要", BookingAsk.TAKE_OFFER),
        ("行吧", BookingAsk.TAKE_OFFER),
        ("不要了", BookingAsk.STOP_WAITING),
        ("算了，给别人吧", BookingAsk.STOP_WAITING),
        ("停车场在哪", None),
    ],
)
def test_a_bare_answer_is_about_the_offer_that_is_open(said: str, ask: BookingAsk | None) -> None:
    """With an offer on the table a bare yes or no answers it."""
    offer = Pending(id="p1", kind=PendingKind.OFFER_REPLY, question="要吗？", subject="w1")
    assert read_ask(said, offer) is ask
