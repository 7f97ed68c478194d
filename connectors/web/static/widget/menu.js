// What a visitor may set or do at any time: a button in the header that shows it, and hides it again.

class Menu {
  /** items: elements of `menuSwitch` and `menuDeed`. */
  constructor(strings, items) {
    this.list = h("div", { class: "menu", id: "menu", role: "group", "aria-label": strings.menu, hidden: true }, ...items);
    this.button = h("button", { type: "button", class: "round", "aria-label": strings.menu, "aria-expanded": "false", "aria-controls": "menu",
      onclick: () => this.show(this.list.hidden) }, icon("more", true));
    this.root = h("div", { class: "menu-place", onfocusout: (event) => this.left(event.relatedTarget), onkeydown: (event) => this.key(event) },
      this.button, this.list);
    this.list.addEventListener("click", (event) => {
      if (!event.target.closest("button.deed")) return;
      this.show(false); // what it does takes the focus
    });
  }

  show(shown) {
    this.list.hidden = !shown;
    this.button.setAttribute("aria-expanded", String(shown));
  }

  left(where) {
    if (where && !this.root.contains(where)) this.show(false);
  }

  /** Escape closes what is open on top: first this, then the chat. */
  key(event) {
    if (event.key !== "Escape" || this.list.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(false);
    this.button.focus();
  }
}

/** Something to do. */
function menuDeed(words, does) {
  return h("button", { type: "button", class: "deed", onclick: does }, words);
}

/** Something that is on or off: `changed(on)` is told. */
function menuSwitch(words, on, changed) {
  const button = h("button", { type: "button", role: "switch", "aria-checked": String(on), onclick: () => {
    const next = button.getAttribute("aria-checked") !== "true";
    button.setAttribute("aria-checked", String(next));
    changed(next);
  } }, h("span", {}, words), h("span", { class: "knob", "aria-hidden": "true" }));
  return button;
}
