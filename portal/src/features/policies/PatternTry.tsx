import { Content, Label, LabelGroup } from '@patternfly/react-core';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import type { SelectorView } from '@/api/generated';
import { Field } from '@/shared/Field';
import { choosesName } from './selectors';
import './texts';

/** Shows which of some tags the patterns of a rule choose. */
export function PatternTry({ selectors }: { selectors: SelectorView[] }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const names = [...new Set(text.split(/\s+/).filter((name) => name !== ''))];
  const chosen = names.filter((name) => choosesName(selectors, name));
  const others = names.filter((name) => !chosen.includes(name));
  return (
    <>
      <Field
        label={t('policies.selectors.tryTags')}
        value={text}
        onChange={setText}
        hint={t('policies.selectors.tryHint')}
        isMultiline
      />
      <div aria-live="polite">
        {chosen.length > 0 && (
          <LabelGroup categoryName={t('policies.selectors.chosen')} numLabels={50}>
            {chosen.map((name) => (
              <Label key={name} color="green" icon={<CheckIcon />} isCompact>
                {name}
              </Label>
            ))}
          </LabelGroup>
        )}
        {others.length > 0 && (
          <LabelGroup categoryName={t('policies.selectors.notChosen')} numLabels={50}>
            {others.map((name) => (
              <Label key={name} isCompact>
                {name}
              </Label>
            ))}
          </LabelGroup>
        )}
      </div>
    </>
  );
}

/** How patterns are written. */
export function PatternSyntax() {
  const { t } = useTranslation();
  return <Content component="small">{t('policies.selectors.syntax')}</Content>;
}
