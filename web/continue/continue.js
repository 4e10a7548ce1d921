/** The phone's side of a terminal's QR code: takes the conversation over and opens it in the assistant. */

import { Store } from "../widget/store.js";

const FAILED = {
  404: "这个二维码已经用过，或者过了 5 分钟。请在自助机上再点一次“手机上继续”。",
  429: "试得太频繁了，请过一分钟再扫。",
};
const OTHERWISE = "现在连不上，请检查网络后再扫一次。";

async function move() {
  const code = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  const headers = { "content-type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify({ code }), cache: "no-store", referrerPolicy: "no-referrer" };
  const answer = await fetch("/v1/continue", options).catch(() => null);
  if (!answer?.ok) return refuse(FAILED[answer?.status] ?? (answer?.status < 500 ? FAILED[404] : OTHERWISE));
  const { resume_token: resume } = await answer.json();
  new Store(location.origin).set("resume", resume);
  return location.replace("/");
}

function refuse(text) {
  document.getElementById("state").textContent = text;
  document.getElementById("again").hidden = false;
}

move();
