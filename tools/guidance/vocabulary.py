"""The search's own words: what is said in many ways, what is asked, and what says nothing."""

from __future__ import annotations

import re
from typing import Final

SAME: Final = (
    (
        re.compile(
            r"能不能|会不会|可不可以|要不要|是不是|有没有|用不用|行不行|好不好|让不让|开不开|还要不要|为[啥什]么?|"
            r"怎么(?:办|弄|整|处理)?|咋(?:办|弄|整)?|接下来|你们(?:医院|这里?|那里?|院)?|我们|咱们|医院里?头?"
        ),
        " ",
    ),
    (re.compile(r"大夫|医师"), "医生"),
    (re.compile(r"小孩子?|小朋友|宝宝|娃娃?|儿童|婴儿|幼儿"), "孩子"),
    (re.compile(r"礼拜|星期"), "周"),
    (re.compile(r"周[天日]|双休日?"), "周末"),
    (re.compile(r"半夜|夜里|夜间|深夜|凌晨"), "晚上"),
    (re.compile(r"核磁共振|磁共振|mri"), "核磁"),
    (re.compile(r"彩超|b\s?超"), "超声"),
    (re.compile(r"采血|验血|查血"), "抽血"),
    (re.compile(r"饿肚子|饿着|空着肚子|空肚子"), "空腹"),
    (re.compile(r"吊水|打点滴|点滴|挂水|吊瓶|吊针"), "输液"),
    (re.compile(r"x光|拍胸片"), "拍片"),
    (re.compile(r"厕所|洗手间|茅房"), "卫生间"),
    (re.compile(r"重症监护室?|icu"), "重症病房"),
    (re.compile(r"月经|大姨妈"), "例假"),
    (re.compile(r"单据|收据"), "发票"),
    (re.compile(r"退伍"), "退役"),
    (re.compile(r"聊天内容|我说的话|对话记录"), "聊天记录"),
    (re.compile(r"明细"), "清单"),
)
"""What people say, and what the guide calls it; first the small words of a question, which call it nothing."""

ASKING: Final = (
    (
        re.compile(
            r"在?(?:哪里|哪儿|哪边|哪栋楼?|哪个(?:屋|地方|楼|位置|窗口|门)|什么地方|啥地方|几楼|几层|几号楼|几号窗口)|"
            r"哪(?=[办拿取打做结换下抓充领交存推写])|在哪|去哪|怎么走|往哪"
        ),
        "在哪里",
    ),
    (re.compile(r"多少钱|怎么收费|收费|贵不贵|价格|价钱|几块钱|要花多少|什么价"), "多少钱"),
    (re.compile(r"几点钟?|什么时候|啥时候|什么时间|几号能|哪天|何时"), "什么时候"),
    (re.compile(r"多久|多长时间|几天|多少天"), "多久"),
    (re.compile(r"要带(?:什么|啥|点啥|哪些)|带(?:点)?(?:什么|啥)|准备(?:点)?(?:什么|啥|些什么)"), "带什么"),
)
"""What is asked, whatever the wording: a section answers it by its heading."""

_SMALL_WORDS = """
一 一下 一个 一些 一点 一直 一般 上 下 下来 不 不了 不会 不到 不是 不能 与 东西 两
个 中 么 之前 之后 也 了 事 事情 些 人 什么 今天 从 他 他们 以前 以后 会 但 但是
你 你好 俺 做 像 先 全 其实 具体 再 几 出 出来 刚 刚刚 别 到 到底 前 办 医院 去
又 只 可以 各 后 后天 吗 吧 听 呀 呃 告诉 呐 呗 呢 咋 咋办 和 咱 哈 哎 哦 哪
哪个 哪些 唉 啊 啥 啦 嗯 嘛 嘞 回 回去 回来 因为 在 地方 处理 多 多少 够 大概 太
头 她 好 如何 如果 妈 妈妈 它 完 对 将 少 就 左右 已经 帮 帮忙 干 干嘛 应该 开始
弄 往 很 得 快 怎么 怎么办 怎样 您 您好 想 感觉 我 我妈 我爸 或 或者 所以 才 打 找
把 拿 时候 明天 明早 昨天 是 替 有 有人 有点 来 每 比较 没 没有 滴 点 然后 爸 爸爸
现在 用 的 的话 直接 看 真的 着 知道 给 而且 能 能够 自己 行 被 要 让 该 说 请
请问 谁 谢谢 起来 跟 边 过 还 还是 还有 还要 这 这个 这么 这边 进 进去 通常 那 那个
那么 那边 都 里 里头 问 问题 需 需要 非常
"""

FILLERS: Final = frozenset(_SMALL_WORDS.split())
"""Words that say nothing about what a question is about."""
