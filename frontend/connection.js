const PROTOCOL = "liveview.v1";
const BACKOFF_BASE = 500;
const BACKOFF_CAP = 10_000;
const PING_AFTER = 25_000;
const PATIENCE = 10_000;
const CLEAN = 1000;
const CONNECTING = 0;

// The server asks for a new handshake (another cookie): nothing is overloaded, no need to wait.
const RETURN_AT_ONCE = new Set([4401]);

/**
 * A socket that always comes back. Knows bytes, not what they mean.
 *
 * idle -> connecting -> greeting -> open <-> probing, and from each of them -> waiting -> connecting;
 * `stop()` leads to stopped, `start()` out of it.
 *
 * The delegate is told `connectionOpened()`, `connectionReceived(text)`, `connectionLost({code,
 * reason})` and asked `connectionHeartbeat()` for the text of a sign of life. It calls
 * `established()` when the other side has greeted back.
 */
export class Connection {
  state = "idle";
  delegate = null;
  #url;
  #WebSocket;
  #random;
  #socket = null;
  #timer = 0;
  #attempts = 0;

  /** @param {{url: () => string, WebSocket?: Function, random?: () => number}} options */
  constructor({ url, WebSocket = globalThis.WebSocket, random = Math.random }) {
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#random = random;
  }

  start() {
    if (this.state === "idle" || this.state === "stopped") this.#connect();
  }

  stop() {
    this.#enter("stopped");
    this.#release();
  }

  /** The network or the visitor is back: no reason to wait, or to trust an old socket. */
  wake() {
    if (this.state === "waiting") this.#connect();
    else if (this.state === "open") this.#probe();
  }

  /** The greeting was answered: messages may leave, and the next loss starts with a short wait. */
  established() {
    this.#attempts = 0;
    this.#enter("open", PING_AFTER, () => this.#probe());
  }

  /** Gives up this socket and takes a new one. */
  restart() {
    if (this.#socket) this.#lost({ code: CLEAN, reason: "restart" });
  }

  /** Whether the other side has greeted back, so that messages may leave. */
  get ready() {
    return this.state === "open" || this.state === "probing";
  }

  send(text) {
    this.#socket?.send(text);
  }

  // State

  #enter(state, delay = 0, then = null) {
    clearTimeout(this.#timer);
    this.state = state;
    if (then) this.#timer = setTimeout(then, delay);
  }

  #connect() {
    this.#enter("connecting", PATIENCE, () => this.#timedOut());
    try {
      this.#socket = new this.#WebSocket(this.#url(), PROTOCOL);
    } catch (error) {
      this.#lost({ code: 0, reason: error.message });
      return;
    }
    this.#listen(this.#socket);
  }

  #probe() {
    this.#enter("probing", PATIENCE, () => this.#timedOut());
    this.send(this.delegate.connectionHeartbeat());
  }

  #timedOut() {
    this.#lost({ code: 0, reason: `no answer within ${PATIENCE / 1000} s` });
  }

  #lost(info) {
    this.#release();
    this.#enter("waiting", this.#delay(info.code), () => this.#connect());
    this.delegate.connectionLost(info);
  }

  #delay(code) {
    const attempt = this.#attempts;
    this.#attempts += 1;
    if (attempt === 0 && RETURN_AT_ONCE.has(code)) return 0;
    return this.#random() * Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** attempt);
  }

  // Socket

  #listen(socket) {
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#lost({ code, reason });
  }

  #release() {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    const close = () => socket.close(CLEAN);
    socket.onopen = close;
    socket.onmessage = socket.onclose = null;
    // To close it before it is open is an error in the console, also of a page that is left.
    if (socket.readyState !== CONNECTING) close();
  }

  #opened() {
    this.#enter("greeting", PATIENCE, () => this.#timedOut());
    this.delegate.connectionOpened();
  }

  #received(data) {
    if (this.state === "probing") this.#enter("open", PING_AFTER, () => this.#probe());
    this.delegate.connectionReceived(data);
  }
}
