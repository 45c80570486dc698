import { Title } from '@patternfly/react-core';
import { lazy } from 'react';
import { useTranslation } from '@/texts';
import { Empty } from '@/shared/Empty';
import { useAddition } from './useAddition';
import './texts';

const Markdown = lazy(() => import('@/features/repositories/Markdown'));

/** What the authors say of it. */
export default function ReadmeTab() {
  const { t } = useTranslation();
  const text = useAddition('readme.md');
  if (text.trim() === '') return <Empty title={t('artifacts.readme.none')} />;
  return (
    <>
      <Title headingLevel="h2">{t('artifacts.tabs.readme')}</Title>
      <Markdown text={text} />
    </>
  );
}
