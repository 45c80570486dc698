import { useTranslation } from 'react-i18next';
import { AdditionDocument } from './AdditionDocument';

export default function ValuesTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="values.yaml" title={t('artifacts.tabs.values')} mediaType="application/yaml" />;
}
