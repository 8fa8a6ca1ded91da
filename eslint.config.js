import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  // The examples are projects of their own, with other packages than these.
  { ignores: ['dist/', 'node_modules/', 'test/examples/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Standard output and the environment have their places; test/unit/architecture.test.ts knows the exceptions.
      'no-console': 'error',
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  { files: ['scripts/**', 'bench/**', 'test/soak/main.ts', 'src/supervisor/main.ts'], rules: { 'no-console': 'off' } },
)
