import js from "@eslint/js";
import globals from "globals";

const limits = {
  complexity: ["error", 8],
  "max-lines-per-function": ["error", 40],
  "no-console": "error",
  "no-else-return": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
};

export default [
  { ignores: ["**/static/**", "**/.*/**", "dist/**", "site/**", "**/var/**"] },
  js.configs.recommended,
  {
    files: ["frontend/**/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
    rules: limits,
  },
  // The one error funnel of the client.
  { files: ["frontend/dispatch.js"], rules: { "no-console": "off" } },
  {
    files: ["**/*.mjs", "*.config.js"],
    languageOptions: { globals: globals.node },
    rules: limits,
  },
  {
    files: ["tests_js/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    // A describe() block is one function as long as its tests.
    rules: { ...limits, "max-lines-per-function": "off" },
  },
];
