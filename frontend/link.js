import { dispatch, report } from "./dispatch.js";

const STRANGE_GREETINGS = 3;

/**
 * This page's end of the line: greeting, event ids, acknowledgements, sequence numbers.
 * It is the delegate of the connection.
 */
export class Link {
  status = "new"; // then connected or disconnected, as told to the page
  #connection;
  #outbox;
  #bases;
  #apply;
  #seen = 0;
  #session = null;
  #strangeGreetings = 0;
  #pings = 0;

  /**
   * @param {object} parts
   * @param {import("./connection.js").Connection} parts.connection
   * @param {import("./outbox.js").Outbox} parts.outbox
   * @param {import("./delta.js").Bases} parts.bases
   * @param {(ops: object[], answer: object | null) => void} parts.apply
   */
  constructor({ connection, outbox, bases, apply }) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#bases = bases;
    this.#apply = apply;
    connection.delegate = this;
  }

  /**
   * Takes an event and delivers it as soon as there is a connection.
   *
   * @param {object} message as from buildEvent
   * @param {Element | null} handedBack the form whose fields the answer may set
   */
  push(message, handedBack = null) {
    if (!dispatch("liveview:before-send", message, { cancelable: true })) return;
    const entry = this.#outbox.add(message, { handedBack });
    if (entry) this.#transmit(entry);
    else this.#refuse(message);
  }

  #refuse({ function: name }) {
    const text = `The event for "${name}" is larger than the 1 MiB that the server takes.`;
    report("message_too_large", text, { function: name });
  }

  #transmit(entry) {
    if (!this.#connection.ready) return;
    this.#send({ ...entry.event, seen: this.#seen });
    if (!entry.wasSent) dispatch("liveview:sent", entry.event);
    entry.wasSent = true;
  }

  #send(frame) {
    this.#connection.send(JSON.stringify(frame));
  }

  #become(status) {
    if (this.status === status) return;
    this.status = status;
    dispatch(`liveview:${status}`);
  }

  // Connection delegate

  connectionOpened() {
    const { page } = this.#outbox;
    this.#send({ hello: { page, seen: this.#seen, session: this.#session } });
  }

  connectionLost() {
    this.#become("disconnected");
  }

  connectionHeartbeat() {
    this.#pings += 1;
    return JSON.stringify({ ping: this.#pings, seen: this.#seen });
  }

  connectionReceived(text) {
    const frame = parse(text);
    if (!frame) return report("bad_message", `Expected a JSON object, but got ${text.slice(0, 80)}`);
    if (frame.seq <= this.#seen || !this.#expand(frame)) return;
    this.#seen = frame.seq ?? this.#seen;
    for (const [key, read] of Object.entries(this.#readers)) {
      if (key in frame) read(frame);
    }
    if (frame.ack) this.#outbox.acknowledge(frame.ack);
  }

  // Frames, by the key that names them

  #readers = {
    hello: ({ hello }) => this.#greeted(hello),
    ops: (frame) => this.#update(frame),
    error: ({ error, ack }) => report(error.code, error.message, { ...error, event_id: ack ?? null }),
    ended: () => {}, // the server closes now, and the next greeting tells whether anything ended
    resync: ({ resync }) => dispatch("liveview:resync", resync),
  };

  #greeted({ resumed, done, session = null }) {
    if (this.#cameTooEarly(session)) return this.#connection.restart();
    if (!resumed) this.#startOver(done);
    this.#outbox.handled(done);
    this.#connection.established();
    this.#noticeSession(session);
    this.#become("connected");
    for (const entry of this.#outbox.waiting) this.#transmit(entry);
  }

  // Another process: it numbers anew, and answers to what is done will not come any more.
  #startOver(done) {
    this.#seen = 0;
    this.#bases.clear();
    this.#outbox.acknowledge(done);
    if (this.status === "new") return;
    dispatch("liveview:resync", { reason: "Answers to this page may have been lost." });
  }

  // A login moves the session to another cookie. Who returns while its answer is still on the way
  // to the browser returns with the old cookie, and is a stranger only for that moment.
  #cameTooEarly(session) {
    const isStranger = this.#session !== null && session === null;
    this.#strangeGreetings = isStranger ? this.#strangeGreetings + 1 : 0;
    return isStranger && this.#strangeGreetings < STRANGE_GREETINGS;
  }

  // Who has lost its session still says which one: the server lets it write into no other.
  #noticeSession(session) {
    const before = this.#session;
    this.#session = session ?? before;
    const isAnother = before !== null && before !== this.#session;
    if (!isAnother && this.#strangeGreetings !== STRANGE_GREETINGS) return;
    this.#refuseWaiting();
    dispatch("liveview:session-ended");
  }

  // What was done in one session must not happen in another.
  #refuseWaiting() {
    for (const { event } of this.#outbox.waiting) {
      const text = `The session ended before "${event.function}" was handled.`;
      report("session_ended", text, { function: event.function, event_id: event.id });
    }
    this.#outbox.acknowledge(this.#outbox.newest);
  }

  #update({ ops, ack, answers = ack }) {
    this.#apply(ops, this.#answerTo(answers));
  }

  /** @returns {boolean} false when the frame has to be sent again, in full */
  #expand(frame) {
    try {
      if (frame.ops) frame.ops = frame.ops.map((op) => this.#bases.expand(op));
      return true;
    } catch (error) {
      report("bad_delta", error.message, { ops: frame.ops });
      this.#bases.clear();
      this.#connection.restart();
      return false;
    }
  }

  #answerTo(id) {
    if (id === undefined) return null;
    return { id, handedBack: this.#outbox.find(id)?.origin.handedBack ?? null };
  }
}

function parse(text) {
  try {
    const frame = JSON.parse(text);
    return frame !== null && typeof frame === "object" ? frame : null;
  } catch {
    return null;
  }
}
