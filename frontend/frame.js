import { actions, Refusal } from "./actions.js";
import { dispatch, report } from "./dispatch.js";

/**
 * Applies the operations of one frame: one update of the page, announced before and after.
 *
 * @param {object[]} ops what handlers gave to send(), with full HTML
 * @param {import("./actions.js").Context} context
 */
export function applyFrame(ops, context) {
  if (ops.length === 0) return;
  const detail = { ops, event_id: context.answer?.id ?? null };
  if (!dispatch("liveview:before-update", detail, { cancelable: true })) return;
  for (const op of ops) applyOperation(op, context);
  dispatch("liveview:updated", detail);
}

function applyOperation(op, context) {
  for (const [key, action] of Object.entries(actions)) {
    if (op[key]) attempt(() => action(op, context), op);
  }
}

// What cannot be done is said; the rest of the message still happens.
function attempt(action, op) {
  try {
    action();
  } catch (error) {
    report(error instanceof Refusal ? error.code : "page_error", error.message, { op, error });
  }
}
