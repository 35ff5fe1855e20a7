import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    include: ["tests_js/**/*.test.js"],
    restoreMocks: true,
  },
});
