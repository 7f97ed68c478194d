// Making elements without HTML text: nothing from the server is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  chat: "M12 3C6.9 3 3 6.6 3 11c0 2.4 1.2 4.5 3 6v4l4-2.2c.6.1 1.3.2 2 .2 5.1 0 9-3.6 9-8s-3.9-8-9-8z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M5 9l7 7 7-7",
  send: "M4 12l16-8-6 16-3-7-7-1z",
  more: "M10 5a2 2 0 1 0 4 0a2 2 0 1 0-4 0M10 12a2 2 0 1 0 4 0a2 2 0 1 0-4 0M10 19a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  check: "M5 12.5l4.5 4.5L19 7.5",
  anchor: "M12 8v13M12 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7 11h10M4 14c.5 4 4 7 8 7s7.5-3 8-7",
};

/** An element: h("button", {class: "x", onclick: f, disabled: true}, "text", child). */
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A decorative icon; the name of the thing stands in its button. */
function icon(name, filled = false) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  svg.classList.add("icon", filled ? "filled" : "stroked");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const LINK = /https?:\/\/[^\s<>"']+/g;

/** Text with its web addresses as links. Only http(s); a full stop or bracket at the end is not part of the address. */
function linked(text, strings) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/, "");
    if (!URL.canParse?.(address) && URL.canParse) continue;
    parts.push(text.slice(end, match.index));
    parts.push(
      h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address,
        h("span", { class: "unseen" }, ` ${strings.opensNew}`)),
    );
    end = match.index + address.length;
  }
  return [...parts, text.slice(end)];
}
