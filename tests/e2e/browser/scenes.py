"""Cards as the service sends them, for scenes of the scripted server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.e2e.browser.stage import Frame

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day(ahead: int) -> str:
    """An ISO date so many days after the hospital's today."""
    return (datetime.now(SHANGHAI) + timedelta(days=ahead)).date().isoformat()


def action(label: str, value: str, name: str = "answer") -> Frame:
    """An action of a card."""
    return {"label": label, "action": name, "value": value}


def question(kind: str, text: str, *labels: str, remaining: int = 3) -> Frame:
    """A question of the interview; option values are p1:0, p1:1 and so on."""
    options = [{"label": label, "value": f"p1:{at}"} for at, label in enumerate(labels)]
    return {
        "type": "triage_question",
        "question_id": "q1",
        "text": text,
        "kind": kind,
        "options": options,
        "remaining": remaining,
        "actions": [action(option["label"], option["value"]) for option in options],
    }


DANGER_SIGNS = question(
    "multi",
    "现在有下面这些情况吗？",
    "突然炸开一样的头痛",
    "发烧，脖子发硬",
    "一边手脚没力气",
    "看东西重影",
    "都没有",
    "不清楚",
)

DEPARTMENTS: list[Frame] = [
    {"id": "D05", "name": "神经内科", "why": "头痛伴恶心三天，先由神经内科评估"},
    {"id": "D14", "name": "眼科", "why": "看东西模糊时再看"},
]


def result(disposition: str = "OPD", title: str = "建议这两天看神经内科门诊") -> Frame:
    """The outcome of a triage."""
    bookable = disposition not in {"CALL_120", "ED_NOW"}
    return {
        "type": "triage_result",
        "disposition": disposition,
        "flags": [],
        "title": title,
        "reasons": [
            {
                "text": "头痛持续三天，没有危险信号",
                "quote": "头疼三天了，有点恶心",
                "rule_id": "HA-07",
                "source": "MTS 头痛图表",
            },
            {"text": "伴恶心，需要当面检查", "quote": "有点恶心", "rule_id": "HA-09", "source": "OK:头痛诊疗专家共识"},
        ],
        "departments": DEPARTMENTS,
        "safety_net": ["头痛突然加重，或像炸开一样", "呕吐不止、发烧、脖子发硬", "说话不清、手脚没力气"],
        "self_care": ["在安静、光线暗的房间休息", "记下疼的时间和部位，就诊时告诉医生"],
        "complaint_ids": ["headache"],
        "knowledge_version": "2026.11.1",
        "actions": [action(f"挂{one['name']}", one["id"], "book") for one in DEPARTMENTS] if bookable else [],
    }


def slots() -> Frame:
    """Free slots on two days, one of them full."""
    rows = [
        (1, "morning", "09:00", "09:30", "林雨桐", "主治医师", 1500, 3),
        (1, "morning", "10:00", "10:30", "沈知远", "主任医师", 5000, 1),
        (2, "afternoon", "14:00", "14:30", "林雨桐", "主治医师", 1500, 0),
        (2, "afternoon", "15:30", "16:00", "何敬亭", "副主任医师", 3050, 5),
    ]
    items = [
        {
            "slot_id": f"sl{at}",
            "date": day(ahead),
            "period": period,
            "start": start,
            "end": end,
            "doctor": doctor,
            "title": title,
            "fee_cents": fee,
            "left": left,
        }
        for at, (ahead, period, start, end, doctor, title, fee, left) in enumerate(rows)
    ]
    actions = [action(f"{item['doctor']} {item['start']}", f"p2:{item['slot_id']}") for item in items]
    return {
        "type": "slots",
        "department": "神经内科",
        "items": items,
        "actions": [*actions, action("换一天", "p2:other")],
    }


IDENTITY: Frame = {
    "type": "identity_form",
    "form": "identity",
    "fields": [
        {"name": "name", "label": "就诊人姓名", "kind": "text", "required": True},
        {"name": "id_number", "label": "身份证号码", "kind": "id_number", "required": True},
        {"name": "phone", "label": "手机号码", "kind": "phone", "required": True},
    ],
    "why": "挂号要实名。医院用这些信息建档，别处都只显示打星号的样子。",
    "actions": [],
}


def review(seconds: float = 600) -> Frame:
    """A booking to confirm, kept for so many seconds."""
    return {
        "type": "booking_review",
        "hold_id": "h1",
        "expires_at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
        "patient": "李** 1101**********1234 138****5678",
        "department": "神经内科",
        "doctor": "林雨桐",
        "date": day(1),
        "start": "09:00",
        "fee_cents": 1500,
        "rules": ["就诊前 2 小时可以取消", "请提前 15 分钟到候诊区报到"],
        "actions": [action("确认预约", "p3:yes"), action("放弃", "p3:no")],
    }


def appointment(status: str = "booked", identifier: str = "a1") -> Frame:
    """A booked visit."""
    return {
        "type": "appointment",
        "appointment_id": identifier,
        "status": status,
        "number": 7,
        "department": "神经内科",
        "doctor": "林雨桐",
        "date": day(1),
        "start": "09:00",
        "where": "门诊楼 4层 A区候诊",
        "bring": ["有效身份证件", "医保卡或医保电子凭证", "以往的病历和正在吃的药"],
        "actions": [action("取消这个预约", identifier, "cancel_appointment")] if status == "booked" else [],
    }


SOURCES: list[Frame] = [{"id": "parking", "title": "停车与交通", "section": "停车场"}]

GUIDE: Frame = {
    "type": "guide",
    "answer": "门诊楼北侧地下有停车场，入口在康宁路。",
    "sources": SOURCES,
    "actions": [],
}

ESCALATION: Frame = {
    "type": "escalation.raised",
    "in_reply_to": None,
    "disposition": "CALL_120",
    "rule_ids": ["RF-001"],
    "text": "您描述的情况有危险可能，请现在就拨打 120（可开免提，我继续陪您）。不要自己开车，不要继续排队。",
    "phone": "120",
    "crisis": False,
}
