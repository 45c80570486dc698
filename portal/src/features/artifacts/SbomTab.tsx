import { useTranslation } from 'react-i18next';
import { AdditionDocument } from './AdditionDocument';

export default function SbomTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="sbom" title={t('artifacts.tabs.sbom')} mediaType="application/json" isJson />;
}
