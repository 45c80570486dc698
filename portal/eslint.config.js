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
          ],
        },
      ],
      eqeqeq: 'error',
    },
  },
  { files: ['build/*.mjs'], languageOptions: { globals: globals.node } },
);
