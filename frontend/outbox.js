import { randomHex } from "./random.js";

// daphne drops the socket above 1 MiB; the rest is room for what is added when it is sent.
const MAX_BYTES = 1024 * 1024 - 64;

/**
 * @typedef {object} Entry
 * @property {object} event the event as it goes over the wire, with its id
 * @property {object} origin what the page wants to know again when the answer comes
 * @property {boolean} wasSent whether it has left at least once
 */

/** Events of this document, in order, from the moment they happen until they are acknowledged. */
export class Outbox {
  #entries = new Map();
  #newest = 0;
  #done = 0;

  /** @param {string} page the id of this document: a new one for every document */
  constructor(page = randomHex()) {
    this.page = page;
  }

  /** Id of the newest event built so far; 0 before the first. */
  get newest() {
    return this.#newest;
  }

  /**
   * Gives the event its id and keeps it.
   *
   * @returns {Entry | null} null when the server would not take a message of that size
   */
  add(event, origin = {}) {
    const entry = { event: { id: this.#newest + 1, ...event }, origin, wasSent: false };
    if (byteLength(JSON.stringify(entry.event)) > MAX_BYTES) return null;
    this.#newest += 1;
    this.#entries.set(this.#newest, entry);
    return entry;
  }

  /** @returns {Entry | undefined} as long as its answer is still expected */
  find(id) {
    return this.#entries.get(id);
  }

  /** Events that the server has not said to have handled, in order. */
  get waiting() {
    return [...this.#entries.values()].filter(({ event }) => event.id > this.#done);
  }

  /** The server has handled everything up to this event; answers may still be on their way. */
  handled(id) {
    this.#done = Math.max(this.#done, id);
  }

  /** The answer of this event has arrived, and so have those of all before it. */
  acknowledge(id) {
    this.handled(id);
    for (const known of this.#entries.keys()) {
      if (known <= id) this.#entries.delete(known);
    }
  }
}

function byteLength(text) {
  return new TextEncoder().encode(text).length;
}
