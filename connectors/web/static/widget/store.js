// What the browser keeps between pages: the token (the only key to the thread), messages that are not acknowledged yet,
// and whether the panel is open. Where storage is refused, it lasts as long as the page.

class Store {
  constructor(name) {
    this.name = name;
    this.memory = new Map();
  }

  read(field, otherwise) {
    try {
      const text = localStorage.getItem(`${this.name}:${field}`);
      return text === null ? otherwise : JSON.parse(text);
    } catch {
      return this.memory.has(field) ? this.memory.get(field) : otherwise;
    }
  }

  write(field, value) {
    this.memory.set(field, value);
    try {
      localStorage.setItem(`${this.name}:${field}`, JSON.stringify(value));
    } catch {
      // Private mode or a full store: the memory above serves until the page is left.
    }
  }

  get token() {
    return this.read("token", null);
  }

  set token(value) {
    this.write("token", value);
  }

  /** Unacknowledged messages, oldest first: {id, text, choice?, at, failed?}. Read anew each time: tabs share it. */
  get queue() {
    const queue = this.read("queue", []);
    return Array.isArray(queue) ? queue : [];
  }

  add(item) {
    this.write("queue", [...this.queue, item].slice(-50));
  }

  remove(id) {
    this.write("queue", this.queue.filter((item) => item.id !== id));
  }

  change(id, values) {
    this.write("queue", this.queue.map((item) => (item.id === id ? { ...item, ...values } : item)));
  }
}

/** An id for a message: 128 random bits. crypto.randomUUID is missing on plain http, getRandomValues is not. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `?visitor=<digits>` in the page's address keeps one browser's visitors apart, each with a thread of its own: the simulator's
 *  customers take turns in one frame. It names a place in this browser and opens nothing. */
function otherVisitor() {
  const name = new URLSearchParams(location.search).get("visitor") ?? "";
  return /^\d{1,20}$/.test(name) ? `:visitor:${name}` : "";
}
