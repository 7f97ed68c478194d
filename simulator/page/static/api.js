// The page's API: POSTs carry the header that other sites cannot send; events come by SSE.
import { $ } from "./dom.js";

export async function post(path, body = {}) {
  const response = await fetch(`api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Simulator": "1" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    notice(await response.text());
    throw new Error(`simulator: ${response.status}`);
  }
  return response.json();
}

export async function getState() {
  const response = await fetch("api/state");
  if (!response.ok) throw new Error(`simulator: ${response.status}`);
  return response.json();
}

/** Follow events after `seq`. After a break the browser comes back by itself; when the simulator has begun anew, so do we. */
export function follow(seq, onEvent, onLink) {
  let last = seq;
  let lost = false;
  const source = new EventSource(`api/events?after=${seq}`);
  source.onerror = () => { lost = true; onLink("lost"); };
  source.onopen = async () => {
    onLink("live");
    if (lost && (await getState()).seq < last) location.reload();
    lost = false;
  };
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    if (event.seq <= last) return;
    last = event.seq;
    onEvent(event);
  };
}

let hiding = 0;
export function notice(text) {
  const box = $("#notice");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, 6000);
}
