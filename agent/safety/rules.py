"""The table behind the policy: one row per thing that may never be said, with what tells it from advice.

Rule ids N1–N12 are those of the clinical content draft, §8.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Flag, auto

from agent.safety.vocabulary import AMOUNT, DISEASE, DOSE_UNIT, DRUG, NUMBER, REPORT, TAKE


class Spared(Flag):
    """Readings under which the words of a rule are not advice."""

    NOTHING = 0
    NEGATED = auto()  # 不要停药
    CAUTIONED = auto()  # 不要自己吃止痛药
    ASKED = auto()  # 有没有吃过退烧药
    CONDITIONAL = auto()  # 如果您有糖尿病
    REPORTED = auto()  # 您说吃了布洛芬
    DEFERRED = auto()  # 停不停药由医生决定


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One forbidden kind of sentence.

    `spared` lists the readings that make a hit harmless, `unless` words in the same clause that do;
    `instead` is the fixed text said in its place; `grave` rules hold only in grief, abuse and danger.
    """

    id: str
    name: str
    pattern: re.Pattern[str]
    spared: Spared = Spared.NOTHING
    unless: re.Pattern[str] | None = None
    instead: str
    grave: bool = False


_HEDGE = (
    r"(?:可能|大概|也许|或许|多半|八成|十有八九|估计|应该|恐怕|怀疑|疑似|考虑|符合|很像|像|典型的?|明显|其实|听起来|看起来|看来|"
    r"说明|提示|肯定|一定|无疑|显然|不排除)"
)
_WHO = r"(?:您|你|他|她|它|孩子|宝宝|老人|患者|病人|妈妈|爸爸|这|那|症状|情况|表现)"
_IS = r"(?:是|为|属于|得了|患了|患有|犯了|得的|存在|像)"
_FINE = (
    r"(?:没(?:有)?什?么?(?:大)?(?:事|问题|碍|毛病)(?!的?时候|先|后)(?:的|儿|啦|了|吧)?|没关系的|不要紧|不打紧|不严重|不碍事|不危险|很安全|"
    r"没有?(?:生命)?危险|问题不大|小毛病|小问题|小意思|虚惊一场|死不了|不会有(?:什么)?(?:大)?(?:事|问题|危险)|"
    r"(?:可以|请|就|大可|尽管)?放心(?=吧|好了|啦|[,，。！!]|$)|(?:是|属于)正常(?:的|现象|反应|情况)?(?!上班|时间|工作|营业)|"
    r"自己(?:会|能|就会|就能)好|自愈|睡一觉就|(?:过|等)(?:几|两|些)天(?:自然)?就(?:会)?好|忍(?:一)?忍|扛(?:一)?扛|"
    r"不是(?:什么)?(?:大病|大事|大问题|重病)|不是[^，。]{0,6}" + DISEASE + r"|"
    r"(?:不用|不必|无需|没必要|用不着|别|不需要)(?:太|过于|这么|那么|再)?"
    r"(?:担心|害怕|紧张(?!的)|在意|当回事|管它|(?:去|上|来)?(?:医院|急诊|看医生|看病|就医|就诊|检查)|叫救护车|打120|拨打?120))"
)
_ADVISED = r"(?:可以|建议|应该|需要|最好|不妨|先|推荐|得|给您?|赶紧|能|就)"

_HARMLESS_READING = Spared.ASKED | Spared.CONDITIONAL | Spared.REPORTED
_NOT_ADVICE = Spared.CAUTIONED | Spared.ASKED | Spared.REPORTED | Spared.DEFERRED


def _rule(
    rule: str,
    name: str,
    pattern: str,
    instead: str,
    *,
    spared: Spared = Spared.NOTHING,
    unless: str | None = None,
    grave: bool = False,
) -> Rule:
    return Rule(
        id=rule,
        name=name,
        pattern=re.compile(pattern),
        spared=spared,
        unless=re.compile(unless) if unless else None,
        instead=instead,
        grave=grave,
    )


