/**
 * What the user can change in a field, and what its HTML says that it is at first.
 * The browser keeps the two apart (value and default value); so do renders.
 */

/**
 * @typedef {object} Kind
 * @property {(field: Element) => *} live the state now, comparable with ===
 * @property {(field: Element) => *} initial the state that the HTML asks for
 * @property {(field: Element, state: *) => void} write makes `live` the given state
 * @property {(field: Element, other: Element) => void} copyInitial takes over the other's HTML
 */

/** Whether the field is ticked, not typed in: its value never changes. */
export const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

/** @returns {Kind | null} null for what holds no state that a render could overwrite */
export function kindOf(element) {
  if (element.localName === "input") return inputKind(element);
  if (element.localName === "textarea") return area;
  return element.localName === "select" ? choice : null;
}

function inputKind(field) {
  // A page can never choose a file: a chosen one stays.
  if (field.type === "file") return null;
  return isTicked(field) ? tick : text;
}

const text = {
  live: (field) => field.value,
  initial: (field) => field.getAttribute("value") ?? "",
  write: writeText,
  copyInitial: (field, other) => copyAttribute(field, other, "value"),
};

const area = {
  live: (field) => field.value,
  initial: (field) => field.defaultValue,
  write: writeText,
  copyInitial: () => {}, // its text is morphed like all text
};

const tick = {
  live: (field) => field.checked,
  initial: (field) => field.defaultChecked,
  write: (field, checked) => {
    if (field.checked !== checked) field.checked = checked;
  },
  copyInitial: (field, other) => copyAttribute(field, other, "checked"),
};

const choice = {
  live: (field) => valuesOf([...field.options].filter((option) => option.selected)),
  initial: (field) => valuesOf([...field.options].filter((option) => option.defaultSelected)),
  write: writeChoice,
  copyInitial: copyDefaultOptions,
};

const valuesOf = (options) => JSON.stringify(options.map((option) => option.value));

function writeText(field, value) {
  if (field.value === value) return;
  const { selectionStart, selectionEnd, selectionDirection } = field;
  field.value = value;
  const hasCaret = field === field.ownerDocument.activeElement && selectionStart !== null;
  if (hasCaret) field.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
}

function writeChoice(field, values) {
  if (choice.live(field) === values) return;
  const chosen = JSON.parse(values);
  if (field.multiple || chosen.length === 0) deselect(field);
  for (const value of chosen) {
    const option = [...field.options].find((one) => one.value === value && !one.selected);
    if (option) option.selected = true;
  }
}

function deselect(field) {
  field.selectedIndex = -1;
}

// The options were morphed one by one, so they stand in the same order.
function copyDefaultOptions(field, other) {
  [...field.options].forEach((option, index) => {
    if (other.options[index]) copyAttribute(option, other.options[index], "selected");
  });
}

function copyAttribute(element, other, name) {
  const value = other.getAttribute(name);
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
