/** The console's HTTP calls. */

const BASE = "/console/api";
const SAYS = {
  bad_fields: "填写的内容不符合要求，请检查。",
  too_long: "内容太长。",
  conflict: "刚刚有人先处理了，页面已更新。",
  expired: "登录已过期，请重新登录。",
  forbidden: "没有权限。",
  not_found: "没有找到。",
  rate_limited: "操作太频繁，请稍后再试。",
  unavailable: "服务暂时不可用，请稍后再试。",
};

/** A call that was refused: `says` is what to tell the user. */
export class Problem extends Error {
  constructor(status, { code = "", detail = "" } = {}, retryAfter = 0) {
    super(code || String(status));
    Object.assign(this, { status, code, detail, retryAfter });
  }

  get says() {
    return SAYS[this.code] ?? (this.status ? "操作没有成功，请重试。" : "网络不通，请稍后再试。");
  }
}

async function call(method, path, body) {
  const options = { method, cache: "no-store", referrerPolicy: "no-referrer", credentials: "same-origin" };
  if (method !== "GET") Object.assign(options, { body: JSON.stringify(body ?? {}), headers: { "content-type": "application/json" } });
  const answer = await fetch(BASE + path, options).catch(() => {
    throw new Problem(0);
  });
  const content = await answer.text();
  if (!answer.ok) throw new Problem(answer.status, parsed(content), Number(answer.headers.get("retry-after")));
  return content ? JSON.parse(content) : null;
}

/** A proxy's error page is no JSON. */
function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return {};
  }
}

/** The calls; `expired` is told when the session is over. */
export const apiOf = (expired) => {
  const guarded = (method) => async (path, body) => {
    try {
      return await call(method, path, body);
    } catch (problem) {
      if (problem.code === "expired") expired();
      throw problem;
    }
  };
  return { get: guarded("GET"), post: guarded("POST"), put: guarded("PUT"), delete: guarded("DELETE") };
};

/** A path with what is not empty as its query. */
export function pathOf(path, query) {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return kept.size ? `${path}?${kept}` : path;
}
