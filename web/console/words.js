/** What codes and times are called on the console. */

export const URGENCIES = { red: "紧急", yellow: "待接", none: "普通" };
export const HOLDINGS = { agent: "助手接待", waiting: "等待人工", nurse: "护士接待" };
export const CAUSES = {
  asked: "要求人工",
  crisis: "心理危机",
  escalation: "红旗警报",
  policy: "按规定转人工",
  failed: "助手出错",
  nurse: "护士发起",
};
export const AGEING = { fine: "", late: "超 5 分钟未看", overdue: "超 10 分钟未看" };
export const DISPOSITIONS = {
  CALL_120: "拨打 120",
  ED_NOW: "立即急诊",
  VISIT_24H: "24 小时内就诊",
  OPD: "门诊",
  HOME: "居家观察",
};
export const CHANNELS = { web: "网页", kiosk: "自助机", wechat: "微信", api: "接口" };
export const WHYS = { escalated: "红旗警报", unclear: "没听懂", negative: "患者不满意", random: "随机抽查" };
export const AUTHORS = { patient: "患者", agent: "助手", nurse: "护士" };
export const ORIGINS = { fixed: "固定文本", knowledge: "知识库", model: "模型生成", nurse: "护士", feedback: "评价" };
export const ROLES = { nurse: "护士", supervisor: "护士长", admin: "管理员" };
export const FLAGS = { raised: "已触发", denied: "已否认", open: "未明确" };
export const AXES = {
  factuality: "真实性",
  safety: "安全性",
  empathy: "共情",
  completeness: "完整性",
  readability: "易读性",
};
export const FAULTS = {
  urgency: "紧急程度不对",
  department: "科室不对",
  understanding: "理解错了",
  wording: "说法不妥",
  knowledge: "缺少知识",
};

const MINUTE_MS = 60_000;
const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric" });
const FULL = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

/** How long ago, in the largest unit that fits: 「刚刚」, 「12 分钟」, 「3 小时」, 「2 天」. */
export function ago(at, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / MINUTE_MS));
  if (minutes < 1) return "刚刚";
  if (minutes < 60) return `${minutes} 分钟`;
  return minutes < 60 * 24 ? `${Math.floor(minutes / 60)} 小时` : `${Math.floor(minutes / 60 / 24)} 天`;
}

/** Hour and minute of a moment. */
export const clock = (at) => CLOCK.format(new Date(at));

/** Month and day of a date. */
export const day = (date) => DAY.format(new Date(date));

/** Day, hour and minute of a moment. */
export const moment = (at) => FULL.format(new Date(at));

/** Seconds as somebody says them. */
export function duration(seconds) {
  if (seconds == null) return "—";
  return seconds < 60 ? `${Math.round(seconds)} 秒` : `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} 分钟`;
}

export const percent = (share) => `${(share * 100).toFixed(1)}%`;
