import { fieldsOf, formOf, isForm } from "./fields.js";
import { kindOf } from "./states.js";

const EDITABLE = "[contenteditable]:not([contenteditable='false'])";

/**
 * What the user has edited, and since when. "When" is the id of the newest event at that moment:
 * an event with a higher id was made later, so its answer knows of the edit.
 */
export class Edits {
  #marks = new WeakMap();
  #composing = null;
  #rendered = new WeakMap();
  #newestEvent;

  /** @param {() => number} newestEvent id of the newest event built so far */
  constructor(newestEvent) {
    this.#newestEvent = newestEvent;
  }

  start() {
    for (const [type, listener] of this.#listeners) {
      document.addEventListener(type, listener, true);
    }
    window.addEventListener("pageshow", this.#markRestored);
    this.#markRestored();
  }

  stop() {
    for (const [type, listener] of this.#listeners) {
      document.removeEventListener(type, listener, true);
    }
    window.removeEventListener("pageshow", this.#markRestored);
  }

  /** Whether an input method is at work in the element, which must then not be touched. */
  isComposing(element) {
    return this.#composing !== null && element.contains(this.#composing);
  }

  /** Whether the user has edited the field since the event that is being answered. */
  isNewerThan(field, answer) {
    const mark = this.#marks.get(field);
    return mark !== undefined && (answer === null || mark.event >= answer.id);
  }

  /**
   * Whether a render may set the field.
   *
   * @param {Element} field
   * @param {{id: number, handedBack: Element | null} | null} answer the event that is answered
   * @param {() => boolean} hasNewDefault whether the server changed its mind about the field
   */
  allow(field, answer, hasNewDefault) {
    if (!this.#marks.has(field)) return true;
    if (this.isNewerThan(field, answer)) return false;
    return carries(answer.handedBack, field) || hasNewDefault();
  }

  mark(field) {
    this.#marks.set(field, { event: this.#newestEvent(), state: kindOf(field)?.live(field) });
  }

  forget(field) {
    this.#marks.delete(field);
  }

  /** What the server last rendered inside of an editable element; the user's text replaces it. */
  renderedIn(host) {
    return this.#rendered.get(host) ?? host.innerHTML;
  }

  rememberRendered(host, html) {
    this.#rendered.set(host, html);
  }

  // Listeners

  #edited = ({ target }) => {
    const mark = this.#marks.get(target);
    const state = target instanceof Element ? kindOf(target)?.live(target) : undefined;
    // The change event after the last input event is not another edit.
    const isKnown = mark !== undefined && state !== undefined && mark.state === state;
    if (!isKnown) this.mark(target);
  };

  // What was typed before we were there, or what the browser has put back without a word: Chromium
  // does so after the load event.
  #markRestored = () => {
    for (const field of document.querySelectorAll("input, textarea, select")) {
      if (!this.#marks.has(field) && differsFromItsHtml(field)) this.mark(field);
    }
  };

  #beforeEdit = ({ target }) => {
    const host = target instanceof Element ? target.closest(EDITABLE) : null;
    if (host && !this.#rendered.has(host)) this.#rendered.set(host, host.innerHTML);
  };

  #listeners = [
    ["beforeinput", this.#beforeEdit],
    ["input", this.#edited],
    ["change", this.#edited],
    ["reset", ({ target }) => fieldsOf(target).forEach((field) => this.mark(field))],
    ["compositionstart", ({ target }) => (this.#composing = target)],
    ["compositionend", () => (this.#composing = null)],
  ];
}

/** Whether the field's value goes along when that form, or that container, is sent. */
export function carries(form, field) {
  if (!form) return false;
  return isForm(form) ? formOf(field) === form : form.contains(field);
}

export const isEditable = (element) => element.matches(EDITABLE);

function differsFromItsHtml(field) {
  const kind = kindOf(field);
  if (!kind || kind.live(field) === kind.initial(field)) return false;
  // Some kinds say by themselves what they are without a default: ask a fresh one.
  const template = document.createElement("template");
  template.innerHTML = field.outerHTML;
  return kind.live(field) !== kind.live(template.content.firstElementChild);
}
