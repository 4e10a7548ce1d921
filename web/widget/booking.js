/** Cards of booking: free slots, the review before the yes, the appointment. */

import { actionRow, button, h, list } from "./dom.js";

const PERIODS = { morning: "上午", afternoon: "下午" };
const STATUS = { booked: "已预约", cancelled: "已取消", arrived: "已报到", fulfilled: "已就诊", noshow: "未到诊", pending: "待确认" };
const DAY_MS = 86_400_000;

/** 「明天 · 12月3日 周四」, from an ISO date. */
export function dayName(iso, nowMs = Date.now()) {
  const day = new Date(`${iso}T00:00`);
  const distance = Math.round((day - new Date(nowMs).setHours(0, 0, 0, 0)) / DAY_MS);
  const near = ["今天 · ", "明天 · ", "后天 · "][distance] ?? "";
  return `${near}${day.getMonth() + 1}月${day.getDate()}日 周${"日一二三四五六"[day.getDay()]}`;
}

/** From fen. */
export const yuan = (cents) => `${cents % 100 ? (cents / 100).toFixed(2) : cents / 100} 元`;

const when = ({ date, start }) => `${dayName(date)} ${start}`;
const facts = (pairs) => h("dl", Object.entries(pairs).map(([name, value]) => h("div", h("dt", name), h("dd", value))));

/** Slots by day; the server sends one action per slot, in the same order. */
export function slots(card, acts) {
  const { items, actions } = card;
  const slot = (item) => {
    const action = actions[items.indexOf(item)];
    const free = item.left > 0 && action;
    const row = [
      h("span.time", `${PERIODS[item.period]} ${item.start}–${item.end}`),
      h("span.fee", yuan(item.fee_cents)),
      h("span.who", h("strong", item.doctor), ` ${item.title}`),
      h("span.left", free ? `余 ${item.left}` : "约满"),
    ];
    return h("li", button(row, () => acts.choose(action), "slot", { disabled: !free }));
  };
  const days = [...new Set(items.map((item) => item.date))];
  const day = (date) => h("section.day", h("h4", dayName(date)), h("ul", items.filter((item) => item.date === date).map(slot)));
  return [
    h("h3", [card.department, card.doctor].filter(Boolean).join(" · ")),
    items.length ? days.map(day) : h("p", "没有找到合适的号。"),
    actionRow(actions.slice(items.length), acts),
  ];
}

/** What is about to be booked. The place is kept until `expires_at`; then the buttons go. */
export function review(card, acts, { section }) {
  const clock = h("strong", { role: "timer" });
  const kept = h("p", "号源为您保留 ", clock);
  const tick = () => {
    const seconds = Math.ceil((Date.parse(card.expires_at) - Date.now() - acts.skewMs()) / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    kept.hidden = section.firstChild.disabled;
    if (seconds > 0 && !kept.hidden) return;
    clearInterval(timer);
    kept.textContent = "保留时间已过，请重新选号。";
    for (const choice of section.querySelectorAll("button")) choice.disabled = true;
  };
  const timer = setInterval(tick, 1000);
  setTimeout(tick);
  return [
    h("h3", "请核对，确认后才算预约成功"),
    facts({
      就诊人: card.patient,
      科室: card.department,
      医生: card.doctor,
      时间: when(card),
      挂号费: yuan(card.fee_cents),
      ...(card.reason && { 就诊原因: card.reason }),
    }),
    list("预约须知", card.rules),
    kept,
    actionRow(card.actions, acts, "primary"),
  ];
}

/** A booked visit, laid out like the slip a registration window hands out. */
export function appointment(card, acts, { section }) {
  const booked = card.status === "booked";
  const who = h("div", h("strong.state", STATUS[card.status]), h("h3", card.department), h("p", card.doctor));
  return [
    h("header.slip", { "data-status": card.status }, who, h("div.number", "就诊序号", h("strong", `${card.number}`))),
    facts({ 时间: when(card), 地点: card.where }),
    booked && list("请带好", card.bring),
    booked ? h("div.actions", button("打印", () => acts.print(section)), actionRow(card.actions, acts)) : actionRow(card.actions, acts),
  ];
}

export function appointmentList(card, acts) {
  const entry = (item) => {
    const section = h("article.entry");
    section.append(h("fieldset.body", appointment(item, acts, { section })));
    return section;
  };
  return [h("h3", "我的预约"), card.items.length ? card.items.map(entry) : h("p", "目前没有预约。"), actionRow(card.actions, acts)];
}
