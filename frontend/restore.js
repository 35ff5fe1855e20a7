/** Puts the values of a saved draft back into the fields of a form. */

import { attribute, fieldsOf } from "./fields.js";

/**
 * Sets every kind of field, except files, passwords and buttons. No event is dispatched, so no
 * handler runs and nothing is saved again. A field whose name is not in the data stays as it is.
 *
 * @param {Element} form a form, or any element that holds fields
 * @param {Object<string, string | boolean | string[]>} data as the handler got it
 * @param {(field: Element) => boolean} keep whether a field is to be left as it is
 */
export function restoreForm(form, data, keep = () => false) {
  for (const [name, fields] of fieldsByName(form)) {
    if (Object.hasOwn(data, name)) restoreFields(fields, data[name], keep);
  }
}

function fieldsByName(form) {
  const named = new Map();
  for (const field of fieldsOf(form)) {
    const name = (attribute(field, "name") ?? "").replace(/\r\n?|\n/g, "\r\n");
    if (name && !LEFT_ALONE.has(field.type)) named.set(name, [...(named.get(name) ?? []), field]);
  }
  return named;
}

const LEFT_ALONE = new Set(["file", "password", "submit", "image", "button", "reset"]);

function restoreFields(fields, value, keep) {
  if (value === null) return;
  if (typeof value === "boolean") return restoreTick(fields, value, keep);
  const enabled = fields.filter((field) => field.matches(":enabled"));
  restoreValues(enabled.length ? enabled : fields, [value].flat().map(String), keep);
}

function restoreTick([field, ...others], ticked, keep) {
  if (others.length || field.type !== "checkbox" || keep(field)) return;
  field.checked = ticked;
}

/** Each field takes its share of the values, in the order in which the fields posted them. */
function restoreValues(fields, values, keep) {
  const choiceKept = fields.some((field) => field.type === "radio" && keep(field));
  for (const field of fields) {
    const write = (WRITERS.get(field.type) ?? writeText)(field, values);
    if (!keep(field) && !(choiceKept && field.type === "radio")) write();
  }
}

// Each writer takes the field's share at once and returns what writes it: a field that is kept
// has a share too.

const WRITERS = new Map([
  ["checkbox", writeTick],
  ["radio", writeChoice],
  ["select-one", writeOption],
  ["select-multiple", writeOptions],
]);

function writeTick(field, values) {
  const ticked = take(values, field.value);
  return () => {
    field.checked = ticked;
  };
}

function writeChoice(field, values) {
  const chosen = take(values, field.value);
  return () => {
    if (chosen) field.checked = true;
  };
}

function writeOption(field, values) {
  const value = values.shift();
  const option = [...field.options].find((candidate) => candidate.value === value);
  return () => {
    if (option) option.selected = true;
  };
}

function writeOptions(field, values) {
  const postable = [...field.options].filter((option) => option.matches(":enabled"));
  const chosen = new Set(postable.filter((option) => take(values, option.value)));
  return () => {
    for (const option of postable) option.selected = chosen.has(option);
  };
}

function writeText(field, values) {
  const value = values.shift();
  return () => {
    if (value !== undefined && "value" in field) field.value = value;
  };
}

function take(values, value) {
  const index = values.indexOf(value);
  if (index >= 0) values.splice(index, 1);
  return index >= 0;
}
