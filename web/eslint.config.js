// The layers of src/ are import rules, so that a review talks about design: model/ and api/ are pure, ui/ knows no domain word,
// views/ take props, routes/ own data.
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const layer = (files, forbidden, reason) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.test.tsx'],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: reason }] }] },
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'shots/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['src/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  { files: ['scripts/**/*.mjs'], languageOptions: { globals: { console: 'readonly', process: 'readonly', document: 'readonly', performance: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', setTimeout: 'readonly', fetch: 'readonly', window: 'readonly', requestAnimationFrame: 'readonly', MouseEvent: 'readonly', URL: 'readonly' } } },
  layer(['src/text/**'], ['react', 'react-dom', 'antd', '@ant-design/*', '../*'], 'text/ stands alone'),
  layer(['src/model/**'], ['react', 'react-dom', 'antd', '@ant-design/*', '**/ui/**', '**/views/**', '**/routes/**', '**/api/**'], 'model/ is pure: values and functions only'),
  layer(['src/api/**'], ['react', 'react-dom', 'antd', '@ant-design/*', '**/ui/**', '**/views/**', '**/routes/**'], 'api/ is pure: it turns bytes into model values'),
  layer(['src/ui/**'], ['**/model/**', '**/views/**', '**/routes/**', '**/api/**'], 'ui/ knows no word of the domain'),
  layer(['src/views/**'], ['**/routes/**', '**/api/**'], 'views/ take props'),
);
