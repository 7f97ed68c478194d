// A stand-in for Twilio's Voice SDK (@twilio/voice-sdk 2.x) that talks to the simulator: the same Device and Call, as far as
// receiving calls needs them. https://www.twilio.com/docs/voice/sdks/javascript/twiliodevice , .../twiliocall
// There is no sound: what is said at this end is typed on the simulator's page.
(() => {
  const address = new URL("signal", document.currentScript.src);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";

  class Emitter {
    #heard = new Map();
    on(name, listener) { this.#heard.set(name, [...(this.#heard.get(name) ?? []), listener]); return this; }
    off(name, listener) { this.#heard.set(name, (this.#heard.get(name) ?? []).filter((one) => one !== listener)); return this; }
    once(name, listener) { const one = (...given) => { this.off(name, one); listener(...given); }; return this.on(name, one); }
    emit(name, ...given) { for (const listener of this.#heard.get(name) ?? []) listener(...given); }
  }

  class TwilioError extends Error {
    constructor(code, message) { super(message); this.name = "TwilioError"; this.code = code; }
  }

  class Call extends Emitter {
    #send; #state = "pending"; #muted = false; #sound = null;

    constructor(send, { call, from, to, params }) {
      super();
      this.#send = (type, more = {}) => send({ type, call, ...more });
      this.parameters = { CallSid: call, From: from, To: to };
      this.customParameters = new Map(new URLSearchParams(params));
      this.direction = "INCOMING";
    }

    status() { return this.#state; }
    isMuted() { return this.#muted; }

    async accept() {
      if (this.#state !== "pending") return;
      this.#state = "connecting";
      try {
        this.#sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        // Twilio's SDK needs a microphone; here words are typed, so a machine without one will do.
        if (error.name !== "NotFoundError") return this.#cannotHear(error.name === "NotAllowedError" ? 31401 : 31402);
      }
      if (this.#state === "connecting") this.#send("accept");
      else this.#quiet();
    }

    #cannotHear(code) {
      this.#send("hangup");
      this.end("disconnect");
      this.emit("error", new TwilioError(code, code === 31401 ? "PermissionDeniedError" : "AcquisitionFailedError"));
    }

    reject() {
      if (this.#state !== "pending") return;
      this.#send("reject");
      this.end("reject");
    }

    ignore() { if (this.#state === "pending") this.end("cancel"); }

    mute(on = true) {
      if (this.#muted === on) return;
      this.#muted = on;
      this.#send("mute", { on });
      this.emit("mute", on, this);
    }

    sendDigits(digits) { this.#send("digits", { digits }); }

    disconnect() {
      if (this.#state === "closed" || this.#state === "pending") return;
      this.#send("hangup");
      this.end("disconnect");
    }

    // -- for the device --
    began() { this.#state = "open"; this.emit("accept", this); }

    end(event) {
      if (this.#state === "closed") return;
      this.#state = "closed";
      this.#quiet();
      this.emit(event, this);
      this.emit("gone");
    }

    #quiet() { this.#sound?.getTracks().forEach((track) => track.stop()); }
  }

  class Device extends Emitter {
    #socket = null; #token; #options; #calls = new Map(); #wanted = false; #expiry; #again; #wait = 500; #registering = null;

    static get isSupported() { return true; }

    constructor(token, options = {}) {
      super();
      this.#token = token;
      this.#options = { tokenRefreshMs: 10000, closeProtection: false, ...options };
      this.state = "unregistered";
      addEventListener("pagehide", () => this.destroy());
      addEventListener("beforeunload", (event) => { if (this.#options.closeProtection && this.isBusy) event.preventDefault(); });
    }

    get token() { return this.#token; }
    get calls() { return [...this.#calls.values()].filter((call) => call.status() === "pending"); }
    get isBusy() { return [...this.#calls.values()].some((call) => call.status() === "open"); }

    register() {
      if (this.state !== "unregistered") return Promise.reject(new Error(`Attempt to register when device is "${this.state}".`));
      this.#wanted = true;
      this.#become("registering");
      return new Promise((resolve, reject) => { this.#registering = { resolve, reject }; this.#open(); });
    }

    async unregister() { this.#wanted = false; this.#socket?.close(); }

    updateToken(token) {
      this.#token = token;
      this.#send({ type: "token", token });
    }

    destroy() {
      if (this.state === "destroyed") return;
      this.#wanted = false;
      clearTimeout(this.#expiry);
      clearTimeout(this.#again);
      this.#become("destroyed");
      this.#socket?.close();
    }

    #become(state) {
      if (this.state === state) return;
      this.state = state;
      this.emit(state, this);
    }

    #send(message) { if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message)); }

    #open() {
      clearTimeout(this.#again);
      if (this.#socket?.readyState === WebSocket.OPEN) return this.#send({ type: "register", token: this.#token });
      const socket = this.#socket = new WebSocket(address);
      socket.onopen = () => this.#send({ type: "register", token: this.#token });
      socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
      socket.onclose = () => this.#lost();
    }

    #lost() {
      for (const call of this.#calls.values()) call.end(call.status() === "pending" ? "cancel" : "disconnect");
      if (this.state === "destroyed") return;
      this.#become("unregistered");
      if (!this.#wanted) return;
      this.#again = setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, 10000);
    }

    #heard(message) {
      const call = this.#calls.get(message.call);
      if (message.type === "registered") this.#registered(message.ttl);
      if (message.type === "error") this.#refused(new TwilioError(message.code, message.message));
      if (message.type === "incoming") this.#rings(message);
      if (message.type === "accepted") call?.began();
      if (message.type === "cancel") call?.end("cancel");
      if (message.type === "disconnect") call?.end("disconnect");
    }

    #registered(ttl) {
      this.#wait = 500;
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.emit("tokenWillExpire", this), Math.max(0, ttl * 1000 - this.#options.tokenRefreshMs));
      this.#become("registered");
      this.#registering?.resolve();
      this.#registering = null;
    }

    #refused(error) {
      this.#become("unregistered");
      this.#registering?.reject(error);
      this.#registering = null;
      this.emit("error", error);
    }

    #rings(message) {
      const call = new Call((said) => this.#send(said), message);
      this.#calls.set(message.call, call);
      call.on("gone", () => this.#calls.delete(message.call));
      this.emit("incoming", call);
    }
  }

  window.Twilio = { Device, Call, TwilioError };
})();
