// Rules for the source of the web app. Prettier formats; rules of form are off.
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist/", "src/api/schema.d.ts", "e2e/screenshots/", "bench/results/"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // Trusted Types forbid these sinks; a rule finds them before the browser does.
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Texts of strangers are text." },
        { property: "outerHTML", message: "Texts of strangers are text." },
        { property: "insertAdjacentHTML", message: "Texts of strangers are text." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Texts of strangers are text." },
      ],
      // Storage is for choices that are no secret: ui/remembered.ts alone writes there.
      "no-restricted-globals": ["error", "localStorage", "sessionStorage", "indexedDB"],
    },
  },
  {
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { disallowTypeAnnotations: false, fixStyle: "inline-type-imports" },
      ],
    },
  },
  {
    files: ["scripts/**", "*.js"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
  prettier,
);
