import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";

import { dispatch, report } from "../frontend/dispatch.js";
import { heard, listen } from "./support/events.js";

const html = document.documentElement;

beforeEach(listen);
afterEach(() => html.removeAttribute("data-liveview-debug"));

test("an event reaches the document with its detail", () => {
  dispatch("liveview:updated", { ops: [] });

  expect(heard("updated")).toEqual([{ ops: [] }]);
});

test("only what can be cancelled is cancelled", () => {
  const cancel = (event) => event.preventDefault();
  document.addEventListener("liveview:sent", cancel, { once: true });
  expect(dispatch("liveview:sent")).toBe(true);

  document.addEventListener("liveview:before-send", cancel, { once: true });
  expect(dispatch("liveview:before-send", {}, { cancelable: true })).toBe(false);
});

describe("an error", () => {
  it("is said on the page, and the console stays silent", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    report("missing_target", "Nothing matches.", { op: 1 });

    expect(heard("error")).toEqual([
      { code: "missing_target", message: "Nothing matches.", op: 1 },
    ]);
    expect(log).not.toHaveBeenCalled();
  });

  it("is logged under data-liveview-debug", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    html.setAttribute("data-liveview-debug", "");
    report("missing_target", "Nothing matches.");

    expect(log).toHaveBeenCalledWith("liveview missing_target: Nothing matches.", {});
  });
});
