import { DEBUG } from "./attributes.js";

/**
 * Every event that the page sees from us leaves here.
 *
 * @param {string} type full name, such as "liveview:updated"
 * @param {*} detail
 * @param {{cancelable?: boolean}} options
 * @returns {boolean} false when a listener cancelled it
 */
export function dispatch(type, detail = null, { cancelable = false } = {}) {
  return document.dispatchEvent(new CustomEvent(type, { detail, cancelable }));
}

/**
 * The one way in which an error is said: `liveview:error`, and the console under debug.
 *
 * @param {string} code one of the codes in docs/protocol.md
 * @param {string} message the offending value as the author wrote it, and what to do
 * @param {object} detail
 */
export function report(code, message, detail = {}) {
  dispatch("liveview:error", { ...detail, code, message });
  if (document.documentElement.hasAttribute(DEBUG)) {
    console.error(`liveview ${code}: ${message}`, detail);
  }
}
