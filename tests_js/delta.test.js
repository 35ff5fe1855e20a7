import { describe, expect, it, test } from "vitest";

import { applyDelta, Bases } from "../frontend/delta.js";
import cases from "../spec/delta.json";

describe("a delta", () => {
  it.each(cases)("gives the new HTML: $name", ({ old, delta, new: fresh }) => {
    expect(applyDelta(old, delta)).toBe(fresh);
  });

  it("does not fit HTML that is shorter than what it keeps", () => {
    expect(() => applyDelta("abc", [2, 2, ""])).toThrow(RangeError);
  });
});

test("an operation gets the full HTML in place of its delta", () => {
  const bases = new Bases();
  bases.expand({ target: "#a", html: "<b>1</b>" });

  expect(bases.expand({ target: "#a", delta: [3, 4, "2"], title: "T" })).toEqual({
    target: "#a",
    html: "<b>2</b>",
    title: "T",
  });
  expect(bases.expand({ target: "#a", delta: [3, 4, "3"] }).html).toBe("<b>3</b>");
});

test("a delta for a target that was never rendered is an error", () => {
  expect(() => new Bases().expand({ target: "#a", delta: [0, 0, "x"] })).toThrow(RangeError);
});

describe("what is no base", () => {
  it.each([
    { target: "#a", html: "x", append: true },
    { target: "#a", html: "x", remove: true },
    { target: "#a", html: "x", swap: "outer" },
    { target: "#a", html: "x", all: true },
    { html: "x" },
    { target: "#a", title: "x" },
  ])("%j", (op) => {
    const bases = new Bases();
    bases.expand({ target: "#a", html: "base" });

    expect(bases.expand(op)).toBe(op);
    expect(bases.expand({ target: "#a", delta: [4, 0, ""] }).html).toBe("base");
  });
});

test("the 64 most recently used targets are remembered", () => {
  const bases = new Bases();
  for (let n = 0; n < 64; n += 1) bases.expand({ target: `#t${n}`, html: "x" });
  bases.expand({ target: "#t0", delta: [1, 0, "y"] });
  bases.expand({ target: "#one-more", html: "x" });

  expect(bases.expand({ target: "#t0", delta: [2, 0, ""] }).html).toBe("xy");
  expect(() => bases.expand({ target: "#t1", delta: [1, 0, ""] })).toThrow(RangeError);
});
