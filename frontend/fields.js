/**
 * The fields of a form or of any other element. A form is read through the prototypes only: a
 * field named "id" or "elements" hides the form's own property of that name.
 */

// What can carry a value: also the page's own form-associated elements match :enabled.
const FIELD = ":is(:enabled, :disabled):not(fieldset, option, optgroup)";

export const isForm = (element) => element instanceof HTMLFormElement;

export const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);

export const attributes = (element) => [
  ...Reflect.get(Element.prototype, "attributes", element),
];

export const parentOf = (element) => Reflect.get(Node.prototype, "parentElement", element);

export const isField = (element) => !isForm(element) && element.matches(FIELD);

/**
 * The form that an element belongs to, by its place or by its form= attribute.
 *
 * @param {Element} element
 * @returns {HTMLFormElement | null}
 */
export function formOf(element) {
  if (isForm(element)) return element;
  return "form" in element ? element.form : element.closest("form");
}

/**
 * Every field of a form, also those outside of it that name it, or of an element without a form:
 * then the fields inside of it that have no form of their own. Disabled ones and buttons too.
 *
 * @param {Element} source
 * @returns {Element[]} in document order
 */
export function fieldsOf(source) {
  if (isForm(source)) return ownElements(source).filter(isField);
  return [source, ...source.querySelectorAll(FIELD)].filter(
    (element) => isField(element) && !formOf(element),
  );
}

const ownElements = (form) => [...Reflect.get(HTMLFormElement.prototype, "elements", form)];
