// The import rule: names <- single jobs <- effects <- the actor <- wiring; never up or sideways.
// @vitest-environment node

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const folder = path.join(import.meta.dirname, "../frontend");
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));

// A module imports from the rows above its own.
const layers = [
  ["attributes", "fields", "random", "states"],
  ["dispatch", "edits"],
  [
    "activation",
    "address",
    "connection",
    "delta",
    "event",
    "morph",
    "offline",
    "outbox",
    "restore",
    "scripts",
    "timing",
  ],
  ["actions", "lifecycle", "link", "sender", "triggers"],
  ["frame", "page_controller"],
  ["main"],
];

const layerOf = (module) => layers.findIndex((names) => names.includes(module));

function importedModules(source) {
  const own = /(?:\bfrom|\bimport)\s*\(?\s*["']\.\/(\w+)\.js["']/g;
  return [...source.matchAll(own)].map((match) => match[1]);
}

describe.each(files)("%s", (file) => {
  const module = path.basename(file, ".js");

  it("has its layer in this test", () => {
    expect(layerOf(module), `Give ${file} its layer`).not.toBe(-1);
  });

  it("imports only from the layers below it", () => {
    const imports = importedModules(readFileSync(path.join(folder, file), "utf8"));

    expect(imports.filter((name) => layerOf(name) >= layerOf(module))).toEqual([]);
  });
});

describe("reading the imports", () => {
  it.each([
    ['import { morph } from "./morph.js";', ["morph"]],
    ['import {\n  morph,\n  other,\n} from "./morph.js";', ["morph"]],
    ['export { morph } from "./morph.js";', ["morph"]],
    ['import "./main.js";', ["main"]],
    ['const morph = await import("./morph.js");', ["morph"]],
    ['import { Controller } from "@hotwired/stimulus";', []],
  ])("sees %s", (source, modules) => {
    expect(importedModules(source)).toEqual(modules);
  });
});
