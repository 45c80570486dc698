import { Form, FormSection } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { ErrorAlert } from '@/shared/Failure';
import { ConfigurationField } from './ConfigurationField';
import type { FieldKey, Section } from './fields';
import { changesOf, fieldInMessage, isChanged, problemOf, reasonIn, valueIn, type Draft } from './form';
import { useConfiguration } from './query';
import { SaveBar } from './SaveBar';
import { useSave } from './useSave';
import './configuration.css';
import './texts';

interface Props {
  sections: Section[];
  /** What is above the fields. */
  children?: ReactNode;
}

/** Some keys of the configuration; only what was changed is sent. */
export function ConfigurationForm({ sections, children }: Props) {
  const { t } = useTranslation();
  const current = useConfiguration();
  const [draft, setDraft] = useState<Draft>({});
  const save = useSave(() => setDraft({}));
  const keys = sections.flatMap((section) => section.keys);
  const changed = keys.filter((key) => isChanged(draft, current, key));
  const isValid = keys.every((key) => problemOf(draft, current, key) === null);
  const refused = save.error && fieldInMessage(save.error.message, keys);
  const change = (key: FieldKey, value: string | boolean) => {
    save.reset();
    setDraft((before) => ({ ...before, [key]: value }));
  };
  return (
    <Form
      isWidthLimited
      onSubmit={(event) => {
        event.preventDefault();
        if (changed.length > 0 && isValid && !save.isPending) save.mutate(changesOf(draft, current));
      }}
    >
      {children}
      {sections.map((section) => (
        <FormSection key={section.title} title={t(`configuration.sections.${section.title}`)} titleElement="h2">
          {section.keys.map((key) => (
            <ConfigurationField
              key={key}
              name={key}
              value={valueIn(draft, current, key)}
              isEditable={current[key].editable}
              isChanged={changed.includes(key)}
              problem={problemOf(draft, current, key)}
              refusal={refused === key && save.error ? reasonIn(save.error.message) : null}
              onChange={(value) => change(key, value)}
            />
          ))}
        </FormSection>
      ))}
      {save.error && refused === null && <ErrorAlert error={save.error} />}
      <SaveBar
        changes={changed.length}
        isValid={isValid}
        isSaving={save.isPending}
        onDiscard={() => {
          save.reset();
          setDraft({});
        }}
      />
    </Form>
  );
}
