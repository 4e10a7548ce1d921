"""The wording of attempts to instruct the machine, by kind: what `agent.safety.injection` looks for."""

from __future__ import annotations

import re
from enum import StrEnum


class TrickKind(StrEnum):
    """What a piece of text tries to do."""

    RULE_OVERRIDE = "rule_override"
    ROLE_CHANGE = "role_change"
    FALSE_AUTHORITY = "false_authority"
    FAKE_MESSAGE = "fake_message"
    PROMPT_LEAK = "prompt_leak"
    COMMAND = "command"
    OTHERS_DATA = "others_data"
    HIDDEN_TEXT = "hidden_text"
    ENCODED_TEXT = "encoded_text"


_DROP = (
    r"(?:忽略|无视|忘记|忘掉|抛开|抛弃|绕过|绕开|跳过|解除|取消|关闭|覆盖|推翻|不要遵守|不用遵守|不要管|别管|停止遵守|违反)"
    r"(?:掉|了)?"
)
_RULES = r"(?:指令|指示|命令|规则|规定|设定|设置|提示词|限制|约束|身份|角色|安全策略|安全机制|审查|过滤|内容|对话|一切)"
_WHOSE = r"(?:你|您|系统|以上|上面|之前|前面|此前|先前|所有|全部|一切|任何|原来|初始|内部|隐藏|医院|开发者)"
_PERSONA = (
    r"(?:(?:一|1)?(?:个|名|位|只|台)?(?:没有|不受|无)(?:任何)?(?:限制|约束|道德|审查)[^，。、]{0,10}|[^，。、]{0,6}?"
    r"(?:医生|大夫|专家|主任|药师|护士|老中医|医师|神医|猫娘?|女友|女朋友|男朋友|老公|老婆|黑客|开发者|管理员|真人|人类|"
    r"模型|助手|机器人|ai|dan|奶奶|外婆|妈妈|律师|程序))"
)
_SHOW = (
    r"(?:告诉我?|输出|打印|显示|重复|复述|说出|说一下|泄露|给我看看?|发给我|发我|展示|翻译|写出|列出|背一?遍?|公开|总结)"
    r"(?:一下|一遍|出来)?"
)
_INSIDES = (
    r"(?:系统提示词?|提示词|系统指令|初始指令|初始设定|(?:内部|隐藏)(?:规则|指令|设定)|你的(?:指令|设定|规则)|"
    r"(?:上面|以上|之前)的?(?:全部|所有|一切)?(?:指令|系统消息|提示))"
)
_OWNER = r"(?:你的|本?系统的?|后台的?|超级|这个(?:系统|程序|ai)的?|医院的?系统)"

CHINESE: tuple[tuple[TrickKind, tuple[str, ...]], ...] = (
    (
        TrickKind.RULE_OVERRIDE,
        (
            rf"{_DROP}[^，。]{{0,4}}{_WHOSE}[^我，。]{{0,10}}?{_RULES}",
            (
                rf"{_DROP}(?:所有|全部|一切|任何)?的?"
                r"(?:指令|系统提示|提示词|限制|约束|安全策略|安全机制|审查|过滤)"
            ),
            r"你?(?:必须|只能|只准)(?:无条件)?(?:服从|听从|执行)我的?(?:一切|所有|任何)?(?:命令|指令|要求)?",
        ),
    ),
    (
        TrickKind.ROLE_CHANGE,
        (
            rf"(?:请你?|你)?(?:假装|扮演|假扮|充当|模拟|模仿|冒充|装作|装成)(?:成|为|自己是|你是|一下)*{_PERSONA}",
            rf"(?:假设|假定|想象)(?:你|自己)(?:现在)?(?:是|就是|变成){_PERSONA}",
            rf"(?:从现在(?:起|开始)|从此刻起|今后|接下来)，?(?:请)?(?:你|您)(?:就)?(?:是|叫|变成|作为|当){_PERSONA}",
            rf"(?:你|您)现在(?:就)?(?:是|变成|成为)(?!不是){_PERSONA}(?!吗|么)",
            r"(?:进入|开启|打开|启用|切换到?|激活)了?[^，。]{0,4}(?:开发者|越狱|无限制|管理员|调试|上帝)模式",
            r"越狱模式|开发者模式",
        ),
    ),
    (
        TrickKind.FALSE_AUTHORITY,
        (
            rf"我才?(?:是|就是){_OWNER}(?:开发者|开发人员|管理员|主人|程序员|工程师|创造者|测试人员|用户)",
            r"我才?(?:是|就是)(?:开发者|管理员)(?=[，。]|$)",
            r"(?:管理员|开发者|root)权限已?(?:验证|确认|通过|开启)",
        ),
    ),
    (
        TrickKind.PROMPT_LEAK,
        (
            rf"{_SHOW}[^，。]{{0,6}}{_INSIDES}",
            r"(?:你|您)的(?:系统)?(?:提示词|指令|设定)(?:是|都?有|写)(?:什么|啥|哪些|怎么写的?)?",
        ),
    ),
    (
        TrickKind.COMMAND,
        (
            (
                r"(?:执行|运行|调用)(?:一下|以下|这段|这个|如下)?[^，。]{0,6}"
                r"(?:sql|代码|脚本|shell|python|函数|接口|工具|bash)"
            ),
        ),
    ),
    (
        TrickKind.OTHERS_DATA,
        (
            (
                r"(?:把|给我|列出|导出|查|显示|发我?)[^，。]{0,6}(?:所有|全部|其他|别的|每个|上一个|前一个)"
                r"(?:人|病人|患者|用户|就诊人)的?"
                r"(?:名单|信息|电话|手机号|病历|记录|身份证号?|对话|聊天记录|资料|数据)?"
            ),
        ),
    ),
)
"""Over the normal form: width, script and gaps make no difference, brackets are commas."""

