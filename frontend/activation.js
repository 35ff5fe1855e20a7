/** What the browser would do by itself with an event, and whether it may. */

const LINK = "a[href], area[href]";
const SUBMITTER = "button[type='submit'], button:not([type]), input:is([type='submit'], [type='image'])";

/**
 * Whether the event is the browser's alone, so that no handler runs for it.
 *
 * @param {Element} element the one that carries the action
 * @param {Event} event
 * @param {string} keyFilter the keys that the action asks for, such as "ctrl+s"
 */
export function isBrowsersOwn(element, event, keyFilter = "") {
  if (event.type === "click") {
    return comesAgain(element, event) || (!keyFilter && opensElsewhere(element, event));
  }
  // Enter confirms what an input method proposes.
  return Boolean(keyFilter) && (event.isComposing || event.keyCode === 229);
}

/**
 * Whether what the browser would do has to be stopped, because a handler does it instead.
 * Parameters as above.
 */
export function replacesDefault(element, event, keyFilter = "") {
  return Boolean(replacements[event.type]?.(element, event, keyFilter));
}

const replacements = {
  click: (element, { target }) => followsLink(element, target) || submitsForm(element, target),
  submit: (_element, { target, submitter }) => methodOf(target, submitter) !== "dialog",
  // Enter submits the form or breaks the line; a chord such as ctrl+s belongs to the browser.
  keydown: (_element, _event, keyFilter) => /\benter\b|\b(ctrl|meta|alt)\+/.test(keyFilter),
};

// The link or button itself, or something inside of it; one that is deeper keeps what it does.
const owns = (element, target, selector) => target.closest?.(selector)?.contains(element);

const followsLink = (element, target) => owns(element, target, LINK);

function submitsForm(element, target) {
  return owns(element, target, SUBMITTER) && target.closest(SUBMITTER).form !== null;
}

const methodOf = (form, submitter) =>
  submitter?.getAttribute("formmethod") ?? form.getAttribute("method");

function opensElsewhere(element, event) {
  const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return (isModified || event.button > 0) && followsLink(element, event.target);
}

// A click on a label is followed by a click on its field, which comes by here as well.
function comesAgain(element, { target }) {
  const field = target.closest?.("label")?.control;
  return Boolean(field) && !field.disabled && !field.contains(target) && element.contains(field);
}
