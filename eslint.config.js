import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const nodeGlobals = [
  'process',
  'console',
  'Buffer',
  'URL',
  'fetch',
  'FormData',
  'Blob',
  'AbortSignal',
].concat(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate']);

const browserGlobals = ['window', 'document', 'location', 'history', 'sessionStorage', 'setTimeout']
  .concat(['clearTimeout', 'fetch', 'XMLHttpRequest', 'DOMException', 'AbortController'])
  .concat(['URL', 'URLSearchParams', 'FormData']);

const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'var/**', 'node_modules/**', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX, jsdoc },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'import-x/order': [
        'error',
        { 'newlines-between': 'never', alphabetize: { order: 'asc', caseInsensitive: true } },
      ],
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['warn', { max: 400, skipBlankLines: false, skipComments: false }],
      'jsdoc/require-jsdoc': [
        'error',
        { publicOnly: true, require: { FunctionDeclaration: true, ClassDeclaration: true } },
      ],
    },
  },
  {
    files: ['src/domain/**', 'src/statistics/**', 'src/evaluation/**', 'src/alerts/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument here.' },
        { object: 'Math', property: 'random', message: 'Pure code takes its randomness as an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time is an argument here.',
        },
      ],
    },
  },
  {
    files: ['src/cli/**', 'test/**', 'bench/**', 'src/**/*.test.ts', 'src/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**', 'bench/**'],
    rules: { 'jsdoc/require-jsdoc': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    ignores: ['src/http/static/**'],
    languageOptions: { globals: readonly(nodeGlobals) },
  },
  {
    files: ['src/http/static/**'],
    languageOptions: { globals: readonly(browserGlobals) },
    plugins: { jsdoc },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
          property,
          message: 'What users wrote is put on the page as text.',
        })),
      ],
      'jsdoc/require-jsdoc': ['error', { publicOnly: true, require: { FunctionDeclaration: true } }],
    },
  },
);
