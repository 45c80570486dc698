import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', 'src/api/generated'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  hooks.configs.flat['recommended-latest'],
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@patternfly/react-icons',
              message: 'Import one icon: @patternfly/react-icons/dist/esm/icons/<name>-icon',
            },
            { name: '@patternfly/react-core', importNames: ['Modal'], message: 'Use Dialog of @/shared/Dialog' },
          ],
        },
      ],
      eqeqeq: 'error',
    },
  },
  { files: ['src/shared/Dialog.tsx'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['build/*.mjs'], languageOptions: { globals: globals.node } },
);
