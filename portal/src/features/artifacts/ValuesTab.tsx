import { useTranslation } from '@/texts';
import { AdditionDocument } from './AdditionDocument';
import './texts';

export default function ValuesTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="values.yaml" title={t('artifacts.tabs.values')} mediaType="application/yaml" />;
}
