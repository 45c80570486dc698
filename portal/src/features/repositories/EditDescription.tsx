import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { updateRepository } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { FormDialog } from '@/shared/dialogs';
import { Field } from '@/shared/Field';
import { useAction } from '@/shared/useAction';
import { useRepository } from './useRepository';
import './texts';

const Markdown = lazy(() => import('./Markdown'));

/** Writes a repository's description, and shows how it will look. */
export default function EditDescription({ description, onClose }: { description: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { project, path, fullName } = useRepository();
  const [text, setText] = useState(description);
  const [tab, setTab] = useState<'write' | 'preview'>('write');
  const save = useAction({
    run: () => updateRepository({ path, body: { description: text } }),
    changes: [projectKey(project.project_id)],
    done: t('repositories.info.saved'),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('repositories.info.edit')}
      description={fullName}
      submit={t('common.save')}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
      variant="large"
    >
      <Tabs
        activeKey={tab}
        onSelect={(_, chosen) => setTab(chosen === 'preview' ? 'preview' : 'write')}
        aria-label={t('repositories.info.edit')}
        mountOnEnter
      >
        <Tab eventKey="write" title={<TabTitleText>{t('repositories.info.write')}</TabTitleText>}>
          <Field
            label={t('common.description')}
            value={text}
            onChange={setText}
            hint={t('repositories.info.markdownHint')}
            isMultiline
          />
        </Tab>
        <Tab eventKey="preview" title={<TabTitleText>{t('repositories.info.preview')}</TabTitleText>}>
          <Suspense>{text === '' ? t('repositories.info.empty') : <Markdown text={text} />}</Suspense>
        </Tab>
      </Tabs>
    </FormDialog>
  );
}
