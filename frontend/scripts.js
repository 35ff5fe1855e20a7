const CLASSIC = "script:is(:not([type]), [type=''], [type='text/javascript'])";
const MODULE = "script[type='module']";

// eval is out of bounds under a strict policy: code goes through a script element with the nonce.
const RUNNING_ELEMENT = "document.currentScript.liveviewTarget";

/** Runs the scripts of sent HTML; inserting HTML alone never does. */
export class Scripts {
  #nonce;

  /** @param {string} nonce of our own script element, which the page's policy allowed */
  constructor(nonce) {
    this.#nonce = nonce;
  }

  /** @param {string} source code, or HTML with script elements */
  run(source, target) {
    const template = document.createElement("template");
    template.innerHTML = source;
    if (template.content.querySelector("script")) this.runIn(template.content, target);
    else this.#execute(source, target);
  }

  /** Every script below `root`, once and in order, with the target as `el` and `this`. */
  runIn(root, target) {
    for (const script of root.querySelectorAll(`${CLASSIC}, ${MODULE}`)) {
      if (script.src || script.type === "module") this.#load(script);
      else this.#execute(script.textContent, target);
    }
  }

  #execute(code, target) {
    const script = document.createElement("script");
    script.liveviewTarget = target;
    script.textContent = `(function (el) {${code}\n}).call(${RUNNING_ELEMENT}, ${RUNNING_ELEMENT});`;
    this.#insert(script);
    script.remove();
  }

  #load(original) {
    const script = document.createElement("script");
    for (const { name, value } of original.attributes) script.setAttribute(name, value);
    script.textContent = original.textContent;
    script.async = original.hasAttribute("async");
    script.addEventListener("load", () => script.remove());
    this.#insert(script);
  }

  #insert(script) {
    script.nonce = this.#nonce;
    document.head.append(script);
  }
}
