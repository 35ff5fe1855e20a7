import { Idiomorph } from "idiomorph";
import { PERMANENT } from "./attributes.js";
import { isEditable } from "./edits.js";
import { formOf } from "./fields.js";
import { isTicked, kindOf } from "./states.js";

const FIELDS_WITHOUT_ID = ":is(input, select, textarea)[name]:not([id])";
const TEMPORARY_ID = "liveview-field ";
const DISCLOSURES = "details, dialog";

// idiomorph would write the state of fields by its own rule; #settle does it by ours.
const FIELD_STATE = { input: ["value", "checked"], textarea: ["value"], option: ["selected"] };

/** Changes the page into new HTML and keeps what belongs to the user. */
export class Morph {
  #edits;
  #openByServer = new WeakMap();

  /** @param {import("./edits.js").Edits} edits */
  constructor(edits) {
    this.#edits = edits;
  }

  start() {
    this.#rememberOpen(document.documentElement);
  }

  /**
   * @param {Element} target
   * @param {Element} content parsed in the context of the target: its children are the new HTML
   * @param {"innerHTML" | "outerHTML"} morphStyle
   * @param {{id: number, handedBack: Element | null} | null} answer
   */
  run(target, content, morphStyle, answer) {
    const fields = [];
    const isInner = morphStyle === "innerHTML";
    if (isInner && !this.#mayMorph(target, content, fields, answer)) return;
    nameFields(target, isInner ? target : target.parentElement);
    nameFields(content, content);
    Idiomorph.morph(target, [...content.childNodes], {
      morphStyle,
      callbacks: this.#callbacks(fields, answer),
    });
    unnameFields();
    this.#settle(fields, answer);
  }

  #callbacks(fields, answer) {
    return {
      beforeNodeMorphed: (old, fresh) => {
        if (old instanceof Element) return this.#mayMorph(old, fresh, fields, answer);
      },
      beforeAttributeUpdated: (name, element, change) => this.#mayChange(name, element, change),
      afterNodeMorphed: (old, fresh) => {
        if (old instanceof Element && old.matches(DISCLOSURES)) {
          this.#openByServer.set(old, fresh.hasAttribute("open"));
        }
      },
      afterNodeAdded: (node) => {
        if (node instanceof Element) this.#rememberOpen(node);
      },
    };
  }

  #mayMorph(old, fresh, fields, answer) {
    if (old.hasAttribute(PERMANENT) && fresh.hasAttribute(PERMANENT)) return false;
    const kind = kindOf(fresh);
    if ((kind || isEditable(old)) && this.#edits.isComposing(old)) return false;
    if (isEditable(old)) this.#keepEditedText(old, fresh, answer);
    if (kind) fields.push(this.#record(old, fresh, kind));
    return true;
  }

  #record(old, fresh, kind) {
    if (kindOf(old) !== kind) this.#edits.forget(old);
    return { old, fresh, kind, before: stateOf(kind, old), after: stateOf(kind, fresh) };
  }

  #mayChange(name, element, change) {
    if (isFieldState(element, name)) return false;
    if (name !== "open" || !element.matches(DISCLOSURES)) return true;
    // What the user opened or closed stays so, unless the server changed its mind.
    const open = change === "update";
    return open !== (this.#openByServer.get(element) ?? false);
  }

  #rememberOpen(root) {
    for (const element of [root, ...root.querySelectorAll(DISCLOSURES)]) {
      if (element.matches(DISCLOSURES)) this.#openByServer.set(element, element.open);
    }
  }

  // Rule R1

  #keepEditedText(host, fresh, answer) {
    const html = fresh.innerHTML;
    const hasNewDefault = () => this.#edits.renderedIn(host) !== html;
    if (this.#edits.allow(host, answer, hasNewDefault)) this.#edits.forget(host);
    else fresh.replaceChildren(...host.cloneNode(true).childNodes);
    this.#edits.rememberRendered(host, html);
  }

  #settle(fields, answer) {
    const [followed, kept] = partition(fields, (field) =>
      this.#edits.allow(field.old, answer, () => hasNewDefault(field, fields)),
    );
    for (const { old, fresh, kind } of fields) kind.copyInitial(old, fresh);
    for (const { old, kind, after } of followed) {
      kind.write(old, after.live);
      this.#edits.forget(old);
    }
    // Last, because setting one radio button clears the others of its group.
    for (const { old, kind, before } of kept) kind.write(old, before.live);
  }
}

const stateOf = (kind, field) => ({ live: kind.live(field), initial: kind.initial(field) });

// The value of a checkbox or a radio button is its name, not its state.
function isFieldState(element, attribute) {
  if (attribute === "value" && isTicked(element)) return false;
  return Boolean(FIELD_STATE[element.localName]?.includes(attribute));
}

function partition(items, test) {
  const parts = [[], []];
  for (const item of items) parts[test(item) ? 0 : 1].push(item);
  return parts;
}

function hasNewDefault(field, fields) {
  const group = field.old.type === "radio" ? fields.filter((one) => inOneGroup(one, field)) : [field];
  return group.some(({ before, after }) => before.initial !== after.initial);
}

function inOneGroup({ old: one }, { old: other }) {
  return one.type === "radio" && one.name === other.name && formOf(one) === formOf(other);
}

// Identity of fields: idiomorph knows elements by their id, a form knows them by their name.

function nameFields(root, boundary) {
  const counts = new Map();
  for (const field of root.querySelectorAll(FIELDS_WITHOUT_ID)) {
    const value = isTicked(field) ? field.value : "";
    const key = [scopeOf(field, boundary), field.name, value].join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
    field.id = `${TEMPORARY_ID}${key} ${counts.get(key)}`;
  }
}

function scopeOf(field, boundary) {
  const scope = field.parentElement?.closest("[id]");
  const isInside = scope && scope !== boundary && boundary.contains(scope);
  return isInside ? scope.getAttribute("id") : "";
}

function unnameFields() {
  for (const field of document.querySelectorAll(`[id^="${TEMPORARY_ID}"]`)) {
    field.removeAttribute("id");
  }
}
