import { PERMANENT } from "./attributes.js";
import { dispatch } from "./dispatch.js";
import { fieldsOf } from "./fields.js";
import { restoreForm } from "./restore.js";
import { kindOf } from "./states.js";

/** A message that the page cannot follow; the code is one of those in docs/protocol.md. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @typedef {object} Context
 * @property {import("./morph.js").Morph} morph
 * @property {import("./scripts.js").Scripts} scripts
 * @property {import("./edits.js").Edits} edits
 * @property {{id: number, handedBack: Element | null} | null} answer the event that is answered
 */

/**
 * What each key of a message does, in the order in which it happens.
 *
 * @type {Object<string, (op: object, context: Context) => void>}
 */
export const actions = {
  url({ url }) {
    const { href, origin } = new URL(url, location.href);
    if (origin !== location.origin) {
      throw new Refusal("bad_url", `The url "${url}" is of another origin than this page.`);
    }
    history.pushState({}, "", href);
  },

  target(op, context) {
    const targets = find(op.target, op.all);
    const swap = swapOf(op);
    if (swap) for (const target of targets) swap(target, op.html, context);
  },

  title({ title }) {
    document.title = title;
  },

  script({ script, target }, { scripts }) {
    scripts.run(script, (target && matching(target)?.[0]) || null);
  },

  event({ event, eventData = null }) {
    dispatch(event, eventData);
  },

  scroll({ scroll }) {
    find(scroll)[0].scrollIntoView({ behavior: "smooth" });
  },

  scrollTop() {
    window.scrollTo({ top: 0, behavior: "smooth" });
  },

  action(op, context) {
    const known = Object.hasOwn(namedActions, op.action);
    const run = known ? namedActions[op.action] : announce;
    run(op, context);
  },
};

const namedActions = {
  restore_form(op, { edits, answer }) {
    const { form_id, form_data, saved_at } = op;
    const form = document.getElementById(form_id);
    if (!form) throw missing(`#${form_id}`);
    markingChanges(form, edits, () =>
      restoreForm(form, form_data ?? {}, (field) => edits.isNewerThan(field, answer)),
    );
    dispatch("liveview:form-restored", { form_id, saved_at });
  },
};

const announce = (op) => dispatch(`liveview:${op.action}`, op);

// A restored draft is the user's own text: the next render must not take it away again.
function markingChanges(form, edits, restore) {
  const states = new Map(fieldsOf(form).map((field) => [field, kindOf(field)?.live(field)]));
  restore();
  for (const [field, state] of states) {
    if (kindOf(field)?.live(field) !== state) edits.mark(field);
  }
}

// Targets

function find(selector, all = false) {
  const found = matching(selector);
  if (!found) throw new Refusal("missing_target", `"${selector}" is not a valid CSS selector.`);
  if (found.length === 0) throw missing(selector);
  return all ? found : [found[0]];
}

/** @returns {NodeListOf<Element> | null} null when the selector is not valid */
function matching(selector) {
  try {
    return document.querySelectorAll(selector);
  } catch {
    return null;
  }
}

function missing(selector) {
  return new Refusal("missing_target", `Nothing on this page matches "${selector}".`);
}

// Swaps

/**
 * How HTML comes to its target.
 *
 * @type {Object<string, (target: Element, html: string, context: Context) => void>}
 */
const swaps = {
  inner(target, html, { morph, scripts, answer }) {
    morph.run(target, parse(html, target), "innerHTML", answer);
    scripts.runIn(parse(html, target), target);
  },

  outer(target, html, { morph, scripts, answer }) {
    const context = target.parentElement;
    morph.run(target, parse(html, context), "outerHTML", answer);
    scripts.runIn(parse(html, context), target);
  },

  append: insertion("append", (target) => target),
  prepend: insertion("prepend", (target) => target),
  before: insertion("before", (target) => target.parentElement),
  after: insertion("after", (target) => target.parentElement),

  remove(target) {
    target.remove();
  },
};

function insertion(method, contextOf) {
  return (target, html, { scripts }) => {
    const content = parse(html, contextOf(target));
    const copy = content.cloneNode(true);
    target[method](...content.childNodes);
    scripts.runIn(copy, target);
  };
}

function swapOf(op) {
  const name = nameOfSwap(op);
  if (!Object.hasOwn(swaps, name)) {
    const names = Object.keys(swaps).join(", ");
    throw new Refusal("bad_message", `Unknown swap "${name}", must be one of: ${names}.`);
  }
  const hasContent = name === "remove" || typeof op.html === "string";
  return hasContent ? swaps[name] : null;
}

function nameOfSwap({ swap, append, remove }) {
  if (remove) return "remove";
  return swap || (append ? "append" : "inner");
}

/**
 * Table rows, options and SVG only parse inside of what they belong to. The document of the result
 * is inert: nothing in it loads or runs.
 */
function parse(html, context) {
  const inert = document.implementation.createHTMLDocument("");
  const element = inert.createElementNS(context.namespaceURI, context.localName);
  for (const attribute of context.attributes) {
    // Who names a permanent element as the target means to change it.
    if (attribute.name !== PERMANENT) element.setAttributeNode(attribute.cloneNode());
  }
  element.innerHTML = html;
  return element;
}
