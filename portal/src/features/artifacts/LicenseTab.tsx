import { useTranslation } from 'react-i18next';
import { AdditionDocument } from './AdditionDocument';

export default function LicenseTab() {
  const { t } = useTranslation();
  return <AdditionDocument addition="license" title={t('artifacts.tabs.license')} mediaType="text/plain" />;
}
