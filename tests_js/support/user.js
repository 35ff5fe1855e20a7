/** What a user does to fields, with the events that a browser dispatches for it. */

const find = (selector) => document.querySelector(selector);
const tell = (element, type) => element.dispatchEvent(new Event(type, { bubbles: true }));

export function type(selector, value) {
  find(selector).value = value;
  tell(find(selector), "input");
}

export function tick(selector, checked = true) {
  find(selector).checked = checked;
  tell(find(selector), "input");
  tell(find(selector), "change");
}

export function choose(selector, ...values) {
  for (const option of find(selector).options) option.selected = values.includes(option.value);
  tell(find(selector), "input");
  tell(find(selector), "change");
}

export function rewrite(selector, html) {
  tell(find(selector), "beforeinput");
  find(selector).innerHTML = html;
  tell(find(selector), "input");
}

/** Leaving a field that was typed in: the browser says so once more. */
export function leave(selector) {
  tell(find(selector), "change");
}

export function startComposing(selector) {
  tell(find(selector), "compositionstart");
}

export function endComposing(selector) {
  tell(find(selector), "compositionend");
}
