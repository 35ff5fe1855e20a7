import { DEBOUNCE, THROTTLE } from "./attributes.js";

/** Decides when an element's event is sent: now, when it has been quiet for a while, or never. */
export class Timing {
  #send;
  #pending = new Map();
  #lastSent = new WeakMap();

  /** @param {(element: Element, event: Event) => void} send */
  constructor(send) {
    this.#send = send;
  }

  start() {
    document.addEventListener("focusout", this.#blurred, true);
  }

  stop() {
    document.removeEventListener("focusout", this.#blurred, true);
  }

  run(element, event) {
    const debounce = milliseconds(element, DEBOUNCE);
    if (debounce) this.#postpone(element, event, debounce);
    else if (!this.#tooSoon(element)) this.#send(element, event);
  }

  /** Sends what waits, in the order in which it was made. */
  flush(belongs = () => true) {
    for (const element of [...this.#pending.keys()].filter(belongs)) this.#fire(element);
  }

  #postpone(element, event, delay) {
    clearTimeout(this.#pending.get(element)?.timer);
    this.#pending.delete(element);
    this.#pending.set(element, { event, timer: setTimeout(() => this.#fire(element), delay) });
  }

  #fire(element) {
    const waiting = this.#pending.get(element);
    clearTimeout(waiting?.timer);
    this.#pending.delete(element);
    if (waiting && element.isConnected) this.#send(element, waiting.event);
  }

  #tooSoon(element) {
    const now = performance.now();
    if (now - this.#lastSent.get(element) < milliseconds(element, THROTTLE)) return true;
    this.#lastSent.set(element, now);
    return false;
  }

  // A field that is removed loses its focus while it is still in the document:
  // a moment later it is gone, and #fire sends nothing.
  #blurred = ({ target }) => {
    queueMicrotask(() => this.flush((element) => element.contains(target)));
  };
}

function milliseconds(element, attribute) {
  return Number(element.getAttribute(attribute)) || 0;
}
