import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/shared/Empty';
import { useAddition } from './useAddition';

const Markdown = lazy(() => import('./Markdown'));

export default function ReadmeTab() {
  const { t } = useTranslation();
  const text = useAddition('readme.md');
  return text.trim() === '' ? <Empty title={t('artifacts.readme.none')} /> : <Markdown text={text} />;
}