RAW: tuple[tuple[TrickKind, tuple[str, ...]], ...] = (
    (
        TrickKind.RULE_OVERRIDE,
        (
            (
                r"\b(?:ignore|disregard|forget|override|bypass)\s+"
                r"(?:(?:all|any|the|your|previous|prior|above|of|these|my|earlier)\s+){0,6}"
                r"(?:instructions?|prompts?|rules?|guidelines|guardrails|restrictions|messages?)\b"
            ),
        ),
    ),
    (
        TrickKind.ROLE_CHANGE,
        (
            (
                r"\b(?:you\s+are\s+now|act\s+as|pretend\s+(?:to\s+be|you\s+are)|role-?\s?play\s+as)"
                r"\s+[A-Za-z][A-Za-z ,'-]{0,40}"
            ),
            r"\b(?:developer|dan|jailbreak|god)\s+mode\b|\bjailbreak\b",
        ),
    ),
    (
        TrickKind.FALSE_AUTHORITY,
        (r"\b(?:i\s+am|i'm)\s+(?:your|the)\s+(?:developer|admin(?:istrator)?|creator|owner)\b",),
    ),
    (
        TrickKind.PROMPT_LEAK,
        (
            (
                r"\b(?:what|show|reveal|print|repeat|tell)\b[^.?!。？！\n]{0,30}"
                r"(?:system\s+prompt|your\s+(?:instructions|prompt|rules)|everything\s+above)"
            ),
            r"\b(?:repeat|print|output)\s+(?:everything|all|the\s+text|the\s+words)\s+above\b",
        ),
    ),
    (
        TrickKind.COMMAND,
        (
            r"\b(?:drop|truncate)\s+table\s+\w+|\bselect\s+[\w*, ]{1,40}\sfrom\s+\w+|\bdelete\s+from\s+\w+",
            r"\brm\s+-rf\s+\S+|\bsudo\s+\w+|\b(?:call|invoke)\s+the\s+\w+\s+(?:tool|function)\b",
            r"<script\b[^>]{0,200}>|javascript:|!\[[^\]\n]{0,80}\]\([^)\n]{1,400}\)",
            r"\$\([^)\n]{1,80}\)|\{\{[^}\n]{1,80}\}\}|;\s{0,4}--\s|'\s{0,4}or\s{1,4}1\s{0,4}=\s{0,4}1",
        ),
    ),
    (
        TrickKind.FAKE_MESSAGE,
        (
            r"<\|[a-z_]{2,20}\|>(?:[ \t]{0,4}(?:system|assistant|user|tool)\b)?|\[/?(?:INST|SYS)\]|<</?SYS>>",
            r"</?(?:system|assistant|tool_result|tool_call|function_calls?|think|instructions?|context)>",
            (
                r"^[ \t]{0,8}(?:#{1,4}[ \t]{0,4})?(?:system|assistant|developer|tool|"
                r"系统消息|系统指令|系统提示词|助手|工具返回|开发者消息)[ \t]{0,4}[:：]"
            ),
            r"\"role\"[ \t]{0,4}:[ \t]{0,4}\"(?:system|assistant|tool|developer)\"",
            r"[【\[](?:系统(?:消息|指令|命令|提示词)|管理员指令|system)[】\]]",
            r"-{3,20}[ \t]{0,4}(?:END|BEGIN|结束|开始)[^\n-]{0,30}-{3,20}",
        ),
    ),
    (
        TrickKind.HIDDEN_TEXT,
        (
            "[\U000e0000-\U000e007f]+|[\u202a-\u202e\u2066-\u2069]+|[\u200b\u200c\u2060-\u2064\ufeff]{2,}",
            "(?<=[\u4e00-\u9fff])[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]+(?=[\u4e00-\u9fff])",
        ),
    ),
    (
        TrickKind.ENCODED_TEXT,
        (r"(?:\\u[0-9a-fA-F]{4}){3,}", r"(?:%[0-9a-fA-F]{2}){6,}", r"(?:&#x?[0-9a-fA-F]{2,6};){3,}"),
    ),
)
"""Over the raw text: English, markup, and what only its marks give away."""


def compiled(table: tuple[tuple[TrickKind, tuple[str, ...]], ...]) -> tuple[tuple[TrickKind, re.Pattern[str]], ...]:
    """Each row as one pattern that takes any of its alternatives, in any case."""
    return tuple((kind, re.compile("|".join(rows), re.IGNORECASE | re.MULTILINE)) for kind, rows in table)
