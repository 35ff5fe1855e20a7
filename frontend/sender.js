import { FORM_ID, FUNCTION } from "./attributes.js";
import { report } from "./dispatch.js";
import { carries } from "./edits.js";
import { buildEvent } from "./event.js";
import { attribute } from "./fields.js";
import { Timing } from "./timing.js";

const BUTTON =
  "button, [role='button'], input:is([type='button'], [type='submit'], [type='image'], [type='reset'])";

/** Turns what happens to an element into an event for the server, when its time has come. */
export class Sender {
  #push;

  /** @param {(message: object, handedBack: Element | null) => void} push */
  constructor(push) {
    this.#push = push;
    this.timing = new Timing((element, event) => this.send(element, event));
  }

  /** As the element's debounce or throttle says. */
  run(element, event) {
    this.timing.run(element, event);
  }

  /** At once; `name` is the handler, if it is not the one of data-liveview-function. */
  send(element, event = null, name = undefined) {
    const { message, form, submits } = buildEvent(element, event, name);
    if (!message.function) return reportNameless(element);
    const commits = submits || isCommit(element, event);
    // What was typed before a form is sent off has to arrive before.
    if (commits) this.timing.flush((waiting) => waiting !== element && belongs(waiting, form));
    this.#push(message, commits ? form : null);
  }
}

function reportNameless(element) {
  const tag = element.cloneNode(false).outerHTML;
  report("unknown_function", `This element has an action but no ${FUNCTION}: ${tag}`, { element });
}

function isCommit(element, event) {
  return element.matches(BUTTON) || event?.key === "Enter";
}

function belongs(element, form) {
  const id = attribute(form, "id");
  return carries(form, element) || (id !== null && attribute(element, FORM_ID) === id);
}
