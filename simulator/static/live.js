// The live view: each webhook and each request, with its answer and what is wrong with it.
import { $, clockWithSeconds, el } from "./dom.js";

const list = $("#exchanges");
const KEEP = 200;

export function start() {
  $("#only-problems").addEventListener("change", (event) => list.classList.toggle("only", event.target.checked));
}

export function take(event) {
  const problems = (event.problems ?? []).map((p) => el("p", { class: "problem" }, `${p.code}  ${p.text}`));
  const row = el("li", { class: problems.length ? "wrong" : "" });
  if (event.kind === "problem") row.append(...problems);
  else row.append(el("details", {}, summary(event), inside(event)), ...problems);
  if (event.note) row.append(el("p", { class: "note" }, event.note));
  list.prepend(row);
  while (list.children.length > KEEP) list.lastChild.remove();
}

function summary(event) {
  const whole = event.url.replace(/^https?:\/\/[^/]+/, "");
  const path = event.direction === "rest" ? whole.replace(/^.*?\/(twilio|graph)\//, "").replace(/[0-9a-f]{28}([0-9a-f]{4})/g, "…$1") : whole;
  const took = event.milliseconds === undefined ? "" : `${event.milliseconds} ms`;
  return el("summary", {},
    el("time", {}, clockWithSeconds(event.at)),
    el("span", { class: `tag ${event.direction}` }, event.direction === "rest" ? "request" : "webhook"),
    el("span", { class: "what" }, event.what),
    el("span", { class: "path", title: event.url }, `${event.method} ${path}`),
    el("span", { class: "status" }, event.status ? String(event.status) : "no answer"),
    el("span", { class: "took" }, took));
}

function inside(event) {
  const sent = event.fields ? fields(event.fields) : el("pre", {}, json(event.body));
  const answer = typeof event.answer === "string" ? markup(event.answer, event.content_type) : el("pre", {}, JSON.stringify(event.answer, null, 2));
  return el("div", { class: "inside" }, el("div", {}, el("h3", {}, "Sent"), sent), el("div", {}, el("h3", {}, `Answer ${event.content_type ?? ""}`), answer));
}

function fields(found) {
  return el("dl", {}, ...Object.entries(found).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value === "" ? "–" : value)]));
}

function json(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text ?? "";
  }
}

function markup(text, kind) {
  const tree = /xml|html/.test(kind ?? "") ? new DOMParser().parseFromString(text, "text/xml") : null;
  const box = el("pre", {});
  if (!tree || tree.querySelector("parsererror")) box.textContent = text || "(empty)";
  else write(box, tree.documentElement, "");
  return box;
}

/** TwiML, indented and coloured, built as nodes. */
function write(box, node, indent) {
  const span = (kind, words) => el("span", { class: kind }, words);
  box.append(indent, "<", span("el", node.nodeName));
  for (const attribute of node.attributes) box.append(" ", span("at", attribute.name), "=", span("va", `"${attribute.value}"`));
  const children = [...node.childNodes].filter((child) => child.nodeType === 1 || child.textContent.trim());
  if (!children.length) return void box.append("/>\n");
  const inner = children.every((child) => child.nodeType === 3);
  box.append(inner ? ">" : ">\n");
  for (const child of children) {
    if (child.nodeType === 1) write(box, child, `${indent}  `);
    else box.append(inner ? child.textContent : `${indent}  ${child.textContent.trim()}\n`);
  }
  box.append(inner ? "" : indent, "</", span("el", node.nodeName), ">\n");
}
