import tseslint from 'typescript-eslint';

const UID_LITERAL = {
  selector: 'Literal[value=/1\\.2\\.840\\.10008/]',
  message: 'UIDs stand only in the tables (dicom/tables, disc/tables).',
};
const UID_TEMPLATE = { selector: 'TemplateElement[value.raw=/1\\.2\\.840\\.10008/]', message: UID_LITERAL.message };
const ENVIRONMENT = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'The environment is read only in infra/config.ts.',
};
const PLAIN_ERROR = {
  selector: 'ThrowStatement > NewExpression[callee.name="Error"]',
  message: 'Throw an ApplianceError with a code; TypeError for a programming mistake.',
};
const BARREL = { selector: 'ExportAllDeclaration', message: 'No index barrels.' };
const DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };
const CLOCK = { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'Pure code gets the time as an argument.' };
const NEW_DATE = { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: CLOCK.message };
const RANDOM = { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'Pure code gets randomness as an argument.' };
const EVERYWHERE = [UID_LITERAL, UID_TEMPLATE, ENVIRONMENT, PLAIN_ERROR, BARREL, DEFAULT_EXPORT];
const without = (...rules) => ['error', ...EVERYWHERE.filter((rule) => !rules.includes(rule))];

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'bench-results/', '.spindle/', '**/*.generated.*'] },
  {
    files: ['**/*.ts'],
    ignores: ['api/console/**', 'disc/web-viewer/**'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': without(),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': 'error',
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'prefer-const': 'error',
      'no-var': 'error',
      'no-control-regex': 'error',
      'require-yield': 'error',
    },
  },
  { files: ['dicom/**/*.ts', 'catalog/**/*.ts', 'disc/**/*.ts', 'robots/**/*.ts', 'infra/*.ts', 'infra/embedded/**/*.ts'], ignores: ['disc/web-viewer/**'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'error' } },
  { files: ['dicom/tables/**/*.ts', 'disc/tables/**/*.ts'], rules: { 'no-restricted-syntax': without(UID_LITERAL, UID_TEMPLATE).concat([CLOCK, NEW_DATE, RANDOM]) } },
  { files: ['disc/order/**/*.ts'], rules: { 'no-restricted-syntax': without().concat([CLOCK, NEW_DATE, RANDOM]) } },
  { files: ['infra/config.ts'], rules: { 'no-restricted-syntax': without(ENVIRONMENT) } },
  { files: ['infra/scripts/**/*.ts'], rules: { 'no-restricted-syntax': without(ENVIRONMENT, PLAIN_ERROR) } },
  // A validator refuses an update by a plain error; an ApplianceError would be no clearer across that boundary.
  { files: ['workflows/**/*.ts'], rules: { 'no-restricted-syntax': without(PLAIN_ERROR) } },
  // The reader's stackless signal that the bytes ended is caught where it is thrown.
  { files: ['dicom/data-set/read-elements.ts'], rules: { '@typescript-eslint/only-throw-error': 'off' } },
  { files: ['workers/demo/**/*.ts'], rules: { 'no-restricted-syntax': without(PLAIN_ERROR) } },
  // Tests hold their own reference lists, and bundlers and vitest want default exports.
  { files: ['test/**/*.ts'], rules: { 'no-restricted-syntax': ['error', BARREL], '@typescript-eslint/no-unsafe-assignment': 'off' } },
  { files: ['vitest.config.ts'], rules: { 'no-restricted-syntax': ['error', BARREL] } },
);
