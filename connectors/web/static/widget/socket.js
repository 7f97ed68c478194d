// The connection: opens, says hello, notices when it is dead, and comes back with growing, scattered pauses.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const WELCOME_WITHIN = 15000;
const PING_EVERY = 30000;
const PONG_WITHIN = 10000;
const TOO_BIG = 1009;
const GARBAGE = 1008;
const ELSEWHERE = 4008;

/** The pause before attempt n (from 0) in ms: doubled each time, a random half of it, so that not all come back at once. */
function pauseBefore(attempt, random = Math.random()) {
  const whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
  return whole / 2 + (whole / 2) * random;
}

class Connection {
  /** on: {hello() -> frame, frame(frame), state(name), tooBig()}. States: idle, connecting, online, offline, elsewhere. */
  constructor(url, on) {
    this.url = url;
    this.on = on;
    this.state = "idle";
    this.attempt = 0;
    this.socket = null;
    this.timers = {};
    window.addEventListener("online", () => this.nudge());
    window.addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.nudge());
  }

  /** Connect unless connected already. */
  start() {
    if (this.socket) return;
    this.clear();
    this.become("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.send(this.on.hello());
    socket.onmessage = (event) => socket === this.socket && this.take(event.data);
    socket.onclose = (event) => socket === this.socket && this.closed(event.code);
    this.timers.welcome = setTimeout(() => this.drop(), WELCOME_WITHIN);
  }

  /** Something changed (network, tab shown, the customer asked): try at once if we are waiting. */
  nudge() {
    if (this.state === "offline") this.start();
  }

  /** The customer asked: also comes back from "elsewhere". */
  retry() {
    if (!this.socket) this.start();
  }

  /** Give this connection up and make a new one. */
  drop() {
    const socket = this.socket;
    if (!socket) return;
    this.closed(0);
    socket.close();
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  take(data) {
    clearTimeout(this.timers.pong);
    const frame = JSON.parse(data);
    if (frame.type === "welcome") {
      clearTimeout(this.timers.welcome);
      this.attempt = 0;
      this.timers.ping = setInterval(() => this.ping(), PING_EVERY);
    }
    this.on.frame(frame);
    if (frame.type === "welcome" && this.socket) this.become("online");
  }

  ping() {
    this.send({ type: "ping" });
    clearTimeout(this.timers.pong);
    this.timers.pong = setTimeout(() => this.drop(), PONG_WITHIN);
  }

  closed(code) {
    this.clear();
    this.socket = null;
    if (code === TOO_BIG) this.on.tooBig();
    if (code === ELSEWHERE) return this.become("elsewhere");
    const pause = code === GARBAGE ? LONGEST_PAUSE : pauseBefore(this.attempt);
    this.attempt += 1;
    this.become("offline");
    this.timers.again = setTimeout(() => this.start(), pause);
  }

  clear() {
    for (const timer of Object.values(this.timers)) {
      clearTimeout(timer);
      clearInterval(timer);
    }
    this.timers = {};
  }

  become(state) {
    this.state = state;
    this.on.state(state);
  }
}