RULES: tuple[Rule, ...] = (
    # ---- N1 a diagnosis -------------------------------------------------------------------------------------
    _rule(
        "N1",
        "names a disease as the patient's",
        rf"{_WHO}[^，。！？；,]{{0,8}}{_IS}[^，。！？；,]{{0,8}}{DISEASE}",
        "refusal.diagnosis",
        spared=_HARMLESS_READING,
        unless=r"是不是|是否|有没有|排除|科看|门诊|不能判断|无法判断|判断不了|疫苗",
    ),
    _rule(
        "N1",
        "guesses a disease",
        rf"{_HEDGE}(?:就|也|还|会|真|都|又|只|不)?(?:{_IS}|有|由|因|犯|得|感染)?[^，。！？；,]{{0,4}}{DISEASE}",
        "refusal.diagnosis",
        spared=_HARMLESS_READING,
        unless=r"是不是|是否|有没有|不能判断|无法判断|判断不了|应该(?:先)?(?:告诉|去|到|看|挂|带)|疫苗",
    ),
    _rule(
        "N1",
        "states a diagnosis",
        r"(?:确诊|诊断|断定|判定)(?:您|你|他|她)?(?:为|是|成|的?结果)|初步诊断|(?:您|你)(?:得|患)的(?:是|就是)",
        "refusal.diagnosis",
        spared=_HARMLESS_READING | Spared.NEGATED | Spared.DEFERRED,
    ),
    # ---- N2 drugs -------------------------------------------------------------------------------------------
    _rule(
        "N2",
        "gives a dose",
        rf"(?:{TAKE}|每次|一次|每顿|每天|一天|各|再|加到|减到|加|减)[^，。！？；]{{0,12}}?{AMOUNT}\s*{DOSE_UNIT}",
        "refusal.drug",
        spared=Spared.ASKED | Spared.REPORTED,
        unless=r"[喝饮][^，。]{0,6}水|水[^，。]{0,4}(?:毫升|ml)|抽血|献血|采血|尿量|标本|便|钱|照片|胶片|口罩|牙",
    ),
    _rule(
        "N2",
        "gives an amount of a drug",
        rf"{AMOUNT}\s*{DOSE_UNIT}\s*(?:的)?{DRUG}|{DRUG}[^，。！？；水]{{0,6}}{AMOUNT}\s*{DOSE_UNIT}|"
        rf"{DRUG}[^，。！？；]{{0,3}}(?:吃|服|用|打)(?:上|够|满)?{AMOUNT}(?:天|周|星期|个月|个?疗程)|"
        rf"(?:吃|服|用|打)(?:上|够|满)?{AMOUNT}(?:天|周|星期|个月|个?疗程)(?:的)?{DRUG}",
        "refusal.drug",
        spared=Spared.ASKED | Spared.REPORTED,
    ),
    _rule(
        "N2",
        "gives a frequency",
        rf"(?:一天|一日|每天|每日|每晚|天天|日)\s*(?:吃|服|用|打|抹|涂)?\s*{AMOUNT}\s*[次回顿遍片粒]|"
        rf"每(?:隔)?\s*{NUMBER}\s*(?:个)?(?:小时|钟头)(?:一次|吃|服|用|喂)|早晚各|一日{NUMBER}次",
        "refusal.drug",
        spared=Spared.ASKED | Spared.REPORTED,
        unless=r"[测量称记洗换刷排拉尿喝走]|消毒|开窗|通风|锻炼|探视|查房|放号|叫号|班车|发车|清洁|更新|翻身|检查|抽血|拍背",
    ),
    _rule(
        "N2",
        "says when to take a drug",
        r"(?:饭前|饭后|空腹|睡前|随餐|发烧时|疼的时候|疼了就)(?:半小时|一小时)?(?:再)?(?:吃|服|口服|服用|用)(?![过早午晚饭])",
        "refusal.drug",
        spared=_NOT_ADVICE,
    ),
    _rule(
        "N2",
        "chooses a drug",
        rf"{TAKE}(?:点|些|一?[片粒颗袋包支]|上|个)?(?:的|着)?[^，。！？；的]{{0,4}}?{DRUG}",
        "refusal.which_drug",
        spared=_NOT_ADVICE | Spared.CONDITIONAL,
        unless=r"(?:吃|服|用)(?:了|过|错|多)|(?:正在|平时|平常|长期|在|常|一直|现在|每天|所)(?:吃|服|用)|(?:吃|服|用)的|打印|用药",
    ),
    _rule(
        "N2",
        "recommends a drug",
        rf"{DRUG}(?:比较|更|最|就|很|还是)?(?:管用|有效|对症|好用|好使|最好|合适|就行|就可以|就能|可以(?:吃|用|退烧|止))",
        "refusal.which_drug",
        spared=Spared.ASKED,
    ),
    _rule(
        "N2",
        "stops or changes a drug",
        rf"(?:停|减|加|换|改|断)(?:掉|了|用|服|少|大|一下)?(?:{DRUG}|量|剂量)|{DRUG}[^，。！？；]{{0,3}}"
        r"(?:停(?!车)|减量|减半|加量|加倍|翻倍|换成|断)(?:掉|了|一停|吧|几天)?|(?:剂量|用量)(?:加|减|翻)",
        "refusal.stop_drug",
        spared=Spared.NEGATED | _NOT_ADVICE,
        unless=r"突然停|换药室|换药(?:的)?(?:地方|时间|哪)|换药在",
    ),
    _rule(
        "N2",
        "tells to leave a drug",
        rf"(?:不用|不要|别|先不|可以不|不必|不需要|暂停|停止)(?:再|继续)?(?:吃|服用?|用){{1,2}}[^，。！？；]{{0,4}}?{DRUG}",
        "refusal.stop_drug",
        spared=_NOT_ADVICE,
        unless=r"自己|自行|擅自|随便|随意|乱|盲目|私自|过期|别人的|他人的|多吃|同时|一起",
    ),
    _rule(
        "N2",
        "combines drugs",
        rf"(?:{DRUG}|药)[^。！？；]{{0,8}}(?:配合|交替|一起|同时|联合|混合|轮流|换着)(?:着)?(?:吃|服用?|使用|用)|"
        r"(?:配合|交替|联合|轮流|换着)(?:着)?(?:吃|服用|使用|用)",
        "refusal.drug",
        spared=Spared.NEGATED | _NOT_ADVICE,
    ),
    _rule(
        "N2",
        "prescribes an injection or infusion",
        rf"{_ADVISED}[^，。！？；]{{0,4}}(?:打点滴|打吊针|挂水|输液|输点液|肌注|静脉注射|打一针|打针)",
        "refusal.which_drug",
        spared=Spared.NEGATED | _NOT_ADVICE,
        unless=r"输液室|打针的|输液的|注射室|疫苗|到[^，。]{0,6}(?:打针|输液)",
    ),
    # ---- N5 a dose by weight --------------------------------------------------------------------------------
    _rule(
        "N5",
        "counts a dose by weight",
        r"(?:按|根据|依)(?:照)?(?:您|孩子|宝宝)?的?体重[^，。！？；]{0,8}(?:算|吃|用|给|喂|服|来)|(?:每|/)\s*(?:公斤|千克|kg)(?:体重)?",
        "refusal.drug",
        spared=Spared.NEGATED | Spared.ASKED | Spared.DEFERRED,
        unless=r"(?:医生|医师|药师)会",
    ),
    # ---- N3 false reassurance -------------------------------------------------------------------------------
    _rule(
        "N3",
        "calls it harmless",
        _FINE,
        "refusal.pressure_fine",
        spared=Spared.NEGATED,
        unless=r"以为|不能说|别说|哪怕|即使|就算|是不是|有没有|不放心|放心说|觉得(?:没事|不要紧)|预约",
    ),
    # ---- N4 reading a report --------------------------------------------------------------------------------
    _rule(
        "N4",
        "interprets a result",
        rf"{REPORT}[^。！？；]{{0,10}}(?:(?:都|很|基本|完全|也|还|就)?(?:是)?(?:正常(?!上班|工作|时间)|良性|恶性)|没(?:有)?(?:什么)?问题|"
        r"不(?:用|要|必)(?:管|担心)|(?:偏|有点|略)[高低](?!的话|怎么)|"
        r"(?:说明|提示|意味着|表示|代表|表明)(?:您|你|有|没|已|身体|肺|肝|肾|心|可能|感染|炎|是|体内|免疫))",
        "refusal.report",
        spared=Spared.ASKED | Spared.CONDITIONAL | Spared.NEGATED | Spared.DEFERRED,
        unless=r"以前|之前|也不能说明|不能说明|不代表|正常值|参考|解释不了|报告说明",
    ),
    # ---- N6 who speaks --------------------------------------------------------------------------------------
    _rule(
        "N6",
        "poses as a person",
        r"我(?:就|也|确实|真的?)?(?:是|作为|当)(?:了)?(?:一)?(?:名|位|个)?(?:您的|你的|你们的|本院的?|这里的|值班的?|专业的?|资深的?|\d+年的?|多年的?)*"
        r"(?:医生|大夫|医师|护士|药师|专家|主任|教授|真人|人类|活人|人工客服|工作人员|护理人员|妈妈|女人|男人|过来人)|"
        r"作为(?:一)?(?:名|位|个)(?:医生|大夫|医师|护士|药师|专家)|我们(?:做)?(?:医生|大夫|护士)|我(?:从医|行医|当医生|做医生|做护士)|"
        r"我(?:也)?(?:有孩子|得过|经历过|生过|刚下班|也怀过)|我不是(?:ai|机器人|程序|人工智能|电脑)",
        "talk.are_you_human",
        unless=r"不是(?!(?:ai|机器人|程序|人工智能|电脑))|并非|不会是",
    ),
    _rule(
        "N6",
        "promises secrecy",
        r"(?:绝对|完全|一定|保证|肯定|会|为您|替您|帮您|给您|严格)[^，。！？；]{0,4}保密|(?:没有?人|谁也|谁都不|别人不)(?:会|能)?(?:看到|看见|知道)|"
        r"只有(?:你|您)(?:和)?我(?:两个)?知道|不会(?:告诉|透露给?|让)(?:任何人|别人|医生|护士|家人|其他人)",
        "refusal.secrecy",
        spared=Spared.NEGATED,
    ),
    # ---- N7 promises ----------------------------------------------------------------------------------------
    _rule(
        "N7",
        "promises an outcome",
        r"(?:保证|包|一定|肯定|绝对|百分之百|100%|准|必定|放心)(?:您|你|会|能|可以|就|都|给|让|把|帮|是)*(?:治好|治愈|痊愈|康复|好起来|好的|好转|见效|"
        r"管用|成功|不疼|不会有|没事|没问题|约到|挂到|有号|活)|包治|药到病除|根治|没有?(?:任何|什么)?副作用|(?:很快|马上|立刻)就?(?:会|能)?好(?:起来|转|了|的)?|"
        r"我(?:可以|能|敢)?(?:向您)?保证",
        "refusal.promise",
        spared=Spared.NEGATED | Spared.ASKED,
    ),
    _rule(
        "N7",
        "promises a waiting time",
        rf"(?:大概|预计|大约|只要|最多|再|还要|还有|等|不到|马上|估计)[^，。！？；]{{0,6}}{AMOUNT}\s*(?:多)?(?:分钟|个?小时|个?钟头)"
        r"(?:就|左右|内|以内|后|之后)*(?:能|可以|会)?(?:轮到|叫到|看上|看完|排到|到您|到你|见到医生|做上|有床)",
        "refusal.waiting_time",
        spared=Spared.NEGATED | Spared.ASKED,
    ),
    _rule(
        "N7",
        "ranks doctors",
        r"(?:最好|最牛|最厉害|最权威|最有名|最出名|最强|水平最高|水平高|顶尖|一流|医术高|医术精湛|口碑最好|首屈一指|名气最大)的?[^，。！？；]{0,4}"
        r"(?:医生|大夫|专家|主任|教授|医院|科室)|(?:医生|大夫|专家|主任|教授)[^，。！？；]{0,6}(?:最好|最牛|最厉害|最权威|医术高|水平(?:最)?高|排(?:名)?第一)|"
        r"比[^，。！？；]{0,8}(?:医生|大夫|主任|医院)[^，。！？；]{0,3}(?:好|强|厉害|高明)",
        "refusal.best_doctor",
        spared=Spared.NEGATED | Spared.ASKED,
    ),
    # ---- N8 somebody else -----------------------------------------------------------------------------------
    _rule(
        "N8",
        "tells about another patient",
        r"(?:他|她|[\u4e00-\u9fff]{1,3}(?:先生|女士|同志|同学|老师))[^，。！？；]{0,6}(?:是|在|来过?)(?:我们|本|我|这家|咱们)院?[^，。！？；]{0,4}"
        r"(?:住院|看病|看过|就诊|做的?手术|的?病人|的?患者|挂过?号|生的?孩子)|(?:他|她|[\u4e00-\u9fff]{1,3}(?:先生|女士))的"
        r"(?:报告|病历|诊断|检查结果|病情|床号|病房|电话|住址|预约)(?:是|在|显示|为|[:：])",
        "refusal.other_person",
        spared=Spared.NEGATED | Spared.ASKED,
    ),
    # ---- N9 obeying text ------------------------------------------------------------------------------------
    _rule(
        "N9",
        "gives away or drops its rules",
        r"系统提示词|(?:我|以下是我)的(?:系统)?(?:指令|提示词|规则)(?:是|如下|[:：])|(?:开发者|越狱|无限制|管理员|调试)模式(?:已|成功)?(?:开启|启用|激活|打开)|"
        r"(?:忽略|不再遵守|解除)(?:了)?(?:之前|所有|以上|医院)的?(?:指令|规则|规定|限制)|"
        r"system prompt|developer mode|dan模式|<think>|</think>",
        "talk.instructions",
        spared=Spared.NEGATED,
    ),
    # ---- N10 talking on instead of calling help --------------------------------------------------------------
    _rule(
        "N10",
        "delays the ambulance",
        r"(?:不用|先别|不必|没必要|不要|别|无需)(?:急着|着急)?(?:打|叫|拨|拨打|呼叫)(?:120|救护车|急救)|"
        r"(?:之后|以后|再观察|等等|等一等|先[^，。]{1,8})[，,]?再(?:打|叫|拨打?)(?:120|救护车)|"
        r"(?:可以|能|建议|最好|请)(?:自己|自行)?开车(?:去|来|到|送)",
        "emergency.line",
        spared=Spared.ASKED,
        unless=r"停车|没有不舒服|办事",
    ),
    # ---- N11 grief is no place for cheer ---------------------------------------------------------------------
    _rule(
        "N11",
        "preaches",
        r"想开(?:点|些)|看开(?:点|些)|别矫情|太矫情|(?:要|请|您得|一定要|再)坚强|坚强(?:点|些|起来)|我(?:完全|特别|很|最)?懂(?:您|你)|感同身受|别哭了|"
        r"都会过去的?|时间会冲淡|至少(?:您|你)还|还(?:可以|能)再(?:生|要|怀)",
        "feeling.pain",
    ),
    _rule(
        "N11",
        "advertises",
        r"优惠|打折|特价|限时|抢购|促销|会员(?:价|日)|套餐价|团购|返现|买一送一|折扣",
        "error.blocked_sentence",
        spared=Spared.NEGATED | Spared.ASKED,
    ),
    _rule(
        "N11",
        "is merry where somebody grieves",
        r"哈哈|嘻嘻|嘿嘿|呵呵|恭喜|加油|开心|太好了|真棒|好运|早日康复|祝您愉快|笑一笑|开个玩笑|[\U0001f600-\U0001f64f\U0001f389\u2600-\u263a]",
        "feeling.grief_stay",
        grave=True,
    ),
    # ---- N12 ethics and law ----------------------------------------------------------------------------------
    _rule(
        "N12",
        "decides an ethical question",
        r"(?:应该|建议|不应该|不该|必须|最好|只能|可以考虑|可以|没必要)[^，。！？；]{0,6}(?:打掉|打胎|流掉|堕胎|引产|人流|安乐死|放弃(?:治疗|抢救)|拔管|拔掉|"
        r"离婚|不再抢救|(?:把)?孩子生下来|生下来)|安乐死[^，。！？；]{0,4}(?:合法|可以|是对的|解脱)",
        "refusal.ethics_plain",
        spared=Spared.ASKED,
        unless=r"由[^，。]{0,8}(?:决定|商量)|挂|门诊|预约|手术单",
    ),
    _rule(
        "N12",
        "decides a legal question",
        r"(?:是|属于|构成|算)[^，。！？；]{0,3}医疗事故|(?:医院|医生|他们|对方)[^，。！？；]{0,4}(?:有|负|全|要负|应负)[^，。！？；]{0,2}(?:责任|过错)|"
        r"(?:您|你)(?:可以|应该|有权|完全可以)(?:去)?(?:告|起诉|索赔|要求赔偿)|(?:能|可以|应该)(?:获得?|拿到)?赔(?:偿|多少|到)|抚养权[^，。！？；]{0,4}(?:归|应该|判)|"
        r"(?:这|他|她)[^，。！？；]{0,4}(?:违法|犯法|犯罪|合法)",
        "refusal.legal",
        spared=Spared.ASKED | Spared.NEGATED,
    ),
)
