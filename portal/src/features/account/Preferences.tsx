import { Content, Form, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { chooseTheme, chosenTheme, THEMES, type Theme } from '@/app/theme';
import { chooseLanguage, LANGUAGES, useTranslation } from '@/texts';
import './texts';

/** Language and theme, kept by the browser. */
export function Preferences() {
  const { t, language } = useTranslation();
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <Form>
      <Content component="p">{t('account.preferencesIntro')}</Content>
      <FormGroup label={t('common.language')} fieldId="preferred-language">
        <FormSelect id="preferred-language" value={language} onChange={(_, language) => void chooseLanguage(language)}>
          {Object.entries(LANGUAGES).map(([tag, { name }]) => (
            <FormSelectOption key={tag} value={tag} label={name} />
          ))}
        </FormSelect>
      </FormGroup>
      <FormGroup label={t('common.theme.label')} fieldId="preferred-theme">
        <FormSelect
          id="preferred-theme"
          value={theme}
          onChange={(_, value) => {
            const wanted = THEMES.find((choice) => choice === value) ?? 'system';
            chooseTheme(wanted);
            setTheme(wanted);
          }}
        >
          {THEMES.map((choice) => (
            <FormSelectOption key={choice} value={choice} label={t(`common.theme.${choice}`)} />
          ))}
        </FormSelect>
      </FormGroup>
    </Form>
  );
}
