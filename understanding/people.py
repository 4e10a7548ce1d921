"""Who is ill: relation, sex, age, pregnancy, conditions, as far as one message says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from domain.patient import Relation, Sex
from knowledge.people import PeopleBook
from understanding import ages, pregnancy
from understanding.phrases import Phrases
from understanding.reading import PersonReading

_SUBJECT = r"(?:我家|我们家|我的|我|俺|咱家|咱|家里的?|他|她)?"
_AFTER_ME = r"(?<=[我俺咱他她你家])"
_FOR = re.compile(r"(?:给|帮|替|为|代)$")
_NOT_ILL = re.compile(
    r"^(?:说|让|叫|催|问|陪|带我|送我|觉得|也有|有过|得过|就是因为|是因为|遗传|因为.{1,8}去世|死于|去世|走了|不在|"
    r"以前也|当年|都有|劝|建议|给我|帮我|告诉|打电话|以为|没时间|不同意|同意|跟我|和我)"
)
_AFTER_NOT_ILL = re.compile(
    r"(?:听|跟|和|同|被|像|随|传给|传染给|问过|问了|问|告诉|怕|叫|让|陪|生|生个|要|要个|抱|生完|怀)$"
)
_NOT_SELF = re.compile(
    r"^(?:妈|爸|爹|娘|爷|奶|公|婆|儿|女|弟|妹|哥|姐|叔|姑|舅|姨|老|家|孩|娃|们|闺|媳|对象|爱人|先生|太太|朋友|同事|的|外|孙|丈|岳|侄|男|女|宝|室友|同学|邻居|亲|他|她|是|替|帮|给)"
)
_SELF_STRONG = re.compile(
    r"(?<!不是)(?<!不是给)(?<!不是帮)(?<!不是替)(?:我自己|我本人|本人)(?!去|来|带|开|照顾)|(?:就|都|还)是我(?=不舒服|病|疼)|(?:给|帮|替)(?:我)?自己(?:挂|看|约|问)"
)
_SELF = re.compile(
    r"自己不舒服|是我(?!妈|爸|爹|儿|女|老|家|孩|娃|爷|奶|婆|公|弟|妹|哥|姐|闺|媳|爱|对)|给自己|我(?=今年|最近|现在|昨天|今天|这两天|头|肚|胸|有点|老是|总是|怀孕|发烧|咳|嗓|腰|腿|胃|觉得)"
)
_MALE = re.compile(
    r"(?<![成])男(?:的|性|生|士|孩|娃|宝|童|，|,|。|、|\s|\d|$)|(?:^|[，,。\s\d岁])男(?=[，,。、\s\d]|$)|小伙子|老爷子|老头|大爷|大叔"
)
_FEMALE = re.compile(
    r"女(?:的|性|生|士|孩|娃|宝|童|，|,|。|、|\s|\d|$)|(?:^|[，,。\s\d岁])女(?=[，,。、\s\d]|$)|小姑娘|老太太|大妈|大娘|阿姨|孕妇|产妇|宝妈"
)
_FEMALE_BODY = re.compile(
    r"月经|例假|大姨妈|姨妈(?:来|期|没|推迟|疼|痛)|痛经|白带|阴道|宫颈|子宫|卵巢|哺乳|坐月子|剖腹产|剖宫产|顺产|流产|绝经|宫外孕|孕\d+周|怀孕"
)
_MALE_BODY = re.compile(r"前列腺|睾丸|蛋蛋|阴囊|包皮|龟头|阴茎|勃起|早泄|遗精|小鸡鸡")
_DOCTOR_SEX = re.compile(r"(?:男|女)(?:医生|大夫|的?(?:专家|主任)|老师|厕|护士|朋友)")

_DENIED = re.compile(
    r"(?:没有?|不是|无|否认|停了|未|不)(?:什么|有|得过?|过|在吃?|吃过?|做过?|服用?|打过?|用过?|患过?)*(?:[^，。！？,!?但是有在一]{0,10}[、和或])?$"
)
_DENIED_LIST = re.compile(
    r"(?:没有?|无|否认)(?:什么|有|得过?|患过?|过)*(?:[^，。,有在]{1,7}[病压脂症炎癌瘤衰梗喘亢][，,])+$"
)
_LIST_ENDS = re.compile(r"$|[，。,！!、和]|等|都|这些")
_DENIED_AFTER = re.compile(
    r"(?:这些|什么的|之类的)?(?:也|都|倒)?(?:没有|没得过|没有过|没做过|没吃)(?:过|得过)?(?:[，。,的了]|$)"
)
_ASKED = re.compile(
    r"(?:是不是|会不会|怕是?|担心|怀疑|有没有|可能|要是|如果|万一|预防|什么是|会得|算不算|想查|筛查)[^，。,]{0,4}$"
)
_AFTER_ASKED = re.compile(r"(?:吗|么|有什么|怎么|会遗传|是什么|的症状|前兆|门诊|科)")
_KIN = re.compile(
    r"(?:家族|家里人?|(?:我|他|她)?(?:爸爸?|妈妈?|爷爷|奶奶|外公|外婆|父亲|母亲|姥姥|姥爷))(?:也|都|和.{1,4}都)(?:有|得过|是|得)[^，。,]{0,6}$|(?:家族|遗传)[^，。,]{0,6}$"
)


@dataclass(frozen=True, slots=True)
class _Kin:
    relation: Relation
    sex: Sex | None


_ME = _Kin(Relation.SELF, None)


class PeopleReader:
    """The relations and conditions of a pack, compiled once."""

    def __init__(self, book: PeopleBook) -> None:
        self._kin = {
            form: _Kin(relation.relation, relation.sex) for relation in book.relations for form in relation.forms
        }
        needs_me = {form for relation in book.relations if relation.after_me for form in relation.forms}
        forms = "|".join(
            f"{_AFTER_ME if form in needs_me else ''}{re.escape(form)}"
            for form in sorted(self._kin, key=len, reverse=True)
        )
        self._relation = re.compile(rf"{_SUBJECT}(?P<form>{forms})")
        self._conditions: Phrases[str] = Phrases(
            ((name, pattern) for name, patterns in book.conditions.items() for pattern in patterns), {}
        )

    def read(self, text: str, today: date) -> PersonReading:
        """What the message says about the person who is ill."""
        kin = self._ill(text)
        age = ages.read(text, today)
        years = age.years if age is not None else None
        state = pregnancy.read(text, today)
        sex = _sex(text, kin)
        if state.pregnant or state.postpartum:
            sex = sex if kin is not None and kin.sex is not None else Sex.FEMALE
        return PersonReading(
            relation=kin.relation if kin is not None else None,
            age_years=years,
            sex=sex,
            pregnant=state.pregnant,
            gestation_weeks=state.weeks,
            postpartum=state.postpartum,
            conditions=self._held(text),
        )

    def _ill(self, text: str) -> _Kin | None:
        """The person most likely meant: 「我自己」, else the first one who is not only mentioned."""
        if _SELF_STRONG.search(text):
            return _ME
        for match in self._relation.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if _FOR.search(before):
                return self._kin[match["form"]]
            if _NOT_ILL.match(after) or _AFTER_NOT_ILL.search(before):
                continue
            return self._kin[match["form"]]
        return _ME if _SELF.search(text) else None

    def _held(self, text: str) -> dict[str, bool]:
        """Conditions said to hold or not; what is feared, asked about or a relative's says nothing."""
        held: dict[str, bool] = {}
        for match in self._conditions.find(text):
            before, after = text[max(0, match.start - 16) : match.start], text[match.end :]
            if _ASKED.search(before) or _AFTER_ASKED.match(after) or _KIN.search(before):
                continue
            listed = _DENIED_LIST.search(text[: match.start]) and _LIST_ENDS.match(after)
            denied = _DENIED.search(before) or _DENIED_AFTER.match(after) or listed
            held[match.key] = held.get(match.key, False) or not denied
        return held


def _sex(text: str, kin: _Kin | None) -> Sex | None:
    if kin is not None and kin.sex is not None:
        return kin.sex
    plain = _DOCTOR_SEX.sub("", text)
    male = bool(_MALE.search(plain) or _MALE_BODY.search(plain))
    female = bool(_FEMALE.search(plain) or _FEMALE_BODY.search(plain))
    if male == female:
        return None
    return Sex.MALE if male else Sex.FEMALE
