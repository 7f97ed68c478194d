// Small helpers: elements without innerHTML, and times.

export const $ = (selector, root = document) => root.querySelector(selector);

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export const clockWithSeconds = (iso) => new Date(iso).toLocaleTimeString([], { hour12: false });

/** Scroll to the end, unless the reader has scrolled up. */
export function stayAtEnd(list, change) {
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  change();
  if (near) list.scrollTop = list.scrollHeight;
}

export function pretty(number) {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : number;
}
