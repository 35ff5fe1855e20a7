const REMEMBERED_TARGETS = 64;

/**
 * The newest HTML of the most recently used targets, which deltas refer to.
 * The server keeps the same list by the same rule (liveview/delta.py).
 */
export class Bases {
  #html = new Map();

  clear() {
    this.#html.clear();
  }

  /**
   * An operation with its full HTML in place of a delta.
   *
   * @throws {RangeError} when there is nothing here that the delta fits
   */
  expand(op) {
    if (!replacesContent(op)) return op;
    const { delta, ...rest } = op;
    const html = delta ? applyDelta(this.#html.get(op.target), delta) : op.html;
    this.#remember(op.target, html);
    return { ...rest, html };
  }

  #remember(target, html) {
    this.#html.delete(target);
    this.#html.set(target, html);
    if (this.#html.size > REMEMBERED_TARGETS) {
      this.#html.delete(this.#html.keys().next().value);
    }
  }
}

function replacesContent(op) {
  if (op.delta) return true;
  const plain = !op.append && !op.remove && !op.swap && !op.all;
  return plain && typeof op.target === "string" && typeof op.html === "string";
}

/**
 * @param {string | undefined} old
 * @param {[number, number, string]} delta common prefix and suffix in UTF-16 units, and the middle
 * @returns {string}
 */
export function applyDelta(old, [prefix, suffix, middle]) {
  if (old === undefined || prefix + suffix > old.length) {
    throw new RangeError("The delta does not fit the HTML that is here.");
  }
  return old.slice(0, prefix) + middle + old.slice(old.length - suffix);
}
