// Bundles frontend/main.js into the two classic scripts that ship inside the Python package.
// `node frontend/build.mjs` builds once, `--watch` builds again at every change.

import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";

const root = path.dirname(import.meta.dirname);

// The licences of what is inside ask for their notices in every copy.
const notice = `/*!
 * Django LiveView (MIT), https://opensource.org/license/mit
 * with @hotwired/stimulus (MIT, Copyright Basecamp, LLC) and idiomorph (0BSD, Big Sky Software)
 */`;

// A classic script, not a module: only there is document.currentScript, with the page's nonce.
const shared = {
  absWorkingDir: root,
  entryPoints: ["frontend/main.js"],
  bundle: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: notice },
  logLevel: "warning",
};

const bundles = [
  { ...shared, outfile: "liveview/static/liveview/liveview.js", sourcemap: true },
  { ...shared, outfile: "liveview/static/liveview/liveview.min.js", minify: true },
];

async function buildOnce() {
  await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
  for (const { outfile } of bundles) {
    const script = readFileSync(path.join(root, outfile));
    process.stdout.write(`${outfile}: ${script.length} bytes, ${gzipSync(script).length} gzipped\n`);
  }
}

async function watch() {
  for (const bundle of bundles) {
    const context = await esbuild.context({ ...bundle, logLevel: "info" });
    await context.watch();
  }
}

try {
  await (process.argv.includes("--watch") ? watch() : buildOnce());
} catch (error) {
  if (!error.errors) throw error;
  process.exitCode = 1; // esbuild has already printed where the source is wrong
}
