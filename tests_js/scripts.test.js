import { beforeEach, describe, expect, it } from "vitest";

import { Scripts } from "../frontend/scripts.js";

const target = document.createElement("p");
const scripts = new Scripts("secret");
const fragment = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

beforeEach(() => {
  document.ran = [];
  document.head.innerHTML = "";
});

describe("scripts in sent HTML", () => {
  it("run in order with the target as el and this", () => {
    const html = `<script>document.ran.push(el)</script><p><script>document.ran.push(this)</script></p>`;
    scripts.runIn(fragment(html), target);

    expect(document.ran).toEqual([target, target]);
  });

  it("run only if the browser would run them", () => {
    const html = `<script type="application/json">{}</script><script type="text/html">x</script>
                  <script type="text/javascript">document.ran.push("classic")</script>`;
    scripts.runIn(fragment(html), target);

    expect(document.ran).toEqual(["classic"]);
  });

  it("go through an element with the page's nonce, which does not stay", () => {
    const code = "document.ran.push(document.currentScript.nonce)";
    scripts.runIn(fragment(`<script>${code}</script>`), target);

    expect(document.ran).toEqual(["secret"]);
    expect(document.head.innerHTML).toBe("");
  });

  it("are loaded when they are files or modules", () => {
    const html = `<script src="data:," data-x="1"></script><script type="module">m()</script>`;
    scripts.runIn(fragment(html), target);

    const [file, module] = document.head.children;
    expect([file.nonce, file.dataset.x, file.async]).toEqual(["secret", "1", false]);
    expect([module.nonce, module.textContent]).toEqual(["secret", "m()"]);
  });
});

describe("the key script", () => {
  it("is code", () => {
    scripts.run("if (1 < 2) document.ran.push(el)", null);

    expect(document.ran).toEqual([null]);
  });

  it("or HTML with scripts", () => {
    scripts.run("<script>document.ran.push(1)</script><script>document.ran.push(2)</script>", null);

    expect(document.ran).toEqual([1, 2]);
  });
});
