/** What the user did, as a message: the handler's name, the element's data, the form's fields. */

import * as NAMES from "./attributes.js";
import { attribute, attributes, fieldsOf, formOf, isField, isForm, parentOf } from "./fields.js";

const CSRF_FIELD = "csrfmiddlewaretoken";
const DATA_PREFIX = /^data-/;

// Handlers know the form's id as data["liveview_form_id"]; the room is ours on <html> alone.
const PASSED_ON = [NAMES.FORM_ID, NAMES.ROOM];
const OWN_ATTRIBUTES = new Set(Object.values(NAMES).filter((name) => !PASSED_ON.includes(name)));

/**
 * Describes an event of the page for the server.
 *
 * @param {Element} element the one whose handler runs
 * @param {Event | null} event what happened, if anything did; tells which button was pressed
 * @param {string | null} name the handler, if it is not the one that the element names
 * @returns {{message: object, form: Element, submits: boolean}} the message without an id; the
 *   form (or the container) whose fields it carries; whether a submit button or a submit made it
 */
export function buildEvent(element, event = null, name = attribute(element, NAMES.FUNCTION)) {
  const form = sourceOf(element, event);
  const button = pressedButton(form, event);
  return {
    message: {
      function: name,
      data: dataOf(element),
      form: {
        entries: entriesOf(form, button, event),
        kinds: kindsOf(form, button),
      },
      ...present("form_id", attribute(element, NAMES.FORM_ID)),
      ...present("lang", attribute(document.documentElement, "lang")),
    },
    form,
    submits: button !== null || event?.type === "submit",
  };
}

const present = (key, value) => (value ? { [key]: value } : {});

// Data

function dataOf(element) {
  const own = attributes(element)
    .filter(({ name }) => DATA_PREFIX.test(name) && !OWN_ATTRIBUTES.has(name))
    .map(({ name, value }) => [name.replace(DATA_PREFIX, "").replaceAll("-", "_"), value]);
  const short = own
    .filter(([key]) => key.startsWith("data_"))
    .map(([key, value]) => [key.slice("data_".length), value]);
  return Object.fromEntries([...short, ...own]);
}

// Which fields

function sourceOf(element, event) {
  return (
    formOf(element) ??
    namedForm(element) ??
    submittedForm(event) ??
    nearestContainer(element) ??
    element
  );
}

function namedForm(element) {
  const id = attribute(element, NAMES.FORM_ID);
  return id ? Document.prototype.getElementById.call(document, id) : null;
}

const submittedForm = (event) =>
  event?.type === "submit" && isForm(event.target) ? event.target : null;

function nearestContainer(element) {
  const inputs = Document.prototype.querySelectorAll.call(document, "[name]:not([name=''])");
  const strays = [...inputs].filter(isStray);
  let container = isField(element) ? parentOf(element) : element;
  while (container && !strays.some((field) => container.contains(field))) {
    container = parentOf(container);
  }
  return container;
}

const isStray = (element) => isField(element) && !formOf(element) && !isButton(element);

const isButton = (field) => BUTTON_TYPES.has(field.type);
const BUTTON_TYPES = new Set(["submit", "image", "button", "reset"]);

// Pressed button

const SUBMIT_TYPES = new Set(["submit", "image"]);

function pressedButton(source, event) {
  const button = event?.type === "submit" ? event.submitter : clickedButton(event);
  return button && owns(source, button) ? button : null;
}

function clickedButton(event) {
  if (event?.type !== "click" || !(event.target instanceof Element)) return null;
  const button = Element.prototype.closest.call(event.target, "button, input");
  return SUBMIT_TYPES.has(button?.type) ? button : null;
}

// A form does not list its image buttons.
const owns = (source, button) =>
  isForm(source) ? formOf(button) === source : fieldsOf(source).includes(button);

// Entries

function entriesOf(source, button, event) {
  const posted = isForm(source) ? new FormData(source, button) : collect(source, button);
  if (button?.type === "image" && event.detail > 0) setPressedPoint(posted, button, event);
  return [...posted]
    .map(([name, value]) => [asPosted(name), asPosted(value.name ?? value)])
    .filter(([name]) => name !== CSRF_FIELD);
}

const asPosted = (text) => text.replace(/\r\n?|\n/g, "\r\n");

// The browser itself notes the place only after every listener of the click has run.
function setPressedPoint(posted, button, event) {
  const [x, y] = imageNames(button);
  posted.set(x, Math.trunc(event.offsetX));
  posted.set(y, Math.trunc(event.offsetY));
}

function imageNames(button) {
  const name = attribute(button, "name");
  return name ? [`${name}.x`, `${name}.y`] : ["x", "y"];
}

/** What a form around these fields would post: a browser tells only for a real form. */
function collect(container, button) {
  const posted = new FormData();
  for (const field of contributing(container, button)) {
    for (const [name, value] of pairsOf(field)) posted.append(name, value);
  }
  return posted;
}

const contributing = (source, button) =>
  fieldsOf(source).filter(
    (field) => field.matches(":enabled") && (!isButton(field) || field === button),
  );

function pairsOf(field) {
  if (field.type === "image") return imageNames(field).map((name) => [name, "0"]);
  const name = attribute(field, "name");
  if (!name) return [];
  const values = VALUES.get(field.type) ?? plainValue;
  return [...values(field, name).map((value) => [name, value]), ...directionOf(field)];
}

const plainValue = (field) => (typeof field.value === "string" ? [field.value] : []);
const tickedValue = (field) => (field.checked ? [field.value] : []);
const fileNames = (field) => (field.files.length ? [...field.files] : [""]);
const chosenValues = (field) =>
  [...field.selectedOptions].filter((option) => option.matches(":enabled")).map((o) => o.value);
const hiddenValue = (field, name) =>
  name.toLowerCase() === "_charset_" ? ["UTF-8"] : [field.value];

const VALUES = new Map([
  ["checkbox", tickedValue],
  ["radio", tickedValue],
  ["file", fileNames],
  ["hidden", hiddenValue],
  ["select-one", chosenValues],
  ["select-multiple", chosenValues],
]);

function directionOf(field) {
  const name = field.dirName && attribute(field, "dirname");
  return name ? [[name, field.matches(":dir(rtl)") ? "rtl" : "ltr"]] : [];
}

// Kinds

/** The shape of the value of each name where the entries alone cannot tell it. */
function kindsOf(source, button) {
  const kinds = [...controlsByName(source, button)].map(([name, controls]) => [
    name,
    kindOf([...controls]),
  ]);
  return Object.fromEntries(kinds.filter(([, kind]) => kind));
}

function controlsByName(source, button) {
  const controls = new Map();
  for (const field of contributing(source, button)) {
    const name = asPosted(attribute(field, "name") ?? "");
    if (!name || name === CSRF_FIELD || field.type === "image") continue;
    // Radio buttons of one name are one control: they post one value.
    const control = field.type === "radio" ? "radio" : field;
    controls.set(name, (controls.get(name) ?? new Set()).add(control));
  }
  return controls;
}

function kindOf([control, ...others]) {
  if (others.length || isMultiple(control)) return "list";
  return control.type === "checkbox" ? "checkbox" : null;
}

const isMultiple = (control) =>
  control.type === "select-multiple" || (control.type === "file" && control.multiple);
