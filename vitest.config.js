import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    include: ["tests_js/**/*.test.js"],
    pool: "vmForks", // jsdom is loaded once a process, not once a file
    restoreMocks: true,
  },
});
